import { expect } from 'chai';
import type { ElkNode } from 'elkjs/lib/elk.bundled.js';
import fc from 'fast-check';
import type { Rectangle } from '../../../components/inspector/drawing.js';
import { drawingOf, graphOf } from '../../../components/inspector/elk-layout.js';
import { endThread, withPlaces } from '../../../components/inspector/elk-thread.js';
import { TrafficLight } from '../../../examples/04-traffic-light/traffic-light.js';
import { chartFrom, flawsOf, randomChart } from '../../fixtures/charts.js';
import { lawParameters } from '../../laws/parameters.js';

const light = chartFrom(TrafficLight.logic);

describe('ELK layout', () => {
  after(() => endThread());

  it('is sound for any machine, and ELK copes with it', async () => {
    await fc.assert(
      fc.asyncProperty(randomChart, async (chart) => {
        expect(flawsOf(chart, drawingOf(chart, await withPlaces(graphOf(chart))))).to.deep.equal([]);
      }),
      lawParameters(60)
    );
  });

  it('has where a state begins above the others in it', async () => {
    const { boxes } = drawingOf(light, await withPlaces(graphOf(light)));
    const [first = 0, ...others] = light.root.states.map(({ id }) => boxes[id]?.y ?? 0);
    expect(others.every((y) => y > first)).to.equal(true);
  });

  it('knows flaws when there are some', async () => {
    const drawing = drawingOf(light, await withPlaces(graphOf(light)));
    const { boxes } = drawing;
    const moved = (box: Rectangle) => ({ ...drawing, boxes: { ...boxes, 'traffic light.amber': box } });
    const onOther = flawsOf(light, moved(boxes['traffic light.crossing'] as Rectangle)).join();
    expect(onOther)
      .to.match(/overlap/)
      .and.to.match(/at the border/);
    expect(flawsOf(light, moved({ x: 5_000, y: 0, width: 10, height: 10 })).join()).to.match(/not inside/);
    expect(flawsOf(light, { ...drawing, width: 50 }).join()).to.match(/label .* outside/);
    expect(flawsOf(light, { ...drawing, lines: {} }).join()).to.match(/missing/);
    expect(flawsOf(light, { ...drawing, beginnings: {} }).join()).to.match(/begins nowhere/);
  });

  it('names states and transitions by number, so that no name stands for another', () => {
    const texts = JSON.stringify(graphOf(light));
    for (const { id } of [light.root, ...light.root.states, ...light.transitions]) expect(texts).not.to.include(id);
  });

  it('throws an error if something has got no place, or a line is in pieces', async () => {
    const graph = await withPlaces(graphOf(light));
    const broken = (change: (copy: ElkNode) => void) => () => {
      const copy = structuredClone(graph);
      change(copy);
      return drawingOf(light, copy);
    };
    expect(broken(() => {})).not.to.throw();
    expect(broken((copy) => delete copy.children)).to.throw(/without a place/);
    expect(broken((copy) => delete copy.edges?.at(-1)?.sections)).to.throw(/one line/);
    expect(broken((copy) => delete copy.edges?.at(-1)?.labels)).to.throw(/without a place/);
  });
});
