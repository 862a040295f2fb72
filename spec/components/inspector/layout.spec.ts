import { expect } from 'chai';
import { createMachine } from 'xstate';
import { drawingOf, graphOf } from '../../../components/inspector/elk-layout.js';
import { endThread, withPlaces } from '../../../components/inspector/elk-thread.js';
import { layOut } from '../../../components/inspector/layout.js';
import { plainLayout } from '../../../components/inspector/plain-layout.js';
import { chartFrom } from '../../fixtures/charts.js';

/** Another chart with each name. */
const chartNamed = (id: string) =>
  chartFrom(createMachine({ id, initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }));

describe('layout', () => {
  after(() => endThread());

  it('is what ELK makes of the chart', async () => {
    const chart = chartNamed('by ELK');
    expect(await layOut(chart)).to.deep.equal(drawingOf(chart, await withPlaces(graphOf(chart))));
  });

  it('is the plain one if ELK cannot be had, fails or forgets something', async () => {
    const failing: readonly (typeof withPlaces)[] = [
      async () => {
        throw new Error('Cannot find package elkjs');
      },
      async (graph) => graph,
    ];
    for (const [index, places] of failing.entries()) {
      const chart = chartNamed(`plain ${index}`);
      expect(await layOut(chart, places)).to.deep.equal(plainLayout(chart));
    }
  });

  it('is made once for a chart, also for one that looks the same', async () => {
    let count = 0;
    const places: typeof withPlaces = (graph) => {
      count++;
      return withPlaces(graph);
    };
    const [first, second] = await Promise.all([layOut(chartNamed('once'), places), layOut(chartNamed('once'), places)]);
    expect(second).to.equal(first);
    expect(count).to.equal(1);
  });

  it('is forgotten when a hundred others have been asked for since', async () => {
    const asked: string[] = [];
    const ask = (name: string) =>
      layOut(chartNamed(name), async (graph) => {
        asked.push(name);
        return graph;
      });
    const others = Array.from({ length: 100 }, (_, index) => `other ${index}`);
    for (const name of ['old', 'used', ...others.slice(0, 50), 'used', ...others.slice(50)]) await ask(name);
    await ask('used');
    expect(asked.filter((name) => name === 'used')).to.have.length(1);
    await ask('old');
    expect(asked.filter((name) => name === 'old')).to.have.length(2);
  });
});
