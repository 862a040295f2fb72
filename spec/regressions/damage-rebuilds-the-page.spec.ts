/**
 * Another script removed one node that patches are written into. A full render after a reconnect found it missing and made
 * the whole page anew: dialogs closed, uncontrolled texts were gone, iframes loaded again. Now the part that is damaged
 * is made anew, a row or what stands in a hole, and the rest of the page stays.
 */

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { component, html, repeat } from 'troupe';
import { createServer, type Server } from 'troupe/server';
import { newPage, type WatchedPage } from '../browser/chromium.js';

type Message = { type: 'pressed'; name: string };

const Child = component({
  name: 'child',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: { type: 'counted' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'counted' }>`
    <section id="child"><input id="in-child"><button id="count" @click=${{ type: 'counted' }}>${count}</button></section>`,
});

const names = ['a', 'b', 'c'];
const keyOf = (name: string): string => name;

const Page = component({
  name: 'page',
  init: () => ({ pressed: '' }),
  update: (_model, { name }: Message) => ({ pressed: name }),
  view: ({ pressed }) => html<Message>`
    <main>
      <textarea id="note"></textarea><iframe id="frame" srcdoc="text"></iframe>
      <dialog id="dialog"><input id="in-dialog"></dialog>
      <ul id="rows">${repeat(
        names,
        keyOf,
        (name) => html<Message>`
          <li id="row-${name}"><i id="label-${name}">${name}</i><input id="in-${name}">
            <button id="press-${name}" @click=${{ type: 'pressed', name }}>press</button></li>`
      )}</ul>
      <ol id="items">${repeat(names, keyOf, (name) => html`<li id="item-${name}">${name}</li>`)}</ol>
      <dl id="terms">${repeat(names, keyOf, (name) => html`<dt id="term-${name}">${name}</dt><hr><dd id="text-${name}">${name}</dd>`)}</dl>
      ${html`<div id="several">before ${html`<p id="first">${'first'}</p><hr><p id="last">${'last'}</p>`} after</div>`}
      <div id="nested">${html`${'own'} and <b id="bold">${html`<i id="italic">${'bold'}</i>`} text</b>`}</div>
      <p id="text">text: ${'text'}.</p>
      ${Child({ key: 1 })}
      <output id="pressed">${pressed}</output>
    </main>`,
});

/** What another script does, and what is made anew because of it, as a selector. */
const damages: readonly (readonly [what: string, anew: string, script: string])[] = [
  ['a row removed', '#row-b, #row-b *', `$('#row-b').remove()`],
  ['a node in a row removed', '#row-b, #row-b *', `$('#label-b').remove()`],
  ['a row replaced by a copy', '#row-b, #row-b *', `$('#row-b').outerHTML += ''`],
  ['the last row replaced by a copy', '#row-c, #row-c *', `$('#row-c').replaceWith($('#row-c').cloneNode(true))`],
  ['a row in another place', '#row-a, #row-a *', `$('#note').after($('#row-a'))`],
  ['all rows removed', '#rows *', `$('#rows').replaceChildren()`],
  ['all rows made anew', '#rows *', `$('#rows').innerHTML += ''`],
  ['one of the rows without a line around it removed', '#item-b', `$('#item-b').remove()`],
  ['one of them replaced by a copy', '#item-c', `$('#item-c').outerHTML += ''`],
  ['the first node of a row removed', '#terms *', `$('#term-b').remove()`],
  ['the last node of a row removed', '#terms *', `$('#text-b').remove()`],
  ['both ends of a row removed', '#terms *', `$('#term-c').remove(); $('#text-c').remove()`],
  ['the first node of several removed', '#several *', `$('#first').remove()`],
  ['the last node of several removed', '#several *', `$('#last').remove()`],
  ['several nodes copied', '#several, #several *', `$('#several').innerHTML += ''`],
  ['an opening comment removed', '#nested *', `$('#nested').firstChild.remove()`],
  ['a closing comment removed', '#nested *', `$('#nested').childNodes[2].remove()`],
  ['an inner opening comment removed', '#nested *', `$('#bold').firstChild.remove()`],
  ['all comments of a hole removed', '#nested *', `$('#bold').replaceChildren($('#italic'))`],
  ['the text of a hole removed', '', `$('#text').childNodes[2].remove()`],
  ['the text of a hole replaced', '', `$('#text').childNodes[2].replaceWith(document.createElement('font'))`],
  ['an element in a hole removed', '#italic', `$('#italic').remove()`],
  ['a node in a child component removed', '#child, #child *', `$('#count').remove()`],
  ['a child component removed', '#child, #child *', `$('#child').remove()`],
  ['a child component copied', '#child, #child *', `$('#child').outerHTML += ''`],
  ['two parts damaged', '#row-a, #row-a *, #child, #child *', `$('#label-a').remove(); $('#count').remove()`],
  ['a node of the page itself removed', 'main, main *', `$('#pressed').remove()`],
  ['the page itself removed', 'main, main *', `$('main').remove()`],
  ['nothing damaged', '', ''],
];

describe('a page in which another script has', () => {
  const routes = { '/': Page };
  const secret = 'a secret of this spec';
  let server: Server;
  let watched: WatchedPage;
  let port = 0;

  const http = createHttpServer((request, response) => server.handle(request, response));
  http.on('upgrade', (...upgrade) => server.upgrade(...upgrade));

  before(async () => {
    server = createServer({ routes, secret });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    ({ port } = http.address() as AddressInfo);
    watched = await newPage();
  });
  after(async () => {
    await watched.expectNoErrors().finally(() => server.close());
    http.closeAllConnections();
    http.close();
  });

  const expected = async (): Promise<string> => {
    const { page, expectNoErrors } = await newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('[data-troupe=live]');
    const shown = await page.evaluate(() => document.querySelector('[data-troupe]')?.innerHTML ?? '');
    await expectNoErrors();

    return shown.replaceAll(/ data-troupe-on="[^"]*"/g, '');
  };

  for (const [what, anew, script] of damages) {
    it(`${what}: no more than that is made anew`, async () => {
      const { page } = watched;
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForSelector('[data-troupe=live]');
      await page.fill('#note', 'typed');
      for (const name of ['child', ...names]) await page.fill(`#in-${name}`, `typed ${name}`);
      await page.evaluate((anew) => {
        document.querySelector<HTMLDialogElement>('#dialog')?.showModal();
        const elements = [...document.querySelectorAll('main, main *')];
        const lasting = elements.filter((element) => !anew || !element.matches(anew));
        const shown = document.querySelector<HTMLIFrameElement>('#frame')?.contentDocument;
        Object.assign(window, { lasting, shown });
      }, anew);
      await page.evaluate(`(() => { const $ = (selector) => document.querySelector(selector); ${script} })()`);
      const fresh = page.evaluate(
        () =>
          new Promise((resolve) => document.addEventListener('troupe:fresh', resolve, { capture: true, once: true }))
      );
      const last = server;
      server = createServer({ routes, secret });
      await last.close();
      await fresh;

      const seen = await page.evaluate(() => {
        const { lasting, shown } = window as unknown as { lasting: Element[]; shown: Document };
        const root = document.querySelector('[data-troupe]') as Element;
        const note = document.querySelector<HTMLTextAreaElement>('#note');
        return {
          gone: lasting.filter((element) => !root.contains(element)).map(({ localName, id }) => `${localName} ${id}`),
          isOpen: !!document.querySelector<HTMLDialogElement>('#dialog:modal'),
          note: note?.value,
          isShown: document.querySelector<HTMLIFrameElement>('#frame')?.contentDocument === shown,
          html: root.innerHTML.replaceAll(/ data-troupe-on="[^"]*"| open=""/g, ''),
        };
      });
      const isAll = anew.startsWith('main');
      expect(seen.gone).to.deep.equal([]);
      expect(seen.html).to.equal(await expected());
      expect([seen.isOpen, seen.note, seen.isShown]).to.deep.equal(isAll ? [false, '', false] : [true, 'typed', true]);

      // What is made anew and what stays are at work, and have the numbers that the server gives them.
      await page.evaluate(() => document.querySelector<HTMLDialogElement>('#dialog')?.close());
      for (const name of names) {
        await page.click(`#press-${name}`);
        await page.waitForFunction((name) => document.querySelector('#pressed')?.textContent === name, name);
      }
      await page.click('#count');
      await page.waitForFunction(() => document.querySelector('#count')?.textContent === '1');
    });
  }
});
