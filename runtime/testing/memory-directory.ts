/**
 * The directory of several servers in one process, in memory. `memory-cluster.ts` makes the state, which all share, and a
 * `MemoryDirectory` for each server. `cluster-directory.ts` says what it promises.
 */

import type { Beat, Directory, DirectoryChange, DirectoryEntry } from '../cluster/cluster-directory.js';
import type { Clock } from '../platform/clock.js';

// TYPES -----------------------------------------------------------------------

/** A name: its holder, the end of the lease, and the text. */
interface Held {
  holder: string;
  until: number;
  text: string | undefined;
}

/** What a node of the directory needs. */
export interface MemoryDirectoryOptions {
  readonly clock: Clock;
  readonly lease: number;
  readonly node: string;
  /** Runs a function soon. */
  defer(run: () => void): void;
}

type Listeners<Told> = Map<string, Set<(told: Told) => void>>;

// STATE -----------------------------------------------------------------------

/** What all servers share. */
export class DirectoryState {
  readonly names = new Map<string, Held>();
  /** By list, then by node and id. */
  readonly lists = new Map<string, Map<string, DirectoryEntry>>();
  /** When the lease of each node ends. */
  readonly alive = new Map<string, number>();
  readonly watching: Listeners<string | undefined> = new Map();
  readonly following: Listeners<DirectoryChange> = new Map();
}

function listen<Told>(listeners: Listeners<Told>, name: string, listener: (told: Told) => void): () => void {
  const present = listeners.get(name) ?? new Set();
  listeners.set(name, present.add(listener));

  return () => {
    if (present.delete(listener) && present.size === 0 && listeners.get(name) === present) listeners.delete(name);
  };
}

// DIRECTORY -------------------------------------------------------------------

/** The directory of one server. */
export class MemoryDirectory implements Directory {
  readonly lease: number;
  readonly #state: DirectoryState;
  readonly #options: MemoryDirectoryOptions;
  #closed = false;

  constructor(state: DirectoryState, options: MemoryDirectoryOptions) {
    this.#state = state;
    this.#options = options;
    this.lease = options.lease;
  }

  /** Refuses everything from now on. */
  close(): void {
    this.#closed = true;
  }

  // NAMES ---------------------------------------------------------------------

  async claim(name: string): Promise<string> {
    this.#check();
    const { names } = this.#state;
    const { node } = this.#options;
    const holder = this.#holder(name) || node;
    if (holder === node) {
      names.set(name, { holder, until: this.#until(), text: names.get(name)?.text });
    }

    return holder;
  }

  async holder(name: string): Promise<string | undefined> {
    this.#check();

    return this.#holder(name);
  }

  async release(name: string): Promise<void> {
    this.#check();
    if (this.#holder(name) !== this.#options.node) return;
    Object.assign(this.#state.names.get(name) as Held, { holder: '', until: this.#until() });
    this.#tell(this.#state.watching, name, undefined);
  }

  async write(name: string, text: string): Promise<boolean> {
    this.#check();
    if (this.#holder(name) !== this.#options.node) return false;
    (this.#state.names.get(name) as Held).text = text;
    this.#tell(this.#state.watching, name, text);

    return true;
  }

  watch(name: string, listener: (text: string | undefined) => void): () => void {
    const { text } = this.#state.names.get(name) ?? {};
    const guarded = this.#guarded(listener);
    if (text !== undefined) this.#options.defer(() => guarded.told(text));
    const stop = listen(this.#state.watching, name, (told) => this.#options.defer(() => guarded.told(told)));

    return () => {
      guarded.end();
      stop();
    };
  }

  #holder(name: string): string | undefined {
    const held = this.#state.names.get(name);

    return held !== undefined && held.until > this.#options.clock.now() ? held.holder : undefined;
  }

  // LISTS ---------------------------------------------------------------------

  async enter(list: string, id: string, text: string): Promise<void> {
    this.#check();
    const { node } = this.#options;
    const entries = this.#state.lists.get(list) ?? new Map<string, DirectoryEntry>();
    this.#state.lists.set(list, entries.set(`${node} ${id}`, { node, id, text }));
    this.#tell(this.#state.following, list, { node, id, text });
  }

  async leave(list: string, id: string): Promise<void> {
    this.#check();
    const { node } = this.#options;
    const entries = this.#state.lists.get(list);
    if (entries?.delete(`${node} ${id}`) && entries.size === 0) this.#state.lists.delete(list);
    this.#tell(this.#state.following, list, { node, id });
  }

  async read(list: string): Promise<readonly DirectoryEntry[]> {
    this.#check();
    const entries = this.#state.lists.get(list);
    for (const [key, { node }] of entries ?? []) if (!this.#isAlive(node)) entries?.delete(key);

    return [...(entries?.values() ?? [])];
  }

  follow(list: string, listener: (change: DirectoryChange) => void): () => void {
    const guarded = this.#guarded(listener);
    const stop = listen(this.#state.following, list, (told) => this.#options.defer(() => guarded.told(told)));

    return () => {
      guarded.end();
      stop();
    };
  }

  async beat(others: readonly string[]): Promise<Beat> {
    this.#check();
    const { node } = this.#options;
    const wasAway = !this.#isAlive(node);
    this.#state.alive.set(node, this.#until());

    return { wasAway, alive: others.filter((other) => this.#isAlive(other)) };
  }

  returned(): () => void {
    return () => {};
  }

  #isAlive(node: string): boolean {
    return (this.#state.alive.get(node) ?? 0) > this.#options.clock.now();
  }

  // NODE ----------------------------------------------------------------------

  #until(): number {
    return this.#options.clock.now() + this.lease;
  }

  #check(): void {
    if (this.#closed) throw new Error('The bus is closed.');
  }

  #tell<Told>(listeners: Listeners<Told>, name: string, told: Told): void {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(told);
  }

  /** A listener that has stopped, or whose node has closed, gets nothing that is still on its way. */
  #guarded<Told>(listener: (told: Told) => void): { told(told: Told): void; end(): void } {
    let isOver = false;

    return {
      told: (told) => {
        if (!isOver && !this.#closed) listener(told);
      },
      end: () => {
        isOver = true;
      },
    };
  }
}
