/**
 * A patch that removed the focused element made Chromium fire `blur` while it removed it. The client still found the
 * handler, and the server reported an event at nothing as dropped.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

type Message = { type: 'left' } | { type: 'removed' } | { type: 'counted' };

const Page = component({
  name: 'page',
  init: () => ({ isShown: true, left: 0, count: 0 }),
  update: (model, { type }: Message) => {
    if (type === 'left') return { ...model, left: model.left + 1 };

    return type === 'counted' ? { ...model, count: model.count + 1 } : { ...model, isShown: false };
  },
  view: ({ isShown, left, count }) => html<Message>`
    ${isShown && html<Message>`<input @blur=${{ type: 'left' }} @keydown=${{ type: 'removed' }}>`}
    <button @click=${{ type: 'counted' }}>count</button>
    <output>${left} ${count}</output>`,
});

describe('a focused element that a patch removes', () => {
  it('tells of no blur', async () => {
    const reports: string[] = [];
    const server = createServer({
      routes: { '/': Page },
      secret: 'a secret of this spec',
      onError: ({ code }: { code: string }) => void reports.push(code),
    });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('[data-troupe=live]');
    await page.locator('input').focus();
    await page.keyboard.press('a');
    await page.waitForSelector('input', { state: 'detached' });
    await page.locator('button').click();
    await page.getByText('0 1').waitFor();
    expect(reports).to.deep.equal([]);
    await expectNoErrors().finally(() => server.close());
  });
});
