/**
 * `form.firstChild` is the field of the form that is named `firstChild`, if there is one. So a form with fields named like
 * methods and properties of elements was not adopted, or a patch failed in it. The names here are all that a form has by
 * itself in Chromium. In jsdom, forms have no fields as properties.
 */

import { expect } from 'chai';
import { component, html, type PageProps, repeat, unsafeHtml } from 'troupe';
import { createServer } from 'troupe/server';
import { newPage } from '../browser/chromium.js';
import { slowNetwork } from '../browser/slow-network.js';

type Message =
  | { type: 'stepped' }
  | { type: 'clicked' }
  | { type: 'opened' }
  | { type: 'seen' }
  | { type: 'submitted'; fields: number };

/** The names of everything that a form has by itself; run in the page. */
function namesOfMembers(prototype: object): string[] {
  const names = new Set<string>();
  for (let object: object | null = prototype; object; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
  }
  return [...names];
}

let names: readonly string[] = [];
const field = (name: string) => html`<input name=${name}>`;
const keyOf = (name: string): string => name;
const orders = ['ab', 'cba', 'b', ''];
const last = orders.length - 1;

const Page = component({
  name: 'page',
  init: ({ query }: PageProps) => ({
    step: Number(query['step'] ?? 0),
    clicks: 0,
    fields: 0,
    isOpen: false,
    isSeen: false,
  }),
  update(model, message: Message) {
    if (message.type === 'stepped') return { ...model, step: model.step + 1 };
    if (message.type === 'clicked') return { ...model, clicks: model.clicks + 1 };
    if (message.type === 'opened') return { ...model, isOpen: !model.isOpen };
    if (message.type === 'seen') return { ...model, isSeen: true };
    return { ...model, fields: message.fields };
  },
  view({ step, clicks, fields, isOpen, isSeen }) {
    const order = orders[step] ?? '';
    return html<Message>`
      <form id="first" class="a ${order}" title=${order} ?hidden=${step === 2} style=${{ color: step % 2 ? 'red' : 'blue' }}
        .noValidate=${step === 1} xml:lang=${step ? `l${step}` : undefined}
        @click=${{ type: 'clicked' }}
        @submit=${({ entries }) => ({ type: 'submitted', fields: entries.length })}>
        ${repeat(names, keyOf, field)}
        ${step % 2 === 0 && html`<b>even</b>`}
        <p>${order}</p>
        <button>Submit</button>
      </form>
      <section>${repeat(
        [...order],
        keyOf,
        (name) => html`<form id=${name} class=${order}>${names.map(field)}<p>${order}</p></form>`
      )}</section>
      <form id="sole">${step % 2 ? order : repeat([...names].reverse(), keyOf, field)}</form>
      <form id="raw">${unsafeHtml(names.map((name) => `<input name="${name}" value="${order}">`).join(''))}</form>
      <div>${unsafeHtml(`<form class="${order}">${names.map((name) => `<input name="${name}">`).join('')}</form>`)}</div>
      ${step === 1 ? html`<form>${names.map(field)}</form>` : step === 2 ? 'text' : html`<form title="other">${names.map(field)}</form>`}
      <form popover .open=${isOpen} @click.capture=${{ type: 'seen' }}>${names.map(field)}<b id="in">in</b></form>
      <button id="open" @click=${{ type: 'opened' }}>open</button>
      <button id="next" @click=${{ type: 'stepped' }}>next</button>
      <output>${clicks} ${fields}</output><output id="seen">${isSeen ? 'seen' : ''}</output>`;
  },
});

/** What a page shows, without the marks of the runtime and the counts, attributes sorted, fields by their number. */
const shownBy = (root: string): string =>
  root
    .replaceAll(/ data-troupe[\w-]*="[^"]*"/g, '')
    .replaceAll(
      /<form((?: [\w:]+="[^"]*")*)>/g,
      (_, attributes: string) =>
        `<form ${attributes
          .split(/(?= [\w:]+=)/)
          .sort()
          .join('')}>`
    )
    .replaceAll(/(?:<input name="\w+"(?: value="\w*")?>)+/g, (fields) => `${fields.split('<').length - 1} fields`)
    .replace(/<output>.*<\/output>/, '');

describe('a form whose fields are named like everything that it has by itself', () => {
  it('is adopted, patched, moved and submitted', async function () {
    this.timeout(60_000);
    const server = createServer({ routes: { '/': Page }, secret: 'a secret of this spec' });
    const { port } = await server.listen(0, '127.0.0.1');
    const origin = `http://127.0.0.1:${port}/`;
    const network = await slowNetwork(port, () => 300);
    const watched = await newPage();
    const { page } = watched;
    const fresh = await newPage();
    const live = async (url: string, opened = page): Promise<void> => {
      await opened.goto(url);
      await opened.waitForSelector('[data-troupe=live]');
    };
    names = await page.evaluate(`(${namesOfMembers})(HTMLFormElement.prototype)`);
    expect(names).to.include.members(['firstChild', 'moveBefore', 'setAttribute', 'elements', 'toString', 'closest']);
    // A click that comes before there is a tree.
    await page.goto(network.origin, { waitUntil: 'domcontentloaded' });
    const state = await page.evaluate(() => {
      document.querySelector<HTMLElement>('#first p')?.click();
      return document.querySelector('[data-troupe]')?.getAttribute('data-troupe');
    });
    expect(state).to.equal('connecting');
    await page.waitForFunction(() => document.querySelector('output')?.textContent === '1 0');
    await page.evaluate(() => {
      const rows = Object.fromEntries(
        [...document.querySelectorAll('form')].map((form) => [Reflect.get(HTMLElement.prototype, 'id', form), form])
      );
      Object.assign(window, { rows });
    });
    for (let step = 1; step <= last; step++) {
      await page.evaluate(() => {
        document.querySelector<HTMLElement>('#b input, #first input')?.focus();
        document.querySelector<HTMLElement>('#next')?.click();
      });
      await page.waitForFunction((title) => !!document.querySelector(`#first[title="${title}"]`), `${orders[step]}`);
      await live(`${origin}?step=${step}`, fresh.page);
      const [shown, expected] = await Promise.all([
        page.innerHTML('[data-troupe]'),
        fresh.page.innerHTML('[data-troupe]'),
      ]);
      expect(shownBy(shown), `step ${step}`).to.equal(shownBy(expected));
      const strange = await page.evaluate(() => {
        const { rows } = window as unknown as { rows: Record<string, Element> };
        return Object.keys(rows).filter(
          (id) => id && document.getElementById(id) && document.getElementById(id) !== rows[id]
        );
      });
      expect(strange, `replaced in step ${step}`).to.deep.equal([]);
    }
    // A locator of Playwright calls methods of elements around it.
    const box = await page.evaluate(() => {
      const paragraph = document.querySelector('#first p');
      paragraph?.scrollIntoView({ block: 'center' });
      return paragraph?.getBoundingClientRect().toJSON();
    });
    await page.mouse.click(box.x + 1, box.y + 1);
    await page.evaluate(() => document.querySelector<HTMLElement>('#first input')?.focus());
    await page.keyboard.press('Enter');
    await page.waitForFunction((shown) => document.querySelector('output')?.textContent === shown, `3 ${names.length}`);
    await page.click('#open');
    await page.waitForFunction(() => document.querySelector('form:popover-open') !== null);
    await page.evaluate(() => document.querySelector<HTMLElement>('#in')?.click());
    await page.waitForFunction(() => document.querySelector('#seen')?.textContent === 'seen');
    await page.evaluate(() => document.querySelector<HTMLElement>('#open')?.click());
    await page.waitForFunction(() => document.querySelector('form:popover-open') === null);
    await fresh.expectNoErrors();
    await watched.expectNoErrors().finally(() => server.close());
    network.close();
  });
});
