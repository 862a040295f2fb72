/**
 * The client script of a page: starts itself. The server serves it as `client-HASH.js`, and that hash is
 * what it tells when it joins. The page loads it as `client-HASH.js#SIGNATURE`: the root is the element whose
 * token has this signature. HTML that stands in the page beside the root cannot know it.
 *
 * **Note:** without a signature in its URL it takes the first element with a token.
 */

import { Mark } from '../runtime/wire/patch.js';
import { startOn } from './start.js';

const [, client = '', signature = ''] = /\/client-([\w-]+)\.js#?([\w-]*)/.exec(import.meta.url) ?? [];
const root = document.querySelector(`[${Mark.Token}${signature && `^="${signature}"`}]`);
if (root) startOn(root, client);
