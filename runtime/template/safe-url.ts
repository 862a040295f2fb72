/**
 * Which URLs may stand in a page: those whose scheme cannot run script. `attributes.ts` marks the parts that hold a URL
 * by `takesUrl`. Before `attribute-values.ts` writes a value into such a part, it asks `safeUrl` or `safeSrcset`, and
 * writes `invalidUrl` instead of a refused one. This file imports nothing.
 */

// CONSTANTS -------------------------------------------------------------------

/** What replaces a refused URL: it leads nowhere and is easy to find. */
export const invalidUrl = 'about:invalid';

/** Attributes, in any element and as properties too, whose value is a URL or a list of URLs. */
const urlNames = new Set(
  (
    'action archive background cite classid codebase dynsrc formaction href icon imagesrcset longdesc lowsrc ' +
    'manifest ping poster profile src srcset xlink:href xml:base'
  ).split(' ')
);

/** Schemes that run or carry script in a browser, old ones included. */
const scriptSchemes = new Set('javascript jscript livescript mhtml mk mocha ms-its vbs vbscript'.split(' '));

/** Schemes before another URL, whose scheme then decides. */
const wrapperSchemes = new Set('feed jar pcast view-source wyciwyg'.split(' '));

/** Images that are only pixels. SVG is not: it is a document. */
const pixelData = /^data:image\/(?:avif|gif|jpe?g|png|webp)[;,]/i;

/** Characters that URL parsers remove, and controls that other software drops, NUL above all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it matches
const ignored = /[\u0000-\u0020\u007f]+/g;

const scheme = /^([a-z][a-z0-9+.-]*):/i;

/** One candidate of a `srcset`: its URL, then a comma, or descriptors up to the next comma outside parentheses. */
const candidate = /[\s,]*(?<url>\S*[^\s,])(?:,|(?:\([^)]*\)?|[^,(])*)/g;

// QUERIES ---------------------------------------------------------------------

/** Whether the attribute or property `name` of `element` holds a URL. */
export function takesUrl(element: string, name: string): boolean {
  const lower = name.toLowerCase();

  return urlNames.has(lower) || (lower === 'data' && element.toLowerCase() === 'object');
}

/**
 * Whether a URL is relative or has a scheme that cannot run script.
 *
 * It reads a URL as parsers do: case does not count, nor do leading control characters and spaces, nor tabs and line
 * breaks anywhere. Of `data:` URLs, only images made of pixels pass.
 *
 * ```ts
 * safeUrl('/users/7'); // true
 * safeUrl(' java\nscript:alert(1)'); // false
 * ```
 */
export function safeUrl(value: string): boolean {
  if (!value.includes(':')) return true;

  let rest = value.replace(ignored, '');
  for (;;) {
    const name = scheme.exec(rest)?.[1]?.toLowerCase();
    if (name === undefined) return true;
    if (name === 'data') return pixelData.test(rest);
    if (!wrapperSchemes.has(name)) return !scriptSchemes.has(name);
    rest = rest.slice(name.length + 1);
  }
}

/** Whether every candidate of a `srcset` is a safe URL. */
export function safeSrcset(value: string): boolean {
  for (const { groups } of value.matchAll(candidate)) {
    if (!safeUrl(groups?.url ?? '')) return false;
  }
  return true;
}
