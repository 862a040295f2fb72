/**
 * What the user has typed and is still on its way: while an event from a control has not been
 * processed, or a composition is open in it, frames do not write its value. `events.ts` and `session.ts`
 * tell what is sent and processed; `view.ts` asks before each write.
 *
 * The last write that had to wait is made as soon as nothing newer is on its way, so that what the
 * server has made of an input is shown, and never an older state of it.
 */

// TYPES -----------------------------------------------------------------------

/** A control, as far as values go. */
type Control = Element & { readonly defaultValue?: string; readonly value?: string; readonly type?: string };

// INPUTS ----------------------------------------------------------------------

/** The controls the user is ahead in. */
export class Inputs {
  /** By control: the number of the newest event from it. */
  readonly #sent = new Map<Element, number>();
  /** Controls that were edited before there was anybody to tell. */
  readonly #edited = new Set<Element>();
  /** By control and property: the last write that waits. */
  readonly #held = new Map<Element, Map<string, () => void>>();
  #composing: EventTarget | null = null;

  /** @param root where compositions are watched */
  constructor(root: EventTarget) {
    root.addEventListener('compositionstart', ({ target }) => {
      this.#composing = target;
    });
    root.addEventListener('compositionend', () => {
      this.#composing = null;
      this.release();
    });
  }

  /** Whether a write has to wait; it is then made later, unless a newer one for the same property comes. */
  holds(element: Element, name: string, write: () => void): boolean {
    const control = controlOf(element);
    const writes = this.#held.get(element) ?? new Map<string, () => void>();
    if (!this.#isAhead(control)) {
      writes.delete(name);
      return false;
    }
    this.#held.set(element, writes.set(name, write));
    return true;
  }

  /** Event number `event` comes from this control. */
  sent(control: Element, event: number): void {
    this.#sent.set(control, event);
  }

  /** Events up to this number are processed, or lost: what comes now need not wait for them. */
  processed(event: number): void {
    for (const [control, newest] of this.#sent) if (newest <= event) this.#sent.delete(control);
  }

  /** Makes the writes that no longer have to wait; called after a frame, which may bring newer ones. */
  release(): void {
    for (const [element, writes] of this.#held) {
      if (this.#isAhead(controlOf(element))) continue;
      this.#held.delete(element);
      for (const write of writes.values()) write();
    }
  }

  /** Keeps these controls as the user has left them, until `letGo`: nobody has been told of the edits yet. */
  keep(controls: Iterable<Element>): void {
    for (const control of controls) this.#edited.add(control);
  }

  /** Lets go of the kept controls. Where nobody wanted to hear of an edit, what was to be written over it is dropped. */
  letGo(): void {
    for (const element of this.#held.keys()) {
      const control = controlOf(element);
      if (this.#edited.has(control) && !this.#sent.has(control)) this.#held.delete(element);
    }
    this.#edited.clear();
    this.release();
  }

  #isAhead(control: Element): boolean {
    return this.#sent.has(control) || this.#edited.has(control) || this.#composing === control;
  }
}

/** The control that an element is or, as an option, belongs to. */
function controlOf(element: Element): Element {
  return element.closest('select') ?? element;
}

// EDITS -----------------------------------------------------------------------

/** The controls that no longer show what the page was loaded with: edited, or restored by the browser. */
export function findEdits(root: ParentNode): Element[] {
  return [...root.querySelectorAll<Control>('input,textarea,select')].filter((control) => {
    if (control.value === control.defaultValue && !checkable.test(`${control.type}`)) return false;
    const fresh = document.createElement('template');
    fresh.innerHTML = control.outerHTML;
    return stateOf(control) !== stateOf(fresh.content.firstChild as Control);
  });
}

const checkable = /^(checkbox|radio)$/;

/** What a control shows, as one string; chosen files are none of ours. */
function stateOf(control: Control): string {
  const { checked, options, type, value } = control as Control & { checked?: boolean; options?: HTMLOptionsCollection };
  if (options) return `${Array.from(options, ({ selected }) => selected)}`;
  return type === 'file' ? '' : `${checkable.test(`${type}`) ? checked : value}`;
}
