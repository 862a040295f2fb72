import { expect } from 'chai';
import { type RedisClient, RedisLink } from '../../../runtime/cluster/bus-redis-link.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { settled } from '../../fixtures/live-session.js';

/** A client of a Redis that does what the spec says. */
class FakeClient implements RedisClient {
  readonly commands: string[] = [];
  readonly subscribed: string[] = [];
  readonly listeners = new Map<string, (what: unknown) => void>();
  readonly waiting: (() => void)[] = [];
  /** Whether it answers. */
  isQuick = true;
  isDestroyed = false;
  hear: ((message: string, channel: string) => void) | undefined;

  async connect(): Promise<void> {}

  destroy(): void {
    this.isDestroyed = true;
  }

  on(event: string, listener: (what: unknown) => void): void {
    this.listeners.set(event, listener);
  }

  sendCommand(command: readonly string[]): Promise<unknown> {
    this.commands.push(command.join(' '));

    return this.isQuick ? Promise.resolve('OK') : new Promise((resolve) => this.waiting.push(() => resolve('OK')));
  }

  async subscribe(channel: string, hear: (message: string, channel: string) => void): Promise<void> {
    this.subscribed.push(channel);
    this.hear = hear;
  }

  async unsubscribe(channel: string): Promise<void> {
    this.subscribed.push(`not ${channel}`);
  }
}

describe('bus/redis-link', () => {
  let clock: SimulatedClock;
  let clients: FakeClient[];
  let reports: string[];
  let refuse: boolean;
  let link: RedisLink;

  beforeEach(async () => {
    clock = createSimulatedClock(1_000_000);
    clients = [];
    reports = [];
    refuse = false;
    link = new RedisLink({
      clock,
      makeClient: async () => {
        if (refuse) throw new Error('refused');
        clients.push(new FakeClient());
        return last();
      },
      report: (code, error) => {
        reports.push(`${code}: ${(error as Error).message}`);
        return '';
      },
      url: 'redis://user:secret@10.0.0.1:6379',
    });
  });

  afterEach(async () => {
    await link.close();
    expect(clock.pending, 'timers').to.equal(0);
  });

  const last = (): FakeClient => clients.at(-1) as FakeClient;

  /** Lets time pass, in steps in which promises come along. */
  async function pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 100) {
      clock.advance(100);
      await settled();
    }
  }

  it('sends what was asked before it was connected when it is, in order, after the subscriptions', async () => {
    link.subscribe('a', { listener: () => {}, missed: () => {} });
    const replies = Promise.all([link.command('GET', '1'), link.command('GET', '2')]);
    await settled();
    expect(await replies).to.deep.equal(['OK', 'OK']);
    expect(last().subscribed).to.deep.equal(['a']);
    expect(last().commands.filter((command) => command !== 'PING')).to.deep.equal(['GET 1', 'GET 2']);
    expect(link.isUp).to.equal(true);
  });

  it('rejects what is not answered within a second', async () => {
    await settled();
    last().isQuick = false;
    let failure: Error | undefined;
    link.command('GET', '1').catch((error: Error) => {
      failure = error;
    });
    await pass(900);
    expect(failure).to.equal(undefined);
    await pass(100);
    expect(failure).to.have.property('code', ErrorCode.Bus);
    expect(failure?.message).to.equal('Redis did not take what it was asked: no reply in 1000 ms.');
  });

  it('refuses more than 10,000 commands at once', async () => {
    await settled();
    last().isQuick = false;
    const asked = Array.from({ length: 10_000 }, () => link.command('GET', '1').catch(() => {}));
    const error = await link.command('GET', '1').catch((thrown: Error) => thrown.message);
    expect(error).to.contain('10000 commands are under way already');
    for (const answer of last().waiting) answer();
    await Promise.all(asked);
  });

  it('connects again after a break, subscribes again and says that something may have been missed', async () => {
    const told: string[] = [];
    link.subscribe('a', { listener: (text) => told.push(text), missed: () => told.push('missed') });
    link.subscribe('b', { listener: () => {}, missed: () => {} })();
    link.returned(() => told.push('returned'));
    await settled();
    last().hear?.('1', 'a');
    last().hear?.('2', 'b');
    refuse = true;
    last().listeners.get('error')?.(new Error('broken'));
    last().listeners.get('end')?.(undefined);
    expect(clients[0]?.isDestroyed).to.equal(true);
    expect(link.isUp).to.equal(false);
    await pass(5_000);
    refuse = false;
    await pass(2_000);
    expect(clients).to.have.length(2);
    expect(last().subscribed).to.deep.equal(['a']);
    expect(told).to.deep.equal(['1', 'missed', 'returned']);
    expect(reports).to.deep.equal([
      'bus: Redis at 10.0.0.1:6379 cannot be reached: broken. It is tried again for as long as it takes; until then nothing comes from other processes or reaches them.',
    ]);
  });

  it('tries after 50, 100, 200, ... 2,000 ms', async () => {
    await settled();
    refuse = true;
    last().listeners.get('error')?.(new Error('broken'));
    const pauses: number[] = [];
    for (let round = 0; round < 8; round++) {
      const pause = (clock.next as number) - clock.now();
      pauses.push(pause);
      clock.advance(pause);
      await settled();
    }
    expect(pauses).to.deep.equal([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });

  it('counts a connection as broken on which nothing is answered', async () => {
    await settled();
    const first = last();
    first.isQuick = false;
    await pass(3_000);
    expect(first.isDestroyed).to.equal(true);
    expect(clients).to.have.length(2);
    expect(link.isUp).to.equal(true);
  });

  it('keeps one on which there is an answer, though rarely', async () => {
    await settled();
    last().isQuick = false;
    for (let round = 0; round < 5; round++) {
      await pass(1_200);
      for (const answer of last().waiting.splice(0)) answer();
    }
    expect(clients).to.have.length(1);
  });

  it('waits for the commands under way when it closes, and then takes none', async () => {
    await settled();
    last().isQuick = false;
    const asked = link.command('GET', '1');
    const closed = link.close();
    await settled();
    expect(last().isDestroyed).to.equal(false);
    for (const answer of last().waiting) answer();
    expect(await asked).to.equal('OK');
    await closed;
    expect(last().isDestroyed).to.equal(true);
    expect(await link.command('GET', '1').catch((error: Error) => error.message)).to.equal('The bus is closed.');
  });
});
