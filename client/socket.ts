/**
 * The connection: a WebSocket, opened again whenever it is lost, with back-off; at once when the page
 * becomes visible or the network returns; closed while the page is in the back/forward cache.
 * `session.ts` speaks over it.
 */

import { Verdict } from '../runtime/protocol.js';

// TYPES -----------------------------------------------------------------------

/** The state of the connection, for CSS. */
export type ConnectionState = 'connecting' | 'live' | 'offline';

/** Who speaks over the connection. */
export interface Speaker {
  /** It is open. */
  opened(): void;
  received(bytes: Uint8Array): void;
  /** It is closed; `refused`: because of what was sent. */
  closed(refused: boolean): void;
  /** Is it alive? */
  probe(): void;
}

/** The part of a browser's window that is needed here, for specs to replace. */
export type Host = Pick<
  typeof globalThis,
  | 'addEventListener'
  | 'clearTimeout'
  | 'Date'
  | 'document'
  | 'location'
  | 'Math'
  | 'sessionStorage'
  | 'setTimeout'
  | 'WebSocket'
>;

/** Milliseconds of the first back-off, at most; doubled each time. */
const shortest = 250;
const longest = 10_000;
/** Milliseconds between two times the page is loaded again. */
const reloadInterval = 30_000;
const reloadKey = 'troupe:reloaded';

// SOCKET ----------------------------------------------------------------------

/** The one connection of a page. */
export class Socket {
  readonly #url: string;
  readonly #speaker: Speaker;
  readonly #show: (state: ConnectionState) => void;
  readonly #host: Host;
  #socket: WebSocket | undefined;
  /** Failures since all was well. */
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether another page has taken the session over: only the user's return takes it back. */
  #replaced = false;

  /** @param path where the socket is, from the page's root */
  constructor(path: string, speaker: Speaker, show: (state: ConnectionState) => void, host: Host = globalThis) {
    this.#url = new URL(path, host.location.href).href.replace(/^http/, 'ws');
    this.#speaker = speaker;
    this.#show = show;
    this.#host = host;
    host.addEventListener('online', () => this.#replaced || this.#wake());
    host.addEventListener('pageshow', ({ persisted }) => persisted && this.#wake());
    host.addEventListener('pagehide', () => this.#leave());
    host.document.addEventListener('visibilitychange', () => {
      if (host.document.visibilityState === 'visible') this.#wake();
    });
  }

  /** Opens the connection. */
  connect(): void {
    this.#replaced = false;
    this.#host.clearTimeout(this.#retry);
    this.#show('connecting');
    const socket = new this.#host.WebSocket(this.#url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#host.clearTimeout(this.#retry);
      this.#speaker.opened();
    };
    socket.onmessage = ({ data }) => this.#speaker.received(new Uint8Array(data as ArrayBuffer));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#retry = this.#host.setTimeout(() => this.lost(), longest);
  }

  /** Sends a frame, if the connection is open. */
  send(bytes: Uint8Array): void {
    if (this.#socket?.readyState === 1) this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  /** All is well: the page is live, the next failure will be the first. */
  settled(): void {
    this.#failures = 0;
    this.#show('live');
  }

  /** Gives the connection up and tries anew. */
  lost(): void {
    this.#leave();
    this.#backOff();
  }

  /** Closes it without waiting for the other side to agree. */
  #leave(): void {
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    this.#end(false);
  }

  #end(refused: boolean): void {
    this.#socket = undefined;
    this.#host.clearTimeout(this.#retry);
    this.#show('offline');
    this.#speaker.closed(refused);
  }

  #closed(code: number): void {
    this.#end(code === Verdict.TooBig || code === Verdict.Malformed);
    if (code === Verdict.Replaced) this.#replaced = true;
    else if ((code !== Verdict.Reload && code !== Verdict.Refused) || !this.#reload()) this.#backOff();
  }

  #backOff(): void {
    const most = Math.min(longest, shortest * 2 ** this.#failures++);
    this.#retry = this.#host.setTimeout(() => this.connect(), this.#host.Math.random() * most);
  }

  /** The user or the network is back: a lost connection is opened now, any other has to prove itself. */
  #wake(): void {
    if (this.#socket) this.#speaker.probe();
    else this.connect();
  }

  /** Loads the page again, unless that has just been done; where nobody can remember, not at all. */
  #reload(): boolean {
    const { location, sessionStorage } = this.#host;
    try {
      const now = this.#host.Date.now();
      if (now - Number(sessionStorage.getItem(reloadKey)) < reloadInterval) return false;
      sessionStorage.setItem(reloadKey, `${now}`);
      location.reload();
      return true;
    } catch {
      return false;
    }
  }
}
