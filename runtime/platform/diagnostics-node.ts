/**
 * The channels of Node's `diagnostics_channel` on which servers publish the events of `diagnostics.ts`. Channels belong
 * to the process: all servers in it publish on the same ones.
 */

import { channel } from 'node:diagnostics_channel';
import type { Channel, Channels } from './diagnostics.js';

/** The beginning of the name of every channel. */
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
