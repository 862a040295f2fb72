import { expect } from 'chai';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { type OwnConnection, RedisLink, type RedisPart } from '../../../runtime/store/redis-link.js';
import { codeOf } from '../../fixtures/stores.js';

/** A client that answers when it is told to. */
class FakeClient implements OwnConnection {
  isReady = false;
  connects = 0;
  destroyed = false;
  readonly sent: { readonly parts: readonly RedisPart[]; answer(reply: unknown): void; fail(error: Error): void }[] =
    [];
  readonly #listeners = new Set<{ readonly event: string; readonly listener: (error?: unknown) => void }>();

  on(event: string, listener: (error?: unknown) => void): void {
    this.#listeners.add({ event, listener });
  }
  off(event: string, listener: (error?: unknown) => void): void {
    for (const one of this.#listeners)
      if (one.event === event && one.listener === listener) this.#listeners.delete(one);
  }
  /** As an emitter does it: an error that nobody listens to is thrown. */
  emit(event: 'error' | 'ready', error?: Error): void {
    this.isReady = event === 'ready';
    const heard = [...this.#listeners].filter((one) => one.event === event);
    if (event === 'error' && heard.length === 0) throw error;
    for (const { listener } of heard) listener(error);
  }
  sendCommand(parts: readonly RedisPart[]): Promise<unknown> {
    return new Promise((answer, fail) => this.sent.push({ parts, answer, fail }));
  }
  async connect(): Promise<void> {
    this.connects++;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

/** Lets promises that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('store/redis-link', () => {
  let clock: SimulatedClock;
  let clients: FakeClient[];
  let link: RedisLink;
  const client = (at = -1): FakeClient => clients.at(at) as FakeClient;

  beforeEach(() => {
    clock = createSimulatedClock();
    clients = [];
    link = new RedisLink(clock, {
      make() {
        clients.push(new FakeClient());
        return client();
      },
    });
  });

  it('connects at once, and sends when there is a connection', async () => {
    const reply = link.send(['PING']);
    await settle();
    expect([client().connects, client().sent.length]).to.deep.equal([1, 0]);
    client().emit('ready');
    await settle();
    client().sent[0]?.answer('PONG');
    expect(await reply).to.equal('PONG');
    expect(clock.pending).to.equal(0);
  });

  it('refuses after a second without a connection, and then at once', async () => {
    const code = codeOf(link.send(['PING']));
    clock.advance(999);
    await settle();
    const late = link.send(['PING']);
    const message = late.catch((error: Error) => error.message);
    client().emit('error', new Error('connect ECONNREFUSED'));
    clock.advance(1);
    expect(await code).to.equal(ErrorCode.Store);
    expect(await message).to.equal('Redis cannot be reached: connect ECONNREFUSED.');
    expect(await codeOf(link.send(['PING']))).to.equal(ErrorCode.Store);
    expect(clock.pending).to.equal(0);
  });

  it('waits for a connection that has just broken', async () => {
    client().emit('ready');
    clock.advance(100_000);
    client().emit('error', new Error('Socket closed'));
    clock.advance(500);
    const reply = link.send(['PING']);
    await settle();
    client().emit('ready');
    await settle();
    client().sent[0]?.answer('PONG');
    expect(await reply).to.equal('PONG');
  });

  it('refuses after a second without a reply, and does not mind one that comes later', async () => {
    client().emit('ready');
    const code = codeOf(link.send(['PING']));
    await settle();
    clock.advance(1_000);
    expect(await code).to.equal(ErrorCode.Store);
    client().sent[0]?.fail(new Error('late'));
    await settle();
  });

  it('makes another client when nobody has answered for five seconds, and only then', async () => {
    client().emit('ready');
    for (let second = 0; second < 7; second++) {
      const code = codeOf(link.send(['PING']));
      await settle();
      if (clients.length === 1) expect(second).to.be.lessThan(6);
      clock.advance(1_000);
      expect(await code).to.equal(ErrorCode.Store);
    }
    expect(clients.map(({ destroyed }) => destroyed)).to.deep.equal([true, false]);
    client().emit('ready');
    const reply = link.send(['PING']);
    await settle();
    client().sent[0]?.answer('PONG');
    expect(await reply).to.equal('PONG');
    client(0).emit('error', new Error('of one that was thrown away'));
  });

  it('takes each reply, and each failure to connect, as a sign of life', async () => {
    client().emit('ready');
    for (let second = 0; second < 20; second++) {
      const code = codeOf(link.send(['PING']));
      await settle();
      clock.advance(1_000);
      await code;
      const reply = link.send(['PING']);
      await settle();
      client().sent.at(-1)?.answer('PONG');
      await reply;
    }
    for (let second = 0; second < 20; second++) {
      client().emit('error', new Error('connect ECONNREFUSED'));
      clock.advance(1_000);
      expect(await codeOf(link.send(['PING']))).to.equal(ErrorCode.Store);
    }
    expect(clients).to.have.length(1);
  });

  it('sends the text of a script that Redis does not know', async () => {
    client().emit('ready');
    const reply = link.send(['EVALSHA'], ['EVAL']);
    await settle();
    client().sent[0]?.fail(new Error('NOSCRIPT No matching script.'));
    await settle();
    client().sent[1]?.answer('done');
    expect(await reply).to.equal('done');
    expect(client().sent.map(({ parts }) => parts)).to.deep.equal([['EVALSHA'], ['EVAL']]);
  });

  it('gives what Redis says is wrong', async () => {
    client().emit('ready');
    const message = link.send(['EVALSHA'], ['EVAL']).catch((error: Error) => error.message);
    await settle();
    client().sent[0]?.fail(new Error('OOM command not allowed'));
    expect(await message).to.equal('Redis: OOM command not allowed');
    expect(client().sent).to.have.length(1);
  });

  it('closes when what was sent is answered or refused, and refuses what comes then', async () => {
    client().emit('ready');
    const replies = [link.send(['ONE'], ['ONE AGAIN']), codeOf(link.send(['TWO']))];
    await settle();
    const closed = link.close();
    expect(await codeOf(link.send(['THREE']))).to.equal(ErrorCode.Closed);
    client().sent[0]?.fail(new Error('NOSCRIPT'));
    await settle();
    expect(client().destroyed).to.equal(false);
    client().sent[2]?.answer('one');
    await settle();
    clock.advance(1_000);
    await closed;
    expect(await Promise.all(replies)).to.deep.equal(['one', ErrorCode.Store]);
    expect(client().destroyed).to.equal(true);
  });

  it('leaves a client that it was given as it is, but for its errors', async () => {
    const given = new FakeClient();
    const other = new RedisLink(clock, { given });
    given.emit('error', new Error('somebody listens'));
    await other.close();
    expect([given.connects, given.destroyed]).to.deep.equal([0, false]);
    expect(() => given.emit('error', new Error('nobody does'))).to.throw('nobody does');
  });
});
