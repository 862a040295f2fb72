/**
 * A page that stayed open for longer than its token held, a day, lost its session at the first broken connection: the join
 * was refused, the page was loaded again, and its session was gone without a word.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import type { RequestIdentity } from '../../runtime/identity/request-identity.js';
import { createSimulatedClock, monotonic, type SimulatedClock } from '../../runtime/platform/clock.js';
import { type Composition, createComposition } from '../../runtime/server/composition.js';
import { readOptions } from '../../runtime/server/options.js';
import type { LiveSession } from '../../runtime/session/session.js';
import type { Admitted } from '../../runtime/socket/connection.js';
import { memory } from '../../runtime/store/memory.js';
import { html } from '../../runtime/template/html.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { eventsFrame, FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';

const day = 86_400_000;
const message = { type: 'clicked' } as const;
const Counter = component({
  name: 'counter',
  init: () => 0,
  update: (count, _message: typeof message) => count + 1,
  view: (count) => html<typeof message>`<button @click=${message}>${count}</button>`,
});

const request = { address: '1.2.3.4', headers: {}, method: 'GET', secure: false, url: '/' };

describe('a page that is open for longer than its token holds', () => {
  let clock: SimulatedClock;
  let site: Composition;
  let token: string;
  let cookie: string;
  let visitor: RequestIdentity;
  let session: LiveSession;
  let connection: FakeConnection;

  const join = (load: string) => ({ ...joinFrame(), load, token });
  const admit = (load = 'page', by: RequestIdentity = visitor) => site.admit(join(load), by);

  /** A page with one click, connected; its token expires. */
  beforeEach(async () => {
    clock = createSimulatedClock(1_700_000_000_000);
    const store = memory({ clock });
    const settings = readOptions({
      ...{ clock, store, routes: { '/': Counter }, secret: 'a secret for a regression' },
      ...{ sessionLifetime: 3 * day, tokenLifetime: day },
    });
    site = createComposition(
      settings,
      () => '',
      (run) => run(monotonic(clock))
    );
    const answer = await site.http(request);
    token = /data-troupe-token="([^"]*)"/.exec(String(answer?.body))?.[1] ?? '';
    cookie = answer?.headers.find((value) => value.startsWith('troupe='))?.split(';')[0] ?? '';
    visitor = (await site.recognise({ ...request, headers: { cookie } })) as RequestIdentity;
    const admitted = (await admit()) as Admitted;
    session = admitted.session as LiveSession;
    connection = new FakeConnection();
    session.join(connection, join('page'), admitted.ticket);
    session.client.receive(connection, eventsFrame([[1, 0]], 1));
    clock.advance(2 * day);
  });
  afterEach(() => site.sessions.close());

  const passivate = async (): Promise<void> => {
    session.client.leave(connection);
    clock.advance(60_000);
    await until(() => site.sessions.find(session.id) === undefined);
  };

  it('joins its session again', async () => {
    session.client.leave(connection);
    expect(await admit()).to.include({ session });
    expect(modelOf(session)).to.equal(1);
  });

  it('joins its session again when that has been stored', async () => {
    await passivate();
    const { session: restored } = (await admit()) as Admitted;
    expect(restored).to.include({ id: session.id }).and.not.equal(session);
    expect(modelOf(restored as LiveSession)).to.equal(1);
  });

  it('has its session when it is loaded again', async () => {
    session.client.leave(connection);
    const headers = { cookie: `${cookie}; troupe-page=page.${encodeURIComponent(token)}` };
    const answer = await site.http({ ...request, headers });
    expect(String(answer?.body)).to.contain('>1</button>');
  });

  it('has a fork if another page load is connected', async () => {
    const { session: fork } = (await admit('copy')) as Admitted;
    expect(fork.id).not.to.equal(session.id);
    expect(modelOf(fork as LiveSession)).to.equal(1);
  });

  it('begins no session when its own is gone', async () => {
    await passivate();
    clock.advance(3 * day);
    const { counts } = site.sessions;
    expect(await admit()).to.equal(CloseCode.Refused);
    expect(site.sessions.counts).to.deep.equal(counts);
  });

  it('is refused with another cookie, and with a changed token, as ever', async () => {
    expect(await admit('page', { ...visitor, cookie: 'x'.repeat(22) })).to.equal(CloseCode.Refused);
    token = `${token}x`;
    expect(await admit()).to.equal(CloseCode.Refused);
  });
});
