/**
 * The link: one connection to Redis, made anew for ever when it breaks. `redis.ts` carries messages over it,
 * `redis-directory.ts` asks it things. The only file of the bus that knows the package `redis`.
 *
 * - a command waits for a connection and for its reply for a second in all; then its promise rejects, and
 *   the command may have been done or not
 * - after a break the next connection is tried for after 50, 100, 200, ... 2,000 ms, and all
 *   channels are subscribed to again before anything else is asked
 * - a Redis that accepts what is sent and does not answer (it is stopped, the network is cut) is found out by a
 *   `PING` each half second: two seconds without a reply and the connection counts as broken
 */

import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** What is used of a client of the package `redis`. */
export interface RedisClient {
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: (what: unknown) => void): unknown;
  sendCommand(command: readonly string[]): Promise<unknown>;
  /** A listener that is there already is not added again. */
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
}

/** Makes a client that does not connect again by itself. */
export type MakeClient = (url: string) => Promise<RedisClient>;

/** What the link needs. */
export interface RedisLinkOptions {
  readonly clock: Clock;
  readonly report: Reporter;
  readonly url: string;
  /** In the place of the package `redis`. */
  readonly makeClient?: MakeClient | undefined;
}

/** Something to be asked as soon as there is a connection. */
type Waiting = (client: RedisClient | undefined) => void;

/** A channel that is subscribed to. */
interface Channel {
  readonly listener: (message: string) => void;
  /** Messages may have been missed. */
  readonly missed: () => void;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds a command may take. */
const patience = 1_000;

/** Milliseconds from one `PING` to the next. */
const heartbeat = 500;

/** Milliseconds that the reply to one may take before the connection counts as broken. */
const longestSilence = 1_500;

/** Commands that may be under way; any more are refused. */
const capacity = 10_000;

/** Milliseconds before the first and before each late try to connect. */
const firstPause = 50;
const longestPause = 2_000;

// CLIENT ----------------------------------------------------------------------

/** A client of the package `redis`, which is loaded for it. */
async function makeRedisClient(url: string): Promise<RedisClient> {
  const { createClient } = await import('redis').catch((cause: unknown) => {
    throw new TroupeError(ErrorCode.Bus, 'The bus needs the package `redis`: npm install redis', { cause });
  });
  const client = createClient({
    commandsQueueMaxLength: 2 * capacity,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: longestSilence, reconnectStrategy: false },
    url,
  });

  return client as unknown as RedisClient;
}

// LINK ------------------------------------------------------------------------

/** A connection to Redis, one after the other. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #channels = new Map<string, Channel>();
  /** How many `SUBSCRIBE` of each channel have had no reply. */
  readonly #joining = new Map<string, number>();
  readonly #returned = new Set<() => void>();
  /** Commands that wait for a connection, in their order. */
  readonly #waiting = new Set<Waiting>();
  /** The client that is connected and has subscribed to all channels. */
  #client: RedisClient | undefined;
  /** The client that is connected, or about to be. */
  #latest: RedisClient | undefined;
  #underWay = 0;
  #lastReply = 0;
  /** Tries to connect since there was a connection last. */
  #tries = 0;
  #isClosed = false;
  /** The next `PING`, or the next try to connect. */
  #timer: unknown;
  #idle: (() => void) | undefined;
  /** The same for all channels, or one that is given up and listened to again could have two. */
  readonly #hear = (message: string, name: string): void => this.#channels.get(name)?.listener(message);

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Whether there is a connection, as far as it is known. */
  get isUp(): boolean {
    return this.#client !== undefined;
  }

  /** Sends a command and gives the reply. */
  command(...command: readonly string[]): Promise<unknown> {
    return this.#ask((client) => client.sendCommand(command));
  }

  /** Listens to a channel, which nobody else in this process may, from soon on. Gives the way to stop. */
  subscribe(name: string, channel: Channel): () => void {
    this.#channels.set(name, channel);
    const client = this.#client;
    if (client !== undefined) this.#listen(client, name).catch((error: unknown) => this.#lost(client, error));

    return () => {
      if (this.#channels.get(name) !== channel) return;
      this.#channels.delete(name);
      if (this.#client !== undefined) this.#leave(this.#client, name);
    };
  }

  /** Calls back each time there is a connection again. Gives the way to stop. */
  returned(listener: () => void): () => void {
    const own = (): void => listener();
    this.#returned.add(own);

    return () => void this.#returned.delete(own);
  }

  /** Waits for the commands that are under way and lets go of the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#client !== undefined && this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#options.clock.clearTimeout(this.#timer);
    this.#release();
    for (const start of [...this.#waiting]) start(undefined);
  }

  // COMMANDS ------------------------------------------------------------------

  /** What is asked first is sent first. */
  async #ask<Reply>(send: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    const { clock } = this.#options;
    if (this.#isClosed) throw new TroupeError(ErrorCode.Bus, 'The bus is closed.');
    if (this.#underWay >= capacity) throw unanswered(`${capacity} commands are under way already`);
    this.#underWay++;
    let start: Waiting | undefined;
    let timer: unknown;
    try {
      return await new Promise<Reply>((resolve, reject) => {
        start = (client) => {
          if (client === undefined) reject(unanswered('the bus was closed'));
          else send(client).then(resolve, reject);
        };
        timer = clock.setTimeout(() => afterReading(() => reject(unanswered(`no reply in ${patience} ms`))), patience);
        if (this.#client === undefined) this.#waiting.add(start);
        else start(this.#client);
      });
    } finally {
      clock.clearTimeout(timer);
      if (start !== undefined) this.#waiting.delete(start);
      this.#underWay--;
      if (this.#underWay === 0) this.#idle?.();
    }
  }

  // CONNECTION ----------------------------------------------------------------

  async #connect(): Promise<void> {
    const { clock, makeClient = makeRedisClient, url } = this.#options;
    let client: RedisClient | undefined;
    try {
      client = await makeClient(url);
      if (this.#isClosed) return;
      this.#latest = client;
      for (const event of ['error', 'end']) client.on(event, (error) => this.#lost(client, error ?? event));
      this.#timer = clock.setTimeout(() => this.#lost(client, 'no reply'), 2 * longestSilence);
      await client.connect();
      await this.#listenToAll(client);
      if (this.#latest === client) this.#connected(client);
    } catch (error) {
      this.#lost(client, error);
    }
  }

  /** Also to channels that are subscribed to meanwhile. */
  async #listenToAll(client: RedisClient): Promise<void> {
    const done = new Set<string>();
    for (;;) {
      const names = [...this.#channels.keys()].filter((name) => !done.has(name));
      if (names.length === 0) return;
      for (const name of names) done.add(name);
      await Promise.all(names.map((name) => this.#listen(client, name)));
    }
  }

  async #listen(client: RedisClient, name: string): Promise<void> {
    this.#joining.set(name, (this.#joining.get(name) ?? 0) + 1);
    try {
      await client.subscribe(name, this.#hear);
    } finally {
      const others = (this.#joining.get(name) as number) - 1;
      if (others > 0) this.#joining.set(name, others);
      else this.#joining.delete(name);
    }
    if (!this.#channels.has(name)) this.#leave(client, name);
  }

  /**
   * Unsubscribes, but not before all replies to `SUBSCRIBE` have come: the client would take a channel to be
   * subscribed to that it has asked to leave, and send no command when it is wanted again.
   */
  #leave(client: RedisClient, name: string): void {
    if (this.#joining.has(name) || client !== this.#latest) return;
    client.unsubscribe(name, this.#hear).catch(() => {});
  }

  #connected(client: RedisClient): void {
    const { clock } = this.#options;
    const isAgain = this.#tries > 0;
    clock.clearTimeout(this.#timer);
    this.#client = client;
    this.#tries = 0;
    this.#lastReply = clock.now();
    this.#beat(client);
    for (const start of this.#waiting) start(client);
    this.#waiting.clear();
    if (!isAgain) return;
    for (const { missed } of [...this.#channels.values()]) missed();
    for (const listener of [...this.#returned]) listener();
  }

  #lost(client: RedisClient | undefined, cause: unknown): void {
    const { clock, report, url } = this.#options;
    if (this.#isClosed || client !== this.#latest) return;
    clock.clearTimeout(this.#timer);
    this.#release();
    if (this.#tries === 0) report(ErrorCode.Bus, lostError(url, cause));
    const pause = Math.min(longestPause, firstPause * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 16);
    this.#timer = clock.setTimeout(() => void this.#connect(), pause);
  }

  #release(): void {
    const client = this.#latest;
    this.#client = undefined;
    this.#latest = undefined;
    try {
      client?.destroy();
    } catch {
      // It is closed already.
    }
  }

  /** Asks for a sign of life. */
  #beat(client: RedisClient): void {
    const { clock } = this.#options;
    client.sendCommand(['PING']).then(
      () => {
        this.#lastReply = clock.now();
      },
      () => {}
    );
    this.#timer = clock.setTimeout(() => afterReading(() => this.#judge(client)), heartbeat);
  }

  #judge(client: RedisClient): void {
    if (client !== this.#client) return;
    if (this.#options.clock.now() - this.#lastReply >= longestSilence + heartbeat) this.#lost(client, 'no reply');
    else this.#beat(client);
  }
}

/** What was late because this process was busy has been read by then. */
function afterReading(run: () => void): void {
  setImmediate(run);
}

// ERRORS ----------------------------------------------------------------------

function unanswered(why: string): TroupeError {
  return new TroupeError(ErrorCode.Bus, `Redis did not take what it was asked: ${why}.`);
}

function lostError(url: string, cause: unknown): TroupeError {
  if (cause instanceof TroupeError) return cause;
  const { host } = new URL(url);
  const message = `Redis at ${host} cannot be reached: ${textOf(cause)}. It is tried again for as long as it takes; until then nothing comes from other processes or reaches them.`;

  return new TroupeError(ErrorCode.Bus, message, { cause });
}
