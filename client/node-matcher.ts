/**
 * The nodes that the parts of a template get bound to, and how a node in the page is recognised as the one a
 * template means. `view.ts` walks through both in step.
 */

import { Marker } from '../runtime/wire/patch.js';
import { Inconsistent } from './definitions.js';
import { bare } from './dom.js';

/** Where the nodes come from. */
export const Source = {
  /** A fresh clone of the template: holes are empty. */
  Clone: 0,
  /** The page as the server rendered it, perhaps with nodes of other scripts in between. */
  Page: 1,
  /** A page that might be what is wanted; everything is written once it is bound. */
  Guess: 2,
} as const;
export type Source = (typeof Source)[keyof typeof Source];

/** The node that `pattern` stands for: `node`, or in a page that others may have added to, one after it. */
export function match(pattern: Node, node: Node | null, source: Source): ChildNode {
  while (source && node && !alike(pattern, node)) node = source === Source.Page ? bare(node).nextSibling : null;
  if (!node) throw new Inconsistent(pattern.nodeName);
  return node as ChildNode;
}

function alike(pattern: Node, node: Node): boolean {
  return (
    bare(pattern).nodeName === bare(node).nodeName &&
    (!(pattern instanceof Comment) || pattern.data === (node as Comment).data)
  );
}

/** Where everything must fit, nothing may be left over in an element. */
export function expectEnd(rest: Node | null, source: Source): void {
  if (rest && source === Source.Guess) throw new Inconsistent(rest.nodeName);
}

/** Whether a child part ends here. */
export function isEnd(node: Node | null): node is null | Comment {
  return !node || (node instanceof Comment && node.data === Marker.Close);
}

/**
 * The text of a child part as one node, and what follows it: the closing comment, or nothing. Parsers
 * split long texts.
 */
export function joinTexts(node: Node | null, source: Source): readonly [Text | null, Node | null] {
  let text: Text | null = null;
  while (!isEnd(node)) {
    const next: Node | null = bare(node).nextSibling;
    if (!(node instanceof Text)) expectEnd(node, source);
    else if (text) {
      text.data += node.data;
      node.remove();
    } else text = node;
    node = next;
  }
  return [text, node];
}
