import { expect } from 'chai';
import fc from 'fast-check';
import { SendWindow } from '../../../runtime/session/send-window.js';
import { Limit } from '../../../runtime/wire/protocol.js';
import { lawParameters } from '../../laws/parameters.js';

const frame = (size = 1, fill = 0): Uint8Array => new Uint8Array(size).fill(fill);

function sent(count: number, size = 1): SendWindow {
  const window = new SendWindow();
  for (let index = 1; index <= count; index++) window.push(frame(size, index), index);

  return window;
}

const processed = (window: SendWindow, after: number): readonly number[] | undefined =>
  window.since(after)?.map((each) => each.processed);

describe('send window', () => {
  it('counts frames from 1, or behind those sent before', () => {
    expect([new SendWindow().sent, sent(2).sent]).to.deep.equal([0, 2]);
    const window = new SendWindow(7);
    window.push(frame(), 0);

    expect([window.sent, window.acknowledged]).to.deep.equal([8, 7]);
  });

  describe('is closed', () => {
    it('at 128 frames that are not acknowledged', () => {
      const window = sent(Limit.windowFrames - 1);
      expect(window.isOpen(0)).to.equal(true);
      window.push(frame(), 0);
      expect(window.isOpen(0)).to.equal(false);
      window.acknowledge(1);
      expect(window.isOpen(0)).to.equal(true);
    });

    it('at 64 KB that are not acknowledged, with what it costs to keep them', () => {
      const window = sent(1, Limit.windowBytes - 321);
      expect(window.isOpen(0)).to.equal(true);
      window.push(frame(1), 0);
      expect(window.isOpen(0)).to.equal(false);
      window.acknowledge(1);
      expect(window.isOpen(0)).to.equal(true);
    });

    it('at 16 KB buffered in the process', () => {
      expect(new SendWindow().isOpen(Limit.windowBuffered - 1)).to.equal(true);
      expect(new SendWindow().isOpen(Limit.windowBuffered)).to.equal(false);
    });

    it('until all is acknowledged that was too large', () => {
      const window = sent(1, Limit.windowBytes * 4);
      expect(window.isOpen(0)).to.equal(false);
      expect([window.acknowledge(1), window.isOpen(0)]).to.deep.equal([true, true]);
    });
  });

  describe('acknowledging', () => {
    it('takes the oldest frames out', () => {
      const window = sent(5);
      expect([window.acknowledge(2), window.acknowledged, window.sent]).to.deep.equal([true, 2, 5]);
      expect([window.acknowledge(3), window.acknowledged]).to.deep.equal([true, 5]);
    });

    it('is false for more frames than are out, and changes nothing', () => {
      const window = sent(2);
      expect([window.acknowledge(3), window.acknowledged]).to.deep.equal([false, 0]);
      expect([new SendWindow().acknowledge(1), new SendWindow(9).acknowledge(1)]).to.deep.equal([false, false]);
    });

    it('of none is always right', () => {
      expect([new SendWindow().acknowledge(0), sent(1).acknowledge(0)]).to.deep.equal([true, true]);
    });

    it('gives back all the bytes, for all sequences', () => {
      const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9_000 })), { maxLength: 40 });
      fc.assert(
        fc.property(steps, (sequence) => {
          const window = new SendWindow();
          let out: number[] = [];
          for (const [isPush, size] of sequence) {
            if (isPush) {
              window.push(frame(size), 0);
              out.push(size);
            } else if (window.acknowledge(size % 5)) out = out.slice(size % 5);
            const bytes = out.reduce((sum, each) => sum + each, 0);
            expect(window.isOpen(0)).to.equal(bytes < Limit.windowBytes && out.length < Limit.windowFrames);
            expect(window.sent - window.acknowledged).to.equal(out.length);
          }
        }),
        lawParameters()
      );
    });
  });

  describe('coming back', () => {
    it('gives the frames after the last one applied', () => {
      const window = sent(4);
      window.acknowledge(1);

      expect([1, 2, 3, 4].map((after) => processed(window, after))).to.deep.equal([[2, 3, 4], [3, 4], [4], []]);
    });

    it('gives nothing if they are gone or were never sent', () => {
      const window = sent(4);
      window.acknowledge(2);

      expect([processed(window, 1), processed(window, 5)]).to.deep.equal([undefined, undefined]);
      expect([processed(new SendWindow(), 0), processed(new SendWindow(), 1)]).to.deep.equal([[], undefined]);
      expect([processed(new SendWindow(3), 3), processed(new SendWindow(3), 2)]).to.deep.equal([[], undefined]);
    });

    it('keeps copies, because packed frames share their memory', () => {
      for (const bytes of [frame(3, 1), Buffer.from([1, 1, 1])]) {
        const window = new SendWindow();
        window.push(bytes, 0);
        bytes.fill(9);
        expect([...(window.since(0)?.[0]?.bytes ?? [])]).to.deep.equal([1, 1, 1]);
      }
    });

    it('keeps a copy of the frame alone, not of the slab it was packed in', () => {
      const window = new SendWindow();
      window.push(new Uint8Array(8_192).subarray(10, 13), 0);

      expect(window.since(0)?.[0]?.bytes.buffer.byteLength).to.equal(3);
    });
  });
});
