import { expect } from 'chai';
import type { SessionStatus } from 'troupe/inspection';
import { openPage, type TestPage } from 'troupe/testing';
import { placesBelow } from '../../../components/inspector/places.js';
import { sessionsPage } from '../../../components/inspector/sessions.js';
import { beginning, StagedInspection } from '../../fixtures/inspection.js';

describe('the page of all sessions', () => {
  let inspection: StagedInspection;
  let page: TestPage;

  beforeEach(() => {
    inspection = new StagedInspection();
  });

  afterEach(async () => {
    await page.close();
    expect(inspection.watchers).to.equal(0);
  });

  const stage = (id: string, status: SessionStatus, component = 'counter') =>
    inspection.stage({
      id,
      status,
      component,
      path: `/${component}`,
      bytes: status === 'passivated' ? 2_048 : undefined,
    });

  const open = async (url = '/'): Promise<void> => {
    page = await openPage({ routes: { '/': sessionsPage(inspection, placesBelow('/i')) }, url });
  };

  const ids = (): readonly string[] =>
    page.queryAllByRole('rowheader').map((cell) => cell.querySelector('code')?.textContent ?? '');

  it('lists them, the newest first, each with a link to its page, before a client has joined', async () => {
    stage('a', 'attached', 'chat');
    stage('b/c', 'passivated');
    page = await openPage({ routes: { '/': sessionsPage(inspection, placesBelow('/i')) }, start: false });
    expect(ids()).to.deep.equal(['b/c', 'a']);
    expect(page.getAllByRole('link', { name: 'counter' })[0]?.getAttribute('href')).to.equal('/i/sessions/b%2Fc');
    expect(page.getAllByRole('row')[1]?.textContent?.replaceAll(/\s+/g, ' '))
      .to.include('passivated')
      .and.include('2.0 KB');
  });

  it('counts those of each status, and shows those of one', async () => {
    stage('a', 'attached');
    stage('b', 'detached');
    stage('c', 'attached');
    await open();
    const chips = page.getByRole('group', { name: 'Show sessions' });
    expect(chips.textContent?.replaceAll(/\s+/g, ' ').trim()).to.equal(
      'all 3 attached 2 detached 1 dormant 0 passivated 0'
    );
    await page.click(page.getByRole('button', { name: /^attached/ }));
    expect(ids()).to.deep.equal(['c', 'a']);
    expect(page.getByRole('button', { pressed: true }).textContent).to.match(/^attached/);
    expect(page.getByRole('status', { name: '' }).textContent).to.equal('2 sessions');
    await page.click(page.getByRole('button', { name: /^all/ }));
    expect(ids()).to.have.length(3);
  });

  it('finds them by id, component, path and address, while one types', async () => {
    stage('a', 'attached', 'chat');
    stage('b', 'attached', 'todo');
    await open();
    await page.type(page.getByRole('searchbox'), 'CHAT');
    expect(ids()).to.deep.equal(['a']);
    await page.clear(page.getByRole('searchbox'));
    expect(ids()).to.deep.equal(['b', 'a']);
  });

  it('begins as its query says', async () => {
    stage('a', 'attached', 'chat');
    stage('b', 'detached', 'chat');
    await open('/?text=chat&status=detached');
    expect(ids()).to.deep.equal(['b']);
    expect((page.getByRole('searchbox') as HTMLInputElement).value).to.equal('chat');
  });

  it('goes on with what comes, goes and changes', async () => {
    const session = stage('a', 'attached');
    await open();
    stage('b', 'attached');
    session.summary = { ...session.summary, status: 'detached' };
    inspection.tell();
    await page.rest();
    expect(ids()).to.deep.equal(['b', 'a']);
    expect(page.getAllByRole('row')[2]?.textContent).to.include('detached');
    inspection.staged.splice(0);
    inspection.tell();
    await page.rest();
    expect(page.getByText('There are no sessions.')).to.exist;
  });

  it('asks again when something has changed while it asked', async () => {
    stage('a', 'attached');
    await open();
    const ask = inspection.sessions.bind(inspection);
    let release = (): void => {};
    inspection.sessions = async (query) => {
      const list = await ask(query);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return list;
    };
    inspection.tell();
    stage('b', 'attached');
    inspection.tell();
    inspection.sessions = ask;
    await page.rest();
    release();
    await page.rest();
    expect(ids()).to.deep.equal(['b', 'a']);
  });

  it('writes ages anew as time passes', async () => {
    inspection.stage({ id: 'a', since: beginning });
    await open();
    await page.advance(10_000);
    expect(page.getAllByRole('row')[1]?.textContent).to.match(/10 s/);
    await page.advance(120_000);
    expect(page.getAllByRole('row')[1]?.textContent).to.match(/2 min/);
  });

  it('says how many there are beyond those it shows', async () => {
    for (let index = 0; index < 210; index++) stage(`s${index}`, 'attached');
    await open();
    expect(page.getByText('The newest 200 of 210 sessions. Search to find the others.')).to.exist;
  });

  it('says what is missing if the store does not answer', async () => {
    stage('a', 'attached');
    inspection.failure = 'connection refused';
    await open();
    expect(page.getByRole('alert').textContent).to.include('connection refused');
    expect(ids()).to.deep.equal(['a']);
  });

  it('says why nothing could be listed, and goes on once it can', async () => {
    inspection.broken = new Error('no memory');
    await open();
    expect(page.getByRole('alert').textContent).to.include('no memory');
    inspection.broken = undefined;
    stage('a', 'attached');
    inspection.tell();
    await page.rest();
    expect(page.queryByRole('alert')).to.equal(null);
    expect(ids()).to.deep.equal(['a']);
  });

  it('says that nothing matches', async () => {
    stage('a', 'attached');
    await open('/?text=zzz');
    expect(page.getByText('No session matches.')).to.exist;
  });
});
