/**
 * Overlays (`pending:NAME`) in a real Chromium on a slow network: what a user cannot do twice, and where the focus is.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from './chromium.js';
import { slowNetwork } from './slow-network.js';

type Message = { type: 'paid' } | { type: 'saved'; what: string } | { type: 'typed' } | { type: 'focused' };

interface Model {
  readonly paid: number;
  readonly saved: readonly string[];
  readonly typed: number;
  readonly focused: number;
}

const Shop = component({
  name: 'shop',
  init: (): Model => ({ paid: 0, saved: [], typed: 0, focused: 0 }),
  update(model, message: Message) {
    if (message.type === 'paid') return { ...model, paid: model.paid + 1 };
    if (message.type === 'saved') return { ...model, saved: [...model.saved, message.what] };
    if (message.type === 'typed') return { ...model, typed: model.typed + 1 };
    return { ...model, focused: model.focused + 1 };
  },
  view: ({ paid, saved, typed, focused }) => html<Message>`
    <button id="pay" class="big" @click=${{ type: 'paid' }} @focus=${{ type: 'focused' }}
      pending:disabled pending:class="busy" pending:text="Paying…">Pay ${paid}</button>
    <form @submit=${({ entries }) => ({ type: 'saved', what: String(entries[0]?.[1]) })} @input=${{ type: 'typed' }}>
      <input name="what" id="what">
      <button id="save" ?disabled=${saved.length > 2} pending:disabled pending:text="Saving…">Save</button>
    </form>
    <output>${paid} ${saved.join(',')} ${typed} ${focused}</output>`,
});

/** Opens the shop, 300 ms away in each direction. */
async function open() {
  const server = createServer({ routes: { '/': Shop }, secret: 'a secret of this spec' });
  const { port } = await server.listen(0, '127.0.0.1');
  const network = await slowNetwork(port, () => 300);
  const { page, expectNoErrors } = await newPage();
  await page.goto(network.origin);
  await page.waitForSelector('[data-troupe=live]');
  const output = page.locator('output');

  return {
    page,
    network,
    /** Waits until all events have an answer. */
    async settled(): Promise<string> {
      await page.waitForSelector('[data-troupe=live]:not([data-troupe-pending])');
      return `${await output.textContent()}`;
    },
    async close() {
      await expectNoErrors();
      network.close();
      await server.close();
    },
  };
}

describe('an overlay, 300 ms away', () => {
  it('lets a double click pay once, shows that, and gives the focus back', async () => {
    const { page, settled, close } = await open();
    const before = await page.locator('#pay').evaluate(({ outerHTML }) => outerHTML);
    await page.locator('#pay').dblclick();
    await page.waitForSelector('#pay.busy.big:disabled');
    expect(await page.locator('#pay').textContent()).to.equal('Paying…');
    // A user who does not see that clicks on.
    const { x, y } = (await page.locator('#pay').boundingBox()) ?? { x: 0, y: 0 };
    await page.mouse.click(x + 3, y + 3);
    await page.mouse.dblclick(x + 3, y + 3);
    expect(await settled()).to.equal('1  0 1');
    expect(await page.locator('#pay').evaluate(({ outerHTML }) => outerHTML)).to.equal(before.replace('0', '1'));
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('pay');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await settled()).to.equal('2  0 1');
    await close();
  });

  it('lets two Enter keys in a form save once; typing goes on, and saving after the answer', async () => {
    const { page, settled, close } = await open();
    await page.locator('#what').focus();
    await page.keyboard.type('ab');
    expect(await page.locator('#save').isEnabled()).to.equal(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#save:disabled');
    expect(await page.locator('#save').textContent()).to.equal('Saving…');
    await page.keyboard.type('c');
    expect(await settled()).to.equal('0 ab 3 0');
    expect(await page.locator('#save').textContent()).to.equal('Save');
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('what');
    await page.keyboard.press('Enter');
    expect(await settled()).to.equal('0 ab,abc 3 0');
    await close();
  });

  it('is on before the second of two clicks that come at once', async () => {
    const { page, settled, close } = await open();
    await page.evaluate(() => {
      for (const id of ['pay', 'save']) {
        document.getElementById(id)?.click();
        document.getElementById(id)?.click();
      }
    });
    expect(await settled()).to.equal('1  0 0');
    await close();
  });

  it('lets two clicks before the page is live pay once', async () => {
    const { page, network, settled, close } = await open();
    await page.goto(network.origin, { waitUntil: 'domcontentloaded' });
    const state = await page.evaluate(() => {
      document.getElementById('pay')?.click();
      document.getElementById('pay')?.click();
      return document.querySelector('[data-troupe]')?.getAttribute('data-troupe');
    });
    expect(state).to.equal('connecting');
    await page.waitForSelector('#pay:disabled');
    expect(await settled()).to.equal('1  0 0');
    await close();
  });

  it('stays while the connection is lost, until the answer comes', async () => {
    const { page, network, settled, close } = await open();
    await page.locator('#pay').click();
    network.shut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    expect(await page.locator('#pay.busy').isDisabled()).to.equal(true);
    network.mend();
    expect(await settled()).to.equal('1  0 1');
    expect(await page.locator('#pay').getAttribute('class')).to.equal('big');
    await close();
  });

  it('does not hide that the server disables the button', async () => {
    const { page, settled, close } = await open();
    for (const what of ['a', 'b', 'c']) {
      await page.locator('#what').fill(what);
      await page.keyboard.press('Enter');
      await settled();
    }
    expect(await page.locator('#save').isDisabled()).to.equal(true);
    expect(await settled()).to.equal('0 a,b,c 3 0');
    await close();
  });
});
