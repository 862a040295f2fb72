import { expect } from 'chai';
import { Instance } from '../../client/instance.js';
import { Outbox } from '../../client/outbox.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { Limit } from '../../runtime/wire/protocol.js';

const instance = new Instance({ hash: '', content: null as never, parts: [] });
const payload = (length: number) => ['x'.repeat(length)];
const parts = (events: readonly { stored: readonly unknown[] }[]): unknown[] => events.map(({ stored }) => stored[1]);

/** An outbox with events at these parts. */
function filled(...at: number[]): Outbox {
  const outbox = new Outbox();
  for (const part of at) outbox.add([['h', null], part], instance);
  return outbox;
}

describe('client/outbox', () => {
  it('numbers events from 1 and gives each out once', () => {
    const outbox = new Outbox();
    expect([1, 2, 3].map((part) => outbox.add([['h', null], part]))).to.deep.equal([1, 2, 3]);
    expect(parts(outbox.take())).to.deep.equal([1, 2, 3]);
    expect(outbox.take()).to.deep.equal([]);
  });

  it('gives out as many as 16 KB hold, and one at least', () => {
    const outbox = new Outbox();
    for (const [part, length] of [9_000, 5_000, 400, 60_000, 1].entries()) outbox.add([0, part, payload(length)]);
    expect([1, 2, 3, 4].map(() => parts(outbox.take()))).to.deep.equal([[0, 1, 2], [3], [4], []]);
  });

  it('refuses an event that no frame can hold, and no other', () => {
    const outbox = new Outbox();
    expect(outbox.add([0, 0, payload(Limit.frame)])).to.equal(0);
    expect(outbox.add([['x'.repeat(Limit.frame), null], 0])).to.equal(0);
    expect(outbox.add([0, 0, payload(Limit.frame - 600)])).to.equal(1);
  });

  it('takes their effect from the events of the first frame sent, and from no others', () => {
    const outbox = new Outbox();
    for (const part of [1, 2, 3]) outbox.add([['h', null], part, payload(10_000)], instance);
    outbox.take();
    outbox.take();
    expect(outbox.spoil()).to.equal(1);
    outbox.rewind();
    const again = [outbox.take(), outbox.take(), outbox.take()].flat();
    expect(again.map(({ instance: at }) => at === instance)).to.deep.equal([false, true, true]);
    expect(outbox.stored.map(([address, part]) => [address, part])).to.deep.equal([
      [0, 0],
      [['h', null], 2],
      [['h', null], 3],
    ]);
    expect(outbox.raised).to.equal(3);
  });

  it('lets the last event change as long as no server and no other page load can have it', () => {
    const outbox = filled(1, 2);
    expect(outbox.joinable).to.equal(2);
    outbox.take();
    expect(outbox.joinable).to.equal(0);
    // A server that was reached before the connection broke may have it.
    outbox.rewind();
    expect(outbox.joinable).to.equal(0);
    outbox.add([['h', null], 3], instance);
    expect(outbox.joinable).to.equal(3);
    outbox.leave();
    expect(outbox.joinable).to.equal(0);
  });

  describe('an event that follows others closely', () => {
    const move = (outbox: Outbox, part: number, fields: Wire[], sums = 0, at = instance): number =>
      outbox.add([['h', null], part, fields], at, undefined, sums);
    const kept = (outbox: Outbox): unknown[] => outbox.stored.map(([, part, fields]) => [part, fields]);

    it('takes the place of the one at the same part that waits', () => {
      const outbox = new Outbox();
      const numbers = [move(outbox, 1, [1]), move(outbox, 2, [2]), move(outbox, 1, [3]), move(outbox, 2, [4])];
      expect(numbers).to.deep.equal([1, 2, 1, 2]);
      expect(kept(outbox)).to.deep.equal([
        [1, [3]],
        [2, [4]],
      ]);
      expect(move(outbox, 1, [5], 0, new Instance({ hash: 'h' } as never))).to.equal(3);
    });

    it('adds up the first fields of their payloads', () => {
      const outbox = new Outbox();
      for (const fields of [
        [1, 10, 7],
        [0, 20, 8],
        [3, -5, 9],
      ]) {
        move(outbox, 1, fields, 2);
      }
      expect(kept(outbox)).to.deep.equal([[1, [4, 25, 9]]]);
    });

    it('stays behind what came between', () => {
      const outbox = new Outbox();
      move(outbox, 1, [1]);
      outbox.add([['h', null], 3], instance);
      expect(move(outbox, 1, [2])).to.equal(3);
      expect(kept(outbox)).to.deep.equal([
        [1, [1]],
        [3, undefined],
        [1, [2]],
      ]);
    });

    it('leaves alone what has gone out, on any connection, or to another page load', () => {
      const outbox = new Outbox();
      move(outbox, 1, [1]);
      outbox.take();
      outbox.rewind();
      expect(move(outbox, 1, [2])).to.equal(2);
      outbox.leave();
      expect(move(outbox, 1, [3])).to.equal(3);
      expect(kept(outbox)).to.have.length(3);
    });
  });

  describe('an event with a gate', () => {
    it('waits, and all behind it, until the events before it are processed', () => {
      const outbox = filled(1);
      outbox.add([['h', null], 2], instance, () => true);
      outbox.add([['h', null], 3], instance);
      expect(parts(outbox.take())).to.deep.equal([1]);
      expect(outbox.take()).to.deep.equal([]);
      outbox.advance(1);
      expect(parts(outbox.take())).to.deep.equal([2, 3]);
    });

    it('goes without effect if the gate is closed, and is asked once', () => {
      const outbox = new Outbox();
      let asked = 0;
      outbox.add([['h', null], 1], instance, () => asked++ < 0);
      expect(outbox.take().map(({ stored }) => stored)).to.deep.equal([[0, 0]]);
      outbox.rewind();
      outbox.take();
      expect(asked).to.equal(1);
    });
  });

  it('gives out again, after a rewind, what was not processed', () => {
    const outbox = filled(1, 2, 3);
    outbox.take();
    outbox.advance(2);
    expect(outbox.processed).to.equal(2);
    expect(outbox.take()).to.deep.equal([]);
    outbox.add([['h', null], 4]);
    expect(parts(outbox.take())).to.deep.equal([4]);
    outbox.rewind();
    expect(parts(outbox.take())).to.deep.equal([3, 4]);
    expect(outbox.raised).to.equal(4);
  });

  it('takes their effect from all, and counts on', () => {
    const outbox = filled(1, 2);
    outbox.advance(1);
    expect(outbox.drop()).to.equal(1);
    expect(outbox.stored).to.deep.equal([[0, 0]]);
    expect(outbox.add([['h', null], 1])).to.equal(3);
  });

  it('refuses events beyond its limit, and keeps the oldest', () => {
    const outbox = filled(...Array.from({ length: Limit.outbox }, (_, part) => part));
    expect(outbox.add([['h', null], 0])).to.equal(0);
    expect(outbox.raised).to.equal(Limit.outbox);
    outbox.advance(1, 1);
    expect(outbox.add([['h', null], 0])).to.equal(0);
    outbox.advance(0, 0);
    expect(outbox.add([['h', null], 0])).to.equal(Limit.outbox + 1);
  });

  describe('durable', () => {
    it('is what is processed and not late; until then an event is kept, but not sent again', () => {
      const outbox = filled(1, 2, 3, 4);
      outbox.take();
      outbox.advance(3, 2);
      expect([outbox.processed, outbox.durable]).to.deep.equal([3, 1]);
      expect(parts(outbox.stored.map((stored) => ({ stored })))).to.deep.equal([2, 3, 4]);
      outbox.rewind();
      expect(parts(outbox.take())).to.deep.equal([4]);
      outbox.advance(0, 0);
      expect([outbox.processed, outbox.durable, outbox.stored.length]).to.deep.equal([3, 3, 1]);
    });

    it('never becomes less', () => {
      const outbox = filled(1, 2, 3);
      outbox.advance(2, 0);
      outbox.advance(1, 3);
      expect([outbox.processed, outbox.durable]).to.deep.equal([3, 2]);
    });
  });

  describe('when the server goes back', () => {
    it('sends all again that its state does not contain, by their addresses', () => {
      const outbox = filled(1, 2, 3, 4);
      outbox.take();
      outbox.advance(4, 3);
      expect(outbox.advance(2, 0, true)).to.equal(0);
      expect([outbox.processed, outbox.durable]).to.deep.equal([2, 2]);
      const again = outbox.take();
      expect(parts(again)).to.deep.equal([3, 4]);
      expect(again.map(({ instance: at }) => at)).to.deep.equal([null, null]);
    });

    it('sends none again that was durable, and says how many of them are lost', () => {
      const outbox = filled(1, 2, 3, 4);
      outbox.advance(3);
      expect(outbox.advance(1, 0, true)).to.equal(2);
      const { raised, processed, durable } = outbox;
      expect([processed, durable, raised]).to.deep.equal([3, 3, 4]);
      expect(parts(outbox.take())).to.deep.equal([4]);
      expect(outbox.add([['h', null], 5])).to.equal(5);
    });
  });

  describe('names', () => {
    const names = (outbox: Outbox): string =>
      outbox.names.map(([load, first, count]) => `${load} ${first} ${count}`).join();

    it('what is not durable: inherited events by the page loads that made them, then its own', () => {
      const outbox = new Outbox();
      outbox.names = [['c', 1, 0]];
      outbox.inherit(
        [
          ['a', 4, 2],
          ['b', 1, 1],
          ['z', 1, 0],
        ],
        [4, 5, 1].map((part) => [['h', null], part])
      );
      expect([names(outbox), outbox.load]).to.deep.equal(['a 4 2,b 1 1,c 1 0', 'c']);
      for (const part of [1, 2, 3]) outbox.add([['h', null], part]);
      outbox.advance(1);
      expect(names(outbox)).to.equal('a 5 1,b 1 1,c 1 3');
      outbox.advance(4, 1);
      expect(names(outbox), 'an empty range says what is durable').to.equal('a 6 0,b 2 0,c 2 2');
      outbox.advance(1);
      expect(names(outbox)).to.equal('a 6 0,b 2 0,c 4 0');
      outbox.add([['h', null], 4]);
      expect(names(outbox)).to.equal('a 6 0,b 2 0,c 4 1');
    });
  });
});
