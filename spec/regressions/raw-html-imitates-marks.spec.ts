/**
 * Attributes named `data-troupe-...` in raw HTML were taken for marks of the runtime. Sanitisers keep `data-*`, so HTML
 * that a user had written could open a socket of another origin and apply styles that had been sanitised away.
 */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { component, html, unsafeHtml } from 'troupe';
import { createServer, type DocumentTemplate } from 'troupe/server';
import { openPage } from 'troupe/testing';
import { bundle, newPage, openBundle, serve } from '../browser/chromium.js';
import type { FakeSocket } from '../client/page/sockets.js';

declare const sockets: FakeSocket[];
declare const troupe: typeof import('../client/page/modules.js');

const style = 'data-troupe-style="position: fixed"';

/** Raw HTML with marks, in all the forms that a parser may read them in. */
const forms: readonly string[] = [
  '<p data-troupe-socket="//other.example/x" data-troupe-token="t" data-troupe="live" data-troupe-on="click">form</p>',
  `<p ${style}>form</p>`,
  `<p ${style.toUpperCase()}>form</p>`,
  '<p/data-troupe-style=position:fixed>form</p>',
  `<p title=""${style}>form</p>`,
  `<p\n${style}\n>form</p>`,
  `<p\t${style}>form</p>`,
  '<p data-\0troupe-style="position: fixed">form</p>',
  `<p ${style} ${style}>form</p>`,
  `<!--><p ${style}>form</p>-->`,
  `<svg><![CDATA[><p ${style}>]]><g ${style} /></svg>form`,
  `<math><mtext ${style}>form</mtext></math>`,
  `<template><p ${style}>form</p></template>form`,
  `<noscript><p ${style}>form</p></noscript>form`,
  `<p title='><i ${style}>'>form</p>`,
];

type Message = { type: 'clicked' };

/** A page that shows the forms one after the other, each in place of the one before. */
const Raw = component({
  name: 'raw',
  init: () => ({ shown: 0 }),
  update: ({ shown }, _message: Message) => ({ shown: shown + 1 }),
  view: ({ shown }) => html<Message>`
    <button style=${{ color: 'rgb(1, 2, 3)' }} @click=${{ type: 'clicked' }}>${shown}</button>
    <section>${unsafeHtml(forms[shown] ?? '')}</section>
    <aside>${unsafeHtml(forms.join(''))}</aside>`,
});

const layout: DocumentTemplate = ({ root, script, title }) => html`<!doctype html>
<html lang="en">
  <head><title>${title}</title><script type="module" src=${script}></script></head>
  <body><header>${unsafeHtml(forms.join(''))}</header>${root}</body>
</html>`;

describe('raw HTML with marks of the runtime', () => {
  it('opens no socket, applies no style and takes no event, before the root or in it, first or later', async () => {
    const server = createServer({ routes: { '/': Raw }, document: layout, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const { page, expectNoErrors } = await newPage();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('#troupe[data-troupe="live"]');
    const marked = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('header *, section *, aside *')]
          .filter(
            (element) =>
              element.hasAttribute('style') ||
              element.getAttributeNames().some((name) => name.startsWith('data-troupe'))
          )
          .map(({ outerHTML }) => outerHTML)
      );
    expect(await marked()).to.deep.equal([]);
    for (let shown = 1; shown < forms.length; shown++) {
      await page.click('button');
      await page.waitForFunction((text) => document.querySelector('button')?.textContent === text, `${shown}`);
      expect(await marked(), forms[shown]).to.deep.equal([]);
    }
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('button') as Element).color)).to.equal(
      'rgb(1, 2, 3)'
    );
    expect(sockets).to.deep.equal([`ws://127.0.0.1:${port}/_troupe/socket`]);
    await expectNoErrors().finally(() => server.close());
  });

  it('shows what it says of them', async () => {
    const text = 'data-troupe-pending, DATA-TROUPE';
    const Page = component({
      name: 'page',
      init: () => ({}),
      update: (model, _message: Message) => model,
      view: () => html<Message>`<p>${unsafeHtml(`<code title="${text}">${text}</code>`)}</p>`,
    });
    const page = await openPage({ routes: { '/': Page } });
    const code = page.document.querySelector('code');
    expect([code?.textContent, code?.title]).to.deep.equal([text, text]);
    await page.close();
  });
});

describe('the client on a page with raw HTML', () => {
  it('finds the root by what no HTML beside it knows', async () => {
    const script = readFileSync(new URL('../../client/troupe.js', import.meta.url), 'utf8');
    const body = `<!doctype html><title>spec</title><script type="module" src="/client-hash.js#signature"></script>
      ${forms[0]}<p data-troupe-socket="/x" data-troupe-token="signatur">form</p>
      <main data-troupe-socket="/socket" data-troupe-token="signature.rest"></main>`;
    const site = await serve({
      '/': { type: 'text/html', body },
      '/client-hash.js': { type: 'text/javascript', body: script },
      '/more-hash.js': { type: 'text/javascript', body: '' },
    });
    const { page, expectNoErrors } = await newPage();
    await page.addInitScript({ content: await bundle('spec/client/page/sockets.ts', 'iife') });
    await page.goto(site.origin, { waitUntil: 'load' });
    const opened = await page.evaluate(() => sockets.map(({ url }) => new URL(url).pathname));
    expect(opened).to.deep.equal(['/socket']);
    expect(await page.getAttribute('main', 'data-troupe')).to.equal('connecting');
    await expectNoErrors().finally(() => site.close());
  });

  for (const path of [
    '//other.example/x',
    'https://other.example/x',
    '@other.example/x',
    '/\\other.example/x',
    ':1/x',
  ]) {
    it(`opens no socket of another origin for ${path}`, async () => {
      const { page, expectNoErrors } = await openBundle('spec/client/page/entry.ts');
      await page.addInitScript({ content: await bundle('spec/client/page/sockets.ts', 'iife') });
      await page.reload();
      const opened = await page.evaluate((path) => {
        const root = document.createElement('div');
        root.setAttribute('data-troupe-socket', path);
        troupe.start.start({ root });
        return sockets.map(({ url }) => new URL(url).origin);
      }, path);
      expect(opened).to.deep.equal([new URL(page.url()).origin.replace('http', 'ws')]);
      await expectNoErrors();
    });
  }
});
