/**
 * The properties of the client's own objects that `bundle.ts` gives short names. A new one may be added if no
 * object of a browser has a property of this name, and if no code outside of the script, no frame and nothing that is
 * stored uses the name.
 */

// biome-ignore format: a list
export const ownProperties: readonly string[] = [
  'durable', 'processed', 'written', 'fallBack', 'spoil', 'whole', 'contents', 'payload', 'letGo', 'parts', 'settle',
  'raised', 'nodes', 'names', 'setMark', 'holds', 'keep', 'handlers', 'giveUp', 'selects', 'typing', 'stored',
  'joinable', 'reloadStorage', 'needs', 'received', 'instance', 'handlerAt', 'openings', 'keyed', 'sums', 'render',
  'insert', 'inherit', 'known', 'rewind', 'unprocessed', 'texts', 'outbox', 'astray', 'patch', 'cut', 'edited',
  'raise', 'isBound', 'want', 'more', 'begin', 'hashes', 'definition', 'touch', 'leave', 'isEdit', 'sent', 'isTold',
  'notDurable', 'refused', 'wanted', 'probe', 'kept', 'undo', 'wrote', 'isWritten', 'extraPayload', 'gate', 'shown',
  'base', 'takeAt', 'owner', 'isEcho', 'settled', 'listen', 'edit', 'definitions', 'isOwn', 'tell', 'isHeld',
  'present',
];

/** The short names, in the order in which they are given: what order it is makes some bytes of difference after compression. */
const letters = 'nlMzhNoeumWGskEbtOJXSiKryDvTaFCdwUfpYPqBIgVRLjAZxcHQ';

/** The short name of the property at this place in the list. */
export const shortName = (index: number): string =>
  letters.charAt(index) || `$${letters.charAt(index - letters.length)}`;
