/**
 * The law of forms without script: what a user does in a random form, by keyboard and mouse in a page with script or by
 * posts of one without, leads to the same model.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { component, html, type PageProps } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { openPage } from 'troupe/testing';
import { PlainBrowser } from '../fixtures/plain-browser.js';
import { lawParameters } from '../laws/parameters.js';

// CASES -----------------------------------------------------------------------

/** A control of a form; its name is its index. */
type Control =
  | { readonly kind: 'text' | 'area'; readonly initial: string; readonly event: 'input' | 'change' }
  | { readonly kind: 'box'; readonly initial: boolean }
  | { readonly kind: 'radio' | 'select'; readonly initial: string };

type Way = 'save' | 'both' | 'plain' | 'enter';

/** What a user does in one page: edits, each of the control of an index, then a button or Enter. */
interface Step {
  readonly edits: readonly (readonly [control: number, text: string, choice: number])[];
  readonly way: Way;
}

interface Case {
  readonly controls: readonly Control[];
  /** Whether the button that does not submit stands before the others. */
  readonly isPlainFirst: boolean;
  readonly steps: readonly Step[];
}

const choices = ['x', 'y', 'z'] as const;
const text = fc.array(fc.constantFrom(...'abä1 &<"'), { maxLength: 6 }).map((letters) => letters.join(''));

const control: fc.Arbitrary<Control> = fc.oneof(
  fc.record({ kind: fc.constantFrom('text', 'area'), initial: text, event: fc.constantFrom('input', 'change') }),
  fc.record({ kind: fc.constant('box'), initial: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('radio', 'select'), initial: fc.constantFrom(...choices) })
);

const step: fc.Arbitrary<Step> = fc.record({
  edits: fc.array(fc.tuple(fc.nat(4), text, fc.nat(2)), { maxLength: 4 }),
  way: fc.constantFrom<Way>('save', 'both', 'plain', 'enter'),
});

const theCase: fc.Arbitrary<Case> = fc.record({
  controls: fc.array(control, { minLength: 1, maxLength: 5 }),
  isPlainFirst: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
});

// PAGE ------------------------------------------------------------------------

interface Model {
  readonly number: number;
  readonly values: readonly (string | boolean)[];
  readonly log: readonly string[];
}

type Message = { type: 'edited'; index: number; value: string | boolean } | { type: 'did'; what: string };

const cases: Case[] = [];

function controlView(given: Control, index: number, value: string | boolean | undefined) {
  const name = `c${index}`;
  const edited = (next: string | boolean): Message => ({ type: 'edited', index, value: next });
  switch (given.kind) {
    case 'text':
      return given.event === 'input'
        ? html<Message>`<input name=${name} .value=${value} @input=${(event) => edited(event.value)}>`
        : html<Message>`<input name=${name} .value=${value} @change=${(event) => edited(event.value)}>`;
    case 'area':
      return html<Message>`<textarea name=${name} .value=${value} @input=${(event) => edited(event.value)}></textarea>`;
    case 'box':
      return html<Message>`
        <input type="checkbox" name=${name} .checked=${value} @change=${(event) => edited(event.checked)}>`;
    case 'radio':
      return choices.map(
        (choice) => html<Message>`
          <input type="radio" name=${name} value=${choice} .checked=${value === choice}
            @change=${(event) => edited(event.value)}>`
      );
    case 'select':
      return html<Message>`
        <select name=${name} .value=${value} @change=${(event) => edited(event.value)}>
          ${choices.map((choice) => html<Message>`<option>${choice}</option>`)}
        </select>`;
  }
}

const plain = html<Message>`<button type="button" @click=${{ type: 'did', what: 'plain' }}>plain</button>`;

const Form = component({
  name: 'form',
  init: ({ query }: PageProps): Model => {
    const number = Number(query['case']);
    return { number, values: (cases[number] as Case).controls.map(({ initial }) => initial), log: [] };
  },
  update: (model, message: Message): Model =>
    message.type === 'edited'
      ? { ...model, values: model.values.with(message.index, message.value) }
      : { ...model, log: [...model.log, message.what] },
  view: ({ number, values, log }) => {
    const { controls, isPlainFirst } = cases[number] as Case;

    return html<Message>`
      <form @submit=${({ entries }) => ({ type: 'did', what: `submit ${JSON.stringify(entries)}` })}>
        ${isPlainFirst && plain}
        ${controls.map((given, index) => controlView(given, index, values[index]))}
        <input name="enter" aria-label="enter">
        <button name="by" value="save">save</button>
        <button name="by" value="both" @click=${({ value }) => ({ type: 'did', what: `click ${value}` })}>both</button>
        ${!isPlainFirst && plain}
      </form>
      <output>${JSON.stringify({ values, log })}</output>`;
  },
});

// WAYS ------------------------------------------------------------------------

/** The control that an edit is of. */
const editedIn = ({ controls }: Case, index: number): readonly [at: number, control: Control] => {
  const at = index % controls.length;

  return [at, controls[at] as Control];
};

/** By keyboard and mouse, in a page with script. */
async function live(number: number): Promise<string> {
  const given = cases[number] as Case;
  const page = await openPage(Form, { url: `/?case=${number}` });
  const named = (name: string) => [...page.root.querySelectorAll<HTMLInputElement>(`[name=${name}]`)];
  const button = (name: string) => page.getByRole('button', { name });
  for (const { edits, way } of given.steps) {
    for (const [index, typed, choice] of edits) {
      const [at, { kind }] = editedIn(given, index);
      const [first, ...others] = named(`c${at}`) as [HTMLInputElement, ...HTMLInputElement[]];
      if (kind === 'text' || kind === 'area') {
        await page.clear(first);
        if (typed !== '') await page.type(first, typed);
      } else if (kind === 'box') await page.click(first);
      else if (kind === 'radio') await page.click([first, ...others][choice] as Element);
      else await page.select(first, choices[choice] as string);
    }
    if (way === 'enter') await page.type(named('enter')[0] as Element, '{Enter}');
    else await page.click(button(way));
  }
  const shown = page.root.querySelector('output')?.textContent ?? '';
  await page.close();

  return shown;
}

/** By posts, in a page without script. */
async function posted(number: number, origin: string): Promise<string> {
  const given = cases[number] as Case;
  const browser = new PlainBrowser(origin);
  await browser.open(`/?case=${number}`);
  for (const { edits, way } of given.steps) {
    for (const [index, typed, choice] of edits) {
      const [at, { kind }] = editedIn(given, index);
      if (kind === 'box') browser.toggle(`c${at}`);
      else if (kind === 'radio') browser.choose(`c${at}`, choice);
      else browser.edit(`c${at}`, kind === 'select' ? (choices[choice] as string) : typed);
    }
    await (way === 'enter' ? browser.enter('enter') : browser.click(way));
  }

  return browser.text('output');
}

describe('forms without script', () => {
  let listening: Listening;

  before(async () => {
    const server = createServer({
      framesPerSecond: Number.POSITIVE_INFINITY,
      inspector: false,
      routes: { '/': Form },
      secret: 'a secret of this law',
      sessionsPerAddress: Number.POSITIVE_INFINITY,
    });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  it('lead to the model that keyboard and mouse lead to with script', async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(theCase, async (given) => {
        const number = cases.push(given) - 1;
        const origin = `http://127.0.0.1:${listening.port}`;
        expect(await posted(number, origin)).to.equal((await live(number)).replaceAll(/\s+/g, ' '));
      }),
      lawParameters(10)
    );
  });
});
