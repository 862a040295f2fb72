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
interface Write {
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
}

const noWrites: readonly Write[] = [];

// EDITED TEXTS ----------------------------------------------------------------

/** The texts of the controls of one client. */
export class EditedTexts {
  /** By number and part. Most clients edit no text: there is no map until one does. */
  #shown: Map<string, Shown> | undefined;
  /** Oldest first. */
  #writes: readonly Write[] = noWrites;

  /** The texts that the user has edited since they were written. */
  get edited(): Iterable<Shown> {
    return this.#shown?.values() ?? [];
  }

  /** Whether there are such texts: what a view gives has to be compared with them. */
  get isEdited(): boolean {
    return this.#shown !== undefined && this.#shown.size > 0;
  }

  /** The text that a control shows, if it is not the one that was written last. */
  shown(number: number, part: number): string | undefined {
    return this.#shown?.get(`${number} ${part}`)?.text;
  }

  /**
   * The user has edited a control.
   *
   * @param edit as the user made it
   * @param seen the number of the last frame that the client had applied then
   * @param written what was written last; what the client shows is to become that
   * @returns the text that the user meant: what was written, with the edit
   */
  edit(number: number, part: number, edit: TextEdit, seen: number, written: string): string {
    let own = edit;
    for (const write of this.#writes) {
      if (write.frame <= seen || write.number !== number || write.part !== part) continue;
      [write.edit, own] = rebase(write.edit, own);
    }
    const before = this.shown(number, part) ?? written;
    this.#show(number, part, applyEdit(before, own));

    return applyEdit(written, rebase(textEdit(before, written), own)[1]);
  }

  #show(number: number, part: number, text: string): void {
    this.#shown ??= new Map();
    this.#shown.set(`${number} ${part}`, { number, part, text });
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
