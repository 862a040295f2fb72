/**
 * Presence registry: the members of each topic, on this node and on all others. `composition.ts` makes it; in a cluster
 * it works over the directory (`cluster-directory.ts`).
 *
 * A room is a topic with members on this node. It knows its own members directly, and those of other nodes from a list
 * in the directory. It reads the list when it is made, after each interruption and every hundred leases; changes that
 * other nodes publish keep it up to date in between. A node says three times in a lease that it is alive
 * (`membership.ts`). When a lease ends, the other nodes remove the node's members; a node that was only cut off enters
 * them again.
 *
 * Members of the same key count as one: it joins with the first of them and leaves with the last.
 */

import type { Reporter } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { Membership } from '../store/membership.js';
import { checkTopic, type PresenceMember } from '../subscription/backplane.js';
import type { Directory, DirectoryChange } from './cluster-directory.js';

// TYPES -----------------------------------------------------------------------

/** The members of all topics. */
export interface PresenceRegistry {
  /**
   * Makes a member present on a topic. It receives all members, itself included, before this returns or soon after, and
   * then each change. Returns a function that makes it leave.
   */
  attend(topic: string, joining: PresenceMember): () => void;
  /** The number of topics with members on this node. */
  readonly size: number;
}

/** Options of the registry. */
export interface PresenceRegistryOptions {
  /** The directory of the cluster; `undefined` for a single node. */
  readonly directory: Directory | undefined;
  /** Says when this node tells the others that it is alive. */
  readonly membership: Membership;
  readonly node: string;
  readonly report: Reporter;
}

/** A member on any node. */
interface Present {
  readonly node: string;
  readonly key: string;
  readonly member: unknown;
}

// TABLE -----------------------------------------------------------------------

/** Makes an empty table. */
export function createPresenceRegistry(options: PresenceRegistryOptions): PresenceRegistry {
  return new PresenceTable(options);
}

/** Heartbeats after which all lists are read again, in case a change was missed. */
const beatsUntilRead = 300;

class PresenceTable implements PresenceRegistry {
  readonly #options: PresenceRegistryOptions;
  readonly #rooms = new Map<string, Room>();
  #isBeating = false;
  #beats = 0;
  #stops: readonly (() => void)[] = [];

  constructor(options: PresenceRegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rooms.size;
  }

  attend(topic: string, joining: PresenceMember): () => void {
    checkTopic('attend', topic);
    const present = this.#rooms.get(topic);
    const room = present ?? new Room(topic, this.#options);
    if (present === undefined) this.#rooms.set(topic, room);
    if (this.#rooms.size === 1 && present === undefined) this.#begin();
    const leave = room.enter(joining);

    return () => {
      leave();
      if (!room.isEmpty || this.#rooms.get(topic) !== room) return;
      room.close();
      this.#rooms.delete(topic);
      if (this.#rooms.size === 0) this.#end();
    };
  }

  // LIFE ----------------------------------------------------------------------

  #begin(): void {
    const { directory, membership } = this.#options;
    if (directory === undefined) return;
    this.#stops = [directory.returned(() => membership.beat()), membership.join(() => void this.#beat())];
  }

  #end(): void {
    for (const stop of this.#stops) stop();
  }

  /** Sends a heartbeat and learns which other nodes are alive. A failed one is ignored: the node then counts as gone and enters its members again with the next one (`wasAway`). */
  async #beat(): Promise<void> {
    const { directory } = this.#options;
    if (directory === undefined || this.#isBeating) return;
    this.#isBeating = true;
    const others = new Set([...this.#rooms.values()].flatMap((room) => room.others()));
    try {
      const { alive, wasAway } = await directory.beat([...others]);
      for (const node of alive) others.delete(node);
      const isTimeToRead = ++this.#beats % beatsUntilRead === 0;
      for (const room of this.#rooms.values()) {
        room.beaten(others, wasAway);
        if (isTimeToRead) room.read();
      }
    } catch {
      // The directory failed: what is known of other nodes stays.
    }
    this.#isBeating = false;
  }
}

// ROOM ------------------------------------------------------------------------

/** A topic with members on this node. */
class Room {
  readonly #options: PresenceRegistryOptions;
  readonly #topic: string;
  /** The members of this node that have received the list, by id. */
  readonly #receivers = new Map<string, PresenceMember>();
  /** All members, by node and id. */
  readonly #present = new Map<string, Present>();
  /** The number of members of each key. */
  readonly #keys = new Map<string, number>();
  /** The members that were announced, by key. */
  readonly #told = new Map<string, unknown>();
  /** Announcements in order: what members do in response is announced after them. */
  readonly #news: (() => void)[] = [];
  #isTelling = false;
  /** The number of members of this node. */
  #own = 0;
  /** Changes that arrived while the list is read. */
  #changes: DirectoryChange[] | undefined;
  /** Whether the list must be read, again if it is being read. */
  #isStale = false;
  #isClosed = false;
  readonly #unfollow: (() => void) | undefined;

  constructor(topic: string, options: PresenceRegistryOptions) {
    this.#topic = topic;
    this.#options = options;
    this.#unfollow = options.directory?.follow(
      topic,
      (change) => this.#receive(change),
      () => void this.#read()
    );
    void this.#read();
  }

  /** Whether this node has no member. */
  get isEmpty(): boolean {
    return this.#own === 0;
  }

  /** The other nodes with members. */
  others(): string[] {
    return [...this.#present.values()].filter((entry) => !this.#isOwn(entry)).map(({ node }) => node);
  }

  enter(joining: PresenceMember): () => void {
    const { node } = this.#options;
    const id = createId();
    const entered: Present = { node, key: joining.key ?? id, member: joining.member };
    this.#own++;
    this.#put(node, id, entered);
    this.#news.push(() => this.#welcome(id, joining));
    this.#tell();
    this.#announce(id, entered);

    return () => {
      if (!this.#present.has(`${node} ${id}`)) return;
      this.#own--;
      this.#receivers.delete(id);
      this.#put(node, id, undefined);
      this.#tell();
      this.#withdraw(id);
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow?.();
  }

  /** Applies a heartbeat: removes the members of nodes that are gone; if this node counted as gone, enters its own again. */
  beaten(gone: ReadonlySet<string>, wasAway: boolean): void {
    for (const [place, { node }] of [...this.#present]) if (gone.has(node)) this.#put(node, idOf(place), undefined);
    this.#tell();
    if (this.#isStale) void this.#read();
    if (!wasAway) return;
    for (const [place, entry] of this.#present) if (this.#isOwn(entry)) this.#announce(idOf(place), entry);
  }

  /** Reads the list again. */
  read(): void {
    void this.#read();
  }

  #isOwn({ node }: { readonly node: string }): boolean {
    return node === this.#options.node;
  }

  // LIST ----------------------------------------------------------------------

  // A failed write is ignored: when the directory is back, this node's members are compared with the list again.

  #withdraw(id: string): void {
    this.#options.directory?.leave(this.#topic, id).catch(() => {});
  }

  #announce(id: string, { key, member }: Present): void {
    this.#options.directory?.enter(this.#topic, id, JSON.stringify({ key, member })).catch(() => {});
  }

  /**
   * Reads the members of other nodes. Changes that arrive meanwhile are applied afterwards; to apply one twice does no
   * harm. If the directory fails, the next heartbeat reads again.
   */
  async #read(): Promise<void> {
    const { directory } = this.#options;
    this.#isStale = true;
    if (directory === undefined || this.#changes !== undefined) return;
    this.#changes = [];
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      const entries = await directory.read(this.#topic).catch(() => undefined);
      if (entries === undefined) {
        this.#isStale = true;
        break;
      }
      if (!this.#isClosed && !this.#isStale) this.#compare(entries);
    }
    const changes = this.#changes;
    this.#changes = undefined;
    for (const change of changes) this.#apply(change);
    this.#tell();
  }

  /** Takes over the members of other nodes from the list, and corrects the entries of this node in it. */
  #compare(entries: readonly DirectoryChange[]): void {
    const listed = new Set(entries.map(({ node, id }) => `${node} ${id}`));
    for (const [place, entry] of [...this.#present]) {
      if (listed.has(place)) continue;
      if (this.#isOwn(entry)) this.#announce(idOf(place), entry);
      else this.#put(entry.node, idOf(place), undefined);
    }
    for (const entry of entries) {
      if (!this.#isOwn(entry)) this.#apply(entry);
      else if (!this.#present.has(`${entry.node} ${entry.id}`)) this.#withdraw(entry.id);
    }
  }

  #receive(change: DirectoryChange): void {
    if (this.#changes !== undefined) this.#changes.push(change);
    else this.#apply(change);
    this.#tell();
  }

  /** Applies a change of another node. Changes of this node are ignored: the room knows its own members. */
  #apply({ node, id, text }: DirectoryChange): void {
    if (this.#isOwn({ node })) return;
    if (text === undefined) {
      this.#put(node, id, undefined);
      return;
    }
    try {
      const { key, member } = JSON.parse(text) as { key: string; member: unknown };
      this.#put(node, id, { node, key, member });
    } catch (error) {
      this.#options.report(ErrorCode.Bus, error);
    }
  }

  // TELLING -------------------------------------------------------------------

  /** Records that a member is present or has left, and queues the announcement. */
  #put(node: string, id: string, entry: Present | undefined): void {
    const place = `${node} ${id}`;
    const before = this.#present.get(place);
    if (entry !== undefined && before === undefined) {
      this.#present.set(place, entry);
      if (this.#count(entry.key, 1) === 1) this.#news.push(() => this.#tellJoined(entry));
    } else if (entry === undefined && before !== undefined) {
      this.#present.delete(place);
      if (this.#count(before.key, -1) === 0) this.#news.push(() => this.#tellLeft(before));
    }
  }

  #count(key: string, more: number): number {
    const count = (this.#keys.get(key) ?? 0) + more;
    if (count === 0) this.#keys.delete(key);
    else this.#keys.set(key, count);

    return count;
  }

  #tellJoined({ key, member }: Present): void {
    this.#told.set(key, member);
    this.#tellAll((receiver) => receiver.joined(member, key));
  }

  #tellLeft({ key }: Present): void {
    const member = this.#told.get(key);
    this.#told.delete(key);
    this.#tellAll((receiver) => receiver.left(member, key));
  }

  /** Sends a new member all members that were announced before it. */
  #welcome(id: string, joining: PresenceMember): void {
    if (!this.#present.has(`${this.#options.node} ${id}`)) return;
    for (const [key, member] of [...this.#told]) this.#guard(() => joining.joined(member, key));
    this.#receivers.set(id, joining);
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let news = this.#news.shift(); news !== undefined; news = this.#news.shift()) news();
    this.#isTelling = false;
  }

  #tellAll(tell: (receiver: PresenceMember) => void): void {
    for (const receiver of [...this.#receivers.values()]) this.#guard(() => tell(receiver));
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.report(ErrorCode.Internal, error);
    }
  }
}

const idOf = (place: string): string => place.slice(place.indexOf(' ') + 1);
