/**
 * The texts of the controls of one client, where they are not what the server has written: the user edits a text while
 * the server writes it. The client says what was edited, not the whole text; here that is rebased on what the server has
 * written since (`rebase` in `text-edit.ts`). `client-tree.ts` holds one for each client; the diff compares what a view
 * gives with what the control shows, and adds each write.
 *
 * A control is known by the number of its instance and the part that writes its `value`.
 */

import { applyEdit, rebase, type TextEdit, textEdit } from '../wire/text-edit.js';

// TYPES -----------------------------------------------------------------------

/** What was written into a control by a frame that the client may not have applied. */
export interface TextWrite {
  readonly frame: number;
  readonly number: number;
  readonly part: number;
  /** As it applies to what the client shows, with all edits that were received. */
  edit: TextEdit;
}

/** A text that a control shows, and no write has given it. */
interface Shown {
  readonly number: number;
  readonly part: number;
  readonly text: string;
  /**
   * Whether it is left to the user: the events that told of it came to handlers that gave no message, as one of `keydown`
   * that waits for Enter. What the view gives is written when that changes.
   */
  readonly isLeft: boolean;
}

const none: readonly never[] = [];

// EDITED TEXTS ----------------------------------------------------------------

/** The texts of the controls of one client. */
export class EditedTexts {
  /** By number and part. Most clients edit no text: there is no map until one does. */
  #shown: Map<string, Shown> | undefined;
  /** Oldest first. */
  #writes: readonly TextWrite[] = none;

  /** What was written and is not known to be applied, oldest first. */
  get writes(): readonly TextWrite[] {
    return this.#writes;
  }

  /** The texts that the user has edited since they were written, those that are left to the user included. */
  get edited(): readonly Shown[] {
    return this.#shown === undefined ? none : [...this.#shown.values()];
  }

  /** Whether there are such texts: what a view gives has to be compared with them. */
  get isEdited(): boolean {
    return this.#shown !== undefined && [...this.#shown.values()].some(({ isLeft }) => !isLeft);
  }

  /** The text that a control shows, if it is not the one that was written last. */
  shown(number: number, part: number): string | undefined {
    return this.#shown?.get(`${number} ${part}`)?.text;
  }

  /**
   * The user has edited a control. The text is left to the user until `answer` is called.
   *
   * @param edit as the user made it
   * @param seen the number of the last frame that the client had applied then
   * @param written what was written last
   * @param given what the view gives now; what the client shows is to become that
   * @param writes what was written and not known to be applied when the edit came; some of it may be applied by now
   * @returns the text that the user meant: what the view gives, with the edit
   */
  edit(
    number: number,
    part: number,
    edit: TextEdit,
    seen: number,
    written: string,
    given = written,
    writes: readonly TextWrite[] = this.#writes
  ): string {
    let own = edit;
    for (const write of new Set([...writes, ...this.#writes])) {
      if (write.frame <= seen || write.number !== number || write.part !== part) continue;
      [write.edit, own] = rebase(write.edit, own);
    }
    const { isLeft = true, text: before = written } = this.#shown?.get(`${number} ${part}`) ?? {};
    const text = applyEdit(before, own);
    this.#show({ number, part, text, isLeft });

    return isLeft && given === written ? text : applyEdit(given, rebase(textEdit(before, given), own)[1]);
  }

  /** The component has answered an edit: the control is to show what the view gives. */
  answer(number: number, part: number): void {
    const shown = this.#shown?.get(`${number} ${part}`);
    if (shown?.isLeft) this.#show({ ...shown, isLeft: false });
  }

  #show(shown: Shown): void {
    this.#shown ??= new Map();
    this.#shown.set(`${shown.number} ${shown.part}`, shown);
  }

  /** A frame writes `after` into a control; `before` is what was written before. */
  write(frame: number, number: number, part: number, before: string, after: string): void {
    const edit = textEdit(this.shown(number, part) ?? before, after);
    this.agree(number, part);
    this.#writes = [...this.#writes, { frame, number, part, edit }];
  }

  /** The client shows what was written: the text is what the view gives. */
  agree(number: number, part: number): void {
    this.#shown?.delete(`${number} ${part}`);
  }

  /** The client has applied `frame`. */
  acknowledge(frame: number): void {
    if (this.#writes.length > 0) this.#writes = this.#writes.filter((write) => write.frame > frame);
  }
}
