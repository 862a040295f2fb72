/**
 * A node left a channel and joined it again at once. The new subscriber got messages of the old subscription, missed those
 * between `UNSUBSCRIBE` and `SUBSCRIBE`, and applied the old ones to what it had read since: a member that had left a topic
 * was present on that node until the list was read again, minutes later.
 */

import { expect } from 'chai';
import { RedisChannels, type RedisClient } from '../../runtime/platform/redis-client.js';
import { settled } from '../fixtures/live-session.js';

type Hear = (message: string, channel: string) => void;

/** Keeps the listeners of one channel as the package `redis` does: they change with the replies. */
class SlowClient {
  readonly hears = new Set<Hear>();
  /** How often a listener was taken away. */
  unsubscribed = 0;
  readonly #replies: (() => void)[] = [];

  readonly client: RedisClient = {
    connect: async () => {},
    destroy: () => {},
    on: () => {},
    sendCommand: async () => 'OK',
    subscribe: (_name, hear) => this.#later(() => this.hears.add(hear)),
    unsubscribe: (_name, hear) => {
      this.unsubscribed++;
      return this.#later(() => this.hears.delete(hear));
    },
  };

  #later(change: () => void): Promise<void> {
    return new Promise((resolve) =>
      this.#replies.push(() => {
        change();
        resolve();
      })
    );
  }

  async reply(): Promise<void> {
    this.#replies.shift()?.();
    await settled();
  }

  publish(message: string): void {
    for (const hear of this.hears) hear(message, 'room');
  }
}

describe('a channel of Redis that is left and joined again at once', () => {
  it('has no messages of the earlier subscription', async () => {
    const redis = new SlowClient();
    const channels = new RedisChannels(() => {});
    await channels.joinAll(redis.client);
    const heard: string[] = [];
    const join = (): (() => void) =>
      channels.add('room', { listener: (message) => heard.push(message), missed: () => {} });
    const leave = join();
    await redis.reply();
    leave();
    join();
    redis.publish('sent before UNSUBSCRIBE');
    await redis.reply();
    redis.publish('sent before SUBSCRIBE');
    await redis.reply();
    redis.publish('sent after SUBSCRIBE');
    expect(heard).to.deep.equal(['sent after SUBSCRIBE']);
  });

  it('stays subscribed if it was left while its first SUBSCRIBE had no reply', async () => {
    const redis = new SlowClient();
    const channels = new RedisChannels(() => {});
    await channels.joinAll(redis.client);
    const heard: string[] = [];
    channels.add('room', { listener: (message) => heard.push(`early ${message}`), missed: () => {} })();
    channels.add('room', { listener: (message) => heard.push(message), missed: () => {} });
    await redis.reply();
    expect(redis.unsubscribed, 'UNSUBSCRIBE before the second reply').to.equal(0);
    await redis.reply();
    redis.publish('a');
    expect(heard).to.deep.equal(['a']);
  });
});
