import { expect } from 'chai';
import { createActor, fromTransition } from 'xstate';
import { type MessageObserver, observable, type Subscribable } from '../../../runtime/subscription/observable.js';
import type { Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { settled } from '../../fixtures/live-session.js';
import { type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

/** An observable that the spec speaks through. */
class Source implements Subscribable<Message> {
  readonly observers: MessageObserver<Message>[] = [];
  unsubscribed = 0;

  readonly subscribe = (observer: MessageObserver<Message>): { unsubscribe(): void } => {
    this.observers.push(observer);

    return { unsubscribe: () => void this.unsubscribed++ };
  };

  get last(): MessageObserver<Message> {
    return this.observers.at(-1) as MessageObserver<Message>;
  }
}

describe('observable', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
    source = new Source();
  });

  afterEach(() => subscribing.end());

  const error = new Error('failed');
  let source: Source;

  it('sends what comes, while it is subscribed to and later, in order', () => {
    const eager: Subscribable<Message> = {
      subscribe: (observer) => {
        observer.next({ type: 'came', number: 1 });
        source.subscribe(observer);
      },
    };
    subscriptions.update([observable<Message>('all', () => eager)]);
    source.last.next({ type: 'came', number: 2 });
    expect(port.delivered.map((message) => (message as Message).number)).to.deep.equal([1, 2]);
  });

  it('aborts the signal and unsubscribes, once, when it is stopped; nothing comes later', () => {
    const log: string[] = [];
    subscriptions.update([
      observable<Message>('all', ({ signal }) => {
        signal.addEventListener('abort', () => log.push(`aborted, unsubscribed ${source.unsubscribed} times`));
        return source;
      }),
    ]);
    subscriptions.update([]);
    subscriptions.stop();
    expect(log).to.deep.equal(['aborted, unsubscribed 0 times']);
    expect(source.unsubscribed).to.equal(1);
    source.last.next({ type: 'late' });
    source.last.complete();
    source.last.error(error);
    expect(port.delivered).to.deep.equal([]);
    expect(port.reports).to.deep.equal([]);
  });

  it('is done when it completes: nothing comes, nothing is unsubscribed from, until its key was away', async () => {
    subscriptions.update([observable<Message>('all', () => source)]);
    source.last.complete();
    source.last.next({ type: 'late' });
    source.last.error(error);
    await port.pass(5_000);
    expect(source.observers).to.have.length(1);
    subscriptions.update([]);
    expect([source.unsubscribed, port.delivered, port.reports]).to.deep.equal([0, [], []]);
    subscriptions.update([observable<Message>('all', () => source)]);
    expect(source.observers).to.have.length(2);
  });

  it('stops what is stopped by a function, and what cannot be stopped', () => {
    let stopped = 0;
    subscriptions.update([
      observable<Message>('function', () => ({ subscribe: () => () => void stopped++ })),
      observable<Message>('nothing', () => ({ subscribe: () => undefined })),
    ]);
    subscriptions.update([]);
    expect(stopped).to.equal(1);
    expect(port.reports).to.deep.equal([]);
  });

  it('is made and subscribed to anew after an error, without unsubscribing, and in the end given up and reported', async () => {
    let made = 0;
    subscriptions.update([
      observable<Message>('all', () => {
        made++;
        return source;
      }),
    ]);
    source.last.error(error);
    source.last.next({ type: 'late' });
    await port.pass(50);
    expect([made, source.observers.length, source.unsubscribed]).to.deep.equal([2, 2, 0]);
    source.observers[0]?.next({ type: 'late' });
    expect(port.delivered).to.deep.equal([]);
    for (let round = 0; round < 5; round++) {
      source.last.error(error);
      await port.pass(5_000, 1_000);
    }
    expect(made).to.equal(6);
    expect(port.reports).to.have.length(1);
    expect(port.faults[0]).to.include("'observable all' failed 6 times in a row");
    expect(port.reports[0]).to.have.property('cause', error);
  });

  it('has failed if it ends with an error while it is subscribed to, if its function throws, or subscribing does', async () => {
    const broken: (() => Subscribable<Message>)[] = [
      () => ({ subscribe: (observer) => observer.error(error) }),
      () => {
        throw error;
      },
      () => ({
        subscribe: () => {
          throw error;
        },
      }),
    ];
    for (const fn of broken) {
      subscriptions.update([observable<Message>('all', fn)]);
      await port.pass(4_000);
      subscriptions.update([]);
    }
    expect(port.reports.map((report) => (report as Error).cause)).to.deep.equal([error, error, error]);
  });

  it('reports at once what unsubscribing throws', () => {
    subscriptions.update([
      observable<Message>('all', () => ({
        subscribe: () => () => {
          throw error;
        },
      })),
    ]);
    subscriptions.update([]);
    expect(port.reports).to.deep.equal([error]);
  });

  it('takes what has Symbol.observable, or @@observable, before a subscribe that may mean something else', () => {
    const deceiving = { subscribe: () => expect.fail('not this') };
    const named: Record<string, unknown> = { ...deceiving, '@@observable': () => source };
    subscriptions.update([observable<Message>('named', () => named as never)]);
    expect(source.observers).to.have.length(1);
    const original = Object.getOwnPropertyDescriptor(Symbol, 'observable');
    const symbol = Symbol('observable');
    Object.defineProperty(Symbol, 'observable', { value: symbol, configurable: true });
    try {
      const marked = { ...deceiving, [symbol]: () => source };
      subscriptions.update([observable<Message>('marked', () => marked as never)]);
    } finally {
      if (original === undefined) Reflect.deleteProperty(Symbol, 'observable');
      else Object.defineProperty(Symbol, 'observable', original);
    }
    expect(source.observers).to.have.length(2);
    expect(port.reports).to.deep.equal([]);
  });

  it("takes an actor of XState's whose snapshots are messages", () => {
    const counting = fromTransition(({ context: number }: { context: number }) => ({ context: number + 1 }), {
      context: 0,
    });
    const counter = createActor(counting).start();
    const messages: Subscribable<Message> = {
      subscribe: ({ next, error: failed, complete }) =>
        counter.subscribe({
          next: ({ context }) => next({ type: 'counted', number: context.context }),
          error: failed,
          complete,
        }),
    };
    subscriptions.update([observable<Message>('counter', () => messages)]);
    counter.send({ type: 'more' });
    subscriptions.update([]);
    counter.send({ type: 'more' });
    expect(port.delivered).to.deep.equal([{ type: 'counted', number: 1 }]);
    const bare = createActor(fromTransition(() => undefined, undefined)).start();
    subscriptions.update([observable<Message>('bare', () => bare as never)]);
    bare.send({ type: 'any' });
    expect(port.delivered[1]).to.equal(bare.getSnapshot());
    bare.stop();
    expect(port.reports).to.deep.equal([]);
  });

  it('reports what was returned if nothing can subscribe to it', async () => {
    for (const wrong of [() => undefined, () => 'text', () => ({}), () => Promise.reject(error)]) {
      subscriptions.update([observable<Message>('wrong', wrong as never)]);
      await port.pass(4_000);
      subscriptions.update([]);
    }
    await settled();
    expect(port.reports).to.have.length(4);
    expect((port.reports[0] as Error).cause).to.have.property(
      'message',
      "observable('wrong', fn): fn returned undefined; it returns something with Symbol.observable or subscribe."
    );
  });
});
