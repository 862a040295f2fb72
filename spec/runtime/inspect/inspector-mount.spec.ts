import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createHttpServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { WebSocket } from 'ws';
import { createHandle } from '../../../runtime/http/node-adapter.js';
import type { HttpRequest } from '../../../runtime/identity/request-identity.js';
import type { Inspection } from '../../../runtime/inspect/inspection.js';
import { isLocal, type MountedApp, mountInspector } from '../../../runtime/inspect/inspector-mount.js';
import { systemClock } from '../../../runtime/platform/clock.js';
import type { ErrorReport } from '../../../runtime/platform/error-report.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import type { Listening } from '../../../runtime/server/listen.js';
import type { ServerOptions } from '../../../runtime/server/options.js';
import { createServer, type Server } from '../../../runtime/server/server.js';
import { getPage, join } from '../../bench/visit.js';

type Message = { type: 'incremented' };

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: Message) => ({ count: count + 1 }),
  view: ({ count }) =>
    html<Message>`<button style=${{ color: 'red' }} @click=${{ type: 'incremented' }}>${count}</button>`,
});

const secret = 'a secret of some length';
const place = '/_troupe/inspector';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks as a browser on this machine, unless headers say otherwise. */
function ask({ port }: Listening, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = `localhost:${port}`;
    request({ host: '127.0.0.1', port, path, headers: { host, ...headers } }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    })
      .on('error', reject)
      .end();
  });
}

describe('the inspector, mounted', () => {
  const running: Listening[] = [];
  let server: Server;

  const listen = async (options: Partial<ServerOptions> = {}): Promise<Listening> => {
    server = createServer({ routes: { '/': Counter }, secret, ...options });
    const listening = await server.listen(0, '127.0.0.1');
    running.push(listening);

    return listening;
  };

  /** Runs something as if this process were in production. */
  const inProduction = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      return await work();
    } finally {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    }
  };

  const post = ({ port }: Listening, path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method: 'POST', headers: { host: 'localhost' } };
      request(options, (response) => resolve(response.resume().statusCode ?? 0))
        .on('error', reject)
        .end();
    });

  const openSocket = async ({ port }: Listening, headers: Record<string, string> = {}): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${place}/_troupe/socket`, {
      headers: { host: `localhost:${port}`, origin: `http://localhost:${port}`, ...headers },
    });
    const opened = once(socket, 'open').then(() => 101);
    const refused = once(socket, 'unexpected-response').then(
      ([, response]) => (response as { statusCode: number }).statusCode
    );
    socket.on('error', () => undefined);
    const status = await Promise.race([opened, refused]);
    socket.terminate();

    return status;
  };

  afterEach(async () => {
    for (const { close } of running.splice(0)) await close();
  });

  describe('in development', () => {
    it('is there, with its style, and answers sockets', async () => {
      const listening = await listen();
      const page = await ask(listening, `${place}/`);
      expect([page.status, page.body.includes('Sessions')]).to.deep.equal([200, true]);
      expect(page.body).to.include(`href="${place}/style.css"`);
      const style = await ask(listening, `${place}/style.css`);
      expect([style.status, style.headers['content-type']]).to.deep.equal([200, 'text/css; charset=utf-8']);
      expect(await openSocket(listening)).to.equal(101);
    });

    it('stands below the base path', async () => {
      const listening = await listen({ base: '/app' });
      expect((await ask(listening, `/app${place}/`)).status).to.equal(200);
      expect((await ask(listening, `${place}/`)).status).to.equal(404);
    });

    it('is for this machine alone: not for other hosts, not through a proxy', async () => {
      const listening = await listen();
      for (const headers of [
        { host: 'evil.example' },
        { 'x-forwarded-for': '127.0.0.1' },
        { forwarded: 'for=127.0.0.1' },
      ] as Record<string, string>[]) {
        expect((await ask(listening, `${place}/`, headers)).status, JSON.stringify(headers)).to.equal(404);
        expect(await openSocket(listening, headers), JSON.stringify(headers)).to.equal(404);
      }
    });

    it('can be left out', async () => {
      const listening = await listen({ inspector: false });
      expect((await ask(listening, `${place}/`)).status).to.equal(404);
      expect(await openSocket(listening)).to.equal(404);
    });

    it('tells no channel of itself', async () => {
      const listening = await listen();
      const heard: unknown[] = [];
      const hear = (event: unknown): void => void heard.push(event);
      for (const name of ['received', 'sent', 'resumed', 'queued']) subscribe(`troupe:${name}`, hear);
      const { socket } = await join(await getPage(`http://localhost:${listening.port}${place}/`));
      socket.terminate();
      for (const name of ['received', 'sent', 'resumed', 'queued']) unsubscribe(`troupe:${name}`, hear);
      expect(heard).to.deep.equal([]);
    });

    it('does not show its own sessions, nor do they count', async () => {
      const listening = await listen();
      await ask(listening, '/');
      await ask(listening, `${place}/`);
      const { found, counts } = await server.inspection.sessions();
      expect([found, counts.dormant, server.counts.sessions.dormant]).to.deep.equal([1, 1, 1]);
    });
  });

  describe('what is local', () => {
    const local = { address: '127.0.0.1', headers: { host: 'localhost:3000' }, method: 'GET', secure: false, url: '/' };
    const cases: readonly (readonly [Partial<HttpRequest>, boolean])[] = [
      [{}, true],
      [{ address: '::1', headers: { host: '[::1]:3000' } }, true],
      [{ address: '::ffff:127.0.0.1', headers: { host: '127.0.0.1' } }, true],
      [{ headers: { host: 'app.localhost' } }, true],
      [{ address: '192.168.1.7' }, false],
      [{ address: '' }, false],
      [{ headers: {} }, false],
      [{ headers: { host: 'localhost.evil.example' } }, false],
      [{ headers: { host: 'notlocalhost' } }, false],
      [{ headers: { host: 'localhost', 'x-forwarded-for': '10.0.0.1' } }, false],
      [{ headers: { host: 'localhost', 'x-forwarded-host': 'app.example' } }, false],
      [{ headers: { host: 'localhost', 'x-real-ip': '10.0.0.1' } }, false],
      [{ headers: { host: 'localhost', via: '1.1 proxy' } }, false],
    ];
    for (const [given, expected] of cases) {
      it(`${expected ? 'is' : 'is not'} ${JSON.stringify(given)}`, () => {
        expect(isLocal({ ...local, ...given })).to.equal(expected);
      });
    }
  });

  describe('in production', () => {
    it('serves nothing', async () => {
      const listening = await inProduction(() => listen());
      const nowhere = await ask(listening, '/_troupe/nowhere');
      for (const path of [
        '',
        '/',
        '/style.css',
        '/sessions/1',
        '/pages/1/1',
        '/recordings/1.jsonl.gz',
        '/_troupe/socket',
      ]) {
        const { status, body } = await ask(listening, `${place}${path}`);
        expect([path, status, body]).to.deep.equal([path, 404, nowhere.body]);
      }
      expect(await openSocket(listening)).to.equal(404);
    });

    it('refuses to be opened to all', async () => {
      const make = (inspector: unknown): void =>
        void createServer({ routes: { '/': Counter }, secret, inspector } as never);
      await inProduction(() => {
        expect(() => make(true)).to.throw(
          TroupeError,
          /`inspector` must be .*\{ authorise \}.*in production `true` is not enough/
        );
        expect(() => make({ authorise: 'me' })).to.throw(TroupeError, /`inspector` must be/);
      });
    });

    it('is for whom the host authorises, asked at each request and each socket', async () => {
      const asked: string[] = [];
      const authorise = async ({ url, headers }: HttpRequest): Promise<boolean> => {
        asked.push(url);
        return headers['x-key'] === 'open';
      };
      const listening = await inProduction(() => listen({ inspector: { authorise } }));
      const key = { 'x-key': 'open' };
      expect((await ask(listening, `${place}/`)).status).to.equal(404);
      expect((await ask(listening, `${place}/`, key)).status).to.equal(200);
      expect((await ask(listening, `${place}/style.css`)).status).to.equal(404);
      expect(await openSocket(listening)).to.equal(404);
      expect(await openSocket(listening, key)).to.equal(101);
      expect(asked).to.have.length(5);
    });

    it('is closed if the question fails or is answered with anything but true', async () => {
      const reports: ErrorReport[] = [];
      const answers = [() => 1, () => 'yes', () => undefined, () => Promise.reject(new Error('no database'))];
      const listening = await inProduction(() =>
        listen({
          inspector: { authorise: () => answers.shift()?.() as never },
          onError: (report) => void reports.push(report),
        })
      );
      for (let index = 0; index < 4; index++) expect((await ask(listening, `${place}/`)).status).to.equal(404);
      expect(reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Internal]);
    });
  });

  it('starts its application for the first request that may see it, again if that failed, and closes it', async () => {
    const happened: string[] = [];
    const reports: unknown[] = [];
    let isBroken = true;
    const mount = mountInspector({
      inspection: {} as Inspection,
      report: (_code, error) => String(reports.push((error as Error).message)),
      settings: {
        ...{ base: '/app', clock: systemClock, initDeadline: 1_000, styles: [], trustProxy: 0 },
        inspector: { authorise: ({ headers }) => headers['x-key'] === 'open' },
      },
      start: async (base): Promise<MountedApp> => {
        happened.push(`start ${base}`);
        if (isBroken) throw new Error('no such file');
        return {
          style: '',
          handle: (message, response) => void response.end(`app ${message.url}`),
          upgrade: () => false,
          close: async () => void happened.push('close'),
        };
      },
    });
    const handle = createHandle(async () => undefined, [], mount?.handle.bind(mount));
    const http = createHttpServer(handle).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const read = async (key: string): Promise<string> => {
      const { body } = await ask({ port } as Listening, `/app${place}`, { 'x-key': key });
      return body;
    };
    expect(await read('closed')).to.not.include('app ');
    expect(happened).to.deep.equal([]);
    expect(await read('open')).to.not.include('app ');
    isBroken = false;
    expect(await read('open')).to.equal(`app /app${place}`);
    expect(await read('open')).to.equal(`app /app${place}`);
    await mount?.close();
    http.close();
    expect(happened).to.deep.equal([`start /app${place}`, `start /app${place}`, 'close']);
    expect(reports).to.deep.equal(['no such file']);
  });

  it('goes on with what it was when the question has failed in between', async () => {
    let isBroken = false;
    const authorise = (): boolean => {
      if (isBroken) throw new Error('no database');
      return true;
    };
    const listening = await listen({ inspector: { authorise }, onError: () => undefined });
    const page = await getPage(`http://127.0.0.1:${listening.port}${place}/`);
    isBroken = true;
    expect((await ask(listening, `${place}/`)).status).to.equal(404);
    isBroken = false;
    // It adopts its page: the session is the one that the page is of.
    const { socket } = await join(page);
    socket.terminate();
  });

  it('waits for the answer no longer than initDeadline, and holds nothing open for it', async () => {
    const reports: ErrorReport[] = [];
    const listening = await listen({
      ...{ initDeadline: 50, inspector: { authorise: () => new Promise(() => undefined) } },
      onError: (report) => void reports.push(report),
    });
    expect((await ask(listening, `${place}/`)).status).to.equal(404);
    expect(await openSocket(listening)).to.equal(404);
    expect(reports.map(({ code }) => code)).to.deep.equal([ErrorCode.Deadline, ErrorCode.Deadline]);
  });

  it('closes while it is still being asked who may look', async () => {
    const asked = new Promise<void>((resolve) => {
      const authorise = (): Promise<boolean> => {
        resolve();
        return new Promise(() => undefined);
      };
      void listen({ inspector: { authorise }, onError: () => undefined }).then((listening) => openSocket(listening));
    });
    await asked;
    await running.pop()?.close();
  });

  describe('files', () => {
    it('are a recording to keep, and pages as they were, in which nothing can run', async () => {
      const listening = await listen();
      await ask(listening, '/');
      const { sessions } = await server.inspection.sessions();
      const id = sessions[0]?.id ?? '';
      const recording = await ask(listening, `${place}/recordings/${id}.jsonl.gz`);
      expect(recording.headers['content-disposition']).to.equal(`attachment; filename="${id}.jsonl.gz"`);
      expect(recording.headers['content-type']).to.equal('application/gzip');
      const page = await ask(listening, `${place}/pages/${id}/0`);
      expect(page.body)
        .to.include('<div id="troupe" inert')
        .and.include('>0</button>')
        .and.include('style="color: red');
      const policy = String(page.headers['content-security-policy']);
      expect(policy)
        .to.match(/default-src 'none';/)
        .and.match(/; sandbox$/);
      expect(policy).to.not.include('script-src').and.not.include('allow-');
      expect(page.headers['cache-control']).to.equal('no-store');
    });

    it('are only read', async () => {
      const listening = await listen();
      for (const path of ['/style.css', '/recordings/1.jsonl.gz', '/pages/1/1']) {
        expect(await post(listening, `${place}${path}`), path).to.be.oneOf([404, 405]);
      }
    });

    it('of sessions that are not there are not found', async () => {
      const listening = await listen();
      for (const path of ['/recordings/absent.jsonl.gz', '/pages/absent/1', '/pages/..%2f/1']) {
        expect((await ask(listening, `${place}${path}`)).status, path).to.equal(404);
      }
    });
  });

  it('ends with its server', async () => {
    const listening = await listen();
    await ask(listening, `${place}/`);
    await server.close();
    expect((await ask(listening, `${place}/`)).status).to.equal(503);
  });
});
