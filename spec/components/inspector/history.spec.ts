import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { history } from '../../../components/inspector/history.js';
import { placesBelow } from '../../../components/inspector/places.js';
import { createSessionFeed } from '../../../components/inspector/session-feed.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('time travel', () => {
  let session: StagedSession;
  let page: TestPage;

  beforeEach(async () => {
    const inspection = new StagedInspection();
    session = stageCounter(inspection, 'a');
    countUp(session, 5);
    const props = { session: 'a', step: undefined as number | undefined, start: 0, last: 5 };
    page = await openPage(history(createSessionFeed(inspection), placesBelow('/i')), { props });
  });

  afterEach(() => page.close());

  const give = (step: number | undefined, last = 5): Promise<void> => page.give({ session: 'a', step, start: 0, last });

  const frame = (): HTMLIFrameElement => page.document.querySelector('iframe') as HTMLIFrameElement;

  const press = (name: string): Promise<void> => page.click(page.getByRole('button', { name }));

  const enabled = (): readonly string[] =>
    page
      .getAllByRole('button')
      .filter((button) => !(button as HTMLButtonElement).disabled)
      .map(({ textContent }) => textContent ?? '');

  it('shows the present at first, in a frame in which nothing can be done', () => {
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/5');
    expect(frame().getAttribute('sandbox')).to.equal('');
    expect(frame().title).to.equal('The page after step 5');
    expect(page.text()).to.include('The page as it is');
    expect(enabled()).to.deep.equal(['First', 'Back']);
  });

  it('goes back and forth by buttons, not beyond the ends', async () => {
    await press('Back');
    await give(4);
    await press('Back');
    await give(3);
    await press('Forth');
    await press('First');
    await give(0);
    expect(page.sent.map((message) => (message as { step?: number }).step)).to.deep.equal([4, 3, 4, 0]);
    expect(enabled()).to.deep.equal(['Forth', 'Present']);
    expect(page.text()).to.include('The page as it was at the start');
  });

  it('goes from the last step to the present, and to it at once', async () => {
    await give(5);
    await press('Forth');
    await press('Present');
    expect(page.sent).to.deep.equal([
      { type: 'stepChosen', step: undefined },
      { type: 'stepChosen', step: undefined },
    ]);
  });

  it('goes by its slider, which says where it stands', async () => {
    const slider = page.getByRole('slider') as HTMLInputElement;
    expect([slider.min, slider.max, slider.value]).to.deep.equal(['0', '5', '5']);
    slider.value = '2';
    await page.fire(slider, 'input');
    expect(page.sent).to.deep.equal([{ type: 'stepChosen', step: 2 }]);
    await give(2);
    expect(slider.value).to.equal('2');
    expect(slider.closest('label')?.textContent).to.match(/Step 2 of 5/);
  });

  it('shows what a step took and the page as it was after it, in a frame of its own', async () => {
    const before = frame();
    await give(3);
    expect(page.getByText(/^secondPassed$/).closest('li')?.textContent).to.match(/secondPassed →to counter/);
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/3');
    expect(frame()).not.to.equal(before);
    expect(page.text()).to.include('The page as it was after step 3 of 5');
  });

  it('goes on with the present, once a second at the most', async () => {
    countUp(session, 1);
    await give(undefined, 6);
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/5');
    countUp(session, 1);
    await give(undefined, 7);
    await page.advance(1_000);
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/7');
  });

  it('stays in the past while the present goes on, and comes back to it at once', async () => {
    await give(2);
    countUp(session, 3);
    await give(2, 8);
    await page.advance(5_000);
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/2');
    await give(undefined, 8);
    expect(frame().getAttribute('src')).to.equal('/i/pages/a/8');
  });
});
