/**
 * Revocations: which principals were revoked, and when. What a token was sealed for before that opens nothing, on any node.
 *
 *     revoke -> this node: its sessions end
 *            -> bus:       the sessions of other nodes end
 *            -> store:     nodes that do not hear the bus, or start later, read it there
 *
 * A revocation is a mark (`principal.ts`) and a time. The time lies ahead by what clocks of nodes may differ, so that a token
 * that another node has sealed before is older in any case. A token that is sealed after it gets a later time.
 */

import { keyOf, markOf, marksOf, principalText } from '../identity/principal.js';
import { browserOf } from '../identity/request-identity.js';
import { type Bearer, maxClockDifferenceMs } from '../identity/session-token.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import type { Store } from '../store/store.js';
import type { AnyMessage } from '../template/html.js';

// TYPES -----------------------------------------------------------------------

/** What revocations need. */
export interface RevocationsOptions {
  /** How other nodes are reached. */
  readonly bus: {
    publish(topic: string, message: AnyMessage): void | Promise<void>;
    subscribe(topic: string, listener: (message: AnyMessage) => void): () => void;
  };
  readonly clock: Clock;
  /** Whether there are principals. */
  readonly isNeeded: boolean;
  /** Milliseconds after which what was sealed before a revocation is of no use any more. */
  readonly lifetime: number;
  readonly report: Reporter;
  readonly store: Pick<Store, 'isShared' | 'isVolatile' | 'note' | 'notices'>;
  /** Ends the sessions of a mark on this node. */
  revoked(mark: string): void;
}

/** Who is revoked. */
export interface RevokeOptions {
  /** Only in this browser, as the `browser` of a page names it. Default: everywhere. */
  readonly browser?: string;
}

// LIMITS ----------------------------------------------------------------------

/** Revocations that a node remembers; beyond it the oldest is forgotten. */
const maxRevocations = 100_000;

/** Milliseconds after which a node reads what others have left in a shared store. */
const readingMs = 500;

/** Where revocations are published. */
const topic = 'troupe:revoked';

// REVOCATIONS -----------------------------------------------------------------

/** The revocations that one node knows. */
export class Revocations {
  /** Resolves when those in the store have been read; `undefined` from then on. */
  loading: Promise<void> | undefined;
  /** Whether there are principals. */
  readonly isNeeded: boolean;
  readonly #options: RevocationsOptions;
  /** The time of each, by its mark, the oldest first. */
  readonly #times = new Map<string, number>();
  readonly #stop: () => void = () => undefined;
  /** Up to where the store has been read. */
  #read = 0;
  #timer: unknown;
  #count = 0;
  #isFailing = false;
  #isClosed = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
    this.isNeeded = options.isNeeded;
    if (!options.isNeeded) return;
    this.#stop = options.bus.subscribe(topic, (message) => this.#hear(message));
    if (options.store.isVolatile && !options.store.isShared) return;
    this.loading = this.#readStore().then(() => {
      this.loading = undefined;
    });
  }

  /** How many it has learned so far: who was identified before the last one may have been revoked by it. */
  get count(): number {
    return this.#count;
  }

  /** Who holds a token: what was sealed before the last revocation does not open. */
  bearerOf(principal: unknown, cookie: string): Bearer {
    const bearer = { cookie, principal: principalText(principal) };
    if (this.#times.size === 0 || bearer.principal === '') return bearer;
    const since = marksOf(principal, browserOf(cookie)).map((mark) => this.#times.get(mark) ?? 0);

    return { ...bearer, since: Math.max(0, ...since) };
  }

  /**
   * Revokes a principal, given by itself or by its key: its sessions end, here at once.
   *
   * Resolves when the store has it and it was published; rejects if that was not possible. It can then be repeated.
   */
  async revoke(principal: unknown, { browser }: RevokeOptions = {}): Promise<void> {
    const { bus, clock, lifetime, store } = this.#options;
    const mark = markOf(keyOf(principal), browser);
    const at = Math.max(clock.now() + maxClockDifferenceMs, (this.#times.get(mark) ?? 0) + 1);
    const message = { type: 'revoked', mark, at };
    this.#learn(mark, at);
    await Promise.all([
      store.note?.({ name: mark, value: at }, lifetime + 2 * maxClockDifferenceMs),
      bus.publish(topic, message),
    ]);
  }

  /** Reads and hears nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#options.clock.clearTimeout(this.#timer);
  }

  #learn(mark: string, at: number): void {
    if ((this.#times.get(mark) ?? 0) >= at) return;
    this.#count++;
    this.#times.delete(mark);
    this.#times.set(mark, at);
    if (this.#times.size > maxRevocations) this.#times.delete(this.#times.keys().next().value as string);
    this.#options.revoked(mark);
  }

  #hear(message: AnyMessage): void {
    const { mark, at } = message as { readonly mark?: unknown; readonly at?: unknown };
    if (typeof mark === 'string' && typeof at === 'number') this.#learn(mark, at);
  }

  /** Reads what is new in the store, and again after a while if other nodes write into it. */
  async #readStore(): Promise<void> {
    const { clock, report, store } = this.#options;
    try {
      const found = await store.notices?.(this.#read);
      this.#isFailing = false;
      if (found !== undefined) this.#read = found.last;
      for (const { name, value } of found?.notices ?? []) this.#learn(name, value);
    } catch (error) {
      if (!this.#isFailing && !this.#isClosed) report(ErrorCode.Store, error);
      this.#isFailing = true;
    }
    const isAgain = store.notices !== undefined && (store.isShared || this.#isFailing);
    if (isAgain && !this.#isClosed) this.#timer = clock.setTimeout(() => void this.#readStore(), readingMs);
  }
}
