/**
 * The component tree of a session as it is stored between turns, in plain data. `component-tree.ts` makes and restores it,
 * `component-instance.ts` the part of each component.
 */

import type { SubscriptionsImage } from '../subscription/subscription-set.js';
import type { AnyMessage } from '../template/html.js';

/** A component in the page. */
export interface InstanceImage {
  /** Identifies it in its parent's view; '' for the root. */
  readonly id: string;
  readonly name: string;
  readonly version: number | string;
  /** Its model or `LogicImage`; `undefined` if it has not begun and is to begin anew. */
  readonly state: unknown;
  readonly subscriptions: SubscriptionsImage | undefined;
  readonly children: readonly InstanceImage[];
}

/** A message in the mailbox: the ids of the instances from the root to its receiver, and its cause. */
export interface EnvelopeImage {
  readonly path: readonly string[];
  readonly message: AnyMessage;
  readonly cause: string | undefined;
}

/** An effect that has not been delivered. */
export interface EffectImage {
  readonly kind: 'publish' | 'send';
  /** The topic, or the name of the shared actor. */
  readonly to: string;
  readonly message: AnyMessage;
  readonly id: string;
}

/** All that happens in a page. */
export interface TreeImage {
  readonly turns: number;
  readonly root: InstanceImage;
  readonly envelopes: readonly EnvelopeImage[];
}
