/**
 * A drained server stopped its shared actors with events in their mailboxes, whose senders had counted them as
 * delivered: these effects were lost. Each effect that was stored with its session at that time was reported.
 */

import { expect } from 'chai';
import { fromTransition } from 'xstate';
import { createDistributedActors } from '../../runtime/cluster/distributed-actors.js';
import { createSharedActors } from '../../runtime/cluster/shared-actors.js';
import { createSimulatedClock } from '../../runtime/platform/clock.js';
import { EffectOutbox } from '../../runtime/session/effect-outbox.js';
import type { AnyMessage } from '../../runtime/template/html.js';
import { memoryBus } from '../../runtime/testing/memory-cluster.js';
import { eventually, Node } from '../fixtures/buses.js';
import { settled } from '../fixtures/live-session.js';

const logged = (n: number): AnyMessage => ({ type: 'logged', n }) as AnyMessage;

describe('effects at a drain', () => {
  it('reach the shared actor that has confirmed them before it stops', async () => {
    const taken: number[] = [];
    const log = fromTransition((count: number, event: { readonly type: string; readonly n: number }) => {
      taken.push(event.n);
      return count + 1;
    }, 0);
    const make = memoryBus();
    const open = (name: string, isBusy: boolean) => {
      const { bus, clock, defer, report } = new Node(make, name);
      // A busy node does not come to let its actors take events.
      const take = isBusy ? () => undefined : defer;
      const local = createSharedActors({ clock, defer: take, publish: () => undefined, report });
      const actors = createDistributedActors(local, { bus, clock, defer, development: true, node: name, report });

      return { actors, bus, local };
    };
    const one = open('one', true);
    const two = open('two', false);
    one.actors.start('log', log);
    await eventually(() => one.local.look('log')?.standing === 'running', 'the first has the actor');
    two.actors.start('log', log);
    one.actors.send('log', logged(1));
    await two.actors.send('log', logged(2));
    await one.actors.close();
    expect(taken).to.deep.equal([1, 2]);
    await two.actors.close();
    await Promise.all([one.bus.close(), two.bus.close()]);
  });

  it('are not reported if they are stored with their session', async () => {
    const reports: unknown[] = [];
    const outbox = new EffectOutbox({
      clock: createSimulatedClock(),
      deliver: () => undefined,
      emptied: () => undefined,
      report: (error) => void reports.push(error),
    });
    for (const n of [1, 2, 3]) {
      const arrival = settled().then(() => Promise.reject(new Error('The server is closed.')));
      outbox.track({ kind: 'send', to: 'log', message: logged(n), id: String(n) }, arrival);
    }
    outbox.stop();
    await settled();
    await settled();
    expect(reports).to.deep.equal([]);
    expect(outbox.images).to.have.length(3);
  });
});
