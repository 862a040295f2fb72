/**
 * Edits of a text, as the text of a control travels: what was cut where, and what stands there instead. Client and
 * server both change a text while the other's change is on its way; `rebase` gives each side the other's change as it
 * applies to its own text, so that both come to the same text. The server's change counts as the first, so that text
 * typed at the place where the server inserts comes after it.
 *
 * This is operational transformation between two parties of which one has authority, as in the Jupiter system (Nichols
 * et al., "High-latency, low-bandwidth windowing in the Jupiter collaboration system", 1995).
 */

// TYPES -----------------------------------------------------------------------

/** One replacement in a text. Positions are UTF-16 code units, as in the DOM. */
export interface TextEdit {
  /** Where it begins. */
  readonly at: number;
  /** How many code units are cut there. */
  readonly cut: number;
  /** What is inserted there. */
  readonly text: string;
}

// EDITS -----------------------------------------------------------------------

/**
 * The shortest edit that makes `after` of `before`; what both begin with stays at its place.
 *
 * @param start how much may have stayed at the beginning; more is replaced by the same
 * @param end how much may have stayed at the end
 */
export function textEdit(before: string, after: string, start = before.length, end = before.length): TextEdit {
  const most = Math.min(before.length, after.length);
  let at = 0;
  while (at < most && at < start && before[at] === after[at]) at++;
  let kept = 0;
  while (kept < most - at && kept < end && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  return { at, cut: before.length - at - kept, text: after.slice(at, after.length - kept) };
}

/** The text with an edit applied. What lies beyond the end of the text is applied at its end. */
export function applyEdit(text: string, { at, cut, text: inserted }: TextEdit): string {
  return text.slice(0, at) + inserted + text.slice(at + cut);
}

/** Two edits, one after the other, as one; `between` is the text after the first. */
export function joinEdits(between: string, first: TextEdit, second: TextEdit): TextEdit {
  const at = Math.min(first.at, second.at);
  const end = Math.max(first.at + first.text.length, second.at + second.cut);
  return {
    at,
    cut: end - at - first.text.length + first.cut,
    text: applyEdit(between, second).slice(at, end + second.text.length - second.cut),
  };
}

/**
 * Two edits of the same text, each as it applies after the other: `[write, edit]` becomes `[write after edit, edit after
 * write]`. The edits applied in either order give the same text.
 *
 * Text that one side has inserted stays, unless the other has cut what lies on both sides of it. Inside of what the
 * server has replaced, the user's positions count from the beginning of the replacement, up to its end.
 *
 * @param write the server's
 * @param edit the user's
 */
export function rebase(write: TextEdit, edit: TextEdit): [write: TextEdit, edit: TextEdit] {
  const writeEnd = write.at + write.cut;
  const editEnd = edit.at + edit.cut;
  const grown = write.text.length - write.cut;
  if (writeEnd <= edit.at) return [write, { ...edit, at: edit.at + grown }];
  if (editEnd <= write.at) return [{ ...write, at: write.at + edit.text.length - edit.cut }, edit];
  const at = Math.min(write.at, edit.at);
  const from = Math.min(Math.max(edit.at - write.at, 0), write.text.length);
  const to = editEnd < writeEnd ? Math.min(editEnd - write.at, write.text.length) : write.text.length;
  const end = Math.max(editEnd, writeEnd);
  return [
    {
      at,
      cut: end - at + edit.text.length - edit.cut,
      text: write.text.slice(0, from) + edit.text + write.text.slice(to),
    },
    {
      at: at + from,
      cut: to - from + Math.max(write.at - edit.at, 0) + Math.max(editEnd - writeEnd, 0),
      text: edit.text,
    },
  ];
}

/** Where a position of a text lies after the server's edit. */
export function rebasePosition(write: TextEdit, position: number): number {
  return rebase(write, { at: position, cut: 0, text: '' })[1].at;
}
