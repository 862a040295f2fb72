/**
 * The directory of a cluster, in Redis. `cluster-directory.ts` says what it promises; `redis-bus.ts` makes one, over its link
 * to the connection.
 *
 *     <prefix>:holder:<name>  the node that holds a name; expires with its lease; '' when it was released
 *     <prefix>:text:<name>    the text of the name; each new one is published on the channel of the same name
 *     <prefix>:list:<list>    a hash of entries, by `<node> <id>`; changes are published on the channel of the same name
 *     <prefix>:node:<node>    exists while the node is alive; 1 if its entries have stayed on their lists since its last beat,
 *                            0 if only the Redis store has renewed it
 *
 * What reads and then writes is one script, so that nothing comes between. The scripts use keys that they compute (the
 * nodes of a list): they need one Redis, or a primary with replicas, not Redis Cluster.
 */

import { defineScript, type RedisScript } from '../platform/redis-client.js';
import type { RedisLink } from '../platform/redis-connection.js';
import type { Beat, Directory, DirectoryChange, DirectoryEntry } from './cluster-directory.js';

// SCRIPTS ---------------------------------------------------------------------

/** Milliseconds for which the text of a name without a holder is kept, and at least for which a list is kept that no node reads. */
const lifetimeMs = 86_400_000;

/** Leases for which a list is kept that no node reads. The nodes that follow it read it more often. */
const maxUnreadLeases = 1_000;

/** KEYS name, text; ARGV node, lease, lifetime of the text. Replies with the holder. */
const claimScript = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= '' and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return ARGV[1]`);

/** KEYS name; ARGV node, channel, lease. The release is visible for a lease. */
const releaseScript = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '', 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[2], '')
return 1`);

/** KEYS name, text; ARGV node, lifetime, text. Replies with 1 if the node holds the name. */
const writeScript = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
redis.call('PUBLISH', KEYS[2], ARGV[3])
return 1`);

/** KEYS list; ARGV entry, text, change, lifetime of the list. */
const enterScript = defineScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[1], ARGV[3])`);

/** KEYS list; ARGV entry, change. */
const leaveScript = defineScript(`
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('PUBLISH', KEYS[1], ARGV[2])`);

/** KEYS list; ARGV beginning of the keys of nodes, lifetime of the list. Replies with entry, text, entry, text, ... */
const readScript = defineScript(`
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local entries = redis.call('HGETALL', KEYS[1])
local alive, found = {}, {}
for at = 1, #entries, 2 do
  local node = string.match(entries[at], '^[^ ]*')
  if alive[node] == nil then alive[node] = redis.call('EXISTS', ARGV[1] .. node) == 1 end
  if alive[node] then
    found[#found + 1] = entries[at]
    found[#found + 1] = entries[at + 1]
  else
    redis.call('HDEL', KEYS[1], entries[at])
  end
end
return found`);

/** KEYS node, other nodes; ARGV lease. Replies with whether the node was away, then for each other node whether it is alive. */
const beatScript = defineScript(`
local found = { redis.call('GET', KEYS[1]) == '1' and 0 or 1 }
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
for at = 2, #KEYS do found[at] = redis.call('EXISTS', KEYS[at]) end
return found`);

/** All of them. */
export const directoryScripts: readonly RedisScript[] = [
  beatScript,
  claimScript,
  enterScript,
  leaveScript,
  readScript,
  releaseScript,
  writeScript,
];

// DIRECTORY -------------------------------------------------------------------

/** What the directory needs. */
export interface RedisDirectoryOptions {
  readonly lease: number;
  readonly link: RedisLink;
  readonly node: string;
  /** What all keys begin with, colon included. */
  readonly prefix: string;
}

/** The directory as one node sees it. */
export class RedisDirectory implements Directory {
  readonly lease: number;
  readonly #link: RedisLink;
  readonly #node: string;
  readonly #prefix: string;
  readonly #watched = new Map<string, Watched>();
  readonly #followed = new Map<string, Followed>();

  constructor({ lease, link, node, prefix }: RedisDirectoryOptions) {
    this.lease = lease;
    this.#link = link;
    this.#node = node;
    this.#prefix = prefix;
  }

  // NAMES ---------------------------------------------------------------------

  async claim(name: string): Promise<string> {
    const keys = [this.#key('holder', name), this.#key('text', name)];

    return String(await this.#link.run(claimScript, keys, [this.#node, String(this.lease), String(lifetimeMs)]));
  }

  async holder(name: string): Promise<string | undefined> {
    const holder = await this.#link.command(['GET', this.#key('holder', name)]);

    return holder === null ? undefined : String(holder);
  }

  async release(name: string): Promise<void> {
    const given = [this.#node, this.#key('text', name), String(this.lease)];
    await this.#link.run(releaseScript, [this.#key('holder', name)], given);
  }

  async write(name: string, text: string): Promise<boolean> {
    const keys = [this.#key('holder', name), this.#key('text', name)];

    return (await this.#link.run(writeScript, keys, [this.#node, String(lifetimeMs), text])) === 1;
  }

  watch(name: string, listener: (text: string | undefined) => void): () => void {
    const present = this.#watched.get(name);
    const watched = present ?? new Watched(this.#link, this.#key('text', name));
    if (present === undefined) this.#watched.set(name, watched);

    return watched.add(listener, () => {
      if (this.#watched.get(name) === watched) this.#watched.delete(name);
    });
  }

  // LISTS ---------------------------------------------------------------------

  async enter(list: string, id: string, text: string): Promise<void> {
    const change: DirectoryChange = { node: this.#node, id, text };
    const given = [`${this.#node} ${id}`, text, JSON.stringify(change), this.#listLifetime];
    await this.#link.run(enterScript, [this.#key('list', list)], given);
  }

  async leave(list: string, id: string): Promise<void> {
    const change: DirectoryChange = { node: this.#node, id };
    await this.#link.run(leaveScript, [this.#key('list', list)], [`${this.#node} ${id}`, JSON.stringify(change)]);
  }

  async read(list: string): Promise<readonly DirectoryEntry[]> {
    const found = (await this.#link.run(
      readScript,
      [this.#key('list', list)],
      [this.#key('node', ''), this.#listLifetime]
    )) as string[];
    const entries: DirectoryEntry[] = [];
    for (let at = 0; at < found.length; at += 2) {
      const place = found[at] as string;
      const end = place.indexOf(' ');
      entries.push({ node: place.slice(0, end), id: place.slice(end + 1), text: found[at + 1] as string });
    }

    return entries;
  }

  follow(list: string, listener: (change: DirectoryChange) => void, missed: () => void): () => void {
    const present = this.#followed.get(list);
    const followed = present ?? new Followed(this.#link, this.#key('list', list));
    if (present === undefined) this.#followed.set(list, followed);

    return followed.add({ listener, missed }, () => {
      if (this.#followed.get(list) === followed) this.#followed.delete(list);
    });
  }

  async beat(others: readonly string[]): Promise<Beat> {
    const keys = [this.#node, ...others].map((node) => this.#key('node', node));
    const [wasAway, ...found] = (await this.#link.run(beatScript, keys, [String(this.lease)])) as number[];

    return { wasAway: wasAway === 1, alive: others.filter((_, at) => found[at] === 1) };
  }

  returned(listener: () => void): () => void {
    return this.#link.connection.returned(listener);
  }

  get #listLifetime(): string {
    return String(Math.max(lifetimeMs, maxUnreadLeases * this.lease));
  }

  // REDIS ---------------------------------------------------------------------

  #key(kind: string, name: string): string {
    return `${this.#prefix}${kind}:${name}`;
  }
}

// CHANNELS --------------------------------------------------------------------

/** A watched name. */
class Watched {
  readonly #link: RedisLink;
  readonly #key: string;
  readonly #listeners = new Set<(text: string | undefined) => void>();
  readonly #stop: () => void;
  #text: string | undefined;
  /** Messages received. A text read before the latest of them is out of date. */
  #heard = 0;

  constructor(link: RedisLink, key: string) {
    this.#link = link;
    this.#key = key;
    this.#stop = link.connection.subscribe(key, {
      listener: (text) => this.#hear(text),
      missed: () => void this.#fetch(),
    });
    void this.#fetch();
  }

  add(listener: (text: string | undefined) => void, ended: () => void): () => void {
    const own = (text: string | undefined): void => listener(text);
    this.#listeners.add(own);
    if (this.#text !== undefined) own(this.#text);

    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#stop();
      ended();
    };
  }

  /** Reads the text. A failure is ignored: the text is read again when there is a connection. */
  async #fetch(): Promise<void> {
    const heard = this.#heard;
    const text = await this.#link.command(['GET', this.#key]).catch(() => null);
    if (heard === this.#heard && text !== null && text !== this.#text) this.#hear(String(text));
  }

  /** An empty text says that the name was released. */
  #hear(text: string): void {
    this.#heard++;
    if (text !== '') this.#text = text;
    for (const listener of [...this.#listeners]) listener(text === '' ? undefined : text);
  }
}

/** A follower of a list. */
interface Follower {
  readonly listener: (change: DirectoryChange) => void;
  readonly missed: () => void;
}

/** A list that is followed. */
class Followed {
  readonly #followers = new Set<Follower>();
  readonly #stop: () => void;

  constructor(link: RedisLink, key: string) {
    this.#stop = link.connection.subscribe(key, {
      listener: (text) => {
        const change = JSON.parse(text) as DirectoryChange;
        for (const { listener } of [...this.#followers]) listener(change);
      },
      missed: () => {
        for (const { missed } of [...this.#followers]) missed();
      },
    });
  }

  add(follower: Follower, ended: () => void): () => void {
    this.#followers.add(follower);

    return () => {
      if (!this.#followers.delete(follower) || this.#followers.size > 0) return;
      this.#stop();
      ended();
    };
  }
}
