import { expect } from 'chai';
import {
  type AnyActorLogic,
  type AnyActorRef,
  assign,
  createActor,
  createMachine,
  fromCallback,
  raise,
  type Snapshot,
} from 'xstate';
import { Checkpoint, type LogicImage, stopChildren } from '../../../runtime/actor/checkpoint.js';
import { startActor } from '../../../runtime/actor/start-actor.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { checkStorable } from '../../../runtime/platform/plain-data.js';
import { FakeClock } from '../../fixtures/fake-clock.js';

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
    const clock = new FakeClock(7_000);
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
    new Checkpoint(logic, new FakeClock()).resume((snapshot) => {
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

  describe('storing', () => {
    /** A child that goes on by itself, without its parent being told. */
    const blinking = createMachine({
      initial: 'off',
      states: { off: { after: { 40: 'on' } }, on: { after: { 60: 'off' } } },
    });
    const parent = createMachine({
      context: { count: 0 },
      invoke: { src: 'blinking', id: 'blinking' },
      after: { 500: { actions: () => log.push('waited') } },
      on: {
        counted: { actions: assign({ count: ({ context }: { context: { count: number } }) => context.count + 1 }) },
        fast: { actions: raise({ type: 'second' }, { delay: 30, id: 'second' }) },
        slow: { actions: raise({ type: 'first' }, { delay: 20, id: 'first' }) },
        first: { actions: () => log.push('first') },
        second: { actions: () => log.push('second') },
        failed: {
          actions: () => {
            throw new Error('of an action');
          },
        },
      },
    } as never).provide({ actors: { blinking } as never }) as AnyActorLogic;

    let clock: FakeClock;

    beforeEach(() => {
      clock = new FakeClock(7_000);
    });

    function start(image?: LogicImage): { actor: AnyActorRef; checkpoint: Checkpoint } {
      const checkpoint = new Checkpoint(parent, clock);
      const from = image === undefined ? {} : { snapshot: structuredClone(image.snapshot) };
      const actor = createActor(parent, { clock, ...from } as never) as AnyActorRef;
      actor.subscribe({
        next: (state) => checkpoint.note(actor, state),
        error: () => checkpoint.abandon(actor),
      });
      checkpoint.note(actor, actor.getSnapshot());
      actor.start();
      if (image === undefined) checkpoint.note(actor, actor.getSnapshot());
      else checkpoint.restore(actor, image.timers);

      return { actor, checkpoint };
    }

    const blinks = (actor: AnyActorRef): unknown => actor.getSnapshot().children.blinking.getSnapshot().value;
    const dues = ({ timers }: LogicImage): [string, number][] =>
      timers.map(({ to, due }) => [String(to), (typeof due === 'number' ? due : due[0]) - 7_000]);

    it('gives the state and when all timers are due, those of children too', () => {
      const { actor, checkpoint } = start();
      actor.send({ type: 'counted' });
      clock.advance(70);
      expect(blinks(actor), 'its parent was told nothing').to.equal('on');
      const image = checkpoint.save(actor);
      expect(image.snapshot).to.deep.include({ context: { count: 1 } });
      expect(dues(image)).to.have.deep.members([
        ['', 500],
        ['blinking', 100],
      ]);
      expect(() => checkStorable(image, 'It')).to.not.throw();
      actor.stop();
    });

    it('lets another actor go on, with timers that fire when they were due', () => {
      const first = start();
      clock.advance(70);
      const image = structuredClone(first.checkpoint.save(first.actor));
      first.actor.stop();
      expect(clock.pending).to.equal(0);
      clock.advance(20);
      const { actor, checkpoint } = start(image);
      expect(dues(checkpoint.save(actor)), 'the same again').to.have.deep.members(dues(image));
      clock.advance(9);
      expect(blinks(actor)).to.equal('on');
      clock.advance(1);
      expect(blinks(actor)).to.equal('off');
      clock.advance(399);
      expect(log).to.deep.equal([]);
      clock.advance(1);
      expect(log).to.deep.equal(['waited']);
      actor.stop();
    });

    it('fires what is overdue once, at once and in the order in which it was due', () => {
      const first = start();
      first.actor.send({ type: 'fast' });
      first.actor.send({ type: 'slow' });
      const image = structuredClone(first.checkpoint.save(first.actor));
      first.actor.stop();
      clock.advance(10_000);
      const { actor } = start(image);
      clock.advance(0);
      expect(log).to.deep.equal(['first', 'second', 'waited']);
      actor.stop();
    });

    it('gives the last good state of an actor that has failed, with its timers and its children alive', () => {
      const { actor, checkpoint } = start();
      actor.send({ type: 'counted' });
      clock.advance(10);
      actor.send({ type: 'failed' });
      expect(actor.getSnapshot().status).to.equal('error');
      const image = checkpoint.save(actor);
      expect(dues(image)).to.have.deep.members([
        ['', 500],
        ['blinking', 40],
      ]);
      const again = start(structuredClone(image));
      expect(again.actor.getSnapshot()).to.deep.include({ status: 'active', context: { count: 1 } });
      clock.advance(30);
      expect(blinks(again.actor)).to.equal('on');
      let successor: AnyActorRef | undefined;
      checkpoint.resume((snapshot) => {
        successor = createActor(parent, { clock, snapshot } as never) as AnyActorRef;
        successor.start();
        return successor;
      });
      clock.advance(0);
      expect(blinks(successor as AnyActorRef), 'and it can still be replaced').to.equal('on');
      for (const one of [again.actor, successor]) one?.stop();
    });

    it('refuses children of logic that has no name', () => {
      const nameless = createMachine({
        context: ({ spawn }: { spawn: (logic: AnyActorLogic) => unknown }) => ({ child: spawn(blinking) }),
      } as never) as AnyActorLogic;
      const checkpoint = new Checkpoint(nameless, clock);
      const actor = startActor(nameless, { clock }, () => {});
      checkpoint.note(actor, actor.getSnapshot());
      expect(() => checkpoint.save(actor)).to.throw(
        TroupeError,
        /its logic has no name to find it by\. Name it in setup/
      );
      actor.stop();
    });
  });
});
