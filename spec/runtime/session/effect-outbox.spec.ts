import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { EffectOutbox } from '../../../runtime/session/effect-outbox.js';
import type { EffectImage } from '../../../runtime/tree/tree-image.js';
import { settled } from '../../fixtures/live-session.js';

const effect = (id: string): EffectImage => ({ kind: 'publish', to: 'news', message: { type: 'told' }, id });

/** A bus that a spec lets fail, and the effect outbox over it. */
class Post {
  readonly clock = createSimulatedClock(1_000);
  readonly reports: Error[] = [];
  /** What was tried: the id and when. */
  readonly tries: [string, number][] = [];
  /** What becomes of a try. */
  answer: () => Promise<void> | void = () => undefined;
  readonly outbox = new EffectOutbox({
    clock: this.clock,
    deliver: (tried) => {
      this.tries.push([tried.id, this.clock.now() - 1_000]);
      return this.answer();
    },
    emptied: () => undefined,
    report: (error) => void this.reports.push(error as Error),
  });

  get waiting(): string[] {
    return this.outbox.images.map(({ id }) => id);
  }

  async pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 50) {
      this.clock.advance(50);
      await settled();
    }
  }
}

const failing = (): Promise<void> => Promise.reject(new Error('down'));

describe('effect outbox', () => {
  let post: Post;

  beforeEach(() => {
    post = new Post();
  });

  it('keep what is on its way until it has arrived', async () => {
    let arrive = (): void => undefined;
    post.outbox.track(
      effect('a'),
      new Promise((resolve) => {
        arrive = resolve;
      })
    );
    post.outbox.track(effect('b'), Promise.resolve());
    expect(post.waiting).to.deep.equal(['a', 'b']);
    await settled();
    expect(post.waiting).to.deep.equal(['a']);
    arrive();
    await settled();
    expect([post.waiting, post.tries, post.clock.pending]).to.deep.equal([[], [], 0]);
  });

  it('try again under the same id, with pauses that grow to 10 seconds, and tell once', async () => {
    post.answer = failing;
    post.outbox.track(effect('a'), failing());
    await settled();
    await post.pass(40_000);
    const times = post.tries.map(([, at]) => at);
    expect(times.slice(0, 7)).to.deep.equal([250, 750, 1_750, 3_750, 7_750, 15_750, 25_750]);
    expect(new Set(post.tries.map(([id]) => id))).to.deep.equal(new Set(['a']));
    expect(post.reports.map(({ message }) => message)).to.deep.equal(['down']);
    post.answer = () => Promise.resolve();
    await post.pass(10_000);
    expect([post.waiting, post.clock.pending]).to.deep.equal([[], 0]);
  });

  it('deliver again what was stored', async () => {
    post.answer = () => Promise.resolve();
    post.outbox.repeat(effect('a'));
    expect([post.tries, post.waiting]).to.deep.equal([[['a', 0]], ['a']]);
    await settled();
    expect(post.waiting).to.deep.equal([]);
    post.answer = () => undefined;
    post.outbox.repeat(effect('b'));
    expect(post.waiting, 'it has arrived at once').to.deep.equal([]);
  });

  it('give up what cannot be handed over at all', () => {
    post.answer = () => {
      throw new Error('no topic');
    };
    post.outbox.repeat(effect('a'));
    expect([post.waiting, post.clock.pending]).to.deep.equal([[], 0]);
    expect(post.reports.map(({ message }) => message)).to.deep.equal(['no topic']);
  });

  it('are bounded: what is too much is dropped and reported', async () => {
    for (let number = 0; number < 1_000; number++) post.outbox.track(effect(`${number}`), new Promise(() => {}));
    for (let number = 0; number < 3; number++) post.outbox.track(effect('more'), failing());
    await settled();
    expect(post.waiting).to.have.length(1_000).and.to.not.include('more');
    expect(post.reports).to.have.length(1).with.nested.property('[0]').that.includes({ code: ErrorCode.Overflow });
  });

  it('end with their session: nothing is tried any more', async () => {
    post.answer = failing;
    post.outbox.track(effect('a'), failing());
    await settled();
    expect(post.clock.pending).to.equal(1);
    let fail = (_error: Error): void => undefined;
    post.outbox.track(
      effect('b'),
      new Promise((_resolve, reject) => {
        fail = reject;
      })
    );
    post.outbox.stop();
    fail(new Error('late'));
    await post.pass(1_000);
    expect([post.tries, post.clock.pending]).to.deep.equal([[], 0]);
  });
});
