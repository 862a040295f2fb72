import { expect } from 'chai';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { decodeReferences, referenceNames } from '../../../runtime/template/character-references.js';
import { lawParameters } from '../../laws/parameters.js';

type ParsedElement = DefaultTreeAdapterTypes.Element;
type ParsedText = DefaultTreeAdapterTypes.TextNode;

/** What a parser reads in an attribute, and in the text of a `title`. */
function parsed(source: string, inAttribute: boolean): string {
  if (inAttribute) {
    return (parseFragment(`<p title="${source}">`).childNodes[0] as ParsedElement).attrs[0]?.value ?? '';
  }
  const [text] = (parseFragment(`<title>${source}</title>`).childNodes[0] as ParsedElement).childNodes;
  return (text as ParsedText | undefined)?.value ?? '';
}

function expectDecoded(source: string): void {
  for (const inAttribute of [true, false]) {
    const decoded = decodeReferences(source, inAttribute);
    if ('text' in decoded) expect(decoded.text).equal(parsed(source, inAttribute), source);
  }
}

describe('character references', () => {
  it('reads named references', () => {
    const source = 'a&amp;b&lt;&gt;&quot;&apos;&nbsp;&copy;&eacute;&euro;&hellip;&mdash;';
    expect(decodeReferences(source, true)).deep.equal({ text: 'a&b<>"\'\u00a0©é€…—' });
  });

  it('reads the names that can hide in a URL', () => {
    const source = 'javascript&colon;alert&lpar;1&rpar;&Tab;&NewLine;&sol;&semi;&quest;&num;&equals;&commat;&period;';
    expect(decodeReferences(source, true)).deep.equal({ text: 'javascript:alert(1)\t\n/;?#=@.' });
  });

  it('reads numbers, in both notations, with and without semicolon', () => {
    expect(decodeReferences('&#58;&#x3a;&#X3A;&#58x&#x3ag', true)).deep.equal({ text: '::::x:g' });
  });

  it('reads numbers that mean something else as parsers do', () => {
    const source = '&#0;&#xd800;&#x110000;&#99999999999999999999;&#x80;&#x9f;&#x81;&#x1f600;';
    expect(decodeReferences(source, true)).deep.equal({ text: '\ufffd\ufffd\ufffd\ufffd€Ÿ\u0081😀' });
    expectDecoded(source);
  });

  it('reads names without semicolon by what follows, as parsers do', () => {
    expect(decodeReferences('?a=1&copy=2&copyright', true)).deep.equal({ text: '?a=1&copy=2&copyright' });
    expect(decodeReferences('?a=1&copy=2&notit ', false)).deep.equal({ text: '?a=1©=2¬it ' });
    expect(decodeReferences('&copy &amp&', true)).deep.equal({ text: '© &&' });
  });

  it('leaves what is no reference', () => {
    const source = '& && &; &# &#; &#x; &#xg &1; a&b c &notaname ';
    expect(decodeReferences(source, true)).deep.equal({ text: source });
  });

  it('gives back a name that is not known', () => {
    expect(decodeReferences('a &CounterClockwiseContourIntegral; b', true)).deep.equal({
      unknown: '&CounterClockwiseContourIntegral;',
      at: 2,
    });
  });

  it('gives back a name without semicolon directly before a hole', () => {
    expect(decodeReferences('?a&copy', true)).deep.equal({ unknown: '&copy', at: 2 });
    expect(decodeReferences('?a&b', true)).deep.equal({ text: '?a&b' });
  });

  it('reads what a parser reads, whatever it is given', () => {
    const piece = fc.constantFrom(
      ...'& # x X ; = 0 1 9 a f g 58 3a colon copy not notin amp lt Tab nbsp sup sup1'.split(' '),
      ' '
    );

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => expectDecoded(pieces.join(''))),
      lawParameters(20_000)
    );
  });

  it('reads every name it knows as a parser does', () => {
    expect(referenceNames.length).greaterThan(200);
    for (const name of referenceNames) expectDecoded(`&${name};`);
    for (const name of referenceNames) expectDecoded(`&${name} `);
  });

  it('reads every number as a parser does', () => {
    for (let code = 1; code < 0x2700; code++) if (code !== 13) expectDecoded(`&#${code};`);
  });
});
