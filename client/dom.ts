/**
 * The small operations on the DOM that `view.ts` is made of: writing one attribute, class, style or
 * property, and moving or removing a run of neighbouring nodes. Nothing here knows templates or frames.
 *
 * What other scripts have put into the page stays: class tokens, style declarations and nodes that are
 * not ours are left alone.
 */

import { Mark, type Scalar, type Wire } from '../runtime/patch.js';

// NODES -----------------------------------------------------------------------

/** A parent that can move a node without disconnecting it, in browsers that have that. */
interface Mover {
  moveBefore?(node: Node, before: Node | null): void;
}

/** The nodes from `first` to `last`; only these two if another script has torn them apart. */
function run(first: ChildNode, last: ChildNode): ChildNode[] {
  const nodes = [first];
  for (let node: ChildNode | null = first; node !== last; nodes.push(node)) {
    node = node.nextSibling;
    if (!node) return [first, last];
  }
  return nodes;
}

/** Removes the nodes from `first` to `last`. */
export function removeNodes(first: ChildNode, last: ChildNode): void {
  for (const node of run(first, last)) node.remove();
}

/** Moves the nodes from `first` to `last` in front of `before`; focus and state survive where the browser can do that. */
export function moveNodes(parent: ParentNode & Mover, first: ChildNode, last: ChildNode, before: Node | null): void {
  for (const node of run(first, last)) {
    if (parent.moveBefore && parent.isConnected && node.isConnected) parent.moveBefore(node, before);
    else parent.insertBefore(node, before);
  }
}

// ATTRIBUTES ------------------------------------------------------------------

/** The namespaces of prefixed attributes, as the HTML parser knows them. */
const attributeNamespaces: Record<string, string> = {
  xlink: 'http://www.w3.org/1999/xlink',
  xml: 'http://www.w3.org/XML/1998/namespace',
};

/** Writes an attribute if it differs; `null` removes it. */
export function writeAttribute(element: Element, name: string, value: Scalar): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== `${value}`) {
    const namespace = attributeNamespaces[name.split(':')[0] as string] ?? null;
    if (namespace) element.setAttributeNS(namespace, name, `${value}`);
    else element.setAttribute(name, `${value}`);
  }
}

const tokens = (value: string | null): string[] => value?.match(/\S+/g) ?? [];

/**
 * Turns the class `last` into `next`, token by token, so that tokens of other scripts stay. Where
 * nobody else has touched it the attribute is simply written.
 */
export function writeClass(element: Element, last: string | null, next: string | null): void {
  if (element.getAttribute('class') === last) writeAttribute(element, 'class', next);
  else {
    element.classList.remove(...tokens(last));
    element.classList.add(...tokens(next));
  }
}

// STYLE -----------------------------------------------------------------------

/** An element with a style, HTML or SVG. */
type Styled = Element & ElementCSSInlineStyle;

/** Declarations, flat: name, value, name, value. */
type Flat = readonly Wire[];

/**
 * Turns the style declarations `last` into `next`, both flat: name, value, name, value. All are written
 * anew, in order: a shorthand that changes would otherwise undo the longhands after it.
 */
export function writeStyle(element: Element, last: Flat | null, next: Flat | null): void {
  const { style } = element as Styled;
  for (let index = 0; last && index < last.length; index += 2) style.removeProperty(`${last[index]}`);
  for (let index = 0; next && index < next.length; index += 2) {
    const [value, important] = `${next[index + 1]}`.split(/\s*!(?=\s*important\s*$)/i);
    style.setProperty(`${next[index]}`, value as string, important?.trim());
  }
  if (!style.length) element.removeAttribute('style');
}

/** Applies the style declarations that stand in marks and removes the marks; says what was applied where. */
export function applyStyles(root: ParentNode): Map<Element, readonly string[]> {
  const applied = new Map<Element, readonly string[]>();
  for (const element of root.querySelectorAll(`[${Mark.Style}]`)) {
    const declarations = `${element.getAttribute(Mark.Style)}`.matchAll(/([^\s:;]+)\s*:\s*([^;]*)/g);
    const flat = [...declarations].flatMap(([, name, value]) => [name as string, value as string]);
    element.removeAttribute(Mark.Style);
    writeStyle(element, null, flat);
    applied.set(element, flat);
  }
  return applied;
}

// PROPERTIES ------------------------------------------------------------------

/** A control that has a caret. */
interface Caret {
  selectionStart: number | null;
  selectionEnd: number | null;
  selectionDirection: 'forward' | 'backward' | 'none' | null;
  setSelectionRange(start: number, end: number, direction?: 'forward' | 'backward' | 'none'): void;
}

/** Writes a DOM property if it differs; a caret that is not at the end of a focused text stays where it is. */
export function writeProperty(element: Element, name: string, value: Scalar): void {
  const properties = element as unknown as Record<string, unknown>;
  const current = properties[name];
  if (current === (typeof current === 'string' ? `${value ?? ''}` : value)) return;
  if (name !== 'value' || element !== element.ownerDocument.activeElement) {
    properties[name] = value;
    return;
  }
  const caret = element as unknown as Caret;
  const { selectionStart: start, selectionEnd: end, selectionDirection: direction } = caret;
  properties[name] = value;
  if (typeof start === 'number' && start < `${current}`.length) {
    caret.setSelectionRange(start, end as number, direction ?? 'none');
  }
}
