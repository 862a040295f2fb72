/**
 * The connection to Redis, over clients of `redis-client.ts`, one after the other. The store and the bus of a server have
 * a link each; both may use one connection.
 *
 * - A command waits for a connection and for its reply, one second in all. Then its promise rejects, and the command
 *   may have been executed or not. After a second without a connection, commands are refused at once.
 * - After a break it connects again, after 50, 100, 200, ... 2,000 ms, without end. All channels are subscribed to
 *   before the first command is sent.
 * - A `PING` each half second finds out that Redis accepts commands and does not answer (its process is stopped, the
 *   network is cut): two seconds without a reply count as a break.
 *
 * A client that the caller has made keeps its own policy: it is neither connected nor closed here.
 */

import { Backoff } from './backoff.js';
import { type Clock, monotonic } from './clock.js';
import { ErrorCode, TroupeError, textOf } from './errors.js';
import {
  type ConnectedRedisClient,
  createPackageClient,
  type MakeClient,
  type RedisChannel,
  RedisChannels,
  type RedisClient,
  type RedisPart,
  type RedisScript,
} from './redis-client.js';

// TYPES -----------------------------------------------------------------------

/** What a connection needs. */
export interface RedisConnectionOptions {
  /** A client that the caller has connected, and closes. Such a connection has no channels. */
  readonly client?: ConnectedRedisClient | undefined;
  readonly clock: Clock;
  /** Makes the clients. Default: the package `redis`. */
  readonly makeClient?: MakeClient | undefined;
  readonly url: string;
}

/** The part of a server that uses a connection. */
export interface RedisUse {
  /** The code of its errors. */
  readonly code: ErrorCode;
  /** What a command is refused with after it has closed. */
  readonly closed: TroupeError;
  /** The scripts that it runs. Redis knows them before the first command. */
  readonly scripts: readonly RedisScript[];
}

/** Runs as soon as there is a connection. */
type Waiting = (client: Commander) => void;

type Commander = Pick<RedisClient, 'sendCommand'>;

// LIMITS ----------------------------------------------------------------------

/** Milliseconds until a command is refused. */
const commandDeadlineMs = 1_000;

/** Milliseconds from one `PING` to the next. */
const heartbeatMs = 500;

/** Milliseconds that the reply to one may take before the connection counts as broken. */
const maxSilenceMs = 1_500;

/** Commands that may be under way; more are refused. */
const maxCommands = 65_536;

/** Milliseconds before a new connection is tried. The random part keeps nodes that lost Redis together apart. */
const pauses = { firstPauseMs: 50, maxPauseMs: 2_000, jitter: 0.25 } as const;

const noReply = 'it does not answer';

/** Strings of the protocol (`$`) come as bytes. */
const asBytes = { typeMapping: { 36: Buffer } } as const;

// CONNECTION ------------------------------------------------------------------

/** A connection to Redis. It connects at once, and again after each break. */
export class RedisConnection {
  readonly #clock: Clock;
  readonly #url: string;
  readonly #makeClient: MakeClient | undefined;
  readonly #given: ConnectedRedisClient | undefined;
  readonly #channels = new RedisChannels((client, error) => this.#lost(client, error));
  readonly #returned = new Set<() => void>();
  readonly #broken = new Set<(error: TroupeError) => void>();
  /** Commands that wait for a connection, in their order. */
  readonly #waiting = new Set<Waiting>();
  readonly #backoff = new Backoff(pauses);
  readonly #links = new Set<RedisLink>();
  readonly #scripts = new Set<RedisScript>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** The client that is connected and has subscribed to all channels. */
  #client: RedisClient | undefined;
  /** The client that is connected, or about to be. */
  #latest: RedisClient | undefined;
  #lastReply = 0;
  /** When the connection broke, or the first try failed. A first try that takes long because the process is busy is no failure. */
  #away: number | undefined;
  readonly #start: number;
  #cause: unknown = noReply;
  #isClosed = false;
  /** The next `PING`, or the next try to connect. */
  #timer: unknown;
  readonly #givenReady = (): void => this.#flush(this.#given as ConnectedRedisClient);
  /** An event `error` that has no listener would end the process. */
  readonly #givenFailed = (error: unknown): void => {
    this.#cause = error;
    if (this.#given?.isReady !== true) this.#away ??= monotonic(this.#clock);
  };

  /** @throws TroupeError `options` if the package `redis` is needed and not installed */
  constructor({ client, clock, makeClient, url }: RedisConnectionOptions) {
    this.#clock = clock;
    this.#url = url;
    this.#given = client;
    this.#start = monotonic(clock);
    client?.on('ready', this.#givenReady);
    client?.on('error', this.#givenFailed);
    this.#makeClient = client === undefined ? (makeClient ?? createPackageClient()) : undefined;
    if (this.#makeClient !== undefined) void this.#connect(this.#makeClient);
  }

  /** Whether there is a connection, as far as it is known. */
  get isUp(): boolean {
    return this.#commander !== undefined;
  }

  /** The connection for one part of a server. */
  link(use: RedisUse): RedisLink {
    const link = new RedisLink(this, use);
    this.#links.add(link);
    const added = use.scripts.filter((script) => !this.#scripts.has(script));
    for (const script of added) this.#scripts.add(script);
    if (this.#client !== undefined) load(this.#client, added);

    return link;
  }

  /** Waits for the commands that are under way, at most a second, and closes with the last link. */
  async release(link: RedisLink): Promise<void> {
    // The second round is for scripts that Redis had forgotten.
    for (let round = 0; round < 2; round++) await Promise.allSettled(this.#underWay);
    this.#links.delete(link);
    if (this.#links.size === 0) this.#close();
  }

  get #commander(): Commander | undefined {
    if (this.#given === undefined) return this.#client;

    return this.#given.isReady ? this.#given : undefined;
  }

  // COMMANDS ------------------------------------------------------------------

  /** Sends a command. What is asked for first is sent first. */
  send(code: ErrorCode, command: readonly RedisPart[], isBytes: boolean): Promise<unknown> {
    const sent = this.#send((what, cause) => new TroupeError(code, what, { cause }), command, isBytes);
    const settled = (): void => void this.#underWay.delete(sent);
    this.#underWay.add(sent);
    sent.then(settled, settled);

    return sent;
  }

  async #send(
    failed: (what: string, cause?: unknown) => TroupeError,
    command: readonly RedisPart[],
    isBytes: boolean
  ): Promise<unknown> {
    if (this.#underWay.size >= maxCommands) throw failed(`Redis: ${maxCommands} commands are under way already.`);
    if (this.#isAway) throw failed(this.#unreachable, this.#cause);
    let start: Waiting = () => {};
    let timer: unknown;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        start = (client) => {
          client
            .sendCommand(command, isBytes ? asBytes : undefined)
            .then(resolve, (error: unknown) => reject(failed(`Redis: ${textOf(error)}`, error)));
        };
        const refuse = (): void => {
          const isSent = !this.#waiting.has(start);
          reject(failed(isSent ? `Redis command timed out after ${commandDeadlineMs} ms.` : this.#unreachable));
        };
        timer = this.#clock.setTimeout(() => afterReading(refuse), commandDeadlineMs);
        if (this.#commander === undefined) this.#waiting.add(start);
        else start(this.#commander);
      });
    } finally {
      this.#clock.clearTimeout(timer);
      this.#waiting.delete(start);
    }
  }

  /** Whether there has been no connection for so long that waiting for one is in vain. */
  get #isAway(): boolean {
    if (this.#commander !== undefined || this.#away === undefined) return false;

    return monotonic(this.#clock) - this.#away >= commandDeadlineMs;
  }

  get #unreachable(): string {
    const where = this.#given === undefined ? `Redis at ${new URL(this.#url).host}` : 'Redis';

    return `${where} cannot be reached: ${textOf(this.#cause) || 'the connection failed'}.`;
  }

  /** Sends what has waited for a connection. */
  #flush(client: Commander): void {
    this.#away = undefined;
    this.#cause = noReply;
    for (const start of this.#waiting) {
      this.#waiting.delete(start);
      start(client);
    }
  }

  // CHANNELS ------------------------------------------------------------------

  /** Subscribes to a channel, from soon on. Returns the way to stop. */
  subscribe(name: string, channel: RedisChannel): () => void {
    return this.#channels.add(name, channel);
  }

  /** Calls back each time there is a connection again. Returns the way to stop. */
  returned(listener: () => void): () => void {
    const own = (): void => listener();
    this.#returned.add(own);

    return () => void this.#returned.delete(own);
  }

  /** Calls back with the reason each time the connection breaks; at once if there is none and a try has failed. Returns the way to stop. */
  broken(listener: (error: TroupeError) => void): () => void {
    this.#broken.add(listener);
    if (this.#backoff.failures > 0) listener(this.#lostError());

    return () => void this.#broken.delete(listener);
  }

  // CLIENTS -------------------------------------------------------------------

  async #connect(makeClient: MakeClient): Promise<void> {
    let client: RedisClient | undefined;
    try {
      client = await makeClient(this.#url);
      if (this.#isClosed) return;
      this.#latest = client;
      for (const event of ['error', 'end']) client.on(event, (error) => this.#lost(client, error ?? event));
      this.#timer = this.#clock.setTimeout(() => this.#lost(client, noReply), 2 * maxSilenceMs);
      await client.connect();
      await this.#channels.joinAll(client);
      if (this.#latest === client) this.#connected(client);
    } catch (error) {
      this.#lost(client, error);
    }
  }

  #connected(client: RedisClient): void {
    // A first connection that took long has let commands fail: those who subscribe have missed their replies.
    const isAgain = this.#backoff.failures > 0 || monotonic(this.#clock) - this.#start >= commandDeadlineMs;
    this.#clock.clearTimeout(this.#timer);
    this.#client = client;
    this.#backoff.reset();
    this.#lastReply = monotonic(this.#clock);
    load(client, this.#scripts);
    this.#beat(client);
    this.#flush(client);
    if (!isAgain) return;
    this.#channels.miss();
    for (const listener of [...this.#returned]) listener();
  }

  #lost(client: RedisClient | undefined, cause: unknown): void {
    if (this.#isClosed || client !== this.#latest) return;
    this.#clock.clearTimeout(this.#timer);
    this.#release();
    this.#away ??= monotonic(this.#clock);
    this.#cause = cause;
    const isFirst = this.#backoff.failures === 0;
    const pause = this.#backoff.next();
    if (isFirst) for (const listener of this.#broken) listener(this.#lostError());
    this.#timer = this.#clock.setTimeout(() => void this.#connect(this.#makeClient as MakeClient), pause);
  }

  #release(): void {
    const client = this.#latest;
    this.#client = undefined;
    this.#latest = undefined;
    this.#channels.client = undefined;
    try {
      client?.destroy();
    } catch {
      // It is closed already.
    }
  }

  #close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#release();
    this.#given?.off('ready', this.#givenReady);
    this.#given?.off('error', this.#givenFailed);
  }

  #lostError(): TroupeError {
    const message = `${this.#unreachable} The connection is retried until it succeeds; until then no messages come from other processes or reach them.`;

    return new TroupeError(ErrorCode.Bus, message, { cause: this.#cause });
  }

  // HEARTBEAT -----------------------------------------------------------------

  /** Asks for a sign of life. */
  #beat(client: RedisClient): void {
    client.sendCommand(['PING']).then(
      () => {
        this.#lastReply = monotonic(this.#clock);
      },
      () => {}
    );
    this.#timer = this.#clock.setTimeout(() => afterReading(() => this.#judge(client)), heartbeatMs);
  }

  #judge(client: RedisClient): void {
    if (client !== this.#client) return;
    if (monotonic(this.#clock) - this.#lastReply >= maxSilenceMs + heartbeatMs) this.#lost(client, noReply);
    else this.#beat(client);
  }
}

/** Replies that are late because this process was busy have been read by then. */
function afterReading(run: () => void): void {
  setImmediate(run);
}

/** Loads scripts: commands that are sent later can name them by their hash. */
function load(client: Commander, scripts: Iterable<RedisScript>): void {
  for (const { text } of scripts) client.sendCommand(['SCRIPT', 'LOAD', text]).catch(() => {});
}

// LINK ------------------------------------------------------------------------

/** A connection as one part of a server uses it: with its error code, and closed on its own. */
export class RedisLink {
  readonly #connection: RedisConnection;
  readonly #use: RedisUse;
  #closing: Promise<void> | undefined;

  constructor(connection: RedisConnection, use: RedisUse) {
    this.#connection = connection;
    this.#use = use;
  }

  /** The channels of the connection, and its breaks. */
  get connection(): Pick<RedisConnection, 'broken' | 'returned' | 'subscribe'> {
    return this.#connection;
  }

  /** Sends a command. Strings of the reply come as text, or as bytes if `isBytes`. */
  async command(command: readonly RedisPart[], isBytes = false): Promise<unknown> {
    if (this.#closing !== undefined) throw this.#use.closed;

    return this.#connection.send(this.#use.code, command, isBytes);
  }

  /** Runs a script: by its hash, and by its text if Redis has forgotten it. */
  async run(
    { hash, text }: RedisScript,
    keys: readonly string[],
    given: readonly RedisPart[],
    isBytes = false
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...given];
    try {
      return await this.command(['EVALSHA', hash, ...rest], isBytes);
    } catch (error) {
      if (!textOf(error).includes('NOSCRIPT')) throw error;
      return this.#connection.send(this.#use.code, ['EVAL', text, ...rest], isBytes);
    }
  }

  /** Waits for what is under way, at most a second. Later commands are refused. */
  close(): Promise<void> {
    this.#closing ??= this.#connection.release(this);
    return this.#closing;
  }
}
