import { expect } from 'chai';
import { assign, createActor, createMachine, fromTransition, setup } from 'xstate';
import { readReplicatedSnapshot, writeReplicatedSnapshot } from '../../../runtime/cluster/snapshot-replication.js';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { TroupeError } from '../../../runtime/platform/errors.js';

describe('snapshot replication', () => {
  const clock = createSimulatedClock();

  it('makes of a machine a snapshot of the same kind', () => {
    const light = createMachine({
      context: { changes: 0, when: undefined },
      initial: 'red',
      states: {
        red: { on: { changed: { target: 'green', actions: assign({ changes: 1 } as never) } } },
        green: { tags: ['go'], after: { 1000: 'red' } },
      },
    });
    const actor = createActor(light).start();
    actor.send({ type: 'changed' });
    const text = writeReplicatedSnapshot('light', light, actor.getSnapshot());
    actor.stop();
    const snapshot = readReplicatedSnapshot('light', light, clock, text) as ReturnType<typeof actor.getSnapshot>;
    expect(snapshot.matches('green')).to.equal(true);
    expect(snapshot.hasTag('go')).to.equal(true);
    expect(snapshot.context).to.deep.equal({ changes: 1 });
    expect(clock.pending, 'nothing runs').to.equal(0);
  });

  it('leaves out children whose logic has no name, and makes the others without starting them', () => {
    let started = 0;
    const child = fromTransition(
      (state: number) => state,
      () => ++started
    );
    const parent = setup({ actors: { named: child } }).createMachine({
      context: {},
      entry: assign(({ spawn }) => {
        spawn('named', { id: 'named' });
        spawn(child, { id: 'nameless' } as never);
        return {};
      }),
    });
    const actor = createActor(parent).start();
    const text = writeReplicatedSnapshot('parent', parent, actor.getSnapshot());
    actor.stop();
    const snapshot = readReplicatedSnapshot('parent', parent, clock, text) as ReturnType<typeof actor.getSnapshot>;
    expect(Object.keys(snapshot.children)).to.deep.equal(['named']);
    expect(started).to.equal(2);
  });

  it('names the path of what is not plain data', () => {
    const logic = fromTransition((state: { when: Date }) => state, { when: new Date(0) });
    const snapshot = createActor(logic).getSnapshot();
    expect(() => writeReplicatedSnapshot('clock', logic, snapshot)).to.throw(
      TroupeError,
      "The state of the shared actor 'clock' cannot be shown on other nodes: snapshot.context.when is an instance of Date."
    );
  });

  it('throws an error for what the logic cannot read', () => {
    const machine = createMachine({ initial: 'a', states: { a: {} } });
    expect(() => readReplicatedSnapshot('room', machine, clock, '{"status":"active","value":"b"}')).to.throw(
      TroupeError,
      "The state of the shared actor 'room' on another node cannot be read"
    );
  });
});
