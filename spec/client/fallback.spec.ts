import { expect } from 'chai';
import { openNext, type WebSocketLike } from '../../client/fallback.js';
import { createSimulatedClock, type SimulatedClock } from '../../runtime/platform/clock.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { replaceGlobals } from '../fixtures/globals.js';

/** A request: what its query says behind the id, and its body. */
interface Asked {
  readonly what: string;
  readonly body: number[];
  readonly id: string;
  answer(status: number, bytes?: readonly number[], node?: string): void;
  /** Bytes of an answer that does not end; `undefined` ends it. */
  push(bytes: readonly number[] | undefined): void;
}

class FakeWebSocket extends EventTarget {
  static last: FakeWebSocket | undefined;
  readonly url: string;
  readyState = 0;
  sent: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(url: string) {
    super();
    this.url = url;
    FakeWebSocket.last = this;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {}
}

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await new Promise(setImmediate);
};

/** A browser whose requests are answered by the spec, and that has the lock or not. */
function createBrowser(hasLock: boolean) {
  const clock = createSimulatedClock(1_000_000);
  const asked: Asked[] = [];
  const fetch = (url: string, { body, signal }: { body: Uint8Array | null; signal: AbortSignal | null }) =>
    new Promise<Response>((resolve, reject) => {
      const [, id = '', what = ''] = /^http:\/\/a\/socket\?(\w{32})\.(.*)$/.exec(url) ?? [];
      let controller: ReadableStreamDefaultController | undefined;
      signal?.addEventListener('abort', () => reject(new Error('aborted')));
      asked.push({
        id,
        what,
        body: [...(body ?? [])],
        answer(status, bytes = [], node = '') {
          const headers: HeadersInit = node === '' ? [] : [['Troupe-Node', node]];
          resolve(new Response(status === 204 ? null : Uint8Array.from(bytes), { headers, status }));
        },
        push(bytes) {
          if (!controller) {
            resolve(
              new Response(
                new ReadableStream({
                  start: (made) => {
                    controller = made;
                  },
                })
              )
            );
          }
          if (bytes) controller?.enqueue(Uint8Array.from(bytes));
          else controller?.close();
        },
      });
    });
  replaceGlobals({
    fetch,
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
    performance: { now: () => clock.now() },
    navigator: {
      locks: { request: async (_: string, __: object, take: (lock: unknown) => unknown) => take(hasLock || null) },
    },
    WebSocket: FakeWebSocket,
  });
  return { asked, clock };
}

/** Opens a connection made of requests: the one after a WebSocket that has not lasted. */
async function open(clock: SimulatedClock) {
  let socket: WebSocketLike;
  do socket = openNext('ws://a/socket');
  while (socket instanceof FakeWebSocket);
  const log: string[] = [];
  socket.onopen = () => socket.send(Uint8Array.of(7));
  socket.onmessage = ({ data }) => log.push(`${new Uint8Array(data)}`);
  socket.onclose = ({ code }) => log.push(`closed ${code}`);
  clock.advance(0);
  await settle();
  return { log, socket };
}

describe('client/fallback', () => {
  it('sends what it is given in order, one request after the other, and takes frames out of an answer', async () => {
    const { asked, clock } = createBrowser(true);
    const { log, socket } = await open(clock);
    expect(asked.map(({ what, body }) => [what, body])).to.deep.equal([['1.s', [0, 0, 0, 1, 7]]]);
    asked[0]?.push([0, 0, 0, 2, 1, 2, 0, 0]);
    await settle();
    asked[0]?.push([0, 1, 3]);
    await settle();
    expect(log).to.deep.equal(['1,2', '3']);

    socket.send(Uint8Array.of(8));
    socket.send(Uint8Array.of(9));
    await settle();
    socket.send(Uint8Array.of(10));
    await settle();
    expect(asked.slice(1).map(({ what, body }) => [what, body])).to.deep.equal([
      ['1.', [0, 0, 0, 1, 8, 0, 0, 0, 1, 9]],
    ]);
    asked[1]?.answer(204);
    await settle();
    expect([asked[2]?.what, asked[2]?.body]).to.deep.equal(['2.', [0, 0, 0, 1, 10]]);
    expect(new Set(asked.map(({ id }) => id)).size).to.equal(1);
    socket.close();
  });

  it('answers a question for a sign of life, and tells the code of a close', async () => {
    const { asked, clock } = createBrowser(true);
    const { log } = await open(clock);
    asked[0]?.push([0, 0, 0, 0]);
    await settle();
    expect([asked[1]?.what, asked[1]?.body]).to.deep.equal(['1.', []]);
    const code = CloseCode.GoingAway;
    asked[0]?.push([0x80, 0, code >> 8, code & 255]);
    await settle();
    expect(log).to.deep.equal(['closed 1001']);
  });

  const ends: readonly (readonly [what: string, end: (asked: readonly Asked[]) => void])[] = [
    ['an answer ends', ([down]) => down?.push(undefined)],
    ['a request is refused', ([, up]) => up?.answer(410)],
  ];
  for (const [what, end] of ends) {
    it(`is closed when ${what}`, async () => {
      const { asked, clock } = createBrowser(true);
      const { log, socket } = await open(clock);
      asked[0]?.push([0, 0, 0, 1, 1]);
      await settle();
      socket.send(Uint8Array.of(8));
      await settle();
      end(asked);
      await settle();
      expect(log).to.deep.equal(['1', 'closed 1006']);
      expect(socket.readyState).to.equal(3);
    });
  }

  it('asks once a second without the lock, and at once after it has sent something', async () => {
    const { asked, clock } = createBrowser(false);
    const { log, socket } = await open(clock);
    expect(asked[0]?.what).to.equal('1.2000');
    asked[0]?.answer(200, [0, 0, 0, 1, 1]);
    await settle();
    clock.advance(1_000);
    await settle();
    expect(asked.at(-1)?.what).to.equal('2.0');
    asked.at(-1)?.answer(200);
    await settle();
    socket.send(Uint8Array.of(8));
    await settle();
    expect(asked.at(-1)?.what).to.equal('1.');
    asked.at(-1)?.answer(204);
    await settle();
    expect(asked.at(-1)?.what).to.equal('3.2000');
    asked.at(-1)?.answer(200, [0, 0, 0, 1, 2]);
    await settle();
    expect(log).to.deep.equal(['1', '2']);
    socket.close();
    await settle();
    expect(asked.at(-1)?.what).to.equal('4.x');
  });

  it('is followed by its own kind if it has lasted for 4 s, else by the other', async () => {
    const { asked, clock } = createBrowser(true);
    const { socket } = await open(clock);
    asked[0]?.push([0, 0, 0, 1, 1]);
    await settle();
    clock.advance(4_000);
    socket.close();
    expect(openNext('ws://a/socket')).to.not.be.instanceOf(FakeWebSocket);
    expect(openNext('ws://a/socket')).to.be.instanceOf(FakeWebSocket);
    FakeWebSocket.last?.dispatchEvent(new Event('message'));
    clock.advance(3_999);
    FakeWebSocket.last?.dispatchEvent(new Event('close'));
    clock.advance(10_000);
    expect(openNext('ws://a/socket')).to.not.be.instanceOf(FakeWebSocket);
  });

  it('tries a WebSocket after a while, and is closed for it if that answers', async () => {
    const { asked, clock } = createBrowser(true);
    const { log } = await open(clock);
    FakeWebSocket.last = undefined;
    asked[0]?.push([0, 0, 0, 1, 1]);
    await settle();
    clock.advance(15_000);
    await settle();
    const trial = FakeWebSocket.last as unknown as FakeWebSocket;
    expect(trial.url).to.equal('ws://a/socket');
    trial.readyState = 1;
    trial.onopen?.();
    clock.advance(3_000);
    await settle();
    expect(trial.sent).to.have.length(1);
    expect(log).to.deep.equal(['1']);
    trial.onclose?.({ code: CloseCode.Reload });
    expect(log).to.deep.equal(['1', 'closed 1000']);
    expect(openNext('ws://a/socket')).to.be.instanceOf(FakeWebSocket);
  });

  // Last: from then on, answers are polled for.
  it('polls if the first bytes of an answer do not come within 2.5 s', async () => {
    const { asked, clock } = createBrowser(true);
    const { log, socket } = await open(clock);
    clock.advance(2_500);
    await settle();
    expect(asked.map(({ what }) => what)).to.deep.equal(['1.s', '1.2000']);
    expect(asked[1]?.id).to.not.equal(asked[0]?.id);
    expect(asked[1]?.body).to.deep.equal(asked[0]?.body);
    asked[1]?.answer(200, [0, 0, 0, 1, 1], 'two');
    await settle();
    // Requests name the node that has this connection, not that of the one that was given up.
    expect(asked[2]?.what).to.equal('2.20000.two');
    asked[0]?.answer(200, [], 'one');
    await settle();
    expect(log).to.deep.equal(['1']);
    socket.send(Uint8Array.of(8));
    await settle();
    expect(asked[3]?.what).to.equal('1..two');
    socket.close();
    await settle();
    expect(asked[4]?.what).to.equal('3.x.two');
  });
});
