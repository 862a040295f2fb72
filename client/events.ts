/**
 * DOM events to places in the tree. One capturing listener per event type sits on the root, so events
 * that do not bubble and events that other scripts stop arrive as well. `view.ts` knows who wants to
 * hear of an event; `session.ts` takes it on.
 *
 * Before there is a tree, events on elements that the page marks are kept with their payloads; edits
 * from before this script are found by looking at the controls. Both are told once there is a tree.
 */

import { HandlerKind, Mark, type Wire } from '../runtime/patch.js';
import { findEdits, type Inputs } from './inputs.js';
import { payloadOf } from './payload.js';
import type { Handler, View } from './view.js';

// TYPES -----------------------------------------------------------------------

/** Takes an event on; answers its number, or 0 if it was refused. */
export type Raise = (handler: Handler, payload: readonly Wire[] | undefined) => number;

/** What happened before there was a tree. */
interface Early {
  readonly event: Event;
  readonly target: EventTarget | null;
  readonly element: Element;
  readonly payload: readonly Wire[];
}

/** Events that say what the user has done to a control. */
const typing = /^(input|change|key)/;

// EVENTS ----------------------------------------------------------------------

/** Hears the events of a page. */
export class Events {
  readonly #root: Element;
  readonly #inputs: Inputs;
  readonly #raise: Raise;
  readonly #types = new Set<string>();
  /** Who wants to hear what; nobody knows before there is a tree. */
  #view: View | undefined;
  #early: Early[] = [];

  constructor(root: Element, inputs: Inputs, raise: Raise) {
    this.#root = root;
    this.#inputs = inputs;
    this.#raise = raise;
    for (const element of root.querySelectorAll(`[${Mark.Events}]`))
      typesOf(element).forEach((type) => this.listen(type));
  }

  /** Listens to events of this type from now on. */
  listen(type: string): void {
    if (this.#types.has(type)) return;
    this.#types.add(type);
    this.#root.addEventListener(type, (event) => this.#receive(event), {
      capture: true,
      passive: /^(touch|wheel)/.test(type),
    });
  }

  /** The controls that were edited so far, noted or not: nothing is to be written over them. */
  get edited(): Set<Element> {
    const noted = this.#early.filter(({ event }) => typing.test(event.type)).map(({ target }) => target as Element);
    return new Set([...noted, ...findEdits(this.#root)]);
  }

  /** There is a tree now: tells what happened before, in order, and `edits` that no event told of. */
  begin(view: View, edits: Iterable<Element>): void {
    const early = this.#early.splice(0);
    this.#view = view;
    const told = new Set<EventTarget | null>();
    for (const { event, target, element, payload } of early) {
      const handler = this.#root.contains(element) && view.handler(element, event.type);
      if (!handler) continue;
      if (typing.test(event.type)) told.add(target);
      this.#tell(handler, target, event.type, payload);
    }
    for (const control of edits) if (!told.has(control)) this.#edit(control);
  }

  /** Tells of an edit as if it happened now. */
  #edit(target: Element): void {
    for (const type of ['input', 'change'])
      if (this.#receive({ type, target, bubbles: true } as unknown as Event)) return;
  }

  /** Finds whom an event concerns, the innermost first; says whether anybody. */
  #receive(event: Event): boolean {
    const { type, target } = event;
    let heard = false;
    for (let node = target as Node | null; node; node = event.bubbles && node !== this.#root ? node.parentNode : null) {
      if (!(node instanceof Element)) continue;
      const handler = this.#view?.handler(node, type);
      const wanted = this.#view ? handler : typesOf(node).includes(type);
      if (!wanted || !prevent(event, node)) continue;
      heard = true;
      if (!this.#view) this.#early.push({ event, target, element: node, payload: payloadOf(event, node) });
      else if (handler) {
        this.#tell(handler, target, type, handler.kind === HandlerKind.Function ? payloadOf(event, node) : undefined);
      }
    }
    return heard;
  }

  #tell(handler: Handler, target: EventTarget | null, type: string, payload: readonly Wire[] | undefined): void {
    const number = this.#raise(handler, handler.kind === HandlerKind.Function ? payload : undefined);
    if (number && typing.test(type)) this.#inputs.sent(target as Element, number);
  }
}

function typesOf(element: Element): string[] {
  return element.getAttribute(Mark.Events)?.split(' ') ?? [];
}

/** Prevents what the browser would do instead of the handler. Answers no if it is the browser's: a link for a new tab. */
function prevent(event: Event, element: Element): boolean {
  const { type } = event;
  if (type === 'click' && element.closest('a[href]')) {
    const { altKey, button, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
    if (altKey || button || ctrlKey || metaKey || shiftKey) return false;
  } else if (!/^(submit|dragover|drop)$/.test(type)) return true;
  event.preventDefault();
  return true;
}
