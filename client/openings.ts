/**
 * What `.open` of dialogs, details and popovers is to be, and what the user has made of it. What the user opens or closes is
 * an edit, as typing is: what the server has written before it knew of that is not shown. `inputs.ts` tells of events and
 * writes; it is in the second script (`more.ts`).
 *
 * Browsers say that something was opened or closed by a task of its own, a while after it was. An element that does not
 * show what it was left in has been used by the user, whose event is on its way; it is left alone until then. What the
 * server has opened or closed raises the same events: handlers do not get these, which would tell the server old news.
 */

import { bare } from './dom.js';

// TYPES -----------------------------------------------------------------------

/** An element that opens, as far as that goes. Not each environment has all of it. */
type Opening = HTMLElement & Partial<Pick<HTMLDialogElement, 'close' | 'open' | 'showModal'>>;

interface State {
  /** What the server wrote last. */
  wanted: boolean;
  /** What the element was when it was last written, or the browser last told of the user. */
  shown: boolean;
  /** Whether that was written. */
  isWritten: boolean;
  /** Whether `wanted` waits until the user is not ahead. */
  isHeld: boolean;
  /** The number of the newest event from it. */
  event: number;
  /** What had the focus when it was opened. */
  opener: Element | null;
}

// OPENINGS --------------------------------------------------------------------

/** The elements of a page that the server opens and closes. */
export class Openings {
  readonly #states = new Map<Element, State>();
  /** The number of the last event that is processed. */
  #processed = 0;

  /** The server opens or closes an element when the frame is applied. Says whether this is one that opens. */
  write(element: Element, wanted: boolean): boolean {
    const opening = element as Opening;
    if (!isPopover(opening) && !/^(dialog|details)$/.test(element.localName)) return false;
    let state = this.#states.get(element);
    if (!state) {
      const settle = ({ type }: Event): void => this.#settle(opening, type);
      for (const type of ['toggle', 'close']) bare(element).addEventListener(type, settle);
      state = { wanted, shown: isOpen(opening), isWritten: true, isHeld: true, event: 0, opener: null };
      this.#states.set(element, state);
    }
    state.wanted = wanted;
    state.isHeld = true;
    return true;
  }

  /** Whether an event of the browser tells only what the server has done. */
  isEcho({ isTrusted, target, type }: Event): boolean {
    const state = this.#states.get(target as Element);
    return (
      isTrusted && !!state?.isWritten && /^(toggle|close)$/.test(type) && isOpen(target as Opening) === state.shown
    );
  }

  /** Event number `event` comes from an element. Says whether the element is one that the server opens. */
  sent(element: Element, event: number): boolean {
    const state = this.#states.get(element);
    if (state) Object.assign(state, { event, isHeld: true });
    return !!state;
  }

  /** Events up to this number are processed. */
  processed(event: number): void {
    this.#processed = event;
  }

  /** A frame is applied: opens and closes what need not wait. An element that has left the page open gives the focus back. */
  release(): void {
    for (const [element, state] of this.#states) {
      if (bare(element).isConnected) this.#show(element as Opening, state);
      else {
        this.#states.delete(element);
        const { body, activeElement } = bare(element).ownerDocument;
        if (state.shown && activeElement === body) (state.opener as HTMLElement | null)?.focus();
      }
    }
  }

  /** The browser tells that an element was opened or closed, after our handlers have heard it. */
  #settle(element: Opening, type: string): void {
    const state = this.#states.get(element);
    const open = isOpen(element);
    // Of a dialog that was closed a second event tells; the handler may be one of that.
    if (!state || open === state.shown || (type === 'toggle' && !open && isDialog(element))) return;
    // If no handler took it, what was written before is not shown any more.
    Object.assign(state, { shown: open, isWritten: false, isHeld: state.event > this.#processed });
  }

  #show(element: Opening, state: State): void {
    const { event, isHeld, shown, wanted } = state;
    const open = isOpen(element);
    if (event > this.#processed) return;
    if (open !== shown) {
      // Other scripts can do that without an event.
      setTimeout(() => this.#settle(element, ''));
      return;
    }
    const next = isHeld ? wanted : open;
    state.isHeld = false;
    // The first page, and a browser that cannot move an element without taking it out, leave a dialog open that is not modal.
    if (next === open && !(open && isDialog(element) && !element.matches(':modal'))) return;
    if (!open) state.opener = document.activeElement;
    state.isWritten = true;
    setOpen(element, next);
    state.shown = isOpen(element);
  }
}

// ELEMENTS --------------------------------------------------------------------

const isPopover = (element: Opening): boolean => bare(element).hasAttribute('popover');

/** Whether it is shown as a modal dialog. */
const isDialog = (element: Opening): boolean => !!element.showModal && !isPopover(element);

/** Whether an element is open. */
function isOpen(element: Opening): boolean {
  const { popover } = bare(element);
  return popover ? bare(element).matches(':popover-open') : !!element.open;
}

/** Opens or closes an element. The focus stays where it is, if that is in it. */
function setOpen(element: Opening, open: boolean): void {
  try {
    if (bare(element).popover) bare(element).togglePopover(open);
    else if (!isDialog(element)) element.open = open;
    else if (open) {
      const focused = document.activeElement as HTMLElement | null;
      element.open = false;
      element.showModal?.();
      if (element.contains(focused)) focused?.focus();
    } else element.close?.();
  } catch (error) {
    reportError(error);
  }
}
