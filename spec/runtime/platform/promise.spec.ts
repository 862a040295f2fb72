import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { isPromise, synchronous, within } from '../../../runtime/platform/promise.js';

describe('promise', () => {
  it('knows a promise by its then', () => {
    const thenable = Object.assign(Object.create(null), Object.fromEntries([['then', () => undefined]]));
    expect([Promise.resolve(), thenable].map(isPromise)).to.deep.equal([true, true]);
    const others = [null, undefined, 0, {}, Object.fromEntries([['then', 1]])];
    expect(others.map((value) => isPromise<unknown>(value))).to.deep.equal(Array(5).fill(false));
  });

  it('refuses a promise, and ignores its rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    expect(synchronous(5, 'no')).to.equal(5);
    expect(() => synchronous(Promise.reject(new Error('late')), 'what it said'))
      .to.throw(TroupeError, 'what it said')
      .with.property('code', ErrorCode.Component);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('refuses with the code that the caller wants', () => {
    expect(() => synchronous(Promise.resolve(1), 'no', ErrorCode.Handler))
      .to.throw(TroupeError)
      .with.property('code', 'handler');
  });

  it('is waited for until a deadline', async () => {
    const clock = createSimulatedClock();
    await within(Promise.resolve(), clock, 100);
    expect(clock.pending).to.equal(0);
    const late = within(new Promise(() => undefined), clock, 100);
    clock.advance(100);
    await late;
  });
});
