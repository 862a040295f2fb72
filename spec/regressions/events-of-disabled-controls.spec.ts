/**
 * A user who pressed a disabled button, or opened its context menu, made events that the server dropped as if no browser
 * fired them: the page told `troupe:dropped`.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { createServer, type Listening } from '../../runtime/server.js';
import { html } from '../../runtime/template/html.js';
import { newPage } from '../browser/chromium.js';

type Message = { readonly type: 'fired'; readonly name: string };

const fires = ({ type }: { readonly type: string }): Message => ({ type: 'fired', name: type });

const Page = component({
  name: 'page',
  init: (): readonly string[] => [],
  update: (names, { name }: Message) => [...names, name],
  view: (
    names
  ) => html<Message>`<button disabled draggable="true" @auxclick=${fires} @click=${fires} @contextmenu=${fires} @dblclick=${fires}
      @dragend=${fires} @drop=${fires} @keydown=${fires} @keyup=${fires} @mousedown=${fires} @mouseup=${fires}
      @mouseenter=${fires} @pointerdown=${fires} @pointerup=${fires} @touchstart=${fires} @touchend=${fires}>Disabled</button>
    <input disabled value="some text" @change=${fires} @input=${fires} @beforeinput=${fires} @cut=${fires} @paste=${fires}>
    <button id="last" @focus=${fires}>Last</button>
    <p><output>${[...new Set(names)].sort().join(' ')}</output></p>`,
});

describe('a disabled control', () => {
  let listening: Listening;

  before(async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret for a regression' });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  it('has the events that a browser fires at it, and none is dropped', async () => {
    const { page, expectNoErrors } = await newPage();
    await page.goto(listening.url);
    await page.waitForSelector('[data-troupe=live]');
    await page.evaluate(() => {
      document.addEventListener('troupe:dropped', () => document.body.setAttribute('data-dropped', ''), true);
    });
    const button = await page.locator('button[disabled]').boundingBox();
    const input = await page.locator('input').boundingBox();
    if (button === null || input === null) throw new Error('They are in the page.');
    const [x, y] = [button.x + 5, button.y + 5];
    await page.mouse.dblclick(x, y);
    for (const which of ['right', 'middle'] as const) await page.mouse.click(x, y, { button: which });
    for (const key of ['a', 'Enter', ' ']) await page.keyboard.press(key);
    await page.mouse.dblclick(input.x + 15, input.y + 10);
    for (const key of ['Control+x', 'Control+v', 'a', 'Backspace']) await page.keyboard.press(key);
    await page.locator('#last').click();
    await page.waitForFunction(() => document.querySelector('output')?.textContent?.includes('focus'));
    const names = (await page.locator('output').textContent())?.split(' ');
    expect(names).to.include.members(['contextmenu', 'pointerdown', 'pointerup']);
    const refused = /^(?:beforeinput|change|(?:dbl)?click|input|key(?:down|up)|mouse(?:down|up))$/;
    expect(names?.filter((name) => refused.test(name))).to.deep.equal([]);
    expect(await page.locator('body').getAttribute('data-dropped')).to.equal(null);
    await expectNoErrors();
  }).timeout(60_000);
});
