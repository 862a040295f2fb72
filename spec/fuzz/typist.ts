/**
 * Makes the strokes of the typing fuzz in a page, by the DevTools protocol and without a question to the page in between:
 * the page itself writes down what a user sees after each stroke. A run costs a third of what it does with Playwright's
 * keyboard.
 */

import type { Page } from 'playwright-core';
import type { Stroke } from './keystrokes.js';
import { type Field, fields } from './typing-page.js';

// TYPES -----------------------------------------------------------------------

/** What a user sees of the fields. */
export interface Seen {
  readonly texts: Readonly<Record<Field, string>>;
  readonly focus: string;
  /** Of the field with the focus. */
  readonly selection: readonly (number | string | null)[];
}

/** Types in one page. */
export interface Typist {
  /** Watches the fields of what was loaded; before anything else is made. */
  watch(): Promise<void>;
  /** Resolves when the page has handled the stroke, and has written down what is seen. */
  make(stroke: Stroke): Promise<void>;
  /** Undoes so many times; nothing is written down. */
  undo(times: number): Promise<void>;
  /** What is seen now. */
  look(): Promise<Seen>;
  /** What was seen after each stroke. */
  seen(): Promise<readonly Seen[]>;
}

/** What `record` puts on the window. */
interface Records {
  lookAtFields(): Seen;
  readonly seenFields: Seen[];
}

// IN THE PAGE -----------------------------------------------------------------

/** Writes down what is seen whenever a key has come up. */
function record(ids: readonly string[]): void {
  const field = (id: string): HTMLInputElement => document.querySelector(`#${id}`) as HTMLInputElement;
  const lookAtFields = (): Seen => {
    const focus = document.activeElement as HTMLInputElement;
    const texts = Object.fromEntries(ids.map((id) => [id, field(id).value])) as Seen['texts'];
    const selection = ids.includes(focus.id)
      ? [focus.selectionStart, focus.selectionEnd, focus.selectionDirection]
      : [];

    return { texts, focus: focus.id, selection };
  };
  const records: Records = { lookAtFields, seenFields: [] };
  Object.assign(window, records);
  addEventListener('keyup', ({ key }) => void (key !== 'z' && records.seenFields.push(lookAtFields())), true);
}

// KEYS ------------------------------------------------------------------------

/** The codes of keys without a text; those of letters are their capitals'. */
const codes: Readonly<Record<string, number>> = {
  ...{ Backspace: 8, Tab: 9, End: 35, Home: 36, ArrowLeft: 37, ArrowRight: 39, Delete: 46 },
};
const modifiers: Readonly<Record<string, number>> = { Control: 2, Shift: 8 };

/** `Input.dispatchKeyEvent` for a key as Playwright writes it, `Shift+Home`. */
function keyEvent(written: string) {
  const names = written.split('+');
  const key = names.pop() as string;
  const held = names.reduce((sum, name) => sum + (modifiers[name] ?? 0), 0);
  const code = key === ' ' ? 'Space' : key.length === 1 ? `Key${key.toUpperCase()}` : key;
  const event = { key, code, modifiers: held, windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0) };

  return key.length === 1 && held === 0 ? { ...event, text: key } : event;
}

// CLIPBOARD -------------------------------------------------------------------

let clipboard: Promise<unknown> = Promise.resolve();

/** Has the clipboard, which all pages of the browser share, to itself. */
export function withClipboard<T>(work: () => Promise<T>): Promise<T> {
  const done = clipboard.then(work);
  clipboard = done.catch(() => undefined);

  return done;
}

/** Puts a text into the clipboard, in a page of its own: one whose user has tabbed out of it may not. */
export async function copyInto(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
}

// TYPIST ----------------------------------------------------------------------

/** A typist for a page. */
export async function typist(page: Page): Promise<Typist> {
  const protocol = await page.context().newCDPSession(page);
  const up = (event: { readonly key: string }) => protocol.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  const press = (written: string) => {
    const event = keyEvent(written);

    return [protocol.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event }), () => up(event)] as const;
  };
  const records = <T>(read: (records: Records) => T): Promise<T> => page.evaluate(`(${read})(window)`);

  return {
    watch: () => page.evaluate(record, fields),
    async make(stroke) {
      switch (stroke.kind) {
        case 'focus':
          await page.evaluate((id) => document.getElementById(id)?.focus(), stroke.field);
          await up({ key: 'Unidentified' });
          break;
        case 'paste':
          await Promise.all([press('Control+v')[0], up({ key: 'Unidentified' })]);
          break;
        case 'press': {
          const [down, up] = press(stroke.key);
          await down;
          // Behind the last field the focus goes round by way of the browser's own window.
          if (stroke.key.endsWith('Tab')) await page.evaluate(() => new Promise(requestAnimationFrame));
          await up();
          break;
        }
        case 'insert':
          await Promise.all([protocol.send('Input.insertText', { text: stroke.text }), up({ key: 'Unidentified' })]);
      }
    },
    async undo(times) {
      await Promise.all(Array.from({ length: times }, () => press('Control+z')[0]));
    },
    look: () => records(({ lookAtFields }) => lookAtFields()),
    seen: () => records(({ seenFields }) => seenFields),
  };
}
