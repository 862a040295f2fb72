/**
 * Overload: what hostile or unlucky clients do to a running server over real sockets, each held with a neighbour
 * who goes on clicking meanwhile and must be answered rightly. The limits are those of `docs/operations.md`.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { component, html, topic } from 'troupe';
import { createServer, type Listening, type Server, type ServerOptions } from 'troupe/server';
import { WebSocket } from 'ws';
import { decode } from '../runtime/wire/decode.js';
import type { Wire } from '../runtime/wire/patch.js';
import { ClientKind, CloseCode, ServerKind } from '../runtime/wire/protocol.js';
import { Counter } from './bench/pages.js';
import { documentName, getPage, join, nextFrame, pack, type Visit } from './bench/visit.js';
import { packJoin } from './fixtures/frames.js';
import { skip } from './skip.js';

// PAGES -----------------------------------------------------------------------

/** Shows what is published, large as it is. */
const Feed = component({
  name: 'feed',
  init: () => ({ text: '' }),
  update: (_model, { text }: { type: 'told'; text: string }) => ({ text }),
  view: ({ text }) => html`<p>${text}</p>`,
  subscriptions: (_model) => [topic('feed')],
});

// SERVER ----------------------------------------------------------------------

interface Running extends Listening {
  readonly server: Server;
  readonly origin: string;
  /** Lets a neighbour click for as long as an attack lasts; gives what the attack has come to. */
  during<Result>(attack: (origin: string) => Promise<Result>): Promise<Result>;
}

const running: (() => Promise<unknown>)[] = [];

async function listen(options: Partial<ServerOptions> = {}): Promise<Running> {
  const routes = { '/': Counter, '/feed': Feed };
  // That upgrades are refused is what several of these specs are about.
  const onError: ServerOptions['onError'] = ({ code, error }) => code === 'upgrade' || console.error(error);
  const server = createServer({ routes, secret: 'a secret for overload', onError, ...options });
  const listening = await server.listen(0, '127.0.0.1');
  const origin = `http://127.0.0.1:${listening.port}`;

  running.push(listening.close);
  return { ...listening, server, origin, during: (attack) => clickingDuring(origin, attack) };
}

// NEIGHBOUR -------------------------------------------------------------------

/** Clicks the counter, one click after the other, while `attack` goes on and some more after it. */
async function clickingDuring<Result>(origin: string, attack: (origin: string) => Promise<Result>): Promise<Result> {
  const neighbour = await join(await getPage(`${origin}/`));
  let isOver = false;
  const attacked = attack(origin).finally(() => {
    isOver = true;
  });

  attacked.catch(() => undefined);
  for (let count = 1, more = 10; more > 0; count++) {
    neighbour.socket.send(pack([ClientKind.Events, [[1, 2]]]));
    expect(await nextFrame(neighbour.socket)).to.deep.equal([ServerKind.Patch, [1, 1, count]]);
    // A quick user, and far below the rate.
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (isOver) more--;
  }
  neighbour.socket.close();

  return attacked;
}

// ATTACKERS -------------------------------------------------------------------

/** Another address of this computer. */
const elsewhere = '127.0.0.2';

function enter(origin: string, localAddress?: string): Socket {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(origin).port),
    ...(localAddress && { localAddress }),
  });

  return socket.on('error', () => undefined);
}

/** Opens a WebSocket and does not join. */
function open(origin: string, options: WebSocket.ClientOptions = {}): WebSocket {
  const url = `${origin.replace('http', 'ws')}/_troupe/socket`;

  return new WebSocket(url, { origin, perMessageDeflate: false, ...options }).on('error', () => undefined);
}

/** Asks for a WebSocket as a proxy does for a client at `address`, and ignores the answer. */
function handshake(socket: Socket, origin: string, address: string): Socket {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  const hop = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

  socket.write(
    `GET /_troupe/socket HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nOrigin: ${origin}\r\n${hop}${key}X-Forwarded-For: ${address}\r\n\r\n`
  );
  return socket;
}

/** The code a socket is closed with. */
const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve));

async function opened(socket: WebSocket): Promise<WebSocket> {
  await once(socket, 'open');

  return socket;
}

/** Waits for something that follows from what was done, for as long as a spec may run. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The TCP socket below. */
const below = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket;

const attackers = <Result>(count: number, attack: (index: number) => Promise<Result> | Result): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => attack(index)));

// SPECS -----------------------------------------------------------------------

describe('overload', () => {
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  describe('slow handshakes', () => {
    it('ends connections that never send anything', async () => {
      const { during } = await listen({ joinDeadline: 300 });

      await during((origin) => attackers(50, () => once(enter(origin).resume(), 'close')));
    });

    it('ends upgrades whose headers come too slowly, or never to an end', async () => {
      const { during } = await listen({ joinDeadline: 300 });

      await during((origin) =>
        attackers(20, async (index) => {
          const socket = enter(origin).resume();
          const drip = setInterval(() => index % 2 === 0 && socket.write('X-Slow: yes\r\n'), 20);

          socket.write('GET /_troupe/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
          await once(socket, 'close');
          clearInterval(drip);
        })
      );
    });

    it('closes as silent upgrades that never join, also if they do not answer the close', async () => {
      const { during, server } = await listen({ joinDeadline: 300 });

      await during(async (origin) => {
        const sockets = await attackers(50, () => opened(open(origin)));

        // Paused, they do not read that they are closed, and so do not answer.
        for (const [index, socket] of sockets.entries()) if (index % 2 === 1) socket.pause();
        await Promise.all(sockets.filter((_socket, index) => index % 2 === 0).map(closed));
        await until(() => server.counts.closed[CloseCode.Silent] === 50);
        await until(() => server.counts.connections === 1);
      });
    }).timeout(20_000);

    it('counts upgrades that wait in identify for their address, and asks about no more', async () => {
      let asked = 0;
      const { during, server } = await listen({
        identify: ({ headers }) => {
          if (headers['x-hostile'] === undefined) return undefined;
          asked++;

          return new Promise(() => undefined);
        },
        initDeadline: 500,
        sessionsPerAddress: 10,
      });

      await during(async (origin) => {
        const sockets = Array.from({ length: 60 }, () => open(origin, { headers: { 'X-Hostile': 'yes' } }));

        await Promise.all(sockets.map(closed));
        expect(asked).to.equal(9);
      });
      await until(() => server.counts.connections === 0);
    });

    it('is not held up in its end by an upgrade that waits in identify', async () => {
      let asked = false;
      const { close, origin } = await listen({
        identify: () => {
          asked = true;

          return new Promise(() => undefined);
        },
        initDeadline: 60_000,
      });
      const socket = open(origin);
      const refused = once(socket, 'unexpected-response');

      await until(() => asked);
      await close();
      expect((await refused)[1]).to.include({ statusCode: 503 });
    });
  });

  describe('connection floods', () => {
    it('from one address get a close code, then a status, then nothing; other addresses are served', async function () {
      if (process.platform !== 'linux') skip(this, 'needs a second address of this computer');
      const { during, server } = await listen({ sessionsPerAddress: 20 });

      await during(async (origin) => {
        const sockets = Array.from({ length: 200 }, () => open(origin, { localAddress: elsewhere }));

        const states = () => sockets.map(({ readyState }) => readyState);

        await until(() => states().every((state) => state === WebSocket.OPEN || state === WebSocket.CLOSED));
        expect(states().filter((state) => state === WebSocket.OPEN)).to.have.lengthOf(20);
        expect(server.counts.closed).to.have.keys(String(CloseCode.TryLater));
        for (const socket of sockets) socket.terminate();
      });
    });

    it('from one address behind a proxy are refused as too many', async () => {
      const { during, server } = await listen({ sessionsPerAddress: 5, trustProxy: 1 });

      await during(async (origin) => {
        const sockets = Array.from({ length: 40 }, () => handshake(enter(origin), origin, '192.0.2.1'));

        // Five are in, five got the close code for later and ignored it, the others were refused.
        await until(() => server.counts.refused[429] === 30 && server.counts.closed[CloseCode.TryLater] === 5);
        for (const socket of sockets) socket.destroy();
      });
    });

    it('of all addresses together find no room beyond the limit', async () => {
      const { during } = await listen({ connections: 20 });

      await during(async (origin) => {
        const sockets = Array.from({ length: 100 }, () => enter(origin).resume());
        const cut = new Set<Socket>();

        for (const socket of sockets) socket.on('close', () => cut.add(socket));
        // The neighbour's page and socket are of the twenty.
        await until(() => cut.size >= 80);
        expect(cut.size).to.be.at.most(82);
        for (const socket of sockets) socket.destroy();
      });
    });
  });

  describe('floods on a connection', () => {
    /** Joins, sends what `send` sends, and gives the code it is closed with. */
    async function codeAfter(origin: string, send: (visit: Visit) => void): Promise<number> {
      const visit = await join(await getPage(`${origin}/`));
      const code = closed(visit.socket);

      send(visit);
      return code;
    }

    const floods: { readonly [name: string]: (visit: Visit) => void } = {
      frames: ({ socket }) => {
        for (let frame = 0; frame < 5_000; frame++) socket.send(pack([ClientKind.Events, [[1, 2]], 0]));
      },
      events: ({ socket }) => {
        const events = Array.from({ length: 1_000 }, () => [1, 2]);

        for (let frame = 0; frame < 50; frame++) socket.send(pack([ClientKind.Events, events, 0]));
      },
      pings: ({ socket }) => {
        for (let ping = 0; ping < 5_000; ping++) socket.ping(Buffer.alloc(125));
      },
      pongs: ({ socket }) => {
        for (let pong = 0; pong < 5_000; pong++) socket.pong();
      },
      'large frames': ({ socket }) => {
        for (let frame = 0; frame < 500; frame++)
          socket.send(pack([ClientKind.Events, [[1, 2, ['x'.repeat(60_000)]]], 0]));
      },
      'requests for the whole page': ({ socket }) => {
        for (let frame = 0; frame < 100; frame++) socket.send(pack([ClientKind.Acknowledge, 0, 1]));
      },
    };

    it(`of ${Object.keys(floods).join(', ')} end it as flood`, async () => {
      const { during } = await listen();

      await during((origin) =>
        Promise.all(
          Object.entries(floods).map(async ([name, send]) => {
            for (const code of await attackers(3, () => codeAfter(origin, send)))
              expect(code, name).to.equal(CloseCode.Flood);
          })
        )
      );
    });

    it('of one giant message end it as too big, before it has come', async () => {
      const { during } = await listen();

      await during(async (origin) => {
        expect(await codeAfter(origin, ({ socket }) => socket.send(Buffer.alloc(65_537)))).to.equal(CloseCode.TooBig);
        // A header alone, which promises a gigabyte.
        const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]);

        expect(await codeAfter(origin, ({ socket }) => below(socket).write(header))).to.equal(CloseCode.TooBig);
      });
    });

    it('of pieces of one message end it', async () => {
      const { during } = await listen();

      await during(async (origin) => {
        const code = await codeAfter(origin, ({ socket }) => {
          for (let piece = 0; piece < 100; piece++) socket.send(Buffer.alloc(1), { fin: false });
        });

        expect(code).to.equal(1008);
      });
    });
  });

  describe('those who do not read', () => {
    it('are cut off when they give no sign of life: half-open sockets', async () => {
      const { during, server } = await listen({ heartbeat: 250 });

      await during(async (origin) => {
        await attackers(20, async () => {
          const visit = await join(await getPage(`${origin}/`));

          below(visit.socket).pause();
        });
        await until(() => server.counts.closed[CloseCode.Silent] === 20);
        await until(() => server.counts.connections === 1);
      });
    });

    it('are cut off when they go on speaking without reading anything', async () => {
      const { during, server } = await listen({ framesPerSecond: 1_000, heartbeat: 500 });

      await during(async (origin) => {
        const { socket } = await join(await getPage(`${origin}/feed`));

        below(socket).pause();
        // More than the system takes, and then answers to signs of life on top of that.
        server.publish('feed', { type: 'told', text: '.'.repeat(16_000_000) });
        const speak = setInterval(() => socket.send(pack([ClientKind.Acknowledge, 0, 2]), () => undefined), 5);

        socket.on('error', () => undefined);
        await until(() => server.counts.connections === 1);
        clearInterval(speak);
        expect(server.counts.closed).to.deep.equal({ [CloseCode.Silent]: 1 });
      });
    });

    it('cost their neighbours nothing, and catch up when they read again', async () => {
      const { during, server } = await listen();

      await during(async (origin) => {
        const visits = await attackers(20, async () => join(await getPage(`${origin}/feed`)));

        for (const { socket } of visits) below(socket).pause();
        for (let number = 1; number <= 300; number++) {
          server.publish('feed', { type: 'told', text: `${number}`.padEnd(1_000, '.') });
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        const frames = await Promise.all(visits.map(({ socket }) => catchUp(socket, '300')));

        // What the window lets out, and one patch to the present.
        expect(Math.max(...frames)).to.be.below(64);
      });
    });

    /** Reads again, acknowledges as a client does, and resolves when the page shows what it is to show. */
    function catchUp(socket: WebSocket, shown: string): Promise<number> {
      let frames = 0;

      return new Promise((resolve) => {
        socket.on('message', (bytes: Buffer) => {
          const [, changes] = decode(bytes) as readonly [number, readonly Wire[]];

          frames++;
          socket.send(pack([ClientKind.Acknowledge, frames === 1 ? 2 : 1]));
          if (String(changes[2]).startsWith(`${shown}.`)) resolve(frames);
        });
        below(socket).resume();
      });
    }
  });

  it('ends joins that cannot be, one by one, and stays itself', async () => {
    const { during } = await listen();

    await during(async (origin) => {
      const codes = await attackers(100, async (index) => {
        const socket = await opened(open(origin));
        const code = closed(socket);

        socket.send(packJoin({ token: `${documentName()}${index}`, frame: index }));
        return code;
      });

      expect(new Set(codes)).to.deep.equal(new Set([CloseCode.Refused]));
    });
  });
});
