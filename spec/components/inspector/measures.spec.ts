import { expect } from 'chai';
import { age, bytes, count, counted, duration, timeOfDay } from '../../../components/inspector/measures.js';

describe('measures', () => {
  it('writes durations with two digits that matter', () => {
    const given = [0, 0.004, 0.005, 0.12, 0.999, 1.24, 9.94, 12.4, 999, 1_240, 61_000];
    expect(given.map(duration)).to.deep.equal([
      ...['0 ms', '0 ms', '0.01 ms', '0.12 ms', '1.00 ms', '1.2 ms', '9.9 ms', '12 ms', '999 ms', '1.2 s', '61 s'],
    ]);
  });

  it('writes ages in the largest unit of which there is one', () => {
    const given = [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 48 * 3_600_000];
    expect(given.map(age)).to.deep.equal(['now', 'now', '1 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 d']);
  });

  it('writes sizes', () => {
    expect([0, 312, 1_023, 1_229, 20_480, 1_048_576].map(bytes)).to.deep.equal([
      ...['0 B', '312 B', '1023 B', '1.2 KB', '20 KB', '1.0 MB'],
    ]);
  });

  it('writes counts, alone and with what is counted', () => {
    expect(count(10_000)).to.equal('10,000');
    expect([0, 1, 1_200].map((value) => counted(value, 'session'))).to.deep.equal([
      ...['0 sessions', '1 session', '1,200 sessions'],
    ]);
    expect(counted(2, 'entry', 'entries')).to.equal('2 entries');
  });

  it('writes times of day to the millisecond, where the server is', () => {
    expect(timeOfDay(new Date(2026, 0, 1, 4, 3, 7, 42).getTime())).to.equal('04:03:07.042');
  });
});
