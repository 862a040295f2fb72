/** The public entry `troupe/testing`: pages in the process of a test. */

export type { TestReport } from './testing/reported-errors.js';
export type { TestPage } from './testing/test-page.js';
export type { TestServerOptions } from './testing/test-server.js';
export { type OpenOptions, openPage, type SiteOptions } from './testing/testing.js';
