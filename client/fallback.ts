/**
 * Connections for a browser whose WebSockets do not survive: the third script of a page, `fallback-HASH.js`, which `roads.ts`
 * loads when the first connection fails. Frames go up in POSTs, one after the other, and come down in one answer that
 * does not end. If nothing of that comes within a while, something on the way holds it back, and answers are polled for.
 *
 * A browser has six connections to an origin over HTTP/1.1 for all its tabs. So one tab has an answer that waits, the one that
 * holds a lock; the others ask once a second, and after each event.
 *
 * The header of the server's `fetch-socket` describes requests and answers.
 */

import { CloseCode } from '../runtime/wire/protocol.js';

/** Milliseconds. */
const Delay = {
  /** In which the first bytes of an answer that does not end come, or it is held back. */
  stream: 2_500,
  /** That an answer waits for a frame: of the tab with the lock, and of another that has just sent something. */
  poll: 20_000,
  answer: 2_000,
  /** Between two requests of a tab without the lock. */
  pause: 1_000,
  /** That a connection lasts if it is a good one. */
  lasting: 4_000,
  /** Until a WebSocket is tried again, doubled each time. */
  upwards: 10_000,
  longest: 300_000,
  /** That such a WebSocket has to be open before it is asked for a sign of life. */
  trial: 3_000,
} as const;

/** A join of a version that no server has: it is refused with a code, which proves that frames go up and down. */
const sign = Uint8Array.of(0x99, 0, 0, 0xa0, 0xa0, 0, 0, 0, 0x90, 0x91, 0x93, 0xa1, 0x30, 1, 0);

/** What a connection has of a WebSocket. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  close(code?: number): void;
  send(bytes: Uint8Array): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

// CHOICE ----------------------------------------------------------------------

/** Whether the present connection is made of requests. */
let isFetched = false;
/** When the present one has brought its first frame, and when it has ended; 0 if it has not. */
let since = 0;
let ended = 0;
let upwards: number = Delay.upwards;
/** Whether answers that do not end are held back. */
let isHeldBack = false;

/** Opens the next connection: of the same kind as the last one if that has lasted, else of the other. */
export function openNext(url: string): WebSocketLike {
  if (!since || (ended || performance.now()) - since < Delay.lasting) isFetched = !isFetched;
  since = ended = 0;
  if (isFetched) return new FetchSocket(url);
  const socket = new WebSocket(url);
  socket.addEventListener('message', () => {
    since ||= performance.now();
  });
  socket.addEventListener('close', () => {
    ended = performance.now();
  });
  return socket as unknown as WebSocketLike;
}

// CONNECTION ------------------------------------------------------------------

function record(bytes: Uint8Array): Uint8Array {
  const made = new Uint8Array(4 + bytes.length);
  new DataView(made.buffer).setUint32(0, bytes.length);
  made.set(bytes, 4);
  return made;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}

const pause = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));

/** Takes the lock, if no other tab has it, and holds it until then. */
const lock = (until: Promise<void>): Promise<boolean> =>
  new Promise((resolve) => {
    // Only where the page came over https, or from this very machine, there are locks.
    if (!navigator.locks) resolve(false);
    navigator.locks?.request('troupe', { ifAvailable: true }, (held) => {
      resolve(!!held);
      return held && until;
    });
  });

class FetchSocket implements WebSocketLike {
  binaryType = '';
  readyState = 0;
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readonly #url: string;
  readonly #aborting = new AbortController();
  #id = '';
  /** The node that has the connection, once it is known, with a dot before it. */
  #node = '';
  #queue: Uint8Array[] = [];
  /** Numbers of the last requests. */
  #up = 0;
  #down = 0;
  #isSending = false;
  /** Ends the pause between two requests. */
  #nudge: (() => void) | undefined;
  #release!: () => void;
  /** What has come of a record. */
  #rest = new Uint8Array();

  constructor(url: string) {
    this.#url = url;
    setTimeout(() => {
      if (this.readyState) return;
      this.readyState = 1;
      this.onopen?.();
      this.#run().catch(() => this.#end(1006));
    });
  }

  send(bytes: Uint8Array): void {
    this.#queue.push(record(bytes));
    if (since) this.#rise();
  }

  close(): void {
    if (this.readyState === 1) this.#ask('x', null, true).catch(() => undefined);
    this.#end(0);
  }

  #end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    ended = performance.now();
    this.#release?.();
    this.#aborting.abort();
    if (code) this.onclose?.({ code });
  }

  async #ask(down: string | number, body: Uint8Array<ArrayBuffer> | null, keepalive = false): Promise<Response> {
    const number = down === '' ? ++this.#up : ++this.#down;
    const signal = keepalive ? null : this.#aborting.signal;
    const id = this.#id;
    const url = `http${this.#url.slice(2)}?${id}.${number}.${down}${this.#node}`;
    const response = await fetch(url, { method: 'POST', body, keepalive, signal });
    if (!response.ok) throw response;
    const node = response.headers.get('Troupe-Node');
    if (node && id === this.#id) this.#node = `.${node}`;
    return response;
  }

  // Up

  async #rise(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#queue.length) {
        await 0;
        await this.#ask('', joined(this.#take()));
        this.#nudge?.();
      }
    } catch {
      this.#end(1006);
    }
    this.#isSending = false;
  }

  /** Records for one body. */
  #take(): Uint8Array[] {
    let size = 0;
    const count = this.#queue.findIndex((each, index) => {
      size += each.length;
      return index && size > 65_536;
    });
    return this.#queue.splice(0, count < 0 ? this.#queue.length : count);
  }

  // Down

  async #run(): Promise<void> {
    const isFirst = await lock(
      new Promise((resolve) => {
        this.#release = resolve;
      })
    );
    let body: Uint8Array<ArrayBuffer> | null = joined(this.#take());
    if (isFirst && !isHeldBack && (await this.#stream(body))) throw 0;
    this.#begin();
    for (let wait: number = Delay.answer; this.readyState === 1; ) {
      const response: Response = await this.#ask(wait, body);
      this.#receive(new Uint8Array(await response.arrayBuffer()));
      body = null;
      wait = Delay.poll;
      if (isFirst) continue;
      wait = 0;
      const nudged = new Promise<void>((resolve) => {
        this.#nudge = () => {
          wait = Delay.answer;
          resolve();
        };
      });
      await Promise.race([nudged, pause(Delay.pause)]);
    }
  }

  #begin(): void {
    this.#up = this.#down = 0;
    this.#node = '';
    this.#id = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => (byte + 256).toString(16).slice(1))
      .join('');
  }

  /** Takes what comes in one answer until it ends. Says no if it is held back. */
  async #stream(body: Uint8Array<ArrayBuffer>): Promise<boolean> {
    this.#begin();
    const reading = (async () => {
      const response = await this.#ask('s', body);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      return { reader, first: await reader.read() };
    })();
    const begun = await Promise.race([reading, pause(Delay.stream)]);
    if (!begun) {
      isHeldBack = true;
      reading.then(({ reader }) => reader.cancel()).catch(() => undefined);
      return false;
    }
    for (let read = begun.first; !read.done; read = await begun.reader.read()) this.#receive(read.value);
    return true;
  }

  #receive(bytes: Uint8Array): void {
    this.#rest = joined([this.#rest, bytes]);
    while (this.#rest.length > 3 && this.readyState === 1) {
      const length = new DataView(this.#rest.buffer).getUint32(0);
      if (length >= 0x80_00_00_00) return this.#end(length - 0x80_00_00_00);
      const frame = this.#rest.slice(4, 4 + length);
      if (frame.length < length) return;
      this.#rest = this.#rest.slice(4 + length);
      if (!since) {
        since = performance.now();
        this.#tryUpwards();
      }
      if (length) this.onmessage?.({ data: frame.buffer });
      else this.#ask('', null).catch(() => this.#end(1006));
    }
  }

  // Upwards

  /** After a while, whether a WebSocket survives, and says something. If so, the next connection is one. */
  async #tryUpwards(): Promise<void> {
    await pause(upwards * (0.5 + Math.random()));
    if (this.readyState !== 1) return;
    upwards = Math.min(Delay.longest, upwards * 2);
    const socket = new WebSocket(this.#url);
    const late = setTimeout(() => socket.close(), Delay.trial * 4);
    socket.onopen = async () => {
      await pause(Delay.trial);
      if (socket.readyState === 1) socket.send(sign);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(late);
      if (code !== CloseCode.Reload) this.#tryUpwards();
      else if (this.readyState === 1) {
        this.#ask('x', null, true).catch(() => undefined);
        // As one that has not lasted: the next is of the other kind.
        this.#end(1000);
        since = 0;
      }
    };
  }
}
