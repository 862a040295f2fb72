/**
 * The channels: where what happens in a server is told to whoever measures it, over Node's `diagnostics_channel`.
 * What is told stands in `diagnostics.ts`; they are of the process, so all servers in it tell the same ones.
 */

import { channel } from 'node:diagnostics_channel';
import type { Channel, Channels } from './diagnostics.js';

/** What the names of all channels begin with. */
export const prefix = 'troupe:';

const open = (name: keyof Channels): Channel<never> => channel(`${prefix}${name}`) as Channel<never>;

/** The channels. */
export const channels: Channels = {
  received: open('received'),
  queued: open('queued'),
  updated: open('updated'),
  viewed: open('viewed'),
  diffed: open('diffed'),
  sent: open('sent'),
  passivated: open('passivated'),
  activated: open('activated'),
  resumed: open('resumed'),
  failed: open('failed'),
  hostile: open('hostile'),
};
