/**
 * Each event that a shared actor took moved the noted due time of the timers that it had set at its start. A failure
 * after that replaced the actor with timers that came too late.
 */

import { expect } from 'chai';
import { createMachine } from 'xstate';
import { createSharedActors } from '../../runtime/cluster/shared-actors.js';
import { FakeHost } from '../fixtures/live-session.js';

const light = createMachine({
  initial: 'red',
  states: { red: { after: { 1000: 'green' } }, green: {} },
  on: {
    pressed: { actions: () => undefined },
    broken: {
      actions: () => {
        throw new Error('broken');
      },
    },
  },
});

describe('the timers that a shared actor has set at its start', () => {
  it('run when they were due, if it fails after it has taken events', async () => {
    const host = new FakeHost();
    const { clock, report } = host;
    const defer = (run: () => void): void => host.defer(run);
    const actors = createSharedActors({ clock, report, defer, publish: () => undefined });
    const seen: unknown[] = [];
    actors.start('light', light);
    actors.watch('light', (snapshot) => void seen.push((snapshot as unknown as { value: string }).value));
    for (const type of ['pressed', 'broken']) {
      clock.advance(300);
      actors.send('light', { type });
      await host.rest();
    }
    clock.advance(399);
    expect(seen.at(-1)).to.equal('red');
    clock.advance(1);
    expect(seen.at(-1)).to.equal('green');
    await actors.close();
  });
});
