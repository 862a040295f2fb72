/**
 * Attributes with holes, in lit's notation: `name=${}`, `name="a ${} b"`, `?name=${}`, `.name=${}`, `@name=${}`. This file
 * says what kind of part each of them is. It refuses those that would bypass escaping or could not be applied.
 * `scanner.ts` reads them, and `parts.ts` places them.
 */

import { Namespace, PartKind } from '../wire/patch.js';
import { decodeReferences } from './character-references.js';
import { eventName } from './event-options.js';
import { eventFix, isPopover, propertyFix, srcdocFix } from './properties.js';
import { takesUrl } from './safe-url.js';
import type { AttributeToken, OpenToken } from './scanner.js';
import { type Fail, hole } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** A part made of an attribute with holes, before it has a place. */
export interface Binding {
  readonly kind: PartKind;
  readonly name: string;
  /** Of an event, as they follow its name in frames and in the page; else ''. */
  readonly options: string;
  readonly strings: readonly string[];
  readonly isUrl: boolean;
  readonly isReflected: boolean;
}

// NAMES -----------------------------------------------------------------------

/** Attributes of SVG whose names have capitals. Parsers restore the capitals. */
const svgNames: ReadonlyMap<string, string> = new Map(
  (
    'attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode ' +
    'filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes ' +
    'lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves ' +
    'pathLength patternContentUnits patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha ' +
    'preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur requiredExtensions requiredFeatures ' +
    'specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles surfaceScale systemLanguage ' +
    'tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name] as const)
);

/** Names that `setAttribute` of every browser accepts. */
const attributeName = /^[a-z_][\w:.-]*$/i;

/** Names of properties and of events. */
const propertyName = /^[a-z_$][\w$]*$/i;
const writtenEvent = /^[a-z][\w:.-]*$/i;

/** Properties that the first page carries as an attribute or content, by element. */
const reflectedProperties: ReadonlyMap<string, readonly string[]> = new Map([
  ['details', ['open']],
  ['dialog', ['open']],
  ['input', ['value', 'checked']],
  ['option', ['selected']],
  ['textarea', ['value']],
]);

/** Elements of SVG that set attributes of other elements. */
const animations = new Set(['animate', 'animatemotion', 'animatetransform', 'set']);

/** The attributes of these elements that hold the values. */
const animationValues = new Set(['by', 'from', 'to', 'values']);

// BINDING ---------------------------------------------------------------------

/** The part that an attribute of `tag` makes, if it has a hole or a prefix that needs one. */
export function bind(tag: OpenToken, token: AttributeToken, fail: Fail): Binding | undefined {
  const binder = binders.get(token.name[0] ?? '');
  if (binder === undefined) return token.value?.includes(hole) ? bindAttribute(tag, token, fail) : undefined;

  if (token.value !== hole) {
    throw fail(`${token.name} takes one hole and nothing else. Write ${token.name}=\${…}.`);
  }
  return binder(tag, token.name.slice(1), fail);
}

type Binder = (tag: OpenToken, name: string, fail: Fail) => Binding;

const binders: ReadonlyMap<string, Binder> = new Map([
  ['?', bindBoolean],
  ['.', bindProperty],
  ['@', bindEvent],
]);

const sole: readonly string[] = ['', ''];

function bindBoolean(tag: OpenToken, written: string, fail: Fail): Binding {
  const name = checkAttributeName(tag, written, fail);
  if (name === 'class' || name === 'style') throw fail(`?${name} is no boolean attribute. Write ${name}=\${…}.`);
  checkElement(tag, name, fail);

  return { kind: PartKind.Boolean, name, options: '', strings: sole, isUrl: false, isReflected: false };
}

function bindProperty(tag: OpenToken, name: string, fail: Fail): Binding {
  if (!propertyName.test(name)) throw fail(`.${name} is not the name of a property. Write .value=\${…}, for instance.`);
  const { name: element } = tag.element;
  checkElement(tag, name, fail);
  const fix = propertyFix(tag, name);
  if (fix !== undefined) throw fail(`The property .${name} cannot be set from a hole of <${tag.name}>. ${fix}`);

  const isReflected = tag.namespace === Namespace.Html && isReflectedIn(tag, name);
  if (isReflected) checkReflected(tag, name, fail);
  return { kind: PartKind.Property, name, options: '', strings: sole, isUrl: takesUrl(element, name), isReflected };
}

/** Whether the first page carries a property. No attribute says that a popover is open. */
function isReflectedIn({ element }: OpenToken, name: string): boolean {
  const isReflected = reflectedProperties.get(element.name)?.includes(name) ?? false;

  return isReflected && !(name === 'open' && isPopover(element));
}

/** Refuses an attribute beside its property, because the first page writes the property as that attribute. */
function checkReflected({ attributes }: OpenToken, name: string, fail: Fail): void {
  const other = attributes.find((attribute) => attribute.name.replace(/^\?/, '').toLowerCase() === name);
  if (other) throw fail(`.${name} and ${other.name} set the same thing in the first page. Remove ${other.name}.`);
}

function bindEvent(tag: OpenToken, name: string, fail: Fail): Binding {
  if (!writtenEvent.test(name)) throw fail(`@${name} is not the name of an event. Write @click=\${…}, for instance.`);

  return { kind: PartKind.Event, strings: sole, isUrl: false, isReflected: false, ...eventName(name, tag.name, fail) };
}

function bindAttribute(tag: OpenToken, token: AttributeToken, fail: Fail): Binding {
  const name = checkAttributeName(tag, token.name, fail);
  const value = token.value ?? '';
  checkElement(tag, name, fail);

  const base = { name, options: '', isUrl: takesUrl(tag.element.name, name), isReflected: false };
  if (name === 'style') {
    if (value !== hole) throw fail('A style attribute with a hole takes an object, alone: style=${{ color: … }}.');
    return { ...base, kind: PartKind.Style, strings: sole };
  }
  const strings = decodeStatics(value, true, fail);
  return { ...base, kind: name === 'class' ? PartKind.Class : PartKind.Attribute, strings };
}

// CHECKS ----------------------------------------------------------------------

/** The name as the DOM has it. Refuses names of attributes that hold code, and names that no browser accepts. */
function checkAttributeName({ namespace }: OpenToken, written: string, fail: Fail): string {
  const lower = written.toLowerCase();
  if (lower.startsWith('on')) throw fail(`A hole cannot stand in ${written}: it would be code. ${eventFix(lower)}`);
  if (lower === 'srcdoc') throw fail(`A hole cannot stand in srcdoc. ${srcdocFix}`);
  if (!attributeName.test(written)) {
    throw fail(`${written} is not the name of an attribute. Use letters, digits and -.`);
  }

  if (namespace === Namespace.Html) return lower;
  if (namespace === Namespace.Svg) return svgNames.get(lower) ?? lower;
  return lower === 'definitionurl' ? 'definitionURL' : lower;
}

/**
 * Refuses holes that are dangerous because of their element or of its other attributes. Case does not
 * count: the name may be one of SVG, which has capitals, or of a property.
 */
function checkElement({ element, namespace }: OpenToken, written: string, fail: Fail): void {
  const { attributes } = element;
  const name = written.toLowerCase();
  if (element.name === 'base') throw fail('A hole cannot stand in <base>. Write it without holes.');
  if (element.name === 'meta' && (attributes.has('http-equiv') || name === 'httpequiv')) {
    throw fail(
      'A hole cannot stand in <meta http-equiv>, which acts as a header. Write it without, or send the header.'
    );
  }
  if (element.name === 'annotation-xml' && name === 'encoding') {
    throw fail('A hole cannot stand in encoding: it decides how the content is parsed. Write the value.');
  }
  if (namespace === Namespace.Svg && animations.has(element.name)) checkAnimation(attributes, name, fail);
}

function checkAnimation(attributes: ReadonlyMap<string, string>, name: string, fail: Fail): void {
  if (name === 'attributename') {
    throw fail('A hole cannot stand in attributeName: it could name a URL. Write the name.');
  }

  const animated = attributes.get('attributename') ?? '';
  if (animationValues.has(name) && /href|src|action|&/i.test(animated)) {
    throw fail(`A hole cannot animate ${animated}: its value could run script. Change the attribute itself.`);
  }
}

// STATICS ---------------------------------------------------------------------

/** The static text around the holes of `value`, with references decoded. */
export function decodeStatics(value: string, inAttribute: boolean, fail: Fail): readonly string[] {
  return value.split(hole).map((text) => {
    const decoded = decodeReferences(text, inAttribute);
    if ('text' in decoded) return decoded.text;
    throw fail(
      `What ${decoded.unknown} means beside a hole is not known. Write the character itself, or &amp; for an &.`
    );
  });
}
