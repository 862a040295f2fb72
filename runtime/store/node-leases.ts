/**
 * Which nodes are alive: those that have said so not too long ago. For the stores that live in one process
 * (`memory.ts`, `lmdb.ts`), where several servers may share one of them.
 */

import type { Clock } from '../platform/clock.js';

/** The nodes that have beaten, and until when each is taken to be alive. */
export class Leases {
  readonly #clock: Clock;
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.#ends.size;
  }

  /** Takes a node to be alive for so many milliseconds, and forgets those that are not. */
  beat(node: string, lease: number): void {
    const now = this.#clock.now();

    for (const [other, end] of this.#ends) {
      if (end <= now) this.#ends.delete(other);
    }
    this.#ends.set(node, now + lease);
  }

  /** Whether a node has given a sign of life in time. */
  isAlive(node: string): boolean {
    return (this.#ends.get(node) ?? 0) > this.#clock.now();
  }
}
