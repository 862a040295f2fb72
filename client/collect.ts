/**
 * The script that a page loads before all others, `collect-HASH.js`: it keeps what the user does before the client script
 * has started, however long that takes. The client script takes it over and goes on where this ends.
 *
 * It prevents what the browser would do in place of a handler: a form is not submitted, a link not followed. What a control
 * or a form contains is read when the event happens, because the user goes on.
 */

import { noteTexts } from './editable-text.js';

/** An event, and what was in its control or form. */
export interface KeptEvent extends Event {
  readonly formData?: FormData;
  readonly value?: string | undefined;
}

declare global {
  interface Window {
    /** What `collect.ts` has kept; `undefined` once that is taken. */
    troupeKept?: KeptEvent[] | undefined;
  }
}

/** So many at the most: a key that is held down makes events for as long as the page is loaded. */
const most = 1_000;

const kept: KeptEvent[] = [];
// A field of a form may be named like them.
const { closest, matches } = Element.prototype;
let isUsed = false;

function keep(event: Event): void {
  const { type } = event;
  const target = event.target as HTMLInputElement & HTMLFormElement;
  // A browser tells of each `details` that the page opens; of the user's, after a click or a key.
  isUsed ||= type !== 'toggle';
  if (window.troupeKept !== kept || !isUsed || !(target instanceof Element)) return;
  const element = closest.call(target, `[data-troupe-on~=${type}],[data-troupe-on*="${type}|"]`);
  if (!element || kept.length >= most) return;
  // An element around may be the control: a button. The text of an element that is edited is there already.
  const { value } = [event as KeptEvent, element as HTMLInputElement, target].find(
    (each) => typeof each.value === 'string'
  ) ?? { value: undefined };
  const { altKey, button, ctrlKey, metaKey, shiftKey, submitter } = event as MouseEvent & SubmitEvent;
  const isPrevented =
    type === 'submit' ||
    (type === 'click' &&
      matches.call(element, ':any-link *,:any-link,button[data-troupe-post*=" "],[data-troupe-on*="|prevent"]'));
  if (isPrevented && !(altKey || button || ctrlKey || metaKey || shiftKey)) {
    if (!matches.call(element, '[data-troupe-on*="|default"]')) event.preventDefault();
  }
  kept.push(Object.assign(event, type === 'submit' ? { formData: new FormData(target, submitter) } : { value }));
}

/** If the client script cannot be loaded, links are followed, and what is kept has no receiver. */
function giveUp({ target }: Event): void {
  if (/\/client-/.test((target as HTMLScriptElement).src)) window.troupeKept = undefined;
}

noteTexts();
window.troupeKept = kept;
addEventListener('error', giveUp, true);
for (const type of ['click', 'keydown', 'input', 'change', 'submit', 'toggle', 'close']) {
  addEventListener(type, keep, true);
}
