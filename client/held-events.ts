/**
 * Events that are held back, as `.debounce-300` and `.throttle-100` ask for. `events.ts` asks about each event that it is
 * about to tell; `more.ts` makes this.
 *
 * The order in which the user made the events stays. What is held is sent before any other event that may depend on it,
 * and before the user can leave the control or the page:
 *
 *     `.debounce-300` on a search field, then Enter     input "a", "ab", "abc" are held, Enter comes
 *     told                                              input "abc", then keydown Enter, then submit
 *
 * Only the event is held. Its data is read when it is sent, so that it has all edits of a text since the last event of it;
 * what the server writes meanwhile is merged with them as ever, and other controls are left alone.
 */

import type { Events } from './events.js';
import type { Inputs } from './inputs.js';
import type { Handler } from './view.js';

// TYPES -----------------------------------------------------------------------

/** Where an event is held, or where a throttled one was told not long ago. */
interface Held {
  readonly element: Element;
  /** Of the event with its options. */
  readonly name: string;
  /** The last one. */
  event: Event;
  /** Tells it, if it was not told. */
  told?: ((handler: Handler) => void) | undefined;
  timer?: ReturnType<typeof setTimeout>;
}

/** `debounce` or `throttle`, and milliseconds. */
const options = /\*(debounce|throttle)-(\d+)/;

/** Events that go along with what the user does: none of them depends on an edit. */
const incidental =
  /^(wheel|scroll|drag|beforeinput|composition|selectionchange|timeupdate|resize|(mouse|pointer|touch)(move|o|enter|leave))/;

/** Keys that edit a text, or do nothing by themselves. */
const typing = /^(.|Backspace|Delete|Shift|CapsLock|Dead|Process|Unidentified|Control|Alt|AltGraph|Meta)$/u;

// HELD EVENTS -----------------------------------------------------------------

/** The events of a page that are held back. */
export class HeldEvents {
  readonly #inputs: Inputs;
  readonly #events: Events;
  /** In the order of their last events. */
  readonly #held = new Set<Held>();

  constructor(inputs: Inputs, events: Events) {
    this.#inputs = inputs;
    this.#events = events;
    // By these a page may be left, or an edit be used, although no handler takes it. Before all other listeners, because a
    // button may be disabled for want of what is held.
    for (const type of [
      'pointerdown',
      'keydown',
      'focusout',
      'submit',
      'beforeunload',
      'pagehide',
      'visibilitychange',
    ]) {
      addEventListener(type, (event) => this.#follow(event), true);
    }
  }

  /** As in `MoreEvents`. */
  holds(event: Event, element: Element, name: string, tell: (handler: Handler) => void): boolean {
    if (this.#inputs.overlays?.refuses(event)) return true;
    const [, kind, delay] = options.exec(name) ?? [];
    let held = [...this.#held].find((each) => each.element === element && each.name === name);
    // An event without a time was made up by this script, for what has happened already.
    if (!kind || event.timeStamp === undefined || (kind === 'throttle' && !held)) {
      this.#follow(event);
      if (kind === 'throttle') this.#wait({ element, name, event }, +`${delay}`);
      return false;
    }
    held ??= { element, name, event };
    this.#held.delete(held);
    this.#held.add(Object.assign(held, { event, told: tell }));
    if (kind === 'debounce') this.#wait(held, +`${delay}`);
    if (/^(input|change)$/.test(event.type)) this.#inputs.kept.add(event.target as Element);
    return true;
  }

  #wait(held: Held, delay: number): void {
    this.#held.add(held);
    clearTimeout(held.timer);
    held.timer = setTimeout(() => {
      const isAgain = held.told && isThrottled(held);
      if (held.told) this.#follow(held.event, held);
      this.#tell(held);
      this.#held.delete(held);
      if (isAgain) this.#wait(held, delay);
    }, delay);
  }

  /** Tells what was made before an event, up to `last`, if it may depend on that. The same event at the same target does not. */
  #follow(event: Event, last?: Held): void {
    const { altKey, ctrlKey, isComposing, key, metaKey, target, type } = event as KeyboardEvent;
    const types = /^key/.test(type) && typing.test(key) && !(altKey || ctrlKey || metaKey);
    if (incidental.test(type) || isComposing || types) return;
    for (const held of [...this.#held]) {
      if (held === last) break;
      if (held.event.type !== type || held.event.target !== target) this.#tell(held);
    }
  }

  /** Tells what is held, if its element and its handler are still there. */
  #tell(held: Held): void {
    const { element, event, name, told } = held;
    if (!told) return;
    held.told = undefined;
    if (!isThrottled(held)) {
      clearTimeout(held.timer);
      this.#held.delete(held);
    }
    if (![...this.#held].some((other) => other.told && other.event.target === event.target)) {
      this.#inputs.kept.delete(event.target as Element);
    }
    const handler = this.#events.handlerAt(element, name);
    if (handler) told(handler);
  }
}

const isThrottled = ({ name }: Held): boolean => name.includes('*throttle');
