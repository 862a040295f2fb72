/**
 * The child set of a component instance: the instances that its view places, and their coming and going.
 * `component-instance.ts` makes one when its view first places a component.
 *
 *     place, while the view is rendered -> accept, when the view stands -> depart and admit, before the children are shown
 *
 * A child that leaves can come back until `settle`, at the end of the turn.
 */

import { ErrorCode, TroupeError } from '../platform/errors.js';
import { type Mount, mountsIn, type Value } from '../render/nodes.js';
import type { Context } from '../template/content-model.js';

// TYPES -----------------------------------------------------------------------

/** A component instance as its parent's child set sees it: the owner of its mount. */
export interface ChildInstance {
  /** Identifies it among the children. */
  readonly id: string;
  readonly component: { readonly name: string };
  /** Whether its view has to run though its state has not changed. */
  readonly needsView: boolean;
  /** The last pass over the view that found it there. Only the child set writes it. */
  seenIn: number;
  /** Takes the props and the place that it is given. Returns whether they differ from those before. */
  receive(props: object, context: Context): boolean;
  /** It stands in the page from now on, or does not. */
  setPresent(isPresent: boolean): void;
}

/** What a view has changed about the children. */
export interface Arrangement<Instance> {
  /** The children that have to be rendered: they are new, or their props or their place have changed. */
  readonly next: readonly Instance[];
  /** The children that have left the view. */
  readonly left: readonly Instance[];
}

/** A component that the view has placed. */
interface Placed<Instance> {
  readonly child: Instance;
  readonly props: object;
  readonly context: Context;
}

// CHILD SET -------------------------------------------------------------------

/** The children of one component instance. */
export class ChildSet<Instance extends ChildInstance> {
  readonly #present = new Map<string, Instance>();
  /** The children that have left in this turn. */
  #leaving: Map<string, Instance> | undefined;
  /** What the view that is being rendered has placed so far. */
  #placing: Map<string, Placed<Instance>> | undefined;
  /** What the views of this turn have placed, until `takePlaced`. */
  #placed: Map<string, Placed<Instance>> | undefined;
  /** Passes over the view so far. */
  #passes = 0;
  readonly #parent: string;

  /** @param parent the name of the component whose children these are */
  constructor(parent: string) {
    this.#parent = parent;
  }

  // QUERIES -------------------------------------------------------------------

  /** The children that stand in the view, in the order in which they arrived. */
  get present(): Iterable<Instance> {
    return this.#present.values();
  }

  /** The children that have left in this turn. */
  get leaving(): Iterable<Instance> {
    return this.#leaving?.values() ?? [];
  }

  /** Whether the view that is being rendered has placed a component. */
  get isPlacing(): boolean {
    return this.#placing !== undefined;
  }

  /** The child of this id: in the view, leaving, or placed by an earlier view of this turn. */
  find(id: string): Instance | undefined {
    return this.#present.get(id) ?? this.#leaving?.get(id) ?? this.#placed?.get(id)?.child;
  }

  // RENDERING -----------------------------------------------------------------

  /** A view begins: what an earlier one has placed and that did not stand is forgotten. */
  begin(): void {
    this.#placing = undefined;
  }

  /**
   * The view places a child.
   *
   * @throws TroupeError `duplicate-key` if it has placed it before
   */
  place(child: Instance, props: object, context: Context): void {
    this.#placing ??= new Map();
    if (this.#placing.has(child.id)) throw this.#duplicate(child);
    this.#placing.set(child.id, { child, props, context });
  }

  /**
   * The view stands.
   *
   * @throws TroupeError `duplicate-key` if a child stands in it twice. Rows that were taken over are not placed again, so
   * that is only known now.
   */
  accept(rendered: Value): void {
    if (this.#placing === undefined && this.#present.size === 0) return;
    const pass = ++this.#passes;
    for (const { owner } of mountsIn(rendered)) {
      const child = owner as Instance;
      if (child.seenIn === pass) throw this.#duplicate(child);
      child.seenIn = pass;
    }
    const placing = this.#placing ?? new Map<string, Placed<Instance>>();
    // An earlier view of this turn may have placed components in rows that were now taken over.
    if (this.#placed === undefined) this.#placed = placing;
    else for (const [id, placed] of placing) this.#placed.set(id, placed);
  }

  #duplicate({ component: { name }, id }: Instance): TroupeError {
    const key = id.slice(id.lastIndexOf(' ') + 1);

    return new TroupeError(
      ErrorCode.DuplicateKey,
      `The view of ${this.#parent} has two ${name} with the key ${key}. Give each a key of its own.`
    );
  }

  // COMING AND GOING ----------------------------------------------------------

  /**
   * Compares the children in the view with those that were there; `undefined` if no view has run.
   *
   * @param stored the ids of restored children in their stored order. Children are kept in the order in which they
   * arrived: restored ones in this order, others after them
   */
  arrange(rendered: Value, stored: readonly string[]): Arrangement<Instance> | undefined {
    const placed = this.#placed;
    if (placed === undefined) return undefined;
    this.#placed = undefined;
    const mounts = mountsIn(rendered);
    const left = this.#depart(mounts);
    for (const child of left) child.setPresent(false);
    const next: Instance[] = [];
    for (const { owner } of inOrder(mounts, stored)) {
      const child = owner as Instance;
      const isNew = this.#admit(child);
      if (isNew) child.setPresent(true);
      const given = placed.get(child.id);
      const isChanged = given !== undefined && child.receive(given.props, given.context);
      if (isChanged || (isNew && child.needsView)) next.push(child);
    }

    return { next, left };
  }

  /** Takes out the children that stand at none of these mounts, and returns them. */
  #depart(mounts: readonly Mount[]): readonly Instance[] {
    // Counted anew: a view that threw may have been the last to see them.
    const pass = ++this.#passes;
    let kept = 0;
    for (const { owner } of mounts) {
      const child = owner as Instance;
      child.seenIn = pass;
      if (this.#present.get(child.id) === child) kept++;
    }

    return kept === this.#present.size ? none : this.#takeOut(pass);
  }

  #takeOut(pass: number): readonly Instance[] {
    const left: Instance[] = [];
    this.#leaving ??= new Map();
    for (const [id, child] of this.#present) {
      if (child.seenIn === pass) continue;
      this.#present.delete(id);
      this.#leaving.set(id, child);
      left.push(child);
    }

    return left;
  }

  /** Takes a child in. Returns whether it is new or has come back. */
  #admit(child: Instance): boolean {
    const { id } = child;
    if (this.#present.get(id) === child) return false;
    this.#present.set(id, child);
    if (this.#leaving?.get(id) === child) this.#leaving.delete(id);

    return true;
  }

  /** The turn is over. Returns the children that have left for good. */
  settle(): Iterable<Instance> {
    const leaving = this.leaving;
    this.#leaving = undefined;

    return leaving;
  }
}

const none: readonly never[] = [];

/** The mounts in the order in which their owners are kept. */
function inOrder(mounts: readonly Mount[], stored: readonly string[]): readonly Mount[] {
  if (stored.length === 0) return mounts;
  const places = new Map(stored.map((id, place) => [id, place]));
  const placeOf = ({ owner }: Mount): number => places.get((owner as ChildInstance).id) ?? stored.length;

  return mounts.toSorted((left, right) => placeOf(left) - placeOf(right));
}
