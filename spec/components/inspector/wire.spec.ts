import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { rowHeight } from '../../../components/inspector/scrolling.js';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { wire } from '../../../components/inspector/wire.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('wire', () => {
  let session: StagedSession;
  let page: TestPage;

  const open = async (times: number): Promise<void> => {
    const inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
    countUp(session, times);
    page = await openPage(wire(createSessionFeed(inspection)), { props: { session: 'a' } });
  };

  afterEach(() => page.close());

  const more = async (times: number): Promise<void> => {
    countUp(session, times);
    session.tell();
    await page.rest();
  };

  const rows = (): readonly HTMLInputElement[] => [
    ...page.document.querySelectorAll<HTMLInputElement>('[name="wire-frame"]'),
  ];

  const scroll = (scrollTop: number): Promise<void> => {
    const list = page.document.querySelector('.i-window') as HTMLElement;
    list.scrollTop = scrollTop;
    return page.fire(list, 'scroll', { bubbles: false });
  };

  it('says of each frame which way it went, what it says and how large it is', async () => {
    await open(0);
    session.travel({ direction: 'up', kind: 'events', bytes: 2_048, words: ['click on button', 'input'] });
    session.travel({ direction: 'down', kind: 'patch', bytes: 9, words: ['[1, 0] becomes 1'] });
    await more(0);
    expect(rows().map((row) => row.closest('label')?.textContent?.replaceAll(/\s+/g, ' ').trim())).to.deep.equal([
      ...[`1 ${time(10)} ↑received events click on button (and 1 more) 2.0 KB`],
      ...[`2 ${time(20)} ↓sent patch [1, 0] becomes 1 9 B`],
    ]);
  });

  it('renders fewer than a hundred of ten thousand', async () => {
    await open(10_000);
    expect([rows().length, rows().at(-1)?.value]).to.deep.equal([65, '10000']);
    await scroll(-5_000 * rowHeight);
    expect(rows().length).to.be.within(60, 99);
    expect(page.text()).to.include('10,000 frames');
  });

  it('follows, is held by scrolling and by its button, and follows again', async () => {
    await open(100);
    await more(1);
    expect(rows().at(-1)?.value).to.equal('101');
    await scroll(-400);
    await more(2);
    expect(rows().at(-1)?.value).to.equal('101');
    await page.click(page.getByRole('button', { name: 'Follow: 2 newer' }));
    expect(rows().at(-1)?.value).to.equal('103');
    await page.click(page.getByRole('button', { name: 'Pause' }));
    await more(1);
    expect(rows().at(-1)?.value).to.equal('103');
    await page.click(page.getByRole('button', { name: 'Pause' }));
    expect(rows().at(-1)?.value).to.equal('104');
  });

  it('shows all that a chosen frame says, also once it is forgotten', async () => {
    await open(0);
    session.travel({ direction: 'up', kind: 'events', bytes: 14, words: ['click on button', 'input “Ada”'] });
    await more(0);
    await page.click(rows()[0] as HTMLElement);
    session.frames.splice(0);
    await more(0);
    expect(page.getByRole('region', { name: 'Frame 1' }).textContent)
      .to.include('input “Ada”')
      .and.include('14 B');
    await page.click(page.getByRole('button', { name: 'Close frame 1' }));
    expect(page.queryByRole('region', { name: 'Frame 1' })).to.equal(null);
  });

  it('says that nothing has travelled yet', async () => {
    await open(0);
    expect(page.getByText('No frames yet.')).to.exist;
  });
});

const time = (milliseconds: number): string => {
  const date = new Date(Date.UTC(2026, 0, 1) + milliseconds);

  return `${date.toTimeString().slice(0, 8)}.${String(milliseconds).padStart(3, '0')}`;
};
