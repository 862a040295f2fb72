import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import {
  createLimitedServer,
  endRequests,
  type LimitedServerOptions,
  startListening,
} from '../../../runtime/http/node-limits.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';

const running: Server[] = [];

function open(options: Partial<LimitedServerOptions> = {}): Server {
  const deadlines = { initDeadline: 5_000, joinDeadline: 10_000 };
  const defaults = { connections: 50_000, ...deadlines, sessionsPerAddress: 1_000, trustProxy: 0 };
  const server = createLimitedServer((_request, response) => response.end('answered'), { ...defaults, ...options });

  running.push(server);
  return server;
}

const enter = (server: Server): Socket =>
  connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);

/** Whether a connection is let in: then it is answered, else it is cut off. */
async function isAnswered(socket: Socket): Promise<boolean> {
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
}

/** After how many milliseconds without a sign a connection ends: when it was opened, and when its request is there. */
async function idlingOf(server: Server): Promise<readonly (number | undefined)[]> {
  const times: (number | undefined)[] = [];

  server.on('connection', ({ timeout }) => times.push(timeout));
  server.on('request', ({ socket }) => times.push(socket.timeout));
  await startListening(server, 0, '127.0.0.1');
  expect(await isAnswered(enter(server))).to.equal(true);
  return times;
}

describe('node limits', () => {
  afterEach(async () => {
    for (const server of running.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('gives headers the time of a join, and everything else a minute', () => {
    expect(open({ joinDeadline: 2_000 })).to.include({ headersTimeout: 2_000, requestTimeout: 60_000 });
    expect(open({ joinDeadline: 90_000 })).to.include({ headersTimeout: 90_000, requestTimeout: 90_000 });
  });

  it('has no limit where it is turned off', async () => {
    const off = Number.POSITIVE_INFINITY;
    const server = open({ connections: off, initDeadline: off, joinDeadline: off, sessionsPerAddress: off });

    expect(server).to.include({ headersTimeout: 0, timeout: 0 });
    expect(await idlingOf(server)).to.deep.equal([undefined, undefined]);
  });

  it('lets a connection idle for a minute once it has brought a request, or as long as pages may take', async () => {
    expect(await idlingOf(open())).to.deep.equal([undefined, 60_000]);
    expect(await idlingOf(open({ initDeadline: 60_000 }))).to.deep.equal([undefined, 121_000]);
  });

  it('ends a connection that says nothing, or its headers too slowly', async () => {
    const server = open({ joinDeadline: 200 });

    await startListening(server, 0, '127.0.0.1');
    const silent = enter(server);
    const slow = enter(server);
    const drip = setInterval(() => slow.write('X-Slow: yes\r\n'), 20);

    slow.write('GET / HTTP/1.1\r\n');
    for (const socket of [silent, slow]) socket.resume();
    await Promise.all([once(silent, 'close'), once(slow, 'close')]);
    clearInterval(drip);
    expect(await isAnswered(enter(server))).to.equal(true);
  });

  it('lets in twice as many connections of an address as it may have sessions, and more when some have left', async () => {
    const server = open({ sessionsPerAddress: 2 });

    await startListening(server, 0, '127.0.0.1');
    const sockets = Array.from({ length: 4 }, () => enter(server));

    for (const socket of sockets) expect(await isAnswered(socket)).to.equal(true);
    expect(await isAnswered(enter(server))).to.equal(false);
    sockets[0]?.destroy();
    while (!(await isAnswered(enter(server))));
  });

  it('does not count addresses behind a proxy, where all are the same', async () => {
    const server = open({ sessionsPerAddress: 1, trustProxy: 1 });

    await startListening(server, 0, '127.0.0.1');
    for (let index = 0; index < 5; index++) expect(await isAnswered(enter(server))).to.equal(true);
  });

  it('lets in only so many connections in all', async () => {
    const server = open({ connections: 2 });

    await startListening(server, 0, '127.0.0.1');
    for (let index = 0; index < 2; index++) expect(await isAnswered(enter(server))).to.equal(true);
    expect(await isAnswered(enter(server))).to.equal(false);
  });

  it('rejects when the port cannot be had', async () => {
    const port = await startListening(open(), 0, '127.0.0.1');
    const failure = await startListening(open(), port, '127.0.0.1').catch((error: NodeJS.ErrnoException) => error.code);

    expect(failure).to.equal('EADDRINUSE');
    running.pop();
  });

  it('waits a second for the last request, and no longer', async () => {
    const clock = createSimulatedClock();
    const server = open();

    await startListening(server, 0, '127.0.0.1');
    const half = enter(server);
    const arrived = once(server, 'connection');

    half.write('GET / HTTP/1.1\r\n');
    await arrived;
    const over = endRequests(server, clock, new Promise((resolve) => server.close(resolve)));

    clock.advance(1_000);
    await over;
    expect(clock.pending).to.equal(0);
    running.pop();
  });
});
