/**
 * All that can happen to a session with two nodes, a store and a tab. `MODEL_DEPTH` explores the largest exploration
 * deeper: each step more takes about three times as long.
 */

import { expect } from 'chai';
import { describeExplored, type Explored, explore } from './explorer.js';
import { createModel, soundRules } from './session-model.js';
import type { Budget, Rules } from './world.js';

const none: Budget = { clicks: 0, cuts: 0, outages: 0, crashes: 0, reloads: 0, lostReplies: 0, losses: 0, forgets: 0 };

/** Deeper than any exploration goes: all states are visited. */
const unlimited = 1_000;

function exploreWith(budget: Partial<Budget>, depth: number, rules: Partial<Rules> = {}, isStored = true): Explored {
  const explored = explore(createModel({ ...none, ...budget }, { ...soundRules, ...rules }, isStored), depth);
  console.log(`      ${describeExplored(explored).replaceAll('\n', '\n      ')}`);

  return explored;
}

describe('the model of ownership, acknowledgement and page loads', function () {
  this.timeout(0);

  describe('breaks no promise', () => {
    it('when a node is cut off from the store and its page joins elsewhere', () => {
      const explored = exploreWith({ clicks: 2, cuts: 2, outages: 1 }, unlimited);
      expect([explored.violation, explored.isComplete]).to.deep.equal([undefined, true]);
    });

    it('when the page is loaded again and a node crashes', () => {
      const explored = exploreWith({ clicks: 2, reloads: 2, crashes: 1 }, unlimited);
      expect([explored.violation, explored.isComplete]).to.deep.equal([undefined, true]);
    });

    it('when the store fails while the first page is rendered', () => {
      const explored = exploreWith({ clicks: 1, cuts: 1, outages: 1, reloads: 1 }, unlimited, {}, false);
      expect([explored.violation, explored.isComplete]).to.deep.equal([undefined, true]);
    });

    it('when a node crashes and the store has lost a write', () => {
      const explored = exploreWith({ clicks: 2, crashes: 1, losses: 1, reloads: 1 }, unlimited);
      expect([explored.violation, explored.isComplete]).to.deep.equal([undefined, true]);
    });

    it('when a node is cut off from the store, and the store loses all that it held', () => {
      const explored = exploreWith({ clicks: 1, cuts: 2, outages: 1, forgets: 1 }, unlimited);
      expect([explored.violation, explored.isComplete]).to.deep.equal([undefined, true]);
    });

    it('with all of that, and writes whose reply is lost', () => {
      const budget = { clicks: 3, cuts: 2, outages: 1, crashes: 1, reloads: 2, lostReplies: 1 };
      const explored = exploreWith(budget, Number(process.env['MODEL_DEPTH'] ?? 8));
      expect(explored.violation).to.equal(undefined);
    });
  });

  describe('finds', () => {
    it('a node that answers for a session although another node may have taken it', () => {
      const { violation } = exploreWith({ clicks: 1, cuts: 2, outages: 1 }, unlimited, { answersUnproven: true });
      expect(violation?.promise).to.match(/1 durable events are lost, which the store holds/);
    });

    it('a node whose session another node has taken, when the store has lost who owns it', () => {
      const budget = { clicks: 1, cuts: 2, outages: 1, forgets: 1 };
      const { violation } = exploreWith(budget, unlimited, { keepsFence: true });
      expect(violation?.promise).to.match(/1 durable events are lost, which the store holds/);
    });

    it('a fresh session that the store does not know when the page hears of it', () => {
      const { violation } = exploreWith({ clicks: 1, cuts: 2, forgets: 1 }, unlimited, { answersUnstored: true });
      expect(violation?.promise).to.match(/1 durable events are lost, which the store holds/);
    });

    it('a page load that renames inherited events before the store knows it', () => {
      const { violation } = exploreWith({ clicks: 1, crashes: 1, reloads: 2 }, unlimited, { renamesInherited: true });
      expect(violation?.promise).to.match(/applied twice/);
    });
  });
});
