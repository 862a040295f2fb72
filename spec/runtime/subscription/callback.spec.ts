import { expect } from 'chai';
import { type CallbackContext, callback } from '../../../runtime/subscription/callback.js';
import type { Subscriptions } from '../../../runtime/subscription/subscription-set.js';
import { settled } from '../../fixtures/live-session.js';
import { type FakePort, type Message, Subscribing } from '../../fixtures/subscribing.js';

describe('callback', () => {
  let subscribing: Subscribing;
  let port: FakePort;
  let subscriptions: Subscriptions;

  beforeEach(() => {
    subscribing = new Subscribing();
    ({ port, subscriptions } = subscribing);
  });

  afterEach(() => subscribing.end());

  const error = new Error('failed');

  it('sends what is sent, while it starts and later, in order', () => {
    let send: CallbackContext<Message>['send'] = () => undefined;
    subscriptions.update([
      callback<Message>('bell', (context) => {
        ({ send } = context);
        send({ type: 'rang', number: 1 });
        send({ type: 'rang', number: 2 });
      }),
    ]);
    send({ type: 'rang', number: 3 });
    expect(port.delivered.map((message) => (message as Message).number)).to.deep.equal([1, 2, 3]);
  });

  it('aborts the signal and then cleans up, once, when it is stopped', () => {
    const log: string[] = [];
    subscriptions.update([
      callback<Message>('bell', ({ signal }) => {
        signal.addEventListener('abort', () => log.push('aborted'));
        return () => void log.push('cleaned up');
      }),
    ]);
    expect(log).to.deep.equal([]);
    subscriptions.update([]);
    subscriptions.stop();
    expect(log).to.deep.equal(['aborted', 'cleaned up']);
  });

  it('sends nothing once it is stopped, its cleanup included', () => {
    let send: CallbackContext<Message>['send'] = () => undefined;
    subscriptions.update([
      callback<Message>('bell', (context) => {
        ({ send } = context);
        return () => send({ type: 'cleanedUp' });
      }),
    ]);
    subscriptions.update([]);
    send({ type: 'late' });
    expect(port.delivered).to.deep.equal([]);
  });

  it('may sleep on the clock of the runtime', async () => {
    subscriptions.update([
      callback<Message>('bell', ({ send, sleep }) => {
        void sleep(1_000).then(() => send({ type: 'rang' }));
      }),
    ]);
    await port.pass(1_000);
    expect(port.types).to.deep.equal(['rang']);
    expect(port.clock.pending).to.equal(0);
  });

  it('that throws is started anew, and in the end given up and reported', async () => {
    const sends: CallbackContext<Message>['send'][] = [];
    subscriptions.update([
      callback<Message>('bell', ({ send }) => {
        sends.push(send);
        throw error;
      }),
    ]);
    await port.pass(4_000);
    expect(sends).to.have.length(6);
    for (const send of sends) send({ type: 'late' });
    expect(port.delivered).to.deep.equal([]);
    expect(port.reports).to.have.length(1);
    expect(port.reports[0]).to.have.property('cause', error);
    expect(port.faults[0]).to.include("'callback bell' failed 6 times");
  });

  it('whose cleanup throws or rejects is reported at once', async () => {
    subscriptions.update([
      callback<Message>('throwing', () => () => {
        throw error;
      }),
      callback<Message>('rejecting', () => async () => {
        throw error;
      }),
    ]);
    subscriptions.update([]);
    await settled();
    expect(port.reports).to.deep.equal([error, error]);
  });

  it('reports what it returned if that is no cleanup', async () => {
    for (const wrong of [() => 7, () => Promise.reject(error)]) {
      subscriptions.update([callback<Message>('wrong', wrong as never)]);
      await port.pass(4_000);
      subscriptions.update([]);
    }
    expect(port.reports.map((report) => ((report as Error).cause as Error).message)).to.deep.equal([
      "callback('wrong', fn): fn returned 7; it returns a function that stops it, or nothing. For a promise take task.",
      "callback('wrong', fn): fn returned [object Promise]; it returns a function that stops it, or nothing. For a promise take task.",
    ]);
  });
});
