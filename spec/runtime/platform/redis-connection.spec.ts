import { expect } from 'chai';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { defineScript, type RedisClient, type RedisPart } from '../../../runtime/platform/redis-client.js';
import { RedisConnection, type RedisLink } from '../../../runtime/platform/redis-connection.js';
import { settled } from '../../fixtures/live-session.js';
import { codeOf } from '../../fixtures/stores.js';

/** A client of a Redis that replies as the spec says. */
class FakeClient implements RedisClient {
  readonly commands: string[] = [];
  readonly subscribed: string[] = [];
  readonly listeners = new Map<string, (what: unknown) => void>();
  /** Commands without a reply. */
  readonly waiting: { answer(reply?: unknown): void; fail(error: Error): void }[] = [];
  /** Whether it replies at once. */
  isQuick = true;
  isDestroyed = false;
  readonly #hears = new Map<string, (message: string, channel: string) => void>();

  async connect(): Promise<void> {}

  destroy(): void {
    this.isDestroyed = true;
  }

  on(event: string, listener: (what: unknown) => void): void {
    this.listeners.set(event, listener);
  }

  sendCommand(command: readonly RedisPart[]): Promise<unknown> {
    this.commands.push(command.join(' '));
    if (this.isQuick) return Promise.resolve('OK');

    return new Promise((resolve, fail) => this.waiting.push({ answer: (reply = 'OK') => resolve(reply), fail }));
  }

  async subscribe(channel: string, hear: (message: string, channel: string) => void): Promise<void> {
    this.subscribed.push(channel);
    this.#hears.set(channel, hear);
  }

  publish(message: string, channel: string): void {
    this.#hears.get(channel)?.(message, channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    this.subscribed.push(`not ${channel}`);
    this.#hears.delete(channel);
  }

  get asked(): readonly string[] {
    return this.commands.filter((command) => command !== 'PING');
  }
}

/** A client that the caller has connected. */
class GivenClient {
  isReady = false;
  readonly waiting: { readonly parts: readonly RedisPart[]; answer(reply: unknown): void }[] = [];
  readonly #listeners = new Set<{ readonly event: string; readonly listener: (error?: unknown) => void }>();

  on(event: string, listener: (error?: unknown) => void): void {
    this.#listeners.add({ event, listener });
  }

  off(event: string, listener: (error?: unknown) => void): void {
    for (const one of this.#listeners) {
      if (one.event === event && one.listener === listener) this.#listeners.delete(one);
    }
  }

  /** As an emitter does it: an event `error` without a listener is thrown. */
  emit(event: 'error' | 'ready', error?: Error): void {
    this.isReady = event === 'ready';
    const listening = [...this.#listeners].filter((one) => one.event === event);
    if (event === 'error' && listening.length === 0) throw error;
    for (const { listener } of listening) listener(error);
  }

  sendCommand(parts: readonly RedisPart[]): Promise<unknown> {
    return new Promise((answer) => this.waiting.push({ parts, answer }));
  }
}

const closed = new TroupeError(ErrorCode.Closed, 'The store is closed.');
const script = defineScript('return 1');

describe('platform/redis-connection', () => {
  let clock: SimulatedClock;
  let clients: FakeClient[];
  let breaks: string[];
  let refuse: boolean;
  let connection: RedisConnection;
  let link: RedisLink;

  beforeEach(() => {
    clock = createSimulatedClock(1_000_000);
    clients = [];
    breaks = [];
    refuse = false;
    connection = new RedisConnection({
      clock,
      makeClient: async () => {
        if (refuse) throw new Error('refused');
        clients.push(new FakeClient());
        return last();
      },
      url: 'redis://user:secret@10.0.0.1:6379',
    });
    connection.broken((error) => breaks.push(`${error.code}: ${error.message}`));
    link = connection.link({ code: ErrorCode.Store, closed, scripts: [] });
  });

  afterEach(async () => {
    await link.close();
    expect(clock.pending, 'timers').to.equal(0);
  });

  const last = (): FakeClient => clients.at(-1) as FakeClient;
  const messageOf = (reply: Promise<unknown>): Promise<string> => reply.then(String, (error: Error) => error.message);

  /** Lets time pass, in steps in which promises settle. */
  async function pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 100) {
      clock.advance(100);
      await settled();
    }
  }

  function breakLast(): void {
    last().listeners.get('error')?.(new Error('broken'));
    last().listeners.get('end')?.(undefined);
  }

  describe('commands', () => {
    it('wait for a connection, and are sent in order, after the subscriptions', async () => {
      connection.subscribe('a', { listener: () => {}, missed: () => {} });
      const replies = Promise.all([link.command(['GET', '1']), link.command(['GET', '2'])]);
      await settled();
      expect(await replies).to.deep.equal(['OK', 'OK']);
      expect(last().subscribed).to.deep.equal(['a']);
      expect(last().asked).to.deep.equal(['GET 1', 'GET 2']);
      expect(connection.isUp).to.equal(true);
    });

    it('are refused after a second without a reply, and one that comes later does no harm', async () => {
      await settled();
      last().isQuick = false;
      let failure: Error | undefined;
      link.command(['GET', '1']).catch((error: Error) => {
        failure = error;
      });
      await pass(900);
      expect(failure).to.equal(undefined);
      await pass(100);
      expect(failure).to.have.property('code', ErrorCode.Store);
      expect(failure?.message).to.equal('Redis command timed out after 1000 ms.');
      for (const { fail } of last().waiting) fail(new Error('late'));
      await settled();
    });

    it('are refused after a second without a connection, and then at once', async () => {
      await settled();
      refuse = true;
      breakLast();
      const first = messageOf(link.command(['GET', '1']));
      await pass(1_000);
      expect(await first).to.equal('Redis at 10.0.0.1:6379 cannot be reached: refused.');
      expect(await messageOf(link.command(['GET', '2']))).to.equal(
        'Redis at 10.0.0.1:6379 cannot be reached: refused.'
      );
    });

    it('wait for a connection that has just broken', async () => {
      await pass(10_000);
      breakLast();
      const reply = link.command(['GET', '1']);
      await pass(100);
      expect(await reply).to.equal('OK');
      expect(clients).to.have.length(2);
    });

    it('are refused if too many are under way', async () => {
      await settled();
      last().isQuick = false;
      const asked = Array.from({ length: 65_536 }, () => link.command(['GET', '1']).catch(() => {}));
      expect(await messageOf(link.command(['GET', '1']))).to.contain('65536 commands are under way already');
      for (const { answer } of last().waiting) answer();
      await Promise.all(asked);
    });

    it('reject with what Redis says', async () => {
      await settled();
      last().isQuick = false;
      const message = messageOf(link.run(script, [], []));
      await settled();
      last().waiting.at(-1)?.fail(new Error('OOM command not allowed'));
      expect(await message).to.equal('Redis: OOM command not allowed');
    });
  });

  describe('scripts', () => {
    it('are loaded before the first command, after each break', async () => {
      const other = connection.link({ code: ErrorCode.Bus, closed, scripts: [script] });
      const reply = other.run(script, ['key'], ['argument']);
      await settled();
      await reply;
      expect(last().asked).to.deep.equal([`SCRIPT LOAD ${script.text}`, `EVALSHA ${script.hash} 1 key argument`]);
      breakLast();
      await pass(100);
      expect(last().asked).to.deep.equal([`SCRIPT LOAD ${script.text}`]);
      await other.close();
    });

    it('are sent as text if Redis has forgotten them', async () => {
      await settled();
      last().isQuick = false;
      const reply = link.run(script, [], []);
      await settled();
      last().waiting.at(-1)?.fail(new Error('NOSCRIPT No matching script.'));
      await settled();
      last().waiting.at(-1)?.answer('done');
      expect(await reply).to.equal('done');
      expect(last().asked).to.deep.equal([`EVALSHA ${script.hash} 0`, `EVAL ${script.text} 0`]);
    });
  });

  describe('a break', () => {
    it('ends with a new connection, which subscribes again and says that messages may have been missed', async () => {
      const calls: string[] = [];
      connection.subscribe('a', { listener: (text) => calls.push(text), missed: () => calls.push('missed') });
      connection.subscribe('b', { listener: () => {}, missed: () => {} })();
      connection.returned(() => calls.push('returned'));
      await settled();
      last().publish('1', 'a');
      last().publish('2', 'b');
      refuse = true;
      breakLast();
      expect(clients[0]?.isDestroyed).to.equal(true);
      expect(connection.isUp).to.equal(false);
      await pass(5_000);
      refuse = false;
      await pass(2_000);
      expect(clients).to.have.length(2);
      expect(last().subscribed).to.deep.equal(['a']);
      expect(calls).to.deep.equal(['1', 'missed', 'returned']);
      expect(breaks).to.deep.equal([
        'bus: Redis at 10.0.0.1:6379 cannot be reached: broken. The connection is retried until it succeeds; until then no messages come from other processes or reach them.',
      ]);
    });

    it('is followed by tries after 50, 100, 200, ... 2,000 ms, of which up to a quarter is subtracted', async () => {
      await settled();
      refuse = true;
      breakLast();
      for (const longest of [50, 100, 200, 400, 800, 1_600, 2_000, 2_000]) {
        const pause = (clock.next as number) - clock.now();
        expect(pause).to.be.within(0.75 * longest, longest);
        clock.advance(pause);
        await settled();
      }
    });

    it('is found out if nothing is answered for two seconds', async () => {
      await settled();
      const first = last();
      first.isQuick = false;
      await pass(3_000);
      expect(first.isDestroyed).to.equal(true);
      expect(clients).to.have.length(2);
      expect(connection.isUp).to.equal(true);
    });

    it('is not assumed while there is an answer now and then', async () => {
      await settled();
      last().isQuick = false;
      for (let round = 0; round < 5; round++) {
        await pass(1_200);
        for (const { answer } of last().waiting.splice(0)) answer();
      }
      expect(clients).to.have.length(1);
    });
  });

  it('has several subscribers of one channel, and unsubscribes with the last', async () => {
    const heard: string[] = [];
    const stops = ['x', 'y'].map((name) =>
      connection.subscribe('a', { listener: (text) => heard.push(name + text), missed: () => {} })
    );
    await settled();
    last().publish('1', 'a');
    stops[0]?.();
    last().publish('2', 'a');
    expect(last().subscribed).to.deep.equal(['a']);
    stops[1]?.();
    expect(heard).to.deep.equal(['x1', 'y1', 'y2']);
    expect(last().subscribed).to.deep.equal(['a', 'not a']);
  });

  it('closes with its last link, each when its commands are answered, and refuses later ones', async () => {
    const other = connection.link({ code: ErrorCode.Bus, closed, scripts: [] });
    await settled();
    last().isQuick = false;
    const asked = link.command(['GET', '1']);
    await settled();
    const closing = link.close();
    expect(await codeOf(link.command(['GET', '2']))).to.equal(ErrorCode.Closed);
    for (const { answer } of last().waiting.splice(0)) answer();
    expect(await asked).to.equal('OK');
    await closing;
    expect(last().isDestroyed).to.equal(false);
    await other.close();
    expect(last().isDestroyed).to.equal(true);
  });

  it('leaves a client that it was given as it is, but for its errors', async () => {
    const client = new GivenClient();
    const given = new RedisConnection({ client, clock, url: 'redis://10.0.0.1' });
    const other = given.link({ code: ErrorCode.Store, closed, scripts: [] });
    const first = other.command(['GET', '1']);
    client.emit('ready');
    client.waiting[0]?.answer('OK');
    expect(await first).to.equal('OK');
    client.emit('error', new Error('Socket closed'));
    const second = messageOf(other.command(['GET', '2']));
    await pass(1_000);
    expect(await second).to.equal('Redis cannot be reached: Socket closed.');
    await other.close();
    expect(() => client.emit('error', new Error('without a listener'))).to.throw('without a listener');
  });
});
