/**
 * Ids of actors, as inspection has them: names by which the actors of a session are told apart while they are there.
 *
 *     session      the session itself
 *     /            the page's component; /message%20number%207 a component in it
 *     /#every 1000 a subscription of a component
 *     />fetching   an actor that a component's logic has invoked or spawned
 *     @room        a shared actor
 */

import type { AnyActorRef } from 'xstate';
import type { Cell } from './cell.js';
import { pathOf } from './witness.js';

/** The id of the session itself. */
export const sessionId = 'session';

/** The id of the component to which these ids of cells lead. */
export const pathId = (path: readonly string[]): string => `/${path.map(encodeURIComponent).join('/')}`;

/** The id of a component. */
export const actorIdOf = (cell: Cell): string => pathId(pathOf(cell));

/** The id of a subscription of a component. */
export const subscriptionIdOf = (cell: Cell, key: string): string => `${actorIdOf(cell)}#${key}`;

/** The id of an actor that the logic of a component has started. */
export function childIdOf(cell: Cell, actor: AnyActorRef): string {
  const ids: string[] = [];
  for (let at: AnyActorRef | undefined = actor; at !== undefined && at !== cell.actor; at = at._parent)
    ids.unshift(at.id);

  return `${actorIdOf(cell)}>${ids.join('>')}`;
}

/** What an id says. */
export type ActorPlace =
  | { readonly kind: 'session' }
  | { readonly kind: 'shared'; readonly name: string }
  | { readonly kind: 'component'; readonly path: readonly string[] }
  | { readonly kind: 'subscription'; readonly path: readonly string[]; readonly key: string }
  | { readonly kind: 'child'; readonly path: readonly string[]; readonly ids: readonly string[] };

/** What an id says; `undefined` if it is none. Names of cells are encoded, so that they hold neither `#` nor `>`. */
export function readActorId(id: string): ActorPlace | undefined {
  if (id === sessionId) return { kind: 'session' };
  if (id.startsWith('@')) return { kind: 'shared', name: id.slice(1) };
  const match = /^\/(?<path>[^#>]*)(?:#(?<key>[\s\S]*)|>(?<ids>[\s\S]*))?$/.exec(id)?.groups;
  if (match === undefined) return undefined;
  const path = decoded(match['path'] ?? '');
  if (path === undefined) return undefined;
  if (match['key'] !== undefined) return { kind: 'subscription', path, key: match['key'] };
  if (match['ids'] !== undefined) return { kind: 'child', path, ids: match['ids'].split('>') };

  return { kind: 'component', path };
}

function decoded(path: string): readonly string[] | undefined {
  if (path === '') return [];
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
