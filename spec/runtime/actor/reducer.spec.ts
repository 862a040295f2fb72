import { expect } from 'chai';
import { fromCallback, fromTransition } from 'xstate';
import { withoutStopEvent } from '../../../runtime/actor/reducer.js';
import { startActor } from '../../../runtime/actor/start-actor.js';

describe('reducer', () => {
  it('is stopped without being asked', () => {
    const errors: unknown[] = [];
    const events: string[] = [];
    const reducer = fromTransition((texts: readonly string[], { text }: { type: 'said'; text: string }) => {
      events.push(text);
      return [...texts, text.trim()];
    }, []);
    const actor = startActor(reducer, {}, (error) => errors.push(error));
    actor.send({ type: 'said', text: ' a ' });
    actor.stop();
    expect(errors).to.deep.equal([]);
    expect(events).to.deep.equal([' a ']);
    expect(actor.getSnapshot()).to.deep.include({ status: 'stopped', context: ['a'] });
    expect(withoutStopEvent(reducer)).to.equal(withoutStopEvent(reducer));
    const promise = fromCallback(() => undefined);
    expect(withoutStopEvent(promise)).to.equal(promise);
  });
});
