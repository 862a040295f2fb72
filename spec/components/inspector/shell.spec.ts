import { expect } from 'chai';
import { html } from 'troupe';
import { placesBelow } from '../../../components/inspector/places.js';
import { badge, failure, notice, shell } from '../../../components/inspector/shell.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';

function written(view: unknown): string {
  const report = (error: unknown) => {
    throw error;
  };
  return markup(renderRoot(view, undefined, report)).replace(/<!--.*?-->/g, '');
}

describe('shell', () => {
  it('has one banner with the way home, one main part, and a notice for a lost connection', () => {
    const page = written(shell(placesBelow('/i'), { heading: html`<h1>A</h1>`, aside: null, content: html`<p>B</p>` }));
    expect(page).to.match(/^\s*<header [\s\S]*<a class="i-brand" href="\/i\/">[\s\S]*<h1>A<\/h1>[\s\S]*<\/header>/);
    expect(page).to.match(/<main class="i-main"><p>B<\/p><\/main>$/);
    expect(page).to.include('class="troupe-offline"');
  });

  it('says what is not there, as text', () => {
    expect(written(notice('<none>'))).to.equal('<div class="i-notice"><p>&lt;none&gt;</p></div>');
    expect(written(notice('none', 'go on'))).to.include('<p class="i-faint">go on</p>');
  });

  it('says aloud what has failed', () => {
    expect(written(failure('It failed.', 'why')))
      .to.include('role="alert"')
      .and.to.include('why');
  });

  it('writes how something stands as a word', () => {
    expect(written(badge('attached'))).to.equal('<span class="i-badge" data-status="attached">attached</span>');
  });
});
