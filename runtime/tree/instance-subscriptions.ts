/**
 * The subscriptions of a component instance: after each commit they are brought up to date with what the component
 * declares in its state. `component-tree.ts` does that; what is declared can be sent messages through its mailbox.
 */

import { ErrorCode, textOf } from '../platform/errors.js';
import type { Port } from '../subscription/run.js';
import { declaredBy, Subscriptions, type SubscriptionsImage } from '../subscription/subscription-set.js';
import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance, InstanceTree } from './component-instance.js';
import type { TreeEnvironment } from './tree-environment.js';

/** The tree of the instances, as their subscriptions call it. */
export interface SubscribingTree extends InstanceTree {
  readonly env: TreeEnvironment;
  /** Sends a message to an instance; `taken` is called once the turn that took it is committed. */
  put(instance: ComponentInstance, message: AnyMessage, from: ComponentInstance | string, taken?: () => void): void;
}

/** The last fault in the declarations of an instance: it is reported once, not after every turn. */
const refused = new WeakMap<ComponentInstance, string>();

/**
 * Brings the subscriptions of an instance up to date with its state.
 *
 * @param isEarly whether no actor runs yet: then only those start that must miss nothing from the first page on
 * @param marks what was stored of them
 */
export function updateSubscriptions(
  tree: SubscribingTree,
  instance: ComponentInstance,
  isEarly: boolean,
  marks?: SubscriptionsImage
): void {
  if (instance.isBroken) return;
  try {
    const declared = declaredBy(instance.component, instance.shown);
    if (instance.subscriptions === undefined && declared.length > 0) {
      instance.subscriptions = new Subscriptions(() => tree.system(), portOf(tree, instance), marks);
    }
    if (isEarly) instance.subscriptions?.prepare(declared);
    else instance.subscriptions?.update(declared);
    if (instance.failures > 0) refused.delete(instance);
  } catch (error) {
    const text = textOf(error);
    if (refused.get(instance) === text) return;
    refused.set(instance, text);
    tree.report(ErrorCode.Subscription, error, instance);
  }
}

function portOf(tree: SubscribingTree, instance: ComponentInstance): Port {
  return {
    clock: tree.clock,
    backplane: tree.env.backplane,
    deliver: (message, from) =>
      new Promise((resolve) => tree.put(instance, message, from === undefined ? 'host' : `#${from}`, resolve)),
    report: (error) => void tree.report(ErrorCode.Subscription, error, instance),
  };
}
