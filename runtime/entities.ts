/**
 * Character references (`&amp;`, `&#58;`) in the static text around holes, turned into the characters
 * an HTML parser would read. `template.ts` needs it where static text and values are joined to one
 * string: in attributes and in the text of `title` and `textarea`. Everywhere else static HTML goes to
 * the parser as written. This file imports nothing.
 */

// NAMES -----------------------------------------------------------------------

/** U+00A0 to U+00FF in order. Parsers read these, and those of `bareNames`, without a semicolon too. */
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute ' +
  'micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig ' +
  'Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash ' +
  'Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc ' +
  'euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml ' +
  'yacute thorn yuml';

const bareNames: readonly (readonly [string, string])[] = [
  ...latin.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...Object.entries({ amp: '&', AMP: '&', lt: '<', LT: '<', gt: '>', GT: '>', quot: '"', QUOT: '"' }),
  ...Object.entries({ COPY: '\u00a9', REG: '\u00ae' }),
];

/** Names that may stand without a semicolon. */
const bare: ReadonlyMap<string, string> = new Map(bareNames);

/** Names that need their semicolon: ASCII punctuation, spaces, and the signs people write by name. */
const terminated: ReadonlyMap<string, string> = new Map([
  ...bareNames,
  ...Object.entries({
    Tab: '\t', NewLine: '\n', excl: '!', num: '#', dollar: '$', percnt: '%', apos: "'", lpar: '(', rpar: ')',
    ast: '*', midast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';', equals: '=',
    quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', Hat: '^', lowbar: '_',
    UnderBar: '_', grave: '`', DiacriticalGrave: '`', lcub: '{', lbrace: '{', verbar: '|', vert: '|',
    VerticalLine: '|', rcub: '}', rbrace: '}', NonBreakingSpace: '\u00a0', ensp: '\u2002', emsp: '\u2003',
    thinsp: '\u2009', hairsp: '\u200a', zwnj: '\u200c', zwj: '\u200d', lrm: '\u200e', rlm: '\u200f',
    hyphen: '\u2010', dash: '\u2010', ndash: '\u2013', mdash: '\u2014', lsquo: '\u2018', rsquo: '\u2019',
    sbquo: '\u201a', ldquo: '\u201c', rdquo: '\u201d', bdquo: '\u201e', dagger: '\u2020', Dagger: '\u2021',
    bull: '\u2022', bullet: '\u2022', hellip: '\u2026', permil: '\u2030', prime: '\u2032', Prime: '\u2033',
    lsaquo: '\u2039', rsaquo: '\u203a', euro: '\u20ac', trade: '\u2122', larr: '\u2190', uarr: '\u2191',
    rarr: '\u2192', darr: '\u2193', harr: '\u2194', minus: '\u2212', radic: '\u221a', infin: '\u221e',
    asymp: '\u2248', ne: '\u2260', le: '\u2264', ge: '\u2265', check: '\u2713', cross: '\u2717',
    starf: '\u2605', star: '\u2606', OElig: '\u0152', oelig: '\u0153', Scaron: '\u0160', scaron: '\u0161',
    Yuml: '\u0178', circ: '\u02c6', tilde: '\u02dc', alpha: '\u03b1', beta: '\u03b2', gamma: '\u03b3',
    delta: '\u03b4', Delta: '\u0394', lambda: '\u03bb', mu: '\u03bc', pi: '\u03c0', Omega: '\u03a9',
  }),
]);

/** Numbers 128 to 159 mean what Windows-1252 has there; 0 means it has nothing there. */
const windows = [
  0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178,
];

// DECODING --------------------------------------------------------------------

/** A decoded text, or the reference in it that has no one meaning. */
export type Decoded = { readonly text: string } | { readonly unknown: string; readonly at: number };

const reference = /&(?:#[xX](?<hex>[0-9a-fA-F]+);?|#(?<decimal>[0-9]+);?|(?<name>[a-zA-Z][a-zA-Z0-9]*)(?<end>;?))/g;

/**
 * The text an HTML parser reads from `source`, which stands beside a hole.
 *
 * A name with a semicolon that is not known here, and one without a semicolon directly before a hole,
 * are given back as `unknown`. `inAttribute` matters for names without a semicolon: `?a=1&copy=2` is
 * a query in an attribute and has a copyright sign in text.
 */
export function decodeReferences(source: string, inAttribute: boolean): Decoded {
  let text = '';
  let from = 0;

  for (const match of source.matchAll(reference)) {
    const character = decodeReference(match, source, inAttribute);
    if (character === undefined) return { unknown: match[0], at: match.index };
    text += source.slice(from, match.index) + character;
    from = match.index + match[0].length;
  }
  return { text: text + source.slice(from) };
}

function decodeReference(match: RegExpExecArray, source: string, inAttribute: boolean): string | undefined {
  const { hex, decimal, name, end } = match.groups ?? {};
  if (hex !== undefined) return decodeNumber(Number.parseInt(hex, 16));
  if (decimal !== undefined) return decodeNumber(Number.parseInt(decimal, 10));
  if (name === undefined) return match[0];
  if (end === ';') return terminated.get(name);

  return decodeBare(name, source.charAt(match.index + match[0].length), inAttribute);
}

/** A name without a semicolon: the longest known name it begins with counts, if any. */
function decodeBare(name: string, following: string, inAttribute: boolean): string | undefined {
  for (let length = name.length; length >= 2; length--) {
    const character = bare.get(name.slice(0, length));
    if (character === undefined) continue;
    if (length === name.length && following === '') return undefined;
    if (inAttribute && (length < name.length || following === '=')) break;
    return character + name.slice(length);
  }
  return `&${name}`;
}

function decodeNumber(number: number): string {
  if (number >= 0x80 && number <= 0x9f) return String.fromCharCode(windows[number - 0x80] || number);

  const surrogate = number >= 0xd800 && number <= 0xdfff;
  return number === 0 || number > 0x10ffff || surrogate ? '\ufffd' : String.fromCodePoint(number);
}
