import { expect } from 'chai';
import { createMachine } from 'xstate';
import {
  detailsOf,
  drawableOf,
  extentOf,
  isHistory,
  isNested,
  labelOf,
  shortened,
  size,
  sizeOf,
  sizeOfLabel,
  statesFrom,
  widthOf,
} from '../../../components/inspector/drawing.js';
import type { ChartState, ChartTransition } from '../../../runtime/inspect/statechart.js';
import { chartFrom } from '../../fixtures/charts.js';

const chart = chartFrom(
  createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: {
        entry: 'show',
        exit: ['hide', 'count'],
        invoke: { src: 'fetchUser' },
        on: { go: { guard: 'isFree', target: 'b', actions: ['x', 'y'] } },
      },
      b: { type: 'history' },
    },
  })
);
const [root, a, b] = statesFrom(chart.root) as [ChartState, ChartState, ChartState];
const go = chart.transitions[0] as ChartTransition;

describe('drawing', () => {
  it('reads states, those around others first', () => {
    expect([root, a, b].map(({ id }) => id)).to.deep.equal(['m', 'm.a', 'm.b']);
    expect([root, a, b].map(isNested)).to.deep.equal([true, false, false]);
    expect([root, a, b].map(isHistory)).to.deep.equal([false, false, true]);
  });

  it('says below a state what is done there, and at a transition what it is', () => {
    expect(detailsOf(a)).to.deep.equal(['invoke fetchUser', 'entry / show', 'exit / hide', 'exit / count']);
    expect(labelOf(go)).to.deep.equal(['go', '[isFree]', '/ x, y']);
    expect(labelOf({ ...go, guard: '', actions: [] })).to.deep.equal(['go']);
  });

  it('cuts off what is too long', () => {
    expect(shortened('x'.repeat(36))).to.equal('x'.repeat(36));
    expect(shortened('x'.repeat(37))).to.equal(`${'x'.repeat(35)}…`);
    expect(labelOf({ ...go, guard: 'g'.repeat(100) })[1]).to.have.length(36);
  });

  it('measures texts by their letters', () => {
    expect(widthOf('', 10)).to.equal(0);
    expect(widthOf('ill', 10)).to.be.lessThan(widthOf('abc', 10));
    expect(widthOf('abc', 10)).to.be.lessThan(widthOf('WMA', 10));
    expect(widthOf('漢字', 10)).to.be.at.least(20);
    expect(widthOf('abc', 20)).to.be.closeTo(2 * widthOf('abc', 10), 1);
  });

  it('gives a state room for its name and for each line below it', () => {
    expect(sizeOf(a).height).to.be.at.least(size.bar + 4 * size.line);
    expect(sizeOf({ ...a, name: 'a state with a long name' }).width).to.be.greaterThan(sizeOf(a).width);
    expect(sizeOf(b)).to.deep.equal({ width: size.history, height: size.history });
    expect(sizeOfLabel(go).height).to.be.at.least(3 * size.line);
  });

  it('covers boxes, lines and their texts', () => {
    const line = {
      points: [
        { x: -5, y: 3 },
        { x: 7, y: 30 },
      ],
      label: { x: 2, y: 2, width: 90, height: 5 },
    };
    expect(extentOf({ boxes: { a: { x: 0, y: 0, width: 10, height: 10 } }, lines: { t: line } })).to.deep.equal({
      x: -5,
      y: 0,
      width: 97,
      height: 30,
    });
  });

  it('leaves out a transition to what the chart does not have', () => {
    const lost = { ...go, id: 'lost', to: 'gone' };
    expect(drawableOf({ ...chart, transitions: [...chart.transitions, lost] })).to.deep.equal(chart.transitions);
  });
});
