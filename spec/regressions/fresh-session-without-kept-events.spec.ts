/**
 * A session was gone: its node ended before the first write, or the store had lost it. The page got a fresh session, and the
 * events that it had kept were thrown away. The number that it heard had those, and none of the events that were
 * durable and lost with the session.
 */

import { expect } from 'chai';
import { Outbox } from '../../client/outbox.js';
import { component } from '../../runtime/component/component.js';
import type { Instance } from '../../runtime/render/nodes.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { html } from '../../runtime/template/html.js';
import { ClientKind, Reason, type ServerFrame, ServerKind } from '../../runtime/wire/protocol.js';
import { FakeConnection, joinFrame, modelOf, until } from '../fixtures/live-session.js';
import { type Node, Nodes } from '../fixtures/nodes.js';

const Page = component({
  name: 'page',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: { type: 'clicked' }, enqueue) => {
    enqueue.send('tally', { type: 'counted' });

    return { count: count + 1 };
  },
  view: ({ count }) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

const countOf = (session: LiveSession): number => modelOf<{ count: number }>(session).count;

describe('a page whose session is gone', () => {
  let nodes: Nodes;
  let outbox: Outbox;
  let first: Node;
  let second: Node | undefined;
  let session: LiveSession;
  let connection: FakeConnection;
  /** The ids of the effects, by the node that has sent them. */
  let effects: { readonly first: string[]; readonly second: string[] };

  const add = (name: 'first' | 'second', grace = 60_000): Node =>
    nodes.add(name, {
      grace,
      send: ((_to: string, _message: object, id: string) => void effects[name].push(id)) as never,
    });

  /** Joins with what the outbox says; sends what it keeps. Returns how many events are lost. */
  function join(at: LiveSession, frame: number, reason: Reason): number {
    connection = new FakeConnection();
    session = at;
    const { durable, load, names, processed, raised: sent } = outbox;
    outbox.rewind();
    at.join(connection, { ...joinFrame({ frame, processed, durable, sent }), load, names });
    const answer = connection.frames[0] as Extract<ServerFrame, { kind: typeof ServerKind.Render }>;
    expect(answer).to.include({ kind: ServerKind.Render, reason });
    const lost = outbox.advance(answer.processed, answer.late as number, true);
    send(1);

    return lost;
  }

  function send(frames: number): void {
    const events = outbox.take().map(({ stored: [instance, part] }) => ({ instance, part }));
    session.client.receive(connection, { kind: ClientKind.Events, events, frames });
  }

  /** Clicks, and waits until it is processed. */
  async function click(clicks: number): Promise<void> {
    const count = countOf(session) + clicks;
    for (let made = 0; made < clicks; made++) {
      outbox.add([[(session.rendered as Instance).definition.hash, null], 0]);
    }
    send(0);
    await until(() => countOf(session) === count);
    outbox.advance(clicks, outbox.processed + clicks - outbox.durable);
  }

  /** All that the page has made is durable. */
  async function store(): Promise<void> {
    await nodes.store();
    outbox.advance(0, 0);
  }

  beforeEach(async () => {
    effects = { first: [], second: [] };
    nodes = new Nodes(Page);
    outbox = new Outbox();
    first = add('first');
    second = undefined;
    join(await nodes.open(first), 0, Reason.Restored);
  });
  afterEach(() => nodes.close());

  /** The page joins the second node; the first one, and what the store holds, are gone. */
  async function joinSecond(): Promise<number> {
    nodes.lasting.forget();
    first.isReachable = false;
    second ??= add('second');

    return join(await second.enter(session.id, outbox.load), 2, Reason.Fresh);
  }

  it('sends all its events to the fresh one if none was durable, with the effects that they had', async () => {
    await click(3);
    expect(await joinSecond()).to.equal(0);
    await until(() => countOf(session) === 3);
    expect(effects.second).to.have.length(3).that.deep.equals(effects.first);
  });

  it('hears how many were durable, and sends the others', async () => {
    await click(2);
    await store();
    await click(1);
    expect(await joinSecond()).to.equal(2);
    await until(() => countOf(session) === 1);
    expect(effects.second).to.deep.equal(effects.first.slice(2));
    outbox.advance(1, 1);
    await store();
    expect(outbox.stored, 'the third is durable').to.deep.equal([]);
  });

  it('hears of no loss twice', async () => {
    await click(2);
    await store();
    expect(await joinSecond()).to.equal(2);
    await click(3);
    await store();
    session.stop();
    expect(await joinSecond()).to.equal(3);
  });
});
