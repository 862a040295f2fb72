/** An element with `contenteditable` and an `input` for files, while the server renders what is around them. */

import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from './chromium.js';
import { slowNetwork } from './slow-network.js';

type Message = { type: 'edited'; text: string } | { type: 'counted' };

const Notes = component({
  name: 'notes',
  init: () => ({ text: '', count: 0 }),
  update: (model, message: Message) =>
    message.type === 'edited' ? { ...model, text: message.text } : { ...model, count: model.count + 1 },
  view: ({ text, count }) => html<Message>`
    <section class="s ${count}" title=${text}>
      <div id="note" contenteditable class="n ${count}" @input=${({ value }) => ({ type: 'edited', text: value })}></div>
      <input id="file" type="file" multiple class="f ${count}">
      ${count % 2 === 1 && html`<p>odd</p>`}
    </section>
    <button @click=${{ type: 'counted' }}>Count</button>
    <output id="text">${text}</output><output id="count">${count}</output>`,
});

describe('what the user has put into an element that can be edited, and into an input for files', () => {
  it('reaches the model, and stays, also when the whole page is rendered', async () => {
    const server = createServer({ routes: { '/': Notes }, secret: 'a secret of this spec' });
    const { port }: Pick<AddressInfo, 'port'> = await server.listen(0, '127.0.0.1');
    const network = await slowNetwork(port, () => 0);
    const { page, expectNoErrors } = await newPage();
    await page.goto(network.origin);
    await page.waitForSelector('[data-troupe=live]');
    const shows = (id: string, text: string): Promise<unknown> =>
      page.waitForFunction(
        ([at, wanted]) => document.querySelector(at as string)?.textContent === wanted,
        [`#${id}`, text]
      );
    const files = ['a.txt', 'b.txt'].map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.of(65) }));
    await page.setInputFiles('#file', files);
    await page.focus('#note');
    await page.keyboard.type('one');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    await shows('text', 'one\ntwo');
    const press = (): Promise<void> => page.$eval('button', (button) => button.click());
    await press();
    await shows('count', '1');
    await page.keyboard.type('!');
    await shows('text', 'one\ntwo!');
    network.shut();
    await page.waitForSelector('[data-troupe]:not([data-troupe=live])');
    network.mend();
    await page.waitForSelector('[data-troupe=live]');
    await press();
    await shows('count', '2');
    await page.keyboard.type('?');
    await shows('text', 'one\ntwo!?');
    expect(
      await page.$eval('#file', (file) => [...((file as HTMLInputElement).files ?? [])].map(({ name }) => name))
    ).to.deep.equal(['a.txt', 'b.txt']);
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('note');
    await expectNoErrors();
    network.close();
    await server.close();
  });
});
