import { expect } from 'chai';
import type { ComponentInstance } from '../../../runtime/tree/component-instance.js';
import { type Envelope, Mailbox } from '../../../runtime/tree/mailbox.js';

const capacity = 10_000;

const envelope = (at: number): Envelope => ({
  instance: {} as ComponentInstance,
  message: { type: 'counted' },
  at,
  pageLoad: 1,
});

function filled(count: number): Mailbox {
  const mailbox = new Mailbox();
  for (let at = 0; at < count; at++) mailbox.push(envelope(at));

  return mailbox;
}

/** One that has to be resolved. */
const sealed = (at: number): Envelope => ({ ...envelope(at), resolve: () => envelope(at) });

const times = (envelopes: readonly Envelope[]): readonly number[] => envelopes.map(({ at }) => at);

describe('mailbox', () => {
  it('gives envelopes in order of arrival, at most as many as asked for', () => {
    const mailbox = filled(5);

    expect(times(mailbox.take(2))).to.deep.equal([0, 1]);
    mailbox.push(envelope(5));
    expect(times(mailbox.take(3))).to.deep.equal([2, 3, 4]);
    expect(mailbox.size).to.equal(1);
    expect(times(mailbox.take(9))).to.deep.equal([5]);
    expect([mailbox.take(1), mailbox.size]).to.deep.equal([[], 0]);
  });

  it('gives none and keeps all if none is asked for', () => {
    const mailbox = filled(2);

    expect([mailbox.take(0), mailbox.size]).to.deep.equal([[], 2]);
    expect(times(mailbox.take(2))).to.deep.equal([0, 1]);
  });

  it('does not change what it has given', () => {
    const mailbox = filled(2);
    const taken = mailbox.take(2);
    mailbox.push(envelope(2));

    expect(times(taken)).to.deep.equal([0, 1]);
  });

  it('gives an envelope that has to be resolved alone, after all before it', () => {
    const mailbox = new Mailbox();
    for (const one of [envelope(0), envelope(1), sealed(2), sealed(3), envelope(4), envelope(5)]) mailbox.push(one);
    const taken: [boolean, readonly number[]][] = [];
    while (mailbox.size > 0) taken.push([mailbox.isUnresolved, times(mailbox.take(9))]);

    expect(taken).to.deep.equal([
      [false, [0, 1]],
      [true, [2]],
      [true, [3]],
      [false, [4, 5]],
    ]);
    expect(mailbox.isUnresolved).to.equal(false);
  });

  it('knows of envelopes that have to be resolved however few are asked for', () => {
    const mailbox = new Mailbox();
    for (const one of [envelope(0), envelope(1), sealed(2), envelope(3), sealed(4)]) mailbox.push(one);
    expect(times(mailbox.take(1))).to.deep.equal([0]);
    expect(times(mailbox.take(2))).to.deep.equal([1]);
    for (let round = 0; round < 3; round++) expect([mailbox.take(0), mailbox.isUnresolved]).to.deep.equal([[], true]);
    expect(times(mailbox.take(2))).to.deep.equal([2]);
    expect(times(mailbox.take(2))).to.deep.equal([3]);
    expect(times(mailbox.take(2))).to.deep.equal([4]);
  });

  it("tells which envelopes are no client's events and say something", () => {
    const mailbox = new Mailbox();
    const ours: Envelope = { ...envelope(1), pageLoad: 0, cause: 'a.1.0' };
    for (const one of [envelope(0), ours, { ...ours, message: undefined }, sealed(3)]) mailbox.push(one);

    expect(mailbox.ours).to.deep.equal([ours]);
    expect(mailbox.size).to.equal(4);
  });

  it('takes no more than its capacity, and takes again when there is room', () => {
    const mailbox = filled(capacity - 1);

    expect([mailbox.isFull, mailbox.push(envelope(1)), mailbox.isFull]).to.deep.equal([false, true, true]);
    expect([mailbox.push(envelope(2)), mailbox.size]).to.deep.equal([false, capacity]);
    mailbox.take(1);
    expect([mailbox.isFull, mailbox.push(envelope(3)), mailbox.push(envelope(4))]).to.deep.equal([false, true, false]);
    expect(times(mailbox.take(capacity)).at(-1)).to.equal(3);
  });
});
