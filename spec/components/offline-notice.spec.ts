import { expect } from 'chai';
import { html } from 'troupe';
import { offlineNotice } from 'troupe/components/offline-notice';
import { renderRoot } from '../../runtime/render/render.js';
import { markup } from '../../runtime/render/render-to-string.js';
import { newPage } from '../browser/chromium.js';

/** The HTML of a view, without the comments around its children. */
function written(view: unknown): string {
  const report = (error: unknown) => {
    throw error;
  };
  return markup(renderRoot(view, undefined, report)).replace(/<!--.*?-->/g, '');
}

describe('offline notice', () => {
  it('is a hidden status line that says what becomes of what is done', () => {
    expect(written(offlineNotice())).to.equal(
      '<p class="troupe-offline" role="status" hidden>' +
        'Offline. What you do is kept and sent when the connection is back.</p>'
    );
  });

  it('says what it is given, as text', () => {
    expect(written(offlineNotice('a <b> & c'))).to.equal(
      '<p class="troupe-offline" role="status" hidden>a &lt;b&gt; &amp; c</p>'
    );
  });

  it('stands in the view of any component', () => {
    const view = (count: number) => html<{ type: 'clicked' }>`${offlineNotice('x')}<output>${count}</output>`;
    expect(written(view(5))).to.equal(`${written(offlineNotice('x'))}<output>5</output>`);
  });

  it('is what it was when it is made again, so that nothing is sent', () => {
    const first = renderRoot(offlineNotice(), undefined, () => {});
    expect(renderRoot(offlineNotice(), first, () => {})).to.equal(first);
  });

  it('is shown by its style sheet while the root says that it is offline, and only then', async () => {
    const { page, expectNoErrors } = await newPage();
    await page.setContent(`<style>[data-troupe="offline"] .troupe-offline { display: block; }</style>
      <div>${written(offlineNotice())}</div>`);
    const shown = await page.evaluate(() => {
      const root = document.querySelector('div') as HTMLElement;
      const notice = root.querySelector('p') as HTMLElement;
      return ['connecting', 'live', 'offline', 'live'].map((state) => {
        root.setAttribute('data-troupe', state);
        return notice.checkVisibility();
      });
    });
    expect(shown).to.deep.equal([false, false, true, false]);
    await expectNoErrors();
  });
});
