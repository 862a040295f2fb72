/**
 * The membership of a node: it says that it is alive, three times in a lease. The store learns it from `write-behind.ts`, the
 * other nodes learn it from `presence-registry.ts`; both have the same lease and the same moments. In Redis it is one key,
 * which the store and the directory share.
 */

import type { Clock } from '../platform/clock.js';

// TYPES -----------------------------------------------------------------------

/** What a membership needs. */
export interface MembershipOptions {
  readonly clock: Clock;
  /** Milliseconds for which a silent node counts as alive. Default 10,000. */
  readonly lease?: number | undefined;
}

// MEMBERSHIP ------------------------------------------------------------------

const defaultLeaseMs = 10_000;

/** How often in a lease the node says that it is alive. */
const beatsPerLease = 3;

/** The beats of one node. */
export class Membership {
  readonly lease: number;
  readonly #clock: Clock;
  readonly #beats = new Set<() => void>();
  #timer: unknown;

  constructor({ clock, lease = defaultLeaseMs }: MembershipOptions) {
    this.#clock = clock;
    this.lease = lease;
  }

  /** Calls a function now and with each beat; it says where the node is alive. Returns the way to stop. */
  join(beat: () => void): () => void {
    const own = (): void => beat();
    this.#beats.add(own);
    own();
    if (this.#beats.size === 1) this.#wait();

    return () => {
      if (this.#beats.delete(own) && this.#beats.size === 0) this.#clock.clearTimeout(this.#timer);
    };
  }

  /** Beats now, because the node may have been cut off for longer than its lease. */
  beat(): void {
    this.#clock.clearTimeout(this.#timer);
    for (const beat of [...this.#beats]) beat();
    if (this.#beats.size > 0) this.#wait();
  }

  #wait(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.beat(), this.lease / beatsPerLease);
  }
}
