/**
 * Maps DOM events to addresses in the tree. One capturing listener per event type is on the root, so events that do not
 * bubble and events that other scripts stop arrive as well. `view.ts` knows which part handles an event; `session.ts`
 * sends it.
 *
 * Before there is a tree, events on elements that the page marks are kept with their payloads; edits from before this
 * script ran are found by reading the controls (`inputs.ts`). Both are raised once there is a tree.
 */

import { HandlerKind, Mark, type Wire } from '../runtime/wire/patch.js';
import { Limit } from '../runtime/wire/protocol.js';
import { findEdits, type Inputs } from './inputs.js';
import { modifiersOf, payloadOf } from './payload.js';
import type { Handler, View } from './view.js';

// TYPES -----------------------------------------------------------------------

/** Takes an event on; answers its number, or 0 if it was refused. */
export type Raise = (handler: Handler, payload: readonly Wire[] | undefined) => number;

/** What happened before there was a tree. */
interface Early {
  readonly event: Event;
  /** The event itself forgets its target. */
  readonly target: Element;
  readonly element: Element;
  readonly payload: readonly Wire[];
}

/** Events that tell the state of a control. */
const edit = /^(input|change)$/;
/** Events after which the user is ahead of the server in a control. */
const typing = /^(key|click|input|change)/;

// EVENTS ----------------------------------------------------------------------

/** Hears the events of a page. */
export class Events {
  readonly #root: Element;
  readonly #inputs: Inputs;
  readonly #raise: Raise;
  readonly #view: Pick<View, 'handler'>;
  /** Whether there is a tree. */
  #begun = false;
  #early: Early[] = [];

  /** @param view says who wants to hear what, once `begin` has been called */
  constructor(root: Element, inputs: Inputs, view: Pick<View, 'handler'>, raise: Raise) {
    this.#root = root;
    this.#view = view;
    this.#inputs = inputs;
    this.#raise = raise;
    for (const element of root.querySelectorAll(`[${Mark.Events}]`)) typesOf(element).forEach(this.listen, this);
  }

  /** Listens to events of this type from now on. The same listener twice counts once. */
  listen(type: string): void {
    this.#root.addEventListener(type, this.#receive, { capture: true, passive: /^(touch|wheel)/.test(type) });
  }

  /** The controls that were edited so far. */
  get edited(): Set<Element> {
    return new Set(findEdits(this.#root));
  }

  /**
   * There is a tree now: tells what happened before, in order, and `edits` that no event told of. Says how many events
   * had happened at what is not there any more.
   */
  begin(edits: Set<Element>): number {
    let lost = 0;
    this.#begun = true;
    for (const { event, target, element, payload } of this.#early.splice(0)) {
      const handler = this.#root.contains(element) && this.#view.handler(element, event.type);
      if (!handler) {
        lost++;
        continue;
      }
      if (edit.test(event.type)) edits.delete(target);
      this.#tell(handler, event.type, target, () => payload);
    }
    for (const target of edits) {
      ['input', 'change'].some((type) => this.#receive({ type, target, bubbles: true } as unknown as Event));
    }
    return lost;
  }

  /** Finds the handlers of an event, the innermost first; returns whether there is one. */
  readonly #receive = (event: Event): boolean => {
    const { type, bubbles } = event;
    const target = event.target as Element;
    let heard = false;
    // Through elements only, and not by parentNode: a field of a form may be named like that.
    const walker = document.createTreeWalker(this.#root, 1);
    walker.currentNode = target;
    for (let node: Node | null = target; node; node = bubbles ? walker.parentNode() : null) {
      if (!(node instanceof Element)) continue;
      const element: Element = node;
      const handler = this.#view.handler(element, type);
      if (!handler && (this.#begun || !typesOf(element).includes(type))) continue;
      if (!prevent(event, element)) continue;
      heard = true;
      if (handler) this.#tell(handler, type, target, () => payloadOf(event, element));
      else if (this.#early.length < Limit.outbox) {
        this.#early.push({ event, target, element, payload: payloadOf(event, element) });
      }
    }
    return heard;
  };

  #tell(handler: Handler, type: string, target: Element, payload: () => readonly Wire[]): void {
    const number = this.#raise(handler, handler.kind === HandlerKind.Function ? payload() : undefined);
    if (number && typing.test(type)) this.#inputs.sent(target, number, edit.test(type));
  }
}

function typesOf(element: Element): string[] {
  return element.getAttribute(Mark.Events)?.split(' ') ?? [];
}

/** Prevents what the browser would do instead of the handler. Answers no if it is the browser's: a link for a new tab. */
function prevent(event: Event, element: Element): boolean {
  const { type } = event;
  const link = type === 'click' && element.closest(':any-link');
  if (link && ((event as MouseEvent).button || modifiersOf(event))) return false;
  if (link || /^(submit|dragover|drop)$/.test(type)) event.preventDefault();
  return true;
}
