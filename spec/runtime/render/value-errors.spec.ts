import { expect } from 'chai';
import { describeValue } from '../../../runtime/render/value-errors.js';

describe('value errors', () => {
  it('say what was given', () => {
    const given = [7, 'a', null, () => 1, function named() {}, Promise.resolve(), {}, Object.create(null), new Map()];
    expect(given.map(describeValue)).to.deep.equal([
      ...['7 (number)', 'a (string)', 'null (object)', 'A function', 'A function (named)', 'A promise'],
      ...['An object', 'An object', 'An object (Map)'],
    ]);
  });
});
