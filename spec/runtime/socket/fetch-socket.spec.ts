import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readRequest } from '../../../runtime/http/node-request.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter } from '../../../runtime/platform/error-report.js';
import { readFetchQuery } from '../../../runtime/socket/fetch-socket.js';
import { createTransport } from '../../../runtime/socket/transport.js';
import { ClientKind, CloseCode } from '../../../runtime/wire/protocol.js';
import { acknowledgement, packEvent, packJoin } from '../../fixtures/frames.js';
import { FakeSession } from '../../fixtures/sessions.js';
import { type TransportOverrides, transportOptions } from '../../fixtures/transport-options.js';

const id = 'a'.repeat(32);
const joined = [0, 0, 0, 2, 0x91, 4];
const closing = (code: CloseCode): number[] => [0x80, 0, code >> 8, code & 255];

function records(...frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      return [length, frame];
    })
  );
}

const ends: (() => Promise<void>)[] = [];

async function setUp(overrides: TransportOverrides = {}) {
  const clock = createSimulatedClock(1_700_000_000_000);
  const report = createReporter(() => undefined);
  const session = new FakeSession('session');
  const transport = createTransport(transportOptions({ clock, report, session }, overrides));
  const server = createServer((message, response) => {
    if (!transport.request(readRequest(message), message, response)) response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  ends.push(async () => {
    const closed = transport.close();
    clock.advance(5_000);
    await closed;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends a request; resolves with its answer, whose body is read or not. */
  async function post(what: string, body: Buffer = Buffer.alloc(0), headers: object = {}): Promise<IncomingMessage> {
    const asked = ask(`${origin}/_troupe/socket?${what}`, { method: 'POST', headers: { origin, ...headers } });
    asked.on('error', () => undefined);
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer.on('error', () => undefined);
  }
  const status = async (what: string, body?: Buffer, headers?: object): Promise<number> => {
    const answer = await post(what, body, headers);
    answer.resume();
    return answer.statusCode ?? 0;
  };
  /** The bytes of a whole answer. */
  const bytes = async (answer: IncomingMessage): Promise<number[]> => {
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return [...Buffer.concat(parts)];
  };
  const stream = async (): Promise<IncomingMessage> => {
    const answer = await post(`${id}.1.s`, records(packJoin()));
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect([...first]).to.deep.equal(joined);
    return answer;
  };
  const poll = async (): Promise<number[]> => bytes(await post(`${id}.1.20000`, records(packJoin())));

  return { bytes, clock, poll, post, session, status, stream, transport };
}

describe('fetch socket', () => {
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  it('reads what a request says in its query', () => {
    expect(readFetchQuery(`/a?${id}.7.s`)).to.deep.equal({ id, number: 7, down: 's', node: '' });
    expect(readFetchQuery(`/a?${id}.7.`)).to.deep.equal({ id, number: 7, down: '', node: '' });
    const node = 'n'.repeat(22);
    expect(readFetchQuery(`/a?${id}.7..${node}`)).to.deep.equal({ id, number: 7, down: '', node });
    for (const wrong of [
      `?${id}.1..short`,
      `?${id}.1..${node}x`,
      '',
      '?',
      `?${id}`,
      `?${id}.1.y`,
      '?short.1.s',
      `?${id}.1.100000`,
      `?${id}.-1.s`,
    ]) {
      expect(readFetchQuery(`/a${wrong}`), wrong).to.equal(undefined);
    }
  });

  it('carries frames both ways, down in an answer that does not end', async () => {
    const { session, status, stream, transport } = await setUp();
    const down = await stream();
    expect(transport.counts.connections).to.equal(1);
    expect(await status(`${id}.1.`, records(packEvent(), acknowledgement))).to.equal(204);
    expect(session.frames.map(({ kind }) => kind)).to.deep.equal([
      ...[ClientKind.Join, ClientKind.Events, ClientKind.Acknowledge],
    ]);
    session.connection?.send(Uint8Array.of(1));
    session.connection?.send(Uint8Array.of(2, 3));
    const [frames] = (await once(down, 'data')) as [Buffer];
    expect([...frames]).to.deep.equal([0, 0, 0, 1, 1, 0, 0, 0, 2, 2, 3]);
  });

  it('carries them down in one answer after the other', async () => {
    const { bytes, poll, post, session } = await setUp();
    expect(await poll()).to.deep.equal(joined);
    session.connection?.send(Uint8Array.of(1));
    session.connection?.send(Uint8Array.of(2));
    expect(await bytes(await post(`${id}.2.20000`))).to.deep.equal([0, 0, 0, 1, 1, 0, 0, 0, 1, 2]);
    const third = post(`${id}.3.20000`).then(bytes);
    expect(await bytes(await post(`${id}.4.0`))).to.deep.equal([]);
    expect(await third).to.deep.equal([]);
  }).timeout(10_000);

  it('applies a body once that is sent twice, and ends when an answer is asked for twice', async () => {
    const { poll, session, status } = await setUp();
    await poll();
    expect(await status(`${id}.1.`, records(packEvent()))).to.equal(204);
    expect(await status(`${id}.1.`, records(packEvent()))).to.equal(204);
    expect(session.log).to.deep.equal(['join', 'receive']);
    expect(await status(`${id}.1.20000`, records(packJoin()))).to.equal(410);
    expect(session.log).to.deep.equal(['join', 'receive', 'leave']);
    expect(await status(`${id}.2.`, records(packEvent()))).to.equal(410);
  });

  it('is known by its id and its cookie, on this server alone', async () => {
    const { poll, session, status } = await setUp();
    expect(await status(`${id}.1.`, records(packJoin()))).to.equal(410);
    expect(await status(`${id}.2.s`, records(packJoin()))).to.equal(410);
    await poll();
    const cookie = `troupe=${'c'.repeat(22)}`;
    expect(await status(`${id}.1.`, records(packEvent()), { cookie })).to.equal(410);
    // Nor may another page send anything over it, whatever cookie its browser adds.
    expect(await status(`${id}.1.`, records(packEvent()), { origin: 'https://example.com' })).to.equal(403);
    expect(session.log).to.deep.equal(['join']);
  });

  it('is refused where an upgrade is', async () => {
    const { status, transport } = await setUp({ connections: 1 });
    const join = records(packJoin());
    expect(await status(`${id}.1.s`, join, { origin: 'https://example.com' })).to.equal(403);
    expect(await status(`${id}.1.s`, join, { origin: '' })).to.equal(403);
    expect(await status('nonsense', join)).to.equal(400);
    expect(await status(`${id}.1.1000`, join)).to.equal(200);
    expect(await status(`${'b'.repeat(32)}.1.1000`, join)).to.equal(503);
    expect(transport.counts.refused).to.deep.equal({ 400: 1, 403: 2, 503: 1 });
  });

  it('tells whom `identify` refuses', async () => {
    const { poll } = await setUp({ identify: () => false });
    expect(await poll()).to.deep.equal(closing(CloseCode.Refused));
  });

  const wrong: readonly (readonly [what: string, body: Buffer, code: CloseCode])[] = [
    ['a frame that is too large', records(Buffer.alloc(1_025)), CloseCode.TooBig],
    ['a frame that cannot be read', records(Buffer.of(0xc1)), CloseCode.Malformed],
    ['a body that is cut off', Buffer.of(0, 0, 0, 9, 1), CloseCode.Malformed],
    ['half a record', Buffer.of(0, 0), CloseCode.Malformed],
  ];
  for (const [what, body, code] of wrong) {
    it(`closes because of ${what}`, async () => {
      const { bytes, session, status, stream, transport } = await setUp();
      const down = await stream();
      expect(await status(`${id}.1.`, body)).to.equal(204);
      expect(await bytes(down)).to.deep.equal(closing(code));
      expect(session.log.at(-1)).to.equal('leave');
      expect(transport.counts).to.deep.include({ connections: 0, closed: { [code]: 1 } });
    });
  }

  it('takes no body that is much larger than a frame', async () => {
    const { status, transport } = await setUp();
    expect(await status(`${id}.1.s`, Buffer.alloc(80_000))).to.equal(413);
    expect(transport.counts.connections).to.equal(0);
  });

  it('ends with its answer, or when the client says so', async () => {
    const { post, session, status, stream, transport } = await setUp();
    const left = (): Promise<void> =>
      new Promise((resolve) => {
        const leave = session.leave.bind(session);
        session.leave = () => {
          leave();
          resolve();
        };
      });
    const first = left();
    (await stream()).destroy();
    await first;
    await (await post(`${'b'.repeat(32)}.1.20000`, records(packJoin()))).resume();
    expect(await status(`${'b'.repeat(32)}.2.x`)).to.equal(204);
    expect(transport.counts.connections).to.equal(0);
  });

  it('asks for signs of life in an answer that does not end; asking is one otherwise', async () => {
    const { bytes, clock, post, session, status, stream, transport } = await setUp();
    const down = await stream();
    clock.advance(30_000);
    const [question] = (await once(down, 'data')) as [Buffer];
    expect([...question]).to.deep.equal([0, 0, 0, 0]);
    await status(`${id}.1.`);
    clock.advance(30_000);
    expect(transport.counts.connections).to.equal(1);
    clock.advance(30_000);
    expect(transport.counts.connections).to.equal(0);
    expect(session.log.at(-1)).to.equal('leave');

    await bytes(await post(`${'b'.repeat(32)}.1.20000`, records(packJoin())));
    for (let number = 2; number < 5; number++) {
      clock.advance(20_000);
      const waiting = post(`${'b'.repeat(32)}.${number}.5000`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      clock.advance(5_000);
      expect(await bytes(await waiting)).to.deep.equal([]);
    }
    expect(transport.counts.connections).to.equal(1);
    clock.advance(60_000);
    expect(transport.counts.connections).to.equal(0);
  });

  it('tells that the server stops', async () => {
    const { bytes, stream, transport } = await setUp();
    const down = await stream();
    const closed = transport.close();
    expect(await bytes(down)).to.deep.equal(closing(CloseCode.GoingAway));
    await closed;
  });
});
