/**
 * The client script of a page: starts itself. The server serves it as `client-HASH.js`, and that hash is
 * what it tells when it joins.
 */

import { start } from './start.js';

start({ client: /\/client-([\w-]+)\.js/.exec(import.meta.url)?.[1] ?? '' });
