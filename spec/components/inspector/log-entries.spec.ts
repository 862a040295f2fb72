import { expect } from 'chai';
import type { Inspected } from 'troupe/inspection';
import { keepSame, type LogQuestion, readLog } from '../../../components/inspector/log-entries.js';
import { countUp, StagedInspection, type StagedSession, stageCounter } from '../../fixtures/inspection.js';

describe('log entries', () => {
  let session: StagedSession;
  let inspected: Inspected;

  beforeEach(() => {
    session = stageCounter(new StagedInspection(), 'a');
    inspected = session.open();
  });

  const read = (question: Partial<LogQuestion> = {}) =>
    readLog(inspected, { actor: '', type: '', anchor: undefined, below: 0, chosen: 0, sought: 0, ...question });

  it('are the last ones of all, with names for ids', () => {
    countUp(session, 200);
    const { rows, start, total, found } = read();
    expect([start + rows.length, total, found]).to.deep.equal([200, 200, 200]);
    expect(rows.at(-1)?.number).to.equal(200);
    expect(rows.map(({ fromName, toName }) => `${fromName} ${toName}`)).to.include('every 1000 counter');
  });

  it('are fewer than a hundred of ten thousand, those that are scrolled to', () => {
    countUp(session, 10_000);
    const { rows, start } = read({ below: 5_000 });
    expect(rows.length).to.be.lessThan(100);
    expect(rows[0]?.number).to.equal(start + 1);
    expect(rows.some(({ number }) => number === 4_990)).to.equal(true);
  });

  it('are up to the newest one when the list was held', () => {
    countUp(session, 60);
    const { rows, total, found } = read({ anchor: 50 });
    expect([rows.at(-1)?.number, total, found]).to.deep.equal([50, 50, 60]);
  });

  it('are found by number though the oldest are forgotten', () => {
    countUp(session, 60);
    session.entries.splice(0, 20);
    const { rows, total, sought, chosen } = read({ anchor: 50, sought: 30, chosen: 30 });
    expect([rows.at(-1)?.number, total, sought, chosen?.number]).to.deep.equal([50, 30, 9, 30]);
    expect(read({ chosen: 5 }).chosen).to.equal(undefined);
  });

  it('are those of an actor and a type, while the chosen one may be any', () => {
    countUp(session, 9);
    session.happen({ to: 'item', type: 'toggled' });
    const { rows, chosen, found } = read({ actor: 'counter', type: 'SECOND', chosen: 10 });
    expect(rows.map(({ number }) => number)).to.deep.equal([3, 6, 9]);
    expect([found, chosen?.toName]).to.deep.equal([3, 'item 7']);
  });

  it('are none of an empty log', () => {
    expect(read({ anchor: 0, chosen: 1 })).to.deep.include({ rows: [], total: 0, found: 0, chosen: undefined });
  });

  it('are the same objects as before if nothing of them has changed', () => {
    countUp(session, 3);
    const before = read().rows;
    session.entries[1] = { ...(session.entries[1] as (typeof session.entries)[number]), bytes: 99 };
    const after = keepSame(before, read().rows);
    expect(after.map((row, index) => row === before[index])).to.deep.equal([true, false, true]);
    expect(after[1]?.bytes).to.equal(99);
  });
});
