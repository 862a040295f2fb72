import { expect } from 'chai';
import fc from 'fast-check';
import { type InheritedEvents, type PageLoadRecord, PageLoads } from '../../../runtime/session/page-loads.js';
import { lawParameters } from '../../laws/parameters.js';

const heir = (document: string, first: number, count: number): InheritedEvents => ({ document, first, count });

/** Page loads of which the first has come. */
function started(document = 'a'): PageLoads {
  const documents = new PageLoads();
  documents.change(document, 0, undefined);

  return documents;
}

describe('documents', () => {
  it('are none before the first has come', () => {
    const documents = new PageLoads();
    expect([documents.present, documents.records(0)]).to.deep.equal(['', []]);
    expect(documents.change('a', 0, undefined)).to.equal(0);
    expect(documents.records(2)).to.deep.equal([{ document: 'a', applied: 2, heritage: undefined }]);
  });

  it('that come back go on where they were', () => {
    const documents = started();
    expect(documents.change('b', 3, undefined)).to.equal(0);
    expect(documents.change('a', 7, undefined)).to.equal(3);
    expect(documents.change('b', 4, undefined)).to.equal(7);
    expect(documents.records(8).map(({ document, applied }) => [document, applied])).to.deep.equal([
      ['a', 4],
      ['b', 8],
    ]);
  });

  it('that take over events have those done that were applied there', () => {
    for (const [applied, done] of [
      [2, 0],
      [3, 1],
      [5, 3],
      [9, 3],
    ] as const) {
      expect(started().change('b', applied, heir('a', 3, 3)), `${applied}`).to.equal(done);
    }
  });

  it('that take over from one that nobody knows have none done', () => {
    expect(started().change('b', 5, heir('z', 1, 3))).to.equal(0);
  });

  it('that come back find done what others have done for them', () => {
    const documents = started();
    documents.change('b', 1, heir('a', 2, 3));
    expect(documents.change('a', 2, undefined), 'a.1 and, as b 1 and 2, a.2 and a.3').to.equal(3);
    expect(documents.change('b', 4, undefined), 'a has done the third of them by itself').to.equal(3);
  });

  it('do no event twice that was handed down twice', () => {
    const documents = started();
    documents.change('b', 0, heir('a', 1, 2));
    expect(documents.change('c', 1, heir('b', 2, 3)), 'a.1 is done, b has a.2 and three of its own').to.equal(0);
    expect(documents.change('b', 2, undefined), 'a.1, a.2, b.3').to.equal(3);
    expect(documents.change('a', 3, undefined)).to.equal(2);
    expect(documents.change('d', 2, heir('a', 1, 2))).to.equal(2);
  });

  it('call an event by where it was made', () => {
    const documents = started();
    expect(documents.nameOf(3)).to.equal('a.3');
    documents.change('b', 1, heir('a', 2, 2));
    expect([1, 2, 3, 4].map((number) => documents.nameOf(number))).to.deep.equal(['a.2', 'a.3', 'b.3', 'b.4']);
    documents.change('c', 1, heir('b', 2, 2));
    expect([1, 2, 3].map((number) => documents.nameOf(number))).to.deep.equal(['a.3', 'b.3', 'c.3']);
    documents.change('a', 0, undefined);
    expect(documents.nameOf(2)).to.equal('a.2');
  });

  it('cannot be their own heirs, however long the way round', () => {
    const documents = started();
    expect(documents.change('b', 2, heir('b', 1, 9)), 'at once').to.equal(0);
    expect(documents.records(0).at(-1)?.heritage).to.equal(undefined);
    documents.change('c', 0, heir('d', 1, 9));
    expect(documents.change('d', 0, heir('c', 1, 9)), 'over another').to.equal(0);
    documents.change('e', 0, heir('d', 1, 9));
    expect(documents.nameOf(4)).to.equal('d.4');
  });

  it('are remembered, sixteen beside the present one', () => {
    const documents = started('0');
    for (let number = 1; number <= 17; number++) documents.change(`${number}`, 1, undefined);
    expect(documents.records(1).map(({ document }) => Number(document))).to.deep.equal(
      Array.from({ length: 17 }, (_, index) => index + 1)
    );
    expect(documents.change('0', 1, undefined), 'forgotten').to.equal(0);
    expect(documents.change('3', 1, undefined)).to.equal(1);
  });

  it('go on from what was stored', () => {
    const documents = started();
    documents.change('b', 4, heir('a', 3, 4));
    documents.change('c', 3, undefined);
    const records = documents.records(5);
    const restored = PageLoads.from(structuredClone(records) as PageLoadRecord[]);
    expect([restored.present, restored.records(5)]).to.deep.equal(['c', records]);
    expect([documents, restored].map((one) => one.change('b', 5, undefined))).to.deep.equal([3, 3]);
    expect(restored.nameOf(2)).to.equal('a.4');
    expect(PageLoads.from([]).present).to.equal('');
  });

  it('apply every event once and in the order of its document, whoever comes, sends and hands down', () => {
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

/** A document and its events by their names, which the session does not know. */
interface Page {
  readonly name: string;
  readonly events: string[];
  readonly heritage: InheritedEvents | undefined;
}

/** Page loads that come and go, and beside what is tried here a session that simply keeps the names of all it has applied. */
class World {
  readonly #pages: Page[] = [];
  #documents = new PageLoads();
  #present: Page | undefined;
  #applied = 0;
  /** What was applied, in order. */
  readonly #names: string[] = [];

  /** A page is loaded in place of another, and takes over what is left of its events, or is loaded beside it. */
  load(which: number, count: number): void {
    // No more than are remembered.
    if (this.#pages.length === 16) return;
    const from = count === 0 ? undefined : this.#pages[which % this.#pages.length];
    const first = from === undefined ? 0 : this.#done(from) + 1;
    const left = from === undefined ? [] : from.events.slice(first - 1);
    const heritage = from && left.length > 0 ? heir(from.name, first, left.length) : undefined;
    const page = { name: `p${this.#pages.length}`, events: left, heritage };
    this.#pages.push(page);
    this.#come(page);
  }

  back(which: number): void {
    const page = this.#pages[which % this.#pages.length];
    if (page !== undefined && page !== this.#present) this.#come(page);
  }

  make(_which: number, count: number): void {
    const page = this.#present;
    if (page !== undefined)
      for (let made = 0; made < count % 4; made++) page.events.push(`${page.name}.${page.events.length + 1}`);
  }

  /** The session gets some of the events that the present page has not got done. */
  send(_which: number, count: number): void {
    const events = this.#present?.events ?? [];
    for (const name of events.slice(this.#applied, this.#applied + count)) {
      this.#applied++;
      expect(this.#documents.nameOf(this.#applied)).to.equal(name);
      this.#names.push(name);
    }
  }

  store(): void {
    this.#documents = PageLoads.from(structuredClone(this.#documents.records(this.#applied)) as PageLoadRecord[]);
  }

  #come(page: Page): void {
    this.#applied = this.#documents.change(page.name, this.#applied, page.heritage);
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
