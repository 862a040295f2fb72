import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { frozen, isAlike, isPromise, isSame, present } from '../../../runtime/platform/plain-data.js';

class Point {
  readonly x: number;

  constructor(x: number) {
    this.x = x;
  }
}

describe('model', () => {
  it('is frozen in development, plain objects and arrays however deep', () => {
    const point = new Point(1);
    const model = frozen({ list: [{ text: 'a' }], point, map: new Map([['a', 1]]) });
    expect(() => Object.assign(model.list[0] as object, { text: 'b' })).to.throw(TypeError);
    expect(() => (model.list as unknown[]).push('b')).to.throw(TypeError);
    expect(Object.isFrozen(point)).to.equal(false);
    expect(Object.isFrozen(model.map)).to.equal(false);
  });

  it('is frozen however deep it is, and if it runs in a ring', () => {
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    const ring: { self?: object } = {};
    ring.self = ring;
    for (const model of [deep, ring]) expect(Object.isFrozen(frozen(model))).to.equal(true);
  });

  it('that is a promise is told by its then', () => {
    const thenable = Object.assign(Object.create(null), Object.fromEntries([['then', () => undefined]]));
    expect([Promise.resolve(), thenable].map(isPromise)).to.deep.equal([true, true]);
    const others = [null, undefined, 0, {}, Object.fromEntries([['then', 1]])];
    expect(others.map((value) => isPromise<unknown>(value))).to.deep.equal(Array(5).fill(false));
  });

  it('must be there at once: a promise throws, and its rejection ends nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    expect(present(5, 'no')).to.equal(5);
    expect(() => present(Promise.reject(new Error('late')), 'what it said'))
      .to.throw(TroupeError, 'what it said')
      .with.property('code', ErrorCode.Component);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('that is a promise is refused under the code that is wanted', () => {
    expect(() => present(Promise.resolve(1), 'no', ErrorCode.Handler))
      .to.throw(TroupeError)
      .with.property('code', 'handler');
  });

  describe('isAlike', () => {
    it('compares one level deep', () => {
      const inner = {};
      expect(isAlike({ a: 1, b: inner, c: Number.NaN }, { b: inner, a: 1, c: Number.NaN })).to.equal(true);
      for (const other of [{ a: 2 }, { a: 1, b: 1 }, {}, { b: 1 }]) expect(isAlike({ a: 1 }, other)).to.equal(false);
      expect(isAlike({ a: {} }, { a: {} })).to.equal(false);
      expect(isAlike({ a: undefined }, { b: undefined })).to.equal(false);
    });
  });

  describe('isSame', () => {
    it('compares plain objects and arrays however deep', () => {
      expect(isSame({ a: [{ b: 1 }], c: null }, { c: null, a: [{ b: 1 }] })).to.equal(true);
      for (const [left, right] of [
        [{ a: [1] }, { a: [2] }],
        [[1], [1, 2]],
        [{ a: 1 }, { b: 1 }],
        [{ a: 1 }, null],
        [1, '1'],
      ]) {
        expect(isSame(left, right)).to.equal(false);
      }
    });

    it('knows nothing of other objects and of functions, and calls them the same', () => {
      expect(isSame(new Point(1), new Point(2))).to.equal(true);
      expect(
        isSame(
          () => 1,
          () => 2
        )
      ).to.equal(true);
      expect(isSame(new Point(1), 1)).to.equal(false);
    });
  });
});
