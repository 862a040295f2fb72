/**
 * Both sides of the protocol against each other: the real client session and the real server session,
 * every frame through both codecs, nothing in between but bytes. Each kind of frame has its spec here.
 */

import { expect } from 'chai';
import { Instance } from '../client/instance.js';
import { Outbox } from '../client/outbox.js';
import { Session } from '../client/session.js';
import { component } from '../runtime/component/component.js';
import type { LiveSession } from '../runtime/session/session.js';
import { html } from '../runtime/template/html.js';
import { decodeClientFrame, encodeFrame } from '../runtime/wire/frame-codec.js';
import { HandlerKind, type Wire } from '../runtime/wire/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  Limit,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../runtime/wire/protocol.js';
import { replaceGlobals } from './fixtures/globals.js';
import { FakeConnection, FakeHost, plain, readServerFrame, startSession } from './fixtures/live-session.js';
import { Shadow } from './fixtures/shadow.js';

type Message = { type: 'clicked' } | { type: 'typed'; text: string };

const Page = component({
  name: 'page',
  init: () => ({ count: 0, text: '' }),
  update: (model, message: Message) =>
    message.type === 'clicked' ? { ...model, count: model.count + 1 } : { ...model, text: message.text },
  view: ({ count, text }) => html<Message>`
    <button @click=${{ type: 'clicked' }}>${count}</button>
    <input @input=${({ value }) => ({ type: 'typed', text: value })}>
    <p>${text}</p>`,
});

const button = 0;
const input = 2;

const ignore = (): void => undefined;

/** A page and its session, connected by bytes. */
class Pair {
  readonly host = new FakeHost();
  readonly server: LiveSession;
  readonly client: Session;
  readonly shadow = new Shadow();
  /** What has travelled, by direction, in order. */
  readonly up: ClientFrame[] = [];
  readonly down: ServerFrame[] = [];
  /** Events lost with a session that was gone. */
  dropped: number | undefined;
  /** Whether other scripts have torn the page apart: the next patch fails. */
  torn = false;
  connection = new FakeConnection();
  readonly #instance = new Instance({ hash: 'h' } as never, 0, new Instance({} as never));

  constructor(fresh = false) {
    this.server = startSession(Page, this.host, fresh);
    this.#instance.number = 1;
    const { clock } = this.host;
    replaceGlobals({ setTimeout: clock.setTimeout.bind(clock), clearTimeout: clock.clearTimeout.bind(clock) });
    this.client = new Session({
      connection: { send: (bytes) => this.#sent(bytes), settled: ignore, giveUp: ignore, move: ignore },
      events: { early: [], edited: new Set(), touched: () => [], begin: () => 0 },
      typing: { keep: () => undefined, letGo: () => undefined, processed: () => undefined, release: () => undefined },
      outbox: new Outbox(),
      reloadStorage: {
        ...{ token: 'token', astray: false },
        ...{ fallBack: () => false, keep: () => true, leave: ignore, settle: ignore },
      },
      view: this.#view(),
      needs: () => undefined,
      client: '',
      tell: (_, dropped) => {
        this.dropped = dropped;
      },
      setMark: ignore,
    });
  }

  /** Opens a connection and lets it carry what both sides say at once. */
  connect(): this {
    this.connection = new FakeConnection();
    this.client.opened();
    this.#deliver();

    return this;
  }

  /** The connection is lost; both sides know. */
  cut(): void {
    this.client.closed(0);
    this.server.client.leave(this.connection);
  }

  /** Something happens at a part; the session takes its turn. */
  async raise(part: number, payload?: readonly Wire[]): Promise<void> {
    const kind = payload === undefined ? HandlerKind.Message : HandlerKind.Function;
    this.client.raise({ instance: this.#instance, part, kind, name: '' }, payload);
    await Promise.resolve();
    this.host.turn();
    this.#deliver();
  }

  /** The client is given a frame that no spec can make the session send. */
  give(frame: ServerFrame): void {
    this.connection.send(encodeFrame(frame));
    this.#deliver();
  }

  /** Time passes; what is due is sent. */
  pass(milliseconds: number): void {
    this.host.clock.advance(milliseconds);
    this.#deliver();
  }

  #sent(bytes: Uint8Array): void {
    const frame = decodeClientFrame(bytes);
    this.up.push(frame);
    if (frame.kind === ClientKind.Join) this.server.join(this.connection, frame);
    else this.server.client.receive(this.connection, frame);
  }

  #deliver(): void {
    for (let bytes = this.connection.bytes.shift(); bytes; bytes = this.connection.bytes.shift()) {
      this.down.push(readServerFrame(bytes));
      this.client.received(bytes);
    }
  }

  #view() {
    const { shadow } = this;
    const view = {
      isBound: false,
      definitions: {
        get hashes() {
          return shadow.definitions.map(([hash]) => hash as string);
        },
        keep: (count: number = Limit.definitions) => void shadow.definitions.splice(count),
      },
      find: (number: Wire | undefined) => (number === 1 ? this.#instance : undefined),
      adopt: (tree: Wire) => {
        view.isBound = true;
        shadow.render(tree);
      },
      render: (tree: Wire) => {
        view.isBound = true;
        this.torn = false;
        shadow.render(tree);
      },
      patch: (changes: readonly Wire[]) => {
        if (this.torn) throw new Error('inconsistent');
        shadow.patch(changes);
      },
    };

    return view as never;
  }
}

describe('conformance', () => {
  it('ClientKind.Join is answered with ServerKind.Adopt, whose tree holds no values', () => {
    const { up, down, shadow } = new Pair().connect();
    expect(up[0]).to.include({ kind: ClientKind.Join, token: 'token', frame: 0, processed: 0, durable: 0, sent: 0 });
    expect(down).to.have.length(1).with.nested.property('[0].kind', ServerKind.Adopt);
    expect(shadow.shown)
      .to.have.property('values')
      .that.deep.equals([HandlerKind.Message, null, HandlerKind.Function, null]);
  });

  it('ClientKind.Events leads to ServerKind.Patch with the outcome, by message and by handler', async () => {
    const pair = new Pair().connect();
    await pair.raise(button);
    await pair.raise(input, ['typed']);
    expect(pair.up.slice(1)).to.deep.equal([
      { kind: ClientKind.Events, events: [{ instance: 1, part: button, payload: undefined }], frames: 1 },
      { kind: ClientKind.Events, events: [{ instance: 1, part: input, payload: ['typed'] }], frames: 1 },
    ]);
    expect(pair.down.slice(1)).to.deep.equal([
      { kind: ServerKind.Patch, changes: [1, 1, 1], processed: 1, late: 0 },
      { kind: ServerKind.Patch, changes: [1, 3, 'typed'], processed: 1, late: 0 },
    ]);
    expect(pair.shadow.shown)
      .to.have.property('values')
      .that.deep.equals([HandlerKind.Message, 1, HandlerKind.Function, 'typed']);
  });

  it('ClientKind.Acknowledge alone tells of frames when nothing else does', () => {
    const pair = new Pair().connect();
    pair.pass(Limit.acknowledgeDelay);
    expect(pair.up.at(-1)).to.deep.equal({ kind: ClientKind.Acknowledge, frames: 1, ask: 0 });
    expect(pair.connection.closed).to.equal(undefined);
  });

  it('ServerKind.Acknowledge tells of an event that changed nothing, and is a sign of life', async () => {
    const pair = new Pair().connect();
    await pair.raise(input, []);
    expect(pair.down.at(-1)).to.deep.equal({ kind: ServerKind.Acknowledge, processed: 1, late: 0 });
    pair.client.probe();
    pair.pass(0);
    expect(pair.up.at(-1)).to.include({ kind: ClientKind.Acknowledge, ask: Ask.Sign });
    expect(pair.down.at(-1)).to.deep.equal({ kind: ServerKind.Acknowledge, processed: 0, late: 0 });
  });

  it('ServerKind.Acknowledge answers a page that comes back and has missed nothing', async () => {
    const pair = new Pair().connect();
    await pair.raise(button);
    pair.cut();
    pair.connect();
    expect(pair.up.at(-1)).to.include({ kind: ClientKind.Join, frame: 2, processed: 1, sent: 1 });
    expect(pair.down.at(-1)).to.deep.equal({ kind: ServerKind.Acknowledge, processed: 0, late: 0 });
    await pair.raise(button);
    expect(pair.shadow.shown).to.have.nested.property('values[1]', 2);
  });

  it('ServerKind.Render is what a page gets that finds itself inconsistent', async () => {
    const { warn } = console;
    console.warn = () => undefined;
    try {
      const pair = new Pair().connect();
      pair.torn = true;
      await pair.raise(button);
      expect(pair.up.at(-1)).to.deep.equal({ kind: ClientKind.Acknowledge, frames: 1, ask: Ask.Render });
      expect(pair.down.at(-1)).to.include({ kind: ServerKind.Render, reason: Reason.Resumed, processed: 0 });
      expect(pair.shadow.shown).to.deep.equal(plain(pair.server.rendered));
    } finally {
      console.warn = warn;
    }
  });

  it('ServerKind.Render begins anew a page whose session is gone, and says so', () => {
    const pair = new Pair(true).connect();
    expect(pair.down[0]).to.include({ kind: ServerKind.Render, reason: Reason.Fresh, processed: 0 });
    expect(pair.dropped).to.equal(0);
    expect(pair.shadow.shown).to.deep.equal(plain(pair.server.rendered));
  });

  it('ServerKind.Command is counted among the frames and harms nothing', () => {
    const pair = new Pair().connect();
    pair.give({ kind: ServerKind.Command, name: 'unknown', operands: [1] });
    pair.cut();
    pair.client.opened();
    expect(pair.up.at(-1)).to.include({ kind: ClientKind.Join, frame: 2 });
  });
});
