import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { type TaskContext, task } from '../../../runtime/subscription/task.js';
import { settled } from '../../fixtures/live-session.js';
import { type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('task', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

  const error = new Error('failed');

  /** A promise to be settled from outside. */
  class Promised {
    resolve: (message: Message | null) => void = () => undefined;
    reject: (error: unknown) => void = () => undefined;
    context: TaskContext | undefined;
    starts = 0;
    readonly fn = (context: TaskContext): Promise<Message | null> => {
      this.context = context;
      this.starts++;
      return new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    };
  }

  it('sends what the promise comes to, once, and is done as long as it is declared', async () => {
    const promised = new Promised();
    subscriptions.update([task<Message>('load', promised.fn)]);
    await settled();
    expect(port.delivered).to.deep.equal([]);
    promised.resolve({ type: 'loaded', number: 7 });
    await settled();
    subscriptions.update([task<Message>('load', promised.fn)]);
    await port.pass(120_000, 10_000);
    expect(port.delivered).to.deep.equal([{ type: 'loaded', number: 7 }]);
    expect(promised.starts).to.equal(1);
    expect(port.clock.pending).to.equal(0);
  });

  it('starts anew with another key, and after it was away', async () => {
    let starts = 0;
    const load = (key: string) => task<Message>(key, async () => ({ type: 'loaded', number: ++starts }));
    subscriptions.update([load('a')]);
    await settled();
    subscriptions.update([load('b')]);
    await settled();
    subscriptions.update([]);
    subscriptions.update([load('b')]);
    await settled();
    expect(port.delivered.map((message) => (message as Message).number)).to.deep.equal([1, 2, 3]);
  });

  it('sends nothing for null, undefined and false', async () => {
    subscriptions.update(
      [null, undefined, false].map((none) => task<Message>(`${none}`, () => Promise.resolve(none as null)))
    );
    await settled();
    expect(port.delivered).to.deep.equal([]);
    expect(port.reports).to.deep.equal([]);
  });

  it('sleeps on the clock of the runtime', async () => {
    subscriptions.update([
      task<Message>('wait', async ({ sleep }) => {
        await sleep(1_000);
        return { type: 'woke' };
      }),
    ]);
    await port.pass(950);
    expect(port.types).to.deep.equal([]);
    await port.pass(50);
    expect(port.types).to.deep.equal(['woke']);
  });

  describe('that is stopped', () => {
    it('has its signal aborted, also when it is done', async () => {
      const [busy, done] = [new Promised(), new Promised()];
      subscriptions.update([task<Message>('busy', busy.fn), task<Message>('done', done.fn)]);
      done.resolve(null);
      await settled();
      expect([busy, done].map(({ context }) => context?.signal.aborted)).to.deep.equal([false, false]);
      subscriptions.update([]);
      expect([busy, done].map(({ context }) => context?.signal.aborted)).to.deep.equal([true, true]);
    });

    it('sends nothing that comes later', async () => {
      const promised = new Promised();
      subscriptions.update([task<Message>('load', promised.fn)]);
      subscriptions.update([]);
      promised.resolve({ type: 'loaded' });
      await settled();
      expect(port.delivered).to.deep.equal([]);
    });

    it('sends nothing of an earlier start when it is started again', async () => {
      const [first, second] = [new Promised(), new Promised()];
      subscriptions.update([task<Message>('load', first.fn)]);
      subscriptions.update([]);
      subscriptions.update([task<Message>('load', second.fn)]);
      first.resolve({ type: 'loaded', number: 1 });
      second.resolve({ type: 'loaded', number: 2 });
      await settled();
      expect(port.delivered).to.deep.equal([{ type: 'loaded', number: 2 }]);
    });

    it('is not reported for the abort, whether or not it makes messages of errors', async () => {
      const waiting = ({ sleep }: TaskContext): Promise<null> => sleep(1_000).then(() => null);
      subscriptions.update([
        task<Message>('plain', waiting),
        task<Message>('handled', waiting, () => ({ type: 'notLoaded' })),
      ]);
      await settled();
      subscriptions.update([]);
      await port.pass(5_000);
      expect(port.reports).to.deep.equal([]);
      expect(port.delivered).to.deep.equal([]);
    });

    it('makes no message of an error that comes later, but reports it', async () => {
      const promised = new Promised();
      const asked: unknown[] = [];
      const failed = (reason: unknown): Message => ({ type: `${asked.push(reason)}` });
      subscriptions.update([task<Message>('load', promised.fn, failed)]);
      subscriptions.update([]);
      promised.reject(error);
      await settled();
      expect([asked, port.delivered, port.reports]).to.deep.equal([[], [], [error]]);
    });

    it('is reported at once for any other error, and not started anew', async () => {
      const promised = new Promised();
      subscriptions.update([task<Message>('load', promised.fn)]);
      subscriptions.update([]);
      promised.reject(error);
      await port.pass(5_000);
      expect(port.reports).to.deep.equal([error]);
      expect(promised.starts).to.equal(1);
    });
  });

  describe('that fails', () => {
    it('is started anew, and in the end given up and reported', async () => {
      let starts = 0;
      subscriptions.update([
        task<Message>('load', async () => {
          starts++;
          throw error;
        }),
      ]);
      await port.pass(4_000);
      expect(starts).to.equal(6);
      expect(port.faults).to.deep.equal([
        "The subscription 'task load' failed 6 times in a row and was stopped until its key has been absent once. Last: Error: failed",
      ]);
      expect(port.reports[0]).to.include({ code: ErrorCode.Subscription, cause: error });
    });

    it('comes to its message if a later try does, and is done then', async () => {
      let starts = 0;
      subscriptions.update([
        task<Message>('load', async () => {
          if (++starts < 4) throw error;
          return { type: 'loaded', number: starts };
        }),
      ]);
      await port.pass(120_000, 50);
      expect(port.delivered).to.deep.equal([{ type: 'loaded', number: 4 }]);
      expect(port.reports).to.deep.equal([]);
    });

    it('does the same if its function throws and does not reject', async () => {
      let starts = 0;
      subscriptions.update([
        task<Message>('load', () => {
          starts++;
          throw error;
        }),
      ]);
      await port.pass(100);
      expect(starts).to.equal(2);
    });

    it('sends the message that is made of the error, and is done', async () => {
      let starts = 0;
      subscriptions.update([
        task<Message>(
          'load',
          async () => {
            starts++;
            throw error;
          },
          (reason) => ({ type: (reason as Error).message })
        ),
      ]);
      await port.pass(5_000);
      expect(port.types).to.deep.equal(['failed']);
      expect(port.reports).to.deep.equal([]);
      expect(starts).to.equal(1);
    });

    it('has failed if no message can be made of the error', async () => {
      const rejecting = (): Promise<null> => Promise.reject(new Error('first'));
      subscriptions.update([
        task<Message>('load', rejecting, () => {
          throw error;
        }),
      ]);
      await port.pass(4_000);
      expect(port.reports).to.have.length(1);
      expect(port.reports[0]).to.have.property('cause', error);
    });
  });

  describe('in a session that was stored', () => {
    const restored = (image: Record<string, true>): Subscriptions =>
      new Subscriptions(() => subscribing.root, port, image);

    it('is done if it was done, whatever came of it, and stays so', async () => {
      for (const outcome of [{ type: 'loaded' }, null]) {
        subscriptions.update([]);
        const promised = new Promised();
        subscriptions.update([task<Message>('load', promised.fn)]);
        expect(subscriptions.save()).to.equal(undefined);
        promised.resolve(outcome);
        await settled();
        expect(subscriptions.save()).to.deep.equal({ 'task load': true });
      }
      const again = new Promised();
      const later = restored({ 'task load': true });
      later.update([task<Message>('load', again.fn), task<Message>('other', again.fn)]);
      expect([again.starts, later.save()]).to.deep.equal([1, { 'task load': true }]);
      later.update([]);
      later.update([task<Message>('load', again.fn)]);
      expect(again.starts, 'its key has been away').to.equal(2);
      later.stop();
    });

    it('is run again if it was not done', async () => {
      const promised = new Promised();
      const later = restored({});
      later.update([task<Message>('load', promised.fn)]);
      promised.resolve({ type: 'loaded' });
      await settled();
      expect(port.types).to.deep.equal(['loaded']);
      later.stop();
    });
  });
});
