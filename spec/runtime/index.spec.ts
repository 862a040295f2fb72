import { expect } from 'chai';
import * as entry from 'troupe';

describe('the entry', () => {
  it('exports what a component is written with, and nothing else', () => {
    expect(Object.keys(entry).sort()).to.deep.equal([
      'ErrorCode',
      'TroupeError',
      'actor',
      'callback',
      'component',
      'every',
      'generator',
      'html',
      'notFound',
      'observable',
      'presence',
      'redirect',
      'repeat',
      'shared',
      'spread',
      'status',
      'task',
      'topic',
      'unsafeHtml',
    ]);
  });
});
