/**
 * The nodes that are alive: each has said so within its lease. For the stores of one process (`memory.ts`, `lmdb.ts`),
 * which several servers of that process may share.
 */

import { type Clock, monotonic } from '../platform/clock.js';

/** The nodes, and when the lease of each ends. */
export class NodeLeases {
  readonly #clock: Clock;
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.#ends.size;
  }

  /** Gives a node a lease of so many milliseconds from now on. Forgets the nodes whose lease is over. */
  beat(node: string, lease: number): void {
    const now = monotonic(this.#clock);

    for (const [other, end] of this.#ends) {
      if (end <= now) this.#ends.delete(other);
    }
    this.#ends.set(node, now + lease);
  }

  /** Whether the lease of a node is not over. */
  isAlive(node: string): boolean {
    return (this.#ends.get(node) ?? 0) > monotonic(this.#clock);
  }
}
