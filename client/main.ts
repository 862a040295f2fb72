/**
 * The client script of a page: starts itself. The server serves it as `client-HASH.js`, and that hash is
 * what it tells when it joins. The page loads it as `client-HASH.js#SIGNATURE`: the root is the element whose
 * token has this signature. HTML that stands in the page beside the root cannot know it.
 *
 * The signature is read from the script's element, and not from `import.meta.url`: a script that comes from a browser's
 * memory may still have the URL under which another page has loaded it.
 *
 * Beside it lies `more-HASH.js` (`second.ts`), which it loads as soon as it runs.
 *
 * **Note:** if the page loads it in another way, it takes the first element with a token.
 */

import { Mark } from '../runtime/wire/patch.js';
import type { Events } from './events.js';
import type { Inputs } from './inputs.js';
import type { Socket } from './socket.js';
import { startOn } from './start.js';

const [path = '', client = ''] = /\/client-([\w-]+)\.js/.exec(import.meta.url) ?? [];
const [, signature = ''] = document.querySelector<HTMLScriptElement>(`script[src*="${path}#"]`)?.src.split('#') ?? [];
const root = document.querySelector(`[${Mark.Token}${signature && `^="${signature}"`}]`);

let tries = 0;
let loading: Promise<typeof import('./second.js')> | undefined;
async function load(inputs: Inputs, events: Events, socket: Socket): Promise<void> {
  try {
    // A browser may not try again what has failed under the same URL.
    const url = `./more-${client}.js#${tries++}`;
    loading ??= import(url);
    (await loading).addSecond(inputs, events, socket);
  } catch (error) {
    loading = undefined;
    throw error;
  }
}
if (root) startOn(root, client, load);
