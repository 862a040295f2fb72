/**
 * A store in Redis was made, and the process was busy with its start for more than a second. The first command was refused
 * at once, "Redis cannot be reached: it does not answer", though no try to connect had failed.
 */

import { expect } from 'chai';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { ErrorCode, TroupeError } from '../../runtime/platform/errors.js';
import type { RedisClient } from '../../runtime/platform/redis-client.js';
import { RedisConnection } from '../../runtime/platform/redis-connection.js';
import { settled } from '../fixtures/live-session.js';

describe('a process that starts slowly', () => {
  it('has its first command to Redis wait for the connection', async () => {
    const clock = createSimulatedClock(1_000_000);
    let connect = (): void => {};
    const client: RedisClient = {
      connect: () => new Promise<void>((resolve) => (connect = resolve)),
      destroy: () => {},
      on: () => {},
      sendCommand: async () => 'OK',
      subscribe: async () => {},
      unsubscribe: async () => {},
    };
    const connection = new RedisConnection({ clock, makeClient: async () => client, url: 'redis://10.0.0.1' });
    const closed = new TroupeError(ErrorCode.Closed, 'The store is closed.');
    const link = connection.link({ code: ErrorCode.Store, closed, scripts: [] });
    await settled();
    clock.advance(1_500);
    const reply = link.command(['GET', '1']);
    await settled();
    connect();
    expect(await reply).to.equal('OK');
    await link.close();
  });
});
