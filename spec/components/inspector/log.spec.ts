import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { log } from '../../../components/inspector/log.js';
import { rowHeight } from '../../../components/inspector/scrolling.js';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('log', () => {
  let inspection: StagedInspection;
  let session: StagedSession;
  let page: TestPage;

  beforeEach(() => {
    inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
  });

  afterEach(async () => {
    await page.close();
    expect([session.watchers, session.opened - session.closed]).to.deep.equal([0, 0]);
  });

  const open = async (times: number): Promise<void> => {
    countUp(session, times);
    page = await openPage(log(createSessionFeed(inspection)), {
      props: { session: 'a', step: undefined as number | undefined },
    });
  };

  const more = async (times: number): Promise<void> => {
    countUp(session, times);
    session.tell();
    await page.rest();
  };

  const rows = (): readonly HTMLInputElement[] => [
    ...page.document.querySelectorAll<HTMLInputElement>('[name="log-entry"]'),
  ];

  /** The numbers of the rows that are there: the first, the last, how many. */
  const shown = (): readonly number[] => [Number(rows()[0]?.value), Number(rows().at(-1)?.value), rows().length];

  const list = (): HTMLElement => page.document.querySelector('.i-window') as HTMLElement;

  const scroll = (scrollTop: number): Promise<void> => {
    list().scrollTop = scrollTop;
    return page.fire(list(), 'scroll', { bubbles: false });
  };

  const choose = (number: number): Promise<void> =>
    page.click(rows().find(({ value }) => value === String(number)) as HTMLElement);

  const details = (): HTMLElement | null => page.document.querySelector('.i-details');

  const followButton = (): HTMLElement | null => page.queryByRole('button', { name: /^Follow/ });

  it('says who sent what to whom, caused by what, and what it cost', async () => {
    await open(3);
    const row = rows()[2]?.closest('label')?.textContent?.replaceAll(/\s+/g, ' ').trim();
    expect(row).to.match(
      /^3 \d\d:\d\d:\d\d\.030 secondPassed every 1000 →to counter #2 incremented waited 0.12 msupdate 0.05 msview 0.21 msdiff 0.03 ms 9 B$/
    );
  });

  it('says what has failed and what still waits', async () => {
    session.happen({ to: 'item', type: 'toggled', error: 'no' });
    const entry = session.happen({ to: 'item', type: 'toggled' });
    session.entries[1] = { ...entry, isTaken: false };
    await open(0);
    expect(rows().map((row) => /failed|waits/.exec(row.closest('label')?.textContent ?? '')?.[0])).to.deep.equal([
      'failed',
      'waits',
    ]);
  });

  describe('of ten thousand entries', () => {
    it('renders fewer than a hundred, at their place in a list of full height', async () => {
      await open(10_000);
      expect(shown()).to.deep.equal([9_936, 10_000, 65]);
      const spacer = page.document.querySelector('.i-spacer') as HTMLElement;
      expect(spacer.style.height).to.equal(`${10_000 * rowHeight}px`);
      expect((spacer.firstElementChild as HTMLElement).style.top).to.equal(`${9_935 * rowHeight}px`);
    });

    it('renders others when it is scrolled, fewer than a hundred again', async () => {
      await open(10_000);
      await scroll(-5_000 * rowHeight);
      const [first = 0, last = 0, count = 0] = shown();
      expect(count).to.be.lessThan(100);
      expect([first < 4_970, last > 5_000]).to.deep.equal([true, true]);
      await scroll(-(10_000 * rowHeight - 500));
      expect(shown()[0]).to.equal(1);
    });

    it('asks nothing for scrolling within the rows that are there', async () => {
      await open(10_000);
      await scroll(-300 * rowHeight);
      const before = rows()[10];
      await scroll(-(300 * rowHeight + 50));
      expect(rows()[10]).to.equal(before);
    });
  });

  describe('following', () => {
    it('goes on with what comes', async () => {
      await open(100);
      await more(5);
      expect(shown()[1]).to.equal(105);
      expect(followButton()).to.equal(null);
      expect(page.text()).to.include('105 messages');
    });

    it('stops when the user scrolls up, and counts newer entries', async () => {
      await open(100);
      await scroll(-400);
      await more(5);
      expect(shown()[1]).to.equal(100);
      expect(followButton()?.textContent).to.equal('Follow: 5 newer');
    });

    it('begins again at the end of the list', async () => {
      await open(100);
      await scroll(-400);
      await more(5);
      await scroll(0);
      expect(shown()[1]).to.equal(105);
      expect(followButton()).to.equal(null);
    });

    it('begins again by its button, which scrolls to the end', async () => {
      await open(100);
      await scroll(-400);
      await more(5);
      await page.click(followButton() as HTMLElement);
      expect(shown()[1]).to.equal(105);
      expect(Math.abs(list().scrollTop)).to.be.at.most(1);
    });
  });

  describe('paused', () => {
    it('holds still while more comes', async () => {
      await open(100);
      await page.click(page.getByRole('button', { name: 'Pause' }));
      const before = page.document.querySelector('.i-rows')?.innerHTML;
      await more(50);
      expect(page.document.querySelector('.i-rows')?.innerHTML).to.equal(before);
      expect(followButton()?.textContent).to.equal('Follow: 50 newer');
      await scroll(0);
      expect(shown()[1]).to.equal(100);
    });

    it('holds still though the oldest entries are forgotten', async () => {
      await open(100);
      await page.click(page.getByRole('button', { name: 'Pause' }));
      session.entries.splice(0, 30);
      await more(0);
      expect(shown()[1]).to.equal(100);
    });

    it('goes on when it is pressed again', async () => {
      await open(100);
      await page.click(page.getByRole('button', { name: 'Pause' }));
      await more(50);
      await page.click(page.getByRole('button', { name: 'Pause', pressed: true }));
      expect(shown()[1]).to.equal(150);
      expect(page.getByRole('button', { name: 'Pause' }).getAttribute('aria-pressed')).to.equal('false');
    });

    it('holds an empty list', async () => {
      await open(0);
      await page.click(page.getByRole('button', { name: 'Pause' }));
      await more(2);
      expect(rows()).to.have.length(0);
      expect(followButton()?.textContent).to.equal('Follow: 2 newer');
    });
  });

  describe('filters', () => {
    it('show the entries from or to one actor', async () => {
      await open(9);
      session.happen({ to: 'item', type: 'toggled' });
      await more(0);
      await page.select(page.getByRole('combobox', { name: 'Actor' }), 'every 1000');
      expect(rows().map(({ value }) => value)).to.deep.equal(['3', '6', '9']);
      await page.select(page.getByRole('combobox', { name: 'Actor' }), 'all');
      expect(rows()).to.have.length(10);
    });

    it('show the entries whose type contains a text', async () => {
      await open(9);
      await page.type(page.getByRole('searchbox', { name: 'Type' }), 'SEC');
      expect(rows().map(({ value }) => value)).to.deep.equal(['3', '6', '9']);
      expect(page.text()).to.include('3 messages');
    });

    it('say that nothing matches', async () => {
      await open(9);
      await page.type(page.getByRole('searchbox', { name: 'Type' }), 'zzz');
      expect(page.getByText('No message matches.')).to.exist;
    });
  });

  describe('a chosen entry', () => {
    it('is shown whole, and holds the list', async () => {
      session.happen({ to: 'item', type: 'toggled', message: "{ type: 'toggled', key: '7' }", error: 'no title' });
      await open(2);
      await choose(1);
      expect(details()?.textContent).to.include("{ type: 'toggled', key: '7' }").and.to.include('no title');
      await more(4);
      expect(shown()[1]).to.equal(3);
      expect(followButton()?.textContent).to.equal('Follow: 4 newer');
    });

    it('leads to its cause, and that comes into sight', async () => {
      await open(900);
      const cause = session.happen({ to: 'counter', type: 'late', cause: 12, causedBy: '#12 secondPassed' });
      await more(0);
      await choose(cause.number);
      await page.click(page.getByRole('button', { name: '#12 secondPassed' }));
      expect(details()?.getAttribute('aria-label')).to.equal('Message 12');
      expect(rows().find(({ checked }) => checked)?.value).to.equal('12');
      expect(list().scrollTop).to.be.lessThan(-800 * rowHeight);
    });

    it('leads to the step it was taken in', async () => {
      await open(5);
      await choose(4);
      await page.click(page.getByRole('button', { name: 'Go to step 4' }));
      expect(page.sent).to.deep.equal([{ type: 'stepChosen', step: 4 }]);
    });

    it('is the one stop on the way of Tab, else the newest', async () => {
      await open(50);
      const stops = (): readonly string[] =>
        rows()
          .filter((row) => row.tabIndex === 0)
          .map(({ value }) => value);
      expect(stops()).to.deep.equal(['50']);
      await choose(40);
      expect(stops()).to.deep.equal(['40']);
    });

    it('can be closed', async () => {
      await open(5);
      await choose(4);
      await page.click(page.getByRole('button', { name: 'Close message 4' }));
      expect(details()).to.equal(null);
    });
  });

  it('tells entries apart that come after the step that is looked at', async () => {
    await open(5);
    await page.give({ session: 'a', step: 3 });
    expect(rows().map((row) => row.closest('label')?.hasAttribute('data-later'))).to.deep.equal([
      ...[false, false, false, true, true],
    ]);
  });

  it('says that nothing has happened yet', async () => {
    await open(0);
    expect(page.getByText('No messages yet.')).to.exist;
  });

  it('says why it could not be read', async () => {
    await open(3);
    Object.defineProperty(session, 'actors', {
      get: () => {
        throw new Error('no actors');
      },
    });
    session.tell();
    await page.rest();
    expect(page.getByRole('alert').textContent).to.include('no actors');
    expect(rows()).to.have.length(3);
  });
});
