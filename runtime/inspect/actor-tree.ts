/**
 * The actors of a session as a tree of plain data: the session, its components with their subscriptions and child
 * actors, and the shared actors they subscribe to. `inspected-session.ts` requests it for a session in memory or a
 * stored one.
 */

import type { AnyActorRef } from 'xstate';
import type { SharedActorStatus, SharedView } from '../cluster/shared-actor.js';
import { isOfLogic } from '../recording/snapshot-views.js';
import type { LiveSession } from '../session/session.js';
import type { SessionImage } from '../session/session-snapshot.js';
import type { SubscriptionView } from '../subscription/subscription-set.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { InstanceImage } from '../tree/tree-image.js';
import { actorIdOf, childIdOf, pathId, sessionId, subscriptionIdOf } from './actor-id.js';
import type { ActorView, SessionSummary } from './inspection.js';
import type { Failures } from './session-recorder.js';

// TYPES -----------------------------------------------------------------------

/** What the tree shows that the session itself does not have. */
export interface Surroundings {
  readonly status: SessionSummary['status'];
  /** Since when the session has its status, in milliseconds since the epoch. */
  readonly since: number;
  readonly now: number;
  /** The failures since the session is inspected, by the id of the actor. */
  readonly failures: ReadonlyMap<string, Failures>;
  /** The status of a shared actor; `undefined` if this node does not know it. */
  shared(name: string): SharedView | undefined;
  /** When an actor whose start is not recorded elsewhere was first seen, in milliseconds since the epoch. */
  sinceOf(actor: object): number;
}

/** The prefix of the keys of subscriptions to shared actors. */
const sharedPrefix = 'shared ';

// LIVE ------------------------------------------------------------------------

/** The actors of a session in memory. */
export function actorsOf(live: LiveSession, around: Surroundings): ActorView {
  const { tree } = live;
  const waiting = new Map<ComponentInstance, number>();
  for (const { instance } of tree.mailbox.envelopes) waiting.set(instance, (waiting.get(instance) ?? 0) + 1);
  const instances = [...tree.instances()];
  const listened = new Set(instances.flatMap((instance) => sharedIn(instance.subscriptions?.views ?? [])));
  const actors = [
    componentView(live, tree.root, waiting, around),
    ...[...listened].map((name) => sharedView(name, around)),
  ];
  const errors = instances.reduce((sum, { failures }) => sum + failures, 0);

  return {
    ...{ id: sessionId, kind: 'session', name: live.id, status: around.status, mailbox: tree.mailbox.size },
    ...{ age: around.now - around.since, errors, lastError: lastOf([...around.failures.values()]), actors },
  };
}

const lastOf = (failures: readonly Failures[]): string => failures.at(-1)?.last ?? '';

/** The names of the shared actors that these subscriptions watch. */
function sharedIn(subscriptions: readonly SubscriptionView[]): readonly string[] {
  return subscriptions.filter(({ kind }) => kind === 'shared').map(({ key }) => key.slice(sharedPrefix.length));
}

function componentView(
  live: LiveSession,
  instance: ComponentInstance,
  waiting: ReadonlyMap<ComponentInstance, number>,
  around: Surroundings
): ActorView {
  const id = actorIdOf(instance);
  const subscriptions = (instance.subscriptions?.views ?? []).map((view) => subscriptionView(instance, view, around));
  const children = childrenOf(instance.snapshot).map((actor) => childView(instance, actor, around));
  const components = [...instance.children].map((child) => componentView(live, child, waiting, around));

  return {
    ...{
      id,
      kind: instance.component.logic === undefined ? 'component' : 'statechart',
      name: nameOf(instance.id, instance.component.name),
    },
    ...{
      status: instance.standing,
      mailbox: waiting.get(instance) ?? 0,
      age: around.now - instance.since,
      errors: instance.failures,
    },
    ...{ lastError: around.failures.get(id)?.last ?? '', actors: [...subscriptions, ...children, ...components] },
  };
}

/** The name of a component with its key: the id of an instance is its name, the type of its key, and the key. */
export function nameOf(id: string, name: string): string {
  if (id === '') return name;
  const [, key = ''] = /^ \w+ ([\s\S]*)$/.exec(id.slice(name.length)) ?? [];

  return `${name} ${key}`;
}

function subscriptionView(
  instance: ComponentInstance,
  { key, status, since, failures }: SubscriptionView,
  around: Surroundings
): ActorView {
  const id = subscriptionIdOf(instance, key);
  const age = since === 0 ? 0 : around.now - since;

  return { id, kind: 'subscription', name: key, status, mailbox: 0, age, errors: failures, lastError: '', actors: [] };
}

/** The actors that a logic has invoked or spawned. */
export function childrenOf(snapshot: unknown): readonly AnyActorRef[] {
  const { children } = (snapshot ?? {}) as { readonly children?: Readonly<Record<string, unknown>> };

  return Object.values(children ?? {}).filter(
    (child): child is AnyActorRef => typeof (child as Partial<AnyActorRef> | undefined)?.getSnapshot === 'function'
  );
}

function childView(instance: ComponentInstance, actor: AnyActorRef, around: Surroundings): ActorView {
  const snapshot = actor.getSnapshot() as { readonly status?: string } | undefined;
  const { status = 'active' } = snapshot ?? {};

  return {
    ...{ id: childIdOf(instance, actor), kind: 'child', name: actor.id, status, mailbox: 0 },
    ...{ age: around.now - around.sinceOf(actor), errors: status === 'error' ? 1 : 0, lastError: '' },
    actors: childrenOf(snapshot).map((child) => childView(instance, child, around)),
  };
}

const standings: Readonly<Record<SharedActorStatus, string>> = {
  absent: 'absent',
  running: 'active',
  waiting: 'waiting',
  finished: 'done',
  down: 'given up',
};

function sharedView(name: string, around: Surroundings): ActorView {
  const { standing = 'absent', mailbox = 0, since = 0, failures = 0 } = around.shared(name) ?? {};
  const age = Number.isFinite(since) && since > 0 ? around.now - since : 0;

  return {
    ...{ id: `@${name}`, kind: 'shared', name, status: standings[standing], mailbox, age },
    ...{ errors: failures, lastError: '', actors: [] },
  };
}

// STORED ----------------------------------------------------------------------

/** The actors of a session that is stored: none of them runs. */
export function storedActorsOf(id: string, { at, tree }: Pick<SessionImage, 'at' | 'tree'>, now: number): ActorView {
  return {
    ...{
      id: sessionId,
      kind: 'session',
      name: id,
      status: 'passivated',
      mailbox: tree.envelopes.length,
      age: now - at,
    },
    ...{ errors: 0, lastError: '', actors: [storedView(tree.root, [], now - at)] },
  };
}

function storedView(
  { id, name, state, subscriptions, children }: InstanceImage,
  path: readonly string[],
  age: number
): ActorView {
  const own = pathId(path);
  const declared = Object.keys(subscriptions ?? {}).map((key): ActorView => {
    return {
      id: `${own}#${key}`,
      kind: 'subscription',
      name: key,
      status: 'dormant',
      mailbox: 0,
      age,
      errors: 0,
      lastError: '',
      actors: [],
    };
  });

  return {
    ...{ id: own, kind: isOfLogic(state) ? 'statechart' : 'component', name: nameOf(id, name), status: 'dormant' },
    ...{ mailbox: 0, age, errors: 0, lastError: '' },
    actors: [...declared, ...children.map((child) => storedView(child, [...path, child.id], age))],
  };
}
