import { expect } from 'chai';
import { ErrorCode, TroupeError } from '../../../runtime/platform/errors.js';
import { checkStorable } from '../../../runtime/platform/storable.js';

const refused = (value: unknown): TroupeError => {
  try {
    checkStorable(value, 'The state of page');
  } catch (error) {
    return error as TroupeError;
  }
  throw new Error('it was taken');
};

describe('storable', () => {
  it('is what is plain data', () => {
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

  it('is nothing else, and the error names the place and says the fix', () => {
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

  it('is called what it is', () => {
    expect(() => checkStorable({ a: [() => 1] }, 'A message', 'message')).to.throw(
      TroupeError,
      /^A message cannot be stored: message\.a\[0\] is a function\./
    );
  });

  it('is nothing that runs in a ring, and of a long way there the beginning is shown', () => {
    const ring: { next?: object } = {};
    ring.next = [ring];
    expect(refused(ring).message).to.contain(
      ': state.next[0].next[0].next[0].next[0]... is nested more than 500 deep.'
    );
  });

  it('is looked at again as long as it can change, if only further down', () => {
    const inner: unknown[] = [];
    const frozen = Object.freeze({ inner });
    for (let round = 0; round < 2; round++) checkStorable(frozen, 'It');
    inner.push(() => 1);
    expect(() => checkStorable(frozen, 'It')).to.throw(/state\.inner\[0\] is a function/);
  });

  it('is looked at once if it cannot change', () => {
    let looked = 0;
    const value = Object.freeze({
      get text() {
        looked++;
        return 'a';
      },
    });
    for (let round = 0; round < 3; round++) checkStorable(Object.freeze([value]), 'It');
    expect(looked, 'to see what it is, and that it stays').to.equal(2);
  });
});
