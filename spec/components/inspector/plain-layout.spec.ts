import { expect } from 'chai';
import fc from 'fast-check';
import { plainLayout } from '../../../components/inspector/plain-layout.js';
import { TrafficLight } from '../../../examples/04-traffic-light/traffic-light.js';
import { chartFrom, flawsOf, overlap, randomChart } from '../../fixtures/charts.js';
import { lawParameters } from '../../laws/parameters.js';

describe('plain layout', () => {
  it('is sound, and no text lies over another, for any machine', () => {
    fc.assert(
      fc.property(randomChart, (chart) => {
        const drawing = plainLayout(chart);
        expect(flawsOf(chart, drawing)).to.deep.equal([]);
        const labels = Object.values(drawing.lines).map(({ label }) => label);
        const covered = labels.filter((label, index) =>
          [...labels.slice(index + 1), drawing.boxes[chart.root.id]].some((other) => other && overlap(label, other))
        );
        expect(covered).to.deep.equal([]);
      }),
      lawParameters()
    );
  });

  it('has the states in a column, in the order they are written', () => {
    const chart = chartFrom(TrafficLight.logic);
    const { boxes } = plainLayout(chart);
    const tops = chart.root.states.map(({ id }) => boxes[id]?.y);
    expect(tops).to.deep.equal([...tops].sort((one, other) => (one ?? 0) - (other ?? 0)));
    expect(new Set(chart.root.states.map(({ id }) => boxes[id]?.x)).size).to.equal(1);
  });

  it('lets no two lines go up or down in the same place', () => {
    fc.assert(
      fc.property(randomChart, (chart) => {
        const { lines } = plainLayout(chart);
        const spans = Object.values(lines).map(({ points }) => {
          const [, from, to] = points as readonly [unknown, { x: number; y: number }, { x: number; y: number }];
          return { lane: from.x, top: Math.min(from.y, to.y), bottom: Math.max(from.y, to.y) };
        });
        for (const [index, one] of spans.entries()) {
          const shared = spans
            .slice(index + 1)
            .filter(({ lane, top, bottom }) => lane === one.lane && top <= one.bottom && one.top <= bottom);
          expect(shared).to.deep.equal([]);
        }
      }),
      lawParameters()
    );
  });
});
