/**
 * The directory: what the nodes of a cluster agree on. It has names: one node holds a name for the length of a lease,
 * renews it, and keeps a text under it. It has lists: nodes put entries on them, which stay while the node is alive. A bus
 * (`bus.ts`) of several nodes has a directory: `redis-directory.ts`, or `memory-directory.ts`. Shared actors
 * (`distributed-actors.ts`) use the names, presence (`presence-registry.ts`) uses the lists.
 *
 * All promises reject if the directory cannot be reached; the change may then have been made or not.
 */

// TYPES -----------------------------------------------------------------------

/** What the nodes of a cluster agree on, as one of them sees it. */
export interface Directory {
  /** Milliseconds for which a node that is silent keeps its names and counts as alive. */
  readonly lease: number;

  /** Takes a name that no node holds, or renews it. Returns the node that holds it now. */
  claim(name: string): Promise<string>;
  /** The node that holds a name; '' for a lease after it was released. */
  holder(name: string): Promise<string | undefined>;
  /** Releases a name, if this node holds it. Its text stays. */
  release(name: string): Promise<void>;
  /** Writes the text of a name, if this node holds it. Returns whether it does. */
  write(name: string, text: string): Promise<boolean>;
  /** Calls back with the text of a name, if there is one, and then with each new one; with `undefined` when the name is released. */
  watch(name: string, listener: (text: string | undefined) => void): () => void;

  /** Puts an entry of this node on a list, or changes its text. */
  enter(list: string, id: string, text: string): Promise<void>;
  /** Removes an entry of this node from a list. */
  leave(list: string, id: string): Promise<void>;
  /** The entries of a list whose nodes are alive. The others are removed from it. */
  read(list: string): Promise<readonly DirectoryEntry[]>;
  /**
   * Calls back with each change of a list from now on.
   *
   * @param missed called when changes may have been missed
   */
  follow(list: string, listener: (change: DirectoryChange) => void, missed: () => void): () => void;
  /** Says that this node is alive, before its lease is over, and asks which other nodes are. */
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

/** An entry that was put on a list; without a text, one that was removed. */
export interface DirectoryChange {
  readonly node: string;
  readonly id: string;
  readonly text?: string | undefined;
}

/** Which nodes are alive. */
export interface Beat {
  /** Whether this node counted as dead, or is new: its entries may have been removed from their lists. */
  readonly wasAway: boolean;
  /** The other nodes that are alive. */
  readonly alive: readonly string[];
}
