/**
 * The properties of the client's own objects that `bundle.ts` gives short names. A new one may be added if no
 * object of a browser has a property of this name, and if no code outside of the script, no frame and nothing that is
 * stored uses the name.
 */

// biome-ignore format: a list
export const ownProperties: readonly string[] = [
  'instance', 'astray', 'isEdit', 'written', 'handlers', 'names', 'definition', 'outbox', 'letGo', 'holds', 'spoil', 'listen',
  'nodes', 'present', 'received', 'isTold', 'owner', 'begin', 'notDurable', 'isOwn', 'render', 'base', 'hashes', 'tell', 'known',
  'stored', 'probe', 'joinable', 'processed', 'touch', 'insert', 'setMark', 'payload', 'raise', 'texts', 'rewind', 'keyed',
  'shown', 'isBound', 'unprocessed', 'keep', 'want', 'leave', 'edited', 'inherit', 'cut', 'wrote', 'parts', 'edit', 'raised',
  'contents', 'patch', 'definitions', 'durable', 'whole', 'settle', 'undo', 'refused', 'gate', 'typing', 'settled', 'fallBack',
  'giveUp', 'reloadStorage', 'sent', 'sums', 'needs', 'more', 'handlerAt', 'kept', 'selects', 'openings', 'wanted', 'isWritten', 'isHeld', 'isEcho',
];

/** The short names, in the order in which they are given: what order it is makes some bytes of difference after compression. */
const letters = 'nlMzhNoeumWGskEbtOJXSiKryDvTaFCdwUfpYPqBIgVRLjAZxcHQ';

/** The short name of the property at this place in the list. */
export const shortName = (index: number): string =>
  letters.charAt(index) || `$${letters.charAt(index - letters.length)}`;
