/**
 * What the first page says for browsers without script: where its forms and buttons are posted. `view.ts` takes it back before it binds the page.
 */

import { Mark } from '../runtime/wire/patch.js';
import { loosePosts } from '../runtime/wire/protocol.js';
import { bare, writeAttribute } from './dom.js';

/** Takes that back: forms and buttons become what their templates say, and what stands beside the page goes. */
export function takeBackPosts(root: Element): void {
  for (const beside of [root.previousElementSibling, root.nextElementSibling]) {
    if (beside?.id.startsWith(loosePosts)) beside.remove();
  }
  for (const element of root.querySelectorAll(`[${Mark.Post}]`)) {
    for (const change of `${bare(element).getAttribute(Mark.Post)} ${Mark.Post}`.split(' ')) {
      const [name, value = null] = change.split('=');
      writeAttribute(element, name as string, value);
    }
  }
}
