import { expect } from 'chai';
import { keyOf, markOf, marksOf, principalText } from '../../../runtime/identity/principal.js';

describe('principal', () => {
  it('is written as text', () => {
    expect(principalText(undefined)).to.equal('');
    expect(principalText(null)).to.equal('');
    expect(principalText({ id: 1 })).to.equal('{"id":1}');
    expect(principalText('')).to.equal('""');
  });

  it('has a key: itself, its id, or its JSON', () => {
    expect(['ada', 42, { id: 'ada', roles: ['editor'] }, { id: 42 }].map(keyOf)).to.deep.equal([
      'ada',
      '42',
      'ada',
      '42',
    ]);
    expect([{ name: 'ada' }, ['ada'], { id: {} }].map(keyOf)).to.deep.equal(['{"name":"ada"}', '["ada"]', '{"id":{}}']);
    expect([undefined, null, ''].map(keyOf)).to.deep.equal(['', '', '']);
  });

  it('has a mark for everywhere and one for its browser, which say nothing of it', () => {
    const marks = marksOf({ id: 'ada' }, 'browser');
    expect(marks).to.deep.equal([markOf('ada'), markOf('ada', 'browser')]);
    expect(new Set([...marks, markOf('eve'), markOf('ada', 'other')]).size).to.equal(4);
    for (const mark of marks) expect(mark).to.match(/^[\w-]{22}$/);
    expect(marksOf(undefined, 'browser')).to.deep.equal([]);
  });
});
