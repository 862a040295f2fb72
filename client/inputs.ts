/**
 * User input that the server has not processed yet: while an event from a control has not been processed, or a
 * composition is open in it, frames do not write its value. `events.ts` and `session.ts` report what is sent and
 * processed; `part-writers.ts` asks before each write.
 *
 * The last write that had to wait is made as soon as no newer event is on its way, so that the page shows the value the
 * server computed from an input, and never an older one. If the server wrote nothing for it, there is no such write:
 * then the last one is made again, unless the user has typed more.
 */

import { Mark, type Scalar } from '../runtime/wire/patch.js';
import { parse, writeAttribute } from './dom.js';
import type { Openings } from './openings.js';
import type { Overlays } from './overlays.js';
import type { SelectValues } from './select-values.js';
import type { Telling, TextControls } from './text-controls.js';

// TYPES -----------------------------------------------------------------------

/** A control, as far as values go. */
type Control = Element & {
  readonly checked?: boolean;
  readonly defaultChecked?: boolean;
  readonly defaultValue?: string;
  readonly form?: Element | null;
  readonly name?: string;
  readonly options?: HTMLOptionsCollection;
  readonly type?: string;
  readonly value?: string;
};

// INPUTS ----------------------------------------------------------------------

/** The controls the user is ahead in. */
export class Inputs {
  /** By control: the number of the newest event from it, until that is durable. */
  readonly #sent = new Map<Element, number>();
  /** The number of the last event that is processed. */
  #processed = 0;
  /** By element with a handler: the number of its newest event that is not processed. */
  readonly #pending = new Map<Element, number>();
  /** By control: what it showed when it last told its state. */
  readonly #shown = new Map<Element, string>();
  readonly #composing = new Set<Element>();
  /** Controls whose edits no event has told: those from before there was a tree, and those whose events are held back. */
  kept = new Set<Element>();
  /** By element and property: the last write. */
  readonly #writes = new WeakMap<Element, Map<string, () => void>>();
  /** Those of them that wait, and what they write into. */
  readonly #held = new Map<(() => void) | undefined, Element>();
  readonly #root: Element;
  /** Those with a text, once `more.ts` is loaded: before that, no control has a text that the server writes. */
  texts: TextControls | undefined;
  /** What elements show while an event has no answer, likewise. */
  overlays: Overlays | undefined;
  /** Those that are selects, likewise. */
  selects: SelectValues | undefined;
  /** What the server opens, likewise. */
  openings: Openings | undefined;

  /** @param root where the controls are */
  constructor(root: Element) {
    this.#root = root;
    root.addEventListener('beforeinput', ({ target }) => this.texts?.begin(target as Element), true);
    root.addEventListener('compositionstart', ({ target }) => this.#composing.add(target as Element));
    root.addEventListener('compositionend', () => {
      this.#composing.clear();
      this.release();
    });
  }

  /** Whether a composition is open in a control. */
  readonly isComposing = (control: Element): boolean => this.#composing.has(control);

  /**
   * Whether a write has to wait; it is then made later, unless a newer one for the same property comes.
   *
   * @param known whether the page shows it already, so that it would be made again only
   */
  holds(element: Element, name: string, write: () => void, value: () => Scalar, known = false): boolean {
    if (name === 'value' && this.texts?.write(element, `${value() ?? ''}`, known)) return true;
    if (name === 'open' && this.openings?.write(element, !!value())) return true;
    const writes = this.#writes.get(element) ?? new Map<string, () => void>();
    this.#held.delete(writes.get(name));
    this.#writes.set(element, writes.set(name, write));
    if (known || !this.#isAhead(element)) return known;
    this.#held.set(write, element);
    return true;
  }

  /** Marks an element as long as event number `event` of this type, which it handles, has no answer. */
  pend(element: Element, event: number, type: string): void {
    this.overlays?.pend(element, event, type);
    this.#pending.set(element, event);
    writeAttribute(element, Mark.Pending, '');
  }

  /** Event number `event` comes from this control; `edit` if it tells its state. */
  sent(control: Element, event: number, edit = false, telling?: Telling): void {
    if (this.texts?.sent(control, event, edit, telling) || this.openings?.sent(control, event)) return;
    this.#sent.set(control, event);
    if (edit) this.#shown.set(control, stateOf(control));
  }

  /**
   * Events up to this number are processed, or lost: what comes now need not wait for them. They may come to be on
   * their way again, unless they are durable.
   */
  processed(event: number, durable = event): void {
    this.#processed = event;
    this.texts?.processed(event, durable);
    this.overlays?.lift(event);
    this.openings?.processed(event);
    for (const [control, newest] of this.#sent) if (newest <= durable) this.#sent.delete(control);
  }

  /** Makes the writes that no longer have to wait; called after a frame, which may bring newer ones. */
  release(): void {
    this.texts?.release();
    this.openings?.release();
    for (const [element, newest] of this.#pending) {
      if (newest > this.#processed) continue;
      this.#pending.delete(element);
      writeAttribute(element, Mark.Pending, null);
    }
    for (const [write, element] of this.#held) {
      if (this.#isAhead(element)) continue;
      this.#held.delete(write);
      write?.();
    }
    for (const [control, shown] of this.#shown) {
      if (this.#isAhead(control)) continue;
      this.#shown.delete(control);
      if (stateOf(control) === shown) this.#restate(control);
    }
    this.overlays?.show();
  }

  /** Makes the last writes into a control again: its options' and its group's are among them. */
  #restate(control: Element): void {
    for (const element of [control, ...this.#root.querySelectorAll('[type=radio],option')]) {
      if (isPart(element, control)) this.#writes.get(element)?.forEach((write) => void write());
    }
  }

  /** Keeps these controls as the user has left them, until `letGo`: no event has reported the edits yet. */
  keep(controls: Iterable<Element>): void {
    this.kept = new Set(controls);
  }

  /** Lets go of the kept controls. If no handler takes an edit, the write that waited for it is dropped. */
  letGo(): void {
    this.kept.clear();
    for (const [write, element] of this.#held) if (!this.#isAhead(element)) this.#held.delete(write);
  }

  #isAhead(element: Element): boolean {
    for (const [control, newest] of this.#sent) if (newest > this.#processed && isPart(element, control)) return true;
    return [...this.#composing, ...this.kept].some((control) => isPart(element, control));
  }
}

/** Whether an element changes with a control: as itself, as an option of it, or as a button of the same group. */
function isPart(element: Control, control: Control): boolean {
  return (
    element === control ||
    element.closest('select') === control ||
    (element.type === 'radio' &&
      element.type === control.type &&
      element.name === control.name &&
      element.form === control.form)
  );
}

// EDITS -----------------------------------------------------------------------

/** The controls that no longer show what the page was loaded with: edited, or restored by the browser. */
export function findEdits(root: ParentNode): Element[] {
  return [...root.querySelectorAll<Control>('input,textarea,select')].filter((control) => {
    if (control.value === control.defaultValue && control.checked === control.defaultChecked) return false;
    return stateOf(control) !== stateOf(pristine(control));
  });
}

/** An element as the page was loaded with it. */
export function pristine<Kind extends Element>(element: Kind): Kind {
  return parse(element.outerHTML).firstChild as ChildNode & Kind;
}

/** What a control shows, as one string; chosen files are none of ours. */
function stateOf(control: Control): string {
  const { checked, options, type, value } = control;
  if (options) return `${Array.from(options, ({ selected }) => selected)}`;
  return type === 'file' ? '' : `${checked} ${value}`;
}
