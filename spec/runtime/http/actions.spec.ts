import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { ActionRequest, Actions } from '../../../runtime/http/actions.js';
import { html } from '../../../runtime/template/html.js';
import { HttpBrowser, makeSite } from '../../fixtures/http-site.js';

const Page = component({
  name: 'page',
  init: ({ flash, principal }: { flash: unknown; principal: unknown }) => ({ flash, principal }),
  update: (model) => model,
  view: ({ flash, principal }) => html`<p>${`${principal ?? 'anonymous'}: ${JSON.stringify(flash ?? null)}`}</p>`,
});

const identify = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  /sid=(\w+)/.exec(String(headers['cookie'] ?? ''))?.[1];

function setUp(actions: Actions, base = '') {
  const made = makeSite({ actions, base, identify, routes: { '/': Page, '/login': Page } });

  return { ...made, browser: new HttpBrowser(made) };
}

const signing: Actions = {
  'POST /login': ({ entries }) => {
    const { name = '', next = '/' } = Object.fromEntries(entries);

    return name === 'ada'
      ? { redirect: next, cookies: { sid: name }, flash: { text: `Welcome, ${name}` } }
      : { redirect: '/login', flash: { text: 'Who?' } };
  },
  'POST /logout': () => ({ redirect: '/', cookies: { sid: null } }),
};

describe('actions', () => {
  it('sign in and out by forms alone, and say something to the page that follows, once', async () => {
    const { browser, reports } = setUp(signing);
    await browser.ask('/login');
    expect(await browser.post('/login', { name: 'eve' })).to.deep.include({ status: 303, body: '' });
    expect((await browser.ask('/login')).body)
      .to.include('anonymous: ')
      .and.include('Who?');
    expect((await browser.ask('/login')).body).to.include('anonymous: null');
    const { headers } = await browser.post('/login', { name: 'ada' });
    expect(headers).to.include({ Location: '/' });
    expect((await browser.ask('/')).body)
      .to.include('ada: ')
      .and.include('Welcome, ada');
    expect((await browser.ask('/')).body).to.include('ada: null');
    await browser.post('/logout');
    expect((await browser.ask('/')).body).to.include('anonymous: null');
    expect(reports).to.deep.equal([]);
  });

  it('get what the request says', async () => {
    const got: ActionRequest[] = [];
    const { browser } = setUp({ 'PUT /items/:id': (request) => void got.push(request) }, '/app');
    browser.cookies.set('sid', 'ada').set('theme', 'dark');
    const asked = { method: 'PUT', json: '{"n":1}', headers: { 'accept-language': 'de' } };
    expect((await browser.ask('/app/items/4%2F2?a=b', asked)).status).to.equal(204);
    const [{ request: _facts, ...rest } = {} as ActionRequest] = got;
    expect(rest).to.deep.include({ method: 'PUT', path: '/items/4/2', principal: 'ada', json: { n: 1 }, entries: [] });
    expect({ ...rest.params, ...rest.query }).to.deep.equal({ id: '4/2', a: 'b' });
    expect(got[0]?.request).to.deep.include({ locale: 'de', address: '127.0.0.1' });
    expect(got[0]?.request.cookies).to.deep.equal({ sid: 'ada', theme: 'dark' });
  });

  it('are taken from pages of this site alone, unless they only read', async () => {
    let calls = 0;
    const call = () => ({ body: String(++calls) });
    const { browser, reports } = setUp({ 'POST /': call, 'DELETE /': call, 'GET /feed': call });
    const from = (headers: Readonly<Record<string, string | undefined>>) => ({
      'sec-fetch-site': undefined,
      ...headers,
    });
    const foreign = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'https://other.site.example' },
      { 'sec-fetch-site': 'none' },
      from({ origin: 'https://evil.example' }),
      from({ origin: 'null' }),
      from({}),
    ];
    for (const headers of foreign) {
      expect((await browser.post('/', {}, headers)).status, JSON.stringify(headers)).to.equal(403);
      expect((await browser.ask('/', { method: 'DELETE', headers })).status).to.equal(403);
    }
    expect(calls).to.equal(0);
    expect(reports.map(({ code }) => code)).to.deep.equal(['post']);
    expect((await browser.post('/', {}, from({ origin: 'http://site.example' }))).body).to.equal('1');
    expect((await browser.ask('/feed', { headers: foreign[0] as never })).body).to.equal('2');
  });

  it('answer with 500 where they throw or answer what is none, and with 503 where they take too long', async () => {
    const { browser, clock, reports } = setUp({
      'POST /throws': () => {
        throw new Error('no database');
      },
      'POST /rejects': async () => Promise.reject(new Error('no database')),
      'POST /odd': () => 'text' as never,
      'POST /away': () => ({ redirect: 'https://evil.example' }),
      'POST /ours': () => ({ cookies: { troupe: 'x' } }),
      'POST /slow': () => new Promise<never>(() => undefined),
    });
    for (const path of ['/throws', '/rejects', '/odd', '/away', '/ours']) {
      const { body, status } = await browser.post(path);
      expect(status, path).to.equal(500);
      expect(body).to.include(`Error ${reports.at(-1)?.id}`);
    }
    expect(reports.map(({ code }) => code)).to.deep.equal(Array(5).fill('action'));
    const slow = browser.post('/slow');
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    expect((await slow).status).to.equal(503);
  });

  it('get bodies that are forms or JSON, and not too long', async () => {
    const { browser } = setUp({ 'POST /': ({ json, entries }) => ({ json: { json, entries } }) });
    expect((await browser.ask('/', { method: 'POST' })).body).to.equal('{"entries":[]}');
    expect((await browser.ask('/', { method: 'POST', json: '{' })).status).to.equal(400);
    expect((await browser.ask('/', { method: 'POST', json: 'x'.repeat(1_048_577) })).status).to.equal(413);
    expect((await browser.post('/', {}, { 'content-type': 'text/plain' })).status).to.equal(415);
  });

  it('stand beside pages, and only where they were put', async () => {
    const { browser } = setUp(signing);
    expect((await browser.ask('/login')).status).to.equal(200);
    expect((await browser.post('/', {})).status).to.equal(405);
    expect((await browser.post('/nowhere', {})).status).to.equal(404);
    expect((await browser.post('/login%00', {})).status).to.equal(404);
  });

  it('begin the page that follows anew, though it stands where the form stood', async () => {
    const { browser } = setUp(signing);
    await browser.ask('/');
    const first = browser.token;
    browser.cookies.set('troupe-page', encodeURIComponent(`load.${first}`));
    await browser.post('/login', { name: 'ada' });
    const { body } = await browser.ask('/', { headers: { 'cache-control': 'max-age=0' } });
    expect(body).to.include('data-troupe-reload="fresh"');
    expect(browser.cookies.has('troupe-page')).to.equal(false);
    expect(browser.token.split('.')[1]).to.not.equal(first.split('.')[1]);
  });

  it('answer 503 once the server is closed', async () => {
    const { browser, site } = setUp(signing);
    await site.sessions.close();
    expect((await browser.post('/login', { name: 'ada' })).status).to.equal(503);
  });
});
