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
import { fields, TypingPage } from './typing-page.js';
import { copyInto, type Seen, type Typist, typist, withClipboard } from './typist.js';

// WHAT IS COMPARED ------------------------------------------------------------

/** In a field that the server writes in capitals, letters may be small until it has. */
const inCapitals = (seen: Seen): Seen => ({
  ...seen,
  texts: { ...seen.texts, upper: seen.texts.upper.toUpperCase() },
});

/** Makes a stroke in both pages. */
function makeStroke({ typists, clipboard }: Desk, stroke: Stroke): Promise<unknown> {
  const make = () => Promise.all(typists.map((typist) => typist.make(stroke)));
  if (stroke.kind === 'press' && stroke.key === 'Control+x') return withClipboard(make);
  if (stroke.kind !== 'paste') return make();

  return withClipboard(async () => {
    await copyInto(clipboard, stroke.text);
    await make();
  });
}

/** Undoes what was typed, as far as the browser can; answers the texts of the fields that stay in their place. */
async function undoAll(typist: Typist, strokes: number): Promise<Partial<Seen['texts']>> {
  // A stroke is a step at the most; steps of rows that were moved change nothing.
  await typist.undo(strokes);
  const { row1: _first, row2: _second, ...texts } = (await typist.look()).texts;

  return texts;
}

/** Where runs are made. */
interface Desk {
  readonly network: SlowNetwork;
  readonly live: WatchedPage;
  readonly still: WatchedPage;
  /** Of the live page, and of the other. */
  readonly typists: readonly [Typist, Typist];
  /** Writes to the clipboard. */
  readonly clipboard: Page;
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
    const [live, still, clipboard] = await Promise.all([newPage(), newPage(), newPage()]);
    await Promise.all([live, still].map(({ page }) => page.setViewportSize({ width: 320, height: 240 })));
    await clipboard.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await clipboard.page.goto(`http://127.0.0.1:${listening.port}/missing`);
    await still.page.route('**/_troupe/**', (route) => route.fulfill({ body: '' }));

    return {
      ...{ network, live, still, clipboard: clipboard.page },
      ...{ typists: [await typist(live.page), await typist(still.page)] },
      slowDown: (next) => {
        delay = next;
      },
      close: async () => {
        network.close();
        await Promise.all([live, still, clipboard].map(({ page }) => page.context().close()));
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
    const { network, live, typists } = desk;
    const [user, other] = typists;
    const { latency, strokes } = planTyping(seed);
    const random = new Random(seed);
    const [least, most] = latency;
    desk.slowDown(() => 0);
    await openPages(desk, seed);
    desk.slowDown(() => least + random.below(most - least + 1));
    const done: string[] = [];
    try {
      await Promise.all(typists.map((typist) => typist.watch()));
      for (const stroke of strokes) {
        await new Promise((resolve) => setTimeout(resolve, stroke.wait));
        done.push(stroke.kind === 'press' ? stroke.key : JSON.stringify(stroke));
        if (stroke.kind === 'cut') network.cut();
        else await makeStroke(desk, stroke);
      }
      const [felt, wanted] = await Promise.all([user.seen(), other.seen()]);
      const made = done.filter((_, index) => strokes[index]?.kind !== 'cut');
      expect(felt).to.have.lengthOf(made.length);
      felt.forEach((seen, index) => {
        const expected = inCapitals(wanted[index] as Seen);
        expect(inCapitals(seen), `after stroke ${index + 1}, ${made[index]}`).to.deep.equal(expected);
      });
      await live.page.waitForFunction(
        () => document.querySelector('[data-troupe=live]:not([data-troupe-pending])') !== null,
        undefined,
        { timeout: 30_000 }
      );
      const known = await live.page.evaluate(
        (ids) => Object.fromEntries(ids.map((id) => [id, document.querySelector(`#${id}-known`)?.textContent])),
        fields
      );
      const [seen, expected] = await Promise.all([user.look(), other.look()]);
      const texts = inCapitals(expected).texts;
      expect(seen, 'in the end').to.deep.equal({ ...expected, texts });
      expect(known, 'known to the server').to.deep.equal(texts);
      // What the server has written into it can be undone, too.
      if (wanted.every((seen) => seen.texts.upper === '')) {
        const [undone, wantedUndone] = await Promise.all(typists.map((typist) => undoAll(typist, strokes.length)));
        expect(undone, 'undone').to.deep.equal(wantedUndone);
      }
      // A broken connection, of either kind, is an error in the console; what else is wrong with the page is not.
      expect(live.errors.splice(0).filter((error) => !/WebSocket|ERR_|status of 410/.test(error))).to.deep.equal([]);
    } catch (error) {
      return `seed ${seed}, ${least} to ${most} ms: ${(error as Error).message}\nafter ${done.join(' ')}\n${differences(error)}`;
    }

    return undefined;
  }

  it('feels no difference to a page without a server', async () => {
    const { numRuns, seed } = lawParameters(25);
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
