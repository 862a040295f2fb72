import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { RequestIdentity } from '../../../runtime/identity/request-identity.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { type Composition, createComposition, socketPath } from '../../../runtime/server/composition.js';
import { readOptions } from '../../../runtime/server/options.js';
import type { JoinFrame } from '../../../runtime/session/join.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import type { Admitted } from '../../../runtime/socket/connection.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import { memoryBus } from '../../../runtime/testing/memory-cluster.js';
import { ClientKind, CloseCode, version } from '../../../runtime/wire/protocol.js';

const Page = component({
  name: 'page',
  init: () => ({}),
  update: (model, _message: AnyMessage) => model,
  view: () => html`<p>here</p>`,
});

const secret = 'a secret of some length';

function make(): Composition {
  const settings = readOptions({ clock: createSimulatedClock(1_000_000), routes: { '/': Page }, secret });

  return createComposition(
    settings,
    () => '',
    (run) => run(1_000_000)
  );
}

const request = { address: '1.2.3.4', headers: {}, method: 'GET', secure: false, url: '/' };

const joinWith = (token: string): JoinFrame => ({
  kind: ClientKind.Join,
  version,
  client: '',
  token,
  frame: 0,
  processed: 0,
  durable: 0,
  sent: 0,
  hashes: [],
  load: 'd',
  names: [['d', 1, 0]],
});

/** The token in a page, and the visitor it was given to. */
async function fetchPage(site: Composition) {
  const answer = await site.http(request);
  const [, token = ''] = /data-troupe-token="([^"]*)"/.exec(String(answer?.body)) ?? [];
  const cookie = answer?.headers.find((value) => value.startsWith('troupe=')) ?? '';
  const visitor = await site.recognise({ ...request, headers: { cookie: cookie.split(';')[0] } });
  if (typeof visitor === 'number') throw new Error(`not recognised: ${visitor}`);

  return { token, visitor };
}

/** Joins, which is not refused. */
async function enter(site: Composition, token: string, visitor: RequestIdentity): Promise<Admitted> {
  const admitted = await site.admit(joinWith(token), visitor);
  if (typeof admitted === 'number') throw new Error(`refused: ${admitted}`);

  return admitted;
}

describe('composition', () => {
  it('leads the token of a page to its session', async () => {
    const site = make();
    const { token, visitor } = await fetchPage(site);
    expect(site.sessions.counts.dormant).to.equal(1);
    const { session, ticket } = await enter(site, token, visitor);
    expect(session).to.equal(site.sessions.find(session.id));
    expect(ticket).to.equal(1);
    await site.sessions.close();
  });

  it('makes a fresh session of the same id where the old one is gone', async () => {
    const site = make();
    const { token, visitor } = await fetchPage(site);
    const { session: old } = await enter(site, token, visitor);
    (old as LiveSession).stop();
    const { session } = await enter(site, token, visitor);
    expect(session).to.not.equal(old);
    expect(session.id).to.equal(old.id);
    await site.sessions.close();
  });

  it('refuses a token of another cookie', async () => {
    const site = make();
    const { token, visitor } = await fetchPage(site);
    expect(await site.admit(joinWith(token), { ...visitor, cookie: 'x'.repeat(22) })).to.equal(CloseCode.Refused);
    expect(await site.admit(joinWith(token), { ...visitor, cookie: undefined })).to.equal(CloseCode.Refused);
    await site.sessions.close();
  });

  it('makes the bus it is given, and has a name of its own on it', async () => {
    const names: string[] = [];
    const bus = memoryBus();
    const sites = [1, 2].map(() =>
      createComposition(
        readOptions({
          bus: (host) => {
            names.push(host.node);
            return bus(host);
          },
          clock: createSimulatedClock(1_000_000),
          routes: { '/': Page },
          secret,
        }),
        () => '',
        (run) => run(1_000_000)
      )
    ) as [Composition, Composition];
    expect(sites.map(({ node }) => node)).to.deep.equal(names);
    expect(new Set(names).size).to.equal(2);
    const heard: unknown[] = [];
    sites[1].bus.subscribe('a', (message) => heard.push(message));
    sites[1].bus.listen((message, from) => heard.push(message, from));
    await sites[0].bus.publish('a', { type: 'said' });
    await sites[0].bus.tell(sites[1].node, { type: 'told' });
    expect(heard).to.deep.equal([{ type: 'said' }, { type: 'told' }, sites[0].node]);
  });

  it('says where its socket is', () => {
    expect(socketPath('/app')).to.equal('/app/_troupe/socket');
  });
});
