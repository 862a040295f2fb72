import { expect } from 'chai';
import { type AnyActorLogic, fromCallback, fromTransition } from 'xstate';
import { startActor } from '../../../runtime/actor/start-actor.js';

describe('start actor', () => {
  const counting = fromTransition((count: number, { type }: { type: string }) => {
    if (type === 'failed') throw new Error('of the actor');

    return count + 1;
  }, 0);

  it('is started with its options: it runs, under its id, in the system of its parent', () => {
    const parent = startActor(counting, { id: 'parent' }, fail);
    const child = startActor(counting, { parent, id: 'child' }, fail);
    child.send({ type: 'counted' });
    expect(child.getSnapshot()).to.include({ status: 'active', context: 1 });
    expect(child.id).to.equal('child');
    expect(child.system).to.equal(parent.system);
  });

  it('that fails reports it once, and does not end the process', async () => {
    const errors: unknown[] = [];
    const actor = startActor(counting, {}, (error) => errors.push(error));
    actor.send({ type: 'failed' });
    actor.send({ type: 'counted' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors.map((error) => (error as Error).message)).to.deep.equal(['of the actor']);
  });

  it('that fails at its start tells so', () => {
    const errors: unknown[] = [];
    const failing = fromCallback(() => {
      throw new Error('at the start');
    });
    startActor(failing as AnyActorLogic, {}, (error) => errors.push(error));
    expect(errors.map((error) => (error as Error).message)).to.deep.equal(['at the start']);
  });

  it('can be prepared before it starts, so that nothing of its start is missed', () => {
    const seen: unknown[] = [];
    startActor(counting, {}, fail, (actor) => {
      actor.subscribe({ next: ({ context }) => seen.push(context), error: fail });
    });
    expect(seen).to.deep.equal([0]);
  });

  it('keeps nothing of the options it was started with', () => {
    const snapshot = { ...startActor(counting, {}, fail).getSnapshot(), context: 7 };
    const actor = startActor(counting, { snapshot, input: { large: true } as never }, fail);
    expect(actor.getSnapshot().context).to.equal(7);
    expect((actor as { options?: unknown }).options).to.deep.equal({});
  });
});

function fail(error: unknown): never {
  throw error;
}
