import { expect } from 'chai';
import { describeExplored, explore, type Model } from './explorer.js';

/** Two jugs of 3 and 5 litres. */
const jugs = (forbidden: number): Model<{ small: number; large: number }> => ({
  initial: { small: 0, large: 0 },
  steps: ({ small, large }) => [
    { label: 'fill the small one', take: (jug) => Object.assign(jug, { small: 3 }) },
    { label: 'fill the large one', take: (jug) => Object.assign(jug, { large: 5 }) },
    { label: 'empty the small one', take: (jug) => Object.assign(jug, { small: 0 }) },
    { label: 'empty the large one', take: (jug) => Object.assign(jug, { large: 0 }) },
    {
      label: 'pour the small one into the large one',
      take: (jug) => {
        jug.large = Math.min(5, large + small);
        jug.small = small + large - jug.large;
      },
    },
    {
      label: 'pour the large one into the small one',
      take: (jug) => {
        jug.small = Math.min(3, small + large);
        jug.large = small + large - jug.small;
      },
    },
  ],
  broken: ({ large }) => (large === forbidden ? `There are ${large} litres.` : undefined),
});

describe('explorer', () => {
  it('finds a shortest way to a state that breaks a promise', () => {
    const { violation } = explore(jugs(4), 20);
    expect(violation).to.deep.equal({
      promise: 'There are 4 litres.',
      trace: [
        ...['fill the large one', 'pour the large one into the small one', 'empty the small one'],
        ...['pour the large one into the small one', 'fill the large one', 'pour the large one into the small one'],
      ],
    });
  });

  it('visits each state once, and says when there are no more', () => {
    expect(explore(jugs(6), 20)).to.deep.equal({ states: 16, depth: 8, isComplete: true });
    expect(explore(jugs(6), 2)).to.deep.equal({ states: 6, depth: 2, isComplete: false });
  });

  it('describes what it has found', () => {
    expect(describeExplored(explore(jugs(5), 20))).to.equal(
      '3 states, to depth 1: There are 5 litres.\n   1. fill the large one'
    );
    expect(describeExplored(explore(jugs(6), 20))).to.equal('16 states, all of them: no promise is broken');
  });
});
