/**
 * The inspector was open to the world behind a proxy on the same machine if `NODE_ENV` was not set: nginx passes on
 * every request with the host `127.0.0.1` and no header of a proxy, as if this machine had made it.
 */

import { once } from 'node:events';
import { request } from 'node:http';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { WebSocket } from 'ws';
import { createServer, type Listening, type Server } from '../../runtime/server.js';

const Page = component({ name: 'page', init: () => null, update: (model) => model, view: () => html`<p>Page</p>` });

const place = '/_troupe/inspector';
const shape = /^\/_troupe\/inspector\?token=[\w-]{43}$/;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

describe('the inspector behind a proxy on the same machine', () => {
  let server: Server;
  let listening: Listening;
  /** What was written to stderr at the start. */
  let said: string;

  /** Starts a server as in this environment. */
  const start = async (environment: string | undefined, host = '127.0.0.1', options: object = {}): Promise<void> => {
    const { NODE_ENV: before } = process.env;
    const { write } = process.stderr;
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
    said = '';
    process.stderr.write = (text) => {
      said += text;
      return true;
    };
    try {
      server = createServer({ routes: { '/': Page }, secret: 'a secret for a regression', ...options });
      listening = await server.listen(0, host);
    } finally {
      process.stderr.write = write;
      process.env['NODE_ENV'] = before;
      if (before === undefined) delete process.env['NODE_ENV'];
    }
  };

  /** Asks as nginx does by default, and as a browser on this machine. */
  const ask = (path: string, headers: object = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: listening.port, path, method };
      request({ ...options, headers: { host: `127.0.0.1:${listening.port}`, ...headers } }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      })
        .on('error', reject)
        .end();
    });

  const openSocket = async (headers: Record<string, string> = {}): Promise<number> => {
    const host = `127.0.0.1:${listening.port}`;
    const socket = new WebSocket(`ws://${host}${place}/_troupe/socket`, { headers, origin: `http://${host}` });
    socket.on('error', () => undefined);
    const opened = once(socket, 'open').then(() => 101);
    const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => Number(statusCode));
    const status = await Promise.race([opened, refused]);
    socket.terminate();

    return status;
  };

  /** Opens the link, and gives the cookie. */
  const openLink = async (headers: object = {}): Promise<string | undefined> => {
    const answer = await ask(server.inspectorLink ?? '', headers);

    return answer.headers['set-cookie']?.[0];
  };

  afterEach(() => listening.close());

  for (const environment of [undefined, 'test']) {
    it(`is as if it were not there with NODE_ENV ${environment ?? 'unset'}`, async () => {
      await start(environment);
      const { body } = await ask('/_troupe/nowhere');
      const paths = ['', '/', '/style.css', '/sessions/1', '/_troupe/socket', '?token=', `?token=${'a'.repeat(43)}`];
      for (const path of paths) {
        const answer = await ask(place + path);
        expect([path, answer.status, answer.body]).to.deep.equal([path, 404, body]);
      }
      expect(await openSocket()).to.equal(404);
    });
  }

  it('prints the link that opens it', async () => {
    await start(undefined);
    expect(server.inspectorLink).to.match(shape);
    expect(said).to.equal(`Inspector, for one browser: http://127.0.0.1:${listening.port}${server.inspectorLink}\n`);
  });

  it('opens it to the browser that opens the link first, its sockets too', async () => {
    await start(undefined);
    const { status, headers } = await ask(server.inspectorLink ?? '');
    expect([status, headers['location'], headers['referrer-policy'], headers['cache-control']]).to.deep.equal([
      ...[303, place, 'no-referrer', 'no-store'],
    ]);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).to.match(/^troupe-inspector-\d+=[\w-]{43}; Path=\/_troupe\/inspector; HttpOnly; SameSite=Strict$/);
    const given = { cookie: `other=1; ${cookie.split(';')[0]}` };
    for (const path of ['', '/', '/style.css']) expect((await ask(place + path, given)).status, path).to.equal(200);
    expect(await openSocket(given)).to.equal(101);
    expect(await openSocket()).to.equal(404);
    expect(cookie).to.not.include(server.inspectorLink?.split('=')[1]);
  });

  it('uses the link up, but not for the browser that has the cookie', async () => {
    await start(undefined);
    expect((await ask(server.inspectorLink ?? '', {}, 'HEAD')).status).to.equal(404);
    const cookie = await openLink();
    expect(await openLink()).to.equal(undefined);
    expect(await openLink({ cookie: cookie?.split(';')[0] })).to.equal(cookie);
  });

  it('takes neither the link nor the cookie of what is not local', async () => {
    await start(undefined);
    for (const headers of [{ host: 'app.example' }, { 'x-forwarded-for': '10.0.0.1' }]) {
      expect(await openLink(headers)).to.equal(undefined);
    }
    const cookie = (await openLink())?.split(';')[0];
    expect((await ask(place, { cookie, via: '1.1 proxy' })).status).to.equal(404);
    expect((await ask(place, { cookie })).status).to.equal(200);
  });

  it('prints no link where none could open it', async () => {
    await start(undefined, '127.0.0.1', { inspector: false });
    expect([server.inspectorLink, said]).to.deep.equal([undefined, '']);
    await listening.close();
    await start(undefined, '::ffff:127.0.0.1');
    expect(said).to.equal('');
  });

  for (const [environment, options] of [
    ['production', {}],
    ['development', {}],
    [undefined, { inspector: { authorise: () => true } }],
  ] as const) {
    it(`needs no link with NODE_ENV ${environment ?? 'unset'} and ${Object.keys(options).join() || 'no options'}`, async () => {
      await start(environment, '127.0.0.1', options);
      expect([server.inspectorLink, said]).to.deep.equal([undefined, '']);
      expect((await ask(place)).status).to.equal(environment === 'production' ? 404 : 200);
    });
  }
});
