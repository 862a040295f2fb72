/**
 * The small operations on the DOM that `view.ts` is made of: writing one attribute, class, style or
 * property, and moving or removing a run of neighbouring nodes. Nothing here knows templates or frames.
 *
 * What other scripts have put into the page stays: class tokens, style declarations and nodes that are
 * not ours are left alone.
 */

import { Mark, type Scalar, type Wire } from '../runtime/wire/patch.js';

// NODES -----------------------------------------------------------------------

/**
 * A node by its own methods and properties: of a form, `form.firstChild` is its field of this name, if it has one.
 */
export function bare<Kind extends Node | null>(node: Kind): Kind {
  if (!(node instanceof HTMLFormElement)) return node;
  return new Proxy(HTMLFormElement.prototype, {
    get(prototype, name) {
      const value = Reflect.get(prototype, name, node);
      return value?.bind?.(node) ?? value;
    },
    set: (prototype, name, value) => Reflect.set(prototype, name, value, node),
  }) as Node as Kind;
}

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

/** The nodes from `first` to `last`; throws if another script has torn them apart. */
export function nodesOf({ first, last }: Run): ChildNode[] {
  const nodes = [first];
  for (let node = first; node !== last; nodes.push(node)) node = bare(node).nextSibling as ChildNode;
  return nodes;
}

/** Removes the nodes of a run. */
export function removeNodes(run: Run): void {
  for (const node of nodesOf(run)) bare(node).remove();
}

/** Moves the nodes of a run in front of `before`; focus and state survive where the browser can do that. */
export function moveNodes(parent: Node & Mover, run: Run, before: Node | null): void {
  const into = bare(parent);
  for (const node of nodesOf(run)) {
    if (into.moveBefore && into.isConnected && bare(node).isConnected) into.moveBefore(node, before);
    else into.insertBefore(node, before);
  }
}

// ATTRIBUTES ------------------------------------------------------------------

/** Writes an attribute if it differs; `null` removes it. */
export function writeAttribute(element: Element, name: string, value: Scalar): void {
  const target = bare(element);
  if (value === null) target.removeAttribute(name);
  else if (target.getAttribute(name) !== `${value}`) {
    // The parser knows the namespaces of prefixed attributes.
    if (name.includes(':')) {
      const [attribute] = (parse(`<svg ${name}>`).firstChild as Element).attributes;
      target.setAttributeNode((attribute as Attr).cloneNode() as Attr);
    }
    target.setAttribute(name, value as string);
  }
}

/** The tokens of a class, each once. */
export const tokens = (value: string | null): string[] => [...new Set(value?.match(/\S+/g))];

/**
 * Turns the class `last` into `next`, token by token, so that tokens of other scripts stay. If no
 * other script has changed the attribute, it is written as a whole.
 */
export function writeClass(element: Element, last: string | null, next: string | null): void {
  const target = bare(element);
  const { classList } = target;
  if (`${tokens(target.getAttribute('class'))}` === `${tokens(last)}`) writeAttribute(element, 'class', next);
  else {
    classList.remove(...tokens(last));
    classList.add(...tokens(next));
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
  const { style } = bare(element as HTMLElement);
  last?.forEach((name, index) => {
    if (index % 2 === 0) style.removeProperty(name as string);
  });
  next?.forEach((name, index) => {
    if (index % 2) return;
    const [value, important] = (next[index + 1] as string).split(/\s*!\s*(important)\s*$/i);
    style.setProperty(name as string, value as string, important);
  });
  if (!style.length) writeAttribute(element, 'style', null);
}

/** Applies the style declarations that stand in marks and removes the marks; says what was applied where. */
export function applyStyles(root: ParentNode): Map<Element, readonly string[]> {
  const applied = new Map<Element, readonly string[]>();
  for (const element of root.querySelectorAll(`[${Mark.Style}]`)) {
    const declarations = (bare(element).getAttribute(Mark.Style) as string).matchAll(/([^\s:;]+)\s*:\s*([^;]*)/g);
    const flat = [...declarations].flatMap(([, ...declaration]) => declaration);
    writeAttribute(element, Mark.Style, null);
    writeStyle(element, null, flat);
    applied.set(element, flat);
  }
  return applied;
}

// PROPERTIES ------------------------------------------------------------------

/** Writes a DOM property if it differs; a caret that is not at the end of a focused text stays where it is. */
export function writeProperty(element: Element, name: string, value: Scalar): void {
  const target = bare(element);
  const properties = target as unknown as Record<string, unknown>;
  if (!(name in target || target.matches(':defined'))) {
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
