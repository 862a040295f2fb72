/**
 * A class token that another script had put into the page before the client adopted it was taken for one of the server's:
 * the first patch of that class removed it, and so did a page that was rendered whole.
 */

import { expect } from 'chai';
import { component, html, type PageProps } from 'troupe';
import { openPage } from 'troupe/testing';
import { openBundle } from '../browser/chromium.js';

declare const troupe: typeof import('../client/page/modules.js');

type Message = { type: 'stepped' };

const classes = ['a b', 'b c', '', 'c', 'a  b', null, 'b'];
const last = classes.length - 1;

const Page = component({
  name: 'page',
  init: ({ query }: PageProps) => ({ step: Number(query['step'] ?? 0) }),
  update: ({ step }, _message: Message) => ({ step: step + 1 }),
  view: ({ step }) => html<Message>`
    <p class=${classes[step]}></p>
    <p class=${classes[last - step]}></p>
    <p class="static  ${classes[step] ?? ''} static"></p>
    <p class=${step % 2 ? 'odd' : undefined}></p>
    <svg><g class=${classes[step]} /></svg>
    <form class=${classes[step]}><input name="classList"><input name="getAttribute"></form>
    <button @click=${{ type: 'stepped' }}>${step}</button>`,
});

const tokensOf = (element: Element): string[] => [...(element.getAttribute('class')?.match(/\S+/g) ?? [])];

describe('a class token of another script', () => {
  for (const foreign of [[], ['foreign'], ['foreign', 'other']]) {
    it(`stays if it was there before the page was adopted: ${foreign.join(' ') || 'none'}`, async () => {
      await using page = await openPage(Page, { start: false });
      const elements = [...page.root.querySelectorAll('p,g,form')];
      for (const element of elements) if (foreign.length) element.classList.add(...foreign);
      await page.start();
      for (let step = 1; step <= last; step++) {
        await page.click(page.getByRole('button'));
        await using fresh = await page.newPage(`/?step=${step}`);
        const expected = [...fresh.root.querySelectorAll('p,g,form')];
        elements.forEach((element, index) => {
          const written = expected[index] as Element;
          const what = `element ${index} in step ${step}`;
          expect([...new Set(tokensOf(element))], what).to.have.members([
            ...new Set([...tokensOf(written), ...foreign]),
          ]);
          if (!foreign.length && tokensOf(element).length) {
            expect(element.getAttribute('class'), what).to.equal(written.getAttribute('class'));
          }
        });
      }
    });
  }

  it('stays in a page that is rendered whole', async () => {
    const watched = await openBundle('spec/client/page/entry.ts', '<div id="root"><p class="a b"></p></div>');
    const shown = await watched.page.evaluate(() => {
      const root = document.querySelector('#root') as Element;
      const view = troupe.view.createView(root);
      root.firstElementChild?.classList.add('foreign');
      view.adopt([['classed', 0, '<p></p>', 0, 4, 'class'], 2]);
      return ['a b', 'b', 'b c', null].map((classes) => {
        view.render([0, classes]);
        return root.innerHTML;
      });
    });
    expect(shown).to.deep.equal(
      ['a b foreign', 'foreign b', 'foreign b c', 'foreign'].map((classes) => `<p class="${classes}"></p>`)
    );
    await watched.expectNoErrors();
  });
});
