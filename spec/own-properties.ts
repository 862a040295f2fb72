/**
 * The properties of the client's own objects that `bundle.ts` gives short names. A new one may be added if no
 * object of a browser has a property of this name, and if no code outside of the script, no frame and nothing that is
 * stored uses the name.
 */

// biome-ignore format: a list
export const ownProperties: readonly string[] = [
  'durable', 'processed', 'patch', 'fallBack', 'whole', 'hashes', 'contents', 'payload', 'letGo', 'astray', 'settle',
  'unprocessed', 'nodes', 'names', 'instance', 'holds', 'keep', 'inherit', 'giveUp', 'raise', 'gate', 'stored',
  'handlers', 'sums', 'touch', 'isBound', 'reloadStorage', 'written', 'openings', 'keyed', 'more', 'render', 'insert',
  'joinable', 'setMark', 'rewind', 'isTold', 'texts', 'outbox', 'cut', 'handlerAt', 'parts', 'spoil', 'received',
  'selects', 'listen', 'isEcho', 'begin', 'typing', 'definition', 'known', 'leave', 'isEdit', 'sent', 'isWritten',
  'notDurable', 'want', 'wanted', 'tell', 'shown', 'extraPayload', 'wrote', 'edited', 'undo', 'raised', 'lift',
  'base', 'takeAt', 'owner', 'refused', 'settled', 'needs', 'isOwn', 'definitions', 'edit', 'kept', 'isHeld',
  'present', 'overlays', 'pend', 'refuses', 'probe', 'early', 'isAwaited', 'make',
];

/** The short names, in the order in which they are given: what order it is makes some bytes of difference after compression. */
const letters = 'nlMzhNoeumWGskEbtOJXSiKryDvTaFCdwUfpYPqBIgVRLjAZxcHQ';

/** The short name of the property at this place in the list. */
export const shortName = (index: number): string =>
  letters.charAt(index) || `$${letters.charAt(index - letters.length)}`;
