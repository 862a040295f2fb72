import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { WritePacing } from '../../../runtime/registry/write-pacing.js';
import type { Persistable } from '../../../runtime/session/session-snapshot.js';

describe('write-pacing', () => {
  const clock = createSimulatedClock(1_000);
  const session = { id: 'a' } as Persistable;

  it('lets a session of up to 200 KB be written at any time', () => {
    const pacing = new WritePacing(clock);
    for (const bytes of [0, 1_000, 200_000]) {
      pacing.wrote(session, bytes, true);
      expect(pacing.pauseOf(session)).to.equal(0);
    }
  });

  it('lets 2 MB of one session be written in a second', () => {
    const pacing = new WritePacing(clock);
    pacing.wrote(session, 1_048_576, true);
    expect([pacing.pauseOf(session), pacing.pauseOf({ id: 'b' } as Persistable)]).to.deep.equal([500, 0]);
    clock.advance(499);
    expect(pacing.pauseOf(session)).to.equal(1);
    clock.advance(1);
    expect(pacing.pauseOf(session)).to.equal(0);
    pacing.wrote(session, 1_000, true);
    expect(pacing.pauseOf(session)).to.equal(0);
  });

  it('lets a session that cannot be stored be tried again after a growing pause, until it is stored', () => {
    const pacing = new WritePacing(clock);
    const pauses = Array.from({ length: 8 }, () => [pacing.refused(session), pacing.pauseOf(session)]);
    expect(pauses).to.deep.equal([
      [true, 250],
      [false, 500],
      [false, 1_000],
      [false, 2_000],
      [false, 4_000],
      [false, 8_000],
      [false, 10_000],
      [false, 10_000],
    ]);
    expect(pacing.isRefused(session)).to.equal(true);
    pacing.wrote(session, 1_000, true);
    expect([pacing.isRefused(session), pacing.pauseOf(session)]).to.deep.equal([false, 0]);
    expect([pacing.refused(session), pacing.pauseOf(session)]).to.deep.equal([true, 250]);
  });

  it('says once that a session that cannot be stored continues unstored, until it is stored', () => {
    const pacing = new WritePacing(clock);
    expect(pacing.isFirstReport(session), 'it can be stored').to.equal(false);
    for (let time = 0; time < 2; time++) {
      pacing.refused(session);
      const said = [pacing.isFirstReport(session)];
      pacing.refused(session);
      said.push(pacing.isFirstReport(session));
      expect(said).to.deep.equal([true, false]);
      pacing.wrote(session, 1_000, true);
    }
  });

  it('names a session that was written half a lifetime ago, and again after another half', () => {
    const pacing = new WritePacing(clock);
    const [a, b, released, ended] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }] as Persistable[] as [
      Persistable,
      Persistable,
      Persistable,
      Persistable,
    ];
    for (const each of [a, b, released, ended]) pacing.wrote(each, 1_000, true);
    pacing.wrote(released, 1_000, false);
    pacing.forget(ended);
    clock.advance(400);
    pacing.wrote(a, 1_000, true);
    clock.advance(99);
    const namesAfter = (milliseconds: number): readonly string[] => {
      clock.advance(milliseconds);

      return pacing.takeOld(1_000).map(({ id }) => id);
    };
    expect([namesAfter(0), namesAfter(1), namesAfter(399), namesAfter(1)]).to.deep.equal([[], ['b'], [], ['a']]);
    expect([namesAfter(98), namesAfter(1), namesAfter(400)]).to.deep.equal([[], [], ['b']]);
    expect(pacing.takeOld(Number.POSITIVE_INFINITY)).to.deep.equal([]);
    const namesOf = (held: string): readonly string[] => pacing.takeOld(1_000, held).map(({ id }) => id);
    expect([namesOf('data'), namesOf('data'), namesOf('other data')]).to.deep.equal([[], [], ['a', 'b']]);
  });
});
