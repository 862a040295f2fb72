/**
 * Character references (`&amp;`, `&#58;`) in the static text around holes, decoded as an HTML parser would. `attributes.ts`
 * calls this where static text and values are joined to one string: in attributes and in the text of `title` and
 * `textarea`. All other static HTML goes to the parser as written. This file imports nothing.
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

/** Names that need their semicolon, each with its character in hexadecimal: punctuation, spaces, signs people write by name. */
const named =
  'Tab:9 NewLine:a excl:21 num:23 dollar:24 percnt:25 apos:27 lpar:28 rpar:29 ast:2a midast:2a plus:2b comma:2c ' +
  'period:2e sol:2f colon:3a semi:3b equals:3d quest:3f commat:40 lsqb:5b lbrack:5b bsol:5c rsqb:5d rbrack:5d ' +
  'Hat:5e lowbar:5f UnderBar:5f grave:60 DiacriticalGrave:60 lcub:7b lbrace:7b verbar:7c vert:7c ' +
  'VerticalLine:7c rcub:7d rbrace:7d NonBreakingSpace:a0 ensp:2002 emsp:2003 thinsp:2009 hairsp:200a zwnj:200c ' +
  'zwj:200d lrm:200e rlm:200f hyphen:2010 dash:2010 ndash:2013 mdash:2014 lsquo:2018 rsquo:2019 sbquo:201a ' +
  'ldquo:201c rdquo:201d bdquo:201e dagger:2020 Dagger:2021 bull:2022 bullet:2022 hellip:2026 permil:2030 ' +
  'prime:2032 Prime:2033 lsaquo:2039 rsaquo:203a euro:20ac trade:2122 larr:2190 uarr:2191 rarr:2192 darr:2193 ' +
  'harr:2194 minus:2212 radic:221a infin:221e asymp:2248 ne:2260 le:2264 ge:2265 check:2713 cross:2717 ' +
  'starf:2605 star:2606 OElig:152 oelig:153 Scaron:160 scaron:161 Yuml:178 circ:2c6 tilde:2dc alpha:3b1 ' +
  'beta:3b2 gamma:3b3 delta:3b4 Delta:394 lambda:3bb mu:3bc pi:3c0 Omega:3a9';

/** All names, with their characters. */
const terminated: ReadonlyMap<string, string> = new Map([
  ...bareNames,
  ...named.split(' ').map((entry) => characterOf(...(entry.split(':') as [string, string]))),
]);

function characterOf(name: string, code: string): readonly [string, string] {
  return [name, String.fromCharCode(Number.parseInt(code, 16))];
}

/** The names that are known here. */
export const referenceNames: readonly string[] = [...terminated.keys()];

/** Numbers 128 to 159 mean what Windows-1252 has there; 0 means it has nothing there. */
const windows = [
  0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018,
  0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178,
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
