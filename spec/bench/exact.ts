/**
 * The exact figures: bytes on the wire and sizes of files. The same in every run, so they are rows of the
 * benchmark and specs as well.
 */

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createServer, type Listening, type ServerOptions } from 'troupe/server';
import { memory } from '../../runtime/store/memory.js';
import type { Entry, Store } from '../../runtime/store/store.js';
import { decode } from '../../runtime/wire/decode.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { Ask, ClientKind, ServerKind } from '../../runtime/wire/protocol.js';
import { addedRow, Counter, Rows } from './pages.js';
import { type Numbering, number } from './tree.js';
import { documentName, getPage, join, nextBytes, pack, sendJoin } from './visit.js';

// SIZE ------------------------------------------------------------------------

/** Bytes of a script, as it is and compressed. */
interface Size {
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** How many bytes the built client script has, without what it loads later. */
export const clientSize = (): Size => sizeOf('troupe.js');

/** How many bytes the built script has that pages load before both. */
export const collectSize = (): Size => sizeOf('troupe-collect.js');

/** How many bytes the built second script has. */
export const moreSize = (): Size => sizeOf('troupe-more.js');

/** How many bytes the built script of the notice has. */
export const noticeSize = (): Size => sizeOf('troupe-notice.js');

/** How many bytes the built script of the fallback has. */
export const fallbackSize = (): Size => sizeOf('troupe-fallback.js');

function sizeOf(file: string): Size {
  return sizeOfBytes(readFileSync(new URL(`../../client/${file}`, import.meta.url)));
}

function sizeOfBytes(bytes: Uint8Array): Size {
  return {
    minified: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

// WIRE ------------------------------------------------------------------------

/** Bytes of payload of a click on the counter, the most of all counts from 0 to 99. */
export function clickBytes(): Promise<{ up: number; down: number }> {
  return visiting('/counter', async ({ send, numbering }) => {
    const sizes = { up: 0, down: 0 };
    const { number: instance, events } = numbering.instances[0] as Numbering['instances'][number];
    for (let count = 1; count <= 99; count++) {
      const { up, down } = await send([instance, events[1] as number]);
      const changes = (decode(down) as readonly Wire[])[1] as readonly Wire[];
      if (changes.at(-1) !== count) throw new Error(`the counter showed ${JSON.stringify(changes)}, not ${count}`);
      sizes.up = Math.max(sizes.up, up.length);
      sizes.down = Math.max(sizes.down, down.length);
    }
    return sizes;
  });
}

/** What is done to the thousand rows, in the order of the buttons; and what a frame cannot do without then. */
const listChanges = ['append', 'prepend', 'move', 'remove'] as const;
const needed = (change: string): number =>
  change === 'append' || change === 'prepend' ? Buffer.byteLength(addedRow.key + addedRow.cells.join('')) : 0;

/** Bytes of the frame for one change to a thousand rows of three cells, over text and key. */
export async function listBytes(): Promise<Record<(typeof listChanges)[number], number>> {
  const entries = listChanges.map((change, button) =>
    visiting('/rows', async ({ send, numbering }) => {
      const { number: instance, events } = numbering.instances[0] as Numbering['instances'][number];
      const { down } = await send([instance, events[button] as number]);
      checkListChange(change, decode(down));
      return [change, down.length - needed(change)] as const;
    })
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<(typeof listChanges)[number], number>;
}

/** One operation on the list, with the row's text where there is any. */
function checkListChange(change: string, frame: Wire): void {
  const [kind, changes] = frame as readonly [Wire, readonly Wire[]];
  const text = JSON.stringify(changes);
  const complete = needed(change) === 0 || [addedRow.key, ...addedRow.cells].every((part) => text.includes(part));
  if (kind !== ServerKind.Patch || changes.length !== 3 || !complete)
    throw new Error(`${change}: ${JSON.stringify(frame)}`);
}

// RESUMING --------------------------------------------------------------------

/** Bytes of payload down when a page joins again that has missed nothing, its session being in memory. */
export async function resumeBytes(): Promise<number> {
  const server = await serve();
  try {
    const page = await getPage(`http://127.0.0.1:${server.port}/counter`);
    const document = documentName();
    const { socket } = await join(page, document);
    socket.send(pack([ClientKind.Events, [[1, 2]]]));
    await nextBytes(socket);
    socket.terminate();
    const again = await sendJoin(page, document, { frame: 2, processed: 1 });
    const answer = await nextBytes(again);
    // What comes now is the answer to this, or something that belongs to the resuming and was not counted.
    again.send(pack([ClientKind.Acknowledge, 0, Ask.Sign]));
    const next = await nextBytes(again);
    for (const bytes of [answer, next]) if (bytes[1] !== ServerKind.Acknowledge) throw new Error(`${decode(bytes)}`);
    return answer.length;
  } finally {
    await server.close();
  }
}

// POSTING ---------------------------------------------------------------------

/** By how many bytes the first page of the counter grows, because its two buttons work without script. */
export async function postBytes(): Promise<{ readonly plain: number; readonly brotli: number }> {
  const sizes: Size[] = [];
  for (const formsWithoutScript of [true, false]) {
    const server = await serve({ formsWithoutScript, inspector: false });
    const { html } = await getPage(`http://127.0.0.1:${server.port}/counter`).finally(() => server.close());
    sizes.push(sizeOfBytes(Buffer.from(html)));
  }
  const [withPosts, without] = sizes as [Size, Size];

  return { plain: withPosts.minified - without.minified, brotli: withPosts.brotli - without.brotli };
}

// STORING ---------------------------------------------------------------------

/** How often it is clicked before it is stored. */
const snapshotClicks = 10;

/** Bytes of the counter's session as it is stored: one document, which has clicked some times. */
export async function snapshotBytes(): Promise<number> {
  const store = memory();
  const written = firstWrite(store);
  await visiting(
    '/counter',
    async ({ send, leave, numbering }) => {
      const { number: instance, events } = numbering.instances[0] as Numbering['instances'][number];
      for (let click = 0; click < snapshotClicks; click++) await send([instance, events[1] as number]);
      leave();
      await written;
    },
    { grace: 0, store }
  );
  return written;
}

/** How many bytes a session has that is written to a store; the store goes on as before. */
function firstWrite(store: Store): Promise<number> {
  const write = store.write.bind(store);
  return new Promise((resolve) => {
    store.write = (entry: Entry) => {
      resolve(entry.bytes.length);
      return write(entry);
    };
  });
}

// VISITING --------------------------------------------------------------------

interface Visited {
  readonly numbering: Numbering;
  /** Sends one event and gives both frames. */
  send(event: Wire): Promise<{ up: Uint8Array; down: Uint8Array }>;
  /** Closes the connection. */
  leave(): void;
}

/** Serves the pages in this process. */
function serve(options: Partial<ServerOptions> = {}): Promise<Listening> {
  const routes = { '/counter': Counter, '/rows': Rows };
  return createServer({ routes, secret: 'a secret of benchmarks', ...options }).listen(0, '127.0.0.1');
}

/** Serves the pages, joins the one at `path`, does something there and leaves. */
async function visiting<Result>(
  path: string,
  visit: (visited: Visited) => Promise<Result>,
  options?: Partial<ServerOptions>
): Promise<Result> {
  const server = await serve(options);
  try {
    const { socket, tree } = await join(await getPage(`http://127.0.0.1:${server.port}${path}`));
    return await visit({
      numbering: number(tree),
      send: async (event) => {
        const up = pack([ClientKind.Events, [event]]);
        socket.send(up);
        return { up, down: await nextBytes(socket) };
      },
      leave: () => socket.terminate(),
    });
  } finally {
    await server.close();
  }
}
