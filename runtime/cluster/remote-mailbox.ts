/**
 * Remote mailbox: the events of this node for a shared actor that runs on another. They are sent in batches, one batch at
 * a time. A batch is sent again until the other node confirms it, so events keep their order and an interrupted connection
 * loses none. An event that arrives twice is dropped there by its id. `distributed-actor.ts` has one for each actor.
 */

import { type Clock, monotonic } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** An event with its id. */
export type Outgoing = readonly [event: AnyMessage, id: string];

/** Options of a remote mailbox. */
export interface RemoteMailboxOptions {
  readonly clock: Clock;
  /** The actor. */
  readonly name: string;
  /** Milliseconds after which an unconfirmed event is reported and dropped. */
  readonly patience: number;
  /** Milliseconds after which an unconfirmed batch is sent again. */
  readonly pause: number;
  /** Sends a batch to the holder, if that is known. `taken` confirms it later. */
  dispatch(batch: number, events: readonly Outgoing[]): void;
  report(error: TroupeError): void;
}

interface Entry {
  readonly event: AnyMessage;
  readonly id: string;
  /** When it was sent. */
  readonly since: number;
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: TroupeError): void;
}

// LIMITS ----------------------------------------------------------------------

/** The most unconfirmed events; further ones are rejected. */
const maxUnconfirmed = 10_000;

/** The most events in one batch. */
const maxBatch = 256;

// MAILBOX ---------------------------------------------------------------------

/** The unconfirmed events for one actor. */
export class RemoteMailbox {
  readonly #options: RemoteMailboxOptions;
  /** By id, in the order they were sent. */
  readonly #entries = new Map<string, Entry>();
  #batch = 0;
  /** The ids in the current batch. */
  #sent: readonly string[] = [];
  #timer: unknown;
  #isOver = false;

  constructor(options: RemoteMailboxOptions) {
    this.#options = options;
  }

  /** Resolves when the event is confirmed, rejects when it is dropped. */
  send(event: AnyMessage, id: string): Promise<void> {
    const present = this.#entries.get(id);
    if (present !== undefined) return present.promise;
    if (this.#isOver || this.#entries.size >= maxUnconfirmed) {
      return Promise.reject(
        this.#undelivered(1, this.#isOver ? 'the server is closed' : `${maxUnconfirmed} events wait`)
      );
    }
    const { promise, resolve, reject } = settleable();
    this.#entries.set(id, { event, id, promise, reject, resolve, since: monotonic(this.#options.clock) });
    if (this.#sent.length === 0) this.#next();

    return promise;
  }

  /** The other node has confirmed a batch. */
  taken(batch: number): void {
    if (batch !== this.#batch || this.#sent.length === 0) return;
    for (const id of this.#sent) this.#remove(id)?.resolve();
    this.#next();
  }

  /** Sends the current batch again, because the holder may have changed. */
  again(): void {
    if (this.#sent.length > 0) this.#dispatch();
  }

  /** Drops all events. */
  end(why: string): void {
    this.#isOver = true;
    this.#drop([...this.#entries.values()], why);
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Makes the next batch and sends it, if there are events. */
  #next(): void {
    this.#sent = [...this.#entries.keys()].slice(0, maxBatch);
    this.#options.clock.clearTimeout(this.#timer);
    if (this.#sent.length === 0) return;
    this.#batch++;
    this.#dispatch();
  }

  #dispatch(): void {
    const { clock, dispatch, pause } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#retry(), pause);
    const events = this.#sent.map((id): Outgoing => [(this.#entries.get(id) as Entry).event, id]);
    dispatch(this.#batch, events);
  }

  #retry(): void {
    const { clock, patience } = this.#options;
    const oldest = monotonic(clock) - patience;
    const late = [...this.#entries.values()].filter(({ since }) => since <= oldest);
    this.#drop(late, `that shared actor could not be reached for ${patience} ms`);
    if (late.length > 0) this.#next();
    else this.#dispatch();
  }

  #drop(entries: readonly Entry[], why: string): void {
    if (entries.length === 0) return;
    const error = this.#undelivered(entries.length, why);
    for (const { id } of entries) this.#remove(id)?.reject(error);
    this.#options.report(error);
  }

  #remove(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);

    return entry;
  }

  #undelivered(count: number, why: string): TroupeError {
    const what = count === 1 ? 'An event' : `${count} events`;
    const message = `${what} sent to '${this.#options.name}', on another node, could not be delivered: ${why}.`;

    return new TroupeError(ErrorCode.Effect, message);
  }
}

/** A promise with its functions. An ignored rejection is not an unhandled one. */
function settleable(): { promise: Promise<void>; resolve: () => void; reject: (error: TroupeError) => void } {
  let resolve: () => void = () => {};
  let reject: (error: TroupeError) => void = () => {};
  const promise = new Promise<void>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  promise.catch(() => {});

  return { promise, resolve, reject };
}
