/**
 * Which DOM properties a hole `.name=${}` may set. The elements of HTML, SVG and MathML have a finite number of
 * properties, so those that a hole may set are listed, and all others are refused. A custom element has properties of
 * its own, which are not known here: of those only the ones that every element has and that fight with the template, or
 * lead around escaping, are refused. `attributes.ts` asks here.
 *
 * A property may be in the list if no text, number or boolean in it can run script on any element, or if it is known to
 * be a URL, whose value is then checked. The parts of a URL (`.protocol`, `.host`, `.search`) are neither: each changes
 * the whole URL, and `.protocol` can make it one that runs script.
 */

import { Namespace } from '../wire/patch.js';
import type { Element } from './content-model.js';
import type { OpenToken } from './scanner.js';

// NAMES -----------------------------------------------------------------------

/** The properties of HTML, SVG and MathML elements that a hole may set, and all of ARIA. */
const settable: ReadonlySet<string> = new Set(
  // Of every element.
  (
    'accessKey autocapitalize autocorrect autofocus contentEditable dir draggable enterKeyHint hidden id inert ' +
    'inputMode lang popover role scrollLeft scrollTop slot spellcheck tabIndex title translate writingSuggestions ' +
    // Of controls and forms.
    'accept acceptCharset action autocomplete checked cols defaultChecked defaultSelected defaultValue dirName ' +
    'disabled enctype formAction formEnctype formMethod formNoValidate formTarget high htmlFor indeterminate label low ' +
    'max maxLength method min minLength multiple name noValidate optimum pattern placeholder popoverTargetAction ' +
    'readOnly required rows selected selectedIndex selectionDirection selectionEnd selectionStart size step target ' +
    'type value valueAsNumber wrap ' +
    // Of media and images.
    'alt autoplay controls crossOrigin currentTime decoding default defaultMuted defaultPlaybackRate ' +
    'disablePictureInPicture disableRemotePlayback fetchPriority height isMap kind loading loop media muted ' +
    'playbackRate playsInline poster preload preservesPitch sizes src srclang srcset useMap volume width ' +
    // Of links and of content with a meaning.
    'abbr cite colSpan coords data dateTime download headers href hreflang open ping referrerPolicy rel returnValue ' +
    'reversed rowSpan scope shape span start'
  ).split(' ')
);
const aria = /^aria[A-Z]\w*$/;

/** The names in the list, by the same in lower case. */
const spellings: ReadonlyMap<string, string> = new Map([...settable].map((name) => [name.toLowerCase(), name]));

// FIXES -----------------------------------------------------------------------

/** What to write in place of `srcdoc`. */
export const srcdocFix = 'Serve the content under a URL of its own and use src.';

/** What to write in place of `onclick` and the like. */
export const eventFix = (name: string): string =>
  `Write @${name.slice(2).toLowerCase()}=\${…}: a message, or a function from the event to one.`;

const openFix =
  'It is one of <dialog>, <details> and elements with the attribute popover. Add popover, or use ?hidden=${…}.';

const childFix = 'Use a child hole.';
const htmlFix = 'Use a child hole, with unsafeHtml(…) if the string is HTML you trust.';

/** Properties of every element that no hole may set, not even one of a custom element, in lower case. */
const common: ReadonlyMap<string, string> = new Map([
  ['__proto__', 'It is not a property of the element. Choose another name.'],
  ['classlist', 'Use class="…".'],
  ['classname', 'Use class="…".'],
  ['innerhtml', htmlFix],
  ['innertext', childFix],
  ['nodevalue', childFix],
  ['outerhtml', htmlFix],
  ['outertext', childFix],
  ['srcdoc', srcdocFix],
  ['style', 'Use a style object: style=${{ color: … }}.'],
  ['textcontent', childFix],
]);

/** The parts of a URL. */
const urlParts = new Set('hash host hostname password pathname port protocol search username'.split(' '));

// QUERIES ---------------------------------------------------------------------

/** What to write in place of the property `name` of an element, if a hole may not set it; else undefined. */
export function propertyFix({ element, namespace }: OpenToken, name: string): string | undefined {
  const lower = name.toLowerCase();
  const fix = common.get(lower) ?? (lower.startsWith('on') ? eventFix(name) : undefined);
  if (fix !== undefined) return fix;
  if (namespace === Namespace.Html && element.name.includes('-')) return undefined;
  if (lower === 'open' && !(namespace === Namespace.Html && opens(element))) return openFix;

  return settable.has(name) || aria.test(name) ? undefined : unlisted(name);
}

/** Whether an element is shown and hidden as a popover. */
export function isPopover({ attributes }: Element): boolean {
  return attributes.has('popover') || attributes.has('.popover');
}

/** Whether `.open` shows and hides an element. */
function opens(element: Element): boolean {
  return element.name === 'details' || element.name === 'dialog' || isPopover(element);
}

function unlisted(name: string): string {
  const lower = name.toLowerCase();
  const spelling = spellings.get(lower);
  if (spelling !== undefined) return `Its name has other capitals: write .${spelling}=\${…}.`;
  if (urlParts.has(lower)) return 'It changes the scheme or another part of a URL. Write the whole URL: href=${…}.';

  return `A hole can set .value, .checked and the others that the reference lists under "Templates". Use the attribute ${lower}=\${…}, or a custom element that has the property.`;
}
