import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { ErrorPageProps, Route } from '../../../runtime/component/component.js';
import { notFound, status as outcomeStatus, redirect } from '../../../runtime/component/outcome.js';
import { createClientScript } from '../../../runtime/http/client-script.js';
import { createGuard } from '../../../runtime/http/guard.js';
import { createHttp, type HttpOptions } from '../../../runtime/http/http.js';
import type { HttpAnswer } from '../../../runtime/http/http-answer.js';
import { defaultLayout } from '../../../runtime/http/layout.js';
import { RefusedUpgrades } from '../../../runtime/http/refused-upgrades.js';
import { createRouter } from '../../../runtime/http/router.js';
import { createFlashes } from '../../../runtime/identity/flash.js';
import { principalText } from '../../../runtime/identity/principal.js';
import { createRecognition, type HttpRequest, type Identify } from '../../../runtime/identity/request-identity.js';
import { createTokens } from '../../../runtime/identity/session-token.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter, type ErrorReport } from '../../../runtime/platform/error-report.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { asSessions, FakeSessions, fakeComponent } from '../../fixtures/sessions.js';

const text = `console.log(${JSON.stringify('client '.repeat(200))});`;
const more = 'export const more = 1;';
const script = createClientScript(text, { more });
const scriptUrl = `/app/_troupe/${script.file}`;

/** An answer, its headers by name. */
interface Got extends Omit<HttpAnswer, 'headers'> {
  readonly headers: Readonly<Record<string, string>>;
}

function byName(headers: HttpAnswer['headers']): Got['headers'] {
  const entries = headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));

  return Object.fromEntries(entries) as Got['headers'];
}

interface Overrides extends Partial<HttpOptions> {
  readonly identify?: Identify;
}

function setUp({ identify, ...overrides }: Overrides = {}) {
  const reports: ErrorReport[] = [];
  const report = createReporter((made) => reports.push(made));
  const sessions = new FakeSessions();
  const clock = createSimulatedClock(1_700_000_000_000);
  const secrets = ['a secret of some length'];
  const tokens = createTokens({ clock, lifetime: 1_000, secrets });
  const trustProxy = overrides.trustProxy ?? 0;
  const home = fakeComponent('home');
  const user = fakeComponent('user');
  const http = createHttp({
    base: '/app',
    clock,
    development: true,
    bearerOf: (principal, cookie) => ({ cookie, principal: principalText(principal) }),
    flashes: createFlashes({ base: '/app', clock, secrets, trustProxy }),
    guard: createGuard({ clock, deadline: 5_000, report }),
    document: { language: 'en', styles: ['/app.css'], template: defaultLayout, title: 'Spec', warn: () => undefined },
    formsWithoutScript: false,
    framesPerSecond: 200,
    origins: undefined,
    recognise: createRecognition({ clock, deadline: 5_000, identify, report, trustProxy }),
    refused: new RefusedUpgrades(clock, report),
    report,
    router: createRouter({ '/': home, '/users/:id': user, '/files/**:rest': user }, '/app'),
    script,
    sessions: asSessions(sessions),
    tokens,
    trustProxy,
    ...overrides,
  });

  const ask = (url: string, request: Partial<HttpRequest> = {}) =>
    http({ address: '127.0.0.1', headers: {}, method: 'GET', secure: false, url, ...request });

  /** Asks for what must be ours. */
  async function get(url: string, request: Partial<HttpRequest> = {}): Promise<Got> {
    const answer = await ask(url, request);

    if (answer === undefined) throw new Error(`${url} is not ours`);
    return { ...answer, headers: byName(answer.headers) };
  }

  return { ask, clock, get, home, http, reports, sessions, tokens, user };
}

const cookieOf = (answer: Got) => /^troupe=([\w-]{22});/.exec(answer.headers['Set-Cookie'] ?? '')?.[1];
const tokenOf = (answer: Got) =>
  /data-troupe-token="([^"]*)"/.exec(String(answer.body))?.[1]?.replaceAll('&amp;', '&') ?? '';

describe('http', () => {
  describe('pages', () => {
    it('answers a route with a complete document around a new session', async () => {
      const { get, home, sessions } = setUp();
      const answer = await get('/app/');
      const body = String(answer.body);

      expect(answer.status).to.equal(200);
      expect(body).to.match(/^<!doctype html>/);
      expect(body).to.contain('<p>page at /</p>');
      expect(body).to.contain(`<script type="module" src="${scriptUrl}#${tokenOf(answer).slice(0, 16)}"></script>`);
      expect(body).to.contain('data-troupe-socket="/app/_troupe/socket"');
      expect(body).to.contain('href="/app.css"');
      expect(sessions.opened[0]?.route).to.have.property('component', home);
    });

    it('says what a page is, how long, and that it may be kept but not reused unasked', async () => {
      const { get } = setUp();
      const { body, headers } = await get('/app');

      expect(headers).to.include({
        'Cache-Control': 'private, no-cache',
        'Content-Length': String(Buffer.byteLength(body)),
        'Content-Type': 'text/html; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
      });
    });

    it('contains no inline script and no inline style', async () => {
      const { get } = setUp();
      const body = String((await get('/app')).body);

      expect(body).to.not.match(/<script(?![^>]*\ssrc=)/);
      expect(body).to.not.match(/<style|\sstyle=|\son\w+=/);
    });

    it('seals a token that opens with the cookie that was set', async () => {
      const { get, sessions, tokens } = setUp();
      const answer = await get('/app/users/7?tab="a"&b=<c>');
      const cookie = cookieOf(answer) ?? '';
      const [id] = sessions.all.keys();
      const token = tokenOf(answer).replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');

      expect(tokens.open(token, { cookie, principal: '' })).to.deep.equal({
        id,
        ticket: 1,
        url: '/app/users/7?tab="a"&b=<c>',
        isExpired: false,
      });
      expect(tokens.open(token, { cookie: 'x', principal: '' })).to.equal(undefined);
    });

    it('sets a cookie for its base path that scripts cannot read and other sites cannot send', async () => {
      const { get } = setUp();

      expect((await get('/app')).headers['Set-Cookie']).to.match(
        /^troupe=[\w-]{22}; Path=\/app; HttpOnly; SameSite=Lax$/
      );
    });

    it('sets no cookie when a good one is there, and a new one when it is not one of ours', async () => {
      const { get, tokens } = setUp();
      const cookie = 'abcdefghijklmnopqrstuv';
      const kept = await get('/app', { headers: { cookie: `a=b; troupe=${cookie}; c=d` } });

      expect(kept.headers).to.not.have.property('Set-Cookie');
      expect(tokens.open(tokenOf(kept), { cookie, principal: '' })).to.not.equal(undefined);
      for (const bad of ['troupe=', 'troupe=short', `troupe=${cookie}x`, `xtroupe=${cookie}`, `troupe="${cookie}"`]) {
        expect(cookieOf(await get('/app', { headers: { cookie: bad } })), bad).to.match(/^[\w-]{22}$/);
      }
    });

    it('marks the cookie secure on https, and behind a proxy only if proxies are trusted', async () => {
      const headers = { 'x-forwarded-proto': 'https' };

      expect((await setUp().get('/app', { secure: true })).headers['Set-Cookie']).to.match(/; Secure$/);
      expect((await setUp({ trustProxy: 1 }).get('/app', { headers })).headers['Set-Cookie']).to.match(/; Secure$/);
      expect((await setUp().get('/app', { headers })).headers['Set-Cookie']).to.not.contain('Secure');
    });

    it('answers HEAD with the same headers and creates nothing', async () => {
      const { get, sessions } = setUp();
      const page = await get('/app');
      const head = await get('/app', { method: 'HEAD' });
      const names = (answer: Got) => Object.keys(answer.headers).filter((name) => name !== 'Content-Length');

      expect(head.status).to.equal(200);
      expect(head.body).to.equal('');
      expect(names(head)).to.deep.equal(names(page));
      expect(sessions.opened).to.have.lengthOf(1);
    });

    it('gives the component decoded parameters, query and path', async () => {
      const { get, sessions } = setUp();

      await get('/app/users/J%C3%BCrgen%2F1?tag=a&tag=b%26&tag=c&one=1&__proto__=x');
      const { props } = sessions.opened.at(0)?.route ?? ({} as Route);

      expect(props.params).to.deep.equal({ id: 'Jürgen/1' });
      expect({ ...props.query }).to.deep.include({ tag: ['a', 'b&', 'c'], one: '1' });
      expect(Object.keys(props.query)).to.include('__proto__');
      expect(props.path).to.equal('/users/Jürgen/1');
    });
  });

  describe('visitors', () => {
    it('gives the principal to the page and binds the token to it', async () => {
      const { get, sessions, tokens } = setUp({ identify: async ({ headers }) => ({ id: headers['x-user'] }) });
      const answer = await get('/app', { headers: { 'x-user': '7' } });
      const cookie = cookieOf(answer) ?? '';

      expect(sessions.opened[0]?.route.props.principal).to.deep.equal({ id: '7' });
      expect(tokens.open(tokenOf(answer), { cookie, principal: '{"id":"7"}' })).to.not.equal(undefined);
      expect(tokens.open(tokenOf(answer), { cookie, principal: '' })).to.equal(undefined);
    });

    it('refuses whom identify refuses, and reports what it throws', async () => {
      const refusing = setUp({ identify: () => false });
      const throwing = setUp({ identify: () => Promise.reject(new Error('no database')) });

      expect((await refusing.get('/app')).status).to.equal(401);
      expect(refusing.reports).to.have.lengthOf(0);
      expect((await throwing.get('/app')).status).to.equal(401);
      expect(throwing.reports[0]).to.include({ code: ErrorCode.Identify });
      expect(throwing.sessions.opened).to.have.lengthOf(0);
    });

    it('answers 503 when identify takes too long', async () => {
      const { clock, get } = setUp({ identify: () => new Promise(() => undefined) });
      const answer = get('/app');

      clock.advance(5_000);
      expect((await answer).status).to.equal(503);
    });

    it('counts sessions by address: the one of the connection, or the one a trusted proxy tells', async () => {
      const headers = { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' };
      const addressAt = async (trustProxy: number, request: Partial<HttpRequest>) => {
        const { get, sessions } = setUp({ trustProxy });

        await get('/app', request);
        return sessions.opened[0]?.address;
      };

      expect(await addressAt(0, { headers })).to.equal('127.0.0.1');
      expect(await addressAt(1, { headers })).to.equal('1.2.3.4');
      expect(await addressAt(2, { headers })).to.equal('6.6.6.6');
      expect(await addressAt(1, {})).to.equal('127.0.0.1');
      expect(await addressAt(0, { address: '::ffff:1.2.3.4' })).to.equal('1.2.3.4');
      expect(await addressAt(0, { address: '2001:db8:1:2:3:4:5:6' })).to.equal('2001:db8:1:2::/64');
      expect(await addressAt(0, { address: '2001:db8::1' })).to.equal('2001:db8:0:0::/64');
      expect(await addressAt(0, { address: '::1' })).to.equal('0:0:0:0::/64');
    });

    it('answers 503 once the server is closed, also to who was waiting, and reports nothing', async () => {
      const { get, reports, sessions } = setUp();

      sessions.page = async () => {
        throw new TroupeError(ErrorCode.Closed, 'closed');
      };
      expect((await get('/app')).status).to.equal(503);
      sessions.isClosed = true;
      for (const method of ['GET', 'HEAD']) {
        const answer = await get('/app', { method });

        expect(answer.status).to.equal(503);
        expect(answer.headers).to.have.property('Retry-After');
      }
      expect(reports).to.deep.equal([]);
    });

    it('answers 426 at the path of the socket, and reports an upgrade that a proxy has taken away', async () => {
      const { get, reports } = setUp();
      const answer = await get('/app/_troupe/socket');

      expect(answer.status).to.equal(426);
      expect(answer.headers).to.include({ Upgrade: 'websocket' });
      expect(reports).to.deep.equal([]);
      await get('/app/_troupe/socket', { headers: { 'sec-websocket-key': 'x', origin: 'http://example.com' } });
      await get('/app/_troupe/socket', { headers: { 'sec-websocket-key': 'x', origin: 'http://example.com' } });
      expect(reports.map(({ code }) => code)).to.deep.equal(['upgrade']);
    });

    it('answers 429 to an address that has its most sessions', async () => {
      const { get, sessions } = setUp();

      sessions.isFull = true;
      const answer = await get('/app');

      expect(answer.status).to.equal(429);
      expect(answer.headers).to.have.property('Retry-After');
      expect(sessions.opened).to.have.lengthOf(0);
    });
  });

  describe('outcomes', () => {
    const failed = fakeComponent('failed');
    const shows = ({ component, props }: Route): string => {
      const { id, message, path, status } = props as ErrorPageProps;

      return `<p>${component.name} ${status} ${message} at ${path}${id === '' ? '' : ', reported'}</p>`;
    };
    const throws =
      (outcome: Error, whenFailed = shows) =>
      (route: Route) => {
        if (route.component === failed) return whenFailed(route);
        throw outcome;
      };

    it('sends the browser elsewhere, and keeps nothing of it', async () => {
      const { get, reports, sessions } = setUp();
      sessions.page = throws(redirect('/app/sign-in?from=ä'));
      const { body, headers, status } = await get('/app');

      expect(status).to.equal(303);
      expect(headers).to.include({ Location: '/app/sign-in?from=%C3%A4', 'Cache-Control': 'no-store' });
      expect([body, reports]).to.deep.equal(['', []]);
      sessions.page = throws(redirect('https://example.com/', 302));
      expect(await get('/app')).to.have.property('status', 302);
    });

    it('answers with the error page, which is not live and is not reported', async () => {
      const { get, reports, sessions } = setUp({ errorPage: failed });
      sessions.page = throws(notFound('No user 7.'));
      const { body, headers, status } = await get('/app/users/7');

      expect(status).to.equal(404);
      expect(String(body)).to.contain('<div id="troupe"><p>failed 404 No user 7. at /users/7</p></div>');
      expect(String(body)).to.not.contain('<script');
      expect(headers).to.include({ 'Cache-Control': 'no-store' });
      expect([reports, sessions.opened]).to.deep.equal([[], []]);
      sessions.page = throws(outcomeStatus(403));
      expect(await get('/app')).to.have.property('status', 403);
    });

    it('says what has failed, and its text with development alone', async () => {
      for (const development of [true, false]) {
        const { get, reports, sessions } = setUp({ development, errorPage: failed });
        sessions.page = throws(new Error('no database'));
        const { body, status } = await get('/app');

        expect(status).to.equal(500);
        expect(String(body)).to.contain(`failed 500 ${development ? 'no database' : ''} at /, reported`);
        expect(reports).to.have.lengthOf(1);
      }
    });

    it('answers with a status page if there is no error page, or it fails as well', async () => {
      const plain = setUp();
      plain.sessions.page = throws(notFound('No user 7.'));
      const { body, status } = await plain.get('/app');

      expect(status).to.equal(404);
      expect(String(body)).to.contain('<h1>Not found</h1>').and.to.contain('No user 7.');
      const failing = setUp({ errorPage: failed });
      failing.sessions.page = throws(notFound(), () => {
        throw new Error('this one too');
      });
      expect(await failing.get('/app')).to.have.property('status', 404);
      expect(failing.reports.map(({ component }) => component)).to.deep.equal(['failed']);
    });

    it('gives the error page to a URL without a route, if nothing else answers it and a page is asked for', async () => {
      const { ask, http, sessions } = setUp({ errorPage: failed });
      sessions.page = shows;
      const request = (fields: Partial<HttpRequest> = {}): HttpRequest => {
        return { address: '127.0.0.1', headers: {}, method: 'GET', secure: false, url: '/app/no%20where', ...fields };
      };

      expect(await ask('/app/no%20where')).to.equal(undefined);
      const answer = await http(request(), true);
      expect(answer).to.have.property('status', 404);
      expect(String(answer?.body)).to.contain('failed 404  at /no where');
      expect(String((await http(request({ url: '/app/%' }), true))?.body)).to.contain('failed 404  at /%');
      expect(await http(request({ method: 'POST' }), true)).to.equal(undefined);
      const image = await http(request({ headers: { 'sec-fetch-dest': 'image' } }), true);
      expect(String(image?.body)).to.contain('<h1>Not found</h1>');
      expect(await http(request({ url: '/favicon.ico' }), true)).to.equal(undefined);
    });
  });

  describe('refusals', () => {
    it('leaves alone what is not below its base path or has no route', async () => {
      const { ask } = setUp();

      for (const url of ['/', '/application', '/other', '/app/unknown', '*', 'http://host/app']) {
        expect(await ask(url), url).to.equal(undefined);
      }
    });

    it('answers other methods with 405 and what is allowed', async () => {
      const { get, sessions } = setUp();

      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get']) {
        const answer = await get('/app', { method });

        expect(answer.status, method).to.equal(405);
        expect(answer.headers['Allow']).to.equal('GET, HEAD');
      }
      expect((await get(scriptUrl, { method: 'POST' })).status).to.equal(405);
      expect(sessions.opened).to.have.lengthOf(0);
    });

    it('answers malformed percent-encoding and NUL with 400', async () => {
      const { get } = setUp();

      for (const url of [
        '/app/users/%',
        '/app/users/%zz',
        '/app/users/%ff',
        '/app/users/%C3',
        '/app/users/a%00b',
        '/app?a=%00',
      ]) {
        expect((await get(url)).status, url).to.equal(400);
      }
    });

    it('answers a URL that is too long with 414', async () => {
      const { get } = setUp();

      expect((await get(`/app/users/${'x'.repeat(4_000)}`)).status).to.equal(200);
      expect((await get(`/app/users/${'x'.repeat(4_100)}`)).status).to.equal(414);
    });

    it('makes status pages that say so in words, and are not kept', async () => {
      const { get } = setUp();
      const { body, headers } = await get('/app', { method: 'POST' });

      expect(headers).to.include({ 'Cache-Control': 'no-store', 'Content-Type': 'text/html; charset=utf-8' });
      expect(String(body)).to.match(/<html lang="en">.*<title>Method not allowed<\/title>.*<main>\s*<h1>/s);
    });
  });

  describe('failures', () => {
    const failing = (error: Error, overrides: Overrides = {}) => {
      const made = setUp(overrides);

      made.sessions.page = () => {
        throw error;
      };
      return made;
    };

    it('answers 500 with the id of the report when a page cannot be made', async () => {
      const { get, reports } = failing(new TroupeError(ErrorCode.Init, 'init of home threw'));
      const { body, headers, status } = await get('/app');

      expect(status).to.equal(500);
      expect(headers).to.not.have.property('Set-Cookie');
      expect(reports[0]).to.include({ code: ErrorCode.Init, component: 'home' });
      expect(String(body)).to.contain(reports[0]?.id);
    });

    it('answers 503 when the deadline is missed', async () => {
      const { get } = failing(new TroupeError(ErrorCode.Deadline, 'too slow'));
      const { headers, status } = await get('/app');

      expect(status).to.equal(503);
      expect(headers).to.have.property('Retry-After');
    });

    it('tells what was thrown in development only, escaped', async () => {
      const error = new Error('a <b>secret</b> detail');

      expect(String((await failing(error).get('/app')).body)).to.contain('a &lt;b&gt;secret');
      expect(String((await failing(error, { development: false }).get('/app')).body)).to.not.contain('secret');
    });

    it('answers 500 when the document throws', async () => {
      const document = {
        language: 'en',
        styles: [],
        template: () => {
          throw new Error('no layout');
        },
        title: '',
        warn: () => undefined,
      };
      const { get, reports } = setUp({ document });

      expect((await get('/app')).status).to.equal(500);
      expect(reports).to.have.lengthOf(1);
    });
  });

  describe('signs of health', () => {
    it('are given below the base path, ready until the sessions are closed', async () => {
      const { ask, get, sessions } = setUp();

      expect(await get('/app/_troupe/healthz')).to.include({ status: 200 });
      expect(await get('/app/_troupe/readyz')).to.include({ status: 200 });
      expect(await ask('/healthz')).to.equal(undefined);
      sessions.isClosed = true;
      expect(await get('/app/_troupe/healthz')).to.include({ status: 200 });
      expect(await get('/app/_troupe/readyz')).to.include({ status: 503 });
    });

    it('answer `isReady` of the host', async () => {
      const { get } = setUp({ isReady: () => false });

      expect(await get('/app/_troupe/readyz')).to.include({ status: 503 });
    });

    it('are not for posting to', async () => {
      const { get } = setUp();

      expect((await get('/app/_troupe/readyz', { method: 'POST' })).status).to.equal(405);
      expect((await get('/app/_troupe/other', { method: 'POST' })).status).to.equal(404);
    });
  });

  describe('client script', () => {
    it('is served under its hash, to be kept for ever', async () => {
      const { get } = setUp();
      const { body, headers, status } = await get(scriptUrl);

      expect(status).to.equal(200);
      expect(Buffer.from(body).toString()).to.equal(text);
      expect(headers).to.include({
        'Cache-Control': 'public, max-age=31536000, immutable',
        'Content-Length': String(text.length),
        'Content-Type': 'text/javascript; charset=utf-8',
        ETag: `"${script.hash}"`,
        Vary: 'Accept-Encoding',
      });
    });

    it('has its second file beside it, to be kept as long', async () => {
      const { get } = setUp();
      const { body, headers, status } = await get(scriptUrl.replace('client-', 'more-'));

      expect([status, Buffer.from(body).toString()]).to.deep.equal([200, more]);
      expect(headers).to.deep.equal({
        ...(await get(scriptUrl)).headers,
        'Content-Length': String(more.length),
      });
    });

    it('is compressed as the browser accepts it', async () => {
      const { get } = setUp();
      const accepting = (accepted: string) => get(scriptUrl, { headers: { 'accept-encoding': accepted } });
      const brotli = await accepting('gzip, deflate, br;q=0.8');
      const gzip = await accepting('GZIP, br;q=0');

      expect(brotli.headers).to.include({ 'Content-Encoding': 'br', ETag: `"${script.hash}-br"` });
      expect(brotliDecompressSync(brotli.body as Uint8Array).toString()).to.equal(text);
      expect(brotli.headers['Content-Length']).to.equal(String(brotli.body.length));
      expect(gzip.headers).to.include({ 'Content-Encoding': 'gzip', ETag: `"${script.hash}-gzip"` });
      expect(gunzipSync(gzip.body as Uint8Array).toString()).to.equal(text);
      expect((await accepting('identity, deflate')).headers).to.not.have.property('Content-Encoding');
    });

    it('is not sent again to who has it', async () => {
      const { get } = setUp();
      const tag = `"${script.hash}"`;

      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const answer = await get(scriptUrl, { headers: { 'if-none-match': known } });

        expect(answer.status, known).to.equal(304);
        expect(answer.body).to.equal('');
        expect(answer.headers).to.include({ ETag: tag, Vary: 'Accept-Encoding' });
      }
      expect((await get(scriptUrl, { headers: { 'if-none-match': '"other"' } })).status).to.equal(200);
    });

    it('is gone under an older hash, as is everything else that is reserved', async () => {
      const { get } = setUp();

      for (const path of [
        'client-AAAAAAAAAAAA.js',
        'more-AAAAAAAAAAAA.js',
        'client.js',
        '',
        '../x',
        `${script.file}/`,
      ]) {
        const { headers, status } = await get(`/app/_troupe/${path}`);

        expect(status, path).to.equal(404);
        expect(headers['Cache-Control']).to.equal('no-store');
      }
    });
  });
});
