import { expect } from 'chai';
import { hidden, isSecretName, redact, secretNames, withoutData } from '../../../runtime/platform/redact.js';

const names = secretNames([{ secret: ['apiKey'] }, { secret: [] }, { secret: ['PIN'] }]);

describe('redaction', () => {
  describe('isSecretName', () => {
    it('knows built-in and declared names, in any case of letters', () => {
      const known = ['password', 'Password', 'apiKey', 'APIKEY', 'pin'].map((name) => isSecretName(name, names));
      expect(known).to.deep.equal([true, true, true, true, true]);
      const others = ['passwords', 'key', '', 'constructor', '__proto__'].map((name) => isSecretName(name, names));
      expect(others).to.deep.equal([false, false, false, false, false]);
      expect(isSecretName('apiKey')).to.equal(false);
    });

    it('takes the last name of a path', () => {
      const paths = ['account.pin', 'user[Password]', 'pins[0].pin', 'rows[12].pin', 'pin[0]', 'pin[]', 'a.b[c][pin]'];
      expect(paths.filter((path) => !isSecretName(path, names))).to.deep.equal([]);
      const others = ['pin.length', 'pin[hint]', 'spin', 'a.pins[0]', '.', '[', ']', 'pin.', '[0]'];
      expect(others.filter((path) => isSecretName(path, names))).to.deep.equal([]);
    });
  });

  describe('redact', () => {
    it('hides fields of secret names at any depth, whatever is in them', () => {
      const state = { user: 'ada', rows: [{ password: 'x' }, { apiKey: { parts: ['a', 'b'] } }, { Password: null }] };
      expect(redact(state, names)).to.deep.equal({
        user: 'ada',
        rows: [{ password: hidden }, { apiKey: hidden }, { Password: hidden }],
      });
    });

    it('hides the value beside a secret name: in the entries of a form, and in records of name and value', () => {
      const message = {
        type: 'sent',
        entries: [
          ['user', 'ada'],
          ['password', 'x'],
        ],
        last: { name: 'apiKey', value: 1 },
      };
      expect(redact(message, names)).to.deep.equal({
        type: 'sent',
        entries: [
          ['user', 'ada'],
          ['password', hidden],
        ],
        last: { name: 'apiKey', value: hidden },
      });
    });

    it('leaves the same text alone in every other field', () => {
      const state = { password: 'hunter2', text: 'hunter2', log: 'he said hunter2' };
      expect(redact(state)).to.deep.equal({ password: hidden, text: 'hunter2', log: 'he said hunter2' });
    });

    it('copies all other data', () => {
      const state = {
        list: [1, 'a', null, undefined, true],
        at: new Date(5),
        bytes: Uint8Array.of(1, 2),
        bare: Object.create(null),
      };
      const copy = redact(state);
      expect(copy).to.deep.equal({ ...state, bare: {} });
      expect(copy.list).to.not.equal(state.list);
      expect(copy.bytes).to.not.equal(state.bytes);
      expect(copy.at).to.not.equal(state.at);
    });

    it('shows anything else by its class', () => {
      class Socket {
        readonly password = 'x';
      }
      const state = {
        socket: new Socket(),
        map: new Map([['password', 'x']]),
        run: () => 0,
        big: 12n,
        sign: Symbol('x'),
      };
      expect(redact(state as object)).to.deep.equal({
        ...{ socket: '[object Socket]', map: '[object Map]', run: '[function]', big: '12', sign: '[symbol]' },
      });
    });

    it('ends with circular data, very deep data, and data that refers to one object many times', () => {
      const circle: Record<string, unknown> = { password: 'x' };
      circle['self'] = [circle];
      expect(redact(circle)).to.deep.equal({ password: hidden, self: ['[circular]'] });
      let deep: unknown = { password: 'x' };
      for (let depth = 0; depth < 10_000; depth++) deep = [deep];
      expect(JSON.stringify(redact(deep))).to.contain('[deeper]');
      let many: unknown = 'end';
      for (let depth = 0; depth < 60; depth++) many = [many, many];
      const copy = redact(many) as readonly unknown[];
      expect(copy[0]).to.equal(copy[1]);
    });

    it('shows a property that cannot be read as undefined', () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const throwing = {
        get value(): never {
          throw new Error('no');
        },
      };
      expect(redact({ proxy, throwing })).to.deep.equal({
        proxy: '[object Object]',
        throwing: { value: undefined },
      });
    });

    it('copies an own property named __proto__', () => {
      const copy = redact(JSON.parse('{"__proto__": {"a": 1}}'));
      expect(Object.keys(copy)).to.deep.equal(['__proto__']);
      expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    });

    it('copies an object once for all calls that share their copies', () => {
      const copies = new Map<object, unknown>();
      const rows = [{ id: 1, password: 'x' }];
      const [first, second] = [redact({ rows }, names, copies), redact({ rows }, names, copies)];
      expect(first).to.deep.equal({ rows: [{ id: 1, password: hidden }] });
      expect(second.rows).to.equal(first.rows);
      expect(redact({ rows }, names).rows).to.not.equal(first.rows);
    });
  });

  describe('withoutData', () => {
    it('keeps the type of a message and the names of its fields', () => {
      const message = { type: 'typed', text: 'hunter2', count: 7, entries: [['user', 'ada']] };
      expect(withoutData(message)).to.deep.equal({ type: 'typed', text: hidden, count: hidden, entries: hidden });
      expect(withoutData({ type: 'pressed' })).to.deep.equal({ type: 'pressed' });
    });
  });
});
