import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { scan } from '../../../runtime/template/scanner.js';
import { sourceOf } from '../../../runtime/template/template-source.js';
import { Namespace } from '../../../runtime/wire/patch.js';

const literal = (statics: TemplateStringsArray, ..._holes: readonly unknown[]) => statics;

/** The tokens, each in a few words. */
function tokensOf(statics: TemplateStringsArray, namespace: Namespace = Namespace.Html): readonly string[] {
  return scan(sourceOf(statics), namespace).map((token) => {
    if (token.kind === 'hole') return 'hole';
    if (token.kind !== 'open') return `${token.kind} ${JSON.stringify('text' in token ? token.text : token.name)}`;
    const attributes = token.attributes.map(({ name, value }) => `${name}=${value}`);
    return [token.ends ? 'single' : 'open', token.name, ...attributes].join(' ');
  });
}

/** What is wrong, at which character. */
function faultOf(
  statics: TemplateStringsArray,
  namespace: Namespace = Namespace.Html
): readonly [message: string, mark: string] {
  try {
    scan(sourceOf(statics), namespace);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    const [message = '', quoted = ''] = error.message.split('\n\n');
    const lines = quoted.split('\n');
    const row = lines.findIndex((line) => /^ *\^$/.test(line));
    return [message, (lines[row - 1] ?? '').slice((lines[row] ?? '').length - 1)];
  }
  return ['accepted', ''];
}

describe('scanner', () => {
  describe('tokens', () => {
    it('are tags, texts and holes', () => {
      expect(tokensOf(literal`<P>a${1}b</p >`)).deep.equal(['open p', 'text "a"', 'hole', 'text "b"', 'close "p"']);
    });

    it('have attributes in all notations', () => {
      expect(tokensOf(literal`<a b c=d e = "f>" g='h"' i=${1} j="${1} k" l=/m/>x</a>`)).deep.equal([
        'open a b=undefined c=d e=f> g=h" i=\0 j=\0 k l=/m/',
        'text "x"',
        'close "a"',
      ]);
    });

    it('are void elements, with and without slash', () => {
      expect(tokensOf(literal`<br><br/><INPUT a=b />`)).deep.equal(['single br', 'single br', 'single input a=b']);
    });

    it('are SVG as written, whose elements may end themselves', () => {
      expect(tokensOf(literal`<svg viewBox="0"><linearGradient/><Path d=x /></svg>`)).deep.equal([
        'open svg viewBox=0',
        'single linearGradient',
        'single Path d=x',
        'close "svg"',
      ]);
      expect(tokensOf(literal`<g><title>${1}</title></g>`, Namespace.Svg)).deep.equal([
        'open g',
        'open title',
        'hole',
        'close "title"',
        'close "g"',
      ]);
    });

    it('are the whole content of elements that contain text only', () => {
      expect(tokensOf(literal`<title>a ${1} <b></title>`)).deep.equal([
        'open title',
        'content "a \\u0000 <b>"',
        'close "title"',
      ]);
      expect(tokensOf(literal`<textarea>\n</textareax></TEXTAREA>`)[1]).equal('content "\\n</textareax>"');
      expect(tokensOf(literal`<style>a > b { color: red }</style>`)[1]).equal('content "a > b { color: red }"');
      expect(tokensOf(literal`<iframe src=x></iframe>`)).deep.equal(['open iframe src=x', 'close "iframe"']);
    });

    it('are comments and a doctype', () => {
      expect(tokensOf(literal`<!DOCTYPE html><!-- a <b> -- > --><!--[if x]-->`)).deep.equal([
        'doctype "<!DOCTYPE html>"',
        'comment "<!-- a <b> -- > -->"',
        'comment "<!--[if x]-->"',
      ]);
    });

    it('lack the line break that parsers drop, if it is alone', () => {
      expect(tokensOf(literal`<pre>\n${1}</pre>`)).deep.equal(['open pre', 'hole', 'close "pre"']);
      expect(tokensOf(literal`<pre>\n\na</pre>`)[1]).equal('text "\\n\\na"');
      expect(tokensOf(literal`<p>\n${1}</p>`)[1]).equal('text "\\n"');
    });
  });

  const faults: readonly (readonly [what: string, statics: TemplateStringsArray, message: RegExp, mark: string])[] = [
    ['a hole in a tag name', literal`<h${1}>x</h1>`, /in a tag name\. Choose between whole templates/, '${…}>x</h1>'],
    ['a hole as a tag name', literal`<${1}>x</b>`, /in a tag name/, '${…}>x</b>'],
    ['a hole in an end tag', literal`<b>x</${1}>`, /in a tag name/, '${…}>'],
    ['a hole in the name of an end tag', literal`<h1>x</h${1}>`, /in a tag name/, '${…}>'],
    [
      'a hole as the name of an attribute',
      literal`<p ${1}=x>x</p>`,
      /in an attribute name\. Name the attribute: name=/,
      '${…}=x>x</p>',
    ],
    ['a hole in an attribute name', literal`<p data-${1}=x></p>`, /in an attribute name/, '${…}=x></p>'],
    ['a hole behind a quoted value', literal`<p a="b"${1}></p>`, /in an attribute name/, '${…}></p>'],
    ['a hole in a comment', literal`<!-- ${1} -->`, /in a comment\. Put it outside/, '${…} -->'],
    [
      'a hole in a script',
      literal`<script>a = ${1}</script>`,
      /in <script>\. Put the value into a data/,
      '${…}</script>',
    ],
    ['a hole in a style', literal`<style>a { b: ${1} }</style>`, /in <style>\. Use a class/, '${…} }</style>'],
    [
      'a hole in a style of SVG',
      literal`<svg><style>${1}</style></svg>`,
      /in <style>\. Use a class/,
      '${…}</style></svg>',
    ],
    ['a hole in noscript', literal`<noscript>${1}</noscript>`, /in <noscript>\./, '${…}</noscript>'],
    ['a hole in an iframe', literal`<iframe>${1}</iframe>`, /in <iframe>\./, '${…}</iframe>'],
    ['a hole in xmp', literal`<xmp>${1}</xmp>`, /in <xmp>\./, '${…}</xmp>'],
    ['a hole in noembed', literal`<noembed>${1}</noembed>`, /in <noembed>\./, '${…}</noembed>'],
    ['a hole in noframes', literal`<noframes>${1}</noframes>`, /in <noframes>\./, '${…}</noframes>'],
    [
      'a missing end tag',
      literal`<div><p>x</div>`,
      /^<p> has no end tag\. Write <\/p> before <\/div>\.$/,
      '<p>x</div>',
    ],
    ['an implied end tag', literal`<ul><li>a<li>b</li></ul>`, /^<li> has no end tag/, '<li>a<li>b</li></ul>'],
    ['wrong nesting', literal`<b><i>x</b></i>`, /^<i> has no end tag\. Write <\/i> before <\/b>/, '<i>x</b></i>'],
    ['an end that is missing', literal`<b>x`, /^<b> has no end tag\. Write <\/b> at the end/, '<b>x'],
    ['a title that does not end', literal`<title>x`, /^<title> has no end tag/, '<title>x'],
    ['an end tag too many', literal`<b>x</b></i>`, /^<\/i> ends nothing/, '</i>'],
    ['the end tag of a void element', literal`<br></br>`, /^<br> has no content and no end tag/, '</br>'],
    ['attributes of an end tag', literal`<b>x</b a>`, /not an end tag/, '</b a>'],
    ['an end tag without name', literal`a </ b>`, /not an end tag/, '</ b>'],
    [
      'an HTML element that ends itself',
      literal`<div/>`,
      /^<div\/> does not end itself in HTML\. Write <div><\/div>/,
      '<div/>',
    ],
    ['a < that is no tag', literal`1 < 2`, /begins no tag\. Write &lt;/, '< 2'],
    ['a processing instruction', literal`<?xml?>`, /begins no tag/, '<?xml?>'],
    [
      'a CDATA section',
      literal`<svg><![CDATA[x]]></svg>`,
      /neither a comment nor <!doctype html>/,
      '<![CDATA[x]]></svg>',
    ],
    ['another doctype', literal`<!doctype svg>`, /neither a comment nor <!doctype html>/, '<!doctype svg>'],
    ['a comment that does not end', literal`<!-- x`, /comment is not closed/, '<!-- x'],
    ['a comment that ends at once', literal`<!-->x-->`, /comment is not closed/, '<!-->x-->'],
    ['a comment that ends with --!>', literal`<!-- x --!>`, /ends with -->/, '<!-- x --!>'],
    ['an empty comment', literal`<!---->`, /mark places in the page/, '<!---->'],
    ['a comment that marks the start of a child', literal`<!--[-->`, /mark places in the page/, '<!--[-->'],
    ['a comment that marks the end of a child', literal`<!--]-->`, /mark places in the page/, '<!--]-->'],
    ['a tag that does not end', literal`<p class="a"`, /^The tag <p> is not closed/, '<p class="a"'],
    ['a tag in a tag', literal`<p <b>x</b>`, /^The tag <p> is not closed/, '<p <b>x</b>'],
    ['a quote that does not end', literal`<p a="b>x</p>`, /^The value of a has no closing quote/, '"b>x</p>'],
    ['a value that is missing', literal`<p a=>x</p>`, /^The value of a is missing/, '>x</p>'],
    ['a quote where a name belongs', literal`<p "a">x</p>`, /quote stands where an attribute name/, '"a">x</p>'],
    ['attributes without space between', literal`<p a="b"c="d">x</p>`, /white space between attributes/, 'c="d">x</p>'],
    ['a quote in a value without quotes', literal`<p a=b"c">x</p>`, /must stand in quotes/, '"c">x</p>'],
    ['a slash in a tag', literal`<p / a>x</p>`, /A \/ in a tag/, '/ a>x</p>'],
    ['an equals sign without name', literal`<p =a>x</p>`, /name is missing/, '=a>x</p>'],
    ['a slash at the end of a hole', literal`<input value=${1}/>`, /belongs to the value here/, '/>'],
    ['a comment in a script', literal`<script><!-- x</script>`, /changes where it ends/, '<!-- x</script>'],
    [
      'a line break by reference behind pre',
      literal`<pre>&#10;x</pre>`,
      /drop a line break directly behind <pre>/,
      '&#10;x</pre>',
    ],
  ];

  for (const [what, statics, message, mark] of faults) {
    it(`throws an error if there is ${what}`, () => {
      const fault = faultOf(statics);
      expect(fault[0]).match(message);
      expect(fault[1]).equal(mark);
    });
  }
});
