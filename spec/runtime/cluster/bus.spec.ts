import { expect } from 'chai';
import { checkMessage } from '../../../runtime/cluster/bus.js';
import { TroupeError } from '../../../runtime/platform/errors.js';

describe('cluster/bus', () => {
  it('refuses what is not a message', () => {
    for (const wrong of [undefined, null, 'said', {}, { type: 7 }, { type: 'xstate.stop' }]) {
      expect(() => checkMessage('room', wrong, false)).to.throw(
        TroupeError,
        "publish('room', message): the message is"
      );
    }
  });

  it('takes plain data', () => {
    const tree = [{ a: [1, 'x', true, null, { b: Number.NaN }], c: undefined }];
    checkMessage('room', { type: 'said', tree, bare: Object.assign(Object.create(null), { a: 1 }) }, true);
  });

  it('names the path of what is not plain data, if it looks through the message', () => {
    const circular: { type: string; self?: unknown } = { type: 'said' };
    circular.self = circular;
    const cases: readonly (readonly [message: { type: string }, path: string])[] = [
      [{ type: 'said', when: new Date(0) } as never, 'message.when is an instance of Date'],
      [{ type: 'said', list: [1, { m: new Map() }] } as never, 'message.list[1].m is an instance of Map'],
      [{ type: 'said', answer: () => {} } as never, 'message.answer is a function'],
      [{ type: 'said', n: 1n } as never, 'message.n is a bigint'],
      [{ type: 'said', s: Symbol('s') } as never, 'message.s is a symbol'],
      [{ type: 'said', list: [undefined] } as never, 'message.list[0] is undefined'],
      [circular, 'is nested more than 64 deep'],
    ];
    for (const [message, path] of cases) {
      expect(() => checkMessage('room', message, true)).to.throw(TroupeError, path);
      checkMessage('room', message, false);
    }
    expect(() => checkMessage('room', cases[0]?.[0], true)).to.throw(
      "publish('room', { type: 'said' }): message.when is an instance of Date. Messages are plain data: strings, numbers, booleans, null, arrays and object literals."
    );
  });
});
