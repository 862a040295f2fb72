import { expect } from 'chai';
import { component, html, repeat } from '../../../runtime/index.js';
import { type Clock, systemClock } from '../../../runtime/platform/clock.js';
import type { ErrorReport } from '../../../runtime/platform/error-report.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { createServer, type ServerOptions } from '../../../runtime/server.js';
import { PlainBrowser } from '../../fixtures/plain-browser.js';

// PAGES -----------------------------------------------------------------------

interface Model {
  readonly log: readonly string[];
  readonly name: string;
  readonly agreed: boolean;
  readonly size: string;
  readonly colour: string;
  readonly text: string;
  readonly rows: readonly number[];
  readonly isLocked: boolean;
}

type Message = { type: 'did'; what: string } | { type: 'set'; change: Partial<Model> };

const beginning: Model = {
  log: [],
  name: '',
  agreed: false,
  size: 'm',
  colour: 'red',
  text: 'one\ntwo',
  rows: [1, 2],
  isLocked: false,
};

const set = (change: Partial<Model>): Message => ({ type: 'set', change });

const Form = component({
  name: 'form',
  init: (): Model => beginning,
  update: (model, message: Message): Model =>
    message.type === 'set'
      ? { ...model, ...message.change, log: [...model.log, Object.entries(message.change).join(';')] }
      : { ...model, log: [...model.log, message.what] },
  view: ({ log, name, agreed, size, colour, text, rows, isLocked }) => html<Message>`
    <form @submit=${({ entries }) => ({ type: 'did', what: `submit ${entries.map((entry) => entry.join('=')).join('&')}` })}>
      <input name="name" .value=${name} @input=${({ value }) => set({ name: value })}>
      <input name="agreed" type="checkbox" .checked=${agreed} @change=${({ checked }) => set({ agreed: checked })}>
      ${['s', 'm'].map(
        (each) => html<Message>`
          <input name="size" type="radio" value=${each} .checked=${size === each}
            @change=${({ value }) => set({ size: value })}>`
      )}
      <select name="colour" .value=${colour} @change=${({ value }) => set({ colour: value })}>
        <option>green</option><option value="red">Rot</option>
      </select>
      <textarea name="text" .value=${text} @input=${({ value }) => set({ text: value })}></textarea>
      <button type="button" @click=${{ type: 'did', what: 'add' }}>Add</button>
      <button name="by" value="save">Save</button>
      <button name="by" value="both" @click=${({ value }) => ({ type: 'did', what: `click ${value}` })}>Both</button>
    </form>
    <ul>${repeat(
      rows,
      (row) => row,
      (row) => html<Message>`
        <li><button type="button" @click=${set({ rows: rows.filter((each) => each !== row) })}>Remove ${row}</button></li>`
    )}</ul>
    <button ?disabled=${isLocked} @click=${set({ isLocked: true })}>Lock</button>
    <output>${log.join(' | ')}</output>`,
});

// SERVERS ---------------------------------------------------------------------

const running: (() => Promise<void>)[] = [];

interface Site {
  readonly browser: PlainBrowser;
  readonly reports: readonly ErrorReport[];
  readonly origin: string;
}

async function visit(options: Partial<ServerOptions> = {}): Promise<Site> {
  const reports: ErrorReport[] = [];
  const onError = (report: ErrorReport): void => void reports.push(report);
  const secret = 'a secret of some length';
  const server = createServer({ inspector: false, routes: { '/': Form }, secret, onError, ...options });
  const { close, url } = await server.listen(0, '127.0.0.1');
  running.push(close);
  const origin = url.replace(/\/$/, '').replace('localhost', '127.0.0.1');
  const browser = new PlainBrowser(origin);
  await browser.open('/');

  return { browser, origin, reports };
}

describe('form post', () => {
  afterEach(async () => {
    for (const close of running.splice(0)) await close();
  });

  it('clicks a button outside of a form, and shows the page of the same session', async () => {
    const { browser } = await visit();
    await browser.click('Remove 1');
    expect(browser.status).to.equal(200);
    expect(browser.text('ul')).to.equal('Remove 2');
    await browser.click('Remove 2');
    expect(browser.text('output')).to.equal('rows,2 | rows,');
  });

  it('tells the edits of a form in document order, then its submission with the entries', async () => {
    const { browser } = await visit();
    browser.edit('name', 'Ada');
    browser.edit('agreed', true);
    browser.edit('size', false, 1);
    browser.edit('size', true, 0);
    browser.edit('colour', 'green');
    browser.edit('text', 'three\nfour');
    await browser.click('Save');
    expect(browser.text('output')).to.equal(
      'name,Ada | agreed,true | size,s | colour,green | text,three four | ' +
        'submit name=Ada&agreed=on&size=s&colour=green&text=three four&by=save'
    );
    expect(browser.value('name')).to.equal('Ada');
  });

  it('tells no edit of what the user has left as it is', async () => {
    const { browser } = await visit();
    await browser.click('Save');
    expect(browser.text('output')).to.equal('submit name=&size=m&colour=red&text=one two&by=save');
  });

  it('takes a box that is not ticked any more as an edit', async () => {
    const { browser } = await visit();
    browser.edit('agreed', true);
    await browser.click('Add');
    browser.edit('agreed', false);
    await browser.click('Add');
    expect(browser.text('output')).to.equal('agreed,true | add | agreed,false | add');
  });

  it('clicks a button that submits, then submits its form', async () => {
    const { browser } = await visit();
    await browser.click('Both');
    expect(browser.text('output')).to.equal('click both | submit name=&size=m&colour=red&text=one two&by=both');
  });

  it('submits by Enter with the first button that submits, not with one that does not', async () => {
    const { browser } = await visit();
    browser.edit('name', 'Ada');
    await browser.enter('name');
    expect(browser.text('output')).to.match(/^name,Ada \| submit name=Ada&.*&by=save$/);
  });

  it('says that nothing has happened if the button is gone or disabled, with a link to the page', async () => {
    const { browser, reports } = await visit();
    const gone = browser.postOfClick('Remove 1');
    const locked = browser.postOfClick('Lock');
    await browser.send(gone);
    await browser.click('Lock');
    for (const post of [gone, locked]) {
      await browser.send(post);
      expect(browser.status).to.equal(409);
      expect(browser.html).to.include('<a href="/">');
      await browser.open('/');
      expect(browser.text('output')).to.equal('rows,2 | isLocked,true');
    }
    expect(reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Dropped, ErrorCode.Dropped]);
  });

  it('goes on in a fresh session if the one of the page is gone', async () => {
    const sessions = { dormantTime: 1, grace: 0 };
    const { browser } = await visit(sessions);
    const post = browser.postOfClick('Remove 1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await browser.send(post);
    expect(browser.text('output')).to.equal('rows,2');
  });

  it('answers 410, with a link to the page, if the page is also older than its token lives', async () => {
    let later = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + later };
    const { browser } = await visit({ clock, dormantTime: 1, grace: 0, tokenLifetime: 86_400_000 });
    const post = browser.postOfClick('Remove 1');
    later = 2 * 86_400_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await browser.send(post);
    expect(browser.status).to.equal(410);
    expect(browser.html).to.include('href="/"');
  });

  describe('from elsewhere', () => {
    const hostile: readonly (readonly [string, Record<string, string>])[] = [
      ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
      ['another host of the same site', { 'Sec-Fetch-Site': 'same-site' }],
      ['another origin', { 'Sec-Fetch-Site': '', Origin: 'http://example.com' }],
      ['an opaque origin', { 'Sec-Fetch-Site': '', Origin: 'null' }],
      ['nowhere', { 'Sec-Fetch-Site': '' }],
    ];
    for (const [name, headers] of hostile) {
      it(`is refused: ${name}`, async () => {
        const { browser, reports } = await visit();
        const { 'Sec-Fetch-Site': site, ...others } = headers;
        const post = browser.postOfClick('Remove 1');
        const body = new URLSearchParams(post.entries.map(([key, value]) => [key, value]));
        const given = { ...others, ...(site && { 'Sec-Fetch-Site': site }) };
        await browser.open(post.url, { method: 'POST', body, headers: given });
        expect(browser.status).to.equal(403);
        await browser.open('/');
        expect(browser.text('output')).to.equal('');
        expect(reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Post]);
      });
    }

    it('is taken from the same origin of a browser that does not say the site', async () => {
      const { browser, origin } = await visit();
      const { url, entries } = browser.postOfClick('Remove 1');
      const body = new URLSearchParams(entries.map(([key, value]) => [key, value]));
      await browser.open(url, { method: 'POST', body, headers: { Origin: origin } });
      expect(browser.text('output')).to.equal('rows,2');
    });

    it('is reported once, however often it comes', async () => {
      const { browser, reports } = await visit();
      const post = browser.postOfClick('Remove 1');
      for (let time = 0; time < 5; time++) await browser.send(post, { 'Sec-Fetch-Site': 'cross-site' });
      expect(reports).to.have.length(1);
    });
  });

  describe('of another holder', () => {
    it('is refused with a token that was changed, or none', async () => {
      const { browser } = await visit();
      const { url, entries } = browser.postOfClick('Remove 1');
      for (const token of ['', 'x', (entries[0]?.[1] ?? '').replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))]) {
        await browser.send({ url, entries: [['troupe-token', token]] });
        expect(browser.status).to.equal(403);
      }
    });

    it('is refused to another browser', async () => {
      const { browser, origin } = await visit();
      const other = new PlainBrowser(origin);
      await other.open('/');
      await other.send(browser.postOfClick('Remove 1'));
      expect(other.status).to.equal(403);
      other.cookies.clear();
      await other.send(browser.postOfClick('Remove 1'));
      expect(other.status).to.equal(403);
    });

    it('is refused to another principal', async () => {
      let principal = 'Ada';
      const { browser } = await visit({ identify: () => principal });
      const post = browser.postOfClick('Remove 1');
      principal = 'Grace';
      await browser.send(post);
      expect(browser.status).to.equal(403);
    });
  });

  describe('that is none', () => {
    const post = async (init: RequestInit, url?: string): Promise<number> => {
      const { browser } = await visit();
      const { url: own, entries } = browser.postOfClick('Remove 1');
      const body = new URLSearchParams(entries.map(([key, value]) => [key, value]));
      const headers = { 'Sec-Fetch-Site': 'same-origin', ...(init.headers as Record<string, string>) };
      await browser.open(url ?? own, { method: 'POST', body, ...init, headers });

      return browser.status;
    };

    it('is refused with 405 if it is no POST', async () => {
      const { browser } = await visit();
      await browser.open('/_troupe/post?0,abc,');
      expect(browser.status).to.equal(405);
    });

    it('is refused with 415 if the body is no form', async () => {
      expect(await post({ body: '{}', headers: { 'Content-Type': 'application/json' } })).to.equal(415);
      expect(await post({ body: '', headers: { 'Content-Type': 'text/plain' } })).to.equal(415);
    });

    it('is refused with 413 if the body is too large, whether it says so or not', async () => {
      const large = 'a'.repeat(1_048_577);
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      expect(await post({ body: large, headers })).to.equal(413);
      const stream = new Blob([large]).stream();
      expect(await post({ body: stream, headers, duplex: 'half' } as RequestInit)).to.equal(413);
    });

    it('is refused with 400 if it has too many entries, or no address', async () => {
      const entries = Array.from({ length: 1_001 }, (_, index): [string, string] => [`a${index}`, '']);
      expect(await post({ body: new URLSearchParams(entries) })).to.equal(400);
      for (const query of ['', '0', '0,abc', '0,abc,,1', '-1,abc,', '0,abc,s%', '0,abc,,x,', '0,<script>,'])
        expect(await post({}, `/_troupe/post?${query}`), query).to.equal(400);
      expect(await post({ body: '--a', headers: { 'Content-Type': 'multipart/form-data; boundary=b' } })).to.equal(400);
    });
  });

  it('takes a form with files, without the files', async () => {
    const { browser } = await visit();
    const { url, entries } = browser.postOfClick('Save');
    const body = new FormData();
    for (const [name, value] of entries) body.append(name, value);
    body.append('file', new Blob(['content']), 'a.txt');
    await browser.open(url, { method: 'POST', body, headers: { 'Sec-Fetch-Site': 'same-origin' } });
    expect(browser.text('output')).to.equal('submit name=&size=m&colour=red&text=one two&by=save');
  });

  it('is refused with 429 if a session is posted to faster than a client may tell events', async () => {
    const { browser } = await visit({ framesPerSecond: 20 });
    const post = browser.postOfClick('Lock');
    const statuses: number[] = [];
    for (let time = 0; time < 5; time++) {
      await browser.send(post);
      statuses.push(browser.status);
    }
    expect(statuses).to.include(429);
  });

  it('goes nowhere if the option says so', async () => {
    const { browser } = await visit({ formsWithoutScript: false });
    expect(browser.html).to.not.match(/formaction|data-troupe-post|troupe-form|action=/);
    expect(browser.html).to.include('<form method="dialog" data-troupe-on="submit">').and.include('type="button"');
    await browser.open('/_troupe/post?0,abc,', { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } });
    expect(browser.status).to.equal(404);
  });
});
