import { expect } from 'chai';
import type { DueImage, OrderedClock } from '../../../runtime/actor/ordered-clock.js';
import { FakeClock } from '../../fixtures/fake-clock.js';

describe('ordered clock', () => {
  let clock: FakeClock;
  let ran: string[];

  beforeEach(() => {
    clock = new FakeClock(1_000);
    ran = [];
  });

  const set = (name: string, delay: number, on: OrderedClock = clock): unknown =>
    on.setTimeout(() => ran.push(name), delay);

  /** Sets a timer and returns how it is stored once all are set. */
  function stored(name: string, delay: number): () => DueImage {
    set(name, delay);
    const due = clock.lastDue(delay);

    return () => clock.imageOf(due);
  }

  const again = (name: string, image: DueImage): void =>
    clock.setAgain(image, (at) => void set(name, Math.max(0, at - clock.now())));

  it('runs timers as the clock below it does', () => {
    const cleared = set('a', 10);
    set('b', 10);
    clock.clearTimeout(cleared);
    clock.clearTimeout(undefined);
    clock.advance(9);
    expect([ran, clock.now()]).to.deep.equal([[], 1_009]);
    clock.advance(1);
    expect([ran, clock.pending]).to.deep.equal([['b'], 0]);
  });

  it('stores when a timer is due and how many were set after it', () => {
    const images = [stored('a', 100), stored('b', 50), stored('c', 70)];
    expect(images.map((image) => image())).to.deep.equal([[1_100, 2], [1_050, 1], 1_070]);
  });

  it('sets what is set inside of inOrder at its end, by due time and then by order', () => {
    clock.inOrder(() => {
      set('new', 50);
      again('last before', 1_050);
      again('second', [1_050, 3]);
      again('first', [1_040, 0]);
      again('overdue', [900, 1]);
      again('long overdue', [800, 0]);
      expect(clock.pending).to.equal(0);
    });
    clock.advance(0);
    expect(ran.splice(0)).to.deep.equal(['long overdue', 'overdue']);
    clock.advance(50);
    expect(ran).to.deep.equal(['first', 'second', 'last before', 'new']);
  });

  it('stores a timer that was set again as it was, beside those that were set later', () => {
    let image: (() => DueImage) | undefined;
    clock.setAgain([900, 4], () => {
      image = stored('overdue', 0);
    });
    expect(image?.()).to.deep.equal([900, 4]);
    set('new', 20);
    expect(image?.()).to.deep.equal([900, 5]);
  });

  it('clears a timer before and after the end of inOrder', () => {
    let late: unknown;
    clock.inOrder(() => {
      const early = set('early', 10);
      late = set('late', 10);
      clock.clearTimeout(early);
    });
    expect(clock.pending).to.equal(1);
    clock.clearTimeout(late);
    expect(clock.pending).to.equal(0);
  });

  it('sets the timers though what runs inside of inOrder throws, and takes one inside of another as one', () => {
    const failing = (): void => {
      clock.inOrder(() => void set('inner', 10));
      expect(clock.pending).to.equal(0);
      throw new Error('no');
    };
    expect(() => clock.inOrder(failing)).to.throw('no');
    expect(clock.pending).to.equal(1);
    set('direct', 10);
    expect(clock.pending).to.equal(2);
  });
});
