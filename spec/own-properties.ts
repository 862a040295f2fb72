/**
 * The properties of the client's own objects that `bundle.ts` gives short names. A new one may be added if no
 * object of a browser has a property of this name, and if no code outside of the script, no frame and nothing that is
 * stored uses the name.
 */

// biome-ignore format: a list
export const ownProperties: readonly string[] = [
  'instance', 'typing', 'isBound', 'giveUp', 'owner', 'parts', 'definition', 'outbox', 'processed', 'contents', 'patch', 'payload', 'nodes',
  'definitions', 'handler', 'durable', 'keyed', 'reloadStorage', 'keep', 'stored', 'listen', 'holds', 'shown', 'tell',
  'raised', 'raise', 'settle', 'settled', 'names', 'touch', 'insert', 'pend', 'probe', 'begin', 'edited', 'fallBack',
  'hashes', 'letGo', 'received', 'render', 'rewind', 'want', 'present', 'spoil', 'whole', 'wrote', 'astray', 'inherit',
  'cut', 'known', 'base', 'isEdit', 'isOwn', 'isTold', 'written', 'undo', 'texts', 'refused', 'gate', 'leave', 'unprocessed', 'notDurable', 'joinable',
];

/** The short names, in the order in which they are given: what order it is makes some bytes of difference after compression. */
const letters = 'nlMzhNoeumWGskEbtOJXSiKryDvTaFCdwUfpYPqBIgVRLjAZxcHQ';

/** The short name of the property at this place in the list. */
export const shortName = (index: number): string =>
  letters.charAt(index) || `$${letters.charAt(index - letters.length)}`;
