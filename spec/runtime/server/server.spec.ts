import { once } from 'node:events';
import { createServer as createNodeServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { component, type PageProps } from '../../../runtime/component/component.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import type { ErrorReport } from '../../../runtime/platform/error-report.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Listening } from '../../../runtime/server/listen.js';
import type { ServerOptions } from '../../../runtime/server/options.js';
import { createServer, type Server } from '../../../runtime/server/server.js';
import { html } from '../../../runtime/template/html.js';
import { decode } from '../../../runtime/wire/decode.js';
import { CloseCode, Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { packJoin } from '../../fixtures/frames.js';

type Message = { type: 'incremented' };

const Counter = component({
  name: 'counter',
  init: ({ params }: PageProps) => ({ count: 0, name: params['name'] ?? 'anonymous' }),
  update: (model, _message: Message) => ({ ...model, count: model.count + 1 }),
  view: ({ count, name }) =>
    html<Message>`<button @click=${{ type: 'incremented' }}>${count}</button> <output>${name}</output>`,
});

const Slow = component({
  name: 'slow',
  init: () => new Promise<object>(() => undefined),
  update: (model, _message: Message) => model,
  view: () => html<Message>`<p>never</p>`,
});

const running: (() => Promise<unknown>)[] = [];

const secret = 'a secret of some length';

function create(options: Partial<ServerOptions> = {}): Server {
  const routes = { '/': Counter, '/hello/:name': Counter, '/slow': Slow };

  return createServer({ clientScript: 'void 0;', onError: () => undefined, routes, secret, ...options });
}

async function listen(options: Partial<ServerOptions> = {}): Promise<Listening & { readonly server: Server }> {
  const server = create(options);
  const listening = await server.listen(0, '127.0.0.1');

  running.push(listening.close);
  return { ...listening, server };
}

/** Hands a server's functions to a server of Node's, as a host program does. */
async function mount(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  server: Server
): Promise<string> {
  const host = createNodeServer(handle);

  host.on('upgrade', (request, socket, head) => {
    if (!server.upgrade(request, socket, head)) socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
  });
  await once(host.listen(0, '127.0.0.1'), 'listening');
  running.push(async () => {
    await server.close();
    await new Promise((resolve) => host.close(resolve));
  });
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}

interface Page {
  readonly body: string;
  readonly cookie: string;
  readonly socket: string;
  readonly token: string;
}

const attribute = (body: string, name: string) =>
  new RegExp(`${name}="([^"]*)"`).exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';

/** Loads a page as a browser does. */
async function load(url: string): Promise<Page> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  const body = await response.text();
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');

  return { body, cookie, socket: attribute(body, 'data-troupe-socket'), token: attribute(body, 'data-troupe-token') };
}

/** Opens the socket of a page and joins; resolves with the first answer, or the code it was closed with. */
async function join(url: string, { cookie, socket, token }: Page, headers: Record<string, string> = {}) {
  const { host, origin } = new URL(url);
  const webSocket = new WebSocket(`ws://${host}${socket}`, { headers: { cookie, origin, ...headers } });
  const answer = new Promise<unknown>((resolve, reject) => {
    webSocket.on('message', (bytes: Buffer) => resolve(decode(bytes)));
    webSocket.on('close', resolve).on('error', reject);
  });

  await once(webSocket, 'open');
  webSocket.send(packJoin({ token }));
  return { answer: await answer, webSocket };
}

describe('server', () => {
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  describe('listening', () => {
    const reports: ErrorReport[] = [];

    it('leads from the first page to the very session that made it', async () => {
      const { server, url } = await listen();
      const page = await load(`${url}hello/Ada`);

      expect(page.body).to.match(/<button[^>]* data-troupe-on="click">0<\/button>.*<output>Ada<\/output>/);
      expect(server.counts.sessions).to.deep.equal({ attached: 0, detached: 0, dormant: 1 });
      const { answer } = await join(url, page);

      expect(answer).to.have.property('0', ServerKind.Adopt);
      expect(server.counts.sessions).to.deep.equal({ attached: 1, detached: 0, dormant: 0 });
      expect(server.counts.connections).to.equal(1);
    });

    it('refuses a token with another cookie, without one, or changed', async () => {
      const { server, url } = await listen();
      const page = await load(url);
      const other = await load(url);

      expect((await join(url, { ...page, cookie: other.cookie })).answer).to.equal(CloseCode.Refused);
      expect((await join(url, { ...page, cookie: '' })).answer).to.equal(CloseCode.Refused);
      expect((await join(url, { ...page, token: `${page.token}x` })).answer).to.equal(CloseCode.Refused);
      expect(server.counts.closed).to.deep.equal({ [CloseCode.Refused]: 3 });
      expect(server.counts.sessions.attached).to.equal(0);
    });

    it('refuses a token of another principal', async () => {
      const { url } = await listen({ identify: ({ headers }) => headers['x-user'] });
      const page = await load(url);

      expect((await join(url, page, { 'x-user': 'eve' })).answer).to.equal(CloseCode.Refused);
      expect((await join(url, page)).answer).to.have.property('0', ServerKind.Adopt);
    });

    it('makes a fresh session from the signed route when the old one is gone', async () => {
      const first = await listen();
      const page = await load(`${first.url}hello/Grace?x=1`);
      const second = await listen();
      const { answer } = await join(second.url, page);

      expect(answer).to.have.property('0', ServerKind.Render);
      expect(answer).to.have.property('3', Reason.Fresh);
      expect(JSON.stringify(answer)).to.contain('Grace');
    });

    it('lets the page load again when its route is gone', async () => {
      const first = await listen();
      const page = await load(`${first.url}hello/Grace`);
      const second = await listen({ routes: { '/': Counter } });

      expect((await join(second.url, page)).answer).to.equal(CloseCode.Reload);
    });

    it('asks to come later when the address has its most sessions', async () => {
      const first = await listen();
      const page = await load(first.url);
      const second = await listen({ sessionsPerAddress: 1 });

      await join(second.url, await load(second.url));
      expect((await join(second.url, page)).answer).to.equal(CloseCode.TryLater);
      expect((await fetch(second.url)).status).to.equal(429);
    });

    it('answers 503 when init misses its deadline, and reports it', async () => {
      const clock = createSimulatedClock(1_700_000_000_000);
      const reports: ErrorReport[] = [];
      const { url } = await listen({ clock, onError: (report) => reports.push(report) });
      const answer = fetch(`${url}slow`);

      while (clock.pending === 0) await new Promise(setImmediate);
      clock.advance(5_000);
      expect((await answer).status).to.equal(503);
      expect(reports[0]).to.include({ code: ErrorCode.Deadline, component: 'slow' });
    });

    it('tells a logger of itself and of what goes wrong, beside onError or in its place', async () => {
      for (const onError of [undefined, (report: ErrorReport) => reports.push(report)]) {
        const lines: (readonly [level: string, known: object, message: string])[] = [];
        const line = (level: string) => (known: object, message: string) => void lines.push([level, known, message]);
        const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
        const clock = createSimulatedClock(1_700_000_000_000);
        const given = { clientScript: 'void 0;', clock, logger, routes: { '/slow': Slow }, secret, onError };
        const listening = await createServer(given as ServerOptions).listen(0, '127.0.0.1');
        const answer = fetch(`${listening.url}slow`);
        while (clock.pending === 0) await new Promise(setImmediate);
        clock.advance(5_000);
        await answer;
        await Promise.all([listening.close(), listening.close()]);
        expect(lines.map(([level, , message]) => `${level} ${message}`)).to.deep.equal([
          ...['info server listens', 'error init of slow took longer than 5000 ms', 'info server closed'],
        ]);
        expect(lines[0]?.[1]).to.deep.equal({ port: listening.port, url: listening.url });
        expect(lines[1]?.[1]).to.deep.include({ code: ErrorCode.Deadline, component: 'slow' });
      }
      expect(reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Deadline]);
    });

    it('answers 404 with a page, and unknown upgrades with 404', async () => {
      const { url } = await listen({ styles: ['/a.css'] });
      const response = await fetch(`${url}unknown`);
      const socket = new WebSocket(`${url.replace('http', 'ws')}unknown`).on('error', () => undefined);
      const [, refusal] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];

      refusal.resume();
      expect(response.status).to.equal(404);
      expect(await response.text())
        .to.contain('<h1>Not found</h1>')
        .and.to.contain('href="/a.css"');
      expect(refusal.statusCode).to.equal(404);
    });

    it('answers HEAD without a body and without a session', async () => {
      const { server, url } = await listen();
      const response = await fetch(url, { method: 'HEAD' });

      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      expect(server.counts.sessions.dormant).to.equal(0);
    });

    it('answers a request target that names the host, too', async () => {
      const { port } = await listen();
      const asked = request({ host: '127.0.0.1', port, path: 'http://a/hello/Ada' }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];

      expect(response.statusCode).to.equal(200);
      expect(String((await response.toArray()).join(''))).to.contain('<output>Ada</output>');
    });

    it('survives a request target that is no path', async () => {
      const { port, url } = await listen();
      const asked = request({ host: '127.0.0.1', port, method: 'OPTIONS', path: '*' }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];

      response.resume();
      expect(response.statusCode).to.equal(404);
      expect((await fetch(url)).status).to.equal(200);
    });

    it('rejects when the port is taken', async () => {
      const { port } = await listen();
      const failure = await create()
        .listen(port, '127.0.0.1')
        .catch((error: NodeJS.ErrnoException) => error.code);

      expect(failure).to.equal('EADDRINUSE');
    });

    it('closes connections as going away when it stops', async () => {
      const { close, server, url } = await listen();
      const { webSocket } = await join(url, await load(url));
      const closed = once(webSocket, 'close');

      await close();
      expect((await closed)[0]).to.equal(CloseCode.GoingAway);
      expect(server.counts.sessions).to.deep.equal({ attached: 0, detached: 0, dormant: 0 });
      running.length = 0;
    });
  });

  describe('closing', () => {
    it('does not wait for a client that has sent half a request for longer than a second', async () => {
      const clock = createSimulatedClock(1_700_000_000_000);
      const { close, port, url } = await listen({ clock });
      const halves = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];

      await Promise.all(halves.map((half) => once(half, 'connect')));
      halves[0]?.write('GET / HTTP/1.1\r\nHost: x\r\n');
      halves[1]?.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
      for (const half of halves) half.on('error', () => undefined);
      // When this is answered what was sent before has arrived, too.
      await (await fetch(`${url}unknown`)).text();
      let isOver = false;
      const closed = close().then(() => {
        isOver = true;
      });
      while (clock.pending === 0) await new Promise(setImmediate);
      clock.advance(999);
      await new Promise(setImmediate);
      expect(isOver).to.equal(false);
      clock.advance(1);
      await closed;
      expect(clock.pending).to.equal(0);
      running.length = 0;
    });

    it('leaves no session behind that was being made, and answers pages with 503', async () => {
      let come: ((model: object) => void) | undefined;
      const Late = component({
        name: 'late',
        init: () => new Promise<object>((resolve) => (come = resolve)),
        update: (model: object, _message: Message) => model,
        view: () => html<Message>`<p>came</p>`,
      });
      const server = create({ routes: { '/': Late } });
      const url = await mount(server.handle, server);
      const answer = fetch(url);

      while (come === undefined) await new Promise(setImmediate);
      await server.close();
      come({});
      expect((await answer).status).to.equal(503);
      const later = await fetch(url);

      expect(later.status).to.equal(503);
      expect(later.headers.get('retry-after')).to.equal('10');
      expect(server.counts.sessions).to.deep.equal({ attached: 0, detached: 0, dormant: 0 });
    });

    it('is for good: it does not listen again', async () => {
      const server = create();

      await server.close();
      const error = (await server.listen(0).catch((reason: unknown) => reason)) as TroupeError;

      expect(error).to.be.instanceOf(TroupeError);
      expect(error.code).to.equal(ErrorCode.Closed);
      expect(error.message).to.equal('This server is closed and cannot listen again. Make another one.');
    });
  });

  describe('mounting', () => {
    it("lives below a base path of a server of Node's", async () => {
      const server = create({ base: '/app' });
      const url = await mount((request, response) => {
        if (request.url?.startsWith('/app')) server.handle(request, response);
        else response.end('host');
      }, server);
      const page = await load(`${url}/app/hello/Ada`);
      const script = await fetch(url + attribute(page.body.split('type="module"')[1] ?? '', 'src'));

      expect(page.socket).to.equal('/app/_troupe/socket');
      expect((await join(url, page)).answer).to.have.property('0', ServerKind.Adopt);
      expect(await script.text()).to.equal('void 0;');
      expect(await (await fetch(`${url}/other`)).text()).to.equal('host');
    });

    it('passes on what is not its own, when there is a next', async () => {
      const server = create({ base: '/app' });
      // As Express does: the path it was mounted below is taken off, the whole stays in originalUrl.
      const url = await mount((request, response) => {
        const whole = request.url ?? '';

        Object.assign(request, { originalUrl: whole, url: whole.replace(/^\/app/, '') || '/' });
        server.handle(request, response, () => response.end('next'));
      }, server);

      expect((await load(`${url}/app/`)).body).to.contain('<output>anonymous</output>');
      expect(await (await fetch(`${url}/app/unknown`)).text()).to.equal('next');
      expect(await (await fetch(`${url}/other`)).text()).to.equal('next');
      expect((await fetch(`${url}/app/_troupe/unknown`)).status).to.equal(404);
    });

    it('leaves upgrades alone that are not its own', async () => {
      const server = create({ base: '/app' });
      const url = await mount(server.handle, server);
      const socket = new WebSocket(`${url.replace('http', 'ws')}/_troupe/socket`).on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];

      response.resume();
      expect(response.statusCode).to.equal(418);
    });
  });
});
