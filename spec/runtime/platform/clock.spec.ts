import { expect } from 'chai';
import { type Clock, createSimulatedClock, monotonic, systemClock } from '../../../runtime/platform/clock.js';

describe('clock', () => {
  describe('systemClock', () => {
    const waited = (clock: Clock, delay: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, delay));

    it('tells the time of the computer', () => {
      const before = Date.now();

      expect(systemClock.now()).to.be.within(before, Date.now());
    });

    it('calls after the delay', async () => {
      const alive = setTimeout(() => undefined, 5_000);
      const before = performance.now();

      await waited(systemClock, 20);
      clearTimeout(alive);
      expect(performance.now() - before).to.be.at.least(18);
    });

    it('does not keep the process alive', () => {
      const timer = systemClock.setTimeout(() => undefined, 60_000) as NodeJS.Timeout;

      expect(timer.hasRef()).to.equal(false);
      systemClock.clearTimeout(timer);
    });

    it('waits for delays longer than one timer, in pieces', () => {
      const delays: number[] = [];
      const steps: (() => void)[] = [];
      const original = globalThis.setTimeout;
      let calls = 0;

      globalThis.setTimeout = ((fn: () => void, delay: number) => {
        delays.push(delay);
        steps.push(fn);
        return { unref: () => undefined };
      }) as unknown as typeof setTimeout;
      try {
        systemClock.setTimeout(() => calls++, 2 ** 31 + 4);
        steps.shift()?.();
        expect(calls).to.equal(0);
        steps.shift()?.();
      } finally {
        globalThis.setTimeout = original;
      }
      expect(calls).to.equal(1);
      expect(delays).to.deep.equal([2 ** 31 - 1, 5]);
    });

    it('forgets short and long timeouts alike', async () => {
      let calls = 0;

      systemClock.clearTimeout(systemClock.setTimeout(() => calls++, 1));
      systemClock.clearTimeout(systemClock.setTimeout(() => calls++, 2 ** 40));
      systemClock.clearTimeout(undefined);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(calls).to.equal(0);
    });
  });

  describe('createSimulatedClock', () => {
    it('stands still until it is moved', () => {
      const clock = createSimulatedClock(1_000);

      expect(clock.now()).to.equal(1_000);
      clock.advance(5);
      expect(clock.now()).to.equal(1_005);
    });

    it('runs what is due in order of time, then of setting', () => {
      const clock = createSimulatedClock();
      const ran: string[] = [];

      clock.setTimeout(() => ran.push(`c${clock.now()}`), 30);
      clock.setTimeout(() => ran.push(`a${clock.now()}`), 10);
      clock.setTimeout(() => ran.push(`b${clock.now()}`), 10);
      clock.setTimeout(() => ran.push('never'), 31);
      clock.advance(30);
      expect(ran).to.deep.equal(['a10', 'b10', 'c30']);
      expect(clock.pending).to.equal(1);
    });

    it('runs timeouts that are set on the way', () => {
      const clock = createSimulatedClock();
      const ran: number[] = [];
      const tick = () => {
        ran.push(clock.now());
        clock.setTimeout(tick, 10);
      };

      clock.setTimeout(tick, 10);
      clock.advance(35);
      expect(ran).to.deep.equal([10, 20, 30]);
    });

    it('tells when the next one is due', () => {
      const clock = createSimulatedClock(100);
      expect(clock.next).to.equal(undefined);
      clock.setTimeout(() => undefined, 20);
      const sooner = clock.setTimeout(() => undefined, 10);
      expect(clock.next).to.equal(110);
      clock.clearTimeout(sooner);
      expect(clock.next).to.equal(120);
    });

    it('can be adjusted: durations and timeouts are as before', () => {
      const clock = createSimulatedClock(1_000_000);
      const ran: number[] = [];
      const start = monotonic(clock);
      clock.setTimeout(() => ran.push(clock.now()), 500);
      clock.adjust(-90_000);
      expect([clock.now(), clock.next, monotonic(clock) - start]).to.deep.equal([910_000, 910_500, 0]);
      clock.advance(500);
      expect([ran, monotonic(clock) - start]).to.deep.equal([[910_500], 500]);
    });

    it('forgets a cleared timeout', () => {
      const clock = createSimulatedClock();
      let calls = 0;

      clock.clearTimeout(clock.setTimeout(() => calls++, 1));
      clock.advance(10);
      expect(calls).to.equal(0);
      expect(clock.pending).to.equal(0);
    });

    it('treats a negative or missing delay as none, but not as at once', () => {
      const clock = createSimulatedClock();
      let calls = 0;

      clock.setTimeout(() => calls++, -5);
      clock.setTimeout(() => calls++, Number.NaN);
      expect(calls).to.equal(0);
      clock.advance(0);
      expect(calls).to.equal(2);
    });
  });
});
