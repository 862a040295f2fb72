import { expect } from 'chai';
import { openPage } from 'troupe/testing';
import { inspector } from '../../../components/inspector/inspector.js';
import { StagedInspection, stageCounter } from '../../fixtures/inspection.js';

describe('inspector', () => {
  it('is two pages, a style sheet and a title', () => {
    const app = inspector(new StagedInspection(), { base: '/i' });
    expect(Object.keys(app.routes)).to.deep.equal(['/', '/sessions/:id']);
    expect(app.style).to.include('.i-top');
    expect(app.title).to.equal('Troupe inspector');
  });

  it('is mounted below a base, and its pages lead to each other', async () => {
    const inspection = new StagedInspection();
    stageCounter(inspection, 'a');
    const { routes } = inspector(inspection, { base: '/_troupe/inspector' });
    const page = await openPage({ base: '/_troupe/inspector', routes, url: '/_troupe/inspector/' });
    await page.click(page.getByRole('link', { name: 'counter' }));
    expect(page.url).to.equal('/_troupe/inspector/sessions/a');
    expect(page.getByRole('radiogroup', { name: 'Actors' })).to.exist;
    await page.click(page.getByRole('link', { name: /Troupe/ }));
    expect(page.url).to.equal('/_troupe/inspector/');
    await page.close();
  });

  it('can be looked at from several pages, each session opened once', async () => {
    const inspection = new StagedInspection();
    const session = stageCounter(inspection, 'a');
    const { routes } = inspector(inspection, { base: '' });
    const page = await openPage({ routes, url: '/sessions/a' });
    const other = await page.newPage('/sessions/a');
    expect(session.opened - session.closed).to.equal(1);
    await page.close();
    expect(session.opened - session.closed).to.equal(1);
    await other.close();
    expect(session.opened - session.closed).to.equal(0);
  });
});
