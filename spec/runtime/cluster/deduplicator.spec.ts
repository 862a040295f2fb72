import { expect } from 'chai';
import { Deduplicator } from '../../../runtime/cluster/deduplicator.js';

describe('deduplicator', () => {
  it('are ids that have come before', () => {
    const repeats = new Deduplicator();
    expect(['a', 'b', 'a', 'b', 'c'].map((id) => repeats.has(id))).to.deep.equal([false, false, true, true, false]);
  });

  it('are never things without an id', () => {
    const repeats = new Deduplicator();
    expect([undefined, undefined].map((id) => repeats.has(id))).to.deep.equal([false, false]);
  });

  it('are remembered for the latest ten thousand ids', () => {
    const repeats = new Deduplicator();
    for (let index = 0; index < 10_001; index++) repeats.has(`${index}`);
    expect([repeats.has('1'), repeats.has('10000'), repeats.has('0')]).to.deep.equal([true, true, false]);
  });
});
