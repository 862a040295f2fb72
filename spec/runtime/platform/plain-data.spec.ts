import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import {
  checkStorable,
  describeForeign,
  foreignIn,
  frozen,
  isEqual,
  isPlain,
  isRecord,
  isShallowEqual,
  messageRules,
} from '../../../runtime/platform/plain-data.js';
import { lawParameters } from '../../laws/parameters.js';

class Point {
  readonly x: number;

  constructor(x: number) {
    this.x = x;
  }
}

const refused = (value: unknown): TroupeError => {
  try {
    checkStorable(value, 'The state of page');
  } catch (error) {
    return error as TroupeError;
  }
  throw new Error('the value was accepted');
};

/** Plain data of all kinds that can be in a state. */
const plainData = fc.object({
  maxDepth: 3,
  maxKeys: 5,
  key: fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('a', 'b', '0', '__proto__', 'toString')),
  values: [
    fc.constantFrom<unknown>(null, undefined, true, '', Number.NaN, -0, 0, new Date(Number.NaN)),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.date(),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(fc.integer(), { maxLength: 3 }),
  ],
});

describe('plain data', () => {
  it('consists of arrays and object literals', () => {
    const bare = Object.create(null);
    expect([[], {}, bare].map(isPlain)).to.deep.equal([true, true, true]);
    expect([[], {}, bare].map(isRecord)).to.deep.equal([false, true, true]);
    expect([null, undefined, 'a', 1, () => 1, new Point(1), new Date(0), new Map()].filter(isPlain)).to.deep.equal([]);
  });

  describe('frozen', () => {
    it('freezes arrays and object literals in development', () => {
      const point = new Point(1);
      const model = frozen({ list: [{ text: 'a' }], point, map: new Map([['a', 1]]) });
      expect(() => Object.assign(model.list[0] as object, { text: 'b' })).to.throw(TypeError);
      expect(() => (model.list as unknown[]).push('b')).to.throw(TypeError);
      expect(Object.isFrozen(point)).to.equal(false);
      expect(Object.isFrozen(model.map)).to.equal(false);
    });

    it('freezes at any depth, and with a cycle', () => {
      let deep: object = {};
      for (let depth = 0; depth < 100_000; depth++) deep = { deep };
      const ring: { self?: object } = {};
      ring.self = ring;
      for (const model of [deep, ring]) expect(Object.isFrozen(frozen(model))).to.equal(true);
    });
  });

  describe('isShallowEqual', () => {
    it('compares one level deep', () => {
      const inner = {};
      expect(isShallowEqual({ a: 1, b: inner, c: Number.NaN }, { b: inner, a: 1, c: Number.NaN })).to.equal(true);
      for (const other of [{ a: 2 }, { a: 1, b: 1 }, {}, { b: 1 }])
        expect(isShallowEqual({ a: 1 }, other)).to.equal(false);
      expect(isShallowEqual({ a: {} }, { a: {} })).to.equal(false);
      expect(isShallowEqual({ a: undefined }, { b: undefined })).to.equal(false);
    });
  });

  describe('isEqual', () => {
    it('compares arrays and object literals at any depth, and not the order of properties', () => {
      expect(isEqual({ a: [{ b: 1 }], c: null }, { c: null, a: [{ b: 1 }] })).to.equal(true);
      const pairs = [
        [{ a: [1] }, { a: [2] }],
        [[1], [1, 2]],
        [{ a: 1 }, { b: 1 }],
        [{ a: 1 }, null],
        [1, '1'],
      ];
      for (const [left, right] of pairs) expect(isEqual(left, right)).to.equal(false);
    });

    it('tells apart what only looks alike', () => {
      const pairs: readonly (readonly [unknown, unknown])[] = [
        [0, -0],
        [[], {}],
        [{ 0: 1 }, new Uint8Array([1])],
        [[1], new Uint8Array([1])],
        [new Date(5), 5],
        [new Date(5), {}],
        [new Uint8Array(2), new Uint8Array(3)],
        [{ a: undefined }, {}],
        [{ a: undefined }, { b: undefined }],
        [null, undefined],
        [null, {}],
        [new Point(1), 1],
        [new Point(1), {}],
        [() => 1, 1],
      ];
      for (const [left, right] of pairs) {
        expect([isEqual(left, right), isEqual(right, left)]).to.deep.equal([false, false]);
      }
    });

    it('compares dates by their time and bytes by their content', () => {
      expect(isEqual(new Date(Number.NaN), new Date(Number.NaN))).to.equal(true);
      expect(isEqual(new Date(Number.NaN), new Date(0))).to.equal(false);
      expect(isEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
      expect(isEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).to.equal(false);
    });

    it('takes two foreign values as equal', () => {
      const one = (): number => 1;
      const other = (): number => 2;
      expect(isEqual(new Point(1), new Point(2))).to.equal(true);
      expect(isEqual({ run: one }, { run: other })).to.equal(true);
      expect(isEqual(new Map(), new Set())).to.equal(true);
    });

    it('compares plain data as the strict comparison of Node does', () => {
      fc.assert(
        fc.property(plainData, plainData, (left, right) => {
          expect(isEqual(left, right)).to.equal(isDeepStrictEqual(left, right));
          expect(isEqual(left, structuredClone(left))).to.equal(true);
        }),
        lawParameters()
      );
    });
  });

  describe('foreignIn', () => {
    const inMessage = (value: unknown): string | undefined => foreignIn(value, 'message', messageRules);

    it('allows no dates and bytes in a message, and undefined only as the value of a property', () => {
      expect(inMessage({ a: [1, 'x', true, null, { b: Number.NaN }], c: undefined })).to.equal(undefined);
      expect(inMessage(undefined)).to.equal('message is undefined');
      expect(inMessage({ list: [undefined] })).to.equal('message.list[0] is undefined');
      expect(inMessage({ at: new Date(0) })).to.equal('message.at is an instance of Date');
      expect(inMessage({ bytes: new Uint8Array(1) })).to.equal('message.bytes is an instance of Uint8Array');
    });

    it('does not let a frozen state with a date in it pass as a message', () => {
      const value = Object.freeze({ at: new Date(0) });
      checkStorable(value, 'It');
      expect(inMessage(value)).to.equal('message.at is an instance of Date');
    });

    it('refuses a message with a cycle', () => {
      const circular: { self?: unknown } = {};
      circular.self = circular;
      expect(inMessage(circular)).to.match(/^message(\.self){8}\.\.\. is nested more than 64 deep$/);
    });
  });

  it('is described by what is foreign in it', () => {
    const foreign = [
      undefined,
      1n,
      Symbol('s'),
      () => 1,
      Promise.resolve(),
      new Point(1),
      Object.create({ constructor: 0 }),
    ];
    expect(foreign.map(describeForeign)).to.deep.equal([
      ...['undefined', 'a bigint', 'a symbol', 'a function', 'a promise', 'an instance of Point'],
      'an object of an unknown kind',
    ]);
  });

  describe('checkStorable', () => {
    it('accepts plain data', () => {
      const plain = {
        a: 1,
        b: 'b',
        c: true,
        d: null,
        e: undefined,
        f: [1, [2], { g: new Date(0) }],
        h: new Uint8Array(2),
      };
      const bare = Object.assign(Object.create(null), { plain });
      for (const value of [
        undefined,
        null,
        0,
        Number.NaN,
        '',
        false,
        [],
        {},
        plain,
        bare,
        new Array(2),
        Buffer.from('a'),
      ]) {
        expect(() => checkStorable(value, 'The state of page')).to.not.throw();
      }
    });

    it('refuses everything else; the error names the place and the fix', () => {
      class Socket {}
      const unnamed = Object.create({});
      const wrong: readonly (readonly [value: unknown, what: string])[] = [
        [() => 1, 'state is a function'],
        [{ a: Symbol('a') }, 'state.a is a symbol'],
        [{ a: { b: 1n } }, 'state.a.b is a bigint'],
        [{ rows: [1, { socket: new Socket() }] }, 'state.rows[1].socket is an instance of Socket'],
        [[new Map()], 'state[0] is an instance of Map'],
        [{ set: new Set() }, 'state.set is an instance of Set'],
        [{ floats: new Float64Array(1) }, 'state.floats is an instance of Float64Array'],
        [{ wait: Promise.resolve() }, 'state.wait is a promise'],
        [{ error: new TypeError('no') }, 'state.error is an instance of TypeError'],
        [{ unnamed }, 'state.unnamed is an instance of Object'],
      ];
      for (const [value, what] of wrong) {
        const error = refused(value);
        expect(error).to.be.instanceOf(TroupeError).with.property('code', ErrorCode.Snapshot);
        expect(error.message)
          .to.match(/^The state of page cannot be stored: /)
          .and.to.contain(`: ${what}. Keep plain data`);
      }
    });

    it('names the value as the caller says', () => {
      expect(() => checkStorable({ a: [() => 1] }, 'A message', 'message')).to.throw(
        TroupeError,
        /^A message cannot be stored: message\.a\[0\] is a function\./
      );
    });

    it('refuses a cycle, and shows the beginning of a long path', () => {
      const ring: { next?: object } = {};
      ring.next = [ring];
      expect(refused(ring).message).to.contain(
        ': state.next[0].next[0].next[0].next[0]... is nested more than 500 deep.'
      );
    });

    it('visits a value again as long as it can change at any depth', () => {
      const inner: unknown[] = [];
      const frozen = Object.freeze({ inner });
      for (let round = 0; round < 2; round++) checkStorable(frozen, 'It');
      inner.push(() => 1);
      expect(() => checkStorable(frozen, 'It')).to.throw(/state\.inner\[0\] is a function/);
    });

    it('visits a value once if it cannot change', () => {
      let looked = 0;
      const value = Object.freeze({
        get text() {
          looked++;
          return 'a';
        },
      });
      for (let round = 0; round < 3; round++) checkStorable(Object.freeze([value]), 'It');
      expect(looked, 'once for its value, once to see that it is settled').to.equal(2);
    });
  });
});
