/**
 * Maps DOM events to addresses in the tree. One capturing listener per event type is on the root, so events that do not
 * bubble and events that other scripts stop arrive as well. `view.ts` knows which part handles an event; `session.ts`
 * sends it.
 *
 * Before there is a tree, events on elements that the page marks are kept with their payloads, first those from before this
 * script ran (`collect.ts`). Edits that no event told are found by reading the controls (`inputs.ts`). Both are raised once there is a tree.
 */

import { payloadFields } from '../runtime/wire/event-data.js';
import { HandlerKind, Mark, type Wire } from '../runtime/wire/patch.js';
import { Limit } from '../runtime/wire/protocol.js';
import type { KeptEvent } from './collect.js';
import { bare, writeAttribute } from './dom.js';
import { findEdits, type Inputs } from './inputs.js';
import type { Gate, Outbox } from './outbox.js';
import { modifiersOf, payloadOf, trim } from './payload.js';
import type { Telling } from './text-controls.js';
import type { Handler, View } from './view.js';

// TYPES -----------------------------------------------------------------------

/** Where events go. */
export interface Receiver {
  /** Takes an event on; answers its number, or 0 if it was refused. */
  raise(handler: Handler, payload: readonly Wire[] | undefined, gate?: Gate, sums?: number): number;
  /** An event that was raised and waits has changed, or one has happened before there was a tree. */
  changed(): void;
  /** Where they are kept; what the page shows may be out of date while some are not processed. */
  readonly outbox: Pick<Outbox, 'processed' | 'raised' | 'joinable'>;
}

/** What `more.ts` does for events whose names say that they need it. */
export interface MoreEvents {
  /**
   * Whether an event is held back, which `tell` then tells later, to the handler that stands there by then. Before any
   * other event that is sent, those that were made before it are sent.
   */
  holds(event: Event, element: Element, name: string, tell: (handler: Handler) => void): boolean;
  /** Templates handle events of this name, a type with options. */
  listen(name: string): void;
  /** The end of the payload of an event. */
  extraPayload(event: Event, element: Element): Wire[];
}

/** What happened before there was a tree. */
export interface Early {
  readonly event: Event;
  /** The event itself forgets its target. */
  readonly target: Element;
  readonly element: Element;
  /** Of the event with its options, as the page marks it. */
  readonly name: string;
  readonly payload: Wire[];
}

/** Events that tell the state of a control. */
const edits = /^(input|change)$/;

/** Events that come faster than the screen shows what they lead to. */
const continuous = /^(\w+move|drag|dragover|scroll|resize)$/;

// EVENTS ----------------------------------------------------------------------

/** Hears the events of a page. */
export class Events {
  readonly root: Element;
  readonly #inputs: Inputs;
  readonly #receiver: Receiver;
  readonly #view: Pick<View, 'handlers'>;
  /** Whether there is a tree. */
  #begun = false;
  /** What happened before that. */
  readonly early: Early[] = [];
  /** By name, the elements at which an event that is wanted once has happened. */
  readonly #spent: Record<string, WeakSet<Element>> = {};
  /** The button on which a pointer went down. */
  #pressed: Element | null = null;
  /** Once `more.ts` is loaded: before that, no name needs it. */
  more: MoreEvents | undefined;

  /** @param view says who wants to hear what, once `begin` has been called */
  constructor(root: Element, inputs: Inputs, view: Pick<View, 'handlers'>, receiver: Receiver) {
    this.root = root;
    this.#view = view;
    this.#inputs = inputs;
    this.#receiver = receiver;
    root.addEventListener('keydown', (event) => this.#press(event as KeyboardEvent), true);
    for (const type of ['pointerdown', 'pointerup']) root.addEventListener(type, this.#point, true);
    for (const element of root.querySelectorAll(`[${Mark.Events}]`)) typesOf(element).forEach(this.listen, this);
    const kept: readonly KeptEvent[] = window.troupeKept ?? [];
    for (const event of kept) if (root.contains(event.target as Node)) this.#receive(event);
    window.troupeKept = undefined;
  }

  /** Listens to events of this name, a type with options, from now on. The same listener twice counts once. */
  listen(name: string): void {
    this.more?.listen(name);
    const [type, ...options] = name.split('|') as [string, ...string[]];
    const prevents = options.includes('prevent');
    if (prevents) this.root.removeEventListener(type, this.#receive, true);
    this.root.addEventListener(type, this.#receive, {
      capture: true,
      passive: !prevents && /^(touch|wheel)/.test(type),
    });
  }

  /** The controls that were edited so far. */
  get edited(): Set<Element> {
    return new Set(findEdits(this.root));
  }

  /** Where the user has done something before there was a tree, and what was edited. */
  touched(edited: ReadonlySet<Element>): Element[] {
    return [...edited, ...this.early.map(({ element }) => element)];
  }

  /**
   * There is a tree now: tells what happened before, in order, and `edited` controls that no event told of. Says how many events
   * had happened at what is not there any more.
   */
  begin(edited: Set<Element>): number {
    let lost = 0;
    this.#begun = true;
    for (const { event, target, element, name, payload } of this.early.splice(0)) {
      const handler = this.handlerAt(element, name);
      writeAttribute(element, Mark.Pending, null);
      if (!handler) {
        lost++;
        continue;
      }
      if (edits.test(event.type)) edited.delete(target);
      if (this.#inputs.overlays?.refuses(event, target)) continue;
      this.#tell(handler, event.type, target, () => this.#payload(event, element, payload));
    }
    for (const target of edited) {
      if (!this.root.contains(target)) lost++;
      else ['input', 'change'].some((type) => this.#receive({ type, target, bubbles: true } as unknown as Event));
    }
    return lost;
  }

  /** The handler of an event of this name, with its options, that stands at an element now. */
  handlerAt(element: Element, name: string): Handler | false | undefined {
    return this.root.contains(element) && this.#view.handlers(element).find((handler) => handler.name === name);
  }

  /** Finds the handlers of an event, the innermost first; returns whether there is one. */
  readonly #receive = (event: Event, gate?: Gate): boolean => {
    const { type, bubbles } = event;
    const target = event.target as Element;
    let heard = false;
    if (this.#inputs.openings?.isEcho(event)) return heard;
    for (let node: Node | null = target; node; node = bubbles && node !== this.root ? bare(node).parentNode : null) {
      if (!(node instanceof Element)) continue;
      const element: Element = node;
      let stops = false;
      for (const handler of this.#begun ? this.#view.handlers(element) : typesOf(element)) {
        const name = typeof handler === 'string' ? handler : handler.name;
        if (name.split('|')[0] !== type || !this.takeAt(event, element, handler, gate)) continue;
        heard = true;
        stops ||= name.includes('|stop');
      }
      if (stops) break;
    }
    return heard;
  };

  /** Takes an event at an element for a handler, or before there is a tree for a name. Says whether the options of that let it. */
  takeAt(event: Event, element: Element, handler: Handler | string, gate?: Gate): boolean {
    const { type } = event;
    const target = event.target as Element;
    const name = typeof handler === 'string' ? handler : handler.name;
    const isFirst = (): boolean => this.#isFirst(name, element);
    if (!wants(name, event, element) || !prevent(name, event, element) || !(gate || isFirst())) return false;
    if (typeof handler !== 'string') {
      const tell = (handler: Handler): void =>
        this.#tell(handler, type, target, () => this.#payload(event, element), gate && (() => gate() && isFirst()));
      if (!this.more?.holds(event, element, name, tell)) tell(handler);
      return true;
    }
    writeAttribute(element, Mark.Pending, '');
    const last = this.early.at(-1);
    if (continuous.test(type) && last?.element === element && last.name === name) this.early.pop();
    if (this.early.length < Limit.outbox) {
      this.early.push({ event, target, element, name, payload: payloadOf(event, element) });
    }
    queueMicrotask(this.#receiver.changed);
    return true;
  }

  #payload(event: Event, element: Element, payload = payloadOf(event, element)): Wire[] {
    return payload.concat(this.more?.extraPayload(event, element) ?? []);
  }

  /** Whether an event may happen at an element: again, or for the first time. */
  #isFirst(name: string, element: Element): boolean {
    if (!name.includes('|once')) return true;
    this.#spent[name] ??= new WeakSet();
    const spent = this.#spent[name];
    return !spent.has(element) && !!spent.add(element);
  }

  /** A click is a main button that goes down and up on the same control. Disabled ones are clicked without an event of that name. */
  readonly #point = ({ button, target, type }: Event & { readonly button?: number }): void => {
    const control = button ? null : bare(target as Element).closest('button');
    if (type === 'pointerup' && control === this.#pressed) this.#push(control);
    this.#pressed = control;
  };

  /** Enter in a field submits its form by the first button for that. */
  #press({ key, target, isComposing }: KeyboardEvent): void {
    const { form } = target as HTMLInputElement;
    if (key !== 'Enter' || isComposing || !form || (target as Element).localName !== 'input') return;
    this.#push([...bare(form).elements].find((control) => (control as HTMLButtonElement).type === 'submit'));
  }

  /**
   * The user activates a button. If it is disabled, and the page is not up to date, it may be enabled by what the user
   * has done just before: then the event waits for that, and happens if the button is enabled.
   */
  #push(control: Element | null | undefined): void {
    const { processed, raised } = this.#receiver.outbox;
    if (raised === processed || !control?.matches(':disabled')) return;
    const { form, type } = control as HTMLButtonElement;
    const gate = (): boolean => this.root.contains(control) && !control.matches(':disabled');
    this.#receive({ type: 'click', target: control, bubbles: true } as unknown as Event, gate);
    if (form && type === 'submit') {
      const submit = { type: 'submit', target: form, submitter: control, bubbles: true };
      this.#receive(submit as unknown as Event, gate);
    }
  }

  #tell(handler: Handler, type: string, target: Element, payload: () => Wire[], gate?: Gate): void {
    const own = (handler.instance.nodes[handler.part] as Node) === target;
    const fields = handler.kind === HandlerKind.Function ? payload() : undefined;
    if (own && type === 'input' && this.#inputs.texts?.join(target, this.#receiver.outbox.joinable, fields?.[0]))
      return this.#receiver.changed();
    const telling = own && fields ? this.#tellText(type, target, fields) : undefined;
    // Of the wheel the deltas are summed, which stand first. What tells an edit stays.
    const stays = telling?.edit.text || telling?.edit.cut;
    const sums = type === 'wheel' ? 2 : continuous.test(type) && !stays ? 0 : undefined;
    const number = this.#receiver.raise(handler, fields && (sums ? fields : trim(fields)), gate, sums);
    if (telling && !number) this.#inputs.texts?.refused(target);
    if (!number) return;
    this.#inputs.pend(handler.instance.nodes[handler.part] as Element, number, type);
    this.#inputs.sent(target, number, edits.test(type), telling);
  }

  /** Puts what the user has edited in place of the text of a control. */
  #tellText(type: string, control: Element, fields: Wire[]): Telling | undefined {
    const index = payloadFields(type).indexOf('value');
    const telling = index < 0 ? undefined : this.#inputs.texts?.tell(control, fields[index] as string);
    if (telling?.payload) fields[index] = telling.payload;
    return telling;
  }
}

function typesOf(element: Element): string[] {
  return bare(element).getAttribute(Mark.Events)?.split(' ') ?? [];
}

/** Whether an event is what the options of this name ask for. */
function wants(name: string, event: Event, element: Element): boolean {
  const { isComposing, key } = event as KeyboardEvent;
  const typed = key?.trim().toLowerCase();
  const [, ...options] = name.split('|');
  return options.every((option) => {
    const [, taken, wanted = typed] = /^([\da-f]+)(?::(.*))?$/.exec(option) ?? [];
    if (taken) return !isComposing && wanted === typed && taken.includes(modifiersOf(event).toString(16));
    return option !== 'self' || event.target === element;
  });
}

/** Prevents what the browser would do instead of the handler. Answers no if it is the browser's: a link for a new tab. */
function prevent(name: string, event: Event, element: Element): boolean {
  const { type } = event;
  const link = type === 'click' && bare(element).closest(`:any-link,button[${Mark.Post}*=" "]`);
  if (link && ((event as MouseEvent).button || modifiersOf(event))) return false;
  const isPrevented = link || /^(submit|dragover|drop)$/.test(type) || name.includes('|prevent');
  if (isPrevented && !name.includes('|default')) event.preventDefault?.();
  return true;
}
