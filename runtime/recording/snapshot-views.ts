/**
 * Views of the images of trees (`tree-image.ts`): the state at a path, images that share what did not change, images
 * without secrets. `session-recorder.ts` makes hundreds of images, `inspected-session.ts` and `actor-tree.ts` show them.
 */

import type { LogicImage } from '../actor/checkpoint.js';
import { isEqual } from '../platform/plain-data.js';
import { hidden, redact, type SecretNames } from '../platform/redact.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';

// STATES ----------------------------------------------------------------------

/** The image of the component instance at a path. */
export function imageOf(root: InstanceImage, path: readonly string[]): InstanceImage | undefined {
  let image: InstanceImage | undefined = root;
  for (const id of path) image = image?.children.find((child) => child.id === id);

  return image;
}

/** The state of the component instance at a path, as the inspector shows it. */
export function stateIn({ root }: TreeImage, path: readonly string[]): unknown {
  const state = imageOf(root, path)?.state;

  return isOfLogic(state) ? shownSnapshot((state as LogicImage).snapshot) : state;
}

/** The part of an XState snapshot that the inspector shows: state value, context, output and error; not the machine. */
export function shownSnapshot(snapshot: unknown): unknown {
  const { value, context, status, output, error } = (snapshot ?? {}) as { readonly [name: string]: unknown };
  const state = {
    ...(value !== undefined && { value }),
    ...(context !== undefined && { context }),
    ...(status !== 'active' && status !== undefined && { status }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
  };

  return Object.keys(state).length === 0 ? { status } : state;
}

/** Whether a state is the `LogicImage` of XState logic. A model of the same shape is mistaken for one. */
export function isOfLogic(state: unknown): boolean {
  const { snapshot, timers } = (state ?? {}) as {
    readonly snapshot?: { readonly status?: unknown };
    readonly timers?: unknown;
  };

  return Array.isArray(timers) && typeof snapshot?.status === 'string';
}

// SHARING ---------------------------------------------------------------------

/** The later of two images, with the objects of the earlier one where both are equal: 500 steps take little more memory than one. */
export function sharing(before: InstanceImage | undefined, after: InstanceImage): InstanceImage {
  if (before === undefined || before.id !== after.id || before.name !== after.name) return after;
  const known = new Map(before.children.map((child) => [child.id, child]));
  const children = after.children.map((child) => sharing(known.get(child.id), child));
  const state = isSameState(before.state, after.state) ? before.state : after.state;
  const isUnchanged =
    state === before.state &&
    children.length === before.children.length &&
    children.every((child, index) => child === before.children[index]) &&
    isEqual(before.subscriptions, after.subscriptions);

  return isUnchanged ? before : { ...after, state, children };
}

/** Models are compared by identity. XState persists logic as new objects each time, so these are compared by content. */
function isSameState(before: unknown, after: unknown): boolean {
  return before === after || (isOfLogic(before) && isOfLogic(after) && isEqual(before, after));
}

/** The image of a component instance whose state is not known. */
export function nothingOf({ component, id }: ComponentInstance): InstanceImage {
  const { name, version } = component;

  return { id, name, version, state: undefined, subscriptions: undefined, children: [] };
}

// SECRETS ---------------------------------------------------------------------

/**
 * An image in whose states the fields of secret names are hidden.
 *
 * @param copies as `redact` takes them: calls that share it copy a state, or an instance, that is in several images once
 */
export function redactImage(
  { turns, root }: TreeImage,
  names: SecretNames,
  copies = new Map<object, unknown>()
): TreeImage {
  const redactInstance = (image: InstanceImage): InstanceImage => {
    const known = copies.get(image) as InstanceImage | undefined;
    if (known !== undefined) return known;
    const state = redact(image.state, names, copies);
    const copy = { ...image, state, children: image.children.map(redactInstance) };
    copies.set(image, copy);

    return copy;
  };

  return { turns, root: redactInstance(root), envelopes: [] };
}

/** An image in which only components of known names have a state: which fields others declare secret is not known. */
export function hideUnknown({ turns, root }: TreeImage, known: ReadonlySet<string>): TreeImage {
  const hideIn = (image: InstanceImage): InstanceImage => {
    const state = known.has(image.name) ? image.state : hidden;

    return { ...image, state, children: image.children.map(hideIn) };
  };

  return { turns, root: hideIn(root), envelopes: [] };
}
