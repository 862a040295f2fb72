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
];

/** The short names, in the order in which they are given: what order it is makes some bytes of difference after compression. */
export const letters = 'nlMzhNoeumWGskEbtOJXSiKryDvTaFCdwUfpYPqBIgVRLjAZxcHQ';
