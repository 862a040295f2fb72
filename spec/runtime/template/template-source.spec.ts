import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { hole, markHole, placeOfHole, sourceOf, templateError } from '../../../runtime/template/template-source.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

describe('template source', () => {
  it('has a NUL for every hole', () => {
    const source = sourceOf(literal`<p>${1} and ${2}</p>`);
    expect(source).equal(`<p>${hole} and ${hole}</p>`);
    expect([placeOfHole(source, 0), placeOfHole(source, 1)]).deep.equal([3, 9]);
  });

  it('has line breaks as parsers read them', () => {
    expect(sourceOf(literal`a\r\nb\rc\n\rd${1}\r`)).equal('a\nb\nc\n\nd\0\n');
  });

  it('throws an error if there is a NUL', () => {
    expect(() => sourceOf(literal`<p>${1}a\0b</p>`)).throw(
      TroupeError,
      /^NUL cannot stand in HTML\. Remove it\.\n\n {4}<p>.*\n {12}\^$/
    );
  });

  it('throws an error if there is an invalid escape sequence', () => {
    expect(() => sourceOf(literal`\unicode`)).throw(
      TroupeError,
      /^A template has an invalid escape sequence\. Write \\\\ /
    );
  });

  describe('an error', () => {
    it('shows the line with the place marked, two lines before and one after', () => {
      const source = sourceOf(literal`1
2
  3
  <p class=${1}><b>
5
6`);
      const { message, code } = templateError(source, source.indexOf('<b>'), 'Wrong.');
      expect(code).equal('template');
      expect(message.split('\n')).deep.equal([
        'Wrong.',
        '',
        '    2',
        '      3',
        '      <p class=${…}><b>',
        '                    ^',
        '    5',
      ]);
    });

    it('marks the first and the last place', () => {
      expect(templateError('ab', 0, 'x').message).equal('x\n\n    ab\n    ^');
      expect(templateError('ab', 2, 'x').message).equal('x\n\n    ab\n      ^');
      expect(templateError('', 0, 'x').message).equal('x\n\n\n    ^');
    });
  });

  it('marks a hole by its index', () => {
    expect(markHole(literal`<p a=${1}>${2}</p>`, 1)).equal('    <p a=${…}>${…}</p>\n              ^');
  });
});
