/**
 * The texts of controls that the user edits while the server writes them: what the user did is sent as edits, and what
 * the server writes is merged with the edits it does not know yet (`rebase` of `text-edit.ts`), so that neither loses
 * anything. `inputs.ts` tells of events and writes.
 */

import type { Wire } from '../runtime/wire/patch.js';
import { applyEdit, joinEdits, rebase, rebasePosition, type TextEdit, textEdit } from '../runtime/wire/text-edit.js';

// TYPES -----------------------------------------------------------------------

/** A control with a text. */
type TextControl = HTMLInputElement | HTMLTextAreaElement;

/** An edit, as an event tells it. */
export interface Telling {
  edit: TextEdit;
  /** The edit in the event's payload; changes with it as long as it was not sent. `undefined` if the event tells the text. */
  readonly payload?: Wire[] | undefined;
}

/** An edit that was raised as an event. */
interface RaisedEdit extends Telling {
  readonly event: number;
  /** Whether the event is there to tell the text, so that a later edit may be told with it. */
  readonly isEdit: boolean;
  /** Once it is processed: `base` before it. */
  before?: string;
}

interface State {
  /** What the server wrote last. */
  written: string;
  /** What the server's text is when it has processed the events that are known to be. */
  base: string;
  /** `base` with all edits that are not processed. */
  known: string;
  /** What the control showed when it was last brought together with `known`. */
  shown: string;
  /** Edits that are not processed, in order. */
  unprocessed: RaisedEdit[];
  /** Edits that are processed and not durable: a server that goes back to an older state gets them again. */
  notDurable: RaisedEdit[];
  /** How much of the text has stayed at its beginning and its end, by where the user has edited. */
  start?: number | undefined;
  end?: number | undefined;
  /** Takes the last edit back, as long as no other follows. */
  undo?(): void;
  /**
   * Whether what the control shows comes from the user alone. A browser may have put into a page that is loaded again what
   * an earlier one has told of: the event for it tells the whole text, so that it is not there twice.
   */
  isOwn: boolean;
  /** Whether an event was processed that told the whole text, so that the server may not know what the page shows. */
  isTold: boolean;
}

/** Characters of an edit that is joined by another one: what an event tells has to go into a frame. */
const mostJoined = 8_192;

// TEXT CONTROLS ---------------------------------------------------------------

/** The controls of a page whose text the server writes. */
export class TextControls {
  readonly #states = new Map<Element, State>();
  readonly #isComposing: (control: Element) => boolean;

  /** @param isComposing whether a composition is open in a control: then nothing is written into it */
  constructor(isComposing: (control: Element) => boolean) {
    this.#isComposing = isComposing;
  }

  /**
   * The server has written a text. Says whether this is a control with a text.
   *
   * @param known whether the page was loaded with it: the user may have edited it since
   */
  write(control: Element, value: string, known: boolean): boolean {
    if (!isText(control)) return false;
    const text = control as TextControl;
    let state = this.#states.get(text);
    if (!state) {
      if (!known) text.value = value;
      state = {
        written: value,
        base: value,
        known: value,
        shown: value,
        unprocessed: [],
        notDurable: [],
        isOwn: text.value === value,
        isTold: false,
      };
      this.#states.set(text, state);
      return true;
    }
    let write = textEdit(state.base, value);
    for (const raised of state.unprocessed) {
      [write, raised.edit] = rebase(write, raised.edit);
      raised.payload?.splice(0, 3, ...wireOf(raised.edit));
    }
    state.isTold = false;
    state.written = state.base = value;
    state.known = applyEdit(state.known, write);
    this.#show(text, state);
    return true;
  }

  /** Brings a control together with what is known of it. */
  #show(control: TextControl, state: State): void {
    const { known, shown } = state;
    const { value } = control;
    if (known === shown || this.#isComposing(control)) return;
    const [write, edit] = rebase(textEdit(shown, known), textEdit(shown, value, state.start, state.end));
    state.shown = known;
    if (state.start !== undefined) {
      state.start = edit.at;
      state.end = known.length - edit.at - edit.cut;
    }
    const { selectionDirection, selectionEnd, selectionStart } = control;
    control.value = applyEdit(value, write);
    if (selectionStart === null) return;
    control.setSelectionRange(
      rebasePosition(write, selectionStart),
      rebasePosition(write, selectionEnd as number),
      selectionDirection as 'none'
    );
  }

  /** The user is about to edit a control: what was there could be typed again, and is another text then. */
  begin(control: Element): void {
    const state = this.#states.get(control);
    const { selectionEnd, selectionStart, value } = control as TextControl;
    if (!state || selectionStart === null) return;
    state.start = Math.min(state.start ?? selectionStart, selectionStart);
    const end = value.length - (selectionEnd as number);
    state.end = Math.min(state.end ?? end, end);
  }

  /** What the user has made of the text of a control since that was last asked; `undefined` if it has none. */
  tell(control: Element, value: string): Telling | undefined {
    const state = this.#states.get(control);
    if (!state) return undefined;
    const { isOwn } = state;
    state.isOwn = true;
    const edit = this.#take(state, value);
    return { edit, payload: isOwn ? wireOf(edit) : undefined };
  }

  /**
   * Tells what the user has made of a text by an event that waits to be sent, so that any number of keys takes one event.
   *
   * @param event the number of the last event, if that waits
   * @param value the text, if the handler gets it
   */
  join(control: Element, event: number, value: Wire | undefined): boolean {
    const state = this.#states.get(control);
    const last = state?.unprocessed.at(-1);
    if (
      typeof value !== 'string' ||
      last?.event !== event ||
      !last.isEdit ||
      !last.payload ||
      last.edit.text.length > mostJoined
    )
      return false;
    const { known } = state as State;
    last.edit = joinEdits(known, last.edit, this.#take(state as State, value));
    last.payload.splice(0, 3, ...wireOf(last.edit));
    return true;
  }

  #take(state: State, value: string): TextEdit {
    const { end, known, shown, start } = state;
    const edit = rebase(textEdit(shown, known), textEdit(shown, value, start, end))[1];
    state.undo = () => Object.assign(state, { end, known, shown, start });
    state.start = state.end = undefined;
    state.shown = value;
    state.known = applyEdit(known, edit);
    return edit;
  }

  /**
   * Event number `event` comes from this control. Says whether the control has a text.
   *
   * @param isEdit whether it tells the text
   * @param telling what it tells of the user's edits, if it does
   */
  sent(control: Element, event: number, isEdit: boolean, telling: Telling | undefined): boolean {
    const state = this.#states.get(control);
    if (state && (isEdit || telling)) {
      const told = telling ?? { edit: this.#take(state, (control as TextControl).value) };
      state.unprocessed.push({ ...told, event, isEdit });
    }
    return !!state;
  }

  /** The event with the last edit was refused: the edit is part of the next one. */
  refused(control: Element): void {
    this.#states.get(control)?.undo?.();
  }

  /** Events up to this number are processed, and up to `durable` they are stored. */
  processed(event: number, durable: number): void {
    for (const state of this.#states.values()) {
      const { notDurable, unprocessed } = state;
      while (unprocessed[0] && unprocessed[0].event <= event) {
        const raised = unprocessed.shift() as RaisedEdit;
        raised.before = state.base;
        state.base = applyEdit(state.base, raised.edit);
        if (!raised.payload) state.isTold = true;
        notDurable.push(raised);
      }
      while (notDurable.length && (notDurable.at(-1) as RaisedEdit).event > event) {
        const raised = notDurable.pop() as RaisedEdit;
        state.base = raised.before as string;
        unprocessed.unshift(raised);
      }
      state.notDurable = notDurable.filter((raised) => raised.event > durable);
    }
  }

  /** A frame is applied, or a composition is over. Controls that have left the page are forgotten. */
  release(): void {
    for (const [control, state] of this.#states) {
      if (!control.isConnected) this.#states.delete(control);
      if (state.isTold && !state.unprocessed.length) this.write(control, state.written, false);
      this.#show(control as TextControl, state);
    }
  }
}

/** Whether what the user edits in a control is a text. */
export function isText(control: Element): boolean {
  return /^(textarea|text|search|tel|url|email|password)$/.test((control as TextControl).type);
}

function wireOf({ at, cut, text }: TextEdit): Wire[] {
  return cut ? [text, at, cut] : at ? [text, at] : [text];
}
