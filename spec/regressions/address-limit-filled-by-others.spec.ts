/**
 * 1,000 images on another site, each with a page of this one as its source, filled the limit of a visitor's address: pages
 * were answered with 429, and a stored session could not be joined for five minutes.
 */

import { once } from 'node:events';
import { expect } from 'chai';

import { WebSocket } from 'ws';
import { component } from '../../runtime/component/component.js';
import { createServer, type Listening, memory, type Server } from '../../runtime/server.js';
import { html } from '../../runtime/template/html.js';
import { decode } from '../../runtime/wire/decode.js';
import { CloseCode, ServerKind } from '../../runtime/wire/protocol.js';
import { packJoin } from '../fixtures/frames.js';

const Page = component({ name: 'page', init: () => null, update: (model) => model, view: () => html`<p>Page</p>` });

const attribute = (body: string, name: string): string => new RegExp(`${name}="([^"]*)"`).exec(body)?.[1] ?? '';

describe('the sessions of one address', () => {
  let server: Server;
  let listening: Listening;
  const sockets: WebSocket[] = [];

  beforeEach(async () => {
    server = createServer({
      ...{ routes: { '/': Page }, secret: 'a secret for a regression', sessionsPerAddress: 5 },
      ...{ store: memory(), grace: 0 },
    });
    listening = await server.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await listening.close();
  });

  const load = async (headers: Record<string, string> = {}) => {
    const response = await fetch(listening.url, { headers: { connection: 'close', ...headers } });
    const body = await response.text();
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

    return { status: response.status, cookie, token: attribute(body, 'data-troupe-token') };
  };

  /** Joins; resolves with the kind of the first frame, or the code the socket was closed with. */
  const join = async ({ cookie, token }: { cookie: string; token: string }) => {
    const { host, origin } = new URL(listening.url);
    const socket = new WebSocket(`ws://${host}/_troupe/socket`, { headers: { cookie, origin } });
    sockets.push(socket);
    const answer = new Promise<unknown>((resolve) => {
      socket.on('message', (bytes: Buffer) => resolve((decode(bytes) as unknown[])[0]));
      socket.on('close', resolve);
    });
    await once(socket, 'open');
    socket.send(packJoin({ token }));

    return { answer: await answer, socket };
  };

  it('are not made for images, scripts and frames of other sites', async () => {
    for (const destination of ['image', 'script', 'iframe', 'empty']) {
      for (let request = 0; request < 5; request++) {
        const { status } = await load({ 'sec-fetch-dest': destination, 'sec-fetch-site': 'cross-site' });
        expect(status).to.equal(403);
      }
    }
    for (let request = 0; request < 10; request++) {
      expect((await load({ 'sec-purpose': 'prefetch', 'sec-fetch-site': 'cross-site' })).status).to.equal(503);
    }
    expect(server.counts.sessions.dormant).to.equal(0);
  });

  it('that are dormant give way to its newest page', async () => {
    for (let request = 0; request < 30; request++) expect((await load()).status).to.equal(200);
    const page = await load({ 'sec-fetch-dest': 'document' });
    expect((await join(page)).answer).to.equal(ServerKind.Adopt);
    expect(server.counts.sessions.dormant).to.equal(4);
  });

  it('that exist are joined again, though others fill its limit', async () => {
    const page = await load();
    const first = await join(page);
    first.socket.terminate();
    for (let round = 0; round < 400 && server.counts.sessions.detached + server.counts.sessions.attached > 0; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(server.counts.sessions, 'it is in the store').to.include({ attached: 0, detached: 0 });
    const others = [];
    for (let other = 0; other < 5; other++) others.push(await join(await load()));
    expect((await load()).status, 'all of them are in use').to.equal(429);
    others[0]?.socket.terminate();
    const again = await join(page);
    expect(again.answer).not.to.equal(CloseCode.TryLater);
    expect(again.answer).to.equal(ServerKind.Render);
  });
});
