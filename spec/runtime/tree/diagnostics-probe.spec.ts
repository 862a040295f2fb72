import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import type { Enqueue } from '../../../runtime/component/effect.js';
import type { Channels, Diagnostics, UpdatedEvent } from '../../../runtime/platform/diagnostics.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { every } from '../../../runtime/subscription/every.js';
import { html } from '../../../runtime/template/html.js';
import { createDiagnosticsProbe } from '../../../runtime/tree/diagnostics-probe.js';
import { areHeard, clientWord, serverWord, unwatched } from '../../../runtime/tree/probe.js';
import { updatedEvent } from '../../../runtime/tree/probe-events.js';
import {
  acknowledgeFrame,
  eventsFrame,
  FakeConnection,
  FakeHost,
  joinFrame,
  readServerFrame,
  startSession,
} from '../../fixtures/live-session.js';

// COMPONENTS ------------------------------------------------------------------

type ItemMessage = { type: 'pressed' };
type PageMessage = { type: 'chosen'; key: string } | { type: 'ticked' } | { type: 'renamed'; title: string };

const Item = component({
  name: 'item',
  init: ({ key }: { readonly key: string }) => ({ key, presses: 0 }),
  update: (model, _message: ItemMessage, enqueue: Enqueue<ItemMessage, PageMessage>) => {
    enqueue.parent({ type: 'chosen', key: model.key });
    return { ...model, presses: model.presses + 1 };
  },
  view: ({ presses }) => html<ItemMessage>`<b @click=${{ type: 'pressed' }}>${presses}</b>`,
});

const Page = component({
  name: 'page',
  init: () => ({ chosen: '', ticks: 0, title: 'top secret title' }),
  update: (model, message: PageMessage) => {
    if (message.type === 'chosen') return { ...model, chosen: message.key };
    return message.type === 'ticked' ? { ...model, ticks: model.ticks + 1 } : { ...model, title: message.title };
  },
  subscriptions: () => [every(1_000, { type: 'ticked' } as const)],
  view: ({ chosen, title }) =>
    html<PageMessage>`<h1 @click=${() => null}>${title}</h1><p>${chosen}</p>${Item({ key: 'one' })}`,
});

// CHANNELS --------------------------------------------------------------------

type Name = keyof Diagnostics;

/** Channels of which some have a listener. */
class Listening {
  readonly told: (readonly [name: Name, event: Diagnostics[Name]])[] = [];
  readonly heard = new Set<Name>();
  readonly channels: Channels;

  constructor(...heard: readonly Name[]) {
    for (const name of heard) this.heard.add(name);
    const entries = Object.keys(unwatched.channels).map((name) => [name, this.#channel(name as Name)]);
    this.channels = Object.fromEntries(entries) as Channels;
  }

  #channel(name: Name): object {
    const { heard, told } = this;

    return {
      get hasSubscribers(): boolean {
        return heard.has(name);
      },
      publish: (event: Diagnostics[Name]) => void told.push([name, event]),
    };
  }

  /** What was told since this was last asked, in order. */
  take(): readonly (readonly [name: Name, event: Diagnostics[Name]])[] {
    return this.told.splice(0);
  }
}

const always: readonly Name[] = ['received', 'queued', 'updated', 'viewed', 'diffed', 'sent'];

const itemPath = ['item string one'];

describe('diagnostics probe', () => {
  let host: FakeHost;
  let connection: FakeConnection;
  let listening: Listening;

  beforeEach(() => {
    host = new FakeHost();
    connection = new FakeConnection();
  });

  /** A session whose client has joined, heard on these channels. */
  function joined(...heard: readonly Name[]): LiveSession {
    listening = new Listening(...heard);
    host.instrumentation = { ...unwatched, channels: listening.channels };
    const session = startSession(Page, host);
    session.join(connection, joinFrame());

    return session;
  }

  /** Times are what they are: they are checked to be durations and left out. */
  function untimed(): readonly (readonly [Name, object])[] {
    return listening.take().map(([name, event]) => {
      const { took, ...rest } = event as { took?: number };
      if (took !== undefined) expect(took).to.be.within(0, 10_000);

      return [name, rest];
    });
  }

  describe('of a session without instrumentation', () => {
    it('is none', () => {
      const session = joined();
      expect(session.probe).to.equal(undefined);
      expect(listening.told).to.deep.equal([]);
      session.stop();
    });

    it('is none either if only what happens seldom is heard', () => {
      const session = joined('failed', 'hostile', 'resumed', 'passivated', 'activated');
      expect(session.probe).to.equal(undefined);
      session.stop();
    });

    it('comes and goes with those who listen', () => {
      const session = joined();
      listening.heard.add('sent');
      expect(session.observe()).to.be.a('function').and.to.equal(session.observe()).and.to.equal(session.probe);
      listening.heard.clear();
      expect([session.observe(), session.probe]).to.deep.equal([undefined, undefined]);
      session.stop();
    });

    it('has channels without a listener, to which everything can be published', () => {
      expect(areHeard(unwatched.channels)).to.equal(false);
      for (const channel of Object.values(unwatched.channels)) {
        expect(channel.hasSubscribers).to.equal(false);
        channel.publish({} as never);
      }
      unwatched.tell('failed', { session: undefined, component: undefined, id: 'id', code: 'view' });
    });
  });

  it('is there as soon as one of the channels is heard that tell all the time', () => {
    for (const name of Object.keys(unwatched.channels) as Name[]) {
      expect(areHeard(new Listening(name).channels), name).to.equal(always.includes(name));
    }
  });

  it('is the observer of an inspected session', () => {
    const session = joined(...always);
    const observer = createDiagnosticsProbe('other', listening.channels);
    session.observer = observer;
    expect(session.probe).to.equal(observer);
    session.observer = undefined;
    expect(session.probe).to.not.equal(observer);
    session.stop();
  });

  it('knows an instance by the ids that lead to it', () => {
    const session = joined();
    const { root } = session.tree;
    expect(root.path).to.deep.equal([]);
    expect([...root.children].map(({ path }) => path)).to.deep.equal([itemPath]);
    session.stop();
  });

  it('calls frames by a word', () => {
    const session = joined();
    expect(connection.frames.map(serverWord)).to.deep.equal(['adopt']);
    expect([joinFrame(), eventsFrame([]), acknowledgeFrame()].map(clientWord)).to.deep.equal([
      ...['join', 'events', 'acknowledge'],
    ]);
    session.stop();
  });

  describe('of a session that is heard', () => {
    const ofPage = { session: 'session', component: 'page', path: [] };
    const ofItem = { session: 'session', component: 'item', path: ['item'] };

    it('tells of a client that joins', () => {
      const session = joined(...always);
      expect(untimed()).to.deep.equal([
        ['received', { session: 'session', kind: 'join', bytes: 0, events: 0 }],
        ['sent', { session: 'session', kind: 'adopt', bytes: connection.bytes[0]?.length }],
        ['diffed', { session: 'session', changes: 0 }],
      ]);
      session.stop();
    });

    it('tells of an event on its whole way, in order', () => {
      const session = joined(...always);
      listening.take();
      const item = [...session.tree.root.children][0]?.rendered as { readonly number: number };
      session.client.receive(connection, eventsFrame([[item.number, 0]]), 7);
      expect(untimed()).to.deep.equal([
        ['received', { session: 'session', kind: 'events', bytes: 7, events: 1 }],
        ['queued', { ...ofItem, type: 'pressed', event: 1, waiting: 1 }],
      ]);
      host.turn();
      const patch = connection.bytes.at(-1) as Uint8Array;
      expect(serverWord(readServerFrame(patch))).to.equal('patch');
      expect(untimed()).to.deep.equal([
        ['updated', { ...ofItem, type: 'pressed', waited: 0 }],
        ['viewed', ofItem],
        ['queued', { ...ofPage, type: 'chosen', event: 0, waiting: 1 }],
        ['updated', { ...ofPage, type: 'chosen', waited: 0 }],
        ['viewed', ofPage],
        ['diffed', { session: 'session', changes: 2 }],
        ['sent', { session: 'session', kind: 'patch', bytes: patch.length }],
      ]);
      session.stop();
    });

    it('tells of an event that leads to nothing, as a message without a type', () => {
      const session = joined(...always);
      listening.take();
      const page = session.tree.root.rendered as { readonly number: number };
      session.client.receive(connection, eventsFrame([[page.number, 0, []]]), 5);
      host.turn();
      expect(untimed()).to.deep.include.members([
        ['queued', { ...ofPage, type: '', event: 1, waiting: 1 }],
        ['updated', { ...ofPage, type: '', waited: 0 }],
        ['sent', { session: 'session', kind: 'acknowledge', bytes: connection.bytes.at(-1)?.length }],
      ]);
      session.stop();
    });

    it('counts events over the life of a page, and envelopes that wait', () => {
      const session = joined('queued');
      const item = [...session.tree.root.children][0]?.rendered as { readonly number: number };
      session.client.receive(
        connection,
        eventsFrame([
          [item.number, 0],
          [item.number, 0],
        ]),
        5
      );
      session.tree.put(session.tree.root, { type: 'ticked' });
      session.client.receive(connection, eventsFrame([[item.number, 0]]), 5);
      expect(listening.take().map(([, event]) => event)).to.deep.equal([
        { ...ofItem, type: 'pressed', event: 1, waiting: 1 },
        { ...ofItem, type: 'pressed', event: 2, waiting: 2 },
        { ...ofPage, type: 'ticked', event: 0, waiting: 3 },
        { ...ofItem, type: 'pressed', event: 3, waiting: 4 },
      ]);
      session.stop();
    });

    it('measures how long a message has waited, on the clock of the session', async () => {
      const session = joined('updated');
      host.clock.advance(1_000);
      await host.rest();
      listening.take();
      session.tree.put(session.tree.root, { type: 'ticked' });
      host.clock.advance(250);
      host.turn();
      expect(untimed()).to.deep.equal([['updated', { ...ofPage, type: 'ticked', waited: 250 }]]);
      session.stop();
    });

    it('never says that a message has waited less than no time, if the clock was set back', () => {
      const session = joined('updated');
      const instance = session.tree.root;
      const now = host.clock.now();
      const envelope = { instance, message: { type: 'ticked' }, at: now + 5_000, pageLoad: 0 };
      session.probe?.(updatedEvent(envelope, 1, performance.now(), now));
      expect(untimed()).to.deep.equal([['updated', { ...ofPage, type: 'ticked', waited: 0 }]]);
      session.stop();
    });

    it('measures how long an update takes', () => {
      const session = joined('updated');
      const { probe } = session;
      const begun = performance.now();
      while (performance.now() < begun + 20);
      probe?.(updatedEvent({ instance: session.tree.root, message: undefined, at: 0, pageLoad: 0 }, 1, begun, 0));
      const [[, event] = []] = listening.take();
      expect((event as UpdatedEvent).took).to.be.within(20, 5_000);
      session.stop();
    });

    it('tells a command', () => {
      const session = joined('sent');
      listening.take();
      session.move(5_000);
      expect(listening.take()).to.deep.equal([
        ['sent', { session: 'session', kind: 'command', bytes: connection.bytes.at(-1)?.length }],
      ]);
      session.stop();
    });

    it('publishes on a channel only if that has a listener', () => {
      for (const name of always) {
        host = new FakeHost();
        connection = new FakeConnection();
        const session = joined(name);
        const item = [...session.tree.root.children][0]?.rendered as { readonly number: number };
        session.client.receive(connection, eventsFrame([[item.number, 0]]), 7);
        host.turn();
        const told = listening.take().map(([channel]) => channel);
        expect(told, name).to.not.be.empty;
        expect(new Set(told), name).to.deep.equal(new Set([name]));
        session.stop();
      }
    });

    it('tells nothing of what is in models, messages and pages', () => {
      const session = joined(...always);
      session.tree.put(session.tree.root, { type: 'renamed', title: 'another secret title' } as PageMessage);
      host.turn();
      const told = JSON.stringify(listening.take());
      expect(told).to.contain('renamed').and.to.not.contain('secret').and.to.not.contain('title');
      session.stop();
    });
  });
});
