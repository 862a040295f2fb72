/**
 * Overlays: attributes `pending:NAME`, which say what an element shows while an event has no answer. They stay in the page as
 * they are written, where they mean nothing to a browser, and the client applies them. `parts.ts` asks here which attributes
 * they are. Those with holes are parts like any attribute.
 *
 * What an overlay may set is a list, so that none leads around what a template refuses, and each can be taken back: nothing
 * that the user changes, no URL, no code.
 */

import { Namespace } from '../wire/patch.js';
import type { AttributeToken, OpenToken, Token } from './scanner.js';
import { type Fail, hole } from './template-source.js';

// NAMES -----------------------------------------------------------------------

const overlayName = /^\??pending:(?<name>.*)$/is;

const booleans = ['disabled', 'hidden', 'inert', 'readonly'];

/** Those with a value. */
const valued = /^(?:class|text|title|aria-[a-z]+|data-(?!troupe)[a-z][a-z\d-]*)$/;

const known = [
  ...booleans.map((name) => `pending:${name}`),
  ...['class', 'text', 'title', 'aria-…', 'data-…'].map((name) => `pending:${name}="…"`),
].join(', ');

/** Elements of HTML whose content is no text that can be replaced. */
const textless = new Set(
  (
    'area audio base br canvas col colgroup datalist dl embed fieldset form hr iframe img input link meta object ol ' +
    'optgroup picture script select source style table tbody template textarea tfoot thead title tr track ul video wbr'
  ).split(' ')
);

// CHECKS ----------------------------------------------------------------------

/**
 * Whether an attribute of `tag` is an overlay.
 *
 * @throws the error of `fail` if it is one that there is not, or not in this form
 */
export function isOverlay(tag: OpenToken, { name: written, value }: AttributeToken, fail: Fail): boolean {
  const name = overlayName.exec(written)?.groups?.['name']?.toLowerCase();
  if (name === undefined) return false;
  if (!booleans.includes(name) && !valued.test(name)) throw fail(`There is no ${written}. There are ${known}.`);

  if (booleans.includes(name)) checkBoolean(name, written.startsWith('?'), value, fail);
  else if (written.startsWith('?')) throw fail(`${written} is no boolean attribute. Write pending:${name}=\${…}.`);
  else if (!value && !name.startsWith('data-')) throw fail(`${written} has a value. Write pending:${name}="…".`);
  if (name === 'text' && (tag.namespace !== Namespace.Html || textless.has(tag.element.name))) {
    throw fail(`<${tag.name}> has no text that could be replaced. Put ${written} on an element that contains a text.`);
  }

  return true;
}

function checkBoolean(name: string, isConditional: boolean, value: string | undefined, fail: Fail): void {
  if (isConditional || !value) return;
  throw fail(`pending:${name} is a boolean attribute. Write pending:${name}, or ?pending:${name}=\${…} if it depends.`);
}

/** Where in the source of a template its first overlay is; `undefined` if it has none. */
export function placeOfOverlay(tokens: readonly Token[]): number | undefined {
  const attributes = tokens.flatMap((token) => (token.kind === 'open' ? token.attributes : []));

  return attributes.find(({ name }) => name !== hole && overlayName.test(name))?.at;
}
