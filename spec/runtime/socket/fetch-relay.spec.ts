import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readRequest } from '../../../runtime/http/node-request.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter } from '../../../runtime/platform/error-report.js';
import type { RelayMessage, RelayPeers } from '../../../runtime/socket/fetch-relay.js';
import { createTransport, type Transport } from '../../../runtime/socket/transport.js';
import { ClientKind } from '../../../runtime/wire/protocol.js';
import { packEvent, packJoin } from '../../fixtures/frames.js';
import { FakeSession } from '../../fixtures/sessions.js';
import { transportOptions } from '../../fixtures/transport-options.js';

const id = 'a'.repeat(32);
const [one, two, none] = ['1', '2', '3'].map((name) => name.repeat(22)) as [string, string, string];
const cookie = `troupe=${'c'.repeat(22)}`;
const record = (frame: Uint8Array): Buffer => Buffer.from([0, 0, 0, frame.length, ...frame]);

/** Two transports that can tell each other something, each behind a server of its own. */
class Cluster {
  readonly clock: SimulatedClock = createSimulatedClock(1_700_000_000_000);
  readonly session = new FakeSession('session');
  /** Messages between the nodes, while they reach each other. */
  readonly told: RelayMessage[] = [];
  isReachable = true;
  readonly #listeners = new Map<string, (message: RelayMessage) => void>();
  readonly #ports = new Map<string, number>();
  readonly #transports = new Map<string, Transport>();
  readonly #ends: (() => Promise<unknown>)[] = [];

  async add(node: string): Promise<void> {
    const { clock, session } = this;
    const peers: RelayPeers = {
      tell: async (to, message) => {
        const listener = this.#listeners.get(to);
        if (listener === undefined) throw new Error('unreachable');
        this.told.push(message);
        if (this.isReachable) setImmediate(() => listener(JSON.parse(JSON.stringify(message))));
      },
      listen: (listener) => {
        this.#listeners.set(node, listener);
        return () => this.#listeners.delete(node);
      },
    };
    const report = createReporter(() => undefined);
    // The host is that of the balancer: what each of them is asked as.
    const origins = ['http://balancer'];
    const transport = createTransport(transportOptions({ clock, report, session }, { node, origins, peers }));
    this.#transports.set(node, transport);
    const server = createServer((message, response) => {
      if (!transport.request(readRequest(message), message, response)) response.writeHead(404).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    this.#ports.set(node, (server.address() as AddressInfo).port);
    this.#ends.push(async () => {
      const closed = transport.close();
      clock.advance(5_000);
      await closed;
      server.closeAllConnections();
      server.close();
    });
  }

  transport(node: string): Transport {
    return this.#transports.get(node) as Transport;
  }

  /** Sends a request to a node; resolves with the status and the bytes of the answer. */
  async post(node: string, what: string, body: Buffer = Buffer.alloc(0), headers: object = { cookie }) {
    const asked = ask(`http://127.0.0.1:${this.#ports.get(node)}/_troupe/socket?${what}`, {
      method: 'POST',
      headers: { origin: 'http://balancer', ...headers },
    });
    asked.end(body);
    const [answer] = await once(asked, 'response');
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return {
      status: answer.statusCode as number,
      node: answer.headers['troupe-node'] as string | undefined,
      bytes: [...Buffer.concat(parts)],
    };
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

describe('socket/fetch-relay', () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = new Cluster();
    for (const node of [one, two]) await cluster.add(node);
  });
  afterEach(() => cluster.close());

  /** Opens a connection at the first node. */
  async function open(): Promise<void> {
    const { node, status } = await cluster.post(one, `${id}.1.20000`, record(packJoin()));
    expect([status, node]).to.deep.equal([200, one]);
  }

  it('passes frames on to the node of the connection, and its frames back', async () => {
    await open();
    expect((await cluster.post(two, `${id}.1..${one}`, record(packEvent()))).status).to.equal(204);
    expect(cluster.session.frames.map(({ kind }) => kind)).to.deep.equal([ClientKind.Join, ClientKind.Events]);
    const polled = cluster.post(two, `${id}.2.20000.${one}`);
    while (!cluster.told.some((message) => message.type === 'fetchRelayed' && message.query.number === 2)) {
      await new Promise(setImmediate);
    }
    cluster.session.connection?.send(Uint8Array.of(7));
    expect(await polled).to.deep.include({ status: 200, bytes: [0, 0, 0, 1, 7] });
    expect(cluster.transport(two).counts.connections).to.equal(0);
  });

  it('passes on that a connection ends', async () => {
    await open();
    expect((await cluster.post(two, `${id}.2.x.${one}`)).status).to.equal(204);
    expect(cluster.transport(one).counts.connections).to.equal(0);
  });

  it('passes nothing on that names this node, and nothing of other pages', async () => {
    await open();
    expect((await cluster.post(one, `${id}.1..${one}`, record(packEvent()))).status).to.equal(204);
    const other = { cookie, origin: 'http://elsewhere' };
    expect((await cluster.post(two, `${id}.2..${one}`, record(packEvent()), other)).status).to.equal(403);
    expect(cluster.told).to.deep.equal([]);
  });

  it('answers that it is gone: to another browser, at a node that is not there, for an answer that does not end', async () => {
    await open();
    const strange = { cookie: `troupe=${'d'.repeat(22)}` };
    expect((await cluster.post(two, `${id}.1..${one}`, record(packEvent()), strange)).status).to.equal(410);
    expect((await cluster.post(two, `${id}.1..${one}`, record(packEvent()), {})).status).to.equal(410);
    expect((await cluster.post(two, `${id}.1..${none}`, record(packEvent()))).status).to.equal(410);
    expect((await cluster.post(two, `${id}.2.s.${one}`)).status).to.equal(410);
    expect((await cluster.post(two, `${'b'.repeat(32)}.1..${one}`)).status).to.equal(410);
    expect(cluster.session.frames.map(({ kind }) => kind)).to.deep.equal([ClientKind.Join]);
  });

  for (const [down, patience] of [
    ['', 5_000],
    ['2000', 7_000],
  ] as const) {
    it(`answers so after ${patience} ms if the other node does not answer`, async () => {
      await open();
      cluster.isReachable = false;
      let status = 0;
      const asked = cluster.post(two, `${id}.2.${down}.${one}`).then((answer) => {
        status = answer.status;
      });
      while (cluster.told.length === 0) await new Promise(setImmediate);
      cluster.clock.advance(patience - 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(status).to.equal(0);
      cluster.clock.advance(1);
      await asked;
      expect(status).to.equal(410);
    });
  }

  it('answers so when this node stops', async () => {
    await open();
    cluster.isReachable = false;
    const asked = cluster.post(two, `${id}.2.20000.${one}`);
    while (cluster.told.length === 0) await new Promise(setImmediate);
    await cluster.transport(two).close();
    expect((await asked).status).to.equal(410);
  });
});
