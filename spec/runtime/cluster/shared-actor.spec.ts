import { expect } from 'chai';
import { fromTransition } from 'xstate';
import { OrderedClock } from '../../../runtime/actor/ordered-clock.js';
import { SharedActor, undelivered } from '../../../runtime/cluster/shared-actor.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import type { TroupeError } from '../../../runtime/platform/errors.js';

const counter = fromTransition((count: number, event: { type: string }) => {
  if (event.type === 'failed') throw new Error('refused');
  return count + 1;
}, 0);

describe('shared-actor', () => {
  let reports: TroupeError[];
  let ready: SharedActor[];
  let actor: SharedActor;
  let clock: ReturnType<typeof createSimulatedClock>;

  beforeEach(() => {
    reports = [];
    ready = [];
    clock = createSimulatedClock();
    actor = new SharedActor('room', {
      clock: new OrderedClock(clock),
      report: (_code, error) => {
        reports.push(error as TroupeError);
        return '';
      },
      publish: () => undefined,
      ready: (waiting) => void ready.push(waiting),
    });
  });

  it('tells its table that it has events, and takes at most as many as it is given', () => {
    actor.start({ logic: counter, input: undefined });
    for (let count = 0; count < 3; count++) actor.receive({ type: 'counted' });
    expect(ready).to.deep.equal([actor, actor, actor]);
    expect([actor.take(2), actor.isReady, actor.view.mailbox]).to.deep.equal([2, true, 1]);
    expect([actor.take(2), actor.isReady, actor.view.mailbox]).to.deep.equal([1, false, 0]);
  });

  it('keeps its mailbox and its state while a replacement is due', () => {
    const shown: unknown[] = [];
    actor.watchers.subscribe((snapshot) => void shown.push((snapshot as { context?: unknown }).context));
    actor.start({ logic: counter, input: undefined });
    actor.receive({ type: 'failed' });
    actor.receive({ type: 'counted' });
    expect(actor.take(2)).to.equal(1);
    expect([actor.standing, actor.view.mailbox, actor.view.failures]).to.deep.equal(['waiting', 1, 1]);
    clock.advance(100);
    expect([actor.standing, actor.take(2)]).to.deep.equal(['running', 1]);
    expect(shown.at(-1)).to.equal(1);
  });

  it('reports an event that it cannot take, with the reason', () => {
    actor.receive({ type: 'counted' });
    expect(reports.map(({ message }) => message)).to.deep.equal([
      undelivered('room', 'absent', { type: 'counted' }).message,
    ]);
  });
});
