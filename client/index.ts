/** What `troupe/client` offers: the client for pages that bundle it themselves. */

export { type StartOptions, start } from './start.js';
export { createView, type View, type ViewHooks } from './view.js';
