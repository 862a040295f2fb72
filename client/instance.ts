/**
 * The content of the page as the client knows it: instances of templates, and lists of them. `view.ts` creates and changes
 * them; `outbox.ts` names the instance an event happened in.
 */

import type { Wire } from '../runtime/wire/patch.js';
import type { Address } from '../runtime/wire/protocol.js';
import type { Definition } from './definitions.js';
import { bare } from './dom.js';

// TYPES -----------------------------------------------------------------------

/** The content of a child part. Raw HTML stays as it came: its nodes are not tracked. */
export type Child = Text | Instance | List | readonly Wire[] | null;

/** What stands in a part: a child, or the last value written; `undefined` as long as that is not known. */
export type State = Child | Wire | undefined;

/** Whatever has a number. */
export type Numbered = Instance | List;

/** A template that stands in the page. */
export class Instance {
  readonly definition: Definition;
  /** Its number, counted by both sides; 0 once a full render has left it out. */
  number = 0;
  /** Its first and last root node. They never change. */
  first!: ChildNode;
  last!: ChildNode;
  /** By part: the element, or for a child between comments the opening one. */
  readonly nodes: Node[] = [];
  /** By part: the closing comment of a child between comments. */
  readonly closings: Node[] = [];
  /** By part: what stands there. */
  readonly contents: State[] = [];

  /** Where its values start in the frame that brought it. */
  readonly from: number;
  /** The instance and part it stands in, be it as a row of the list there; the root stands in nothing. */
  readonly owner: Instance | undefined;
  readonly part: number;
  /** As a row of a keyed list, or of the component that it is the root of. */
  key: Wire;

  constructor(definition: Definition, from = 0, owner?: Instance, part = 0, key: Wire = null) {
    this.definition = definition;
    this.from = from;
    this.owner = owner;
    this.part = part;
    this.key = key;
  }
}

/** A list of rows, each an instance. */
export class List {
  number = 0;
  readonly keyed: boolean;
  /** The instance and part it stands in. */
  readonly owner: Instance;
  readonly part: number;
  rows: Instance[] = [];

  constructor(owner: Instance, part: number, keyed: boolean) {
    this.owner = owner;
    this.part = part;
    this.keyed = keyed;
  }
}

// ADDRESSES -------------------------------------------------------------------

/** The stable address of an instance: the hash of its definition, then keys and parts from the root on. */
export function addressOf(instance: Instance): Address {
  return [instance.definition.hash, ...wayTo(instance)];
}

/** The key an instance has where it stands, and before it the way there, whose first part is not said. */
function wayTo(instance: Instance): Wire[] {
  const { key, owner, part } = instance;
  if (!owner) return [];
  const way = wayTo(owner);
  if (way.length) way.push(part);
  const list = owner.contents[part];
  way.push(list instanceof List && !list.keyed ? list.rows.indexOf(instance) : key);
  return way;
}

// PLACES ----------------------------------------------------------------------

/** The element, or fragment, that the content of a child part stands in. */
export function parentOf({ nodes }: Instance, part: number): Node {
  const node = nodes[part] as Node;
  return (node instanceof Comment ? node.parentNode : node) as Node;
}

/** The node in front of which the content of a child part begins. */
export function startOf({ nodes }: Instance, part: number): ChildNode | null {
  const node = nodes[part] as Node;
  return node instanceof Comment ? node.nextSibling : bare(node).firstChild;
}

/** The node in front of which a row is put that is to stand in front of the one at `index`, or at the end. */
export function spotIn({ owner, part, rows }: List, index: number): Node | null {
  return rows[index]?.first ?? (rows.length ? bare((rows.at(-1) as Instance).last).nextSibling : startOf(owner, part));
}
