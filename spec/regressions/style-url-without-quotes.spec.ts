/**
 * A URL without quotes in a style object was left out if it contained a semicolon, as `url(data:image/gif;base64,...)`
 * does, although the semicolon ends nothing there. One with a quote in it was read as if a string began in it.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';

const pixel = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';

type Message = { type: 'clicked' };

const Page = component({
  name: 'page',
  init: () => ({ image: `url(${pixel})` }),
  update: (_model, _message: Message) => ({ image: `none, url( ${pixel}#later )` }),
  view: ({ image }) =>
    html<Message>`<button style=${{ backgroundImage: image, color: 'rgb(1, 2, 3)' }} @click=${{ type: 'clicked' }}>click</button>`,
});

describe('a URL without quotes in a style object', () => {
  it('is applied in the first page and in patches, and ends with its bracket', async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    const styleOf = () =>
      page.evaluate(() => {
        const { backgroundImage, color } = getComputedStyle(document.querySelector('button') as Element);
        return [backgroundImage, color];
      });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('[data-troupe="live"]');
    expect(await styleOf()).to.deep.equal([`url("${pixel}")`, 'rgb(1, 2, 3)']);
    await page.click('button');
    await page.waitForSelector('[data-troupe="live"]:not([data-troupe-pending])');
    expect(await styleOf()).to.deep.equal([`none, url("${pixel}#later")`, 'rgb(1, 2, 3)']);
    await expectNoErrors().finally(() => server.close());
  });
});
