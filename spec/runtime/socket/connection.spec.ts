import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import type { HostileEvent } from '../../../runtime/platform/diagnostics.js';
import { createReporter, type ErrorReport } from '../../../runtime/platform/error-report.js';
import { type Admitted, type Socket, SocketConnection, type Switchboard } from '../../../runtime/socket/connection.js';
import { ClientKind, CloseCode, Limit } from '../../../runtime/wire/protocol.js';
import { acknowledgement, hostileFrames, pack, packEvent, packJoin } from '../../fixtures/frames.js';
import { requestOf } from '../../fixtures/requests.js';
import { asAdmitted, FakeSession } from '../../fixtures/sessions.js';

class FakeSocket implements Socket {
  bufferedAmount = 0;
  closed: { readonly code: number; readonly reason: string } | undefined;
  pings = 0;
  readonly pongs: Uint8Array[] = [];
  readonly sent: Uint8Array[] = [];
  readonly waiting: (() => void)[] = [];
  isPaused = false;
  isTerminated = false;

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  pause(): void {
    this.isPaused = true;
  }

  ping(): void {
    this.pings++;
  }

  pong(data: Uint8Array): void {
    this.pongs.push(data);
  }

  send(frame: Uint8Array, sent?: () => void): void {
    this.sent.push(frame);
    if (sent) this.waiting.push(sent);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const visitor = {
  address: '127.0.0.1',
  cookie: 'abcdefghijklmnopqrstuv',
  principal: undefined,
  request: requestOf(),
};

function setUp(overrides: Partial<Switchboard> = {}) {
  const clock = createSimulatedClock(1_700_000_000_000);
  const reports: ErrorReport[] = [];
  const session = new FakeSession('session');
  const socket = new FakeSocket();
  const switchboard: Switchboard = {
    admit: async () => asAdmitted(session),
    client: 'hash',
    clock,
    closed: new Map(),
    framesPerSecond: 200,
    joinDeadline: 10_000,
    report: createReporter((report) => reports.push(report)),
    ...overrides,
  };
  const connection = new SocketConnection(switchboard, socket, visitor);

  /** Joins and waits until the session has answered. */
  async function join(frame = packJoin()): Promise<void> {
    connection.received(frame, true);
    await new Promise(setImmediate);
  }

  return { clock, connection, join, reports, session, socket, switchboard };
}

describe('connection', () => {
  describe('joining', () => {
    it('leads a join to its session and frames after it, too', async () => {
      const { connection, join, session, socket } = setUp();

      await join(packJoin({ client: 'hash' }));
      connection.received(packEvent(3, 1), true);
      expect(session.log).to.deep.equal(['join', 'receive']);
      expect(session.frames[1]).to.deep.include({ events: [{ instance: 3, part: 1, payload: undefined }], frames: 1 });
      expect(socket.sent).to.have.lengthOf(1);
      expect(socket.closed).to.equal(undefined);
    });

    it('gives the admission the frame and the visitor', async () => {
      const asked: unknown[] = [];
      const { join } = setUp({
        admit: async (frame, who) => {
          asked.push(frame.token, who);
          return CloseCode.Refused;
        },
      });

      await join(packJoin({ token: 'abc' }));
      expect(asked).to.deep.equal(['abc', visitor]);
    });

    it('closes as reload for another protocol version or another client script', async () => {
      for (const frame of [packJoin({ version: 99 }), packJoin({ client: 'older' })]) {
        const { join, session, socket } = setUp();

        await join(frame);
        expect(socket.closed?.code).to.equal(CloseCode.Reload);
        expect(session.log).to.deep.equal([]);
      }
    });

    it('closes with the code the admission answers', async () => {
      const { join, socket, switchboard } = setUp({ admit: async () => CloseCode.Refused });

      await join();
      expect(socket.closed?.code).to.equal(CloseCode.Refused);
      expect(switchboard.closed.get(CloseCode.Refused)).to.equal(1);
    });

    it('closes as silent when no join has come in time', () => {
      const { clock, connection, socket } = setUp();

      clock.advance(9_999);
      expect(socket.closed).to.equal(undefined);
      clock.advance(1);
      expect(socket.closed?.code).to.equal(CloseCode.Silent);
      connection.received(packJoin(), true);
      expect(clock.pending).to.equal(0);
    });

    it('keeps no timer once the join has come', async () => {
      const { clock, join, socket } = setUp();

      await join();
      expect(clock.pending).to.equal(0);
      clock.advance(60_000);
      expect(socket.closed).to.equal(undefined);
    });

    it('closes as malformed for a second join, frames before the join and frames before its answer', async () => {
      const twice = setUp();
      const before = setUp();
      const during = setUp({ admit: () => new Promise(() => undefined) });

      await twice.join();
      twice.connection.received(packJoin(), true);
      before.connection.received(acknowledgement, true);
      during.connection.received(packJoin(), true);
      during.connection.received(packEvent(), true);
      for (const { socket } of [twice, before, during]) expect(socket.closed?.code).to.equal(CloseCode.Malformed);
      expect(twice.session.log).to.deep.equal(['join', 'leave']);
    });

    it('does not join a session when the socket has ended meanwhile', async () => {
      let answer: (admitted: Admitted) => void = () => undefined;
      const { connection, join, session } = setUp({
        admit: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      });

      await join();
      connection.ended();
      answer(asAdmitted(session));
      await new Promise(setImmediate);
      expect(session.log).to.deep.equal([]);
    });

    it('reports what the admission throws and asks to come later', async () => {
      const { join, reports, socket } = setUp({ admit: () => Promise.reject(new Error('no room')) });

      await join();
      expect(socket.closed?.code).to.equal(CloseCode.TryLater);
      expect(reports).to.have.lengthOf(1);
    });
  });

  describe('hostile frames', () => {
    for (const [name, bytes] of Object.entries(hostileFrames)) {
      it(`closes as malformed for ${name}, before and after the join`, async () => {
        const before = setUp();
        const after = setUp();

        before.connection.received(bytes, true);
        await after.join();
        after.connection.received(bytes, true);
        for (const { reports, socket, switchboard } of [before, after]) {
          expect(socket.closed?.code).to.equal(CloseCode.Malformed);
          expect(switchboard.closed.get(CloseCode.Malformed)).to.equal(1);
          expect(reports).to.have.lengthOf(0);
        }
        expect(after.session.log).to.deep.equal(['join', 'leave']);
      });
    }

    it('closes as malformed for text', async () => {
      const { connection, join, socket } = setUp();

      await join();
      connection.received(packEvent(), false);
      expect(socket.closed?.code).to.equal(CloseCode.Malformed);
    });

    it('ignores everything after it was closed', async () => {
      const { connection, join, session, socket } = setUp();

      await join();
      connection.received(Uint8Array.of(), true);
      connection.received(packEvent(), true);
      connection.send(Uint8Array.of(1));
      connection.ended();
      expect(session.log).to.deep.equal(['join', 'leave']);
      expect(socket.sent).to.have.lengthOf(1);
    });

    it('does not listen to who floods on after it was closed', async () => {
      const { connection, join, socket } = setUp({ framesPerSecond: 10 });

      await join();
      for (let frame = 0; frame < 20; frame++) connection.received(acknowledgement, true);
      expect(socket.closed?.code).to.equal(CloseCode.Flood);
      expect(socket.isPaused).to.equal(false);
      connection.received(acknowledgement, true);
      expect(socket.isPaused).to.equal(true);
    });

    it('closes as flood beyond the rate, with twice as much at once', async () => {
      const { clock, connection, join, session, socket } = setUp({ framesPerSecond: 10 });

      await join();
      for (let frame = 1; frame < 20; frame++) connection.received(acknowledgement, true);
      expect(socket.closed).to.equal(undefined);
      clock.advance(1_000);
      for (let frame = 0; frame < 10; frame++) connection.received(acknowledgement, true);
      expect(socket.closed).to.equal(undefined);
      connection.received(acknowledgement, true);
      expect(socket.closed?.code).to.equal(CloseCode.Flood);
      expect(session.log.filter((entry) => entry === 'receive')).to.have.lengthOf(29);
    });

    it('does not close what keeps to the rate for ever', async () => {
      const { clock, connection, join, socket } = setUp({ framesPerSecond: 10 });

      await join();
      for (let frame = 0; frame < 1_000; frame++) {
        clock.advance(100);
        connection.received(acknowledgement, true);
      }
      expect(socket.closed).to.equal(undefined);
    });
  });

  describe('work that counts as several frames', () => {
    /** How many of one frame are taken in at one go, of 40 that may come. */
    async function taken(frame: Uint8Array): Promise<number> {
      const { connection, join, session, socket } = setUp({ framesPerSecond: 20 });

      await join();
      while (socket.closed === undefined) connection.received(frame, true);
      expect(socket.closed.code).to.equal(CloseCode.Flood);
      return session.log.filter((entry) => entry === 'receive').length;
    }

    const events = (count: number) => pack([ClientKind.Events, Array.from({ length: count }, () => [1, 0])]);

    it('counts a frame once more for each five events', async () => {
      expect(await taken(events(4))).to.equal(39);
      expect(await taken(events(5))).to.equal(19);
      expect(await taken(events(45))).to.equal(3);
    });

    it('counts a frame once more for each 16 KB', async () => {
      expect(await taken(pack([ClientKind.Events, [[1, 0, ['a'.repeat(16_000)]]]]))).to.equal(39);
      expect(await taken(pack([ClientKind.Events, [[1, 0, ['a'.repeat(64_000)]]]]))).to.equal(9);
    });

    it('counts a page that is asked for as twenty more', async () => {
      expect(await taken(pack([ClientKind.Acknowledge, 0, 1]))).to.equal(1);
    });

    it('takes in at one go, by default, all that a client keeps', async () => {
      const { connection, join, socket } = setUp();

      await join();
      connection.received(events(Limit.outbox), true);
      expect(socket.closed).to.equal(undefined);
    });
  });

  describe('pings', () => {
    it('answers them with what they brought, and counts them', async () => {
      const { connection, join, socket } = setUp({ framesPerSecond: 10 });

      await join();
      for (let ping = 0; ping < 19; ping++) connection.pinged(Uint8Array.of(ping));
      expect(socket.pongs.map(([first]) => first)).to.deep.equal(Array.from({ length: 19 }, (_, index) => index));
      connection.pinged(Uint8Array.of());
      connection.pinged(Uint8Array.of());
      expect(socket.closed?.code).to.equal(CloseCode.Flood);
    });

    it('does not answer one who does not read', async () => {
      const { connection, join, socket } = setUp();

      await join();
      socket.bufferedAmount = Limit.windowBuffered;
      connection.pinged(Uint8Array.of(1));
      expect(socket.pongs).to.deep.equal([]);
    });

    it('counts pongs without a ping', async () => {
      const { connection, join, socket } = setUp({ framesPerSecond: 10 });

      await join();
      for (let pong = 0; pong < 21; pong++) connection.heard();
      expect(socket.closed?.code).to.equal(CloseCode.Flood);
    });
  });

  describe('sending', () => {
    it('tells the session when bytes that filled the buffer have gone out', async () => {
      const { connection, join, session, socket } = setUp();

      await join();
      connection.send(new Uint8Array(100));
      expect(socket.waiting).to.have.lengthOf(0);
      socket.bufferedAmount = Limit.windowBuffered;
      expect(connection.buffered).to.equal(Limit.windowBuffered);
      connection.send(new Uint8Array(100));
      socket.bufferedAmount = 0;
      for (const sent of socket.waiting) sent();
      expect(session.log).to.deep.equal(['join', 'drained']);
    });
  });

  describe('signs of life', () => {
    it('ends without any between two sweeps', async () => {
      const { connection, join, session, socket } = setUp();

      await join();
      connection.sweep();
      expect(socket.pings).to.equal(1);
      connection.sweep();
      expect(socket.isTerminated).to.equal(true);
      expect(socket.closed?.code).to.equal(CloseCode.Silent);
      expect(session.log).to.deep.equal(['join', 'leave']);
    });

    it('ends, with signs of life, when nothing is read between two sweeps', async () => {
      const { connection, join, session, socket } = setUp();

      await join();
      socket.bufferedAmount = Limit.windowBuffered;
      connection.sweep();
      connection.heard();
      socket.bufferedAmount += 10;
      connection.sweep();
      expect(socket.isTerminated).to.equal(true);
      expect(socket.closed?.code).to.equal(CloseCode.Silent);
      expect(session.log).to.deep.equal(['join', 'leave']);
    });

    it('goes on with one who reads slowly, or has little to read', async () => {
      const { connection, join, socket } = setUp();

      await join();
      for (const buffered of [900_000, 800_000, 500_000, 16_000, 16_000]) {
        socket.bufferedAmount = buffered;
        connection.heard();
        connection.sweep();
      }
      expect(socket.isTerminated).to.equal(false);
    });

    it('goes on with a pong or a frame', async () => {
      const { connection, join, socket } = setUp();

      await join();
      connection.sweep();
      connection.heard();
      connection.sweep();
      connection.received(acknowledgement, true);
      connection.sweep();
      expect(socket.isTerminated).to.equal(false);
      expect(socket.pings).to.equal(3);
    });
  });

  describe('ends', () => {
    it('tells the session once that the socket is closed', async () => {
      const { connection, join, session } = setUp();

      await join();
      connection.ended();
      connection.ended();
      expect(session.log).to.deep.equal(['join', 'leave']);
    });

    it('tells the session only after the socket is closed, when the session has closed it', async () => {
      const { connection, join, session, socket } = setUp();

      await join();
      connection.close(CloseCode.Replaced, 'elsewhere');
      expect(session.log).to.deep.equal(['join']);
      connection.ended();
      expect(session.log).to.deep.equal(['join', 'leave']);
      expect(socket.closed?.code).to.equal(CloseCode.Replaced);
    });

    it('reports what a session throws, and closes so that the client comes back', async () => {
      const { connection, join, reports, session, socket } = setUp();

      await join();
      session.receive = () => {
        throw new Error('broken');
      };
      connection.received(packEvent(), true);
      expect(socket.closed?.code).to.equal(CloseCode.TryLater);
      expect(reports[0]).to.include({ session: 'session' });
    });
  });

  describe('for its instrumentation', () => {
    /** What a connection reports while `act` runs. */
    async function told(
      act: (given: ReturnType<typeof setUp>) => Promise<void> | void,
      overrides: Partial<Switchboard> = {}
    ): Promise<readonly unknown[]> {
      const events: unknown[] = [];
      await act(setUp({ ...overrides, tell: (name, event) => void events.push([name, event]) }));

      return events;
    }

    it('tells of one who says what no client says, with the session if there is one', async () => {
      for (const [name, frame] of Object.entries(hostileFrames)) {
        const before = await told(({ connection }) => connection.received(frame, true));
        const after = await told(async ({ connection, join }) => {
          await join();
          connection.received(frame, true);
          connection.received(frame, true);
        });
        const [[channel, event] = []] = before as [string, HostileEvent][];
        expect([channel, event?.session, event?.code], name).to.deep.equal(['hostile', undefined, CloseCode.Malformed]);
        expect(after, name).to.deep.equal([['hostile', { ...event, session: 'session' }]]);
      }
    });

    it('tells of one who sends too fast, and of what a session closes a connection for', async () => {
      const flood = await told(
        async ({ connection, join }) => {
          await join();
          for (let sent = 0; sent < 10; sent++) connection.received(acknowledgement, true);
        },
        { framesPerSecond: 2 }
      );
      expect(flood).to.have.lengthOf(1);
      expect(flood[0]).to.have.nested.property('[1].code', CloseCode.Flood);
      const closed = await told(async ({ connection, join }) => {
        await join();
        connection.close(CloseCode.TooBig, 'too big');
      });
      expect(closed).to.deep.equal([['hostile', { session: 'session', code: CloseCode.TooBig, reason: 'too big' }]]);
    });

    it('tells nothing of one who is only refused, late, moved or gone', async () => {
      const codes = [
        ...[CloseCode.GoingAway, CloseCode.TryLater, CloseCode.Reload, CloseCode.Refused, CloseCode.Replaced],
        CloseCode.Silent,
      ];
      for (const code of codes) {
        const events = await told(async ({ connection, join }) => {
          await join();
          connection.close(code, 'for that');
          connection.ended();
        });
        expect(events, String(code)).to.deep.equal([]);
      }
      expect(await told(({ join }) => join(), { admit: async () => CloseCode.Refused })).to.deep.equal([]);
    });
  });
});
