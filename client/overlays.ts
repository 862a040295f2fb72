/**
 * What elements show while an event has no answer, as their attributes `pending:NAME` say. `inputs.ts` tells of events,
 * answers and frames; `more.ts` makes this.
 *
 * An overlay belongs to the nearest element with a handler, counted from its own. If that handles several types of events, it
 * is on for `submit`, else for `click`, else for `change`, else for any of them. It is put on after the event has been
 * dispatched, before the screen is painted: a button that is disabled at once would not submit its form. All are taken off
 * before a frame is applied, and those without an answer are put on again after it:
 *
 *     click          raised as event 3          disabled, text "Saving…"
 *     a frame        of another event           off, patch, on
 *     the answer     3 is processed             off, patch
 *
 * So a frame finds the page as the server knows it, and nothing of an overlay remains after the answer.
 */

import { Mark } from '../runtime/wire/patch.js';
import { bare, tokens, writeAttribute } from './dom.js';

// TYPES -----------------------------------------------------------------------

/** By type of event, the number of the newest one that has no answer. */
type Newest = Map<string, number>;

/** What cannot have the focus. */
const unusable = ':disabled,[hidden],[hidden] *,[inert],[inert] *';

// OVERLAYS --------------------------------------------------------------------

/** The overlays of a page. */
export class Overlays {
  /** By element with a handler. */
  readonly #pending = new Map<Element, Newest>();
  /** What takes off the overlays that are on, the last one first. */
  #on: (() => void)[] = [];
  /** The elements that overlays disable. */
  readonly #disabled = new Set<Element>();
  /** What has lost the focus by an overlay. */
  #focused: HTMLElement | null = null;
  /** The event that is being told. */
  #event: Event | undefined;
  /** The types of the events whose overlays are not on yet. */
  readonly #fresh = new Set<string>();

  constructor() {
    // Some browsers tell that an element which is disabled has lost the focus.
    for (const type of ['blur', 'focusout', 'focus', 'focusin']) {
      addEventListener(type, (event) => event.target === this.#focused && event.stopImmediatePropagation(), true);
    }
  }

  /** An event of this type, which an element handles, has this number. */
  pend(element: Element, number: number, type: string): void {
    const newest: Newest = this.#pending.get(element) ?? new Map();
    this.#pending.set(element, newest.set(type, number));
    if (!this.#fresh.size) requestAnimationFrame(() => this.show());
    this.#fresh.add(type);
  }

  /**
   * Whether an event is dropped, because an overlay disables its control: it was made before the overlay is on, or waits for
   * its control to be enabled.
   */
  refuses(event: Event, target = event.target): boolean {
    const { submitter, type } = event as SubmitEvent;
    if (!/^(click|submit|keydown)$/.test(type)) return false;
    // Two of a kind are two deeds of the user; a submit after a click may be one.
    if (event !== this.#event && this.#fresh.has(type)) this.show();
    this.#event = event;
    return [...this.#disabled].some((element) =>
      [target as Element, submitter].some((control) => control && bare(element).contains(control))
    );
  }

  /** Takes all overlays off. Events up to this number have an answer. */
  lift(processed: number): void {
    this.#lift();
    for (const [element, newest] of this.#pending) {
      for (const [type, number] of newest) if (number <= processed) newest.delete(type);
      if (!newest.size) this.#pending.delete(element);
    }
  }

  /** Puts the overlays of events without an answer on. */
  show(): void {
    this.#lift();
    this.#fresh.clear();
    const active = document.activeElement as HTMLElement | null;
    const isUsable = !bare(active)?.matches(unusable);
    for (const [element, newest] of this.#pending) {
      const deed = deedOf(`${bare(element).getAttribute(Mark.Events)}`);
      if (deed && !newest.has(deed)) continue;
      for (const each of [element, ...bare(element).querySelectorAll(`[${Mark.Overlay}]`)]) {
        if (bare(each).closest(`[${Mark.Events}]`) === element) this.#cover(each);
      }
    }
    if (isUsable && bare(active)?.matches(unusable)) this.#focused = active;
    this.#focus();
  }

  #lift(): void {
    for (const off of this.#on.reverse()) off();
    this.#on = [];
    this.#disabled.clear();
  }

  /** Gives the focus back to what has lost it by an overlay, unless the user has put it elsewhere. No handler sees that. */
  #focus(): void {
    const focused = this.#focused;
    if (!focused) return;
    if (document.activeElement === document.body) {
      focused.focus({ preventScroll: true });
    }
    const isBack = !focused.isConnected || ![focused, document.body].includes(document.activeElement as HTMLElement);
    if (isBack || !focused.matches(unusable)) this.#focused = null;
  }

  // ONE ELEMENT ---------------------------------------------------------------

  #cover(element: Element): void {
    for (const { name: written, value } of [...bare(element).attributes]) {
      const [prefix, name] = written.split(':') as [string, string];
      if (prefix !== 'pending') continue;
      if (name === 'text') this.#on.push(coverText(element, value));
      else if (name === 'class') this.#on.push(coverClass(element, value));
      else this.#on.push(coverAttribute(element, name, value));
      if (name === 'disabled') this.#disabled.add(element);
    }
  }
}

/** The type of the event that is meant where an element handles several: keys that are typed into a form save nothing. */
function deedOf(names: string): string | undefined {
  const types = names.split(' ').map((name) => name.split('|')[0]);

  return ['submit', 'click', 'change'].find((type) => types.includes(type));
}

/** Each of these puts an overlay on, and returns what takes it off. What other scripts have done meanwhile stays. */
function coverAttribute(element: Element, name: string, value: string): () => void {
  const before = bare(element).getAttribute(name);
  writeAttribute(element, name, value);
  return () => {
    if (bare(element).getAttribute(name) === value) writeAttribute(element, name, before);
  };
}

function coverClass(element: Element, value: string): () => void {
  const { classList } = bare(element);
  const before = bare(element).getAttribute('class');
  const added = tokens(value).filter((token) => !classList.contains(token));
  classList.add(...added);
  const after = bare(element).getAttribute('class');
  return () => {
    if (bare(element).getAttribute('class') === after) writeAttribute(element, 'class', before);
    else classList.remove(...added);
  };
}

/** The nodes that are there stay as they are, beside the page. */
function coverText(element: Element, value: string): () => void {
  const text = new Text(value);
  const before = new DocumentFragment();
  before.append(...element.childNodes);
  element.append(text);
  return () => {
    if (text.parentNode === element) text.replaceWith(before);
    else element.prepend(before);
  };
}
