/**
 * The law of storing: a session that is stored and restored, wherever in its life and however often, shows
 * what one shows that never was, and goes on as that does. Its components are Elm style and statecharts,
 * with timers, delayed events and invoked children that are statecharts themselves.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { LiveSession } from '../../runtime/session/session.js';
import { pack, unpack } from '../../runtime/session/session-snapshot.js';
import type { ComponentInstance } from '../../runtime/tree/component-instance.js';
import { type Message, Node } from '../fixtures/family.js';
import { FakeConnection, FakeHost, joinFrame, plain, settled } from '../fixtures/live-session.js';
import { lawParameters, lawTimeout } from '../laws/parameters.js';

// A WORLD ---------------------------------------------------------------------

/** One session; the time that passes and the messages that come are the same for all worlds. */
class World {
  readonly host = new FakeHost();
  session = this.#begin(undefined);

  #begin(image: ReturnType<LiveSession['save']> | undefined): LiveSession {
    const props = { key: 0, depth: 0, title: 't' };
    const session = new LiveSession(this.host, this.host, { id: 'session', component: Node as never, props, image });
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
    const instances = [...this.session.tree.instances()];
    this.session.tree.put(instances[who % instances.length] as ComponentInstance, message as never);
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
    this.timeout(lawTimeout(120_000));
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
      lawParameters(150)
    );
  });
});
