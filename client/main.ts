/**
 * The client script of a page: starts itself. The server serves it as `client-HASH.js`, and that hash is
 * what it tells when it joins. The page loads it as `client-HASH.js#SIGNATURE`: the root is the element whose
 * token has this signature. HTML that stands in the page beside the root cannot know it.
 *
 * The signature is read from the script's element, and not from `import.meta.url`: a script that comes from a browser's
 * memory may still have the URL under which another page has loaded it.
 *
 * **Note:** if the page loads it in another way, it takes the first element with a token.
 */

import { Mark } from '../runtime/wire/patch.js';
import { startOn } from './start.js';

const [path = '', client = ''] = /\/client-([\w-]+)\.js/.exec(import.meta.url) ?? [];
const [, signature = ''] = document.querySelector<HTMLScriptElement>(`script[src*="${path}#"]`)?.src.split('#') ?? [];
const root = document.querySelector(`[${Mark.Token}${signature && `^="${signature}"`}]`);
if (root) startOn(root, client);
