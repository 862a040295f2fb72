import { expect } from 'chai';
import type { Chart } from 'troupe/inspection';
import { openPage, type TestPage } from 'troupe/testing';
import { chartPanel } from '../../../components/inspector/chart-panel.js';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

const state = (id: string) => ({
  ...{ id, name: id.split('.').at(-1) ?? id, kind: 'atomic' as const, initial: undefined },
  ...{ states: [], entry: [], exit: [], invokes: [] },
});

const chart: Chart = {
  id: 'light',
  root: {
    ...state('light'),
    kind: 'compound',
    initial: 'light.red',
    states: [state('light.red'), state('light.green')],
  },
  transitions: [{ id: 't', from: 'light.red', to: 'light.green', event: 'pressed', guard: '', actions: [] }],
};

describe('chart panel', () => {
  let session: StagedSession;
  let page: TestPage;

  beforeEach(async () => {
    const inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
    const colourOf = (step: number): string => (step % 2 === 0 ? 'light.red' : 'light.green');
    session.chartOf = (actor, step = session.steps.length) =>
      actor === 'counter' ? { chart, active: [colourOf(step)], taken: [] } : undefined;
    const props = { session: 'a', actor: 'counter', step: undefined as number | undefined };
    page = await openPage(chartPanel(createSessionFeed(inspection)), { props });
  });

  afterEach(() => page.close());

  const panel = (): string => page.getByRole('region', { name: 'Statechart' }).textContent ?? '';

  it('shows where the machine is, and goes on with it', async () => {
    expect(panel()).to.match(/\bred\b/);
    session.happen({ to: 'counter', type: 'pressed' });
    session.tell();
    await page.rest();
    expect(panel()).to.match(/\bgreen\b/);
  });

  it('shows where it was after a step', async () => {
    session.happen({ to: 'counter', type: 'pressed' });
    session.tell();
    await page.give({ session: 'a', actor: 'counter', step: 0 });
    expect(panel()).to.match(/\bred\b/);
  });

  it('is not there for an actor without a statechart', async () => {
    await page.give({ session: 'a', actor: 'item', step: undefined });
    expect(page.queryByRole('region', { name: 'Statechart' })).to.equal(null);
    await page.give({ session: 'a', actor: 'counter', step: undefined });
    expect(panel()).to.match(/\bred\b/);
  });

  it('says why it could not be read', async () => {
    session.chartOf = () => {
      throw new Error('no such machine');
    };
    session.tell();
    await page.rest();
    expect(page.getByRole('alert').textContent).to.include('no such machine');
  });
});
