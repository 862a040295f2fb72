/**
 * Stored sessions: those that are only in the store, as `live-inspection.ts` lists them. A store lists ids, owners and
 * sizes; the component of a session is in its bytes, which are read once for each time that they were written.
 */

import { textOf } from '../platform/errors.js';
import { unpack } from '../session/session-snapshot.js';
import type { Store, StoredSummary } from '../store/store.js';
import type { SessionSummary } from './inspection.js';

// LIMITS ----------------------------------------------------------------------

/** The most stored sessions that are listed. */
const most = 1_000;

/** How many snapshots are read concurrently. */
const atOnce = 50;

// STORED SESSIONS -------------------------------------------------------------

/** What was read from the bytes of a session. */
interface Known {
  readonly at: number;
  readonly component: string;
}

/** The sessions that were found, and the error of the store; '' if there was none. */
export interface Found {
  readonly summaries: readonly SessionSummary[];
  readonly failure: string;
}

/** The stored sessions of a store. */
export class StoredSessions {
  readonly #store: Store;
  /** The name of this process. */
  readonly #node: string;
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(store: Store, node: string) {
    this.#store = store;
    this.#node = node;
  }

  /**
   * Lists the sessions without an owner, and those that this node owns but no longer has in memory.
   *
   * @param isAway whether a session is not in memory here
   */
  async list(isAway: (id: string) => boolean): Promise<Found> {
    const store = this.#store;
    if (store.list === undefined) return { summaries: [], failure: '' };
    try {
      const listed = await store.list({ most });
      const away = listed.filter(({ id, owner }) => isAway(id) && (owner === undefined || owner === this.#node));

      const failure =
        listed.length < most
          ? ''
          : `More than ${most.toLocaleString('en')} sessions may be stored; the others are not listed.`;

      return { summaries: await this.#read(away), failure };
    } catch (error) {
      return { summaries: [], failure: textOf(error) };
    }
  }

  async #read(stored: readonly StoredSummary[]): Promise<readonly SessionSummary[]> {
    const known = new Map<string, Known>();
    for (let from = 0; from < stored.length; from += atOnce) {
      await Promise.all(stored.slice(from, from + atOnce).map((one) => this.#learn(known, one)));
    }
    this.#known = known;

    return stored.map(({ id, at, bytes }): SessionSummary => {
      const component = known.get(id)?.component ?? '';

      return { id, status: 'passivated', component, path: '', address: '', since: at, bytes };
    });
  }

  async #learn(known: Map<string, Known>, { id, at }: StoredSummary): Promise<void> {
    const before = this.#known.get(id);
    known.set(id, before?.at === at ? before : { at, component: await this.#componentOf(id) });
  }

  /** '' if the bytes cannot be read. */
  async #componentOf(id: string): Promise<string> {
    const bytes = await this.#store.peek?.(id);
    try {
      return bytes === undefined ? '' : unpack(bytes).tree.root.name;
    } catch {
      return '';
    }
  }
}
