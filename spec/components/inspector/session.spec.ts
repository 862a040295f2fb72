import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { inspector } from '../../../components/inspector/inspector.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('the page of a session', () => {
  let inspection: StagedInspection;
  let session: StagedSession;
  let page: TestPage;

  beforeEach(() => {
    inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
    countUp(session, 5);
  });

  afterEach(async () => {
    await page.close();
    expect([session.watchers, session.opened - session.closed]).to.deep.equal([0, 0]);
  });

  const open = async (url = '/sessions/a', start = true): Promise<void> => {
    page = await openPage({ routes: inspector(inspection, { base: '' }).routes, url, start });
  };

  const more = async (times: number): Promise<void> => {
    countUp(session, times);
    session.tell();
    await page.rest();
  };

  const shownState = (): string =>
    (page.document.querySelector('.i-state')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();

  const banner = (): string =>
    (page.document.querySelector('.i-banner')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();

  const press = (name: string): Promise<void> => page.click(page.getByRole('button', { name }));

  it('shows what there is before a client has joined', async () => {
    await open('/sessions/a', false);
    expect(page.getByRole('heading', { level: 1 }).textContent).to.match(/^counter/);
    expect((page.getByRole('radio', { name: /^counter/ }) as HTMLInputElement).checked).to.equal(true);
    expect(page.getByRole('link', { name: 'Export' }).getAttribute('href')).to.equal('/recordings/a.jsonl.gz');
    expect(page.getByRole('link', { name: 'Export' }).getAttribute('download')).to.equal('a.jsonl.gz');
  });

  it('shows the state of the chosen actor, live', async () => {
    await open();
    expect(shownState()).to.include('count: 5');
    await more(1);
    expect(shownState()).to.include('count: 6');
    await page.click(page.getByRole('radio', { name: /^item 7/ }));
    expect(shownState()).to.include('key: "7"');
    expect(page.getByText(/2 errors, the last: title is not a function/)).to.exist;
  });

  it('goes on with the actors and with how the session stands', async () => {
    await open();
    const [root] = [session.actors];
    session.summary = { ...session.summary, status: 'detached' };
    session.actors = { ...root, actors: [{ ...(root.actors[0] as typeof root), mailbox: 12 }] };
    await more(0);
    expect(page.getByRole('radio', { name: /counter.*12 waiting/s })).to.exist;
    expect(page.document.querySelector('.i-about')?.textContent).to.include('detached');
  });

  it('writes ages anew as time passes', async () => {
    await open();
    const age = (): string => page.getByRole('radio', { name: /^every/ }).closest('label')?.textContent ?? '';
    expect(age()).to.include('1 min');
    await page.advance(60_000);
    expect(age()).to.include('2 min');
  });

  it('shows messages, the wire or time travel below', async () => {
    await open();
    const current = (): string => page.document.querySelector('.i-tabs [aria-current]')?.textContent ?? '';
    expect(current()).to.equal('Messages');
    expect(page.getByRole('radiogroup', { name: 'Messages' })).to.exist;
    await page.click(page.getByRole('link', { name: 'Wire' }));
    expect(page.getByRole('radiogroup', { name: 'Frames' })).to.exist;
    await page.click(page.getByRole('link', { name: 'Time travel' }));
    expect(page.getByRole('slider')).to.exist;
    expect(current()).to.equal('Time travel');
  });

  it('begins as its query says, and links to that', async () => {
    await open('/sessions/a?view=wire&actor=item&step=2');
    expect(page.getByRole('radiogroup', { name: 'Frames' })).to.exist;
    expect(shownState()).to.include('key: "7"');
    expect(banner()).to.match(/^Step 2 of 5: the past/);
    expect(page.getByRole('link', { name: 'Wire' }).getAttribute('href')).to.equal('/sessions/a?view=wire&actor=item');
  });

  describe('in the past', () => {
    beforeEach(() => open('/sessions/a?view=time'));

    it('shows the state and the page as they were, says so, and asks for that step alone', async () => {
      session.asked.splice(0);
      await press('Back');
      await press('Back');
      expect(session.asked.at(-1)).to.equal('state of counter after 3');
      expect(shownState()).to.include('count: 3');
      expect(page.document.querySelector('iframe')?.getAttribute('src')).to.equal('/pages/a/3');
      expect(banner()).to.equal('Step 3 of 5: the past Back to the present');
    });

    it('stays there while the session goes on', async () => {
      await press('Back');
      await more(3);
      expect(shownState()).to.include('count: 4');
      expect(banner()).to.match(/^Step 4 of 8/);
    });

    it('comes back to the present, where all is live', async () => {
      await press('Back');
      await press('Back to the present');
      expect(banner()).to.equal('');
      await more(1);
      expect(shownState()).to.include('count: 6');
    });

    it('is reached from a message', async () => {
      await page.click(page.getByRole('link', { name: 'Messages' }));
      await page.click(page.document.querySelector('[name="log-entry"][value="2"]') as Element);
      await press('Go to step 2');
      expect(shownState()).to.include('count: 2');
      expect(banner()).to.match(/^Step 2 of 5/);
    });

    it('begins with the state at the start', async () => {
      await press('First');
      expect(shownState()).to.include('count: 0');
      expect(banner()).to.match(/^The start, before step 1 of 5: the past/);
    });
  });

  it('says that a session is gone', async () => {
    await open('/sessions/b');
    expect(page.getByText('This session is gone.')).to.exist;
    expect(page.getByRole('link', { name: 'All sessions' }).getAttribute('href')).to.equal('/');
  });

  it('says why a session could not be read', async () => {
    inspection.broken = new Error('the store is away');
    await open();
    expect(page.getByRole('alert').textContent).to.include('the store is away');
  });
});
