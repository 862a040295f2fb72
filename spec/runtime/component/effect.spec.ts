import { expect } from 'chai';
import { EffectQueue, Received } from '../../../runtime/component/effect.js';

type Message = { readonly type: 'raised'; readonly n: number };

const received = (cause?: number | string): Received => new Received({ type: 'asked' }, 7, cause);

describe('effect', () => {
  it('collects what was asked for, in order, with what caused it and which it is', () => {
    const queue = new EffectQueue<Message>(received(12));
    queue.raise({ type: 'raised', n: 1 });
    queue.send('room', { type: 'entered' });

    expect(queue.effects).to.deep.equal([
      { kind: 'raise', message: { type: 'raised', n: 1 }, cause: 12, index: 0 },
      { kind: 'send', name: 'room', message: { type: 'entered' }, cause: 12, index: 1 },
    ]);
  });

  it('counts each step by itself, and says of what cannot come again that it has no cause', () => {
    for (const cause of [undefined, 'a.3.0']) {
      const queue = new EffectQueue<Message>(received(cause));
      queue.raise({ type: 'raised', n: 1 });
      expect(queue.effects).to.deep.equal([{ kind: 'raise', message: { type: 'raised', n: 1 }, cause, index: 0 }]);
    }
  });

  it('costs nothing if nothing was asked for', () => {
    const none = new EffectQueue<Message>(received()).effects;

    expect(none).to.deep.equal([]).and.to.equal(new EffectQueue<Message>(received()).effects);
    expect(Object.isFrozen(none)).to.equal(true);
  });

  it('knows when the message was received', () => {
    expect(new EffectQueue<Message>(received()).at).to.equal(7);
  });

  it('gives one message the same id however often its step runs, and each message its own', () => {
    const first = received();
    const second = received();
    const ids = [first, first, second].map((each) => new EffectQueue<Message>(each).id);

    expect(ids[0]).to.equal(ids[1]).and.to.equal(first.id);
    expect(ids[0]).to.not.equal(ids[2]);
    expect(ids[0]).to.match(/^[0-9a-f-]{36}$/);
  });

  it('says which id was stamped on a message, and stamps one that is known on a message that is taken again', () => {
    const first = new Received({ type: 'added' }, 7);
    expect(first.stamped).to.equal(undefined);
    expect(first.id).to.equal(first.stamped);

    const again = new Received({ type: 'added' }, 7, undefined, first.id);
    expect([again.stamped, again.id]).to.deep.equal([first.id, first.id]);
  });

  it('shows the type of the message to observers of the actor', () => {
    expect(received().type).to.equal('asked');
  });
});
