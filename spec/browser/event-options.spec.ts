import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { component, html } from 'troupe';
import { createServer, type Listening } from 'troupe/server';
import { newPage, type WatchedPage } from './chromium.js';

type Message = { type: 'searched'; text: string } | { type: 'submitted' } | { type: 'moved'; x: number };

interface Model {
  readonly text: string;
  readonly log: readonly string[];
}

/** A page that writes down what it hears. */
const Search = component({
  name: 'search',
  init: (): Model => ({ text: '', log: [] }),
  update: (model, message: Message): Model => {
    if (message.type === 'searched') return { text: message.text, log: [...model.log, `searched ${message.text}`] };
    if (message.type === 'moved') return { ...model, log: [...model.log, `moved ${message.x}`] };
    return { text: '', log: [...model.log, `submitted ${model.text}`] };
  },
  view: ({ log, text }: Model) => html<Message>`
    <form @submit=${{ type: 'submitted' }}>
      <input .value=${text} @input.debounce-60000=${({ value }) => ({ type: 'searched', text: value })}>
      <button ?disabled=${text === ''}>Search</button>
    </form>
    <div id="field" style="width: 200px; height: 200px"
      @pointermove.throttle-60000=${({ x }) => ({ type: 'moved', x })}></div>
    <ul>${log.map((line) => html`<li>${line}</li>`)}</ul>`,
});

type PlaceMessage = { type: 'toggled' } | { type: 'heard'; text: string };

interface Places {
  readonly isOpen: boolean;
  readonly log: readonly string[];
}

const heard = (text: string): PlaceMessage => ({ type: 'heard', text });

/** A page with a menu that comes and goes, and with what is observed of its elements. */
const Menu = component({
  name: 'menu',
  init: (): Places => ({ isOpen: false, log: [] }),
  update: (model, message: PlaceMessage): Places =>
    message.type === 'toggled' ? { ...model, isOpen: !model.isOpen } : { ...model, log: [...model.log, message.text] },
  view: ({ isOpen, log }: Places) => html<PlaceMessage>`
    <main @scroll.window.throttle-100=${({ scrollTop }) => scrollTop >= 100 && heard(`scrolled ${scrollTop}`)}
      @resize.window=${({ width, height }) => heard(`window ${width} ${height}`)}>
      <button @click=${{ type: 'toggled' }}>Menu</button>
      ${
        isOpen &&
        html<PlaceMessage>`<nav
          @click.outside=${({ name }) => heard(`outside${name}`)}
          @keydown.window.escape=${({ key }) => heard(key)}><a href="#inside">Inside</a></nav>`
      }
      <ul style="position: fixed; right: 0; top: 0">${log.map((line) => html`<li>${line}</li>`)}</ul>
      <p id="box" style="width: 100px; height: 20px; margin: 0" @resize=${({ width, height }) => heard(`box ${width} ${height}`)}></p>
      <div style="height: 4000px"></div>
      <footer @visible.once.margin-200=${heard('near')} @visible=${heard('visible')} @hidden=${heard('hidden')}>End</footer>
    </main>`,
});

/** A page that writes down the data of events. */
const Data = component({
  name: 'data',
  init: (): readonly string[] => [],
  update: (model, message: PlaceMessage): readonly string[] =>
    message.type === 'heard' ? [...model, message.text] : model,
  view: (log: readonly string[]) => html<PlaceMessage>`
    <form id="form" @input=${({ entries, name }) => heard(JSON.stringify([name, entries]))}>
      <input name="a" value="1"><input name="b" value="2">
    </form>
    <p id="zone" contenteditable
      @paste.prevent=${({ text, html }) => heard(`pasted ${text} ${html}`)}
      @copy=${({ text, html }) => heard(`copied ${text} ${html}`)}
      @drop=${({ files, text }) => heard(`dropped ${JSON.stringify(files)}${text}`)}>one <b>two</b></p>
    <x-picker @picked=${({ detail }) => heard(JSON.stringify(detail))} @nothing=${() => heard('nothing')}></x-picker>
    <audio src="data:audio/wav;base64,UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACA"
      @volumechange=${({ muted, volume, paused }) => heard(`${muted} ${volume} ${paused}`)}></audio>
    <ul>${log.map((line) => html`<li>${line}</li>`)}</ul>`,
});

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
