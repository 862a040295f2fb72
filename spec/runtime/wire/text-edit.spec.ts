import { expect } from 'chai';
import { applyEdit, joinEdits, rebase, rebasePosition, textEdit } from '../../../runtime/wire/text-edit.js';

/** Both sides apply their own change and then the other's. */
function merge(base: string, write: string, edit: string): string {
  const [writeAfter, editAfter] = rebase(textEdit(base, write), textEdit(base, edit));
  const merged = applyEdit(write, editAfter);
  expect(applyEdit(edit, writeAfter), 'the same on both sides').to.equal(merged);

  return merged;
}

describe('wire/text-edit', () => {
  it('makes the shortest edit', () => {
    expect(textEdit('abc', 'axc')).to.deep.equal({ at: 1, cut: 1, text: 'x' });
    expect(textEdit('abc', 'abc')).to.deep.equal({ at: 3, cut: 0, text: '' });
    expect(textEdit('aa', 'aaa')).to.deep.equal({ at: 2, cut: 0, text: 'a' });
  });

  it('keeps no more than what may have stayed: a selection that was typed over was replaced', () => {
    expect(textEdit('ab', 'b', 0, 0)).to.deep.equal({ at: 0, cut: 2, text: 'b' });
    expect(textEdit('aa', 'aaa', 0, 2)).to.deep.equal({ at: 0, cut: 0, text: 'a' });
  });

  it('applies what lies beyond the end at the end', () => {
    expect(applyEdit('ab', { at: 9, cut: 3, text: 'c' })).to.equal('abc');
  });

  for (const [what, base, write, edit, merged] of [
    ['what was typed behind a text that is cut', 'one', '', 'onet', 't'],
    ['what was typed in front of it', 'one', '', 'tone', 't'],
    ['what was typed inside of it', 'one', '', 'otne', 't'],
    ['what was typed behind an insertion at the same place', '555', '(555) ', '5551', '(555) 1'],
    ['the place in a text of the same length', 'abc', 'ABC', 'abxc', 'ABxC'],
    ['a removal in a text of the same length', 'hello', 'HELLO', 'helo', 'HELO'],
    ['two changes apart from each other', 'abcdef', 'Xbcdef', 'abcdeY', 'XbcdeY'],
    ['a replacement of all by the user', 'abc', 'ABC', 'x', 'x'],
  ] as const) {
    it(`keeps ${what}`, () => {
      expect(merge(base, write, edit)).to.equal(merged);
    });
  }

  it('joins edits that follow each other', () => {
    for (const [first, second, third] of [
      ['', 'one', 'onetwo'],
      ['abc', 'abxc', 'abc'],
      ['abcdef', 'Xbcdef', 'XbcdeY'],
      ['abcdef', 'abcde', 'bcde'],
      ['abc', 'axc', 'ayyc'],
    ] as const) {
      const joined = joinEdits(second, textEdit(first, second), textEdit(second, third));
      expect(applyEdit(first, joined), `${first} ${second} ${third}`).to.equal(third);
    }
  });

  it('moves a caret with the text around it', () => {
    expect(rebasePosition(textEdit('one', ''), 3)).to.equal(0);
    expect(rebasePosition(textEdit('b', 'ab'), 1)).to.equal(2);
    expect(rebasePosition(textEdit('ab', 'abc'), 1)).to.equal(1);
  });
});
