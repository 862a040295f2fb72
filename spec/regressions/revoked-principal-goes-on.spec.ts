/**
 * Sessions of a principal that had signed out, or was deleted, went on: live ones until their connection was lost, stored ones
 * for a day.
 */

import { expect } from 'chai';
import { component } from '../../runtime/component/component.js';
import { browserOf } from '../../runtime/identity/request-identity.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { memoryBus } from '../../runtime/testing/memory-cluster.js';
import { CloseCode } from '../../runtime/wire/protocol.js';
import { HttpBrowser, type HttpSite, makeSite } from '../fixtures/http-site.js';
import { FakeConnection, joinFrame, settled } from '../fixtures/live-session.js';
import { LastingStore } from '../fixtures/nodes.js';

type Message = { type: 'pressed' };
const Page = component({
  name: 'page',
  init: () => 0,
  update: (count, _message: Message) => count + 1,
  view: (count) => html<Message>`<button @click=${{ type: 'pressed' }}>${count}</button>`,
});

/** What `identify` answers in place of what the cookie says. */
let late: (() => unknown) | undefined;

const identify = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  late === undefined ? /sid=(\w+)/.exec(String(headers['cookie'] ?? ''))?.[1] : late();

describe('a principal that is revoked', () => {
  const clock = createSimulatedClock(1_700_000_000_000);
  let nodes: readonly HttpSite[];
  let lasting: LastingStore;

  beforeEach(() => {
    const bus = memoryBus();
    lasting = new LastingStore(clock);
    const make = () => makeSite({ bus, clock, identify, routes: { '/': Page }, store: lasting.store });
    nodes = [make(), make()];
  });
  afterEach(async () => {
    late = undefined;
    for (const { site } of nodes) {
      site.revocations.close();
      await site.sessions.close();
    }
  });

  /** A browser in which a user is signed in, at a node. */
  function signedIn(name: string, node = 0): HttpBrowser {
    return new HttpBrowser(nodes[node] as HttpSite, new Map([['sid', name]]));
  }

  /** Loads a page and joins it. */
  async function visit(browser: HttpBrowser) {
    await browser.ask('/');
    const admitted = await browser.admit();
    if (typeof admitted === 'number') throw new Error(`refused: ${admitted}`);
    const session = admitted.session as LiveSession;
    const connection = new FakeConnection();
    session.join(connection, { ...joinFrame(), token: browser.token }, admitted.ticket);

    return { connection, session };
  }

  const revoke = (...given: Parameters<HttpSite['site']['revocations']['revoke']>) =>
    nodes[0]?.site.revocations.revoke(...given);

  it('loses its live sessions on all nodes, and others keep theirs', async () => {
    const [here, there, other] = [signedIn('ada'), signedIn('ada', 1), signedIn('eve', 1)];
    const [one, two, eve] = [await visit(here), await visit(there), await visit(other)];
    await revoke('ada');
    await settled();
    for (const { connection, session } of [one, two]) {
      expect(connection.closed?.code).to.equal(CloseCode.Reload);
      expect(session.life.phase).to.equal('ended');
    }
    expect(eve.connection.closed).to.equal(undefined);
    expect(nodes.map(({ site }) => site.sessions.counts.attached)).to.deep.equal([0, 1]);
  });

  it('cannot replay a token: of a live, a dormant, a stored session, nor of one that is gone, at no node', async () => {
    const [live, dormant, stored] = [signedIn('ada'), signedIn('ada'), signedIn('ada')];
    await visit(live);
    await dormant.ask('/');
    const { session } = await visit(stored);
    session.lost();
    await settled();
    clock.advance(60_000);
    await settled();
    expect(session.life.phase).to.equal('passivated');
    await revoke('ada');
    await settled();
    for (const browser of [live, dormant, stored]) {
      for (const node of nodes) expect(await browser.at(node).admit()).to.equal(CloseCode.Refused);
    }
  });

  it('is identified again if that was under way', async () => {
    const browser = signedIn('ada');
    let answer: ((name: string | undefined) => void) | undefined;
    late = () => new Promise((resolve) => (answer = resolve));
    const asking = browser.ask('/');
    await settled();
    const before = answer;
    await revoke('ada');
    late = () => undefined;
    before?.('ada');
    await asking;
    expect(nodes[0]?.site.sessions.counts.dormant).to.equal(1);
    expect([...(nodes[0]?.site.sessions.entries() ?? [])].map(({ marks }) => marks)).to.deep.equal([[]]);
  });

  it('begins anew when it signs in again', async () => {
    const browser = signedIn('ada');
    const before = await visit(browser);
    await revoke('ada');
    for (const node of nodes) {
      const again = browser.at(node);
      const { session } = await visit(again);
      expect(session.id).to.not.equal(before.session.id);
      expect(session.life.phase).to.equal('attached');
    }
  });

  it('loses the sessions of one browser alone, if that is named', async () => {
    const [phone, desk] = [signedIn('ada'), signedIn('ada', 1)];
    const [one, two] = [await visit(phone), await visit(desk)];
    await revoke('ada', { browser: browserOf(desk.cookies.get('troupe') ?? '') });
    await settled();
    expect(one.connection.closed).to.equal(undefined);
    expect(two.connection.closed?.code).to.equal(CloseCode.Reload);
    expect(await phone.admit()).to.have.property('session');
    expect(await desk.admit()).to.equal(CloseCode.Refused);
  });
});
