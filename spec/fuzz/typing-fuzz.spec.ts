/**
 * The typing fuzz: the same keys go to a page that the server renders all the time, on a network with latency and jitter
 * that breaks now and then, and to the same page without a client. The user must not feel a difference: after each stroke
 * both have the same texts, caret, selection and focus; in the end the server knows these texts, and all that was typed can
 * be undone. How much one step of undo takes back is the browser's affair, which ends a step when the page changes elsewhere;
 * and it forgets the steps of a row that was moved, and those before the server has written a text.
 *
 * `LAW_CASES` and `LAW_SEED` choose other runs; a run that fails is printed with its seed, which is the first one plus its
 * number.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type SlowNetwork, slowNetwork } from '../browser/slow-network.js';
import { lawParameters, lawTimeout } from '../laws/parameters.js';
import { Random } from '../laws/schema.js';
import { planTyping, type Stroke } from './keystrokes.js';
import { type Field, fields, TypingPage } from './typing-page.js';

// WHAT IS COMPARED ------------------------------------------------------------

/** What a user sees of the fields. */
interface Seen {
  readonly texts: Readonly<Record<Field, string>>;
  readonly focus: string;
  /** Of the field with the focus. */
  readonly selection: readonly (number | string | null)[];
}

function readFields(ids: readonly string[]): Seen {
  const field = (id: string): HTMLInputElement => document.querySelector(`#${id}`) as HTMLInputElement;
  const focus = document.activeElement as HTMLInputElement;
  const texts = Object.fromEntries(ids.map((id) => [id, field(id).value])) as Seen['texts'];
  const selection = ids.includes(focus.id) ? [focus.selectionStart, focus.selectionEnd, focus.selectionDirection] : [];

  return { texts, focus: focus.id, selection };
}

const read = (page: Page): Promise<Seen> => page.evaluate(readFields, fields);

/** In a field that the server writes in capitals, letters may be small until it has. */
const inCapitals = (seen: Seen): Seen => ({
  ...seen,
  texts: { ...seen.texts, upper: seen.texts.upper.toUpperCase() },
});

async function makeStroke(page: Page, stroke: Stroke): Promise<void> {
  switch (stroke.kind) {
    case 'focus':
      return page.evaluate((id) => document.getElementById(id)?.focus(), stroke.field);
    case 'press':
      return page.keyboard.press(stroke.key);
    case 'insert':
      return page.keyboard.insertText(stroke.text);
    case 'cut':
      return;
  }
}

/** Undoes what was typed, as far as the browser can; answers the texts of the fields that stay in their place. */
async function undoAll(page: Page): Promise<Partial<Seen['texts']>> {
  let before = '';
  // A step of a row that was moved changes nothing.
  for (let idle = 0; idle < 10; ) {
    await page.keyboard.press('Control+z');
    const seen = JSON.stringify(await read(page));
    idle = seen === before ? idle + 1 : 0;
    before = seen;
  }
  const { row1: _first, row2: _second, ...texts } = (JSON.parse(before) as Seen).texts;

  return texts;
}

/** Where runs are made. */
interface Desk {
  readonly network: SlowNetwork;
  readonly live: WatchedPage;
  readonly still: WatchedPage;
  /** Lets all bytes take so many milliseconds from now on. */
  slowDown(delay: () => number): void;
  close(): Promise<void>;
}

// SPEC ------------------------------------------------------------------------

describe('typing fuzz', () => {
  let listening: Listening;

  before(async () => {
    const server = createServer({ routes: { '/typing': TypingPage }, secret: 'typing typing typing typing' });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  /** Where runs are made, one after the other: a browser with the page, and one with the same without its script. */
  async function openDesk(): Promise<Desk> {
    let delay = (): number => 0;
    const network = await slowNetwork(listening.port, () => delay());
    const [live, still] = await Promise.all([newPage(), newPage()]);
    await still.page.route('**/_troupe/**', (route) => route.fulfill({ body: '' }));

    return {
      ...{ network, live, still },
      slowDown: (next) => {
        delay = next;
      },
      close: async () => {
        network.close();
        await Promise.all([live, still].map(({ page }) => page.context().close()));
      },
    };
  }

  /** Opens the pages anew. */
  async function openPages({ network, live, still }: Desk, seed: number): Promise<void> {
    await Promise.all([live, still].map(({ page }) => page.goto(`${network.origin}/typing?${seed}`)));
    await live.page.waitForSelector('[data-troupe=live]');
  }

  /** Runs one seed; answers what was wrong. */
  async function runTyping(desk: Desk, seed: number): Promise<string | undefined> {
    const { network, live, still } = desk;
    const { latency, strokes } = planTyping(seed);
    const random = new Random(seed);
    const [least, most] = latency;
    desk.slowDown(() => 0);
    await openPages(desk, seed);
    desk.slowDown(() => least + random.below(most - least + 1));
    const done: string[] = [];
    try {
      for (const stroke of strokes) {
        await new Promise((resolve) => setTimeout(resolve, stroke.wait));
        if (stroke.kind === 'cut') network.cut();
        done.push(stroke.kind === 'press' ? stroke.key : JSON.stringify(stroke));
        await Promise.all([makeStroke(live.page, stroke), makeStroke(still.page, stroke)]);
        const [seen, expected] = await Promise.all([read(live.page), read(still.page)]);
        expect(inCapitals(seen)).to.deep.equal(inCapitals(expected));
      }
      await live.page.waitForFunction(
        () => document.querySelector('[data-troupe=live]:not([data-troupe-pending])') !== null,
        undefined,
        { timeout: 30_000 }
      );
      const known = await live.page.evaluate(
        (ids) => Object.fromEntries(ids.map((id) => [id, document.querySelector(`#${id}-known`)?.textContent])),
        fields
      );
      const [seen, expected] = await Promise.all([read(live.page), read(still.page)]);
      const texts = inCapitals(expected).texts;
      expect(seen, 'in the end').to.deep.equal({ ...expected, texts });
      expect(known, 'known to the server').to.deep.equal(texts);
      if (texts.upper === '') {
        const [undone, other] = await Promise.all([live, still].map(({ page }) => undoAll(page)));
        expect(undone, 'undone').to.deep.equal(other);
      }
      // A broken connection is an error in the console; what else is wrong with the page is not.
      expect(live.errors.splice(0).filter((error) => !/WebSocket|ERR_/.test(error))).to.deep.equal([]);
    } catch (error) {
      return `seed ${seed}, ${least} to ${most} ms: ${(error as Error).message}\nafter ${done.join(' ')}\n${differences(error)}`;
    }

    return undefined;
  }

  it('feels no difference to a page without a server', async () => {
    const { numRuns, seed } = lawParameters(16);
    const wrong: string[] = [];
    let next = seed;
    const work = async (): Promise<void> => {
      const desk = await openDesk();
      while (next < seed + numRuns) {
        const fault = await runTyping(desk, next++);
        if (fault !== undefined) wrong.push(fault);
      }
      await desk.close();
    };
    await Promise.all(Array.from({ length: 4 }, work));
    expect(wrong.join('\n\n')).to.equal('');
  }).timeout(lawTimeout(600_000));
});

function differences(error: unknown): string {
  const { actual, expected } = error as { readonly actual?: unknown; readonly expected?: unknown };

  return `${JSON.stringify(actual)}\ninstead of\n${JSON.stringify(expected)}`;
}
