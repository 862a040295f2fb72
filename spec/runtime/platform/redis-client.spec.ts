import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import {
  defineScript,
  keyPrefix,
  RedisChannels,
  type RedisClient,
  redisUrl,
} from '../../../runtime/platform/redis-client.js';
import { settled } from '../../fixtures/live-session.js';

describe('platform/redis-client', () => {
  it('takes a URL of Redis, and refuses others', () => {
    expect(redisUrl('redis', 'rediss://user:password@host:6380')).to.equal('rediss://user:password@host:6380');
    for (const wrong of ['http://127.0.0.1', 'host:6379', '']) {
      expect(() => redisUrl('redisBus', wrong))
        .to.throw(TroupeError, "redisBus: `url` must be a URL like 'redis://127.0.0.1:6379'.")
        .with.property('code', ErrorCode.Options);
    }
  });

  it('ends a prefix with one colon', () => {
    expect(['troupe', 'troupe:', ''].map(keyPrefix)).to.deep.equal(['troupe:', 'troupe:', '']);
  });

  it('knows a script by the SHA-1 of its text', () => {
    expect(defineScript('return 1').hash).to.equal('e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
  });

  it('unsubscribes from a channel only after the replies to SUBSCRIBE', async () => {
    const log: string[] = [];
    const replies: (() => void)[] = [];
    const client = {
      subscribe: (name: string) => {
        log.push(`+${name}`);
        return new Promise<void>((resolve) => replies.push(resolve));
      },
      unsubscribe: async (name: string) => void log.push(`-${name}`),
    } as unknown as RedisClient;
    const channels = new RedisChannels(() => {});
    await channels.joinAll(client);
    channels.add('a', { listener: () => {}, missed: () => {} })();
    expect(log).to.deep.equal(['+a']);
    replies[0]?.();
    await settled();
    expect(log).to.deep.equal(['+a', '-a']);
  });
});
