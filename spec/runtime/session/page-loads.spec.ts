import { expect } from 'chai';
import fc from 'fast-check';
import { type JoinNames, type PageLoadRecord, PageLoads } from '../../../runtime/session/page-loads.js';
import type { EventRange } from '../../../runtime/wire/protocol.js';
import { lawParameters } from '../../laws/parameters.js';

/** What a page load says when it joins, with nothing of its own. */
const joining = (load: string, inherited: readonly EventRange[] = [], sent = 1_000): JoinNames => {
  return { durable: 0, load, names: [...inherited, [load, 1, 0]], sent };
};

const ranges = (...given: readonly EventRange[]): readonly EventRange[] => given;

/** Page loads of which the first has joined. */
function started(load = 'a'): PageLoads {
  const loads = new PageLoads();
  loads.change(joining(load), 0);

  return loads;
}

describe('page loads', () => {
  it('are none before the first has joined', () => {
    const loads = new PageLoads();
    expect([loads.present, loads.records(0)]).to.deep.equal(['', []]);
    expect(loads.change(joining('a'), 0)).to.equal(0);
    expect(loads.records(2)).to.deep.equal([{ load: 'a', applied: 2 }]);
  });

  it('that come back continue where they were', () => {
    const loads = started();
    expect(loads.change(joining('b'), 3)).to.equal(0);
    expect(loads.change(joining('a'), 7)).to.equal(3);
    expect(loads.change(joining('b'), 4)).to.equal(7);
    expect(loads.records(8).map(({ load, applied }) => [load, applied])).to.deep.equal([
      ['a', 4],
      ['b', 8],
    ]);
  });

  it('that inherit events have those done that were applied before', () => {
    for (const [applied, done] of [
      [2, 0],
      [3, 1],
      [5, 3],
      [9, 3],
    ] as const) {
      expect(started().change(joining('b', [['a', 3, 3]]), applied), `${applied}`).to.equal(done);
    }
  });

  it('that inherit from an unknown one have none done', () => {
    expect(started().change(joining('b', [['z', 1, 3]]), 5)).to.equal(0);
  });

  it('that come back find done what others have sent for them', () => {
    const loads = started();
    loads.change(joining('b', [['a', 2, 3]]), 1);
    expect(loads.change(joining('a'), 2), 'a.1 and, sent by b, a.2 and a.3').to.equal(3);
    expect(loads.change(joining('b', [['a', 2, 3]]), 4), 'a has sent the third of them itself').to.equal(3);
  });

  it('apply no event twice that was inherited twice', () => {
    const loads = started();
    loads.change(joining('b', [['a', 1, 2]]), 0);
    const ofB: readonly EventRange[] = [
      ['a', 2, 1],
      ['b', 1, 2],
    ];
    expect(loads.change(joining('c', ofB), 1), 'a.1 is applied; c has a.2 and two of b').to.equal(0);
    expect(loads.change(joining('b', [['a', 1, 2]]), 2), 'a.1, a.2, b.1').to.equal(3);
    expect(loads.change(joining('a'), 3)).to.equal(2);
    expect(loads.change(joining('d', [['a', 1, 2]]), 2)).to.equal(2);
  });

  it('contain fewer events than are durable to the client, if the state has lost some, until the client knows it', () => {
    const durable = { durable: 4, load: 'b', names: [...ranges(['a', 6, 0], ['b', 3, 1])], sent: 5 };
    for (const [a, b, done] of [
      [5, 3, 5],
      [5, 2, 4],
      [5, 1, 3],
      [5, 0, 2],
      [4, 0, 1],
      [1, 0, 0],
    ] as const) {
      const loads = PageLoads.from([
        { load: 'a', applied: a },
        { load: 'b', applied: b },
      ]);
      expect(loads.change(durable, b), `${a}, ${b}`).to.equal(done);
      expect(loads.contained(5), 'told again').to.equal(done < 4 ? done : 5);
      expect(loads.nameOf(5), 'the next event').to.equal('b.3');
      loads.settle();
      expect(loads.contained(5), 'no longer told').to.equal(5);
      expect(loads.records(4)).to.deep.equal([
        { load: 'a', applied: a },
        ...(a < 5 ? [{ load: 'b a', applied: 5 }] : []),
        { load: 'b', applied: Math.max(b, 2) },
      ]);
    }
  });

  it('of a fresh session know what the first one has lost, and take the events that it has kept', () => {
    const loads = new PageLoads();
    expect(loads.change({ durable: 1, load: 'b', names: [...ranges(['a', 3, 2], ['b', 2, 1])], sent: 4 }, 0)).to.equal(
      0
    );
    expect(loads.contained(0), 'b.1 is lost').to.equal(0);
    loads.settle();
    expect([2, 3, 4].map((position) => loads.nameOf(position))).to.deep.equal(['a.3', 'a.4', 'b.2']);
    expect(loads.change({ durable: 4, load: 'b', names: [...ranges(['a', 5, 0], ['b', 3, 0])], sent: 4 }, 4)).to.equal(
      4
    );
    expect(loads.contained(4), 'b has lost nothing more').to.equal(4);
    const restored = PageLoads.from(loads.records(4));
    expect(restored.change({ durable: 2, load: 'a', names: [...ranges(['a', 3, 2])], sent: 4 }, 4)).to.equal(4);
  });

  it('name an event by the page load that made it', () => {
    const loads = started();
    expect(loads.nameOf(3)).to.equal('a.3');
    loads.change(joining('b', [['a', 2, 2]]), 1);
    expect([1, 2, 3, 4].map((position) => loads.nameOf(position))).to.deep.equal(['a.2', 'a.3', 'b.1', 'b.2']);
    const ofB: readonly EventRange[] = [
      ['a', 3, 1],
      ['b', 1, 1],
    ];
    loads.change(joining('c', ofB), 1);
    expect([1, 2, 3].map((position) => loads.nameOf(position))).to.deep.equal(['a.3', 'b.1', 'c.1']);
    loads.change(joining('a'), 0);
    expect(loads.nameOf(2)).to.equal('a.2');
  });

  it('are remembered, sixteen besides the present one', () => {
    const loads = started('0');
    for (let number = 1; number <= 17; number++) loads.change(joining(`${number}`), 1);
    expect(loads.records(1).map(({ load }) => Number(load))).to.deep.equal(
      Array.from({ length: 17 }, (_, index) => index + 1)
    );
    expect(loads.change(joining('0'), 1), 'forgotten').to.equal(0);
    expect(loads.change(joining('3'), 1)).to.equal(1);
  });

  it('are remembered as long as one has inherited from them, however many they are', () => {
    const loads = new PageLoads();
    const ranges = Array.from({ length: 40 }, (_, index) => [`${index}`, 1, 1] as EventRange);
    for (const [load] of ranges) {
      loads.change(joining(load), 0);
      loads.records(1);
    }
    loads.change(joining('next', ranges), 0);
    loads.records(40);
    for (const other of ['x', 'y']) loads.change(joining(other, ranges), 1);
    expect(loads.change(joining('next', ranges), 40)).to.equal(40);
  });

  it('continue from what was stored', () => {
    const loads = started();
    loads.change(joining('b', [['a', 3, 4]]), 4);
    loads.change(joining('c'), 3);
    const records = loads.records(5);
    const restored = PageLoads.from(structuredClone(records) as PageLoadRecord[]);
    expect([restored.present, restored.records(5)]).to.deep.equal(['c', records]);
    expect([loads, restored].map((one) => one.change(joining('b', [['a', 3, 4]]), 5))).to.deep.equal([3, 3]);
    expect(restored.nameOf(2)).to.equal('a.4');
    expect(PageLoads.from([]).present).to.equal('');
  });

  it('apply every event once and in the order of its page load, whichever joins, sends and inherits', () => {
    const step = fc.tuple(fc.constantFrom(...steps), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (sequence) => {
        const world = new World();
        for (const [name, which, count] of sequence) world[name](which, count);
        world.check();
      }),
      lawParameters(3_000)
    );
  });
});

// A WORLD ---------------------------------------------------------------------

const steps = ['load', 'back', 'make', 'send', 'store'] as const;

/** A page load and its events by their names, inherited ones first; of them so many are durable. */
interface Page {
  readonly name: string;
  readonly events: string[];
  durable: number;
}

const isOwn = ({ name }: Page, event: string): boolean => event.startsWith(`${name}.`);

/** What a page says of its events. */
function joinOf(page: Page): JoinNames {
  const { durable, events, name: load } = page;
  const names: EventRange[] = [];
  for (const event of events.slice(durable)) {
    const [maker, number] = event.split('.') as [string, string];
    const last = names.at(-1);
    if (last?.[0] === maker) last[2]++;
    else names.push([maker, Number(number), 1]);
  }
  const own = events.filter((event) => isOwn(page, event)).length;
  if (names.at(-1)?.[0] !== load) names.push([load, own + 1, 0]);

  return { durable, load, names, sent: events.length };
}

/** Page loads that come and go, and beside what is tried here a session that simply keeps the names of all it has applied. */
class World {
  readonly #pages: Page[] = [];
  #loads = new PageLoads();
  #present: Page | undefined;
  #applied = 0;
  /** What was applied, in order. */
  readonly #names: string[] = [];

  /** A page is loaded in place of another, and inherits what is left of its events, or is loaded beside it. */
  load(which: number, count: number): void {
    // No more than are remembered.
    if (this.#pages.length === 16) return;
    const from = count === 0 ? undefined : this.#pages[which % this.#pages.length];
    // The page before it need not know of all that are applied.
    const events = from?.events.slice(Math.max(from.durable, this.#done(from) - (count % 3))) ?? [];
    const page = { name: `p${this.#pages.length}`, events, durable: 0 };
    this.#pages.push(page);
    this.#come(page);
  }

  back(which: number): void {
    const page = this.#pages[which % this.#pages.length];
    if (page !== undefined && page !== this.#present) this.#come(page);
  }

  make(_which: number, count: number): void {
    const page = this.#present;
    if (page === undefined) return;
    for (let made = 0; made < count % 4; made++) {
      const own = page.events.filter((event) => isOwn(page, event)).length;
      page.events.push(`${page.name}.${own + 1}`);
    }
  }

  /** The session gets some of the events that the present page has not got done. */
  send(_which: number, count: number): void {
    const events = this.#present?.events ?? [];
    for (const name of events.slice(this.#applied, this.#applied + count)) {
      this.#applied++;
      expect(this.#loads.nameOf(this.#applied)).to.equal(name);
      this.#names.push(name);
    }
  }

  /** The state is stored and restored; the present page joins again, which may know what is durable. */
  store(_which: number, count: number): void {
    const records = structuredClone(this.#loads.records(this.#applied)) as PageLoadRecord[];
    this.#loads = PageLoads.from(records);
    if (this.#present === undefined) return;
    if (count % 2 === 0) this.#present.durable = this.#applied;
    // Until the page has joined again, its own events are all that is known.
    this.#applied = records.at(-1)?.applied ?? 0;
    this.#come(this.#present);
  }

  #come(page: Page): void {
    this.#applied = this.#loads.change(joinOf(page), this.#applied);
    this.#present = page;
    expect(this.#applied, page.name).to.equal(this.#done(page));
  }

  /** How many of a page's events are applied, up to the first that is not. */
  #done({ events }: Page): number {
    const names = new Set(this.#names);
    const next = events.findIndex((name) => !names.has(name));

    return next < 0 ? events.length : next;
  }

  check(): void {
    expect(new Set(this.#names).size).to.equal(this.#names.length);
    for (const page of this.#pages) {
      if (page !== this.#present) this.#come(page);
      this.send(0, page.events.length);
    }
    expect(this.#names).to.have.members([...new Set(this.#pages.flatMap(({ events }) => events))]);
  }
}
