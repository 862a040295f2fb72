/**
 * Actor lease: decides which node runs a shared actor. Every node that has started the name asks the directory, three
 * times in a lease. `distributed-actor.ts` has one for each actor.
 *
 * - The holder renews the lease. While it cannot reach the directory it keeps running the actor, and renews at once when
 *   the directory is back. It has lost the lease only when it learns that another node holds the name.
 * - The other nodes read the holder, and claim the name if it has none. After an outage they wait for a lease and 2.5
 *   seconds first, so that the previous holder, which may need two seconds to reconnect, can renew.
 * - They read before they claim, because a claim that is queued in a stalled Redis would still execute later. A late read
 *   does no harm.
 */

import { type Clock, monotonic } from '../platform/clock.js';
import type { Directory } from './cluster-directory.js';

// TYPES -----------------------------------------------------------------------

/** Options of a lease, with the callbacks for its changes. */
export interface LeaseOptions {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly name: string;
  readonly node: string;
  /** This node has claimed the lease. `before` is the last known holder, unless it released the lease. */
  gained(before: string | undefined): void;
  /** Another node has taken the lease from this one. */
  lost(holder: string): void;
  /** The lease went from one other node to another. */
  moved(): void;
  /** This node has renewed the lease. */
  renewed(): void;
}

// LEASE -----------------------------------------------------------------------

/** How often in a lease the directory is asked. */
const asksPerLease = 3;

/** Milliseconds in which the previous holder reconnects after an outage, if it is alive. */
const reconnectMs = 2_500;

/** The lease of one name, as this node sees it. */
export class Lease {
  readonly #options: LeaseOptions;
  #holder: string | undefined;
  #isHeld = false;
  #isAsking = false;
  /** Whether to ask again as soon as the answer has arrived. */
  #isUrgent = false;
  #isOver = false;
  /** Time until which only the previous holder may claim it. */
  #reservedUntil = 0;
  #timer: unknown;
  readonly #unfollow: () => void;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#unfollow = options.directory.returned(() => this.#returned());
    this.ask();
  }

  /** The last known holder. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** Whether this node holds it. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The holder has released it. */
  freed(): void {
    if (this.#isHeld) return;
    this.#holder = undefined;
    this.#reservedUntil = 0;
    this.ask();
  }

  /** Asks the directory now instead of at the next interval. */
  ask(): void {
    if (this.#isOver) return;
    this.#isUrgent = true;
    if (this.#isAsking) return;
    this.#options.clock.clearTimeout(this.#timer);
    void this.#turn();
  }

  /** Releases it. Resolves when the directory has replied or failed. */
  async end(): Promise<void> {
    const { clock, directory, name } = this.#options;
    this.#isOver = true;
    this.#unfollow();
    clock.clearTimeout(this.#timer);
    if (this.#isHeld) await directory.release(name).catch(() => {});
    this.#isHeld = false;
  }

  #returned(): void {
    if (this.#isHeld) this.ask();
    else this.#reserve();
  }

  #reserve(): void {
    const { clock, directory } = this.#options;
    if (!this.#isHeld) this.#reservedUntil = monotonic(clock) + directory.lease + reconnectMs;
  }

  async #turn(): Promise<void> {
    const { clock, directory } = this.#options;
    this.#isAsking = true;
    while (this.#isUrgent) {
      this.#isUrgent = false;
      try {
        await this.#askOnce();
      } catch {
        this.#reserve();
      }
    }
    this.#isAsking = false;
    if (this.#isOver) return;
    this.#timer = clock.setTimeout(() => this.ask(), directory.lease / asksPerLease);
  }

  async #askOnce(): Promise<void> {
    const { clock, directory, name, node } = this.#options;
    const found = this.#isHeld ? undefined : await directory.holder(name);
    if (found === '') this.#holder = undefined;
    if (this.#isOver || (found === undefined && monotonic(clock) < this.#reservedUntil && !this.#isHeld)) return;
    const holder = !found || found === node ? await directory.claim(name) : found;
    if (!this.#isOver) this.#note(holder);
    else if (holder === node) await directory.release(name);
  }

  #note(holder: string): void {
    const { gained, lost, moved, node, renewed } = this.#options;
    const before = this.#holder;
    const wasHeld = this.#isHeld;
    this.#holder = holder;
    this.#isHeld = holder === node;
    if (this.#isHeld && wasHeld) renewed();
    else if (this.#isHeld) gained(before);
    else if (wasHeld) lost(holder);
    else if (holder !== before) moved();
  }
}
