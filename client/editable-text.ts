/**
 * The text of an element with `contenteditable`, as the value of its events: it has no `value`, which is what handlers get.
 * The text is put into the event before any other listener has it. `collect.ts` does so from the first moment, and
 * `more.ts` in pages without that.
 */

/** Puts the text of the element that the user edits into its event. */
export function noteText(event: Event): void {
  const { contentEditable, innerText, textContent } = event.target as HTMLElement;
  // Not what stands in such an element.
  if (/^(true|plaintext-only)$/.test(contentEditable)) Object.assign(event, { value: innerText ?? textContent });
}

/** Does that from now on, for all events that tell a text. */
export function noteTexts(): void {
  for (const type of ['input', 'keydown', 'keyup', 'focusout', 'blur']) addEventListener(type, noteText, true);
}
