import { expect } from 'chai';
import { EffectQueue, Received } from '../../runtime/effect.js';

type Message = { readonly type: 'raised'; readonly n: number };

const received = (): Received => new Received({ type: 'asked' }, 7);

describe('effect', () => {
  it('collects what was asked for, in order', () => {
    const queue = new EffectQueue<Message>(received());
    queue.raise({ type: 'raised', n: 1 });
    queue.raise({ type: 'raised', n: 2 });

    expect(queue.effects).to.deep.equal([
      { kind: 'raise', message: { type: 'raised', n: 1 } },
      { kind: 'raise', message: { type: 'raised', n: 2 } },
    ]);
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

  it('shows the type of the message to whoever watches', () => {
    expect(received().type).to.equal('asked');
  });
});
