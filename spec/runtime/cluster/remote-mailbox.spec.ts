import { expect } from 'chai';
import { RemoteMailbox } from '../../../runtime/cluster/remote-mailbox.js';
import { createSimulatedClock, type SimulatedClock } from '../../../runtime/platform/clock.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { settled } from '../../fixtures/live-session.js';

describe('remote mailbox', () => {
  let clock: SimulatedClock;
  let sent: [batch: number, ids: string][];
  let reports: string[];
  let outbox: RemoteMailbox;

  beforeEach(() => {
    clock = createSimulatedClock(1_000_000);
    sent = [];
    reports = [];
    outbox = new RemoteMailbox({
      clock,
      dispatch: (batch, events) => sent.push([batch, events.map(([, id]) => id).join(' ')]),
      name: 'room',
      patience: 1_000,
      pause: 100,
      report: (error) => reports.push(`${error.code}: ${error.message}`),
    });
  });

  afterEach(() => {
    outbox.end('the spec is over');
    expect(clock.pending, 'timers').to.equal(0);
  });

  /** Sends, and notes what becomes of it. */
  function send(id: string): { state: string } {
    const fate = { state: 'under way' };
    outbox.send({ type: 'said' }, id).then(
      () => {
        fate.state = 'taken';
      },
      (error: Error) => {
        fate.state = error.message;
      }
    );

    return fate;
  }

  it('sends one batch at a time, and what came meanwhile in the next', async () => {
    const fates = ['a', 'b', 'c'].map(send);
    expect(sent).to.deep.equal([[1, 'a']]);
    outbox.taken(1);
    await settled();
    expect(sent).to.deep.equal([
      [1, 'a'],
      [2, 'b c'],
    ]);
    expect(fates.map(({ state }) => state)).to.deep.equal(['taken', 'under way', 'under way']);
    outbox.taken(2);
    send('d');
    expect(sent.at(-1)).to.deep.equal([3, 'd']);
  });

  it('sends a batch again until it is taken, and then does nothing', () => {
    send('a');
    clock.advance(250);
    outbox.again();
    outbox.taken(7);
    clock.advance(100);
    expect(sent).to.deep.equal(Array.from({ length: 5 }, () => [1, 'a']));
    outbox.taken(1);
    outbox.taken(1);
    clock.advance(5_000);
    outbox.again();
    expect(sent).to.have.length(5);
  });

  it('gives up what is not taken in time, reports it, and goes on with the rest', async () => {
    const first = send('a');
    clock.advance(500);
    const second = send('b');
    clock.advance(500);
    await settled();
    expect(first.state).to.equal(
      "An event sent to 'room', on another node, could not be delivered: that shared actor could not be reached for 1000 ms."
    );
    expect(reports).to.deep.equal([`${ErrorCode.Effect}: ${first.state}`]);
    expect(sent.at(-1)).to.deep.equal([2, 'b']);
    outbox.taken(2);
    await settled();
    expect(second.state).to.equal('taken');
  });

  it('takes what is sent again under the same id for the same', async () => {
    const [first, second] = [send('a'), send('a')];
    outbox.taken(1);
    await settled();
    expect([first.state, second.state, sent]).to.deep.equal(['taken', 'taken', [[1, 'a']]]);
  });

  it('has at most 256 events in a batch, and refuses more than 10,000 at once', async () => {
    for (let number = 0; number < 10_000; number++) send(String(number));
    const refused = send('one more');
    outbox.taken(1);
    await settled();
    expect(sent[1]?.[1].split(' ')).to.have.length(256);
    expect(refused.state).to.contain('10000 events wait');
  });
});
