/**
 * The shell: what stands around each page of the inspector, and the notices its parts show in place of what is not
 * there.
 */

import { type AnyMessage, html, type Template } from 'troupe';
import { offlineNotice } from '../offline-notice.js';
import type { Places } from './places.js';

/** Everything around a page: where one is, what belongs to it, the page itself. */
export interface Shell<Message> {
  /** What the page is about, beside the name of the inspector. */
  readonly heading: Template<Message>;
  /** What stands at the end of the top line. */
  readonly aside: Template<Message> | null;
  readonly content: Template<Message>;
}

/** A page of the inspector. */
export const shell = <Message extends AnyMessage>(
  places: Places,
  { heading, aside, content }: Shell<Message>
): Template<Message> => html<Message>`
  <header class="i-top">
    <a class="i-brand" href=${places.home}><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><circle
      cx="10" cy="4.5" r="3"/><circle cx="4.5" cy="15" r="3"/><circle cx="15.5" cy="15" r="3"/><path
      d="M8.6 7.2 5.9 12.4M11.4 7.2l2.7 5.2M7.5 15h5"/></svg>Troupe <span>inspector</span></a>
    ${heading}
    ${aside}
  </header>
  ${offlineNotice('Offline. What is shown is as it was when the connection was lost.')}
  <main class="i-main">${content}</main>`;

/** Says that something is not there, and why, or what to do. */
export const notice = (title: string, text = ''): Template<never> =>
  html`<div class="i-notice"><p>${title}</p>${text !== '' && html`<p class="i-faint">${text}</p>`}</div>`;

/** Says that something has failed. */
export const failure = (title: string, why: string): Template<never> =>
  html`<div class="i-notice i-failed" role="alert"><p>${title}</p><p class="i-faint">${why}</p></div>`;

/** How something stands, as a badge: a shape and a word, so that colour is never alone. */
export const badge = (status: string): Template<never> =>
  html`<span class="i-badge" data-status=${status}>${status}</span>`;
