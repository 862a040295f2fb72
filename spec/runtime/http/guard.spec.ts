import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { createGuard, isForNow } from '../../../runtime/http/guard.js';
import { type Allow, type Allowance, createRouter, routeTo } from '../../../runtime/http/router.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { createReporter, type ErrorReport } from '../../../runtime/platform/error-report.js';
import { html } from '../../../runtime/template/html.js';
import { CloseCode } from '../../../runtime/wire/protocol.js';
import { HttpBrowser, makeSite } from '../../fixtures/http-site.js';
import { requestOf } from '../../fixtures/requests.js';
import { fakeComponent } from '../../fixtures/sessions.js';

function setUp(allow: Allow | undefined) {
  const clock = createSimulatedClock(1_000);
  const reports: ErrorReport[] = [];
  const guard = createGuard({ clock, deadline: 5_000, report: createReporter((report) => reports.push(report)) });
  const component = fakeComponent('page');
  const place = createRouter({ '/users/:id': allow ? { component, allow } : component }, '').find('/users/ada');
  if (typeof place === 'number') throw new Error('not found');
  const { props } = routeTo(place, { principal: 'ada', cookie: 'c', request: requestOf() }, 0);

  return { ask: () => guard(place, props), clock, reports };
}

const no =
  (answer: unknown): Allow =>
  () =>
    answer as true;

describe('guard', () => {
  it('is not asked where a route has none', () => {
    expect(setUp(undefined).ask()).to.equal(undefined);
  });

  it('is asked with what the request says, and lets in', async () => {
    expect(await setUp(({ principal, params }) => principal === params['id'] || 403).ask()).to.equal(undefined);
    expect(await setUp(async ({ principal, params }) => principal === params['id'] || 403).ask()).to.equal(undefined);
  });

  it('refuses, and redirects within the site', async () => {
    expect(await setUp(no(403)).ask()).to.equal(403);
    expect(await setUp(async () => 404 as const).ask()).to.equal(404);
    expect(await setUp(no({ redirect: '/login?next=%2F' })).ask()).to.deep.equal({ redirect: '/login?next=%2F' });
  });

  it('refuses and reports where the answer is none, leads to another site, or is thrown', async () => {
    const thrown: Allow = () => {
      throw new Error('no database');
    };
    const answers: readonly Allow[] = [
      thrown,
      async () => Promise.reject(new Error('no database')),
      ...[undefined, false, null, 1, 'yes', {}, [true]].map(no),
      ...['//evil.example', '/\\evil.example', 'https://evil.example', '', '/a\n/b', '/\t/evil.example'].map(
        (redirect) => no({ redirect })
      ),
    ];
    for (const allow of answers) {
      const { ask, reports } = setUp(allow);
      const denial = await ask();
      expect(denial).to.equal(500);
      expect(reports.map(({ code }) => code)).to.have.length(1);
      expect(denial !== undefined && isForNow(denial)).to.equal(true);
    }
  });

  it('refuses for now if it takes too long', async () => {
    const { ask, clock } = setUp(() => new Promise(() => undefined));
    const asking = ask();
    clock.advance(5_000);
    expect(await asking).to.equal(503);
  });

  it('is asked for each first page, join and post without script', async () => {
    let answer: Allowance = true;
    const asked: unknown[] = [];
    const allow: Allow = async ({ path, principal }) => {
      asked.push([path, principal]);
      return answer;
    };
    const component = fakeButton();
    const made = makeSite({ routes: { '/page': { component, allow } }, identify: () => 'ada' });
    const browser = new HttpBrowser(made);
    const { body } = await browser.ask('/page');
    const [, action = ''] = /formaction="([^"]*)"/.exec(body) ?? [];
    const entries = { 'troupe-token': browser.token };
    expect(await browser.admit()).to.have.property('session');
    expect((await browser.post(action, entries)).status).to.equal(303);
    expect(asked).to.deep.equal(Array(3).fill(['/page', 'ada']));
    answer = { redirect: '/login', flash: 'Sign in.' };
    expect((await browser.ask('/page')).headers).to.include({ Location: '/login' });
    expect(browser.cookies.has('troupe-flash')).to.equal(true);
    expect(await browser.admit()).to.equal(CloseCode.Reload);
    expect((await browser.post(action, entries)).headers).to.include({ Location: '/login' });
    answer = 404;
    expect((await browser.ask('/page')).status).to.equal(404);
    expect(await browser.admit()).to.equal(CloseCode.Reload);
    answer = 'yes' as never;
    expect((await browser.ask('/page')).status).to.equal(500);
    expect(await browser.admit()).to.equal(CloseCode.TryLater);
    await made.site.sessions.close();
  });
});

type Message = { type: 'pressed' };

const fakeButton = () =>
  component({
    name: 'page',
    init: () => 0,
    update: (count, _message: Message) => count + 1,
    view: (count) => html<Message>`<button @click=${{ type: 'pressed' }}>${count}</button>`,
  });
