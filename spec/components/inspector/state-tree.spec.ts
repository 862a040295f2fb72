import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { stateTree } from '../../../components/inspector/state-tree.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('state tree', () => {
  let inspection: StagedInspection;
  let session: StagedSession;
  let page: TestPage;

  beforeEach(async () => {
    inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
    const props = { session: 'a', actor: 'counter', step: undefined as number | undefined };
    page = await openPage(stateTree(createSessionFeed(inspection)), { props });
  });

  afterEach(async () => {
    await page.close();
    expect([session.watchers, session.opened - session.closed]).to.deep.equal([0, 0]);
  });

  const give = (props: object): Promise<void> =>
    page.give({ session: 'a', actor: 'counter', step: undefined, ...props });

  const rows = (): readonly string[] =>
    page.getAllByRole('listitem').map(({ textContent }) => (textContent ?? '').replaceAll(/\s+/g, ' ').trim());

  it('shows the state with its first level open', () => {
    expect(rows()).to.deep.equal(['state: {…} 4', 'count: 0', 'step: 1', 'history: […] 0', 'user: {…} 2']);
  });

  it('opens and closes row by row', async () => {
    await page.click(page.getByRole('button', { name: /^user/ }));
    await page.click(page.getByRole('button', { name: /^tags/ }));
    expect(rows().slice(5)).to.deep.equal(['name: "Ada"', 'tags: […] 2', '0: "first"', '1: "admin"']);
    expect(page.getByRole('button', { name: /^user/ }).getAttribute('aria-expanded')).to.equal('true');
    await page.click(page.getByRole('button', { name: /^user/ }));
    expect(rows()).to.have.length(5);
    expect(page.getByRole('button', { name: /^user/ }).getAttribute('aria-expanded')).to.equal('false');
  });

  it('goes on with the state, and marks what the last message has changed, in words too', async () => {
    expect(page.text()).to.include('No message has led here yet.');
    countUp(session, 1);
    session.tell();
    await page.rest();
    expect(rows()).to.deep.equal([
      ...['●changed: state: {…} 4', '●changed: count: 1', 'step: 1', '●changed: history: […] 1', 'user: {…} 2'],
    ]);
    expect(page.text()).to.match(/changed by incremented$/);
  });

  it('marks nothing that a message has left as it was', async () => {
    session.happen({ to: 'counter', type: 'pointed' });
    session.tell();
    await page.rest();
    expect(page.text()).not.to.include('changed');
    expect(page.text()).to.match(/after pointed$/);
  });

  it('shows the state as it was after a step, and the present again', async () => {
    countUp(session, 5);
    session.tell();
    await page.rest();
    await give({ step: 2 });
    expect(rows()[1]).to.equal('●changed: count: 2');
    expect(page.getByRole('list', { name: 'State after step 2' })).to.exist;
    countUp(session, 1);
    session.tell();
    await page.rest();
    expect(rows()[1]).to.equal('●changed: count: 2');
    await give({ step: undefined });
    expect(rows()[1]).to.equal('●changed: count: 6');
  });

  it('keeps what is open of each actor', async () => {
    await page.click(page.getByRole('button', { name: /^user/ }));
    await give({ actor: 'item' });
    expect(rows()).to.deep.equal(['state: {…} 2', 'key: "7"', 'isOpen: false']);
    await give({});
    expect(rows()).to.have.length(7);
  });

  it('says that an actor has no state', async () => {
    await give({ actor: 'tick' });
    expect(page.getByText('It keeps none of its own.')).to.exist;
  });

  it('says why it could not be read', async () => {
    await give({ session: 'b' });
    expect(page.text()).to.include('count: 0');
    inspection.broken = new Error('away');
    await give({ session: 'c' });
    expect(page.getByRole('alert').textContent).to.include('away');
  });
});
