/**
 * A click that was made before the client script had started went to the row that stood at its place, if the session came
 * back with other rows than the page was loaded with: the click removed a row that the user had not seen.
 */

import { expect } from 'chai';
import { component, html, repeat } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';

type Message = { type: 'removed'; row: string } | { type: 'named'; row: string; name: string };

interface Model {
  readonly rows: readonly (readonly [row: string, name: string])[];
}

/** A list, all of whose rows look alike until they are named; the names are properties alone. */
const pageOf = (...rows: readonly string[]) =>
  component({
    name: 'page',
    init: (): Model => ({ rows: rows.map((row) => [row, row]) }),
    update: ({ rows }, message: Message): Model => ({
      rows:
        message.type === 'removed'
          ? rows.filter(([row]) => row !== message.row)
          : rows.map(([row, name]) => (row === message.row ? [row, message.name] : [row, name])),
    }),
    view: ({ rows }) => html<Message>`
      <ul>${repeat(
        rows,
        ([row]) => row,
        ([row, name]) => html<Message>`<li>
          <input .value=${name} @input=${({ value }) => ({ type: 'named', row, name: value })}>
          <button @click=${{ type: 'removed', row }}>Remove</button>
        </li>`
      )}</ul>
      <output>${rows.map((each) => each.join(':')).join(' ')}</output>`,
  });

const secret = 'a secret of this spec';

describe('an event made in a row before the client script has started', () => {
  let listening: Listening;
  let watched: WatchedPage;
  let start: () => void;

  /** Loads the page with rows a and b; its script waits. */
  beforeEach(async () => {
    listening = await createServer({ routes: { '/': pageOf('a', 'b') }, secret }).listen(0, '127.0.0.1');
    watched = await newPage();
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    await watched.page.route('**/client-*.js', async (route) => {
      await started;
      await route.continue();
    });
    await watched.page.goto(`http://127.0.0.1:${listening.port}/`, { waitUntil: 'commit' });
    await watched.page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      for (const what of ['fresh', 'dropped']) document.addEventListener(`troupe:${what}`, () => told.push(what), true);
    });
  });
  afterEach(() => listening.close());

  /** The process is replaced by one without the session, whose list has these rows; the script comes. */
  async function replace(...rows: readonly string[]): Promise<readonly [rows: string | null, told: readonly string[]]> {
    const { page, expectNoErrors } = watched;
    const { port } = listening;
    await listening.close();
    listening = await createServer({ routes: { '/': pageOf(...rows) }, secret }).listen(port, '127.0.0.1');
    start();
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    const told = await page.evaluate(() => (window as unknown as { readonly told: readonly string[] }).told);
    const found = await page.textContent('output');
    expect(
      await page.locator('input').evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))
    ).to.deep.equal((found ?? '').split(' ').map((row) => row.split(':')[1]));
    await expectNoErrors();

    return [found, told];
  }

  it('is dropped, and the page learns it, if the rows are others', async () => {
    await watched.page.locator('button').first().click();
    expect(await replace('b', 'c')).to.deep.equal(['b:b c:c', ['dropped', 'fresh']]);
  });

  it('so is an edit', async () => {
    await watched.page.locator('input').first().fill('A');
    expect(await replace('b', 'c')).to.deep.equal(['b:b c:c', ['dropped', 'fresh']]);
  });

  it('happens if they are the same', async () => {
    await watched.page.locator('button').first().click();
    await watched.page.locator('#troupe input').last().fill('B');
    expect(await replace('a', 'b')).to.deep.equal(['b:B', ['fresh']]);
  });
});
