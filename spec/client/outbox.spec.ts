import { expect } from 'chai';
import { Instance } from '../../client/instance.js';
import { Outbox } from '../../client/outbox.js';
import { Limit } from '../../runtime/protocol.js';

const instance = new Instance({ hash: '', content: null as never, parts: [] });
const event = (part: number, bytes = 1) => ({ instance, part, payload: undefined, bytes });
const parts = (events: readonly { part: number }[]): number[] => events.map(({ part }) => part);

describe('client/outbox', () => {
  it('numbers events from 1 and gives each out once', () => {
    const outbox = new Outbox();
    expect([outbox.add(event(1)), outbox.add(event(2)), outbox.add(event(3))]).to.deep.equal([1, 2, 3]);
    expect(parts(outbox.take())).to.deep.equal([1, 2, 3]);
    expect(outbox.take()).to.deep.equal([]);
  });

  it('gives out as many as 16 KB hold, and one at least', () => {
    const outbox = new Outbox();
    for (const [part, bytes] of [10_000, 6_000, 400, 60_000, 1].entries()) outbox.add(event(part, bytes));
    expect([1, 2, 3, 4].map(() => parts(outbox.take()))).to.deep.equal([[0, 1], [2], [3], [4]]);
    expect(outbox.take()).to.deep.equal([]);
  });

  it('refuses an event that no frame can hold, and no other', () => {
    const outbox = new Outbox();
    expect(outbox.add(event(1, Limit.frame + 1))).to.equal(0);
    expect(outbox.add(event(1, Limit.frame))).to.equal(1);
  });

  it('takes their effect from the events of the first frame sent, and from no others', () => {
    const outbox = new Outbox();
    for (const [part, bytes] of [10_000, 10_000, 10_000].entries()) outbox.add(event(part, bytes));
    outbox.take();
    outbox.take();
    expect(outbox.spoil()).to.equal(1);
    outbox.rewind();
    const again = [outbox.take(), outbox.take(), outbox.take()].flat();
    expect(again.map(({ instance: at }) => at === instance)).to.deep.equal([false, true, true]);
    expect(outbox.raised).to.equal(3);
  });

  it('gives out again, after a rewind, what was not processed', () => {
    const outbox = new Outbox();
    for (const part of [1, 2, 3]) outbox.add(event(part));
    outbox.take();
    outbox.advance(2);
    expect(outbox.processed).to.equal(2);
    expect(outbox.take()).to.deep.equal([]);
    outbox.add(event(4));
    expect(parts(outbox.take())).to.deep.equal([4]);
    outbox.rewind();
    expect(parts(outbox.take())).to.deep.equal([3, 4]);
    expect(outbox.raised).to.equal(4);
  });

  it('does not count more as processed than there were', () => {
    const outbox = new Outbox();
    outbox.add(event(1));
    outbox.advance(5);
    expect(outbox.processed).to.equal(1);
  });

  it('drops what is on its way, and counts from the start', () => {
    const outbox = new Outbox();
    outbox.add(event(1));
    outbox.add(event(2));
    outbox.advance(1);
    expect(outbox.drop()).to.equal(1);
    expect([outbox.raised, outbox.processed]).to.deep.equal([0, 0]);
  });

  it('refuses events beyond its limit', () => {
    const outbox = new Outbox();
    for (let part = 0; part < Limit.outbox; part++) outbox.add(event(part));
    expect(outbox.add(event(0))).to.equal(0);
    expect(outbox.raised).to.equal(Limit.outbox);
    outbox.advance(1);
    expect(outbox.add(event(0))).to.equal(Limit.outbox + 1);
  });
});
