import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/posts', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  /** What is left of `html` in the page. */
  const taken = (html: string): Promise<string> =>
    watched.page.evaluate((html) => {
      document.body.innerHTML = html;
      troupe.posts.takeBackPosts(document.querySelector('main') ?? document.body);
      return document.body.innerHTML;
    }, html);

  it('are taken back: attributes go, or have the value that the template says', async () => {
    const form = '<form id="a" method="post" action="/b" data-troupe-post="action id method=dialog" class="c">';
    const button =
      '<button formaction="/b" formnovalidate data-troupe-post="formaction formnovalidate type=button">d</button>';
    expect(await taken(`${form}${button}</form>`)).to.equal(
      '<form method="dialog" class="c"><button type="button">d</button></form>'
    );
  });

  it('are taken back of a form with fields of any name', async () => {
    const fields = '<input name="getAttribute"><input name="removeAttribute"><input name="setAttribute">';
    expect(await taken(`<form action="/b" data-troupe-post="action method=dialog">${fields}</form>`)).to.equal(
      `<form method="dialog">${fields}</form>`
    );
  });

  it('leave nothing that stands beside the page, and what is called alike in it', async () => {
    const page = '<main><div id="troupe-posts"></div></main>';
    const [before, behind] = ['<div id="troupe-post-keys"></div>', '<div id="troupe-posts"><form></form></div>'];
    expect(await taken(`<p></p>${before}${page}${behind}<p></p>`)).to.equal(`<p></p>${page}<p></p>`);
  });

  it('leave everything else alone', async () => {
    const html = '<form method="post" action="/b"><button formaction="/c" type="button">d</button></form>';
    expect(await taken(html)).to.equal(html);
  });
});
