/**
 * The todo example in a real Chromium: every rule of the TodoMVC specification, by the hooks that public
 * suites use, under a strict content security policy. Every page fails on any console error.
 */

import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { Counter } from '../../examples/01-counter/counter.js';
import { TodoList } from '../../examples/03-todo/todo.js';
import { todos } from '../../examples/03-todo/todos.js';
import { document as documentTemplate } from '../../examples/document.js';
import { answerFile } from '../../examples/files.js';
import { createServer } from '../../runtime/server/server.js';
import { newPage, type WatchedPage } from './chromium.js';

// SERVER ----------------------------------------------------------------------

interface Mounted {
  readonly origin: string;
  close(): Promise<void>;
}

async function mount(): Promise<Mounted> {
  const troupe = createServer({
    document: documentTemplate,
    routes: { '/counter': Counter, '/todo': TodoList, '/todo/active': TodoList, '/todo/completed': TodoList },
    secret: 'a secret for these specs',
    styles: ['/style.css'],
    onError: (report) => {
      throw report.error;
    },
  });
  troupe.actor('todos', todos);
  const http = createHttpServer((request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (request.url === '/favicon.ico') response.writeHead(204).end();
    else if (!answerFile(request.url, response)) troupe.handle(request, response);
  });
  http.on('upgrade', troupe.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      await troupe.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

// PAGES -----------------------------------------------------------------------

/** Delays what the page sends and what it gets, each by so many milliseconds. */
function delay(milliseconds: number): void {
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    override send(data: string | ArrayBuffer): void {
      setTimeout(() => super.send(data), milliseconds);
    }
    override set onmessage(handler: ((event: MessageEvent) => void) | null) {
      super.onmessage = handler && ((event) => void setTimeout(() => handler.call(this, event), milliseconds));
    }
  } as typeof WebSocket;
}

const field = (page: Page): Locator => page.getByPlaceholder('What needs to be done?');
const items = (page: Page): Locator => page.getByTestId('todo-item');
const toggle = (page: Page, index: number): Locator => items(page).nth(index).getByLabel('Toggle Todo');
const edit = (page: Page, index: number): Locator => items(page).nth(index).getByRole('textbox', { name: 'Edit' });
const toggleAll = (page: Page): Locator => page.getByLabel('Mark all as complete');

/** Waits until the page shows these titles and no others. */
function shows(page: Page, titles: readonly string[]): Promise<unknown> {
  return page.waitForFunction((wanted) => {
    const labels = [...document.querySelectorAll('.todo-list [data-testid="todo-title"]')];

    return JSON.stringify(labels.map(({ textContent }) => textContent)) === wanted;
  }, JSON.stringify(titles));
}

/** Waits until the rows have exactly these classes. */
function classed(page: Page, classes: readonly string[]): Promise<unknown> {
  return page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('[data-testid="todo-item"]')];

    return JSON.stringify(rows.map(({ className }) => className)) === wanted;
  }, JSON.stringify(classes));
}

/** Waits until an element shows this text; `undefined` for no such element. */
function tells(page: Page, selector: string, text: string | undefined): Promise<unknown> {
  return page.waitForFunction(
    ([of, wanted]) => document.querySelector(`${of}`)?.textContent === wanted,
    [selector, text]
  );
}

/** The classes of what has the focus. */
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.className ?? '');

async function enter(page: Page, titles: readonly string[]): Promise<void> {
  for (const title of titles) {
    await field(page).fill(title);
    await field(page).press('Enter');
  }
}

const three = ['buy some cheese', 'feed the cat', 'book a doctors appointment'];

/** One text is the beginning of the next, or the same. */
const ten = ['a', 'ab', 'b', 'b', 'buy milk', 'buy milk and bread', 'c', 'a', 'one more', 'two'];

// SPECS -----------------------------------------------------------------------

describe('the todo example in Chromium', function () {
  this.timeout(30_000);

  let mounted: Mounted;
  let watched: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    mounted = await mount();
    watched = await newPage();
    page = watched.page;
  });

  afterEach(async () => {
    await watched.expectNoErrors();
    await mounted.close();
  });

  async function open(path = '/todo', of = page): Promise<void> {
    await of.goto(mounted.origin + path);
    await of.waitForSelector('[data-troupe="live"]');
  }

  async function openWithThree(): Promise<void> {
    await open();
    await enter(page, three);
    await shows(page, three);
  }

  describe('a new todo', () => {
    it('is entered into a field that has the focus, trimmed and put at the end', async () => {
      await open();
      expect(await focused(page)).to.equal('new-todo');
      await page.keyboard.type('  buy some cheese ');
      await page.keyboard.press('Enter');
      await shows(page, ['buy some cheese']);
      expect(await field(page).inputValue()).to.equal('');
      await page.keyboard.type('feed the cat');
      await page.keyboard.press('Enter');
      await shows(page, ['buy some cheese', 'feed the cat']);
    });

    it('is not made of nothing', async () => {
      await open();
      await page.keyboard.press('Enter');
      await page.keyboard.type('   ');
      await page.keyboard.press('Enter');
      await enter(page, ['a']);
      await shows(page, ['a']);
    });

    it('brings main and footer, which are not there without any', async () => {
      await open();
      expect(await page.locator('.main, .footer').count()).to.equal(0);
      await enter(page, ['a']);
      await page.locator('.main').waitFor();
      await page.locator('.footer').waitFor();
      await items(page).hover();
      await page.getByLabel('Delete').click();
      await page.locator('.main, .footer').first().waitFor({ state: 'detached' });
    });

    it('may be text that looks like HTML', async () => {
      await open();
      await enter(page, ['<b>bold</b> & "quoted"']);
      await shows(page, ['<b>bold</b> & "quoted"']);
    });
  });

  for (const milliseconds of [0, 75]) {
    describe(`todos entered without waiting, ${2 * milliseconds} ms from the server and back`, () => {
      beforeEach(async () => {
        if (milliseconds > 0) await page.addInitScript(delay, milliseconds);
        await open();
      });

      it('arrive when typed', async () => {
        for (const title of ten) {
          await page.keyboard.type(title);
          await page.keyboard.press('Enter');
        }
        await shows(page, ten);
        await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.new-todo')?.value === '');
      });

      it('arrive when typed at the pace of a person', async () => {
        for (const title of ten.slice(0, 5)) {
          await page.keyboard.type(title, { delay: 30 });
          await page.keyboard.press('Enter', { delay: 30 });
        }
        await page.keyboard.type('rest', { delay: 30 });
        await shows(page, ten.slice(0, 5));
        await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.new-todo')?.value === 'rest');
      });

      it('arrive when filled in', async () => {
        await enter(page, ten);
        await shows(page, ten);
        await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.new-todo')?.value === '');
      });
    });
  }

  describe('a todo', () => {
    it('is completed and taken up again by its checkbox', async () => {
      await openWithThree();
      await classed(page, ['', '', '']);
      await toggle(page, 1).check();
      await classed(page, ['', 'completed', '']);
      expect(await toggle(page, 1).isChecked()).to.equal(true);
      await toggle(page, 1).uncheck();
      await classed(page, ['', '', '']);
    });

    it('shows its button on hover, and is deleted by it', async () => {
      await openWithThree();
      const button = items(page).nth(1).getByLabel('Delete');
      expect(await button.isVisible()).to.equal(false);
      await items(page).nth(1).hover();
      await button.click();
      await shows(page, ['buy some cheese', 'book a doctors appointment']);
    });
  });

  describe('marking all as complete', () => {
    it('completes all and takes all up again', async () => {
      await openWithThree();
      await toggleAll(page).check();
      await classed(page, ['completed', 'completed', 'completed']);
      await toggleAll(page).uncheck();
      await classed(page, ['', '', '']);
    });

    it('is in step with the todos', async () => {
      await openWithThree();
      await toggleAll(page).check();
      await classed(page, ['completed', 'completed', 'completed']);
      await toggle(page, 0).uncheck();
      await classed(page, ['', 'completed', 'completed']);
      expect(await toggleAll(page).isChecked()).to.equal(false);
      await toggle(page, 0).check();
      await classed(page, ['completed', 'completed', 'completed']);
      expect(await toggleAll(page).isChecked()).to.equal(true);
      await page.getByRole('button', { name: 'Clear completed' }).click();
      await shows(page, []);
      await enter(page, ['a']);
      await shows(page, ['a']);
      expect(await toggleAll(page).isChecked()).to.equal(false);
    });
  });

  describe('editing', () => {
    async function openEditing(index = 1): Promise<void> {
      await openWithThree();
      await items(page).nth(index).dblclick();
      await edit(page, index).waitFor();
    }

    it('begins with a double click, the focus in a field with the title, all else of the row hidden', async () => {
      await openEditing();
      await classed(page, ['', 'editing', '']);
      expect(await focused(page)).to.equal('edit');
      expect(await edit(page, 1).inputValue()).to.equal('feed the cat');
      expect(await items(page).nth(1).getByRole('checkbox').isVisible()).to.equal(false);
      expect(await items(page).nth(1).getByTestId('todo-title').isVisible()).to.equal(false);
      await page.keyboard.type('s');
      await page.keyboard.press('Enter');
      await shows(page, ['buy some cheese', 'feed the cats', 'book a doctors appointment']);
    });

    it('does not begin with a click', async () => {
      await openWithThree();
      await page.getByTestId('todo-title').nth(1).click();
      await page.keyboard.type('x');
      await toggle(page, 0).check();
      await classed(page, ['completed', '', '']);
      await shows(page, three);
    });

    it('saves on Enter, trimmed', async () => {
      await openEditing();
      await edit(page, 1).fill('   buy some sausages ');
      await edit(page, 1).press('Enter');
      await shows(page, ['buy some cheese', 'buy some sausages', 'book a doctors appointment']);
      await classed(page, ['', '', '']);
      expect(await edit(page, 1).isVisible()).to.equal(false);
    });

    it('saves when the field loses the focus', async () => {
      await openEditing();
      await edit(page, 1).fill('buy some sausages');
      await field(page).click();
      await shows(page, ['buy some cheese', 'buy some sausages', 'book a doctors appointment']);
      await classed(page, ['', '', '']);
      await items(page).nth(0).dblclick();
      await edit(page, 0).fill('nothing');
      await edit(page, 0).dispatchEvent('blur');
      await shows(page, ['nothing', 'buy some sausages', 'book a doctors appointment']);
    });

    it('goes on in the next row that is double-clicked', async () => {
      await openEditing();
      await edit(page, 1).fill('a');
      await items(page).nth(2).dblclick();
      await classed(page, ['', '', 'editing']);
      await shows(page, ['buy some cheese', 'a', 'book a doctors appointment']);
      expect(await focused(page)).to.equal('edit');
    });

    it('deletes the todo if nothing is left', async () => {
      await openEditing();
      await edit(page, 1).fill('   ');
      await edit(page, 1).press('Enter');
      await shows(page, ['buy some cheese', 'book a doctors appointment']);
    });

    it('discards on Escape, and begins with the title again', async () => {
      await openEditing();
      await edit(page, 1).fill('buy some sausages');
      await edit(page, 1).press('Escape');
      await classed(page, ['', '', '']);
      await shows(page, three);
      await items(page).nth(1).dblclick();
      await classed(page, ['', 'editing', '']);
      expect(await edit(page, 1).inputValue()).to.equal('feed the cat');
    });

    it('keeps a completed todo completed', async () => {
      await openWithThree();
      await toggle(page, 1).check();
      await classed(page, ['', 'completed', '']);
      await items(page).nth(1).dblclick();
      await classed(page, ['', 'editing', '']);
      await page.keyboard.press('Enter');
      await classed(page, ['', 'completed', '']);
    });
  });

  describe('the footer', () => {
    it('counts what is left', async () => {
      await open();
      await enter(page, ['a']);
      await tells(page, '[data-testid="todo-count"]', '1 item left');
      await enter(page, ['b']);
      await tells(page, '[data-testid="todo-count"]', '2 items left');
      expect(await page.locator('.todo-count strong').innerText()).to.equal('2');
      await toggleAll(page).check();
      await tells(page, '[data-testid="todo-count"]', '0 items left');
    });

    it('clears what is completed, by a button that is there only then', async () => {
      await openWithThree();
      const button = page.getByRole('button', { name: 'Clear completed' });
      expect(await button.count()).to.equal(0);
      await toggle(page, 1).check();
      await button.click();
      await shows(page, ['buy some cheese', 'book a doctors appointment']);
      await tells(page, '.clear-completed', undefined);
    });

    it('leads to the active, the completed and all todos, there and back', async () => {
      await openWithThree();
      await toggle(page, 1).check();
      await classed(page, ['', 'completed', '']);
      await page.getByRole('link', { name: 'Active' }).click();
      await page.waitForURL('**/todo/active');
      await shows(page, ['buy some cheese', 'book a doctors appointment']);
      await tells(page, '.filters .selected', 'Active');
      await page.getByRole('link', { name: 'Completed' }).click();
      await page.waitForURL('**/todo/completed');
      await shows(page, ['feed the cat']);
      await tells(page, '.filters .selected', 'Completed');
      await page.getByRole('link', { name: 'All' }).click();
      await shows(page, three);
      await tells(page, '.filters .selected', 'All');
      await page.goBack({ waitUntil: 'commit' });
      await shows(page, ['feed the cat']);
      await page.goBack({ waitUntil: 'commit' });
      await shows(page, ['buy some cheese', 'book a doctors appointment']);
    });

    it('hides a todo from the active ones once it is completed', async () => {
      await openWithThree();
      await open('/todo/active');
      await toggle(page, 0).click();
      await shows(page, ['feed the cat', 'book a doctors appointment']);
      await tells(page, '[data-testid="todo-count"]', '2 items left');
      await toggleAll(page).check();
      await shows(page, []);
      expect(await page.locator('.main').count()).to.equal(1);
    });
  });

  describe('persistence', () => {
    it('keeps the todos, the filter and what is being edited over a reload', async () => {
      await openWithThree();
      await toggle(page, 0).check();
      await classed(page, ['completed', '', '']);
      await items(page).nth(1).dblclick();
      await classed(page, ['completed', 'editing', '']);
      await page.reload();
      await page.waitForSelector('[data-troupe="live"]');
      await shows(page, three);
      await classed(page, ['completed', 'editing', '']);
      expect(await toggle(page, 0).isChecked()).to.equal(true);
      await open('/todo/completed');
      await page.reload();
      await shows(page, ['buy some cheese']);
    });

    it('has the todos in the first page, before any script runs', async () => {
      await openWithThree();
      const html = await (await page.request.get(page.url())).text();
      for (const title of three) expect(html).to.contain(title);
    });

    it('keeps two tabs of a browser in step', async () => {
      await openWithThree();
      const other = await page.context().newPage();
      await open('/todo', other);
      await shows(other, three);
      await toggle(other, 2).check();
      await classed(page, ['', '', 'completed']);
      expect(await toggle(page, 2).isChecked()).to.equal(true);
      await enter(page, ['one more']);
      await shows(other, [...three, 'one more']);
      await items(other).nth(0).dblclick();
      await edit(other, 0).fill('renamed');
      await edit(other, 0).press('Enter');
      await shows(page, ['renamed', ...three.slice(1), 'one more']);
    });

    it('keeps two browsers apart', async () => {
      await openWithThree();
      const other = await newPage();
      await open('/todo', other.page);
      await shows(other.page, []);
      await enter(other.page, ['mine']);
      await shows(other.page, ['mine']);
      await toggleAll(page).check();
      await classed(page, ['completed', 'completed', 'completed']);
      await classed(other.page, ['']);
      await shows(page, three);
      await other.expectNoErrors();
    });
  });

  it('works by keyboard alone', async () => {
    await open();
    for (const title of ['a', 'b']) {
      await page.keyboard.type(title);
      await page.keyboard.press('Enter');
    }
    await shows(page, ['a', 'b']);
    await page.keyboard.press('Tab');
    expect(await focused(page)).to.equal('toggle-all');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await classed(page, ['completed', '']);
    await page.keyboard.press('Tab');
    expect(await focused(page)).to.equal('destroy');
    await page.keyboard.press('Tab');
    expect(await focused(page)).to.equal('edit');
    await page.keyboard.press('Enter');
    await classed(page, ['editing', '']);
    await page.keyboard.type('c');
    await page.keyboard.press('Enter');
    await shows(page, ['ac', 'b']);
    expect(await focused(page)).to.equal('edit');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, ['ac']);
  });

  it('has the structure of the template', async () => {
    await openWithThree();
    await toggle(page, 0).check();
    await page.locator('.clear-completed').waitFor();
    for (const selector of [
      'section.todoapp > header.header > h1 + input.new-todo',
      'section.todoapp > .main > input#toggle-all.toggle-all + label[for="toggle-all"] + ul.todo-list',
      'ul.todo-list > li > div.view > input.toggle[type="checkbox"] + label + button.destroy',
      'ul.todo-list > li > div.view + input.edit',
      'section.todoapp > footer.footer > span.todo-count + ul.filters + button.clear-completed',
      'ul.filters > li > a.selected',
    ]) {
      expect(await page.locator(selector).count(), selector).to.be.above(0);
    }
  });

  it('is as wide as a narrow window, and no wider', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await open();
    await enter(page, ['a title that is longer than there is room for in one line of such a window', 'b'.repeat(60)]);
    await items(page).nth(1).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(360);
  });

  it('leaves the style sheets of the other examples as they are', async () => {
    await open('/counter');
    expect(
      await page.evaluate(() => [...document.styleSheets].map(({ href }) => new URL(`${href}`).pathname))
    ).to.deep.equal(['/style.css']);
    await open();
    expect(
      await page.evaluate(() => [...document.styleSheets].map(({ href }) => new URL(`${href}`).pathname))
    ).to.deep.equal(['/todomvc.css', '/todo.css']);
  });
});
