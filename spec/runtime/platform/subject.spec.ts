import { expect } from 'chai';
import { Subject } from '../../../runtime/platform/subject.js';

interface State {
  readonly number: number;
}

describe('watchers', () => {
  let reports: unknown[];
  let watchers: Subject<State>;
  const state = (number: number): State => ({ number });

  beforeEach(() => {
    reports = [];
    watchers = new Subject((error) => reports.push(error));
  });

  /** Watches and notes. */
  function watch(): { readonly seen: number[]; readonly stop: () => void } {
    const seen: number[] = [];

    return { seen, stop: watchers.add(({ number }) => seen.push(number)) };
  }

  it('are told of the present state at once, and then of each change', () => {
    const early = watch();
    expect(early.seen).to.deep.equal([]);
    watchers.tell(state(1));
    const late = watch();
    const second = state(2);
    watchers.tell(second);
    watchers.tell(second);
    late.stop();
    watchers.tell(state(3));
    expect(early.seen).to.deep.equal([1, 2, 3]);
    expect(late.seen).to.deep.equal([1, 2]);
    expect(watchers.size).to.equal(1);
  });

  it('wait for the next state once it is forgotten', () => {
    watchers.tell(state(1));
    watchers.forget();
    const { seen } = watch();
    watchers.tell(state(2));
    expect(seen).to.deep.equal([2]);
  });

  it('are not told of the same state as another object, unless they come later', () => {
    const { seen } = watch();
    watchers.tell(state(1));
    watchers.replace(state(1));
    const late = watch();
    watchers.tell(state(2));
    expect([seen, late.seen]).to.deep.equal([
      [1, 2],
      [1, 2],
    ]);
  });

  it('that throw are reported and told of the next state all the same', () => {
    let told = 0;
    watchers.add(() => {
      told++;
      throw new Error('of a watcher');
    });
    const { seen } = watch();
    watchers.tell(state(1));
    watchers.tell(state(2));
    expect(told).to.equal(2);
    expect(seen).to.deep.equal([1, 2]);
    expect(reports).to.have.length(2);
  });

  it('see one order, though one of them brings about the next state', () => {
    watchers.add(({ number }) => number < 4 && watchers.tell(state(number + 1)));
    const { seen } = watch();
    watchers.tell(state(1));
    expect(seen).to.deep.equal([1, 2, 3, 4]);
  });

  it('see one order, though one brings about the next state when it is told of its first', () => {
    watchers.tell(state(1));
    const { seen } = watch();
    const own: string[] = [];
    watchers.add(({ number }) => {
      own.push(`+${number}`);
      if (number < 3) watchers.tell(state(number + 1));
      own.push(`-${number}`);
    });
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(own).to.deep.equal(['+1', '-1', '+2', '-2', '+3', '-3']);
  });

  it('that come while a state is told get it once', () => {
    let late: ReturnType<typeof watch> | undefined;
    watchers.add(() => {
      late ??= watch();
    });
    watchers.tell(state(1));
    watchers.tell(state(2));
    expect(late?.seen).to.deep.equal([1, 2]);
  });

  it('that leave while a state is told are told no more', () => {
    let leave = (): void => {};
    watchers.add(() => leave());
    const { seen, stop } = watch();
    leave = stop;
    watchers.tell(state(1));
    expect(seen).to.deep.equal([]);
  });
});
