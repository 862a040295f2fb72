/**
 * The guide does what it says: its commands install the packed package into an empty folder, after each step its files
 * are compiled and run, and a real client does to the pages what the text claims. `guide-files.ts` lays the files out.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { ServerOptions } from 'troupe/server';
import type { openPage as OpenPage, TestPage } from 'troupe/testing';
import { fetchText, getPage, join as joinPage, nextFrame, pack } from '../bench/visit.js';
import { newPage, type WatchedPage } from '../browser/chromium.js';
import { type Files, type Running, startServer, stepsOfGuide, Workshop } from './guide-files.js';
import { listingsOf, read } from './markdown.js';

type Component = Extract<ServerOptions['routes'][string], { view: unknown }>;
type Actors = NonNullable<Parameters<typeof OpenPage>[0]['actors']>;

const steps = stepsOfGuide();

describe('the guide', () => {
  const workshop = new Workshop(steps[0] as Files);
  /** Of the installed package. */
  let openPage: typeof OpenPage;
  const running: Running[] = [];
  const open: TestPage[] = [];
  const watched: WatchedPage[] = [];
  /** The folders of the steps, compiled. */
  const folders: string[] = [];

  after(() => workshop.close());
  afterEach(async () => {
    for (const page of open.splice(0)) await page.abandon();
    for (const { page } of watched.splice(0)) await page.close();
    for (const { child, end } of running.splice(0)) if (child.exitCode === null) await end('SIGKILL');
  });

  /** What a file of a step exports. */
  async function exported(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
    return import(pathToFileURL(join(folder, 'built', file)).href);
  }

  /** A component of a step as a page. */
  async function pageOf(folder: string, file: string, name: string): Promise<TestPage> {
    const page = await openPage((await exported(folder, file))[name] as Component);
    open.push(page);

    return page;
  }

  const folderOf = (step: number): string => folders[step] as string;

  async function serve(step: number, port = 0, cwd?: string): Promise<Running> {
    const server = await startServer(folderOf(step), port, cwd);
    running.push(server);

    return server;
  }

  const button = (page: TestPage, name: string | RegExp): HTMLElement => page.getByRole('button', { name });
  const rows = (page: TestPage): readonly Element[] => [...page.root.querySelectorAll('li')];

  async function addNotes(page: TestPage, ...notes: readonly string[]): Promise<void> {
    for (const note of notes) await page.type(page.getByLabelText('Note'), `${note}{Enter}`);
  }

  it('has ten steps', () => {
    expect(steps).to.have.length(11);
    expect([...(steps[0]?.keys() ?? [])]).to.deep.equal(['package.json', 'tsconfig.json']);
  });

  it('begins with an empty folder, into which the package is installed', async () => {
    const [introduction = ''] = read('docs/guide.md').split('\n## ');
    const commands = commandsIn(introduction);
    const installs = commands.filter(isInstall);
    expect(installs).to.have.length(2);
    for (const command of installs) workshop.install(command);
    const [compile = '', start] = commands.slice(installs.length);
    const folder = workshop.lay('first', steps[1] as Files);
    expect(spawnSync('sh', ['-c', compile], { cwd: folder, encoding: 'utf8' })).to.include({ status: 0, stdout: '' });
    expect(start).to.equal('node built/server.js');
    const server = await startServer(folder);
    running.push(server);
    expect((await fetchText(`${server.origin}/`)).status).to.equal(200);
  }).timeout(60_000);

  it('installs what later steps need', async () => {
    for (const command of commandsOf('# Guide').filter(isInstall).slice(2)) workshop.install(command);
    ({ openPage } = (await workshop.import('troupe/testing')) as { openPage: typeof OpenPage });
  }).timeout(60_000);

  for (const [step, files] of steps.entries()) {
    if (step === 0) continue;
    it(`compiles after step ${step}`, () => {
      folders[step] = workshop.lay(`step${step}`, files);
      expect(workshop.compile(folderOf(step))).to.equal('');
    });
  }

  /** What the compiler says to a step in which one text of one file is another. */
  function complaint(step: number, file: string, from: string, to: string): string {
    const files = new Map(steps[step] as Files);
    const text = files.get(file) ?? '';
    expect(text).to.contain(from);
    files.set(file, text.replace(from, to));

    return workshop.compile(workshop.lay(`wrong${step}-${file}`, files));
  }

  describe('step 1', () => {
    it('answers with complete HTML, and then a few bytes for a click', async () => {
      const { origin, said } = await serve(1);
      const page = await getPage(`${origin}/`);
      expect(page.html).to.match(/<output[^>]*>.*0.*<\/output>/);
      const { socket } = await joinPage(page);
      const click = pack([1, [[1, 2]]]);
      socket.send(click);
      expect(await nextFrame(socket)).to.deep.equal([2, [1, 1, 1]]);
      expect(click.length).to.be.at.most(8);
      expect(said()).to.match(/TroupeWarning.*secret/);
      socket.close();
    });

    it('counts up and down, each page for itself', async () => {
      const page = await pageOf(folderOf(1), 'counter.js', 'Counter');
      const other = await page.newTab();
      open.push(other);
      await page.click(button(page, '+'));
      await page.click(button(page, '+'));
      await other.click(button(other, '-'));
      expect(page.getByRole('status').textContent).to.equal('2');
      expect(other.getByRole('status').textContent).to.equal('-1');
    });

    it('tells who changes the model', async () => {
      const change = ['{ count: model.count + 1 }', '(model.count++, model)'] as const;
      const page = await pageOf(
        workshop.twist(folderOf(1), 'changing', 'counter.js', ...change),
        'counter.js',
        'Counter'
      );
      const error = await page.click(button(page, '+')).catch(String);
      expect(error).to.contain('counter');
      expect(page.getByRole('status').textContent).to.equal('0');
    });

    it('does not compile with a misspelt message', () => {
      expect(complaint(1, 'counter.ts', "'incremented' }}>", "'incremnted' }}>")).to.contain('incremnted');
    });
  });

  describe('step 2', () => {
    it('adds what is typed, escaped, and empties the input', async () => {
      const page = await pageOf(folderOf(2), 'notes.js', 'Notes');
      expect((button(page, 'Add') as HTMLButtonElement).disabled).to.equal(true);
      await addNotes(page, '<b>');
      expect(rows(page).map((row) => row.textContent)).to.deep.equal(['<b>']);
      expect((page.getByLabelText('Note') as HTMLInputElement).value).to.equal('');
    });

    it('leaves alone who types faster than the network is', async () => {
      const page = await pageOf(folderOf(2), 'notes.js', 'Notes');
      page.hold();
      await page.type(page.getByLabelText('Note'), 'quick');
      expect((page.getByLabelText('Note') as HTMLInputElement).value).to.equal('quick');
      await page.release();
      expect((page.getByLabelText('Note') as HTMLInputElement).value).to.equal('quick');
    });

    it('serves all its pages', async () => {
      await expectPages(2, ['/', '/notes']);
    });
  });

  describe('step 3', () => {
    it('keeps the elements of the rows that stay', async () => {
      const page = await pageOf(folderOf(3), 'notes.js', 'Notes');
      await addNotes(page, 'three', 'two', 'one');
      const [, two, three] = rows(page);
      await page.click(button(page, 'Remove one'));
      expect(rows(page)).to.deep.equal([two, three]);
      expect(page.text()).to.match(/two × three ×$/);
    });

    it('says rightly what a list without keys does', async () => {
      const listed = ['repeat(notes, ({ id }) => id, row)', 'notes.map(row)'] as const;
      const page = await pageOf(workshop.twist(folderOf(3), 'unkeyed', 'notes.js', ...listed), 'notes.js', 'Notes');
      await addNotes(page, 'three', 'two', 'one');
      const [first, second] = rows(page);
      await page.click(button(page, 'Remove one'));
      expect(rows(page)).to.deep.equal([first, second]);
      expect(first?.textContent).to.contain('two');
    });

    it('tells who asks chance', async () => {
      const told: string[] = [];
      const warn = console.warn;
      console.warn = (text: string) => void told.push(text);
      try {
        const chance = ['enqueue.id', 'Math.random()'] as const;
        const page = await pageOf(workshop.twist(folderOf(3), 'impure', 'notes.js', ...chance), 'notes.js', 'Notes');
        await addNotes(page, 'one');
      } finally {
        console.warn = warn;
      }
      expect(told.join()).to.match(/two results.*must be pure/);
    });
  });

  describe('step 4', () => {
    it('has notes that are ticked off and then go', async () => {
      const page = await pageOf(folderOf(4), 'notes.js', 'Notes');
      await addNotes(page, 'two', 'one');
      expect(page.queryByRole('button', { name: 'Remove one' })).to.equal(null);
      await page.click(page.getByLabelText('one'));
      await page.click(button(page, 'Remove one'));
      expect(rows(page).map((row) => row.textContent?.trim())).to.deep.equal(['two']);
    });

    it('does not compile if the list does not take what a note sends', () => {
      const wrong = complaint(
        4,
        'notes.ts',
        "| { type: 'submitted' } | ToParent;",
        "| { type: 'submitted' } | { type: 'removed'; index: number };"
      );
      expect(wrong).to.contain('notes.ts');
    });
  });

  describe('step 5', () => {
    it('counts seconds while it runs, and only then', async () => {
      const page = await pageOf(folderOf(5), 'stopwatch.js', 'Stopwatch');
      await page.advance(2_000);
      expect(page.getByRole('status').textContent).to.equal('0');
      await page.click(button(page, 'Start'));
      await page.advance(3_000);
      expect(page.getByRole('status').textContent).to.equal('3');
      await page.click(button(page, 'Stop'));
      await page.advance(3_000);
      expect(page.getByRole('status').textContent).to.equal('3');
      await page.click(button(page, 'Reset'));
      expect(page.getByRole('status').textContent).to.equal('0');
    });

    it('serves all its pages', async () => {
      await expectPages(5, ['/', '/notes', '/stopwatch']);
    });
  });

  describe('step 6', () => {
    it('lets walk two seconds after the press, for four', async () => {
      const page = await pageOf(folderOf(6), 'light.js', 'Light');
      const shown = (): string => page.getByRole('status').textContent ?? '';
      const press = button(page, 'I want to cross') as HTMLButtonElement;
      await page.click(press);
      expect([shown(), press.disabled]).to.deep.equal(['Do not walk', true]);
      await page.advance(1_999);
      expect(shown()).to.equal('Do not walk');
      await page.advance(1);
      expect(shown()).to.equal('Walk');
      await page.advance(4_000);
      expect([shown(), press.disabled]).to.deep.equal(['Do not walk', false]);
    });

    it('does not compile with an event that the machine does not know', () => {
      expect(complaint(6, 'light.ts', "@click=${{ type: 'pressed' }}", "@click=${{ type: 'presed' }}")).to.contain(
        'presed'
      );
    });

    it('serves all its pages, and the inspector', async () => {
      const origin = await expectPages(6, ['/', '/notes', '/stopwatch', '/light']);
      expect((await fetchText(`${origin}/_troupe/inspector`)).status).to.equal(200);
    });
  });

  describe('step 7', () => {
    /** Runs the guide's own command in a folder; gives the exit status and what was said. */
    async function runTests(folder: string): Promise<{ status: number; said: string }> {
      const test = commandsOf('## 7 A test').at(-1) ?? '';
      // Not as a part of a test run that goes on already.
      const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
      const child = spawn('sh', ['-c', test], { cwd: folder, env });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      const [status] = await once(child, 'close');

      return { status, said };
    }

    it('has tests that pass', async () => {
      const { status, said } = await runTests(folderOf(7));
      expect(said).to.match(/pass 2$/m);
      expect(status).to.equal(0);
    }).timeout(40_000);

    it('has tests that fail when the counter is wrong', async () => {
      const wrong = workshop.twist(folderOf(7), 'wrong', 'counter.js', 'model.count + 1', 'model.count + 2');
      const { status, said } = await runTests(wrong);
      expect(said).to.match(/pass 1$/m);
      expect(status).to.equal(1);
    }).timeout(40_000);
  });

  describe('step 8', () => {
    it('greets by path and query, and knows whose page it is', async () => {
      const { origin } = await serve(8);
      const { text } = await fetchText(`${origin}/hello/Ada?from=London`);
      expect(text)
        .to.match(/Hello .*Ada/)
        .and.contain('You come from London.');
      const { text: plain } = await fetchText(`${origin}/hello/Ada`);
      expect(plain).to.contain('You come from the guide.');
      const [curl = ''] = commandsOf('## 8 What a page is asked for');
      const child = spawn('sh', ['-c', curl.replace('http://localhost:3000', origin).replace('curl', 'curl -s')]);
      let own = '';
      child.stdout.on('data', (chunk) => {
        own += chunk;
      });
      const [status] = await once(child, 'close');
      // Where there is no curl, the same is asked without it.
      if (status === 127)
        own = await (await fetch(`${origin}/hello/Ada`, { headers: { 'x-forwarded-user': 'Ada' } })).text();
      expect(own).to.contain('This is your own page.');
    });

    it('serves all its pages', async () => {
      await expectPages(8, ['/', '/hello/Ada', '/light', '/notes', '/stopwatch']);
    });
  });

  describe('step 9', () => {
    it('shows all pages the same, those that come later too', async () => {
      const Chat = (await exported(folderOf(9), 'chat.js'))['Chat'] as Component;
      const actors = (await exported(folderOf(9), 'room.js')) as Actors;
      const page = await openPage({ routes: { '/chat': Chat }, actors, url: '/chat' });
      const other = await page.newPage();
      open.push(page, other);
      await page.type(page.getByLabelText('Message'), 'hello{Enter}');
      await other.type(other.getByLabelText('Message'), 'hello yourself{Enter}');
      const late = await page.newPage();
      open.push(late);
      for (const each of [page, other, late]) {
        expect(rows(each).map((row) => row.textContent)).to.deep.equal(['hello', 'hello yourself']);
      }
    });

    it('sends the state with the first HTML', async () => {
      const { origin } = await serve(9);
      const made = await newPage();
      watched.push(made);
      await made.page.goto(`${origin}/chat`);
      await made.page.getByLabel('Message').fill('hello');
      await made.page.getByRole('button', { name: 'Send' }).click();
      await made.page.locator('[role=log] li').waitFor();
      expect((await fetchText(`${origin}/chat`)).text).to.match(/<li[^>]*>.*hello.*<\/li>/);
    }).timeout(60_000);
  });

  describe('step 10', () => {
    async function visit(origin: string, name: string): Promise<Page> {
      const made = await newPage();
      watched.push(made);
      const { page } = made;
      await page.goto(`${origin}/chat/garden`);
      await page.locator('[data-troupe=live]').waitFor();
      await page.getByLabel('Your name').fill(name);
      await page.getByRole('button', { name: 'Come in' }).click();

      return page;
    }

    const people = (page: Page, names: string) =>
      page.locator('.people', { hasText: new RegExp(`^${names}$`) }).waitFor();
    const said = async (page: Page, texts: readonly string[]): Promise<void> => {
      await page
        .locator('[role=log] li')
        .nth(texts.length - 1)
        .waitFor();
      expect(await page.locator('[role=log] li').allTextContents()).to.deep.equal(texts);
    };

    it('has people who see each other and what they say', async () => {
      const { origin } = await serve(10);
      const ada = await visit(origin, 'Ada');
      const bob = await visit(origin, 'Bob');
      await people(ada, 'Ada, Bob');
      await people(bob, 'Ada, Bob');
      await ada.getByLabel('Message').fill('hello');
      await ada.getByRole('button', { name: 'Send' }).click();
      await said(bob, ['Ada hello']);
      await bob.close();
      await people(ada, 'Ada');
      expect((await fetchText(`${origin}/chat/cellar`)).text).to.contain('There is no such room.');
    }).timeout(60_000);

    for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
      it(`loses nothing when the server is ended by ${signal} and started again`, async () => {
        const cwd = workshop.lay(`kept-${signal}`, new Map());
        const first = await serve(10, 0, cwd);
        const ada = await visit(first.origin, 'Ada');
        const bob = await visit(first.origin, 'Bob');
        await people(ada, 'Ada, Bob');
        await bob.getByLabel('Message').fill('hello');
        await bob.getByRole('button', { name: 'Send' }).click();
        await said(ada, ['Bob hello']);
        await ada.getByLabel('Message').pressSequentially('half a sen');
        await ada.locator('[data-troupe=live]:not([data-troupe-pending])').waitFor();
        expect(await first.end(signal)).to.equal(signal === 'SIGTERM' ? 0 : signal);
        await ada.getByLabel('Message').pressSequentially('tence');
        await serve(10, first.port, cwd);
        for (const page of [ada, bob]) {
          await page.getByText('Welcome back. All is as it was.').waitFor();
          await people(page, 'Ada, Bob');
          await said(page, ['Bob hello']);
        }
        expect(await ada.getByLabel('Message').inputValue()).to.equal('half a sentence');
        await ada.getByRole('button', { name: 'Send' }).click();
        await said(bob, ['Bob hello', 'Ada half a sentence']);
      }).timeout(60_000);
    }

    it('warns of nothing', async () => {
      const { said: warnings } = await serve(10, 0, workshop.lay('calm', new Map()));
      expect(warnings()).to.equal('');
    });
  });

  it('gives commands of which each is run here', () => {
    const known = ['npx tsc', 'node built/server.js'];
    const all = commandsOf('# Guide');
    expect(all.filter((line) => !known.includes(line) && !isInstall(line))).to.deep.equal([
      'node --test built/pages.test.js',
      "curl -H 'X-Forwarded-User: Ada' http://localhost:3000/hello/Ada",
    ]);
  });

  async function expectPages(step: number, paths: readonly string[]): Promise<string> {
    const { origin } = await serve(step);
    for (const path of paths) expect((await fetchText(origin + path)).status, path).to.equal(200);

    return origin;
  }
});

/** The lines of shell from a heading to the next of its rank. */
function commandsOf(heading: string): readonly string[] {
  const [rank = ''] = /^#+ /.exec(heading) ?? [];
  const [, rest = ''] = `\n${read('docs/guide.md')}`.split(`\n${heading}`);
  const [text = ''] = rest.split(`\n${rank}`);

  return commandsIn(text);
}

/** The lines of shell in a text. */
const commandsIn = (text: string): readonly string[] =>
  listingsOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((listing) => listing.text.trim().split('\n'));

const isInstall = (command: string): boolean => command.startsWith('npm install ');
