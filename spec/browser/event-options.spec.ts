import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';
import { Data, Menu, Search } from './event-options-pages.js';

describe('options of events, in a browser', () => {
  let listening: Listening;
  let watched: WatchedPage;
  let page: Page;

  /** Waits until the page shows this log. */
  const logged = (...lines: readonly string[]): Promise<unknown> =>
    page.waitForFunction(
      (wanted) => JSON.stringify([...document.querySelectorAll('li')].map(({ textContent }) => textContent)) === wanted,
      JSON.stringify(lines)
    );

  before(async () => {
    const server = createServer({
      routes: { '/data': Data, '/menu': Menu, '/search': Search },
      secret: 'a secret for these specs',
    });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());

  const open = async (path: string): Promise<void> => {
    watched = await newPage();
    page = watched.page;
    await page.goto(`http://127.0.0.1:${listening.port}${path}`);
    await page.waitForSelector('[data-troupe=live]');
  };

  it('a debounced edit comes before Enter, although the button is disabled for want of it', async () => {
    await open('/search');
    await page.locator('input').focus();
    for (const word of ['one', 'two']) {
      await page.keyboard.type(word);
      await page.keyboard.press('Enter');
    }
    await logged('searched one', 'submitted one', 'searched two', 'submitted two');
    expect(await page.inputValue('input')).to.equal('');
    await watched.expectNoErrors();
  });

  it('a debounced edit comes before a click', async () => {
    await open('/search');
    await page.locator('input').pressSequentially('one');
    await page.mouse.click(...(await middle('button')));
    await logged('searched one', 'submitted one');
    await watched.expectNoErrors();
  });

  it('a debounced edit is sent when the page is left, and once', async () => {
    await open('/search');
    await page.locator('input').pressSequentially('one');
    await page.reload();
    await logged('searched one');
    expect(await page.inputValue('input')).to.equal('one');
    await watched.expectNoErrors();
  });

  it('the last of throttled moves comes before the focus is lost', async () => {
    await open('/search');
    const [x, y] = await middle('#field');
    await page.mouse.move(x, y);
    await logged(`moved ${x}`);
    for (let step = 1; step < 5; step++) await page.mouse.move(x + step, y);
    await page.evaluate(() => document.querySelector('input')?.focus());
    await page.evaluate(() => document.querySelector('input')?.blur());
    await logged(`moved ${x}`, `moved ${x + 4}`);
    await watched.expectNoErrors();
  });

  it('what happens outside of an element, or in the window, is heard as long as the element is there', async () => {
    await open('/menu');
    await logged('box 100 20');
    const shown = (count: number) =>
      page.waitForFunction((count) => document.querySelectorAll('nav').length === count, count);
    await page.keyboard.press('Escape');
    await page.mouse.click(...(await middle('button')));
    await shown(1);
    await page.mouse.click(...(await middle('#box')));
    await logged('box 100 20', 'outside');
    await page.mouse.click(...(await middle('nav')));
    await page.keyboard.press('Escape');
    await logged('box 100 20', 'outside', 'Escape');
    await page.mouse.click(...(await middle('button')));
    await shown(0);
    await logged('box 100 20', 'outside', 'Escape', 'outside');
    await page.keyboard.press('Escape');
    await page.mouse.click(...(await middle('#box')));
    await page.evaluate(() => {
      (document.querySelector('#box') as HTMLElement).style.width = '120px';
    });
    await logged('box 100 20', 'outside', 'Escape', 'outside', 'box 120 20');
    await watched.expectNoErrors();
  });

  it('what comes into sight and leaves it, the scrolling of the page and the size of the window are heard', async () => {
    await open('/menu');
    await logged('box 100 20');
    const scroll = (top: number): Promise<void> => page.evaluate((top) => scrollTo(0, top), top);
    await scroll(4_000);
    await page.waitForFunction(() => document.querySelectorAll('li').length === 4);
    const bottom = await page.evaluate(() => scrollY);
    const texts = await page.locator('li').allTextContents();
    expect(texts.sort()).to.deep.equal(['box 100 20', 'near', `scrolled ${bottom}`, 'visible']);
    await scroll(0);
    await page.waitForFunction(() => document.querySelector('li:last-child')?.textContent === 'hidden');
    await page.setViewportSize({ width: 500, height: 400 });
    await page.waitForFunction(() => document.querySelector('li:last-child')?.textContent === 'window 500 400');
    await watched.expectNoErrors();
  });

  it('handlers get the data of forms, clipboard, files, custom events and media', async () => {
    await open('/data');
    const log: string[] = [];
    const tells = async (...lines: readonly string[]): Promise<void> => {
      log.push(...lines);
      await logged(...log);
    };
    await page.locator('[name=a]').press('End');
    await page.keyboard.type('0');
    await tells('["a",[["a","10"],["b","2"]]]');
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('#zone') as Element));
    await page.keyboard.press('ControlOrMeta+c');
    await tells('copied one two one <b>two</b>');
    await page.evaluate(() => {
      const zone = document.querySelector('#zone') as Element;
      const data = (): DataTransfer => {
        const data = new DataTransfer();
        data.setData('text/plain', 'plain');
        data.setData('text/html', '<i>rich</i>');
        return data;
      };
      zone.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data() }));
      const dataTransfer = data();
      dataTransfer.items.add(new File(['abc'], 'a.txt', { type: 'text/plain' }));
      zone.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    });
    await tells('pasted plain <i>rich</i>', 'dropped [{"name":"a.txt","size":3,"type":"text/plain"}]plain');
    await page.evaluate(() => {
      const picker = document.querySelector('x-picker') as Element;
      for (const type of ['picked', 'nothing']) picker.dispatchEvent(new CustomEvent(type, { detail: { id: [1] } }));
    });
    await tells('{"id":[1]}', 'nothing');
    await page.evaluate(() => {
      (document.querySelector('audio') as HTMLAudioElement).volume = 0.5;
    });
    await tells('false 0.5 true');
    await watched.expectNoErrors();
  });

  async function middle(selector: string): Promise<[x: number, y: number]> {
    const box = await page.locator(selector).boundingBox();
    return [Math.round(box?.x ?? 0) + 5, Math.round(box?.y ?? 0) + 5];
  }
});
