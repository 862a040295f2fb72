/**
 * The outbox of a shared actor: the events of this node for an actor that runs on another. They go in batches,
 * one at a time, each again and again until the other node says that it has taken it; so their order is
 * kept, and none is lost with a connection. What comes twice has an id, and is dropped there.
 * `distributed-actor.ts` has one for each actor.
 */

import type { Clock } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** An event on its way, and its id. */
export type Outgoing = readonly [event: AnyMessage, id: string];

/** What an outbox needs. */
export interface RemoteMailboxOptions {
  readonly clock: Clock;
  /** The actor. */
  readonly name: string;
  /** Milliseconds after which an event that has not been taken is given up. */
  readonly patience: number;
  /** Milliseconds after which a batch that has not been taken is sent again. */
  readonly pause: number;
  /** Sends a batch, if it is known where to; `taken` says later that it has come. */
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

/** Events that may be on their way; any more are refused. */
const capacity = 10_000;

/** Events in one batch. */
const mostInBatch = 256;

// OUTBOX ----------------------------------------------------------------------

/** Events on their way to one actor. */
export class RemoteMailbox {
  readonly #options: RemoteMailboxOptions;
  /** By id, in their order. */
  readonly #entries = new Map<string, Entry>();
  #batch = 0;
  /** The ids of those that are under way. */
  #sent: readonly string[] = [];
  #timer: unknown;
  #isOver = false;

  constructor(options: RemoteMailboxOptions) {
    this.#options = options;
  }

  /** Resolves when the event has been taken, rejects if it is given up. */
  send(event: AnyMessage, id: string): Promise<void> {
    const present = this.#entries.get(id);
    if (present !== undefined) return present.promise;
    if (this.#isOver || this.#entries.size >= capacity) {
      return Promise.reject(this.#given(1, this.#isOver ? 'the server is closed' : `${capacity} events wait`));
    }
    const { promise, resolve, reject } = settleable();
    this.#entries.set(id, { event, id, promise, reject, resolve, since: this.#options.clock.now() });
    if (this.#sent.length === 0) this.#next();

    return promise;
  }

  /** The other node has taken a batch. */
  taken(batch: number): void {
    if (batch !== this.#batch || this.#sent.length === 0) return;
    for (const id of this.#sent) this.#remove(id)?.resolve();
    this.#next();
  }

  /** Sends what is under way again: it may be known now where to. */
  again(): void {
    if (this.#sent.length > 0) this.#dispatch();
  }

  /** Gives up all events. */
  end(why: string): void {
    this.#isOver = true;
    this.#giveUp([...this.#entries.values()], why);
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Takes the next batch, if there are events. */
  #next(): void {
    this.#sent = [...this.#entries.keys()].slice(0, mostInBatch);
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
    const oldest = clock.now() - patience;
    const late = [...this.#entries.values()].filter(({ since }) => since <= oldest);
    this.#giveUp(late, `that shared actor could not be reached for ${patience} ms`);
    if (late.length > 0) this.#next();
    else this.#dispatch();
  }

  #giveUp(entries: readonly Entry[], why: string): void {
    if (entries.length === 0) return;
    const error = this.#given(entries.length, why);
    for (const { id } of entries) this.#remove(id)?.reject(error);
    this.#options.report(error);
  }

  #remove(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);

    return entry;
  }

  #given(count: number, why: string): TroupeError {
    const what = count === 1 ? 'An event' : `${count} events`;
    const message = `${what} sent to '${this.#options.name}', on another node, could not be delivered: ${why}.`;

    return new TroupeError(ErrorCode.Effect, message);
  }
}

/** Its rejection may be ignored. */
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
