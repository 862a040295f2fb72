/** What a real server publishes on Node's channels: in use, in passivation, activation, failures and attacks. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { component } from '../../../runtime/component/component.js';
import type {
  ActivatedEvent,
  Diagnostics,
  DiffedEvent,
  FailedEvent,
  HostileEvent,
  PassivatedEvent,
  QueuedEvent,
  ReceivedEvent,
  ResumedEvent,
  SentEvent,
  UpdatedEvent,
  ViewedEvent,
} from '../../../runtime/platform/diagnostics.js';
import { channels, prefix } from '../../../runtime/platform/diagnostics-node.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { createServer, type Server } from '../../../runtime/server/server.js';
import { html } from '../../../runtime/template/html.js';
import { decode } from '../../../runtime/wire/decode.js';
import { ClientKind, CloseCode, ServerKind, version } from '../../../runtime/wire/protocol.js';
import { pack } from '../../fixtures/frames.js';

// COMPONENTS ------------------------------------------------------------------

/** What must not come out: what is typed, and what is in the models. */
const typed = 'Xyzzy typed into a field';
const kept = 'Xyzzy kept in a model';

type Message = { type: 'noted'; text: string } | { type: 'pressed' } | { type: 'broken' };

const Note = component({
  name: 'note',
  init: ({ key }: { readonly key: string }) => ({ key, text: kept }),
  update: (model, message: Message) => (message.type === 'noted' ? { ...model, text: message.text } : model),
  view: ({ text }) =>
    html<Message>`<input @input=${({ value }) => ({ type: 'noted', text: value })}><output>${text}</output>`,
});

const Page = component({
  name: 'page',
  init: () => ({ count: 0, secret: kept }),
  update: (model, { type }: Message) => {
    if (type === 'broken') throw new Error(`broken over ${model.secret}`);
    return { ...model, count: model.count + 1 };
  },
  view: ({ count, secret }) => html<Message>`
    <button @click=${{ type: 'pressed' }}>${count} ${secret}</button>
    <button @click=${{ type: 'broken' }}></button>${Note({ key: 'one' })}`,
});

/** The numbers by which a client knows the instances of page and note, and the part of the second button. */
const note = 2;
const broken = 3;

// LISTENING -------------------------------------------------------------------

type Told = { readonly [Name in keyof Diagnostics]: Diagnostics[Name][] };

const names = Object.keys(channels) as readonly (keyof Diagnostics)[];

/** Everything that is published in this process. */
class Listener {
  readonly told = Object.fromEntries(names.map((name) => [name, []])) as unknown as Told;
  readonly #stops: (() => void)[] = [];

  constructor() {
    for (const name of names) {
      const listen = (event: unknown): void => void this.told[name].push(event as never);
      subscribe(`${prefix}${name}`, listen);
      this.#stops.push(() => unsubscribe(`${prefix}${name}`, listen));
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Waits until something has been told. */
  async until<Name extends keyof Diagnostics>(
    name: Name,
    holds: (event: Diagnostics[Name]) => boolean = () => true
  ): Promise<Diagnostics[Name]> {
    for (let round = 0; round < 1_000; round++) {
      const found = (this.told[name] as readonly Diagnostics[Name][]).find(holds);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`nothing of the kind was told as ${name}: ${JSON.stringify(this.told[name])}`);
  }
}

// SHAPES ----------------------------------------------------------------------

/** What a value has to be. */
type Kind = (value: unknown) => boolean;

const text: Kind = (value) => typeof value === 'string';
const named: Kind = (value) => typeof value === 'string' && value !== '';
const texts: Kind = (value) => Array.isArray(value) && value.every(text);
const count: Kind = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const duration: Kind = (value) => typeof value === 'number' && value >= 0 && value < 60_000;
const maybe =
  (kind: Kind): Kind =>
  (value) =>
    value === undefined || kind(value);
const among =
  (...values: readonly unknown[]): Kind =>
  (value) =>
    values.includes(value);

/** A kind for each field of an event, no more and no fewer: the compiler holds it to the types. */
type Shape<Event> = { readonly [Field in keyof Required<Event>]: Kind };

const ofComponent = { session: named, component: named, path: texts } as const;

const shapes: { readonly [Name in keyof Diagnostics]: Shape<Diagnostics[Name]> } = {
  received: {
    ...{ session: named, kind: among('join', 'events', 'acknowledge'), bytes: count, events: count },
  } satisfies Shape<ReceivedEvent>,
  queued: { ...ofComponent, type: text, event: count, waiting: count } satisfies Shape<QueuedEvent>,
  updated: { ...ofComponent, type: text, waited: duration, took: duration } satisfies Shape<UpdatedEvent>,
  viewed: { ...ofComponent, took: duration } satisfies Shape<ViewedEvent>,
  diffed: { session: named, changes: count, took: duration } satisfies Shape<DiffedEvent>,
  sent: {
    ...{ session: named, kind: among('adopt', 'render', 'patch', 'command', 'acknowledge'), bytes: count },
  } satisfies Shape<SentEvent>,
  passivated: { session: named, took: duration } satisfies Shape<PassivatedEvent>,
  activated: { session: named, from: named, took: duration } satisfies Shape<ActivatedEvent>,
  resumed: {
    ...{ session: named, reason: among('resumed', 'restored', 'forked', 'fresh') },
  } satisfies Shape<ResumedEvent>,
  failed: {
    ...{ session: maybe(named), component: maybe(named), id: named, code: among(...Object.values(ErrorCode)) },
  } satisfies Shape<FailedEvent>,
  hostile: {
    ...{ session: maybe(named), code: among(...Object.values(CloseCode)), reason: named },
  } satisfies Shape<HostileEvent>,
};

/** Expects an event to have the fields of its type, all of them and no other, each of its kind. */
function expectShape(name: keyof Diagnostics, event: object): void {
  const shape: Readonly<Record<string, Kind>> = shapes[name];
  expect(Object.keys(event), name).to.have.members(Object.keys(shape));
  for (const [field, value] of Object.entries(event)) {
    expect(shape[field]?.(value), `${name}.${field} is ${JSON.stringify(value)}`).to.equal(true);
  }
}

// CLIENT ----------------------------------------------------------------------

interface Loaded {
  readonly cookie: string;
  readonly socket: string;
  readonly token: string;
}

async function load(url: string): Promise<Loaded> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  const body = await response.text();
  const attribute = (name: string): string =>
    new RegExp(`${name}="([^"]*)"`).exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');

  return { cookie, socket: attribute('data-troupe-socket'), token: attribute('data-troupe-token') };
}

/** A client without a DOM. */
class Client {
  readonly frames: (readonly unknown[])[] = [];
  readonly bytes: number[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<number>;

  constructor(url: string, { cookie, socket }: Loaded) {
    const { host, origin } = new URL(url);
    this.#socket = new WebSocket(`ws://${host}${socket}`, { headers: { cookie, origin } });
    this.#socket.on('message', (bytes: Buffer) => {
      this.frames.push(decode(bytes) as readonly unknown[]);
      this.bytes.push(bytes.length);
    });
    this.closed = new Promise((resolve) => this.#socket.on('close', resolve));
  }

  async open(): Promise<void> {
    await once(this.#socket, 'open');
  }

  say(...fields: readonly unknown[]): number {
    const bytes = pack(fields);
    this.#socket.send(bytes);

    return bytes.length;
  }

  attack(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  join(token: string, frame = 0, processed = 0): number {
    return this.say(
      ClientKind.Join,
      version,
      '',
      token,
      frame,
      processed,
      processed,
      [],
      [['document', processed + 1, 0]]
    );
  }

  /** Waits for a frame of a kind. */
  async until(kind: ServerKind): Promise<readonly unknown[]> {
    for (let round = 0; round < 1_000; round++) {
      const found = this.frames.find((frame) => frame[0] === kind);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`no frame of the kind ${kind} came: ${JSON.stringify(this.frames)}`);
  }

  async leave(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

// SPEC ------------------------------------------------------------------------

describe('diagnostics channels', () => {
  let listener: Listener;
  let server: Server;
  let url: string;
  const clients: Client[] = [];

  beforeEach(async () => {
    listener = new Listener();
    await listen({});
  });

  afterEach(async () => {
    listener.stop();
    for (const client of clients.splice(0)) await client.leave();
    await server.close();
  });

  /** A server that stores a session, in memory, soon after its client has gone. */
  async function listen({ grace = 50 }: { readonly grace?: number }): Promise<void> {
    server = createServer({
      ...{ clientScript: 'void 0;', grace, onError: () => undefined, routes: { '/': Page } },
      secret: 'a secret of some length',
    });
    const listening = await server.listen(0, '127.0.0.1');
    ({ url } = listening);
  }

  /** A client that has joined the session of a page. */
  async function joined(page: Loaded, frame = 0, processed = 0): Promise<Client> {
    const client = new Client(url, page);
    clients.push(client);
    await client.open();
    client.join(page.token, frame, processed);
    await client.until(frame === 0 ? ServerKind.Adopt : ServerKind.Render);

    return client;
  }

  it('are eleven, with the names of the types', () => {
    expect(prefix).to.equal('troupe:');
    expect(names).to.have.members(Object.keys(shapes));
    for (const name of names) expect(channels[name].hasSubscribers, name).to.equal(true);
  });

  it('have no subscribers once the last has left', () => {
    listener.stop();
    for (const name of names) expect(channels[name].hasSubscribers, name).to.equal(false);
  });

  it('publish the events of a click, from frame to frame', async () => {
    const page = await load(url);
    const client = await joined(page);
    const bytes = client.say(ClientKind.Events, [[1, 0]], 1);
    await client.until(ServerKind.Patch);
    const { session } = await listener.until('updated');
    const { told } = listener;
    const ofPage = { session, component: 'page', path: [] };
    expect(told.received.map(({ kind, events }) => [kind, events])).to.deep.equal([
      ['join', 0],
      ['events', 1],
    ]);
    expect(told.received[1]).to.deep.equal({ session, kind: 'events', bytes, events: 1 });
    expect(told.queued).to.deep.equal([{ ...ofPage, type: 'pressed', event: 1, waiting: 1 }]);
    expect(told.updated).to.have.lengthOf(1);
    expect(told.updated[0]).to.deep.include({ ...ofPage, type: 'pressed' });
    expect(told.viewed[0]).to.deep.include(ofPage);
    expect(told.diffed.at(-1)).to.include({ session, changes: 1 });
    expect(told.sent).to.deep.equal([
      { session, kind: 'adopt', bytes: client.bytes[0] },
      { session, kind: 'patch', bytes: client.bytes[1] },
    ]);
  });

  it('publish the passivation, the activation and the restore of a session', async () => {
    const page = await load(url);
    const client = await joined(page);
    client.say(ClientKind.Events, [[1, 0]], 1);
    await client.until(ServerKind.Patch);
    await client.leave();
    const { session } = await listener.until('passivated');
    expect(server.counts.sessions).to.deep.equal({ attached: 0, detached: 0, dormant: 0 });
    expect(listener.told.activated).to.deep.equal([]);
    const again = await joined(page, 2, 1);
    const activated = await listener.until('activated');
    expect(activated.session).to.equal(session);
    expect(await listener.until('resumed')).to.deep.equal({ session, reason: 'restored' });
    expect((await again.until(ServerKind.Render)).flat(9)).to.include(1);
    for (const name of ['passivated', 'activated', 'resumed'] as const) expect(listener.told[name]).to.have.lengthOf(1);
  });

  it('publish the resume of a client whose session stayed in memory', async () => {
    await server.close();
    await listen({ grace: 60_000 });
    const page = await load(url);
    const client = await joined(page);
    client.say(ClientKind.Events, [[1, 0]], 1);
    await client.until(ServerKind.Patch);
    await client.leave();
    const again = new Client(url, page);
    clients.push(again);
    await again.open();
    again.join(page.token, 2, 1);
    const { session } = await listener.until('resumed');
    expect(listener.told.resumed).to.deep.equal([{ session, reason: 'resumed' }]);
    expect([listener.told.passivated, listener.told.activated]).to.deep.equal([[], []]);
  });

  it('publish a failure with session, component, id and code of its report', async () => {
    const page = await load(url);
    const client = await joined(page);
    client.say(ClientKind.Events, [[1, broken]], 1);
    const failed = await listener.until('failed');
    const { session } = await listener.until('updated');
    expect(failed).to.deep.equal({ session, component: 'page', id: failed.id, code: ErrorCode.Update });
  });

  it('publish a frame that breaks the protocol, before and after the join', async () => {
    const page = await load(url);
    const stranger = new Client(url, page);
    clients.push(stranger);
    await stranger.open();
    stranger.attack(Uint8Array.of(0xc1, 0xff));
    expect(await stranger.closed).to.equal(CloseCode.Malformed);
    expect(await listener.until('hostile')).to.include({ session: undefined, code: CloseCode.Malformed });
    const client = await joined(page);
    const { session } = await listener.until('received');
    client.attack(pack([ClientKind.Events, [[1, 0, [typed]]]]).slice(0, -3));
    expect(await client.closed).to.equal(CloseCode.Malformed);
    expect(await listener.until('hostile', (event) => event.session === session)).to.include({
      code: CloseCode.Malformed,
    });
    expect(listener.told.hostile).to.have.lengthOf(2);
  });

  it('publish no hostile event for a client that leaves or is refused', async () => {
    const page = await load(url);
    const client = await joined(page);
    await client.leave();
    const refused = new Client(url, page);
    clients.push(refused);
    await refused.open();
    refused.join('no token');
    expect(await refused.closed).to.equal(CloseCode.Refused);
    expect(listener.told.hostile).to.deep.equal([]);
  });

  it('publish events of exactly the shape of their types, without typed text and without models', async () => {
    const page = await load(url);
    const client = await joined(page);
    client.say(ClientKind.Events, [[1, 0]], 1);
    await client.until(ServerKind.Patch);
    client.say(ClientKind.Events, [[note, 0, [typed]]], 1);
    await listener.until('updated', ({ type }) => type === 'noted');
    client.say(ClientKind.Events, [[1, broken]], 1);
    await listener.until('failed');
    client.say(ClientKind.Acknowledge, 1);
    await listener.until('received', ({ kind }) => kind === 'acknowledge');
    client.attack(pack([ClientKind.Events, [[note, 0, [5, typed]]]]));
    await client.closed;
    await listener.until('passivated');
    await joined(page, 99, 4);
    await listener.until('resumed');
    void server.drain();
    await listener.until('sent', ({ kind }) => kind === 'command');
    for (const name of names) {
      expect(listener.told[name], name).to.not.be.empty;
      for (const event of listener.told[name]) expectShape(name, event);
    }
    expect(JSON.stringify(listener.told)).to.not.contain('Xyzzy');
  });
});
