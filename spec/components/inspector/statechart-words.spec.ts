import { expect } from 'chai';
import { createMachine } from 'xstate';
import { outline, outlook, whereabouts } from '../../../components/inspector/statechart-words.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { chartFrom } from '../../fixtures/charts.js';

const chart = chartFrom(
  createMachine({
    id: 'light',
    initial: 'green',
    states: {
      green: {
        initial: 'young',
        entry: 'ring',
        invoke: { src: 'count' },
        states: {
          young: { on: { pressed: { guard: 'isFree', target: 'old', actions: 'note' } } },
          old: { type: 'final' },
        },
        on: { pressed: 'yellow', looked: { actions: 'note' } },
        after: { 3000: 'yellow' },
      },
      yellow: { type: 'parallel', states: { young: {}, back: { type: 'history' } } },
    },
  })
);
const view = (...active: readonly string[]) => ({ chart, active, taken: [] });

/** The text of an outline, an item a line, indented as it is nested. */
function lines(...active: readonly string[]): readonly string[] {
  const html = markup(renderRoot(outline(view(...active)), undefined, () => {})).replace(/<!--.*?-->/g, '');
  let depth = -2;
  const texts: string[] = [];
  for (const [, tag, text] of html.matchAll(/<(\/?ul|li)[^>]*>((?:(?!<\/?(?:ul|li)).)*)/g)) {
    if (tag === 'li') texts.push(' '.repeat(depth) + (text ?? '').replace(/<[^>]*>/g, ''));
    else depth += tag === 'ul' ? 2 : -2;
  }

  return texts;
}

describe('statechart in words', () => {
  it('says where it is, by the innermost states', () => {
    expect(whereabouts(view('light.green', 'light.green.young'))).to.equal('In green.young.');
    expect(whereabouts(view('light.yellow', 'light.yellow.young'))).to.equal('In yellow.young.');
    expect(whereabouts(view())).to.equal('In light.');
  });

  it('says of several regions where each is', () => {
    const both = chartFrom(createMachine({ id: 'm', type: 'parallel', states: { a: {}, b: {} } }));
    expect(whereabouts({ chart: both, active: ['m.a', 'm.b'], taken: [] })).to.equal('In a and b.');
  });

  it('says what leads on from there, and from what is around', () => {
    expect(outlook(view('light.green', 'light.green.young'))).to.equal(
      'pressed leads to yellow; looked stays, doing note; after 3000 ms leads to yellow; pressed if isFree leads to old, doing note.'
    );
    expect(outlook(view('light.yellow'))).to.equal('Nothing leads on.');
  });

  it('has all states with what is done there and where they lead, the current ones marked', () => {
    expect(lines('light.green', 'light.green.young')).to.deep.equal([
      'light, begins in green',
      '  green, begins in young current',
      '    invokes count',
      '    at entry does ring',
      '    pressed leads to yellow',
      '    looked stays, doing note',
      '    after 3000 ms leads to yellow',
      '    young current',
      '      pressed if isFree leads to old, doing note',
      '    old, final',
      '  yellow, in all of these at once',
      '    young',
      '    back, history',
      '      by default leads to yellow',
    ]);
  });

  it('tells states of the same name apart by what is around them', () => {
    const twins = chartFrom(
      createMachine({
        id: 'm',
        initial: 'a',
        states: { a: { initial: 'x', states: { x: {} }, on: { go: 'b.x' } }, b: { initial: 'x', states: { x: {} } } },
      })
    );
    expect(outlook({ chart: twins, active: ['m.a'], taken: [] })).to.equal('go leads to x of b.');
  });
});
