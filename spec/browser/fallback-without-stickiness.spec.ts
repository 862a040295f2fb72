/**
 * The fallback in front of two nodes with one Redis, by a balancer that sends each request to another node than the one before:
 * the requests of a connection reach it wherever they come in, and the page joins once.
 */

import { createServer as createHttp, type Server as HttpServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { connectRedis } from 'troupe/redis';
import { createServer, type Listening } from 'troupe/server';
import { ownPrefix } from '../fixtures/buses.js';
import { borrowRedis, findRedis, redisIsMissing } from '../redis.js';
import { skip } from '../skip.js';
import { newPage } from './chromium.js';

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, _: { type: 'clicked' }) => ({ count: count + 1 }),
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

const settled = '[data-troupe=live]:not([data-troupe-pending])';

/** A balancer that refuses upgrades, and holds answers back if it is to. */
class Balancer {
  /** The requests of the fallback: the node that each went to, and its query. */
  readonly asked: (readonly [node: number, query: string])[] = [];
  readonly #server: HttpServer;
  #turn = 0;

  constructor(ports: readonly number[], isBuffering: boolean) {
    this.#server = createHttp((message, response) => {
      const { headers, method, url = '' } = message;
      const node = this.#turn++ % ports.length;
      if (method === 'POST') this.asked.push([node, url.slice(url.indexOf('?') + 1)]);
      const onward = request({ port: ports[node], host: '127.0.0.1', method, path: url, headers, agent: false });
      message.pipe(onward);
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      onward.on('response', async (answer) => {
        answer.on('error', () => response.destroy());
        const parts: Buffer[] = [];
        if (isBuffering) for await (const part of answer) parts.push(part as Buffer);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (isBuffering) return response.end(Buffer.concat(parts));
        response.flushHeaders();
        return answer.pipe(response);
      });
    });
    this.#server.on('upgrade', (_message, socket) => socket.destroy());
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));

    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('the fallback in front of two nodes without stickiness', function () {
  this.timeout(60_000);

  let redis: Awaited<ReturnType<typeof borrowRedis>>;
  let nodes: readonly Listening[];

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    redis = await borrowRedis();
    const prefix = ownPrefix();
    nodes = await Promise.all(
      [1, 2].map(() =>
        createServer({
          ...connectRedis({ prefix, url: redis.url }),
          routes: { '/': Counter },
          secret: 'two nodes behind a balancer',
          onError: () => undefined,
        }).listen(0, '127.0.0.1')
      )
    );
  });
  after(async () => {
    for (const node of nodes ?? []) await node.close();
    await redis?.stop();
  });

  for (const [what, isBuffering] of [
    ['an answer that does not end', false],
    ['one answer after the other', true],
  ] as const) {
    it(`takes requests at either node, with ${what}`, async () => {
      const balancer = new Balancer(
        nodes.map(({ port }) => port),
        isBuffering
      );
      const { page } = await newPage();
      try {
        await page.goto(await balancer.listen());
        await page.waitForSelector('[data-troupe=live]');
        const ids = (): Set<string | undefined> => new Set(balancer.asked.map(([, query]) => query.split('.')[0]));
        const opened = ids().size;
        const from = balancer.asked.length;
        for (let count = 1; count <= 6; count++) {
          await page.locator('button').click();
          await page.locator('button', { hasText: new RegExp(`^${count}$`) }).waitFor({ timeout: 3_000 });
        }
        await page.waitForSelector(settled);
        expect(new Set(balancer.asked.slice(from).map(([node]) => node)).size, 'nodes that were asked').to.equal(2);
        expect(ids().size, 'connections').to.equal(opened);
      } finally {
        await page.context().close();
        balancer.close();
      }
    });
  }
});
