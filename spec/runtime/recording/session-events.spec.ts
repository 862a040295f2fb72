import { expect } from 'chai';
import {
  addToSteps,
  beginSteps,
  type SessionEvent,
  type StepOutlines,
  stepOf,
} from '../../../runtime/recording/session-events.js';
import type { TreeImage } from '../../../runtime/tree/tree-image.js';

const attached: SessionEvent = { kind: 'attached', at: 0, number: 0 };

const updated = (
  type: string,
  given: { readonly isTaken?: boolean; readonly isOfLogic?: boolean } = {}
): SessionEvent => {
  const { isTaken = true, isOfLogic = false } = given;
  const to = { component: 'list', names: [], ids: [], isOfLogic, secret: [] };
  const envelope = { number: 1, from: 'host', at: 5, pageLoad: 0, cause: undefined, isSecret: false, isResolved: true };

  return {
    kind: 'updated',
    at: 6,
    number: 1,
    isTaken,
    waited: 0,
    took: 0,
    message: { ...envelope, to, message: { type } },
  };
};

const stepped = (number: number, ...ids: readonly (string | undefined)[]): SessionEvent => ({
  ...{ kind: 'stepped', at: 7, number, shown: 1, ids },
});

const performed = (to: string): SessionEvent => ({
  ...{ kind: 'performed', at: 8, number: 0, effect: 'publish', to, message: { type: 'said' }, cause: undefined },
  place: { component: 'list', names: [], ids: ['a'], isOfLogic: false, secret: [] },
});

function outlinesOf(...events: readonly SessionEvent[]): StepOutlines['outlines'] {
  const steps = beginSteps();
  for (const event of events) addToSteps(steps, event);

  return steps.outlines;
}

describe('session events', () => {
  it('make a step of each round: messages with their ids, then its effects', () => {
    const [one, two] = outlinesOf(
      ...[attached, updated('added'), updated('removed'), stepped(1, undefined, 'id'), performed('room')],
      ...[updated('sorted'), stepped(2, undefined)]
    );
    expect(one?.messages).to.deep.equal([
      { path: [], message: { type: 'added' }, at: 5, id: undefined },
      { path: [], message: { type: 'removed' }, at: 5, id: 'id' },
    ]);
    expect(one?.effects).to.deep.equal([{ path: ['a'], kind: 'publish', to: 'room', message: { type: 'said' } }]);
    expect([two?.number, two?.messages.length, two?.effects]).to.deep.equal([2, 1, []]);
  });

  it('leave out what was not taken, and messages of other logic, whose events count instead', () => {
    const heard: SessionEvent = {
      ...{
        kind: 'heard',
        at: 6,
        number: 0,
        from: '/',
        to: '/',
        type: 'go',
        event: { type: 'go' },
        owner: [],
        isOwn: true,
      },
    };
    const [step] = outlinesOf(
      ...[attached, updated('late', { isTaken: false }), updated('go', { isOfLogic: true }), heard],
      ...[{ ...heard, isOwn: false } as SessionEvent, updated('added'), stepped(1, 'no', 'no', 'yes')]
    );
    expect(step?.messages.map(({ message, id }) => [message.type, id])).to.deep.equal([['added', 'yes']]);
    expect(step?.events).to.deep.equal([{ path: [], event: { type: 'go' } }]);
  });

  it('make no step of a round without a number', () => {
    expect(outlinesOf(attached, stepped(0), updated('added'), stepped(1))).to.have.length(1);
  });

  it('begin anew when the session is attached again', () => {
    const outlines = outlinesOf(attached, updated('added'), stepped(1), attached, updated('removed'), stepped(2));
    expect(outlines.map(({ number }) => number)).to.deep.equal([2]);
  });

  it('leave out a step whose first events are not kept', () => {
    const outlines = outlinesOf(updated('added'), stepped(8), updated('removed'), stepped(9));
    expect(outlines.map(({ number }) => number)).to.deep.equal([9]);
  });

  it('are a whole step with the states after it', () => {
    const [outline] = outlinesOf(attached, stepped(1));
    const after = { turns: 1 } as TreeImage;
    expect(outline && stepOf(outline, after)).to.deep.equal({ ...outline, after });
  });
});
