/**
 * The content model: what an HTML parser would do with an element in a place. Parsers silently move, close or drop an
 * element in a wrong place (`<div>` in `<p>`, `<tr>` directly in `<table>`). The page would then differ from the template.
 * `template.ts` asks here before a template is used, for the template itself and for each place where it is used.
 *
 * A `Context` has everything that matters of the ancestors of a place, across templates and components. There are few
 * contexts, each exists once, and `enter` leads from one to the next. Every element here has its end tag, so a context
 * depends on ancestors alone and never on what came before.
 */

import { Namespace } from '../wire/patch.js';

// TYPES -----------------------------------------------------------------------

/** An element as the content model sees it. */
export interface Element {
  /** Its name in lower case. */
  readonly name: string;
  /** Its attributes as written, by name in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** A place for content. The same situation is the same object. */
export interface Context {
  /** The namespace that elements there are parsed in. */
  readonly namespace: Namespace;
  /** The element directly around, where that matters; else ''. */
  readonly parent: string;
  /** Ancestors that some start tags would close: `Open` bits. */
  readonly open: number;
  /** Whether text other than white space may stand there. */
  readonly text: boolean;
}

/** Why an element cannot stand in a context, and what to do about it. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

/** What may be open around a place, in the scope that parsers search. */
const Open = { P: 1, A: 2, Button: 4, Nobr: 8, Form: 16, Item: 32, Description: 64, Ruby: 128, Document: 256 } as const;

// ELEMENTS --------------------------------------------------------------------

/** The parent of the `html` element. */
const documentParent = '#document';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements without content and without end tag. */
export const voidElements = words(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'
);

/** Elements whose content is text only and taken literally. */
export const rawTextElements = words('iframe noembed noframes noscript script style xmp');

/** Elements whose content is text only, with character references. */
export const joinedTextElements = words('textarea title');

/** Elements after whose start tag parsers drop a line break. */
export const newlineDroppingElements = words('listing pre textarea');

/** Start tags that close an open `<p>`. */
const paragraphClosers = words(
  'address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre search section summary table ul xmp'
);

/**
 * Elements at which parsers stop looking for an open `<li>`, `<dd>` or `<dt>`. `<search>` is not among them: parsers that are
 * older than it go past it, so an item in it may not stand in an item without a list between.
 */
const itemBoundaries = words(
  'applet area article aside base basefont bgsound blockquote body br button caption center col colgroup dd details ' +
    'dir dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr ' +
    'html iframe img input keygen li link listing main marquee menu meta nav noembed noframes noscript object ol param ' +
    'plaintext pre script section select source style summary table tbody td template textarea tfoot th thead ' +
    'title tr track ul wbr xmp'
);

/** Elements at which parsers stop looking for most other open elements. */
const scopeBoundaries = words('applet caption html marquee object table td th');

/** Elements at which parsers stop looking for an open `<a>`. */
const formattingBoundaries = words('applet caption marquee object td th');

/** Start tags that end SVG and MathML. */
const breakouts = words(
  'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta ' +
    'nobr ol p pre ruby s small span strike strong sub sup table tt u ul var'
);

const documentElements = words('html head body');
const headings = words('h1 h2 h3 h4 h5 h6');
const rubyTexts = words('rb rp rt rtc');
const svgIntegrationPoints = words('desc foreignobject title');
const mathMlTextPoints = words('mi mn mo ms mtext');

/** Open elements that a `<rt>` in a `<ruby>` closes. */
const rubyClosed = words('dd dt li optgroup option p rb rp rt rtc');

// RULES -----------------------------------------------------------------------

/** The only elements some elements may contain; the parser moves or drops others. */
const onlyChildren: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [documentParent, words('html')],
  ['html', words('head body')],
  ['head', words('base link meta noscript script style title')],
  ['table', words('caption colgroup tbody tfoot thead style')],
  ['colgroup', words('col')],
  ['tbody', words('tr style')],
  ['thead', words('tr style')],
  ['tfoot', words('tr style')],
  ['tr', words('td th style')],
  ['select', words('hr optgroup option')],
  ['optgroup', words('option')],
  ['option', new Set<string>()],
]);

/** Parents whose text is moved out, dropped or never shown. */
const textless = words('#document html head table colgroup tbody thead tfoot tr select optgroup');

/** The only elements some elements may stand in; elsewhere the parser drops them or adds what is missing. */
const onlyParents: ReadonlyMap<string, readonly string[]> = new Map([
  ['html', [documentParent]],
  ['head', ['html']],
  ['body', ['html']],
  ['caption', ['table']],
  ['colgroup', ['table']],
  ['tbody', ['table']],
  ['thead', ['table']],
  ['tfoot', ['table']],
  ['col', ['colgroup']],
  ['tr', ['tbody', 'thead', 'tfoot']],
  ['td', ['tr']],
  ['th', ['tr']],
]);

/** Elements that cannot stand anywhere, and why. */
const impossible: ReadonlyMap<string, Refusal> = new Map([
  ['frame', { reason: 'frames cannot stand in a page with a body', fix: 'Use <iframe>.' }],
  ['frameset', { reason: 'frames cannot stand in a page with a body', fix: 'Use <iframe>.' }],
  ['image', { reason: 'the parser makes it an <img>', fix: 'Write <img>.' }],
  ['malignmark', { reason: 'its namespace depends on where it stands', fix: 'Use <mi> or <mtext>.' }],
  ['mglyph', { reason: 'its namespace depends on where it stands', fix: 'Use <mi> or <mtext>.' }],
  ['plaintext', { reason: 'it never ends', fix: 'Use <pre>.' }],
  ['template', { reason: 'its content is inert and apart from the page', fix: 'Write its content directly.' }],
]);

/** Elements that only a document, and templates in its holes, may have, and why. */
const documentOnly: ReadonlyMap<string, string> = new Map([
  ['base', 'it changes what every URL in the page means'],
  ['noscript', 'it is text while scripts run, and elements when the client creates it'],
  ['script', 'a script created by the client never runs'],
]);

/** What each start tag closes, if it is open: the bits, a name for it, and the fix. */
interface Closing {
  readonly bit: number;
  readonly what: string;
  readonly names: ReadonlySet<string>;
  readonly fix: string;
}

const closings: readonly Closing[] = [
  { bit: Open.A, what: '<a>', names: words('a'), fix: 'Links cannot be nested: end the outer <a> first.' },
  {
    bit: Open.Button,
    what: '<button>',
    names: words('button'),
    fix: 'Buttons cannot be nested: end the outer <button> first.',
  },
  {
    bit: Open.Form,
    what: '<form>',
    names: words('form'),
    fix: 'Forms cannot be nested: end the outer <form> first, or point to a form by the form attribute of a control.',
  },
  { bit: Open.Nobr, what: '<nobr>', names: words('nobr'), fix: 'End the outer <nobr> first.' },
  { bit: Open.Item, what: '<li>', names: words('li'), fix: 'Put a <ul> or <ol> around the inner <li>.' },
  { bit: Open.Description, what: '<dd> or <dt>', names: words('dd dt'), fix: 'Put a <dl> around the inner one.' },
  {
    bit: Open.P,
    what: '<p>',
    names: paragraphClosers,
    fix: 'Make the <p> a <div>, or use an inline element such as <span> inside it.',
  },
];

// CONTEXTS --------------------------------------------------------------------

const contexts = new Map<string, Context>();

/** Contexts are interned. There are a few hundred, at any depth of nesting. */
function contextWith(namespace: Namespace, parent: string, open: number): Context {
  const key = `${namespace} ${parent} ${open}`;
  const known = contexts.get(key);
  if (known !== undefined) return known;

  const context: Context = { namespace, parent, open, text: namespace !== Namespace.Html || !textless.has(parent) };
  contexts.set(key, context);
  return context;
}

/** Inside a `div` in `body`: where the root of a page stands. */
export const rootContext: Context = contextWith(Namespace.Html, '', 0);

/** Around the `html` element of a document. */
export const documentContext: Context = contextWith(Namespace.Html, documentParent, Open.Document);

/** The parents that a root element implies: a template with a root `<tr>` can only stand in a table section. */
const impliedParents: ReadonlyMap<string, string> = new Map(
  [...onlyParents].filter(([name]) => !documentElements.has(name)).map(([name, [parent = '']]) => [name, parent])
);

/** The widest context that a template with these root elements can stand in. */
export function impliedContext(namespace: Namespace, roots: readonly Element[]): Context {
  const root = namespace === Namespace.Html && roots.find(({ name }) => impliedParents.has(name));

  return contextWith(namespace, root ? (impliedParents.get(root.name) ?? '') : '', Open.Document);
}

/** Whether `context` is in a document, outside of the live root. */
export function inDocument(context: Context): boolean {
  return (context.open & Open.Document) !== 0;
}

/** Whether a text that is not only white space may stand in `context`. */
export function textAllowed(context: Context): boolean {
  return context.text;
}

/** The context inside `element`, which stands in `context`. */
export function enter(context: Context, element: Element): Context {
  const inner = innerNamespace(context, element);
  if (context.namespace === Namespace.Html && inner === Namespace.Html) return enterHtml(context, element.name);

  const point = context.namespace !== Namespace.Html && inner === Namespace.Html;
  const cleared = point ? Open.P | Open.Button | Open.Nobr | Open.Ruby | Open.Item | Open.Description : 0;
  return contextWith(inner, '', context.open & ~cleared);
}

function enterHtml(context: Context, name: string): Context {
  if (name === 'html') return contextWith(Namespace.Html, name, Open.Document);

  let open = context.open;
  if (scopeBoundaries.has(name)) open &= ~(Open.P | Open.Button | Open.Nobr | Open.Ruby);
  if (formattingBoundaries.has(name)) open &= ~Open.A;
  if (itemBoundaries.has(name)) open &= ~(Open.Item | Open.Description);
  if (name === 'button') open &= ~Open.P;

  const remembered = onlyChildren.has(name) || headings.has(name) || rubyClosed.has(name);
  return contextWith(Namespace.Html, remembered ? name : '', open | (opened.get(name) ?? 0));
}

const opened: ReadonlyMap<string, number> = new Map([
  ['a', Open.A],
  ['button', Open.Button],
  ['dd', Open.Description],
  ['dt', Open.Description],
  ['form', Open.Form],
  ['li', Open.Item],
  ['nobr', Open.Nobr],
  ['p', Open.P],
  ['ruby', Open.Ruby],
]);

/** The namespace of an element that stands in `context`. */
export function ownNamespace({ namespace }: Context, name: string): Namespace {
  return namespace === Namespace.Html ? (foreignRoots.get(name) ?? namespace) : namespace;
}

/** The namespace that the content of `element` is parsed in. */
function innerNamespace(context: Context, { name, attributes }: Element): Namespace {
  const own = ownNamespace(context, name);
  if (context.namespace === Namespace.Html || own === Namespace.Html) return own;
  if (own === Namespace.Svg) return svgIntegrationPoints.has(name) ? Namespace.Html : own;

  const html = name === 'annotation-xml' && htmlEncoding.test(attributes.get('encoding') ?? '');
  return html || mathMlTextPoints.has(name) ? Namespace.Html : own;
}

const foreignRoots: ReadonlyMap<string, Namespace> = new Map([
  ['svg', Namespace.Svg],
  ['math', Namespace.MathMl],
]);

/** Annotations whose content is HTML. */
const htmlEncoding = /^(?:text\/html|application\/xhtml\+xml)$/i;

// REFUSALS --------------------------------------------------------------------

/** Why the parser would not leave `element` where it is in `context`; undefined if it would. */
export function refusalOf(element: Element, context: Context): Refusal | undefined {
  const reserved = context.open & Open.Document ? undefined : refuseReserved(element);
  if (reserved !== undefined) return reserved;
  return context.namespace === Namespace.Html ? refuseHtml(element.name, context) : refuseForeign(element, context);
}

/** Refuses the attributes that identify the live root. Only the template that puts it into a document has them. */
export function refuseReserved({ attributes }: Element): Refusal | undefined {
  const name = [...attributes.keys()].find((key) => key.startsWith('data-troupe'));
  if (name !== undefined) return { reason: `${name} belongs to Troupe`, fix: 'Give the attribute another name.' };
  if (attributes.get('id') !== 'troupe') return undefined;
  return { reason: 'the id troupe belongs to the root of the page', fix: 'Choose another id.' };
}

function refuseForeign({ name, attributes }: Element, { namespace }: Context): Refusal | undefined {
  const language = namespace === Namespace.Svg ? 'SVG' : 'MathML';
  if (breakouts.has(name) || (name === 'font' && ['color', 'face', 'size'].some((key) => attributes.has(key)))) {
    const fix = namespace === Namespace.Svg ? 'Put it into a <foreignObject>.' : 'Put it into an <mtext>.';
    return { reason: `it is HTML, and the parser ends the ${language} before it`, fix };
  }
  if (name === 'script') return { reason: documentOnly.get(name) ?? '', fix: 'Put it into the document, as HTML.' };
  if (namespace === Namespace.Svg) return undefined;
  if (name === 'svg') return { reason: 'it is no SVG directly in MathML', fix: 'Put it into an <mtext>.' };
  if (name === 'annotation-xml' && attributes.get('encoding')?.includes('&')) {
    return { reason: 'its encoding decides how the content is parsed', fix: 'Write the encoding without references.' };
  }
  return impossible.get(name);
}

function refuseHtml(name: string, context: Context): Refusal | undefined {
  return (
    impossible.get(name) ??
    refuseOutsideDocument(name, context) ??
    refuseChild(name, context) ??
    refuseParent(name, context) ??
    refuseDirect(name, context) ??
    refuseClosing(name, context)
  );
}

function refuseOutsideDocument(name: string, { open }: Context): Refusal | undefined {
  const reason = documentOnly.get(name);
  if (reason === undefined || open & Open.Document) return undefined;
  return { reason, fix: 'Put it into the document template.' };
}

function refuseChild(name: string, { parent }: Context): Refusal | undefined {
  const allowed = onlyChildren.get(parent);
  if (allowed === undefined || allowed.has(name)) return undefined;
  if (allowed.size === 0) return { reason: `<${parent}> contains only text`, fix: 'Write the text alone.' };
  if (parent === documentParent) return { reason: 'it stands outside of <html>', fix: 'Put it into <head> or <body>.' };

  const list = [...allowed].map((child) => `<${child}>`).join(', ');
  const missing = onlyParents.get(name)?.find((between) => allowed.has(between));
  const fix = missing ? `Put a <${missing}> around it.` : `<${parent}> may contain ${list}.`;
  return { reason: `the parser does not leave it directly in <${parent}>`, fix };
}

const belongsToDocument: Refusal = { reason: 'it belongs to the document', fix: 'Put it into the document template.' };

function refuseParent(name: string, { parent }: Context): Refusal | undefined {
  const parents = onlyParents.get(name);
  if (parents === undefined || parents.includes(parent)) return undefined;
  if (documentElements.has(name)) return belongsToDocument;

  const list = parents.map((allowed) => `<${allowed}>`).join(', ');
  return { reason: `the parser drops it outside of ${list}`, fix: `Put it directly into ${list}.` };
}

/** Refuses elements that close the element directly around them. */
function refuseDirect(name: string, { parent, open }: Context): Refusal | undefined {
  if (headings.has(name) && headings.has(parent)) {
    return { reason: `the parser ends the <${parent}> before it`, fix: `End the <${parent}> first.` };
  }
  if (rubyTexts.has(name) && open & Open.Ruby && rubyClosed.has(parent)) {
    return { reason: `the parser ends the <${parent}> before it`, fix: `End the <${parent}> first.` };
  }
  return undefined;
}

function refuseClosing(name: string, { open }: Context): Refusal | undefined {
  const closing = closings.find(({ bit, names }) => open & bit && names.has(name));
  if (closing === undefined) return undefined;

  const does = closing.bit === Open.Form ? 'and the parser drops it there' : 'which the parser ends before it';
  return { reason: `it stands in a ${closing.what}, ${does}`, fix: closing.fix };
}
