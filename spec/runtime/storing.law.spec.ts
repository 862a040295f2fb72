/**
 * The law of storing: a session that is stored and restored, wherever in its life and however often, shows
 * what one shows that never was, and goes on as that does. Its components are Elm style and statecharts,
 * with timers, delayed events and invoked children that are statecharts themselves.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { assign, createMachine, sendParent, sendTo } from 'xstate';
import type { Cell } from '../../runtime/cell.js';
import { component } from '../../runtime/component.js';
import type { Enqueue } from '../../runtime/effect.js';
import { html, type Placement, repeat } from '../../runtime/html.js';
import { LiveSession } from '../../runtime/session.js';
import { pack, unpack } from '../../runtime/snapshot.js';
import { task } from '../../runtime/task.js';
import { every } from '../../runtime/timer.js';
import { FakeConnection, FakeHost, joinFrame, plain, settled } from '../fixtures/live-session.js';

// COMPONENTS ------------------------------------------------------------------

type Message =
  | { type: 'clicked' }
  | { type: 'kidAdded'; key: number; isLamp: boolean }
  | { type: 'kidRemoved'; at: number }
  | { type: 'kidsReversed' }
  | { type: 'ticked' }
  | { type: 'loaded' }
  | { type: 'raised' }
  | { type: 'blinked' };

interface Model {
  readonly depth: number;
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly kids: readonly (readonly [key: number, isLamp: boolean])[];
}

interface Props {
  readonly key: number;
  readonly depth: number;
  readonly title: string;
}

function update(model: Model, message: Message, enqueue: Enqueue<Message, Message>): Model {
  const { type } = message;
  const counts = { ...model.counts, [type]: (model.counts[type] ?? 0) + 1 };
  switch (type) {
    case 'clicked':
      if ((counts.clicked ?? 0) % 2 === 0) enqueue.raise({ type: 'raised' });
      enqueue.parent({ type: 'raised' });
      return { ...model, counts };
    case 'kidAdded':
      if (model.depth >= 2 || model.kids.some(([key]) => key === message.key)) return model;
      return { ...model, kids: [...model.kids, [message.key, message.isLamp]] };
    case 'kidRemoved':
      return { ...model, kids: model.kids.toSpliced(message.at % (model.kids.length + 1), 1) };
    case 'kidsReversed':
      return { ...model, kids: model.kids.toReversed() };
    default:
      return { ...model, counts };
  }
}

const Node: (props: Props) => Placement<Message> = component({
  name: 'node',
  init: ({ depth, title }: Props): Model => ({ depth, title, counts: {}, kids: [] }),
  update,
  received: (model, { title }) => ({ ...model, title }),
  view: ({ depth, title, counts, kids }) =>
    html<Message>`<h2>${title} ${JSON.stringify(counts)}</h2><ul>${repeat(
      kids,
      ([key]) => key,
      ([key, isLamp]) =>
        html<Message>`<li>${isLamp ? Lamp({ key }) : Node({ key, depth: depth + 1, title: `${title}${kids.length}` })}</li>`
    )}</ul>`,
  subscriptions: ({ counts, kids }) => [
    (counts.clicked ?? 0) % 3 === 1 && every(70, { type: 'ticked' }),
    kids.length > 1 && every(110, { type: 'ticked' }),
    counts.loaded === undefined && (counts.clicked ?? 0) > 1 && task('load', async () => ({ type: 'loaded' })),
  ],
}) as never;

/** Goes round by itself, and tells its parent each time. */
const bulb = createMachine({
  initial: 'off',
  context: { rounds: 0 },
  states: {
    off: { after: { 30: 'on' } },
    on: {
      entry: assign({ rounds: ({ context }) => context.rounds + 1 }),
      after: { 50: { target: 'off', actions: sendParent({ type: 'blinked' }) } },
    },
  },
});

/** Waits, lights up and then runs a bulb; what is clicked comes to it late. */
const lamp = createMachine({
  initial: 'waiting',
  context: { blinks: 0, clicks: 0 },
  on: {
    clicked: { actions: sendTo(({ self }) => self, { type: 'late' }, { delay: 45 }) },
    late: { actions: assign({ clicks: ({ context }) => context.clicks + 1 }) },
  },
  states: {
    waiting: { after: { 60: 'lit' } },
    lit: {
      invoke: { src: 'bulb', id: 'bulb' },
      on: { blinked: { actions: assign({ blinks: ({ context }) => context.blinks + 1 }) } },
      after: { 400: 'waiting' },
    },
  },
} as never).provide({ actors: { bulb } as never });

const Lamp = component({
  name: 'lamp',
  logic: lamp,
  view: ({ value, context, children }) => {
    const below = (children as Record<string, { getSnapshot(): { value: unknown; context: object } } | undefined>).bulb;
    const bulb = below?.getSnapshot();
    // What the bulb does by itself changes nothing that is shown.
    return html<never>`<p>${String(value)} ${JSON.stringify(context)} ${bulb === undefined ? 'none' : 'bulb'}</p>`;
  },
}) as unknown as (props: { readonly key: number }) => Placement<Message>;

// A WORLD ---------------------------------------------------------------------

/** One session; the time that passes and the messages that come are the same for all worlds. */
class World {
  readonly host = new FakeHost();
  session = this.#begin(undefined);

  #begin(image: ReturnType<LiveSession['save']> | undefined): LiveSession {
    const props = { key: 0, depth: 0, title: 't' };
    const session = new LiveSession(this.host, { id: 'session', component: Node as never, props, image });
    session.prepare();
    session.join(new FakeConnection(), joinFrame());

    return session;
  }

  /** Stored and restored, at once: time stands still meanwhile. */
  store(): void {
    const image = unpack(pack(this.session.save()));
    this.session.stop();
    expect(this.host.clock.pending, 'nothing of it is left').to.equal(0);
    this.session = this.#begin(image);
  }

  tell(who: number, message: Message): void {
    const cells = [...this.session.tree.cells()];
    this.session.tree.put(cells[who % cells.length] as Cell, message as never);
  }

  async rest(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      await settled();
      if (this.host.waiting === 0) return;
      this.host.turn();
    }
  }

  async pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 5) {
      this.host.clock.advance(5);
      await this.rest();
    }
  }

  get shown(): unknown {
    return plain(this.session.rendered);
  }
}

// CASES -----------------------------------------------------------------------

type Step =
  | { readonly who: number; readonly message: Message }
  | { readonly pass: number }
  | { readonly store: 'restless' | 'at rest' };

const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Message>({ type: 'clicked' }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('kidAdded' as const), key: fc.nat(5), isLamp: fc.boolean() }) },
  fc.record({ type: fc.constant('kidRemoved' as const), at: fc.nat(5) }),
  fc.constant<Message>({ type: 'kidsReversed' })
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ who: fc.nat(50), message }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.nat(24).map((fives) => fives * 5) }) },
  { weight: 2, arbitrary: fc.record({ store: fc.constantFrom('restless' as const, 'at rest' as const) }) }
);

async function take(world: World, taken: Step, stores: boolean): Promise<void> {
  if ('message' in taken) world.tell(taken.who, taken.message);
  else if ('pass' in taken) await world.pass(taken.pass);
  else {
    if (taken.store === 'at rest') await world.rest();
    if (stores) world.store();
  }
}

describe('the law of storing', () => {
  it('holds for every tree of components, at any point', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const [stored, unstored] = [new World(), new World()];
        for (const taken of steps) {
          await take(stored, taken, true);
          await take(unstored, taken, false);
          // What waits is taken as soon as it is restored.
          if ('message' in taken && taken.who % 2 === 0) continue;
          await Promise.all([stored.rest(), unstored.rest()]);
          expect(stored.shown).to.deep.equal(unstored.shown);
        }
        for (let passed = 0; passed < 600; passed += 20) {
          await stored.pass(20);
          await unstored.pass(20);
          expect(stored.shown, `after ${passed + 20}`).to.deep.equal(unstored.shown);
        }
        expect([stored.host.codes, unstored.host.codes]).to.deep.equal([[], []]);
        for (const { session, host } of [stored, unstored]) {
          session.stop();
          expect(host.clock.pending).to.equal(0);
        }
      }),
      { numRuns: Number(process.env['LAW_CASES'] ?? 150) }
    );
  });
});
