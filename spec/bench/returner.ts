/**
 * Those who leave sessions and come back when these have been stored, on the side of the load: for the rows
 * `passivate.lmdb` and `passivate.redis`, and to look what a server has left behind that was killed.
 */

import type { Wire } from '../../runtime/wire/patch.js';
import { ClientKind, Reason, ServerKind } from '../../runtime/wire/protocol.js';
import { number } from './tree.js';
import { documentName, getPage, join, nextFrame, type Page, pack, sendJoin, type Visit } from './visit.js';

// TYPES -----------------------------------------------------------------------

/** What is known of a session without being connected to it: a counter that was clicked. */
export interface Known {
  readonly page: Page;
  readonly document: string;
  /** How many clicks were answered; and how many of them are stored, as far as was told. */
  readonly answered: number;
  readonly durable: number;
  /** Where it shows its count. */
  readonly shown: number;
}

/** One who comes back again and again. */
interface Returner {
  readonly known: Known;
  socket: Visit['socket'];
}

let returners: readonly Returner[] = [];

/** So many of them do something at the same time. */
const atOnce = 16;

async function each<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function one(): Promise<void> {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as Item);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

// COMING AND GOING ------------------------------------------------------------

/** Opens counters and clicks each of them once. */
export async function open({ url, count }: { url: string; count: number }): Promise<void> {
  returners = await each(Array<string>(count).fill(url), async (address) => {
    const page = await getPage(address);
    const document = documentName();
    const { socket, tree } = await join(page, document);
    const counter = number(tree).instances[0];
    socket.send(pack([ClientKind.Events, [[counter?.number, counter?.events.at(-1)]]]));
    await nextFrame(socket);
    return { socket, known: { page, document, answered: 1, durable: 0, shown: counter?.children.at(-1) as number } };
  });
}

/** All leave. */
export function leave(): void {
  for (const { socket } of returners) socket.terminate();
}

/** All visits come back; or, given what is known of sessions, new visits join these sessions at another origin. */
export async function comeBack(given?: {
  readonly origin: string;
  readonly sessions: readonly Known[];
}): Promise<void> {
  if (given === undefined) {
    await each(returners, async (returner) => {
      returner.socket = await comeBackTo(returner.known);
    });
  } else {
    await each(given.sessions, async (known) => comeBackTo({ ...known, page: moved(known.page, given.origin) }));
  }
}

const moved = (page: Page, origin: string): Page => {
  return {
    ...page,
    origin,
    socket: page.socket.replace(page.origin.replace('http', 'ws'), origin.replace('http', 'ws')),
  };
};

/** Joins a session that is to have been stored, with nothing lost of which the client was told that it is. */
async function comeBackTo({ page, document, answered, durable, shown }: Known): Promise<Visit['socket']> {
  const socket = await sendJoin(page, document, { frame: answered + 1, processed: answered });
  const frame = (await nextFrame(socket)) as readonly Wire[];
  const [kind, tree, processed, reason] = frame;
  const count = (tree as readonly Wire[])[1 + shown];
  const isRestored = kind === ServerKind.Render && reason === Reason.Restored;
  if (!isRestored || count !== processed || Number(count) < durable || Number(count) > answered)
    throw new Error(`of ${answered} clicks ${durable} were stored, and there is ${JSON.stringify(frame)}`);
  return socket;
}

/** Opens counters anew, so many, and leaves each at once. */
export async function visitAndLeave({ url, count }: { url: string; count: number }): Promise<void> {
  await each(Array<string>(count).fill(url), async (address) => {
    const { socket } = await join(await getPage(address));
    socket.terminate();
  });
}
