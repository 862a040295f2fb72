import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage } from './chromium.js';
import { slowNetwork } from './slow-network.js';

interface Model {
  readonly draft: string;
  readonly notes: readonly string[];
}
type Message = { type: 'draftTyped'; draft: string } | { type: 'submitted' };

/** As the guide has it. */
const Notes = component({
  name: 'notes',
  init: (): Model => ({ draft: '', notes: [] }),
  update: (model, message: Message): Model => {
    if (message.type === 'draftTyped') return { ...model, draft: message.draft };
    return model.draft === '' ? model : { draft: '', notes: [...model.notes, model.draft] };
  },
  view: ({ draft, notes }) => html<Message>`
    <form @submit=${{ type: 'submitted' }}>
      <input .value=${draft} @input=${({ value }) => ({ type: 'draftTyped', draft: value })}>
      <button ?disabled=${draft === ''}>Add</button>
    </form>
    <ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`,
});

describe('typing', () => {
  let listening: Listening;
  before(async () => {
    const server = createServer({ routes: { '/notes': Notes }, secret: 'typing typing typing typing' });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  for (const latency of [0, 50, 200, 1_000]) {
    it(`of several entries, one after the other, gives these entries at ${latency} ms`, async () => {
      const network = await slowNetwork(listening.port, () => latency);
      const { page, expectNoErrors } = await newPage();
      await page.goto(`${network.origin}/notes`);
      await page.waitForSelector('[data-troupe=live]');
      await page.locator('input').focus();
      for (const word of ['one', 'two', 'three']) {
        for (const letter of word) {
          await page.keyboard.type(letter);
          await page.waitForTimeout(60);
        }
        await page.keyboard.press('Enter');
        await page.waitForTimeout(60);
      }
      await page.keyboard.type('fo');
      await page.waitForFunction(
        () => document.querySelectorAll('li').length === 3 && !document.querySelector('[data-troupe-pending]'),
        undefined,
        { timeout: 15_000 }
      );
      const shown = await page.locator('li').allTextContents();
      expect(shown).to.deep.equal(['one', 'two', 'three']);
      expect(await page.locator('input').inputValue()).to.equal('fo');
      await expectNoErrors();
      network.close();
    }).timeout(60_000);
  }

  it('of more keys than the page keeps events, without a connection, loses none of them', async () => {
    const network = await slowNetwork(listening.port, () => 0);
    const { page, errors, expectNoErrors } = await newPage();
    await page.goto(`${network.origin}/notes`);
    await page.waitForSelector('[data-troupe=live]');
    await page.locator('input').focus();
    await page.context().setOffline(true);
    network.cut();
    await page.waitForSelector('[data-troupe=offline]');
    const text = 'all work and no play '.repeat(60).trim();
    await page.keyboard.type(text);
    expect(await page.locator('[data-troupe][data-troupe-pending]').getAttribute('data-troupe-pending')).to.equal('1');
    await page.context().setOffline(false);
    await page.keyboard.press('Enter');
    await page.waitForSelector('li');
    expect(await page.locator('li').textContent()).to.equal(text);
    errors.length = 0;
    await expectNoErrors();
    network.close();
  }).timeout(60_000);

  it('and then a reload, before the server has heard of it, keeps the text once', async () => {
    const network = await slowNetwork(listening.port, () => 300);
    const { page, expectNoErrors } = await newPage();
    await page.goto(`${network.origin}/notes`);
    await page.waitForSelector('[data-troupe=live]');
    await page.locator('input').focus();
    await page.keyboard.type('abc');
    await page.reload();
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await page.locator('input').inputValue()).to.equal('abc');
    await page.locator('input').press('End');
    await page.keyboard.type('d');
    await page.keyboard.press('Enter');
    await page.waitForSelector('li');
    expect(await page.locator('li').textContent()).to.equal('abcd');
    expect(await page.locator('input').inputValue()).to.equal('');
    await expectNoErrors();
    network.close();
  }).timeout(60_000);

  it('and a click on a button that is disabled only because an answer is missing, is entered', async () => {
    const network = await slowNetwork(listening.port, () => 500);
    const { page, expectNoErrors } = await newPage();
    await page.goto(`${network.origin}/notes`);
    await page.waitForSelector('[data-troupe=live]');
    const { x, y, width, height } = (await page.locator('button').boundingBox()) as DOMRect;
    const [left, top] = [x + width / 2, y + height / 2];
    await page.locator('input').focus();
    await page.keyboard.type('one');
    expect(await page.locator('button').isDisabled()).to.equal(true);
    // A pointer that goes down elsewhere, and another button of the mouse, are no clicks.
    await page.mouse.move(left, top + 100);
    await page.mouse.down();
    await page.mouse.move(left, top);
    await page.mouse.up();
    await page.mouse.click(left, top, { button: 'right' });
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    expect(await page.locator('li').count()).to.equal(0);
    await page.locator('input').fill('');
    await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
    await page.locator('input').focus();
    await page.keyboard.type('two');
    expect(await page.locator('button').isDisabled()).to.equal(true);
    await page.mouse.click(left, top);
    await page.waitForSelector('li');
    expect(await page.locator('li').allTextContents()).to.deep.equal(['two']);
    await expectNoErrors();
    network.close();
  }).timeout(60_000);
});
