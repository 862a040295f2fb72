/**
 * The shelf: sessions that are in the store and nowhere else, for whoever looks (`live-inspection.ts`). A store says what
 * it holds; what each is of stands in its bytes, which are read once for each time it was written.
 */

import { textOf } from '../platform/errors.js';
import { unpack } from '../session/session-snapshot.js';
import type { Store, StoredSummary } from '../store/store.js';
import type { SessionSummary } from './inspection.js';

// LIMITS ----------------------------------------------------------------------

/** Session registry that are asked for. */
const most = 1_000;

/** How many are read at once. */
const atOnce = 50;

// SHELF -----------------------------------------------------------------------

/** What is known of a session that was read. */
interface Known {
  readonly at: number;
  readonly component: string;
}

/** Those that were found, and what went wrong. */
export interface Found {
  readonly summaries: readonly SessionSummary[];
  readonly failure: string;
}

/** Session registry in a store. */
export class StoredSessions {
  readonly #store: Store;
  /** The name of this process. */
  readonly #node: string;
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(store: Store, node: string) {
    this.#store = store;
    this.#node = node;
  }

  /** Those that nobody owns, or this node does though it has them no more; `isAway` says of which that may be so. */
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

  /** What cannot be read is of no component. */
  async #componentOf(id: string): Promise<string> {
    const bytes = await this.#store.peek?.(id);
    try {
      return bytes === undefined ? '' : unpack(bytes).tree.root.name;
    } catch {
      return '';
    }
  }
}
