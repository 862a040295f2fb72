/**
 * The load generator, as a process of a benchmark: many visits that do what a browser would send, check
 * every reply, and count.
 */

import { decode } from '../../runtime/wire/decode.js';
import { ListOperation, type Wire } from '../../runtime/wire/patch.js';
import { Ask, ClientKind, Limit, ServerKind } from '../../runtime/wire/protocol.js';
import { openReaders, readAgain, readings, stopReading } from './feed-reader.js';
import { streamLength } from './pages.js';
import { answer } from './process.js';
import { comeBack, type Known, leave, open as openReturners, visitAndLeave } from './returner.js';
import { type Numbering, number } from './tree.js';
import {
  byRequests,
  documentName,
  fetchText,
  getPage,
  join,
  nextBytes,
  open,
  type Page,
  pack,
  sendJoin,
  type Visit,
} from './visit.js';

// TYPES -----------------------------------------------------------------------

/** Something that can be clicked, and where the page then shows how often it was. */
export interface Target {
  readonly instance: number;
  readonly part: number;
  readonly shown: number;
}

/** What a visit clicks, in turn. */
interface Clicker extends Visit {
  /** Of a session of ours, what it is joined with. */
  readonly page?: Page;
  readonly document?: string;
  readonly targets: readonly Target[];
  readonly counts: number[];
  next: number;
  /** How many of its clicks the store holds, as far as it was told. */
  durable: number;
}

let clickers: readonly Clicker[] = [];

// OPENING ---------------------------------------------------------------------

/** Opens sessions of ours one after the other; answers what can be clicked in each. */
async function joinPages(given: { url: string; count: number; byRequests?: boolean }): Promise<readonly Target[]> {
  const { url, count } = given;
  const opened: Clicker[] = [];
  for (let index = 0; index < count; index++) {
    const got = await getPage(url);
    const page = given.byRequests ? { ...got, socket: got.socket + byRequests } : got;
    const document = documentName();
    const visit = await join(page, document);
    opened.push({ ...clicker(visit, targetsOf(number(visit.tree))), page, document });
  }
  clickers = opened;
  return opened[0]?.targets ?? [];
}

/** Opens connections to a bare server. */
async function openSockets({
  url,
  count,
  targets = [],
}: {
  url: string;
  count: number;
  targets?: readonly Target[];
}): Promise<void> {
  const opened: Clicker[] = [];
  for (let index = 0; index < count; index++) opened.push(clicker({ socket: await open(url), tree: null }, targets));
  clickers = opened;
}

function clicker(visit: Visit, targets: readonly Target[]): Clicker {
  visit.socket.once('close', (code: number, reason: Buffer) => {
    throw new Error(`the server closed a connection with ${code} ${reason}`);
  });
  return { ...visit, targets, counts: targets.map(() => 0), next: 0, durable: 0 };
}

/** In every instance with handlers, the last one counts in the last child. */
function targetsOf({ instances }: Numbering): readonly Target[] {
  return instances.flatMap(({ number: instance, events, children }) => {
    const part = events.at(-1);
    const shown = children.at(-1);
    return part === undefined || shown === undefined ? [] : [{ instance, part, shown }];
  });
}

/** Tells, as a client does a moment after it has joined, that the first frame is applied; resolves when all servers know. */
async function acknowledgeFirst(): Promise<void> {
  for (const { socket } of clickers) {
    socket.send(pack([ClientKind.Acknowledge, 1, Ask.Sign]));
    await nextBytes(socket);
  }
}

// CLICKING --------------------------------------------------------------------

/** Clicks for some time, one click of each visit outstanding; answers how many clicks were answered, rightly. */
async function click({ milliseconds }: { milliseconds: number }): Promise<number> {
  const until = performance.now() + milliseconds;
  const counts = await Promise.all(clickers.map((visit) => clickUntil(visit, until)));
  return counts.reduce((sum, count) => sum + count, 0);
}

function clickUntil(visit: Clicker, until: number): Promise<number> {
  let clicked = 0;
  return new Promise((resolve, reject) => {
    const { socket } = visit;
    const received = (bytes: Buffer) => {
      const frame = decode(bytes);
      if ((frame as readonly Wire[])[0] === ServerKind.Acknowledge) {
        noteDurable(visit, frame);
        return;
      }
      const fault = faultIn(visit, frame);
      clicked++;
      if (fault === undefined && performance.now() < until) {
        send(visit);
        return;
      }
      socket.off('message', received);
      if (fault === undefined) resolve(clicked);
      else reject(new Error(fault));
    };
    socket.on('message', received);
    send(visit);
  });
}

function send({ socket, targets, next }: Clicker): void {
  const { instance, part } = targets[next] as Target;
  socket.send(pack([ClientKind.Events, [[instance, part]]]));
}

/** What is wrong with the answer to the last click; moves on to the next target. */
function faultIn(visit: Clicker, frame: Wire): string | undefined {
  const { instance, shown } = visit.targets[visit.next] as Target;
  const count = (visit.counts[visit.next] ?? 0) + 1;
  visit.counts[visit.next] = count;
  visit.next = (visit.next + 1) % visit.targets.length;
  const expected = [ServerKind.Patch, [instance, shown, count]];
  noteDurable(visit, frame);
  if (JSON.stringify((frame as readonly Wire[]).slice(0, 2)) === JSON.stringify(expected)) return undefined;
  return `expected ${JSON.stringify(expected)}, received ${JSON.stringify(frame)}`;
}

/** A frame says by how many clicks the store is behind those that were answered. */
function noteDurable(visit: Clicker, frame: Wire): void {
  const [kind, ...fields] = frame as readonly Wire[];
  const late = (kind === ServerKind.Acknowledge ? fields[1] : fields[2]) ?? 0;
  visit.durable = answered(visit) - Number(late);
}

const answered = ({ counts }: Clicker): number => counts.reduce((sum, count) => sum + count, 0);

/** What each session is known to be; from now on its server may end. */
function part(): readonly Known[] {
  return clickers.map((visit) => {
    const { socket, page, document, durable, targets } = visit;
    socket.removeAllListeners('close').on('error', () => undefined);
    return {
      page: page as Page,
      document: document as string,
      answered: answered(visit),
      durable,
      shown: targets[0]?.shown as number,
    };
  });
}

// STREAMING -------------------------------------------------------------------

/** The visits that receive a stream, and how many elements have arrived at all of them. */
let elements = 0;

/** Opens visits for streams; answers the number of the list. */
async function openStreams({ url, count, bare }: { url: string; count: number; bare: boolean }): Promise<number> {
  if (bare) await openSockets({ url, count });
  else await joinPages({ url, count });
  for (const { socket } of clickers) receiveStream(socket);
  return bare ? 0 : (number(clickers[0]?.tree ?? null).lists[0] as number);
}

function receiveStream(socket: Visit['socket']): void {
  let unacknowledged = 0;
  let last: Wire = -1;
  socket.on('message', (bytes: Buffer) => {
    const [kind, changes] = decode(bytes) as readonly Wire[];
    if (kind === ServerKind.Patch) {
      for (const item of appended(changes as readonly Wire[])) {
        if (item !== streamLength && item !== Number(last) + 1) throw new Error(`element ${item} came after ${last}`);
        last = item;
        elements++;
      }
    }
    if (kind === ServerKind.Acknowledge || ++unacknowledged < Limit.acknowledgeFrames) return;
    socket.send(pack([ClientKind.Acknowledge, unacknowledged]));
    unacknowledged = 0;
  });
}

/** The elements a patch appends: rows of key, definition and one value. */
function appended(changes: readonly Wire[]): readonly Wire[] {
  const items: Wire[] = [];
  for (let at = 0; at < changes.length; at += 3) {
    const rows = changes[at + 2];
    if (changes[at + 1] !== ListOperation.Append || !Array.isArray(rows)) continue;
    for (let row = 0; row < rows.length; row += 3) items.push(rows[row + 2] as Wire);
  }
  return items;
}

/** Clicks the button at `part` in every visit. */
function press({ part }: { part: number }): void {
  for (const { socket } of clickers) socket.send(pack([ClientKind.Events, [[1, part]], 0]));
}

// LISTENING -------------------------------------------------------------------

/** The last number that each listener has been told, and who waits for all to have been told one. */
let heard: number[] = [];
let waiting: { readonly number: number; left: number; readonly done: () => void } | undefined;

/** Opens visits that receive numbers, one a patch. */
async function openListeners({ url, count, bare }: { url: string; count: number; bare: boolean }): Promise<void> {
  if (bare) await openSockets({ url, count });
  else await joinPages({ url, count });
  heard = clickers.map(() => 0);
  clickers.forEach(({ socket }, index) => {
    let unacknowledged = bare ? 0 : 1;
    socket.on('message', (bytes: Buffer) => {
      hear(index, decode(bytes));
      if (++unacknowledged < Limit.acknowledgeFrames) return;
      socket.send(pack([ClientKind.Acknowledge, unacknowledged]));
      unacknowledged = 0;
    });
  });
}

function hear(index: number, frame: Wire): void {
  const [kind, changes] = frame as readonly [number, readonly Wire[]];
  const told = changes?.[2];
  if (kind !== ServerKind.Patch || told !== waiting?.number) throw new Error(`not the patch: ${JSON.stringify(frame)}`);
  heard[index] = told as number;
  if (waiting !== undefined && --waiting.left === 0) waiting.done();
}

/** Resolves when all listeners have been told this number. */
function delivered({ number: wanted }: { number: number }): Promise<void> {
  return new Promise((done) => {
    waiting = { number: wanted, left: heard.length, done };
  });
}

// RECONNECTING ----------------------------------------------------------------

/** Opens a session, then leaves it and comes back so many times; answers the median of microseconds until it is live. */
async function rejoin({ url, count }: { url: string; count: number }): Promise<number> {
  const page = await getPage(url);
  const document = documentName();
  let { socket } = await join(page, document);
  return medianOf(count, async () => {
    socket.terminate();
    const start = performance.now();
    socket = await sendJoin(page, document, { frame: 1, processed: 0 });
    const [, kind] = await nextBytes(socket);
    const time = performance.now() - start;
    if (kind !== ServerKind.Acknowledge) throw new Error(`not resumed: ${kind}`);
    return time;
  });
}

/** Connects to a bare server, says as much as a join, waits for the echo; answers the median of microseconds. */
function echo({ url, count }: { url: string; count: number }): Promise<number> {
  return medianOf(count, async () => {
    const start = performance.now();
    const socket = await open(url);
    socket.send(Buffer.alloc(200));
    await nextBytes(socket);
    const time = performance.now() - start;
    socket.terminate();
    return time;
  });
}

async function medianOf(count: number, take: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await take());
  return (times.sort((one, other) => one - other)[Math.floor(count / 2)] as number) * 1_000;
}

// PAGES -----------------------------------------------------------------------

/** Gets pages for some time, several at once; joins one of `joinEvery`. Answers how many there were. */
async function getPages(order: { url: string; milliseconds: number; joinEvery?: number }): Promise<number> {
  const { url, milliseconds, joinEvery = Number.POSITIVE_INFINITY } = order;
  const until = performance.now() + milliseconds;
  let count = 0;
  async function visitor(): Promise<void> {
    while (performance.now() < until) {
      if (++count % joinEvery === 0) (await join(await getPage(url))).socket.close();
      else await checkPage(url, Number.isFinite(joinEvery));
    }
  }
  await Promise.all(Array.from({ length: 16 }, visitor));
  return count;
}

async function checkPage(url: string, ours: boolean): Promise<void> {
  const { status, text } = await fetchText(url);
  if (status !== 200 || (ours && !text.includes('<output>0</output>')))
    throw new Error(`not the page: ${status} ${text}`);
}

// INSPECTING ------------------------------------------------------------------

/** Frames that the page of an inspector has got. */
let seen = 0;

/** Opens a session that goes on by itself: a click every 100 ms. */
async function openActive({ url }: { url: string }): Promise<void> {
  const { socket, tree } = await join(await getPage(url));
  const [target] = targetsOf(number(tree));
  acknowledgeAll(socket, () => undefined);
  setInterval(() => socket.send(pack([ClientKind.Events, [[target?.instance ?? 0, target?.part ?? 0]], 0])), 100);
}

/** Opens the page of an inspector, and reads what it shows. */
async function openInspector({ url }: { url: string }): Promise<void> {
  const { socket } = await join(await getPage(url));
  acknowledgeAll(socket, () => seen++);
}

function acknowledgeAll(socket: Visit['socket'], received: () => void): void {
  let unacknowledged = 1;
  socket.on('message', (bytes: Buffer) => {
    if ((decode(bytes) as readonly Wire[])[0] !== ServerKind.Patch) return;
    received();
    if (++unacknowledged < Limit.acknowledgeFrames) return;
    socket.send(pack([ClientKind.Acknowledge, unacknowledged]));
    unacknowledged = 0;
  });
}

answer({
  ...{ openActive, openInspector, seen: () => seen },
  ...{ rejoin, echo, joinPages, openSockets, click, openStreams, press, elements: () => elements, getPages },
  ...{ openListeners, delivered, openReaders, readAgain, readings, stopReading },
  ...{ acknowledgeFirst, part, openReturners, leave, comeBack, visitAndLeave },
});
