import { expect } from 'chai';
import fc from 'fast-check';
import { Projection, RingBuffer } from '../../../runtime/recording/ring-buffer.js';
import { lawParameters } from '../../laws/parameters.js';

/** A ring buffer with so many entries added, each its own number. */
function filled(maxEntries: number, count: number): RingBuffer<number> {
  const ring = new RingBuffer<number>(maxEntries);
  for (let number = 1; number <= count; number++) ring.push(number);

  return ring;
}

describe('ring buffer', () => {
  it('is empty at first: the last number is 0, the first would be 1', () => {
    const ring = new RingBuffer<string>(4);
    expect([ring.first, ring.last, ring.entries, ring.at(0), ring.at(1)]).to.deep.equal([
      1,
      0,
      [],
      undefined,
      undefined,
    ]);
  });

  it('numbers entries from 1 and finds each by its number', () => {
    const ring = filled(4, 3);
    expect(ring.entries).to.deep.equal([1, 2, 3]);
    expect([0, 1, 2, 3, 4].map((number) => ring.at(number))).to.deep.equal([undefined, 1, 2, 3, undefined]);
  });

  it('drops the oldest entries in batches of a quarter of the limit', () => {
    expect(filled(8, 10).entries).to.have.lengthOf(10);
    const ring = filled(8, 11);
    expect(ring.entries).to.deep.equal([4, 5, 6, 7, 8, 9, 10, 11]);
    expect([ring.first, ring.last]).to.deep.equal([4, 11]);
    expect([ring.at(3), ring.at(4), ring.at(11)]).to.deep.equal([undefined, 4, 11]);
  });

  it('continues its numbers after it is cleared', () => {
    const ring = filled(4, 3);
    ring.clear();
    expect([ring.first, ring.last, ring.entries]).to.deep.equal([4, 3, []]);
    expect(ring.at(3)).to.equal(undefined);
    ring.push(4);
    expect([ring.first, ring.last, ring.at(4)]).to.deep.equal([4, 4, 4]);
  });

  it('keeps the newest entries under their numbers, and at most a quarter more than the limit', () => {
    const act = fc.oneof(
      { weight: 20, arbitrary: fc.constant('push') },
      { weight: 1, arbitrary: fc.constant('clear') }
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(act, { maxLength: 200 }), (maxEntries, acts) => {
        const ring = new RingBuffer<number>(maxEntries);
        let since = 0;
        for (const each of acts) {
          if (each === 'clear') {
            ring.clear();
            since = 0;
          } else {
            ring.push(ring.last + 1);
            since++;
          }
          expect(ring.entries.length).to.be.within(Math.min(since, maxEntries), maxEntries + maxEntries / 4);
          expect(ring.last - ring.first + 1).to.equal(ring.entries.length);
          for (const number of ring.entries) expect(ring.at(number)).to.equal(number);
        }
      }),
      lawParameters()
    );
  });
});

describe('projection', () => {
  /** The sum of the entries of a ring, and which were added. */
  function sum(ring: RingBuffer<number>): {
    readonly added: number[];
    readonly projection: Projection<number, { sum: number }>;
  } {
    const added: number[] = [];
    const projection = new Projection(
      ring,
      () => ({ sum: 0 }),
      (value: { sum: number }, entry: number) => {
        added.push(entry);
        value.sum += entry;
      }
    );

    return { added, projection };
  }

  it('is computed when it is read, and each entry is added once', () => {
    const ring = filled(8, 2);
    const { added, projection } = sum(ring);
    expect(added).to.deep.equal([]);
    expect([projection.read().sum, projection.read().sum]).to.deep.equal([3, 3]);
    ring.push(3);
    expect(projection.read().sum).to.equal(6);
    expect(added).to.deep.equal([1, 2, 3]);
  });

  it('has nothing in it that the ring has dropped', () => {
    const ring = filled(4, 5);
    const { projection } = sum(ring);
    expect(projection.read().sum).to.equal(15);
    ring.push(6);
    expect(ring.first).to.be.above(1);
    expect(projection.read().sum).to.equal(ring.entries.reduce((total, entry) => total + entry, 0));
    ring.clear();
    expect(projection.read().sum).to.equal(0);
  });

  it('is the same however often it was read', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (reads) => {
        const ring = new RingBuffer<number>(6);
        const { projection } = sum(ring);
        for (const [index, isRead] of reads.entries()) {
          ring.push(index);
          if (isRead) projection.read();
        }
        expect(projection.read()).to.deep.equal(sum(ring).projection.read());
      }),
      lawParameters()
    );
  });
});
