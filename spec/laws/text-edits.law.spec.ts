/**
 * The law of texts: whatever the user types, whatever the server writes meanwhile, and however long frames take, the
 * control shows in the end what the server's view gives; and each character that was typed is in what the server has
 * taken, once.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { TextControls } from '../../client/text-controls.js';
import { EditedTexts } from '../../runtime/render/edited-texts.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { applyEdit, joinEdits, rebase, type TextEdit, textEdit } from '../../runtime/wire/text-edit.js';
import { lawParameters, lawTimeout } from './parameters.js';

// A SESSION -------------------------------------------------------------------

const part = 3;
const number = 7;

interface Up {
  readonly edit: Wire[];
  readonly isEnter: boolean;
  readonly frames: number;
}

interface Down {
  readonly processed: number;
  readonly value: string | undefined;
}

/** What a model makes of a text that was typed. */
type Update = (typed: string) => string;

/** A control and its server, with a network between them that delivers on demand. */
class Play {
  readonly control = { type: 'text', value: '', selectionStart: null, isConnected: true };
  readonly entered: string[] = [];
  value = '';
  readonly #update: Update;
  readonly #client = new TextControls(() => this.isComposing);
  readonly #server = new EditedTexts();
  readonly #up: Up[] = [];
  readonly #down: Down[] = [];
  isComposing = false;
  #raised = 0;
  #applied = 0;
  #told = 0;
  #seen = 0;
  #sent = 0;
  #written = '';

  constructor(update: Update) {
    this.#update = update;
    this.#client.write(this.#element, '', true);
  }

  get #element(): Element {
    return this.control as unknown as Element;
  }

  /** The user replaces something and the page raises an event, or the user presses Enter. */
  type(edit: TextEdit | undefined, isSilent = false): void {
    if (edit) this.control.value = applyEdit(this.control.value, edit);
    if (isSilent) return;
    const telling = this.#client.tell(this.#element, this.control.value);
    const wire = telling?.payload as Wire[];
    this.#client.sent(this.#element, ++this.#raised, true, telling);
    this.#up.push({ edit: [...wire], isEnter: edit === undefined, frames: this.#applied - this.#told });
    this.#told = this.#applied;
  }

  /** The server takes an event. */
  take(): void {
    const up = this.#up.shift();
    if (up === undefined) return;
    this.#seen += up.frames;
    this.#server.acknowledge(this.#seen);
    const [text, at = 0, cut = 0] = up.edit as [string, number?, number?];
    const typed = this.#server.edit(number, part, { at, cut, text }, this.#seen, this.#written);
    if (!up.isEnter) this.value = this.#update(typed);
    else if (this.value !== '') {
      this.entered.push(this.value);
      this.value = '';
    }
    this.#flush(1);
  }

  /** The server changes the text by itself. */
  push(value: string): void {
    this.value = value;
    this.#flush(0);
  }

  #flush(processed: number): void {
    const shown = this.#server.shown(number, part) ?? this.#written;
    if (shown === this.value) {
      this.#server.agree(number, part);
      this.#down.push({ processed, value: undefined });
    } else {
      this.#server.write(++this.#sent, number, part, this.#written, this.value);
      this.#down.push({ processed, value: this.value });
    }
    this.#written = this.value;
  }

  /** The page applies a frame. */
  #processed = 0;
  show(): void {
    const down = this.#down.shift();
    if (down === undefined) return;
    this.#processed += down.processed;
    this.#client.processed(this.#processed, this.#processed);
    if (down.value !== undefined) {
      this.#applied++;
      this.#client.write(this.#element, down.value, false);
    }
    this.#client.release();
  }

  settle(): void {
    this.isComposing = false;
    this.#client.release();
    this.type({ at: 0, cut: 0, text: '' });
    while (this.#up.length > 0 || this.#down.length > 0) {
      this.take();
      this.show();
    }
  }
}

// ARBITRARIES -----------------------------------------------------------------

type Happening =
  | { readonly what: 'type'; readonly at: number; readonly cut: number; readonly text: string; silent: boolean }
  | { readonly what: 'enter' | 'take' | 'show' | 'compose' }
  | { readonly what: 'push'; readonly text: string };

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 4 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('type' as const),
      at: fc.nat(8),
      cut: fc.nat(3),
      text: word,
      silent: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constantFrom('enter', 'take', 'take', 'show', 'show', 'compose' as const),
    }) as fc.Arbitrary<Happening>,
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('push' as const), text: word }) }
);

const updates: readonly Update[] = [
  (typed) => typed,
  (typed) => typed.toUpperCase(),
  (typed) => typed.replaceAll(' ', ''),
  (typed) => typed.replaceAll(/(...)(?!-)/g, '$1-'),
  (typed) => typed.slice(0, 5),
  () => 'fixed',
];

function happen(play: Play, step: Happening): void {
  if (step.what === 'type') {
    const at = Math.min(step.at, play.control.value.length);
    play.type({ at, cut: Math.min(step.cut, play.control.value.length - at), text: step.text }, step.silent);
  } else if (step.what === 'enter') play.type(undefined);
  else if (step.what === 'push') play.push(step.text);
  else if (step.what === 'compose') play.isComposing = !play.isComposing;
  else play[step.what]();
}

// LAW -------------------------------------------------------------------------

describe('the law of texts', () => {
  it('rebased edits give the same text in either order', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (base, left, right) => {
        const [write, edit] = [textEdit(base, left), textEdit(base, right)];
        const [writeAfter, editAfter] = rebase(write, edit);
        expect(applyEdit(right, writeAfter)).to.equal(applyEdit(left, editAfter));
      }),
      lawParameters(2_000)
    );
  }).timeout(lawTimeout(20_000));

  it('joined edits are as good as one after the other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (first, second, third) => {
        const joined = joinEdits(second, textEdit(first, second), textEdit(second, third));
        expect(applyEdit(first, joined)).to.equal(third);
      }),
      lawParameters(2_000)
    );
  }).timeout(lawTimeout(20_000));

  it('control and view agree in the end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...updates), fc.array(happening, { maxLength: 40 }), (update, steps) => {
        const play = new Play(update);
        for (const step of steps) happen(play, step);
        play.settle();
        expect(play.control.value).to.equal(play.value);
      }),
      lawParameters(2_000)
    );
  }).timeout(lawTimeout(20_000));

  it('a field that Enter empties takes each character once, in order, at any latency', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('type' as const) },
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          'enter' as const,
          'take' as const,
          'show' as const,
          'take' as const,
          'show' as const
        ),
      }
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const play = new Play((typed) => typed);
        let typed = '';
        const entries: string[] = [''];
        for (const what of steps) {
          if (what === 'type') {
            const letter = String.fromCharCode(97 + (typed.length % 26));
            typed += letter;
            entries[entries.length - 1] += letter;
            play.type({ at: play.control.value.length, cut: 0, text: letter });
          } else if (what === 'enter') {
            if (entries.at(-1) !== '') entries.push('');
            play.type(undefined);
          } else play[what]();
        }
        play.settle();
        expect([...play.entered, play.control.value]).to.deep.equal(entries);
      }),
      lawParameters(2_000)
    );
  }).timeout(lawTimeout(20_000));
});
