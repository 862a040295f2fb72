/**
 * Events on their way: numbered when they are raised, kept until what they led to is stored, sent again on
 * the next connection if it is not shown yet. `session.ts` adds and sends them; what is
 * left when the page goes is handed over by `reload-storage.ts`.
 *
 * The numbers only ever grow, and the server counts by the same. So an event that has lost its effect is sent
 * all the same, as one that happened at nothing.
 */

import type { Wire } from '../runtime/wire/patch.js';
import { type Address, type EventRange, Limit } from '../runtime/wire/protocol.js';
import { encode } from './codec.js';
import type { Instance } from './instance.js';

// TYPES -----------------------------------------------------------------------

/** What an event is without the page: stable address, part, and payload if its handler wants one. */
export type Stored = readonly [address: Address | number, part: number, payload?: readonly Wire[]];

/** An event: where it was raised, and its payload. The instance's number is looked up when it is sent. */
export interface Raised {
  /** `null` if it has no number to be known by: the event goes by its address. */
  instance: Instance | null;
  /** What it is without the page. */
  stored: Stored;
  /** What it counts for in a frame. */
  readonly bytes: number;
  /** Asked when all events before it are processed, whether it has an effect; it waits until then. */
  gate?: Gate | undefined;
  /** If a later one may take its place: how many fields of its payload are added to that. */
  readonly sums?: number | undefined;
}

/** Whether an event that the page would not have let happen may happen now. */
export type Gate = () => boolean;

/** Bytes. */
const Size = {
  /** What the events of one frame count for together, unless the first counts for more. */
  batch: 16_384,
  /** What an event counts for beside what it says: more than it takes, so that a frame holds 32 of them at most. */
  around: 500,
} as const;

/** An event without effect: of nothing. */
const nothing: Stored = [0, 0];

// OUTBOX ----------------------------------------------------------------------

/** The events that are not durable yet. */
export class Outbox {
  /** The number of the last event that is processed. */
  processed = 0;
  /** The number of the last event that is durable: what came before it is gone. */
  durable = 0;
  /** The names of the events kept, oldest first. The last range is of this page load. An empty one says what is durable. */
  names: EventRange[] = [[`${Math.random()}`.slice(2), 1, 0]];
  #events: Raised[] = [];
  /** The number of the last event that has gone out on the present connection. */
  #gone = 0;
  /** The number of the last event that has gone out on any connection, or was left to another page load. */
  #told = 0;
  /** How many durable events are known to be lost. */
  #lost = 0;

  /** The number of the last event raised. */
  get raised(): number {
    return this.durable + this.#events.length;
  }

  /** Whether one has gone out on the present connection that is not processed. */
  get isAwaited(): boolean {
    return this.#gone > this.processed;
  }

  /** The number of the last event if it is here alone, so that it may still change; else 0. */
  get joinable(): number {
    return this.#told < this.raised ? this.raised : 0;
  }

  /** What is kept, for a page that is loaded in the place of this one. */
  get stored(): readonly Stored[] {
    return this.#events.map(({ stored }) => stored);
  }

  /** The name of this page load, another each time. */
  get load(): string {
    return (this.names.at(-1) as EventRange)[0];
  }

  /** Takes up what other page loads have left, before this one has raised any. */
  inherit(names: readonly EventRange[], events: readonly Stored[]): void {
    for (const event of events) this.add(event);
    this.names = [...names.filter(([, , count]) => count), [this.load, 1, 0]];
  }

  /**
   * Takes up an event; answers its number, or 0 if there is no more room, or never will be in a frame.
   *
   * @param sums for one of many that follow each other closely: it takes the place of one at the same part that waits to
   * be sent, if only such ones have come after that. So many of the first fields of their payloads are added up
   */
  add(stored: Stored, instance: Instance | null = null, gate?: Gate, sums?: number): number {
    for (let number = this.raised; sums !== undefined && number > this.#told; number--) {
      const event = this.#events[number - this.durable - 1] as Raised;
      if (event.sums === undefined) break;
      if (event.instance === instance && event.stored[1] === stored[1]) {
        const fields = stored[2] as number[];
        event.stored[2]?.slice(0, sums).forEach((before, field) => {
          fields[field] = (fields[field] as number) + (before as number);
        });
        event.stored = stored;
        return number;
      }
    }
    const bytes = Size.around + encode(stored as Wire).length;
    if (this.#events.length >= Limit.outbox || bytes > Limit.frame) return 0;
    this.#events.push({ instance, stored, bytes, gate, sums });
    (this.names.at(-1) as EventRange)[2]++;
    return this.raised;
  }

  /** Those to be sent in the next frame; they count as gone. */
  take(): readonly Raised[] {
    const taken: Raised[] = [];
    let sum = 0;
    for (const event of this.#events.slice(this.#gone - this.durable)) {
      sum += event.bytes;
      if (taken.length && sum > Size.batch) break;
      if (event.gate) {
        if (this.processed < this.#gone + taken.length) break;
        if (!event.gate()) spoil(event);
        event.gate = undefined;
      }
      taken.push(event);
    }
    this.#gone += taken.length;
    this.#told = Math.max(this.#told, this.#gone);
    return taken;
  }

  /**
   * So many more are processed, and all but the last `late` of those are durable.
   *
   * @param anew whether `count` is not of more but of all: the server has gone back to a state that contains these.
   * Later ones that are not durable go out again, by their addresses. Says how many more it has lost although they were
   * durable. A state that contains none of the events knows of no earlier loss.
   */
  advance(count: number, late = 0, anew = false): number {
    const number = anew ? count : this.processed + count;
    const lost = Math.max(0, this.durable - number - (number ? 0 : this.#lost));
    this.#lost += lost;
    this.processed = Math.min(Math.max(number, this.durable), this.raised);
    while (this.durable < this.processed - late) {
      const range = this.names.find(([, , count]) => count) as EventRange;
      range[1]++;
      range[2]--;
      this.durable++;
      this.#events.shift();
    }
    if (anew) for (const event of this.#events) event.instance = null;
    this.#gone = Math.max(anew ? 0 : this.#gone, this.processed);
    return lost;
  }

  /** The page is left: another page load may send what is kept. */
  leave(): void {
    this.#told = this.raised;
  }

  /** A new connection: none has gone out that is not processed. */
  rewind(): void {
    this.#gone = this.processed;
  }

  /** The first frame sent could not be read: its events are sent again without effect. Says how many had one. */
  spoil(): number {
    const sent = this.#gone - this.processed;
    this.rewind();
    const spoilt = this.take().slice(0, sent);
    spoilt.forEach(spoil);
    return spoilt.length;
  }

  /** All lose their effect. Says how many were not processed. */
  drop(): number {
    this.#events.forEach(spoil);
    return this.raised - this.processed;
  }
}

function spoil(event: Raised): void {
  event.instance = null;
  event.stored = nothing;
}
