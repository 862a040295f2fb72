/** Two nodes fight for one session while what lies between them and Redis delays and breaks. */

import { expect } from 'chai';
import { redis } from '../../runtime/store/redis.js';
import type { Store } from '../../runtime/store/store.js';
import { Random } from '../laws/schema.js';
import { findRedis, type RedisServer, redisIsMissing, startRedis } from '../redis.js';
import { skip } from '../skip.js';
import { Road } from './road.js';

// A NODE ----------------------------------------------------------------------

const id = 'contested';
const lifetime = 60_000;
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** A node that takes the session, adds to it for a while, is fenced, and takes it again. */
class Node {
  /** What the store has said it holds. */
  readonly durable: string[] = [];
  fenced = 0;
  refused = 0;
  readonly #name: string;
  readonly #store: Store;
  readonly #random: Random;
  #made = 0;

  constructor(name: string, store: Store, random: Random) {
    this.#name = name;
    this.#store = store;
    this.#random = random;
  }

  /** One try: claims and then writes as long as it may; gives whether the claim was answered. What fails is asked for again, as write-behind does. */
  async fight(): Promise<boolean> {
    const claim = await this.#store.claim(id, this.#name, this.#random.chance(0.7)).catch(() => undefined);
    if (claim === undefined) await sleep(5);
    if (claim?.kind !== 'claimed') return claim !== undefined;
    let { fence } = claim;
    let state = textOf(claim.bytes);
    for (let left = 1 + this.#random.below(6); left > 0; left--) {
      const update = `${this.#name}${++this.#made}`;
      state = `${state} ${update}`;
      const next = await this.#write(state, fence, left === 1);
      if (next === 0) {
        this.fenced++;
        return true;
      }
      fence = next;
      this.durable.push(update);
      await sleep(this.#random.below(4));
    }

    return true;
  }

  async #write(state: string, fence: number, release: boolean): Promise<number> {
    for (;;) {
      try {
        return await this.#store.write({ id, node: this.#name, fence, bytes: Buffer.from(state), lifetime, release });
      } catch {
        this.refused++;
        await sleep(5);
      }
    }
  }
}

/** Disturbs a road until `isOver` says so. */
async function disturb(road: Road, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await sleep(random.below(25));
    const direction = random.pick(['up', 'down'] as const);
    if (random.chance(0.25)) road.cut();
    else road.hold(direction);
    await sleep(random.below(25));
    road.mend();
  }
}

// FENCING ---------------------------------------------------------------------

describe('fencing', () => {
  let server: RedisServer;

  before(async function () {
    if (findRedis() === undefined) skip(this, redisIsMissing);
    server = await startRedis();
  });
  after(() => server?.stop());

  it('neither loses nor doubles a durable update, whichever of two nodes owns the session', async () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      const prefix = `fencing-${seed}:`;
      const roads = [new Road(() => server.port), new Road(() => server.port)];
      const ports = await Promise.all(roads.map((road) => road.open()));
      const stores = ports.map((port) => redis({ url: `redis://127.0.0.1:${port}`, prefix }));
      const judge = redis({ url: server.url, prefix });
      await judge.write({ id, node: 'judge', fence: 0, bytes: Buffer.from(''), lifetime, release: true });
      let rounds = 40;
      const disturbing = roads.map((road) => disturb(road, new Random(random.below(1e9)), () => rounds <= 0));
      const nodes = stores.map((store, index) => new Node('ab'.charAt(index), store, new Random(random.below(1e9))));
      await Promise.all(
        nodes.map(async (node) => {
          // A computer that is busy may take long to connect: what was not answered is no round.
          while (rounds > 0) if (await node.fight()) rounds--;
        })
      );
      await Promise.all(disturbing);
      const last = await judge.claim(id, 'judge', true);
      const found = last.kind === 'claimed' ? textOf(last.bytes).split(' ').filter(Boolean) : [];
      await Promise.all([...stores, judge].map((store) => store.close()));
      for (const road of roads) road.close();
      const durable = nodes.flatMap((node) => node.durable);
      const told = `seed ${seed}: ${found.length} found, ${durable.length} durable`;
      expect(new Set(found).size, `doubled, ${told}`).to.equal(found.length);
      expect(
        durable.filter((update) => !found.includes(update)),
        `lost, ${told}`
      ).to.deep.equal([]);
      for (const node of nodes) {
        expect(
          found.filter((update) => node.durable.includes(update)),
          `in order, ${told}`
        ).to.deep.equal(node.durable);
      }
      expect(durable.length, told).to.be.greaterThan(0);
      console.log(
        `      ${told}, fenced ${nodes.map(({ fenced }) => fenced).join(' and ')}, refused ${nodes.map(({ refused }) => refused).join(' and ')}`
      );
    }
  }).timeout(60_000);
});
