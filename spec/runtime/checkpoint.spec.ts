import { expect } from 'chai';
import { type AnyActorLogic, type AnyActorRef, assign, createMachine, fromCallback, type Snapshot } from 'xstate';
import { startActor } from '../../runtime/actor.js';
import { Checkpoint, stopChildren } from '../../runtime/checkpoint.js';
import { createSimulatedClock } from '../../runtime/clock.js';

describe('checkpoint', () => {
  const log: string[] = [];
  const child = fromCallback(() => {
    log.push('+child');
    return () => log.push('-child');
  });
  /** Holds a reference to its child, which a successor must not share. */
  const logic = createMachine({
    context: ({ spawn }: { spawn: (logic: AnyActorLogic, options: object) => unknown }) => ({
      count: 0,
      child: spawn(child, { id: 'child' }),
    }),
    after: { 100: { actions: () => log.push('waited') } },
    on: {
      counted: { actions: assign({ count: ({ context }) => context.count + 1 }) },
      failed: {
        actions: () => {
          throw new Error('of an action');
        },
      },
    },
  } as never) as AnyActorLogic;

  beforeEach(() => void log.splice(0));

  it('lets an actor go on where another has failed, as often as need be', () => {
    const clock = createSimulatedClock(7_000);
    const checkpoint = new Checkpoint(logic, clock);
    let actor: AnyActorRef | undefined;
    const start = (snapshot: Snapshot<unknown> | undefined): AnyActorRef =>
      startActor(
        logic,
        { clock, ...(snapshot && { snapshot }) },
        () => checkpoint.abandon(actor as AnyActorRef),
        (started) => {
          actor = started;
          started.subscribe({ next: (state) => checkpoint.note(started, state), error: () => {} });
        }
      );
    checkpoint.resume(start);
    for (let round = 1; round <= 3; round++) {
      const before = actor as AnyActorRef;
      before.send({ type: 'counted' });
      clock.advance(30);
      before.send({ type: 'failed' });
      expect(log.splice(0)).to.deep.equal(['+child', '-child']);
      expect(clock.pending).to.equal(0);
      checkpoint.resume(start);
      const { context, children } = (actor as AnyActorRef).getSnapshot();
      expect(context.count).to.equal(round);
      expect(context.child).to.equal(children.child);
      expect(context.child.getSnapshot().status).to.equal('active');
      expect(context.child).not.to.equal(before.getSnapshot().context.child);
    }
    clock.advance(9);
    expect(log).to.deep.equal(['+child']);
    clock.advance(1);
    expect(log).to.deep.equal(['+child', 'waited']);
    (actor as AnyActorRef).stop();
  });

  it('begins anew if there is no good state', () => {
    const given: unknown[] = [];
    new Checkpoint(logic, createSimulatedClock()).resume((snapshot) => {
      given.push(snapshot);
      return startActor(logic, {}, () => {});
    });
    expect(given).to.deep.equal([undefined]);
  });

  it('stops the children of a snapshot once; snapshots of other kinds have none', () => {
    const actor = startActor(logic, {}, () => {});
    stopChildren(actor.getSnapshot());
    stopChildren(actor.getSnapshot());
    stopChildren({ status: 'active', output: undefined, error: undefined });
    stopChildren(undefined);
    expect(log).to.deep.equal(['+child', '-child']);
    actor.stop();
  });
});
