/**
 * The connection of `redis.ts` to Redis, which may break at any time: what is asked for is answered or refused
 * within about a second, whatever has become of the other side, and never kept for later.
 *
 * The client connects again by itself. What it does not see is that nobody answers though the connection stands
 * (a machine that is gone, a process that hangs): then it is thrown away and another one made.
 *
 * Imports nothing of `redis`; it is handed what makes a client.
 */

import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** What is used of a client of the package `redis`. */
export interface RedisConnection {
  readonly isReady: boolean;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  off(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  sendCommand(parts: readonly RedisPart[], options?: { readonly typeMapping?: object }): Promise<unknown>;
}

/** A client that whoever made it can connect and throw away. */
export interface OwnConnection extends RedisConnection {
  connect(): Promise<unknown>;
  destroy(): void;
}

/** A word of a command. */
export type RedisPart = string | Buffer;

/** Where clients come from: they are made here, or one was given. */
export type RedisSource = { readonly make: () => OwnConnection } | { readonly given: RedisConnection };

// LIMITS ----------------------------------------------------------------------

/** Milliseconds until something asked for is refused; also from the end of a connection on. */
const deadline = 1_000;

/** Milliseconds in which nothing was answered until another client is made. */
const silence = 5_000;

/** How strings of the protocol (`$`) come: as bytes. */
const asBytes = { typeMapping: { 36: Buffer } } as const;

// LINK ------------------------------------------------------------------------

/** A connection that is there or not; connects at once. */
export class RedisLink {
  readonly #clock: Clock;
  readonly #source: RedisSource;
  readonly #outstanding = new Set<Promise<unknown>>();
  /** Who waits for a connection. */
  readonly #waiting = new Set<() => void>();
  #client: RedisConnection;
  /** Since when there is no connection; nothing while there is one. */
  #away: number | undefined;
  /** Since when nothing was heard of the other side though something was asked. */
  #silent: number | undefined;
  #error: unknown;
  #closing: Promise<void> | undefined;
  readonly #onReady = (): void => {
    this.#away = undefined;
    this.#silent = undefined;
    for (const connected of this.#waiting) connected();
  };
  /** An event `error` without anybody who listens would end the process. */
  readonly #onError = (error: unknown): void => {
    this.#error = error;
    this.#silent = undefined;
    if (!this.#client.isReady) this.#away ??= this.#clock.now();
  };

  constructor(clock: Clock, source: RedisSource) {
    this.#clock = clock;
    this.#source = source;
    this.#client = this.#open();
  }

  /**
   * Sends a command and gives the reply, strings as bytes.
   *
   * @param otherwise what is sent if Redis does not know the script that `command` names
   */
  send(command: readonly RedisPart[], otherwise?: readonly RedisPart[]): Promise<unknown> {
    if (this.#closing !== undefined) return Promise.reject(new TroupeError(ErrorCode.Closed, 'The store is closed.'));
    const sent = this.#sendEither(command, otherwise);

    this.#outstanding.add(sent);
    sent.then(
      () => this.#outstanding.delete(sent),
      () => this.#outstanding.delete(sent)
    );
    return sent;
  }

  /** Waits for what was sent, and lets go of a client that was made here. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#outstanding).then(() => this.#drop());
    return this.#closing;
  }

  // SENDING -------------------------------------------------------------------

  async #sendEither(command: readonly RedisPart[], otherwise?: readonly RedisPart[]): Promise<unknown> {
    try {
      return await this.#send(command);
    } catch (error) {
      if (otherwise === undefined || !textOf(error).includes('NOSCRIPT')) throw error;
      return this.#send(otherwise);
    }
  }

  async #send(command: readonly RedisPart[]): Promise<unknown> {
    if (!this.#client.isReady) await this.#ready();
    try {
      const reply = await this.#within(this.#client.sendCommand(command, asBytes));
      this.#silent = undefined;
      return reply;
    } catch (error) {
      throw error instanceof TroupeError ? error : failed(error);
    }
  }

  /** Waits for a connection, if there was one until a moment ago. */
  async #ready(): Promise<void> {
    const now = this.#clock.now();
    this.#away ??= now;
    const left = this.#away + deadline - now;
    if (left <= 0) throw this.#missed();

    let connected = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      connected = resolve;
    });

    this.#waiting.add(connected);
    try {
      await this.#within(ready, left);
    } finally {
      this.#waiting.delete(connected);
    }
  }

  #within<Value>(promise: Promise<Value>, duration = deadline): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timeout = this.#clock.setTimeout(() => reject(this.#missed()), duration);

      promise.then(resolve, reject).finally(() => this.#clock.clearTimeout(timeout));
    });
  }

  /** What is said when nothing was heard in time; if that has been so for long, another client is made. */
  #missed(): TroupeError {
    const now = this.#clock.now();
    this.#silent ??= now;

    if (now - this.#silent >= silence && this.#closing === undefined && 'make' in this.#source) {
      this.#drop();
      this.#client = this.#open();
      this.#silent = undefined;
    }
    const why = this.#error === undefined ? 'it does not answer' : textOf(this.#error) || 'the connection failed';
    return new TroupeError(ErrorCode.Store, `Redis cannot be reached: ${why}.`, { cause: this.#error });
  }

  // CLIENTS -------------------------------------------------------------------

  #open(): RedisConnection {
    const client = 'make' in this.#source ? this.#source.make() : this.#source.given;

    client.on('ready', this.#onReady);
    client.on('error', this.#onError);
    this.#away = client.isReady ? undefined : this.#clock.now();
    // Tries for ever, and fails only if it is thrown away.
    if ('make' in this.#source) (client as OwnConnection).connect().catch(() => undefined);
    return client;
  }

  #drop(): void {
    const client = this.#client;

    client.off('ready', this.#onReady);
    if ('make' in this.#source) (client as OwnConnection).destroy();
    else client.off('error', this.#onError);
  }
}

function failed(error: unknown): TroupeError {
  return new TroupeError(ErrorCode.Store, `Redis: ${textOf(error)}`, { cause: error });
}
