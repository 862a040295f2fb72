/**
 * The law of exactly once: whatever is lost on the way, and whenever, each event of a client is applied
 * once and in order, the client is informed, and its page ends up showing what the session has rendered.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { component } from '../../../runtime/component/component.js';
import type { Value } from '../../../runtime/render/nodes.js';
import type { LiveSession } from '../../../runtime/session/session.js';
import { every } from '../../../runtime/subscription/every.js';
import { html, repeat } from '../../../runtime/template/html.js';
import type { EventData } from '../../../runtime/wire/event-data.js';
import { decodeClientFrame } from '../../../runtime/wire/frame-codec.js';
import { ClientKind } from '../../../runtime/wire/protocol.js';
import { FakeConnection, FakeHost, ModelClient, modelOf, plain, startSession } from '../../fixtures/live-session.js';
import { lawParameters, lawTimeout } from '../../laws/parameters.js';

// PAGE ------------------------------------------------------------------------

type Message = { type: 'typed'; text: string } | { type: 'ticked' };

interface Model {
  readonly log: readonly string[];
  readonly ticks: number;
}

const row = (text: string) => html<Message>`<li @click=${{ type: 'ticked' }}>${text}</li>`;

/** Notes every text it is sent; shows a window of them, so that rows come, go and are numbered. */
const Log = component({
  name: 'log',
  init: (): Model => ({ log: [], ticks: 0 }),
  update: (model, message: Message) =>
    message.type === 'typed' ? { ...model, log: [...model.log, message.text] } : { ...model, ticks: model.ticks + 1 },
  view: ({ log, ticks }) => html<Message>`
    <input @input=${(event: EventData) => ({ type: 'typed', text: event.value })}>
    <output>${log.length}</output>
    ${ticks % 3 === 2 ? html`<p title=${ticks}>${ticks} ticks</p>` : ticks % 3 === 1 ? html`<b>${ticks}</b>` : null}
    <ul>${repeat(log.slice(-4), (text) => text, row)}</ul>
    ${log.length % 2 === 0 ? html`<i>even</i>` : null}`,
  subscriptions: (_model) => [every(10, { type: 'ticked' })],
});

/** The root's instance is the first that is numbered; its first part is the handler. */
const input = (): readonly [number, number] => [1, 0];

// NETWORK ---------------------------------------------------------------------

/** A connection whose two directions are delivered frame by frame, or lost. */
class Wire extends FakeConnection {
  readonly up: Uint8Array[] = [];
  #delivered = 0;
  /** Whether the server has got its join. */
  isJoined = false;
  /** Whether the server knows that it is closed. */
  isLeft = false;
  isLost = false;

  /** The next frame to the client. */
  down(): Uint8Array | undefined {
    return this.#delivered < this.bytes.length ? this.bytes[this.#delivered++] : undefined;
  }
}

/** One client, its session, and all the connections there have been. */
class World {
  readonly host = new FakeHost();
  readonly session: LiveSession = startSession(Log, this.host);
  readonly client: ModelClient;
  readonly made: string[] = [];
  wires: Wire[] = [];

  constructor() {
    const first: Value = this.session.rendered;
    this.host.grace = 1e9;
    this.client = new ModelClient(() => first);
    this.connect();
  }

  get #wire(): Wire | undefined {
    const wire = this.wires.at(-1);

    return wire?.isLost === false ? wire : undefined;
  }

  connect(): void {
    this.cut();
    const wire = new Wire();
    this.wires.push(wire);
    this.client.open((bytes) => void wire.up.push(bytes));
  }

  /** The client loses its connection; what is on its way up may still arrive, and the server need not know. */
  cut(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    wire.isLost = true;
    // A join that comes after a later one is, for the session, another page; that is not what is tried here.
    if (!wire.isJoined) wire.up.length = 0;
    this.client.lose();
  }

  /** What is on its way up on lost connections is lost as well. */
  swallow(): void {
    for (const wire of this.wires) if (wire.isLost) wire.up.length = 0;
  }

  notice(): void {
    for (const wire of this.wires) {
      if (!wire.isLost || wire.isLeft) continue;
      wire.isLeft = true;
      wire.up.length = 0;
      this.session.client.leave(wire);
    }
  }

  type(): void {
    const text = `${this.made.length}`;
    this.made.push(text);
    this.client.raise(input, [text]);
  }

  /** The next frame to the server, of the oldest or the newest connection that has one. */
  up(newest: boolean): void {
    const wire = newest ? this.wires.findLast(({ up }) => up.length > 0) : this.wires.find(({ up }) => up.length > 0);
    if (wire === undefined) return;
    const frame = decodeClientFrame(wire.up.shift() as Uint8Array);
    if (frame.kind !== ClientKind.Join) return this.session.client.receive(wire, frame);
    wire.isJoined = true;
    this.session.join(wire, frame);
  }

  down(): void {
    const bytes = this.#wire?.down();
    if (bytes !== undefined) this.client.received(bytes);
    else if (this.#wire?.closed !== undefined) this.cut();
  }

  stall(buffered: number): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    wire.buffered = buffered;
    if (buffered === 0) this.session.client.drained(wire);
  }

  /** All is well from now on: everything arrives. */
  heal(): void {
    this.connect();
    this.notice();
    for (let round = 0; round < 500; round++) {
      this.up(true);
      this.host.turn();
      this.down();
      this.client.acknowledge();
    }
  }
}

const steps: { readonly [name: string]: (world: World) => void } = {
  type: (world) => world.type(),
  'up, oldest': (world) => world.up(false),
  'up, newest': (world) => world.up(true),
  down: (world) => world.down(),
  turn: (world) => world.host.turn(),
  tick: (world) => world.host.clock.advance(10),
  acknowledge: (world) => world.client.acknowledge(),
  break: (world) => world.client.break(),
  cut: (world) => world.cut(),
  connect: (world) => world.connect(),
  swallow: (world) => world.swallow(),
  notice: (world) => world.notice(),
  stall: (world) => world.stall(20_000),
  drain: (world) => world.stall(0),
};

const weights: { readonly [name: string]: number } = {
  type: 8,
  'up, newest': 12,
  'up, oldest': 6,
  down: 12,
  turn: 10,
  tick: 4,
};

const script = fc.array(
  fc.oneof(...Object.keys(steps).map((name) => ({ weight: weights[name] ?? 2, arbitrary: fc.constant(name) }))),
  { maxLength: 120, size: 'max' }
);

// LAW -------------------------------------------------------------------------

describe('the law of exactly once', () => {
  it('holds wherever a connection is cut', function () {
    this.timeout(lawTimeout(600_000));
    const parameters = lawParameters(1_500);
    let resumed = 0;
    fc.assert(
      fc.property(script, (names) => {
        const world = new World();
        for (const name of names) (steps[name] as (world: World) => void)(world);
        world.heal();
        resumed += world.wires.length - 1;

        expect(world.host.reports).to.deep.equal([]);
        expect(modelOf<Model>(world.session).log).to.deep.equal(world.made);
        expect(world.client.processed).to.equal(world.made.length);
        expect(world.client.waiting).to.equal(0);
        expect(world.client.lost).to.equal(0);
        expect(world.client.shadow.shown).to.deep.equal(plain(world.session.rendered));
      }),
      parameters
    );
    expect(resumed).to.be.greaterThan(parameters.numRuns / 2 - 1);
  });
});
