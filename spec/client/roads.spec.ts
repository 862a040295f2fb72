import { expect } from 'chai';
import type { WebSocketLike } from '../../client/fallback.js';
import { addFallback } from '../../client/roads.js';
import type { Socket } from '../../client/socket.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { replaceGlobals } from '../fixtures/globals.js';

/** A page in some state, its connection, and attempts to load the fallback, which fail before `isThere`. */
function createRoads() {
  const clock = createSimulatedClock();
  replaceGlobals({ setTimeout: clock.setTimeout.bind(clock) });
  const page = { state: 'connecting', isThere: true, attempts: [] as number[] };
  const root = { getAttribute: () => page.state } as unknown as Element;
  const socket = { make: (url: string) => `first ${url}` as unknown as WebSocketLike } as Socket;
  addFallback(root, socket, async (attempt) => {
    page.attempts.push(attempt);
    if (!page.isThere) throw new Error('no network');
    return { openNext: (url) => `next ${url}` as unknown as WebSocketLike };
  });
  return { clock, page, socket };
}

describe('client/roads', () => {
  it('loads the fallback for a page that is not live after 2.5 s', async () => {
    const { clock, page, socket } = createRoads();
    clock.advance(2_499);
    expect(page.attempts).to.deep.equal([]);
    clock.advance(1);
    await Promise.resolve();
    await Promise.resolve();
    expect(page.attempts).to.deep.equal([0]);
    expect(socket.make('a')).to.equal('next a');
  });

  it('loads none for a page that is live', () => {
    const { clock, page, socket } = createRoads();
    page.state = 'live';
    clock.advance(60_000);
    expect(socket.make('a')).to.equal('first a');
    expect(page.attempts).to.deep.equal([]);
  });

  it('loads it with the next connection, again if that fails', async () => {
    const { page, socket } = createRoads();
    page.state = 'offline';
    page.isThere = false;
    expect(socket.make('a')).to.equal('first a');
    await new Promise(setImmediate);
    page.isThere = true;
    expect(socket.make('b')).to.equal('first b');
    await new Promise(setImmediate);
    expect(socket.make('c')).to.equal('next c');
    expect(page.attempts).to.deep.equal([0, 1]);
  });
});
