/**
 * The small operations on the DOM that `view.ts` is made of: writing one attribute, class, style or
 * property, and moving or removing a run of neighbouring nodes. Nothing here knows templates or frames.
 *
 * What other scripts have put into the page stays: class tokens, style declarations and nodes that are
 * not ours are left alone.
 */

import { Mark, type Scalar, type Wire } from '../runtime/wire/patch.js';

// NODES -----------------------------------------------------------------------

/** Parses HTML that nothing happens in: no image is loaded, no element made to be one of a page's own. */
export function parse(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

/** A parent that can move a node without disconnecting it, in browsers that have that. */
interface Mover {
  moveBefore?(node: Node, before: Node | null): void;
}

/** Neighbouring nodes. */
interface Run {
  readonly first: ChildNode;
  readonly last: ChildNode;
}

/** The nodes from `first` to `last`; only these two if another script has torn them apart. */
export function nodesOf({ first, last }: Run): ChildNode[] {
  const nodes = [first];
  for (let node: ChildNode | null = first; node !== last; nodes.push(node)) {
    node = node.nextSibling;
    if (!node) return [first, last];
  }
  return nodes;
}

/** Removes the nodes of a run. */
export function removeNodes(run: Run): void {
  for (const node of nodesOf(run)) node.remove();
}

/** Moves the nodes of a run in front of `before`; focus and state survive where the browser can do that. */
export function moveNodes(parent: ParentNode & Mover, run: Run, before: Node | null): void {
  for (const node of nodesOf(run)) {
    if (parent.moveBefore && parent.isConnected && node.isConnected) parent.moveBefore(node, before);
    else parent.insertBefore(node, before);
  }
}

// ATTRIBUTES ------------------------------------------------------------------

/** Writes an attribute if it differs; `null` removes it. */
export function writeAttribute(element: Element, name: string, value: Scalar): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== `${value}`) {
    // The parser knows the namespaces of prefixed attributes.
    if (name.includes(':')) {
      const [attribute] = (parse(`<svg ${name}>`).firstChild as Element).attributes;
      element.setAttributeNode((attribute as Attr).cloneNode() as Attr);
    }
    element.setAttribute(name, value as string);
  }
}

const tokens = (value: string | null): string[] => value?.match(/\S+/g) ?? [];

/**
 * Turns the class `last` into `next`, token by token, so that tokens of other scripts stay. If no
 * other script has changed the attribute, it is written as a whole.
 */
export function writeClass(element: Element, last: string | null, next: string | null): void {
  if (element.getAttribute('class') === last) writeAttribute(element, 'class', next);
  else {
    element.classList.remove(...tokens(last));
    element.classList.add(...tokens(next));
  }
}

// STYLE -----------------------------------------------------------------------

/** Declarations, flat: name, value, name, value. */
type Flat = readonly Wire[];

/**
 * Turns the style declarations `last` into `next`, both flat: name, value, name, value. All are written
 * anew, in order: a shorthand that changes would otherwise undo the longhands after it.
 */
export function writeStyle(element: Element, last: Flat | null, next: Flat | null): void {
  // A field of a form may be named `style`.
  const style: CSSStyleDeclaration = Reflect.get(Object.getPrototypeOf(element), 'style', element);
  last?.forEach((name, index) => {
    if (index % 2 === 0) style.removeProperty(name as string);
  });
  next?.forEach((name, index) => {
    if (index % 2) return;
    const [value, important] = (next[index + 1] as string).split(/\s*!\s*(important)\s*$/i);
    style.setProperty(name as string, value as string, important);
  });
  if (!style.length) element.removeAttribute('style');
}

/** Applies the style declarations that stand in marks and removes the marks; says what was applied where. */
export function applyStyles(root: ParentNode): Map<Element, readonly string[]> {
  const applied = new Map<Element, readonly string[]>();
  for (const element of root.querySelectorAll(`[${Mark.Style}]`)) {
    const declarations = (element.getAttribute(Mark.Style) as string).matchAll(/([^\s:;]+)\s*:\s*([^;]*)/g);
    const flat = [...declarations].flatMap(([, ...declaration]) => declaration);
    element.removeAttribute(Mark.Style);
    writeStyle(element, null, flat);
    applied.set(element, flat);
  }
  return applied;
}

// PROPERTIES ------------------------------------------------------------------

/** Writes a DOM property if it differs; a caret that is not at the end of a focused text stays where it is. */
export function writeProperty(element: Element, name: string, value: Scalar): void {
  const properties = element as unknown as Record<string, unknown>;
  if (!(name in element || element.matches(':defined'))) {
    // A property of its own would hide the setter that the definition brings.
    void customElements.whenDefined(element.localName).then(() => {
      const last = properties[name];
      delete properties[name];
      properties[name] = last;
    });
  }
  const current = properties[name];
  if (current === (typeof current === 'string' ? `${value ?? ''}` : value)) return;
  const typing = name === 'value' && element === document.activeElement;
  const { selectionStart, selectionEnd, selectionDirection } = element as HTMLInputElement;
  properties[name] = value;
  if (typing && selectionStart !== null && selectionStart < `${current}`.length) {
    (element as HTMLInputElement).setSelectionRange(selectionStart, selectionEnd, selectionDirection ?? 'none');
  }
}
