/**
 * The lease of a shared actor: which of the nodes runs it. All that have it ask the directory, again and
 * again; one of them holds its name there and goes on holding it. `distributed-actor.ts` has one for each actor.
 *
 * - the holder renews three times in a lease. Cut off from the directory it goes on, and renews at once when it
 *   is back; only when it hears that another holds the name has it lost it
 * - the others look three times in a lease, and take the name if no node holds it; after an outage only when a
 *   lease and 2.5 seconds have passed, so that the holder, who may take two to connect again, comes first. They look before they take: what was asked of a
 *   directory that stands still is done when it goes on, and a look that comes late does no harm
 */

import type { Clock } from '../platform/clock.js';
import type { Directory } from './cluster-directory.js';

// TYPES -----------------------------------------------------------------------

/** What a lease needs, and whom it tells. */
export interface LeaseOptions {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly name: string;
  readonly node: string;
  /** This node holds it now; `before` is the node that held it as far as it is known, unless it has given it up. */
  gained(before: string | undefined): void;
  /** This node holds it no longer, but the other. */
  lost(holder: string): void;
  /** Another node holds it, and not the one that did. */
  moved(): void;
  /** This node goes on holding it, and the directory can be reached. */
  renewed(): void;
}

// LEASE -----------------------------------------------------------------------

/** How often in a lease it is renewed, or looked after. */
const timesInLease = 3;

/** Milliseconds in which who held it before an outage has connected again, if it is alive. */
const returnTime = 2_500;

/** Which node holds a name. */
export class Lease {
  readonly #options: LeaseOptions;
  #holder: string | undefined;
  #isHeld = false;
  #isAsking = false;
  /** Whether to ask again as soon as the answer has come. */
  #isUrgent = false;
  #isOver = false;
  /** Until when it is left to its last holder. */
  #reserved = 0;
  #timer: unknown;
  readonly #unfollow: () => void;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#unfollow = options.directory.returned(() => this.#returned());
    this.ask();
  }

  /** The node that holds it, as far as it is known. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** Whether this node holds it. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The other node has given it up. */
  freed(): void {
    if (this.#isHeld) return;
    this.#holder = undefined;
    this.#reserved = 0;
    this.ask();
  }

  /** Asks the directory now, and not when it would be time. */
  ask(): void {
    if (this.#isOver) return;
    this.#isUrgent = true;
    if (this.#isAsking) return;
    this.#options.clock.clearTimeout(this.#timer);
    void this.#turn();
  }

  /** Gives it up. Resolves when the others can have it, as far as they can be reached. */
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
    if (!this.#isHeld) this.#reserved = clock.now() + directory.lease + returnTime;
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
    this.#timer = clock.setTimeout(() => this.ask(), directory.lease / timesInLease);
  }

  async #askOnce(): Promise<void> {
    const { clock, directory, name, node } = this.#options;
    const found = this.#isHeld ? undefined : await directory.holder(name);
    if (found === '') this.#holder = undefined;
    if (this.#isOver || (found === undefined && clock.now() < this.#reserved && !this.#isHeld)) return;
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
