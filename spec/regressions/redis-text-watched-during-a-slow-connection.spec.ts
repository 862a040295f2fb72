/**
 * A node watched the text of a name while its first connection to Redis took longer than a second. The command that reads
 * the text was refused, and the text was not read again when the connection was there: the watcher waited for a change.
 */

import { expect } from 'chai';
import { RedisDirectory } from '../../runtime/cluster/redis-directory.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { ErrorCode, TroupeError } from '../../runtime/platform/errors.js';
import type { RedisClient } from '../../runtime/platform/redis-client.js';
import { RedisConnection } from '../../runtime/platform/redis-connection.js';
import { settled } from '../fixtures/live-session.js';

describe('a text that is watched during a slow first connection', () => {
  it('is read when the connection is there', async () => {
    const clock = createSimulatedClock(1_000_000);
    let connect = (): void => {};
    const client: RedisClient = {
      connect: () => new Promise<void>((resolve) => (connect = resolve)),
      destroy: () => {},
      on: () => {},
      sendCommand: async ([command]) => (command === 'GET' ? 'the text' : 'OK'),
      subscribe: async () => {},
      unsubscribe: async () => {},
    };
    const connection = new RedisConnection({ clock, makeClient: async () => client, url: 'redis://10.0.0.1' });
    const closed = new TroupeError(ErrorCode.Closed, 'The bus is closed.');
    const link = connection.link({ code: ErrorCode.Bus, closed, scripts: [] });
    const directory = new RedisDirectory({ lease: 10_000, link, node: 'here', prefix: 'troupe:' });
    await settled();
    const texts: (string | undefined)[] = [];
    const unwatch = directory.watch('room', (text) => texts.push(text));
    clock.advance(1_500);
    await settled();
    expect(texts, 'before').to.deep.equal([]);
    connect();
    await settled();
    expect(texts).to.deep.equal(['the text']);
    unwatch();
    await link.close();
  });
});
