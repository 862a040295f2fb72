/**
 * Images of trees (`tree-image.ts`): looked into by the path of a component, shared from step to step, and
 * without secrets. The recorder makes hundreds of them, `inspected-session.ts` and `actor-tree.ts` show them.
 */

import type { LogicImage } from '../actor/checkpoint.js';
import { isEqual } from '../platform/plain-data.js';
import { hidden, redact, type SecretNames } from '../platform/redact.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';

// LOOKING ---------------------------------------------------------------------

/** The image of the component to which these ids lead. */
export function imageOf(root: InstanceImage, path: readonly string[]): InstanceImage | undefined {
  let image: InstanceImage | undefined = root;
  for (const id of path) image = image?.children.find((child) => child.id === id);

  return image;
}

/** The state of a component, as it is shown. */
export function stateIn({ root }: TreeImage, path: readonly string[]): unknown {
  const state = imageOf(root, path)?.state;

  return isOfLogic(state) ? snapshotOf((state as LogicImage).snapshot) : state;
}

/** What is shown of XState's snapshots: where it is and what it holds, not its machine. */
export function snapshotOf(snapshot: unknown): unknown {
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

/** Whether a state is that of a logic (`LogicImage`); a model that looks the same is taken for one. */
export function isOfLogic(state: unknown): boolean {
  const { snapshot, timers } = (state ?? {}) as {
    readonly snapshot?: { readonly status?: unknown };
    readonly timers?: unknown;
  };

  return Array.isArray(timers) && typeof snapshot?.status === 'string';
}

// SHARING ---------------------------------------------------------------------

/** The later of two images, made of the earlier one as far as it is the same: so five hundred of them take little more than one. */
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

/** A model is the same if it is the same object; what a logic has persisted is made anew each time. */
function isSameState(before: unknown, after: unknown): boolean {
  return before === after || (isOfLogic(before) && isOfLogic(after) && isEqual(before, after));
}

/** The image of a component of which nothing can be said. */
export function nothingOf({ component, id }: ComponentInstance): InstanceImage {
  const { name, version } = component;

  return { id, name, version, state: undefined, subscriptions: undefined, children: [] };
}

// SECRETS ---------------------------------------------------------------------

/**
 * An image in whose states the fields of secret names are hidden.
 *
 * @param copies as `redact` takes them: steps of a recording share most of their states
 */
export function redactImage({ turns, root }: TreeImage, names: SecretNames, copies?: Map<object, unknown>): TreeImage {
  return { turns, root: mapStates(root, ({ state }) => redact(state, names, copies)), letters: [] };
}

/** An image in which only components of these names have a state: what others declare to be secret is not known. */
export function hideUnknown({ turns, root }: TreeImage, known: ReadonlySet<string>): TreeImage {
  return { turns, root: mapStates(root, ({ name, state }) => (known.has(name) ? state : hidden)), letters: [] };
}

function mapStates(image: InstanceImage, stateOf: (image: InstanceImage) => unknown): InstanceImage {
  return { ...image, state: stateOf(image), children: image.children.map((child) => mapStates(child, stateOf)) };
}
