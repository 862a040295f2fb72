import axe from 'axe-core';
import { expect } from 'chai';
import { createMachine } from 'xstate';
import type { Drawing } from '../../../components/inspector/drawing.js';
import { endThread } from '../../../components/inspector/elk-thread.js';
import { plainLayout } from '../../../components/inspector/plain-layout.js';
import { headOf, layOut, pathOf, statechart } from '../../../components/inspector/statechart.js';
import { statechartStyle } from '../../../components/inspector/statechart-style.js';
import { TrafficLight } from '../../../examples/04-traffic-light/traffic-light.js';
import type { ChartView } from '../../../runtime/inspect/inspection.js';
import { ClientTree } from '../../../runtime/render/client-tree.js';
import { describePage, diff } from '../../../runtime/render/diff.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';
import { peers } from '../../../runtime/testing/test-dependencies.js';
import { newPage } from '../../browser/chromium.js';
import { chartFrom } from '../../fixtures/charts.js';

const light = chartFrom(TrafficLight.logic);
const young = ['traffic light.green', 'traffic light.green.young'];
const ready = ['traffic light.green', 'traffic light.green.ready'];

const everything = chartFrom(
  createMachine({
    id: 'all',
    type: 'parallel',
    states: {
      left: {
        initial: 'one',
        states: {
          one: { entry: 'show', invoke: { src: 'fetchUser', onDone: 'end' }, on: { back: 'last', deep: 'lastDeep' } },
          two: { on: { again: { actions: 'count' } } },
          last: { type: 'history' },
          lastDeep: { type: 'history', history: 'deep' },
          end: { type: 'final' },
        },
      },
      right: {},
    },
  })
);

const report = (error: unknown) => {
  throw error;
};
const rendered = (view: ChartView, drawing: Drawing | undefined) =>
  renderRoot(statechart(view, drawing), undefined, report);
const written = (view: ChartView, drawing: Drawing | undefined): string => markup(rendered(view, drawing));

/** What is drawn, as elements. */
function elements(view: ChartView, drawing: Drawing | undefined = plainLayout(view.chart)) {
  const { document } = new (peers().jsdom.JSDOM)(written(view, drawing), {}).window;
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const texts = (selector: string) =>
    all(selector).map((element) => element.textContent?.replace(/\s+/g, ' ').trim() ?? '');

  return { all, texts, titles: (selector: string) => texts(`${selector} > title`) };
}

/** In the page: the texts that do not fit into their boxes. */
function textsOutside(): readonly (string | null)[] {
  const boxOf = (element: Element | null | undefined) => (element as SVGGraphicsElement).getBBox();
  const own = [...document.querySelectorAll('.label, .state')].flatMap((group) =>
    [...group.querySelectorAll('text')].map((text) => [text, boxOf(group.querySelector('rect'))] as const)
  );
  const named = [...document.querySelectorAll('.state:not(.history) > .box')];
  const names = [...document.querySelectorAll('.name')].map((text, index) => [text, boxOf(named[index])] as const);

  return [...own, ...names]
    .filter(([text, box]) => boxOf(text).x < box.x || boxOf(text).x + boxOf(text).width > box.x + box.width)
    .map(([text]) => text.textContent);
}

/** In the page: what axe finds. */
async function violations(): Promise<readonly string[]> {
  const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(document);

  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('statechart', () => {
  after(() => endThread());

  describe('drawing', () => {
    it('is SVG, with a box for each state and an arrow with its text for each transition', () => {
      const { all, titles, texts } = elements({ chart: light, active: [], taken: [] });
      const svg = all('svg')[0];
      expect(svg?.namespaceURI).to.equal('http://www.w3.org/2000/svg');
      expect([...(svg?.querySelectorAll('*') ?? [])].every((one) => one.namespaceURI === svg?.namespaceURI)).to.equal(
        true
      );
      expect(titles('.state')).to.have.length(8).and.to.include('traffic light.green.young');
      expect(all('.transition .way')).to.have.length(light.transitions.length);
      expect(all('.transition .head')).to.have.length(light.transitions.length);
      expect(all('.beginning .dot')).to.have.length(2);
      expect(titles('.label')).to.include('always [isRequested]');
      expect(texts('.label text')).to.include.members([
        'crossingRequested',
        '/ remember',
        'after leastGreen',
        '[isRequested]',
      ]);
    });

    it('tells all kinds of states apart', () => {
      const { all, titles, texts } = elements({ chart: everything, active: [], taken: [] });
      expect(titles('.region')).to.deep.equal(['all.left', 'all.right']);
      expect(titles('.nested')).to.deep.equal(['all', 'all.left']);
      expect(titles('.final')).to.deep.equal(['all.left.end']);
      expect(all('.final .inner')).to.have.length(1);
      expect(texts('.history .mark')).to.deep.equal(['H', 'H*']);
      expect(texts('.detail')).to.deep.equal(['invoke fetchUser', 'entry / show']);
    });

    it('marks the current states and the transitions that were taken', () => {
      const [taken] = light.transitions;
      const { all, titles } = elements({ chart: light, active: young, taken: [taken?.id ?? ''] });
      expect(titles('.state.active')).to.deep.equal(young);
      expect(all('.transition.taken')).to.have.length(1);
      expect(titles('.label.taken')).to.deep.equal(['crossingRequested / remember']);
      expect(all('.state .lamp')).to.have.length(8);
    });

    it('says where it is, to those who do not see it too', () => {
      const { all, texts } = elements({ chart: light, active: young, taken: [] });
      expect(all('svg')[0]?.getAttribute('role')).to.equal('img');
      expect(all('svg')[0]?.getAttribute('aria-label')).to.equal('Statechart of traffic light. In green.young.');
      expect(texts('figcaption')).to.deep.equal([
        'In green.young. crossingRequested stays, doing remember; after leastGreen leads to ready.',
      ]);
      expect(texts('.statechart-outline em')).to.deep.equal(['current', 'current']);
    });

    it('is only words while there is none yet', () => {
      const html = written({ chart: light, active: young, taken: [] }, undefined);
      expect(html).to.include('In green.young.').and.to.include('being made').and.not.to.include('<svg');
    });

    it('escapes what is in names', () => {
      const odd = chartFrom(
        createMachine({ id: '<b>', initial: '"&', states: { '"&': { on: { '</svg>': { actions: '<i>' } } } } })
      );
      const { all, texts } = elements({ chart: odd, active: [], taken: [] });
      expect(all('b, i')).to.deep.equal([]);
      expect(texts('.name')).to.deep.equal(['<b>', '"&']);
    });
  });

  describe('patch', () => {
    /** The changes from one view to another, by what is written. */
    function changes(before: ChartView, next: ChartView): readonly unknown[] {
      const drawing = plainLayout(before.chart);
      const clientTree = new ClientTree();
      const first = rendered(before, drawing);
      describePage(clientTree, first, 1);
      const second = renderRoot(statechart(next, drawing), first, report);
      const flat = diff(clientTree, second, 2);
      return flat.filter((_, index) => index % 3 === 2);
    }

    it('is of a few classes and sentences when another state is current', () => {
      const [, leastGreen] = light.transitions;
      const written = changes(
        { chart: light, active: young, taken: [] },
        { chart: light, active: ready, taken: [leastGreen?.id ?? ''] }
      );
      expect(written).to.have.length(9);
      expect(JSON.stringify(written).length).to.be.lessThan(700);
    });

    it('is nothing when nothing has changed', () => {
      expect(
        changes({ chart: light, active: young, taken: [] }, { chart: light, active: [...young], taken: [] })
      ).to.deep.equal([]);
    });
  });

  describe('paths', () => {
    it('have their corners rounded, as far as there is room', () => {
      const points = [
        { x: 0, y: 0 },
        { x: 20, y: 0 },
        { x: 20, y: 4 },
      ];
      expect(pathOf(points.slice(0, 2))).to.equal('M0 0L20 0');
      expect(pathOf(points)).to.equal('M0 0L14 0Q20 0 20 2L20 4');
    });

    it('end in a head that points the way they go', () => {
      expect(
        headOf([
          { x: 0, y: 0 },
          { x: 20, y: 0 },
        ])
      ).to.equal('M20 0L12 4L12 -4Z');
      expect(
        headOf([
          { x: 0, y: 0 },
          { x: 0, y: 20 },
        ])
      ).to.equal('M0 20L-4 12L4 12Z');
      expect(
        headOf([
          { x: 5, y: 5 },
          { x: 5, y: 5 },
        ])
      ).to.not.include('NaN');
      expect(
        pathOf([
          { x: 5, y: 5 },
          { x: 5, y: 5 },
          { x: 5, y: 5 },
        ])
      ).to.not.include('NaN');
    });
  });

  describe('in a browser', () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`keeps its texts in their boxes and is accessible, ${colorScheme}`, async () => {
        const { page, expectNoErrors } = await newPage();
        await page.emulateMedia({ colorScheme });
        const figures = await Promise.all(
          [light, everything].map(async (chart) => written({ chart, active: young, taken: [] }, await layOut(chart)))
        );
        await page.setContent(`<!doctype html><html lang="en"><title>spec</title><style>
          :root { color-scheme: light dark; } body { background: light-dark(#fff, #15181c); } ${statechartStyle}</style>
          <main><h1>spec</h1>${figures.join('')}</main>`);
        expect(await page.evaluate(textsOutside)).to.deep.equal([]);
        await page.addScriptTag({ content: axe.source });
        expect(await page.evaluate(violations)).to.deep.equal([]);
        await expectNoErrors();
      });
    }

    it('shrinks to fit only as far as it can be read', async () => {
      const { page, expectNoErrors } = await newPage();
      await page.setViewportSize({ width: 320, height: 600 });
      const drawn = async (width: number) => {
        const drawing = { ...plainLayout(light), width };
        await page.setContent(
          `<style>${statechartStyle}</style>${written({ chart: light, active: [], taken: [] }, drawing)}`
        );
        return page.evaluate(() => document.querySelector('svg')?.getBoundingClientRect().width ?? 0);
      };
      expect(await drawn(600)).to.be.lessThan(320);
      expect(await drawn(1_000)).to.equal(36 * 16);
      expect(await drawn(2_000)).to.equal(60 * 16);
      await expectNoErrors();
    });

    it('is as large as is chosen, without asking the server', async () => {
      const { page, expectNoErrors } = await newPage();
      await page.setViewportSize({ width: 320, height: 600 });
      await page.setContent(
        `<style>${statechartStyle}</style>${written({ chart: light, active: young, taken: [] }, plainLayout(light))}`
      );
      const width = () => page.evaluate(() => document.querySelector('svg')?.getBoundingClientRect().width ?? 0);
      const own = plainLayout(light).width;
      expect(await width()).to.be.lessThan(320);
      await page.getByLabel('100 %').check();
      expect(await width()).to.equal(own);
      await page.getByLabel('200 %').check();
      expect(await width()).to.be.closeTo(2 * own, 1);
      await expectNoErrors();
    });
  });
});
