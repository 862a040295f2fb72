import { expect } from 'chai';
import type { LogRow } from '../../../components/inspector/log-entries.js';
import type { LogModel } from '../../../components/inspector/log-model.js';
import { logView } from '../../../components/inspector/log-view.js';
import { atEnd } from '../../../components/inspector/scrolling.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { markup } from '../../../runtime/render/render-to-string.js';

const entry = (number: number): LogRow => ({
  ...{ number, at: 0, from: 'browser', to: 'c', fromName: 'browser', toName: 'counter', type: `t${number}` },
  ...{ message: '<b>', cause: 0, causedBy: '', isTaken: true, step: number, waited: 0, update: 0, view: 0, diff: 0 },
  ...{ bytes: 0, error: '' },
});

const model = (given: Partial<LogModel> = {}): LogModel => ({
  ...{ session: 'a', step: undefined, actor: '', typed: '', isPaused: false, position: atEnd, chosen: 0, sought: 0 },
  reading: { rows: [entry(1), entry(2)], start: 0, total: 2, found: 2, chosen: undefined, sought: -1, actors: [] },
  why: '',
  ...given,
});

function written(given: LogModel): string {
  const report = (error: unknown) => {
    throw error;
  };
  return markup(renderRoot(logView(given), undefined, report)).replace(/<!--.*?-->/g, '');
}

describe('log view', () => {
  it('names the list and each row for those who hear them', () => {
    const page = written(model());
    expect(page).to.include('role="radiogroup" aria-label="Messages"');
    expect(page.match(/<input type="radio" name="log-entry"/g)).to.have.length(2);
  });

  it('says that it is being read', () => {
    expect(written(model({ reading: undefined }))).to.include('Reading the log…');
  });

  it('escapes what messages hold', () => {
    const reading = { ...(model().reading as NonNullable<LogModel['reading']>), chosen: entry(2) };
    expect(written(model({ reading, chosen: 2 })))
      .to.include('&lt;b&gt;')
      .and.not.to.include('<b>');
  });

  it('offers no step of an entry that has led to none, and says what is not known', () => {
    const chosen = { ...entry(2), step: 0, isTaken: false };
    const reading = { ...(model().reading as NonNullable<LogModel['reading']>), chosen };
    const page = written(model({ reading, chosen: 2 }));
    expect(page).not.to.include('Go to step');
    expect(page).to.include('still waits').and.to.include('not known').and.to.include('nothing to send');
  });
});
