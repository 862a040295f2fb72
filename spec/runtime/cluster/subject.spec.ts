import { expect } from 'chai';
import { Subject } from '../../../runtime/cluster/subject.js';

interface State {
  readonly number: number;
}

describe('subject', () => {
  let reports: unknown[];
  let subject: Subject<State>;
  const state = (number: number): State => ({ number });

  beforeEach(() => {
    reports = [];
    subject = new Subject((error) => reports.push(error));
  });

  /** Subscribes and notes the numbers of the states. */
  function watch(): { readonly seen: number[]; readonly stop: () => void } {
    const seen: number[] = [];

    return { seen, stop: subject.subscribe(({ number }) => seen.push(number)) };
  }

  it('calls an observer with the current state at once, and then with each next state', () => {
    const early = watch();
    expect(early.seen).to.deep.equal([]);
    subject.next(state(1));
    const late = watch();
    const second = state(2);
    subject.next(second);
    subject.next(second);
    late.stop();
    subject.next(state(3));
    expect(early.seen).to.deep.equal([1, 2, 3]);
    expect(late.seen).to.deep.equal([1, 2]);
    expect(subject.size).to.equal(1);
  });

  it('calls an observer with the next state only if the current one is forgotten', () => {
    subject.next(state(1));
    subject.forget();
    const { seen } = watch();
    subject.next(state(2));
    expect(seen).to.deep.equal([2]);
  });

  it('does not call observers for a replaced state, but gives it to later ones', () => {
    const { seen } = watch();
    subject.next(state(1));
    subject.replace(state(1));
    const late = watch();
    subject.next(state(2));
    expect([seen, late.seen]).to.deep.equal([
      [1, 2],
      [1, 2],
    ]);
  });

  it('reports what an observer throws, and calls it with the next state', () => {
    let calls = 0;
    subject.subscribe(() => {
      calls++;
      throw new Error('of an observer');
    });
    const { seen } = watch();
    subject.next(state(1));
    subject.next(state(2));
    expect(calls).to.equal(2);
    expect(seen).to.deep.equal([1, 2]);
    expect(reports).to.have.length(2);
  });

  it('keeps the order if an observer sets the next state', () => {
    subject.subscribe(({ number }) => number < 4 && subject.next(state(number + 1)));
    const { seen } = watch();
    subject.next(state(1));
    expect(seen).to.deep.equal([1, 2, 3, 4]);
  });

  it('keeps the order if an observer sets the next state in its first call', () => {
    subject.next(state(1));
    const { seen } = watch();
    const own: string[] = [];
    subject.subscribe(({ number }) => {
      own.push(`+${number}`);
      if (number < 3) subject.next(state(number + 1));
      own.push(`-${number}`);
    });
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(own).to.deep.equal(['+1', '-1', '+2', '-2', '+3', '-3']);
  });

  it('calls an observer once that is added during a call', () => {
    let late: ReturnType<typeof watch> | undefined;
    subject.subscribe(() => {
      late ??= watch();
    });
    subject.next(state(1));
    subject.next(state(2));
    expect(late?.seen).to.deep.equal([1, 2]);
  });

  it('does not call an observer that is removed during a call', () => {
    let leave = (): void => {};
    subject.subscribe(() => leave());
    const { seen, stop } = watch();
    leave = stop;
    subject.next(state(1));
    expect(seen).to.deep.equal([]);
  });
});
