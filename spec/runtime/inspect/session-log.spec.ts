import { expect } from 'chai';
import {
  addToLog,
  addToWire,
  beginLog,
  beginWire,
  logEntryOf,
  type MessageLog,
} from '../../../runtime/inspect/session-log.js';
import type { SessionEvent } from '../../../runtime/recording/session-events.js';
import type { ProbeMessage, ProbePlace } from '../../../runtime/tree/probe.js';

const placeOf = (...ids: readonly string[]): ProbePlace => ({
  ...{ component: 'item', names: [], ids, isOfLogic: false, secret: [] },
});

const messageOf = (given: Partial<ProbeMessage> = {}): ProbeMessage => ({
  ...{ number: 1, to: placeOf(), from: 'host', message: { type: 'added' }, at: 1_000, pageLoad: 0 },
  ...{ cause: undefined, isSecret: false, isResolved: true },
  ...given,
});

const queued = (number: number, given: Partial<ProbeMessage> = {}): SessionEvent => ({
  ...{ kind: 'queued', at: 1_000, number, message: messageOf({ number, ...given }), waiting: 1 },
});

const updated = (number: number, given: Partial<ProbeMessage> = {}): SessionEvent => ({
  ...{ kind: 'updated', at: 1_000, number, message: messageOf({ number, ...given }) },
  ...{ isTaken: true, waited: 3, took: 2 },
});

const stepped = (number: number): SessionEvent => ({ kind: 'stepped', at: 1_000, number, shown: 1, ids: [] });
const turned: SessionEvent = { kind: 'turned', at: 1_000, number: 0 };

function logOf(...events: readonly SessionEvent[]): MessageLog['records'] {
  const log = beginLog();
  for (const event of events) addToLog(log, event);

  return log.records;
}

describe('session log', () => {
  it('has an entry for each message: it waits, and has its costs when it was taken', () => {
    const [waiting] = logOf(queued(1));
    expect(waiting).to.include({ number: 1, from: 'host', to: '/', type: 'added', isTaken: false, waited: 0 });
    const [taken] = logOf(
      ...[queued(1), updated(1), { kind: 'viewed', at: 0, number: 0, place: placeOf(), took: 5 } as SessionEvent],
      ...[stepped(4), { kind: 'diffed', at: 0, number: 0, changes: 1, took: 7 } as SessionEvent],
      { kind: 'sent', at: 0, number: 1, frame: 'patch', bytes: 20, words: [] },
      turned,
      { kind: 'sent', at: 0, number: 2, frame: 'patch', bytes: 100, words: [] }
    );
    expect(taken).to.include({ isTaken: true, waited: 3, update: 2, view: 5, step: 4, diff: 7, bytes: 20 });
  });

  it('knows what a message follows from: an event, a subscription, another message', () => {
    const happened: SessionEvent = {
      ...{ kind: 'happened', at: 0, number: 0, name: 'click', element: 'button' },
      ...{ line: undefined, words: '' },
    };
    const raised: SessionEvent = {
      ...{ kind: 'performed', at: 0, number: 0, place: placeOf(), effect: 'raise', to: '' },
      ...{ message: { type: 'sorted' }, cause: 5 },
    };
    const records = logOf(
      ...[happened, queued(1, { from: undefined, pageLoad: 1, cause: 5 })],
      queued(2, { from: '#every 1000' }),
      ...[updated(1, { from: undefined, pageLoad: 1, cause: 5 }), stepped(1), raised],
      queued(3, { from: [] })
    );
    expect(records.map(({ from, cause, causedBy }) => [from, cause, causedBy])).to.deep.equal([
      ['browser', 0, 'click on button'],
      ['/#every 1000', 0, 'every 1000'],
      ['/', 1, '#1 added'],
    ]);
  });

  it('has messages to topics and shared actors, which are taken at once', () => {
    const sent = (effect: 'publish' | 'send', to: string, number: number): SessionEvent => ({
      ...{
        kind: 'performed',
        at: 9,
        number,
        place: placeOf('a'),
        effect,
        to,
        message: { type: 'said' },
        cause: undefined,
      },
    });
    const records = logOf(sent('publish', 'room', 1), sent('send', 'counter', 2));
    expect(records.map(({ from, to, isTaken }) => [from, to, isTaken])).to.deep.equal([
      ['/a', 'topic room', true],
      ['/a', '@counter', true],
    ]);
  });

  it('enters a message when it is taken whose queueing is not known, or which was not resolved', () => {
    expect(logOf(updated(7)).map(({ number }) => number)).to.deep.equal([7]);
    expect(logOf(queued(0, { number: 1, isResolved: false }), updated(1))).to.have.length(1);
  });

  it('puts the error of a component at the message that it has taken in this turn', () => {
    const failed: SessionEvent = {
      ...{ kind: 'failed', at: 0, number: 0, place: placeOf(), code: 'update', text: 'no' },
    };
    expect(logOf(queued(1), updated(1), failed)[0]?.error).to.equal('no');
    expect(logOf(queued(1), updated(1), turned, failed)[0]?.error).to.equal('');
  });

  it('shows a message as text, redacted and shortened', () => {
    const textOf = (message: object): string => {
      const [record] = logOf(queued(1, { message: message as never }));
      return record === undefined ? '' : logEntryOf(record, new Set(['pin'])).message;
    };
    expect(textOf({ type: 'entered', pin: '1234' })).to.equal('{"type":"entered","pin":"[secret]"}');
    expect(textOf({ type: 'pasted', text: 'x'.repeat(9_000) })).to.have.length(2_001);
  });

  it('depends on nothing but the events', () => {
    const events = [queued(1), updated(1), stepped(1), turned, queued(2)];
    expect(logOf(...events)).to.deep.equal(logOf(...events));
  });

  it('lists frames, with a description of each event once its part is known', () => {
    const received = (number: number): SessionEvent => ({
      ...{ kind: 'received', at: 1, number, frame: 'events', bytes: 5, words: ['3 events', 'event at 3.0'] },
    });
    const happened = (frame: number): SessionEvent => ({
      ...{ kind: 'happened', at: 1, number: 0, name: 'click', element: 'button', line: [frame, 1] },
      words: 'click on <button>',
    });
    const wire = beginWire();
    for (const event of [received(8), received(9), happened(9), happened(7)]) addToWire(wire, event);
    addToWire(wire, { kind: 'sent', at: 2, number: 10, frame: 'patch', bytes: 9, words: ['one'] });
    expect(wire).to.deep.equal([
      { number: 8, at: 1, direction: 'up', kind: 'events', bytes: 5, words: ['3 events', 'event at 3.0'] },
      { number: 9, at: 1, direction: 'up', kind: 'events', bytes: 5, words: ['3 events', 'click on <button>'] },
      { number: 10, at: 2, direction: 'down', kind: 'patch', bytes: 9, words: ['one'] },
    ]);
  });
});
