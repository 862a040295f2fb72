import { expect } from 'chai';
import {
  comparable,
  differencesBetween,
  holdsSecret,
  inWords,
  isReproduced,
} from '../../../runtime/recording/state-diff.js';

describe('state-diff', () => {
  it('finds the places at which two values differ', () => {
    const recorded = { rows: [{ label: 'a' }, { label: 'b' }], count: 1, 'odd name': true };
    const replayed = { rows: [{ label: 'a' }, { label: 'c' }, { label: 'd' }], count: 1, 'odd name': false };
    expect(differencesBetween(recorded, replayed)).to.deep.equal([
      { at: '.rows[1].label', recorded: 'b', replayed: 'c' },
      { at: '.rows[2]', recorded: undefined, replayed: { label: 'd' } },
      { at: '["odd name"]', recorded: true, replayed: false },
    ]);
    expect(differencesBetween(recorded, replayed, 2)).to.have.length(2);
  });

  it('compares dates and bytes by content, and treats a property that is undefined as none', () => {
    expect(isReproduced({ at: new Date(1), of: undefined }, { at: new Date(1) })).to.equal(true);
    expect(isReproduced(new Date(1), new Date(2))).to.equal(false);
    expect(isReproduced(new Date(Number.NaN), new Date(Number.NaN))).to.equal(true);
    expect(isReproduced(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
    expect(isReproduced(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).to.equal(false);
    expect(isReproduced(Uint8Array.of(1), Uint8Array.of(1, 3))).to.equal(false);
    expect(isReproduced(Number.NaN, Number.NaN)).to.equal(true);
    expect(isReproduced([], {})).to.equal(false);
    expect(isReproduced(null, {})).to.equal(false);
  });

  it('compares neither what is not data nor what is secret', () => {
    expect(
      isReproduced(
        () => 1,
        () => 2
      )
    ).to.equal(true);
    expect(isReproduced(new Map(), new Set())).to.equal(true);
    expect(isReproduced(new Map(), {})).to.equal(false);
    expect(isReproduced({ password: '[secret]' }, { password: '' })).to.equal(true);
    expect(isReproduced({ password: '' }, { password: '[secret]' })).to.equal(false);
  });

  it('compares the ids and the logic of the child actors of a machine, and where its context refers to them', () => {
    const image = (id: string, src: unknown, at: number) => ({
      state: {
        snapshot: {
          value: 'on',
          context: { ref: { xstate$$type: 1, id }, others: [{ id }] },
          children: { [id]: { src, snapshot: { value: at } } },
        },
        timers: [{ due: at }],
      },
    });
    const [first, second] = [image('x:3', 'bulb', 1), image('x:9', 'bulb', 2)];
    expect(differencesBetween(comparable(first, true), comparable(second, true))).to.deep.equal([
      { at: '.context.others[0].id', recorded: 'x:3', replayed: 'x:9' },
    ]);
    const other = comparable(image('x:3', 'lamp', 1), true);
    expect(differencesBetween(comparable(first, true), other)).to.deep.equal([
      { at: '.children["x:#0"]', recorded: 'bulb', replayed: 'lamp' },
    ]);
    expect(isReproduced(comparable(image('a', 'bulb', 1), true), comparable(image('b', 'bulb', 1), true))).to.equal(
      false
    );
    expect(comparable({ state: { snapshot: 1 } }, false)).to.deep.equal({ snapshot: 1 });
    expect(comparable({ state: undefined }, true)).to.equal(undefined);
  });

  it('describes a value in one line', () => {
    const values = [undefined, 'a"b', -0, null, new Date(0), Uint8Array.of(1, 2), { a: [1, 'x'] }, () => 1];
    expect(values.map(inWords)).to.deep.equal([
      'nothing',
      '"a\\"b"',
      '-0',
      'null',
      '1970-01-01T00:00:00.000Z',
      '2 bytes',
      '{a: [1, "x"]}',
      'a function',
    ]);
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id }));
    expect(inWords(rows))
      .to.have.length(80)
      .and.to.match(/^\[\{id: 0\}, \{id: 1\}, .*…$/);
  });

  it('finds the text that replaces secrets', () => {
    expect(holdsSecret({ a: ['x [secret] y'] })).to.equal(true);
    expect(holdsSecret({ a: ['secret'], at: new Date() })).to.equal(false);
  });
});
