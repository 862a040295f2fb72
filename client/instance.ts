/**
 * What stands in the page, as the client knows it: instances of templates, and lists of them. `view.ts`
 * makes and changes them; `events.ts` finds the instance an event happened in.
 */

import type { Wire } from '../runtime/patch.js';
import type { Definition } from './definitions.js';

// TYPES -----------------------------------------------------------------------

/** Raw HTML stands there: what it consists of is nobody's business. */
export const raw = Symbol('raw');

/** What stands in a child part. */
export type Child = Text | Instance | List | typeof raw | null;

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
  /** By part: what stands there. */
  readonly states: State[] = [];

  /** As a row of a keyed list. */
  key: Wire = null;

  constructor(definition: Definition) {
    this.definition = definition;
  }
}

/** A list of rows, each an instance. */
export class List {
  number = 0;
  readonly keyed: boolean;
  /** The instance and part it stands in. */
  readonly owner: Instance;
  readonly part: number;
  readonly rows: Instance[] = [];

  constructor(owner: Instance, part: number, keyed: boolean) {
    this.owner = owner;
    this.part = part;
    this.keyed = keyed;
  }
}
