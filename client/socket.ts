/**
 * The connection: a WebSocket, opened again whenever it is lost, with back-off (250 ms, doubled up to 10 s, a random part of it); at once when the page
 * becomes visible or the network returns; closed while the page is in the back/forward cache. When the
 * server is about to stop, another is opened before it is left. `start.ts` passes its bytes to the session.
 *
 * It is `connecting` at its first attempts; once two have failed, or one takes long, it is `offline` until it is live again.
 */

import { Verdict } from '../runtime/wire/protocol.js';
import type { WebSocketLike } from './fallback.js';

// TYPES -----------------------------------------------------------------------

/** The state of the connection, for CSS. */
export type ConnectionState = 'connecting' | 'live' | 'unanswered' | 'offline';

/** What speaks over the connection. */
export interface Speaker {
  /** It is open. */
  opened(): void;
  received(bytes: Uint8Array): void;
  /** It is closed, with this code or 0. Says whether to open it again whatever the code. */
  closed(code: number): boolean;
  /** Is it alive? */
  probe(): void;
}

/** Milliseconds. */
const Delay = {
  /** Of the first back-off, at most; doubled each time. */
  shortest: 250,
  /** Of any other. */
  longest: 10_000,
  /** Without being live, after which an attempt to connect counts as offline. */
  connecting: 3_000,
  /** In which a connection has to open. */
  opening: 4_000,
  /** What a connection has to last to count as a good one. */
  lasting: 4_000,
  /** Between two times the page is loaded again. */
  reload: 30_000,
} as const;
const reloadKey = 'troupe:reloaded';

// SOCKET ----------------------------------------------------------------------

/** The one connection of a page. */
export class Socket {
  readonly #url: string;
  readonly #speaker: Speaker;
  readonly #show: (state: ConnectionState) => void;
  /** Makes one: `roads.ts` puts another way in its place. */
  make: (url: string) => WebSocketLike = (url) => new WebSocket(url) as unknown as WebSocketLike;
  /** While a pointer is pressed, until when what is received waits: `presses.ts` puts it here. */
  pressed: Promise<void> | undefined;
  #socket: WebSocketLike | undefined;
  /** Failures since a connection lasted. */
  #failures = 0;
  /** When this connection became live; `NaN` if it is not. */
  #since = Number.NaN;
  /** Until the next attempt, or the end of this one. */
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Until this attempt counts as offline. */
  #late: ReturnType<typeof setTimeout> | undefined;

  /** @param path where the socket is, from the page's root; what it says cannot name another host, scheme or port */
  constructor(path: string, speaker: Speaker, show: (state: ConnectionState) => void) {
    this.#url = `ws${location.origin.slice(4)}/${path.slice(1)}`;
    this.#speaker = speaker;
    this.#show = show;
    addEventListener('online', () => this.#wake());
    addEventListener('pageshow', ({ persisted }) => persisted && this.#wake());
    addEventListener('pagehide', () => this.#leave());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#wake();
    });
  }

  /** Opens the connection. */
  connect(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#late);
    if (this.#failures < 2) this.#show('connecting');
    this.#late = setTimeout(() => this.#show('offline'), Delay.connecting);
    this.#socket = this.#open();
    this.#retry = setTimeout(() => this.giveUp(), Delay.opening);
  }

  /**
   * Opens another connection at some time within so many milliseconds and goes over to it when it is open. Until then
   * all stays as it is: if it fails, or the present one is lost meanwhile, nothing has happened.
   */
  move(within: number): void {
    const old = this.#socket;
    setTimeout(() => {
      if (old && this.#socket === old) this.#open(old);
    }, Math.random() * within);
  }

  /** A new connection, to be spoken over as soon as it is open, in place of `old` if that is still there then. */
  #open(old?: WebSocketLike): WebSocketLike {
    const socket = this.make(this.#url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (this.#socket !== (old ?? socket)) return socket.close(1000);
      this.#socket = socket;
      if (old) {
        this.#speaker.closed(0);
        old.close(1000);
      }
      clearTimeout(this.#retry);
      this.#speaker.opened();
    };
    // Nothing more is heard of one that was left, be it while a frame waited: the next one brings it again.
    socket.onmessage = async ({ data }) => {
      if (this.pressed) await this.pressed;
      if (this.#socket === socket) this.#speaker.received(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#closed(code);
    };
    return socket;
  }

  /** Sends a frame, if the connection is open. */
  send(bytes: Uint8Array): void {
    if (this.#socket?.readyState === 1) this.#socket.send(bytes);
  }

  /** The page is live, but for an event that has no answer. If it stays so for a while, the next failure will be the first. */
  settled(isUnanswered: boolean): void {
    clearTimeout(this.#late);
    this.#since ||= performance.now();
    this.#show(isUnanswered ? 'unanswered' : 'live');
  }

  /** Gives the connection up and tries anew. */
  giveUp(): void {
    this.#leave();
    this.#backOff();
  }

  /** Closes it without waiting for the other side to agree. */
  #leave(): void {
    this.#socket?.close(1000);
    this.#end(0);
  }

  #end(code: number): boolean {
    if (performance.now() - this.#since >= Delay.lasting) this.#failures = 0;
    this.#since = Number.NaN;
    this.#socket = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#late);
    this.#show('offline');
    return this.#speaker.closed(code);
  }

  #closed(code: number): void {
    const again = this.#end(code);
    if (again || (code !== Verdict.Reload && code !== Verdict.Refused) || !this.#reload()) this.#backOff();
  }

  #backOff(): void {
    const most = Math.min(Delay.longest, Delay.shortest * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.connect(), Math.random() * most);
  }

  /** The user or the network is back: a lost connection is opened now, any other has to prove itself. */
  #wake(): void {
    if (this.#socket) this.#speaker.probe();
    else this.connect();
  }

  /** Loads the page again, unless that has just been done; without a storage to note it in, not at all. */
  #reload(): boolean {
    try {
      const now = Date.now();
      if (now - Number(sessionStorage.getItem(reloadKey)) < Delay.reload) return false;
      sessionStorage.setItem(reloadKey, `${now}`);
      location.reload();
      return true;
    } catch {
      return false;
    }
  }
}
