/**
 * Tricks: clients that say only what the protocol allows, to get what the page does not offer. One never acknowledges and
 * goes on using a button that was removed; one fires a button that is disabled; a page of another site loads this one as
 * an image, again and again.
 */

import { once } from 'node:events';
import { request } from 'node:http';
import type { WebSocket } from 'ws';
import { ClientKind } from '../../runtime/wire/protocol.js';
import type { Worker } from '../bench/process.js';
import { getPage, join, pack } from '../bench/visit.js';

/** How often each is tried. */
const tries = 200;

/** The parts of the page `/locked`, as its client counts them: the instance and the part. */
const button = { free: [1, 0], disabled: [1, 1], remove: [1, 2], removable: [2, 0] } as const;

/** What the handlers of that page have counted. */
interface Fired {
  readonly free: number;
  readonly disabled: number;
  readonly removable: number;
}

/** Plays all tricks. Returns what the server let happen. */
export async function playTricks(server: Worker, origin: string): Promise<readonly string[]> {
  return (await Promise.all([floodImages(origin), useButtons(server, origin)])).flat();
}

/** The page as an image of another site: no session may be made for it. */
async function floodImages(origin: string): Promise<readonly string[]> {
  const headers = { 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
  const statuses = new Set<number | undefined>();
  for (let image = 0; image < tries; image++) {
    const [response] = await once(request(`${origin}/locked`, { headers }).end(), 'response');
    response.resume();
    statuses.add(response.statusCode);
  }

  return [...statuses].filter((status) => status !== 403).map((status) => `an image was answered with ${status}`);
}

async function useButtons(server: Worker, origin: string): Promise<readonly string[]> {
  const { socket } = await join(await getPage(`${origin}/locked`));
  socket.send(pack([ClientKind.Acknowledge, 1]));
  const fire = async (which: readonly [number, number], times: number): Promise<Fired> => {
    const { free } = await server.ask<Fired>('fired');
    for (let time = 0; time < times; time++) send(socket, which);
    send(socket, button.free);
    return fired(server, free + 1);
  };
  const { disabled } = await fire(button.disabled, tries);
  await fire(button.remove, 1);
  const early = await fire(button.removable, 1);
  await server.ask('elapse', 31_000);
  for (let time = 0; time < tries; time++) send(socket, button.removable);
  await answered(socket);
  const late = await server.ask<Fired>('fired');
  socket.close();

  return [
    ...(disabled === 0 ? [] : [`a disabled button fired ${disabled} times`]),
    ...(early.removable === 1 ? [] : [`a button that was just removed fired ${early.removable} times, not once`]),
    ...(late.removable === 1 ? [] : [`a button fired ${late.removable - 1} times 31 seconds after it was removed`]),
  ];
}

/** An event, and that no frame was applied. */
function send(socket: WebSocket, [instance, part]: readonly [number, number]): void {
  socket.send(pack([ClientKind.Events, [[instance, part]], 0]));
}

/** What has been counted when the last event, at the button that works, has been. */
async function fired(server: Worker, free: number): Promise<Fired> {
  for (;;) {
    const counts = await server.ask<Fired>('fired');
    if (counts.free >= free) return counts;
  }
}

/** Waits for the answer to what was sent. */
async function answered(socket: WebSocket): Promise<void> {
  socket.ping();
  await once(socket, 'pong');
}
