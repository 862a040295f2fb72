/** The summary of a form in a browser, from the first submission to the last: when it has the focus, and when it moves the page. */

import { expect } from 'chai';
import { newPage, type WatchedPage } from './chromium.js';
import { type ExamplesSite, startExamples } from './examples-site.js';

describe('the error summary', function () {
  this.timeout(40_000);

  let site: ExamplesSite;
  let watched: WatchedPage;

  before(async () => {
    site = await startExamples();
    watched = await newPage();
  });
  after(async () => {
    await watched.expectNoErrors();
    await site.close();
  });

  it('has the focus after each submission that fails; who types keeps it, and the place of the field', async () => {
    const { page } = watched;
    const summary = page.locator('.troupe-error-summary');
    const field = page.getByLabel('Password');
    const settled = (): Promise<unknown> => page.locator('[data-troupe=live]:not([data-troupe-pending])').waitFor();
    await page.goto(`${site.origin}/signup`);
    await page.locator('[data-troupe=live]').waitFor();
    for (let time = 0; time < 2; time++) {
      await field.press('Enter');
      await page.locator('.troupe-error-summary:focus').waitFor();
      expect(await summary.locator('li').count()).to.equal(4);
      await field.focus();
      await settled();
      const height = (await summary.boundingBox())?.height;
      await field.pressSequentially('analytical');
      await page.locator('#signup-password:not([aria-invalid])').waitFor();
      await settled();
      expect((await summary.boundingBox())?.height).to.equal(height);
      expect(await field.evaluate((element) => element.ownerDocument.activeElement === element)).to.equal(true);
      await field.fill('');
      await page.locator('#signup-password[aria-invalid]').waitFor();
    }
    await page.getByRole('link', { name: 'Password' }).click();
    expect(await field.evaluate((element) => element.ownerDocument.activeElement === element)).to.equal(true);
  });
});
