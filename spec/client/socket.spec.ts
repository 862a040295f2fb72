import { expect } from 'chai';
import { Socket } from '../../client/socket.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { replaceGlobals } from '../fixtures/globals.js';

type Listener = (event: Record<string, unknown>) => void;

/** A WebSocket that does what the spec says. */
class FakeSocket {
  readyState = 0;
  binaryType = '';
  sent: Uint8Array[] = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  /** The other side closes it. */
  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** A browser window around a socket, with a clock of its own. */
function createWindow(random = 1, anew = false) {
  const clock = createSimulatedClock(1_000_000);
  const sockets: FakeSocket[] = [];
  const log: string[] = [];
  const storage = new Map<string, string>();
  const listeners = new Map<string, Listener>();
  const addEventListener = (type: string, listener: Listener) => void listeners.set(type, listener);
  const document = { hidden: false, addEventListener };
  const host = {
    addEventListener,
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
    Date: { now: () => clock.now() },
    performance: { now: () => clock.now() },
    Math: Object.assign(Object.create(Math), { random: () => random }),
    document,
    location: { origin: 'https://example.org', reload: () => log.push('reload') },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
    },
    WebSocket: class extends FakeSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    },
  };
  const speaker = {
    opened: () => log.push('opened'),
    received: (bytes: Uint8Array) => log.push(`received ${bytes}`),
    closed: (code: number) => {
      log.push(`closed ${code}`);
      return anew;
    },
    probe: () => log.push('probe'),
  };
  const show = (state: string) => log.push(state);
  replaceGlobals(host);
  const socket = new Socket('/a/_troupe/socket', speaker, show);
  const last = (): FakeSocket => sockets.at(-1) as FakeSocket;
  return {
    clock,
    document,
    host,
    log,
    last,
    socket,
    sockets,
    fire: (type: string, event: Record<string, unknown> = {}) => listeners.get(type)?.(event),
    /** A connection that is live. */
    live() {
      socket.connect();
      last().open();
      socket.settled(false);
      log.length = 0;
    },
  };
}

describe('client/socket', () => {
  it('opens where the page says, with the security of the page', () => {
    const { last, socket } = createWindow();
    socket.connect();
    expect(last().url).to.equal('wss://example.org/a/_troupe/socket');
  });

  it('shows what it is doing', () => {
    const { last, log, socket } = createWindow();
    socket.connect();
    last().open();
    socket.settled(false);
    last().drop(1006);
    expect(log).to.deep.equal(['connecting', 'opened', 'live', 'offline', 'closed 1006']);
  });

  it('says that an event has no answer', () => {
    const { live, log, socket } = createWindow();
    live();
    socket.settled(true);
    socket.settled(false);
    expect(log).to.deep.equal(['unanswered', 'live']);
  });

  it('is offline once it has not been live for 3 s, whatever it is doing', () => {
    const { clock, last, log, socket } = createWindow();
    socket.connect();
    last().open();
    clock.advance(2_999);
    expect(log).to.deep.equal(['connecting', 'opened']);
    clock.advance(1);
    expect(log.at(-1)).to.equal('offline');
    socket.settled(false);
    clock.advance(60_000);
    expect(log.at(-1)).to.equal('live');
  });

  it('stays offline from the second failure on, until it is live', () => {
    const { clock, last, log, socket, sockets } = createWindow();
    socket.connect();
    last().drop(1006);
    clock.advance(250);
    last().drop(1006);
    clock.advance(500);
    expect(sockets.length).to.equal(3);
    expect(log.filter((line) => !line.startsWith('closed'))).to.deep.equal([
      ...['connecting', 'offline', 'connecting', 'offline'],
    ]);
    last().open();
    socket.settled(false);
    expect(log.at(-1)).to.equal('live');
  });

  it('hands over what arrives, as bytes', () => {
    const { last, live, log } = createWindow();
    live();
    last().onmessage?.({ data: Uint8Array.of(1, 2).buffer });
    expect(log).to.deep.equal(['received 1,2']);
  });

  it('sends only while it is open', () => {
    const { last, socket } = createWindow();
    socket.send(Uint8Array.of(1));
    socket.connect();
    socket.send(Uint8Array.of(2));
    last().open();
    socket.send(Uint8Array.of(3));
    expect(last().sent).to.deep.equal([Uint8Array.of(3)]);
  });

  describe('back-off', () => {
    it('doubles from 0.25 s to 10 s', () => {
      const { clock, last, socket, sockets } = createWindow();
      socket.connect();
      for (const delay of [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
        const count = sockets.length;
        last().drop(1006);
        clock.advance(delay - 1);
        expect(sockets.length).to.equal(count);
        clock.advance(1);
        expect(sockets.length).to.equal(count + 1);
      }
    });

    it('is full jitter', () => {
      const { clock, last, socket, sockets } = createWindow(0.5);
      socket.connect();
      last().drop(1006);
      clock.advance(125);
      expect(sockets.length).to.equal(2);
    });

    it('starts anew once a connection has lasted for 4 s, and not merely because it was live', () => {
      const { clock, last, socket, sockets } = createWindow();
      const dropAfter = (time: number) => {
        last().open();
        socket.settled(false);
        clock.advance(time);
        last().drop(1006);
      };
      socket.connect();
      for (const delay of [250, 500, 1_000]) {
        const count = sockets.length;
        dropAfter(delay === 1_000 ? 3_999 : 200);
        clock.advance(delay - 1);
        expect(sockets.length).to.equal(count);
        clock.advance(1);
        expect(sockets.length).to.equal(count + 1);
      }
      const count = sockets.length;
      dropAfter(4_000);
      clock.advance(250);
      expect(sockets.length).to.equal(count + 1);
    });

    it('gives up a socket that does not open within 4 s', () => {
      const { clock, last, log, socket, sockets } = createWindow();
      socket.connect();
      clock.advance(4_000);
      expect(last().closedWith).to.equal(1000);
      expect(log.at(-1)).to.equal('closed 0');
      clock.advance(250);
      expect(sockets.length).to.equal(2);
    });

    it('hears no more of a connection it has given up', () => {
      const { live, log, socket, sockets } = createWindow();
      live();
      socket.giveUp();
      log.length = 0;
      sockets[0]?.drop(1006);
      sockets[0]?.onmessage?.({ data: new ArrayBuffer(1) });
      expect(log).to.deep.equal([]);
    });

    it('ends when the network returns', () => {
      const { fire, last, socket, sockets } = createWindow();
      socket.connect();
      last().drop(1006);
      fire('online');
      expect(sockets.length).to.equal(2);
    });

    it('ends when the page becomes visible', () => {
      const { clock, document, fire, last, socket, sockets } = createWindow();
      socket.connect();
      last().drop(1006);
      document.hidden = true;
      fire('visibilitychange');
      expect(sockets.length).to.equal(1);
      document.hidden = false;
      fire('visibilitychange');
      expect(sockets.length).to.equal(2);
      clock.advance(3_000);
      expect(sockets.length).to.equal(2);
    });
  });

  it('has a connection prove itself when the page becomes visible', () => {
    const { fire, live, log, sockets } = createWindow();
    live();
    fire('visibilitychange');
    expect(log).to.deep.equal(['probe']);
    expect(sockets.length).to.equal(1);
  });

  describe('back/forward cache', () => {
    it('closes when the page is hidden, for good', () => {
      const { clock, fire, last, live, sockets } = createWindow();
      live();
      fire('pagehide');
      expect(last().closedWith).to.equal(1000);
      clock.advance(60_000);
      expect(sockets.length).to.equal(1);
    });

    it('opens at once when the page comes back from it', () => {
      const { fire, live, sockets } = createWindow();
      live();
      fire('pagehide');
      fire('pageshow', { persisted: true });
      expect(sockets.length).to.equal(2);
    });

    it('does nothing when the page is shown for the first time', () => {
      const { fire, live, log, sockets } = createWindow();
      live();
      fire('pageshow', { persisted: false });
      expect(sockets.length).to.equal(1);
      expect(log).to.deep.equal([]);
    });
  });

  describe('move', () => {
    it('opens another connection at some time within what it is given, and then leaves the old one', () => {
      const { clock, live, log, socket, sockets } = createWindow(0.5);
      live();
      socket.move(1_000);
      clock.advance(499);
      expect(sockets.length).to.equal(1);
      clock.advance(1);
      expect(sockets.length).to.equal(2);
      expect(sockets[0]?.closedWith).to.equal(undefined);
      socket.send(Uint8Array.of(1));
      sockets[1]?.open();
      expect(sockets[0]?.closedWith).to.equal(1000);
      expect(log).to.deep.equal(['closed 0', 'opened']);
      socket.send(Uint8Array.of(2));
      expect(sockets.map(({ sent }) => sent)).to.deep.equal([[Uint8Array.of(1)], [Uint8Array.of(2)]]);
    });

    it('hears no more of the one it has left', () => {
      const { clock, live, log, socket, sockets } = createWindow();
      live();
      socket.move(0);
      clock.advance(0);
      sockets[1]?.open();
      log.length = 0;
      sockets[0]?.onmessage?.({ data: new ArrayBuffer(1) });
      sockets[0]?.drop(CloseCode.GoingAway);
      expect(log).to.deep.equal([]);
      sockets[1]?.onmessage?.({ data: new ArrayBuffer(1) });
      expect(log).to.deep.equal(['received 0']);
    });

    it('keeps the old one if the other fails', () => {
      const { clock, live, log, socket, sockets } = createWindow();
      live();
      socket.move(0);
      clock.advance(0);
      sockets[1]?.drop(1006);
      clock.advance(60_000);
      expect(sockets.length).to.equal(2);
      expect(log).to.deep.equal([]);
      sockets[0]?.onmessage?.({ data: new ArrayBuffer(1) });
      expect(log).to.deep.equal(['received 0']);
    });

    it('is given up if the old one is lost meanwhile', () => {
      const { clock, live, log, socket, sockets } = createWindow();
      live();
      socket.move(0);
      clock.advance(0);
      sockets[0]?.drop(CloseCode.GoingAway);
      clock.advance(250);
      expect(sockets.length).to.equal(3);
      sockets[1]?.open();
      expect(sockets[1]?.closedWith).to.equal(1000);
      sockets[2]?.open();
      expect(log.filter((line) => line === 'opened').length).to.equal(1);
    });

    it('does not happen to a connection that came after it was said', () => {
      const { clock, last, live, socket, sockets } = createWindow();
      live();
      socket.move(1_000);
      last().drop(CloseCode.GoingAway);
      clock.advance(250);
      last().open();
      clock.advance(60_000);
      expect(sockets.length).to.equal(2);
    });

    it('happens once, however often it is said', () => {
      const { clock, live, socket, sockets } = createWindow();
      live();
      socket.move(0);
      socket.move(0);
      clock.advance(0);
      for (const next of sockets.slice(1)) next.open();
      expect(sockets.map(({ closedWith }) => closedWith)).to.deep.equal([1000, undefined, 1000]);
    });
  });

  describe('what is received while a pointer is pressed', () => {
    it('waits, and comes in order', async () => {
      const { last, live, log, socket } = createWindow();
      live();
      let release = (): void => undefined;
      socket.pressed = new Promise((resolve) => {
        release = resolve;
      });
      for (const byte of [1, 2]) last().onmessage?.({ data: Uint8Array.of(byte).buffer });
      await Promise.resolve();
      expect(log).to.deep.equal([]);
      socket.pressed = undefined;
      release();
      await new Promise(setImmediate);
      expect(log).to.deep.equal(['received 1', 'received 2']);
    });

    it('is not heard if the connection is lost meanwhile, also when there is another', async () => {
      const { clock, last, live, log, socket } = createWindow();
      live();
      let release = (): void => undefined;
      socket.pressed = new Promise((resolve) => {
        release = resolve;
      });
      last().onmessage?.({ data: Uint8Array.of(1).buffer });
      last().drop(1006);
      clock.advance(250);
      last().open();
      socket.pressed = undefined;
      release();
      await new Promise(setImmediate);
      expect(log.filter((line) => line.startsWith('received'))).to.deep.equal([]);
    });
  });

  describe('close codes', () => {
    for (const code of [CloseCode.Reload, CloseCode.Refused]) {
      it(`${code} loads the page again, once in 30 s`, () => {
        const { clock, last, live, log, socket, sockets } = createWindow();
        live();
        last().drop(code);
        expect(log).to.deep.equal(['offline', `closed ${code}`, 'reload']);
        clock.advance(29_999);
        expect(sockets.length).to.equal(1);
        socket.connect();
        last().drop(code);
        expect(log.filter((line) => line === 'reload').length).to.equal(1);
        clock.advance(250);
        expect(sockets.length).to.equal(3);
        last().drop(code);
        expect(log.filter((line) => line === 'reload').length).to.equal(2);
      });
    }

    it('backs off instead of loading where nothing can be remembered', () => {
      const { clock, host, last, live, log, sockets } = createWindow();
      host.sessionStorage.getItem = () => {
        throw new Error('denied');
      };
      live();
      last().drop(CloseCode.Reload);
      expect(log).not.to.include('reload');
      clock.advance(250);
      expect(sockets.length).to.equal(2);
    });

    it('back off whatever they are if the session says so', () => {
      const { clock, last, live, log, sockets } = createWindow(1, true);
      live();
      last().drop(CloseCode.Refused);
      expect(log).to.deep.equal(['offline', `closed ${CloseCode.Refused}`]);
      clock.advance(250);
      expect(sockets.length).to.equal(2);
    });

    for (const code of [
      CloseCode.TooBig,
      CloseCode.Malformed,
      CloseCode.GoingAway,
      CloseCode.TryLater,
      CloseCode.Flood,
      CloseCode.Replaced,
      CloseCode.Silent,
      1006,
    ]) {
      it(`${code} backs off`, () => {
        const { clock, last, live, sockets } = createWindow();
        live();
        last().drop(code);
        clock.advance(250);
        expect(sockets.length).to.equal(2);
      });
    }
  });
});
