import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { refuseUpgrade } from '../../../runtime/http/refused-upgrades.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter, type ErrorReport } from '../../../runtime/platform/error-report.js';
import { createTransport, type Transport } from '../../../runtime/socket/transport.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { acknowledgement, hostileFrames, packEvent, packJoin } from '../../fixtures/frames.js';
import { FakeSession } from '../../fixtures/sessions.js';
import { type TransportOverrides, transportOptions } from '../../fixtures/transport-options.js';

interface SetUp {
  readonly clock: SimulatedClock;
  readonly port: number;
  readonly reports: ErrorReport[];
  readonly session: FakeSession;
  readonly transport: Transport;
  /** Opens a socket as a browser on our own page does. */
  open(options?: { autoPong?: boolean; path?: string; headers?: Record<string, string> }): WebSocket;
}

const running: (() => Promise<void>)[] = [];

async function setUp(overrides: TransportOverrides = {}): Promise<SetUp> {
  const clock = createSimulatedClock(1_700_000_000_000);
  const reports: ErrorReport[] = [];
  const report = createReporter((made) => reports.push(made));
  const session = new FakeSession('session');
  const transport = createTransport(transportOptions({ clock, report, session }, overrides));
  const server = createServer().on('upgrade', (request: IncomingMessage, socket, head) => {
    if (!transport.upgrade(request, socket, head)) refuseUpgrade(socket, 404);
  });

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;

  running.push(async () => {
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    clock,
    port,
    reports,
    session,
    transport,
    open: ({ autoPong = true, path = '/_troupe/socket', headers = {} } = {}) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
        autoPong,
        headers: { origin: `http://127.0.0.1:${port}`, ...headers },
      });

      return socket.on('error', () => undefined);
    },
  };
}

/** The code a socket is closed with. */
function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}

/** The status an upgrade is answered with. */
async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];

  response.resume();
  return response.statusCode;
}

/** Asks for a WebSocket and looks at nothing that comes of it. */
function shake(port: number): Socket {
  const hop = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
  const place = `Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}`;
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);

  socket.write(`GET /_troupe/socket HTTP/1.1\r\n${place}\r\n${hop}\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`);
  return socket;
}

/** Joins and waits for the answer. */
async function join(socket: WebSocket): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
  socket.send(packJoin());
  await once(socket, 'message');
}

/** Waits for something that follows from what was sent, for as long as a spec may run. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('transport', () => {
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  describe('upgrades', () => {
    it('carries frames both ways', async () => {
      const { open, session, transport } = await setUp();
      const socket = open();

      await join(socket);
      socket.send(packEvent(2, 1));
      await until(() => session.frames.length === 2);
      expect(session.frames[1]).to.deep.include({ events: [{ instance: 2, part: 1, payload: undefined }] });
      expect(transport.counts.connections).to.equal(1);
    });

    it('leaves paths alone that are not its own', async () => {
      const { open, transport } = await setUp();

      expect(await refusal(open({ path: '/other' }))).to.equal(404);
      expect(await refusal(open({ path: '/_troupe/socket/x' }))).to.equal(404);
      expect(transport.counts.refused).to.deep.equal({});
    });

    it('accepts pages of its own host only', async () => {
      const { open, port, transport } = await setUp();
      const foreign = [
        'http://evil.example',
        'null',
        `http://127.0.0.1:${port + 1}`,
        `http://127.0.0.1.evil:${port}`,
        `ftp://127.0.0.1:${port}`,
        `foo://127.0.0.1:${port}`,
        'x',
      ];

      for (const origin of foreign) expect(await refusal(open({ headers: { origin } })), origin).to.equal(403);
      expect(transport.counts.refused).to.deep.equal({ 403: foreign.length });
      await join(open({ headers: { origin: `https://127.0.0.1:${port}` } }));
    });

    it('refuses who says no origin', async () => {
      const { port } = await setUp();

      expect(
        await refusal(new WebSocket(`ws://127.0.0.1:${port}/_troupe/socket`).on('error', () => undefined))
      ).to.equal(403);
    });

    it('accepts the origins it is given, and no others, not even its own host', async () => {
      const { open, port } = await setUp({ origins: ['https://example.com'] });

      await join(open({ headers: { origin: 'https://example.com' } }));
      for (const origin of ['http://example.com', 'https://example.com:8443', `http://127.0.0.1:${port}`]) {
        expect(await refusal(open({ headers: { origin } })), origin).to.equal(403);
      }
    });

    it('believes the host that a trusted proxy names, and no other', async () => {
      const headers = { origin: 'https://example.com', 'x-forwarded-host': 'example.com' };

      await join((await setUp({ trustProxy: 1 })).open({ headers }));
      expect(await refusal((await setUp()).open({ headers }))).to.equal(403);
    });

    it('reports why a browser is refused, once a minute for each status', async () => {
      const { clock, open, port, reports } = await setUp({ connections: 1 });
      const messages = () => reports.splice(0).map(({ error }) => (error as Error).message);

      await refusal(open({ headers: { origin: 'https://example.com' } }));
      await refusal(open({ headers: { origin: 'https://other.example' } }));
      expect(messages()).to.deep.equal([
        'A connection is refused with status 403, and its page is not live: the page is of "https://example.com", and the ' +
          `request is for "127.0.0.1:${port}". A proxy has to pass on the Host header, or set X-Forwarded-Host and ` +
          'trustProxy; or name the origin in origins.',
      ]);
      const first = open();
      await once(first, 'open');
      await refusal(open());
      expect(messages().join()).to.match(
        /status 503.*: there are 1 connections, as many as the option connections allows\.$/
      );
      clock.advance(59_999);
      await refusal(open({ headers: { origin: 'https://other.example' } }));
      expect(messages()).to.deep.equal([]);
      clock.advance(1);
      await refusal(open({ headers: { origin: 'https://other.example' } }));
      expect(messages()).to.have.lengthOf(1);
    });

    it('reports nothing of what is no browser', async () => {
      const { open, reports } = await setUp();

      for (const origin of ['null', 'x', ''])
        expect(await refusal(open({ headers: { origin } })), origin).to.equal(403);
      expect(reports).to.have.lengthOf(0);
    });

    it('closes as refused, so that the page is loaded again, when identify refuses', async () => {
      const { open, reports } = await setUp({ identify: async () => false });

      expect(await closed(open())).to.equal(CloseCode.Refused);
      expect(reports).to.have.lengthOf(0);
    });

    it('reports what identify throws and closes as refused', async () => {
      const { open, reports } = await setUp({ identify: () => Promise.reject(new Error('no database')) });

      expect(await closed(open())).to.equal(CloseCode.Refused);
      expect(reports).to.have.lengthOf(1);
    });

    it('survives a socket that goes away while identify is asked', async () => {
      const answers: ((principal: unknown) => void)[] = [];
      const { open, transport } = await setUp({ identify: () => new Promise((resolve) => answers.push(resolve)) });
      const leaving = open();

      await until(() => answers.length === 1);
      const gone = closed(leaving);

      leaving.terminate();
      await gone;
      answers[0]?.({ id: 1 });
      const socket = open();

      await until(() => answers.length === 2);
      answers[1]?.({ id: 1 });
      await join(socket);
      expect(transport.counts.connections).to.equal(1);
    });

    it('gives the admission principal, cookie and address of the upgrade', async () => {
      const visitors: unknown[] = [];
      const { open } = await setUp({
        admit: async (_frame, visitor) => {
          visitors.push(visitor);
          return CloseCode.Refused;
        },
        identify: ({ headers }) => ({ name: headers['x-user'] }),
      });
      const socket = open({ headers: { cookie: 'troupe=abcdefghijklmnopqrstuv', 'x-user': 'ada' } });

      await once(socket, 'open');
      socket.send(packJoin());
      expect(await closed(socket)).to.equal(CloseCode.Refused);
      expect(visitors).to.have.length(1);
      expect(visitors[0]).to.deep.include({
        address: '127.0.0.1',
        cookie: 'abcdefghijklmnopqrstuv',
        principal: { name: 'ada' },
      });
    });

    it('closes the connections of one address beyond the limit as try later', async () => {
      const { open, transport } = await setUp({ connectionsPerAddress: 2 });
      const first = open();

      await join(first);
      await join(open());
      expect(await closed(open())).to.equal(CloseCode.TryLater);
      first.close();
      await until(() => transport.counts.connections === 1);
      await join(open());
    });

    it('refuses connections of one address far beyond the limit, of which it is not asked who they are', async () => {
      let asked = 0;
      const { clock, open, port, transport } = await setUp({
        connectionsPerAddress: 2,
        identify: () => {
          asked++;

          return new Promise(() => undefined);
        },
      });
      const waiting = [open(), open()];

      await until(() => asked === 2);
      // They do not answer the close, so they are still there.
      const later = [shake(port), shake(port)];

      await until(() => transport.counts.closed[CloseCode.TryLater] === 2);
      expect(await refusal(open())).to.equal(429);
      expect(asked).to.equal(2);
      const codes = waiting.map(closed);

      clock.advance(5_000);
      expect(await Promise.all(codes)).to.deep.equal([CloseCode.TryLater, CloseCode.TryLater]);
      await until(() => transport.counts.connections === 2);
      for (const socket of later) socket.destroy();
      await until(() => transport.counts.connections === 0);
    });

    it('refuses connections of all addresses beyond the limit, those that wait included', async () => {
      let asked = 0;
      const { open } = await setUp({
        connections: 2,
        identify: ({ headers }) => {
          asked++;

          return headers['x-slow'] === undefined ? undefined : new Promise(() => undefined);
        },
      });
      const socket = open();

      await join(socket);
      open({ headers: { 'x-slow': 'yes' } });
      await until(() => asked === 2);
      expect(await refusal(open())).to.equal(503);
      expect(asked).to.equal(2);
    });

    it('answers what is no WebSocket handshake without becoming unwell', async () => {
      const { open, port } = await setUp();
      const socket = connect(port, '127.0.0.1');

      socket.write(
        `GET /_troupe/socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];

      expect(answer.toString()).to.match(/^HTTP\/1.1 400 /);
      socket.destroy();
      await join(open());
    });
  });

  describe('hostile clients', () => {
    it('closes as malformed for every hostile frame, counts them and leaves neighbours alone', async () => {
      const { open, transport, session } = await setUp();
      const neighbour = open();
      const frames = Object.values(hostileFrames);

      await join(neighbour);
      for (const bytes of frames) {
        const socket = open();

        await once(socket, 'open');
        socket.send(bytes);
        expect(await closed(socket)).to.equal(CloseCode.Malformed);
      }
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.Malformed]: frames.length });
      neighbour.send(packEvent());
      await until(() => session.log.includes('receive'));
    });

    it('closes as malformed for text', async () => {
      const { open } = await setUp();
      const socket = open();

      await once(socket, 'open');
      socket.send('text');
      expect(await closed(socket)).to.equal(CloseCode.Malformed);
    });

    it('closes as too big for a frame beyond the limit', async () => {
      const { open, transport } = await setUp();
      const socket = open();

      await once(socket, 'open');
      socket.send(new Uint8Array(1_025));
      expect(await closed(socket)).to.equal(CloseCode.TooBig);
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.TooBig]: 1 });
    });

    it('closes for a message in too many pieces', async () => {
      const { open, transport } = await setUp();
      const socket = open();

      await once(socket, 'open');
      for (let piece = 0; piece <= 64; piece++) socket.send(Uint8Array.of(1), { fin: false });
      expect(await closed(socket)).to.equal(1008);
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.Malformed]: 1 });
    });

    it('answers pings, and closes as flood beyond the rate', async () => {
      const { open, transport } = await setUp({ framesPerSecond: 50 });
      const socket = open();

      await once(socket, 'open');
      const pong = once(socket, 'pong');

      socket.ping(Buffer.from('who?'));
      expect(String((await pong)[0])).to.equal('who?');
      for (let ping = 0; ping < 100; ping++) socket.ping();
      expect(await closed(socket)).to.equal(CloseCode.Flood);
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.Flood]: 1 });
    });

    it('closes for bytes that are not the WebSocket protocol', async () => {
      const { open, transport } = await setUp();
      const socket = open();

      await once(socket, 'open');
      (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(Buffer.alloc(64, 0xff));
      await closed(socket);
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.Malformed]: 1 });
    });

    it('closes as flood beyond the rate', async () => {
      const { open, transport } = await setUp({ framesPerSecond: 50 });
      const socket = open();

      await join(socket);
      for (let frame = 0; frame < 100; frame++) socket.send(acknowledgement);
      expect(await closed(socket)).to.equal(CloseCode.Flood);
      expect(transport.counts.closed).to.deep.equal({ [CloseCode.Flood]: 1 });
    });

    it('closes as silent without a join in time', async () => {
      const { clock, open } = await setUp();
      const socket = open();

      await once(socket, 'open');
      clock.advance(10_000);
      expect(await closed(socket)).to.equal(CloseCode.Silent);
    });
  });

  describe('heartbeat', () => {
    it('keeps one timer for all connections and none without any', async () => {
      const { clock, open, transport } = await setUp();
      const sockets = [open(), open(), open()];

      expect(clock.pending).to.equal(0);
      for (const socket of sockets) await join(socket);
      expect(clock.pending).to.equal(1);
      for (const socket of sockets) socket.terminate();
      await until(() => transport.counts.connections === 0);
      clock.advance(30_000);
      expect(clock.pending).to.equal(0);
    });

    it('ends connections that give no sign of life, and only those', async () => {
      const { clock, open, session, transport } = await setUp();
      const living = open();
      const silent = open({ autoPong: false });
      const pings = [once(living, 'ping'), once(silent, 'ping')];

      await Promise.all([join(living), join(silent)]);
      clock.advance(30_000);
      await Promise.all(pings);
      // What is sent after the pong arrives after it.
      living.send(acknowledgement);
      await until(() => session.log.includes('receive'));
      const code = closed(silent);

      clock.advance(30_000);
      expect(await code).to.equal(CloseCode.Silent);
      expect(transport.counts).to.deep.include({ connections: 1, closed: { [CloseCode.Silent]: 1 } });
    });
  });

  describe('close', () => {
    it('closes every connection as going away and accepts no more', async () => {
      const { open, session, transport } = await setUp();
      const socket = open();

      await join(socket);
      const code = closed(socket);

      await transport.close();
      expect(await code).to.equal(CloseCode.GoingAway);
      expect(session.log).to.deep.equal(['join', 'leave']);
      expect(await refusal(open())).to.equal(503);
    });

    it('refuses upgrades of whom it is still asked who they are, at once', async () => {
      let asked = false;
      const { open, transport } = await setUp({
        identify: () => {
          asked = true;

          return new Promise(() => undefined);
        },
      });
      const status = refusal(open());

      await until(() => asked);
      await transport.close();
      expect(await status).to.equal(503);
      expect(transport.counts.connections).to.equal(0);
    });

    it('does not wait for clients that do not answer', async () => {
      const { clock, open, transport } = await setUp();
      const socket = open();

      await join(socket);
      socket.pause();
      const stopped = transport.close();

      clock.advance(1_000);
      await stopped;
      expect(transport.counts.connections).to.equal(0);
      socket.terminate();
    });
  });
});
