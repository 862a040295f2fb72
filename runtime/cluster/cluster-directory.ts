/**
 * The directory: what the nodes of a cluster agree on. It has names, each held by one node for as long as
 * that says so, with a text the holder keeps under it; and lists, on which nodes put entries that are there
 * for as long as their node is. `bus.ts` brings one if there can be several nodes: `bus/redis-directory.ts`, or
 * `bus/memory-directory.ts`. Shared actors (`distributed-actors.ts`) live by the names, presence
 * (`presence-registry.ts`) by the lists.
 *
 * All promises reject if the directory cannot be reached; then what was asked for may have been done or not.
 */

// TYPES -----------------------------------------------------------------------

/** What the nodes of a cluster agree on, as one of them sees it. */
export interface Directory {
  /** Milliseconds for which a node has what it claimed, and is taken to be alive, if nothing is heard of it. */
  readonly lease: number;

  /** Takes a name that nobody holds, or goes on holding it. Gives the node that holds it now. */
  claim(name: string): Promise<string>;
  /** The node that holds a name, if any; '' for a lease after it was given up. */
  holder(name: string): Promise<string | undefined>;
  /** Gives up a name, if this node holds it; its text stays. */
  release(name: string): Promise<void>;
  /** Keeps a text under a name, if this node holds it; whether it does. */
  write(name: string, text: string): Promise<boolean>;
  /** Tells of the text under a name, if there is one, and then of each that is written; of `undefined` when the name is given up. */
  watch(name: string, listener: (text: string | undefined) => void): () => void;

  /** Puts an entry of this node on a list, or another text in its place. */
  enter(list: string, id: string, text: string): Promise<void>;
  /** Takes an entry of this node from a list. */
  leave(list: string, id: string): Promise<void>;
  /** The entries of a list whose nodes are alive; the others are taken from it. */
  read(list: string): Promise<readonly DirectoryEntry[]>;
  /**
   * Tells of each change of a list from now on.
   *
   * @param missed is called when changes may have been missed
   */
  follow(list: string, listener: (change: DirectoryChange) => void, missed: () => void): () => void;
  /** Tells that this node is alive, before its lease is over, and asks which others are. */
  beat(others: readonly string[]): Promise<Beat>;

  /** Calls back each time the directory can be reached after it could not be. */
  returned(listener: () => void): () => void;
}

/** An entry of a list. */
export interface DirectoryEntry {
  readonly node: string;
  readonly id: string;
  readonly text: string;
}

/** An entry that was put on a list; without a text: that was taken from it. */
export interface DirectoryChange {
  readonly node: string;
  readonly id: string;
  readonly text?: string | undefined;
}

/** How it stands with the nodes. */
export interface Beat {
  /** Whether this node was taken to be dead, or was not there yet: then its entries may be gone from their lists. */
  readonly wasAway: boolean;
  /** Those of the others that are alive. */
  readonly alive: readonly string[];
}
