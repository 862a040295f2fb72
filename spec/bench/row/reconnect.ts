/** `reconnect`: microseconds from opening a socket until a session that is in memory is live again, nothing having been missed. */

import { compare, type Figure, withSides } from '../compare.js';

const count = 200;

/** Ours against a bare WebSocket that connects and gets its echo. */
export function reconnect(): Promise<Figure> {
  return withSides(async (limit, ours) => {
    const url = await limit.server.ask<string>('echo');
    const origin = await ours.server.ask<string>('listen');
    return compare(
      () => limit.load.ask('echo', { url, count }),
      () => ours.load.ask('rejoin', { url: `${origin}/counter`, count })
    );
  });
}
