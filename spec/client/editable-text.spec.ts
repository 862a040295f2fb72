import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/editable-text', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  for (const [what, html, wanted] of [
    ['the text of an element that is edited, by lines', '<div contenteditable><p>a<b>b</b></p>c</div>', 'ab\n\nc'],
    ['its text without formats', '<div contenteditable="plaintext-only">a</div>', 'a'],
    ['nothing of other elements', '<div contenteditable="false">a</div>', undefined],
    ['nothing of controls', '<input value="a">', undefined],
  ] as const) {
    it(`notes ${what}`, async () => {
      const value = await watched.page.evaluate((html) => {
        document.body.innerHTML = html;
        const event = new Event('input');
        document.body.firstElementChild?.dispatchEvent(event);
        troupe.editableText.noteText(event);
        return Reflect.get(event, 'value');
      }, html);
      expect(value).to.equal(wanted);
    });
  }
});
