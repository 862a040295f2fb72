import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';

type Message = { type: 'searched'; text: string } | { type: 'submitted' } | { type: 'moved'; x: number };

interface Model {
  readonly text: string;
  readonly log: readonly string[];
}

/** A page that writes down what it hears. */
const Search = component({
  name: 'search',
  init: (): Model => ({ text: '', log: [] }),
  update: (model, message: Message): Model => {
    if (message.type === 'searched') return { text: message.text, log: [...model.log, `searched ${message.text}`] };
    if (message.type === 'moved') return { ...model, log: [...model.log, `moved ${message.x}`] };
    return { text: '', log: [...model.log, `submitted ${model.text}`] };
  },
  view: ({ log, text }: Model) => html<Message>`
    <form @submit=${{ type: 'submitted' }}>
      <input .value=${text} @input.debounce-60000=${({ value }) => ({ type: 'searched', text: value })}>
      <button ?disabled=${text === ''}>Search</button>
    </form>
    <div id="field" style="width: 200px; height: 200px"
      @pointermove.throttle-60000=${({ x }) => ({ type: 'moved', x })}></div>
    <ul>${log.map((line) => html`<li>${line}</li>`)}</ul>`,
});

describe('options of events, in a browser', () => {
  let listening: Listening;
  let watched: WatchedPage;
  let page: Page;

  /** Waits until the page shows this log. */
  const logged = (...lines: readonly string[]): Promise<unknown> =>
    page.waitForFunction(
      (wanted) => JSON.stringify([...document.querySelectorAll('li')].map(({ textContent }) => textContent)) === wanted,
      JSON.stringify(lines)
    );

  before(async () => {
    const server = createServer({ routes: { '/search': Search }, secret: 'a secret for these specs' });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  const open = async (path: string): Promise<void> => {
    watched = await newPage();
    page = watched.page;
    await page.goto(`http://127.0.0.1:${listening.port}${path}`);
    await page.waitForSelector('[data-troupe=live]');
  };

  it('a debounced edit comes before Enter, although the button is disabled for want of it', async () => {
    await open('/search');
    await page.locator('input').focus();
    for (const word of ['one', 'two']) {
      await page.keyboard.type(word);
      await page.keyboard.press('Enter');
    }
    await logged('searched one', 'submitted one', 'searched two', 'submitted two');
    expect(await page.inputValue('input')).to.equal('');
    await watched.expectNoErrors();
  });

  it('a debounced edit comes before a click', async () => {
    await open('/search');
    await page.locator('input').pressSequentially('one');
    await page.mouse.click(...(await middle('button')));
    await logged('searched one', 'submitted one');
    await watched.expectNoErrors();
  });

  it('a debounced edit is sent when the page is left, and once', async () => {
    await open('/search');
    await page.locator('input').pressSequentially('one');
    await page.reload();
    await logged('searched one');
    expect(await page.inputValue('input')).to.equal('one');
    await watched.expectNoErrors();
  });

  it('the last of throttled moves comes before the focus is lost', async () => {
    await open('/search');
    const [x, y] = await middle('#field');
    await page.mouse.move(x, y);
    await logged(`moved ${x}`);
    for (let step = 1; step < 5; step++) await page.mouse.move(x + step, y);
    await page.evaluate(() => document.querySelector('input')?.focus());
    await page.evaluate(() => document.querySelector('input')?.blur());
    await logged(`moved ${x}`, `moved ${x + 4}`);
    await watched.expectNoErrors();
  });

  async function middle(selector: string): Promise<[x: number, y: number]> {
    const box = await page.locator(selector).boundingBox();
    return [Math.round(box?.x ?? 0) + 5, Math.round(box?.y ?? 0) + 5];
  }
});
