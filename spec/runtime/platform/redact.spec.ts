import { expect } from 'chai';
import { CommonSecrets, declareSecret, hidden, isSecretName, Secrets } from '../../../runtime/platform/redact.js';

function noting(...values: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const value of values) secrets.note(value);

  return secrets;
}

function learning(...states: readonly unknown[]): Secrets {
  const secrets = new Secrets();
  for (const state of states) secrets.learn(state);

  return secrets;
}

declareSecret('apiKey');

describe('secret', () => {
  describe('names', () => {
    it('are those that somebody declares, and always password, in any case of letters', () => {
      expect(['password', 'Password', 'apiKey', 'APIKEY'].map(isSecretName)).to.deep.equal([true, true, true, true]);
      expect(['passwords', 'key', '', 'constructor', '__proto__'].some(isSecretName)).to.equal(false);
    });

    it('count in what was copied before they were declared', () => {
      const secrets = new Secrets();
      const state = Object.freeze({ declaredLater: 'x', rest: Object.freeze([1]) });
      expect(secrets.redact(state, true)).to.deep.equal({ declaredLater: 'x', rest: [1] });
      secrets.learn(state, true);
      declareSecret('declaredLater');
      expect(secrets.redact(state, true)).to.deep.equal({ declaredLater: hidden, rest: [1] });
      const late = Object.freeze({ declaredLater: 'four' });
      secrets.learn(late, true);
      expect(secrets.scrub('it is four')).to.equal(`it is ${hidden}`);
    });
  });

  describe('redact', () => {
    it('hides fields of secret names at any depth, whatever is in them', () => {
      const state = { user: 'ada', rows: [{ password: 'x' }, { apiKey: { parts: ['a', 'b'] } }, { Password: null }] };
      expect(new Secrets().redact(state)).to.deep.equal({
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
      expect(new Secrets().redact(message)).to.deep.equal({
        type: 'sent',
        entries: [
          ['user', 'ada'],
          ['password', hidden],
        ],
        last: { name: 'apiKey', value: hidden },
      });
    });

    it('hides what was noted under any name, and within longer texts from four characters on', () => {
      const secrets = noting('abc', 'hunter2', '1234');
      const state = {
        text: 'hunter2',
        short: 'abc',
        pin: 1234,
        note: 'he said hunter2!',
        letters: 'abcd',
        other: 12345,
      };
      expect(secrets.redact(state)).to.deep.equal({
        ...{ text: hidden, short: hidden, pin: hidden, note: `he said ${hidden}!`, letters: 'abcd', other: 12345 },
      });
    });

    it('hides it as the name of a property too', () => {
      expect(noting('hunter2').redact({ byText: { hunter2: true } })).to.deep.equal({ byText: { [hidden]: true } });
    });

    it('hides what was noted without the spaces around it', () => {
      expect(noting(' hunter2 ').redact(['hunter2', ' hunter2 '])).to.deep.equal([hidden, hidden]);
    });

    it('hides what a state was found to hold', () => {
      const secrets = learning({ apiKey: 'key-1', password: { old: 'first', codes: [98765, true, 'abc'] } });
      expect(secrets.redact(['key-1', 'first', 98765, 'abc', 'true'])).to.deep.equal([
        hidden,
        hidden,
        hidden,
        'abc',
        'true',
      ]);
    });

    it('leaves no part of what grows while it is typed', () => {
      const typed = 'correct horse';
      const secrets = noting(...Array.from(typed, (_, at) => typed.slice(0, at + 1)));
      expect(secrets.redact({ text: typed.slice(0, 2), log: `${typed.slice(0, 9)}, ${typed}` })).to.deep.equal({
        text: hidden,
        log: `${hidden}, ${hidden}`,
      });
    });

    it('keeps all that is data, and copies it', () => {
      const state = {
        list: [1, 'a', null, undefined, true],
        at: new Date(5),
        bytes: Uint8Array.of(1, 2),
        bare: Object.create(null),
      };
      const copy = new Secrets().redact(state);
      expect(copy).to.deep.equal({ ...state, bare: {} });
      expect(copy.list).to.not.equal(state.list);
      expect(copy.bytes).to.not.equal(state.bytes);
      expect(copy.at).to.not.equal(state.at);
    });

    it('tells by its class what is no data', () => {
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
      expect(new Secrets().redact(state as object)).to.deep.equal({
        ...{ socket: '[object Socket]', map: '[object Map]', run: '[function]', big: '12', sign: '[symbol]' },
      });
    });

    it('comes to an end with what goes round in circles, is very deep, or refers to the same again and again', () => {
      const circle: Record<string, unknown> = { password: 'x' };
      circle['self'] = [circle];
      expect(new Secrets().redact(circle)).to.deep.equal({ password: hidden, self: ['[circular]'] });
      let deep: unknown = { password: 'x' };
      for (let depth = 0; depth < 10_000; depth++) deep = [deep];
      expect(JSON.stringify(new Secrets().redact(deep))).to.contain('[deeper]');
      let many: unknown = 'end';
      for (let depth = 0; depth < 60; depth++) many = [many, many];
      const copy = new Secrets().redact(many) as readonly unknown[];
      expect(copy[0]).to.equal(copy[1]);
      learning(circle, deep, many);
    });

    it('takes what cannot be read for nothing', () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const throwing = {
        get value(): never {
          throw new Error('no');
        },
      };
      expect(new Secrets().redact({ proxy, throwing })).to.deep.equal({
        proxy: '[object Object]',
        throwing: { value: undefined },
      });
      learning({ proxy, throwing });
    });

    it('makes an own property of what is called __proto__', () => {
      const copy = new Secrets().redact(JSON.parse('{"__proto__": {"a": 1}}'));
      expect(Object.keys(copy)).to.deep.equal(['__proto__']);
      expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    });

    it('copies what is frozen, or said to be constant, once', () => {
      const secrets = new Secrets();
      const rows = Object.freeze([Object.freeze({ id: 1, password: 'x' })]);
      const first = secrets.redact({ rows });
      expect(secrets.redact({ rows }).rows).to.equal(first.rows);
      const list = [{ id: 1 }];
      expect(secrets.redact(list)).to.not.equal(secrets.redact(list));
      expect(secrets.redact(list, true)).to.equal(secrets.redact(list, true));
    });

    it('copies what is frozen and holds what is not anew each time', () => {
      const secrets = new Secrets();
      const inner = { count: 1 };
      const outer = Object.freeze({ inner });
      secrets.redact(outer);
      inner.count = 2;
      expect(secrets.redact(outer)).to.deep.equal({ inner: { count: 2 } });
    });

    it('copies all anew once more is known', () => {
      const secrets = new Secrets();
      const state = Object.freeze({ text: 'hunter2' });
      expect(secrets.redact(state, true).text).to.equal('hunter2');
      secrets.note('hunter2');
      expect(secrets.redact(state, true).text).to.equal(hidden);
      const other = Object.freeze({ text: 'key-1' });
      expect(secrets.redact(other, true).text).to.equal('key-1');
      secrets.learn({ apiKey: 'key-1' });
      expect(secrets.redact(other, true).text).to.equal(hidden);
    });
  });

  describe('scrub', () => {
    it('leaves a text as it is without secrets', () => {
      expect(new Secrets().scrub('Error: password is wrong')).to.equal('Error: password is wrong');
    });

    it('hides what was noted or learned, the longest first, and nothing twice', () => {
      const secrets = noting('hunter', 'hunter2', 'secret');
      secrets.learn({ apiKey: 'a.*+key' });
      const text = secrets.scrub('hunter2 hunter a.*+key secret aXXkey');
      expect(text).to.equal(`${hidden} ${hidden} ${hidden} ${hidden} aXXkey`);
      expect(secrets.scrub(text)).to.equal(text);
    });

    it('hides a short one only where it is all there is', () => {
      expect([noting('abc').scrub('abc'), noting('abc').scrub('abc abc')]).to.deep.equal([hidden, 'abc abc']);
    });

    it('finds what was written as JSON, HTML or in a URL', () => {
      const value = 'a"b\\c<d>&é';
      const attribute = 'a&quot;b\\c&lt;d&gt;&amp;é';
      const text = [JSON.stringify({ value }), attribute, attribute.replace('&quot;', '"'), encodeURIComponent(value)];
      expect(noting(value).scrub(text.join(' '))).to.equal(`{"value":"${hidden}"} ${hidden} ${hidden} ${hidden}`);
    });
  });

  it('tells which of those that were noted stand in some data, whole or within', () => {
    const secrets = noting('c', 'cana', 'canary', 'gone-1', '98765', 'name');
    secrets.learn({ apiKey: 'learned' });
    const circle: unknown[] = [];
    circle.push(circle);
    const data = { short: 'c', text: 'a canary!', list: [98765], name: 1, circle, other: 'gone-' };
    expect(secrets.standingIn(data)).to.have.members(['c', 'canary', '98765', 'name']);
    expect(new Secrets().standingIn(['c'])).to.deep.equal([]);
    const shared = { text: 'canary' };
    const second = { shared, sizes: { 1: 'gone-' } };
    expect(secrets.standingIn([shared, second])).to.deep.equal(['canary']);
    expect(secrets.standingIn([second]), 'and in what was looked through before').to.deep.equal(['canary']);
    secrets.note('gone-');
    expect(secrets.standingIn([second])).to.deep.equal(['canary', 'gone-']);
  });

  it('remembers, of what was typed, the newest two thousand, and not more than it can hold', () => {
    const short = (at: number): string => at.toString(36).padStart(3, '_');
    const secrets = noting(...Array.from({ length: 2_005 }, (_, at) => short(at)));
    const kept = Array.from({ length: 2_005 }, (_, at) => at).filter((at) => secrets.redact(short(at)) === hidden);
    expect(kept).to.deep.equal(Array.from({ length: 2_000 }, (_, at) => at + 5));
    secrets.note(short(5));
    secrets.note('new');
    expect([5, 6].map((at) => secrets.redact(short(at)))).to.deep.equal([hidden, short(6)]);
    secrets.note('x'.repeat(99_999));
    expect(secrets.redact([short(5), 'x'.repeat(99_999)])).to.deep.equal([short(5), hidden]);
  });

  describe('of a server', () => {
    it('are known in all its sessions from four characters on, and to nobody else', () => {
      const common = new CommonSecrets();
      const [one, other] = [new Secrets(common), new Secrets(common)];
      expect(other.redact({ a: 'hunter2', b: 'abc' })).to.deep.equal({ a: 'hunter2', b: 'abc' });
      one.note('hunter2');
      one.note('abc');
      one.learn({ password: 'learned' });
      expect(other.redact({ a: 'hunter2', b: 'abc', c: 'it is learned' })).to.deep.equal({
        ...{ a: hidden, b: 'abc', c: `it is ${hidden}` },
      });
      expect(other.scrub('not hunter2')).to.equal(`not ${hidden}`);
      expect(new Secrets().redact('hunter2')).to.equal('hunter2');
    });

    it('are the newest twenty thousand', () => {
      const secrets = new Secrets(new CommonSecrets());
      secrets.learn(Array.from({ length: 20_001 }, (_, at) => ({ password: `value ${at}!` })));
      expect(secrets.redact(['value 0!', 'value 1!', 'value 20000!'])).to.deep.equal(['value 0!', hidden, hidden]);
    });
  });
});
