/**
 * A notice for pages that have lost their connection. Written with the public entry alone, as any
 * component of a user could be; `examples/` shows how it is used.
 */

import { html, type Template } from 'troupe';

/**
 * A line that tells the user that the connection is lost. It is hidden unless a style sheet shows it while the
 * root says so, and so costs no message when the connection comes and goes:
 *
 * ```css
 * [data-troupe="offline"] .troupe-offline { display: block; }
 * ```
 *
 * ```ts
 * view: ({ count }) => html<Message>`${offlineNotice()}<output>${count}</output>`
 * ```
 *
 * @param text what it says; by default that what was done is kept and sent later
 */
export const offlineNotice = (
  text = 'Offline. What you do is kept and sent when the connection is back.'
): Template<never> => html`<p class="troupe-offline" role="status" hidden>${text}</p>`;
