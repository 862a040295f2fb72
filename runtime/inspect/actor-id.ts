/**
 * Ids of actors, as inspection has them: names by which the actors of a session are told apart while they are there.
 *
 *     session      the session itself
 *     /            the page's component; /message%20number%207 a component in it
 *     /#every 1000 a subscription of a component
 *     />fetching   an actor that a component's logic has invoked or spawned; />a>b one that that one has
 *     @room        a shared actor
 *
 * Ids of cells and of actors are encoded as in a URL, so that they hold none of the signs that stand between them.
 */

import type { AnyActorRef } from 'xstate';
import type { ComponentInstance } from '../tree/component-instance.js';

// IDS -------------------------------------------------------------------------

/** The id of the session itself. */
export const sessionId = 'session';

/** The id of the component to which these ids of cells lead. */
export const pathId = (path: readonly string[]): string => `/${path.map(encoded).join('/')}`;

/** The id of a component. */
export const actorIdOf = (cell: ComponentInstance): string => pathId(cell.path);

/** The id of a subscription of a component. */
export const subscriptionIdOf = (cell: ComponentInstance, key: string): string => `${actorIdOf(cell)}#${key}`;

/** The id of an actor that the logic of a component has started. */
export function childIdOf(cell: ComponentInstance, actor: AnyActorRef): string {
  const ids: string[] = [];
  for (let at: AnyActorRef | undefined = actor; at !== undefined && at !== cell.actor; at = at._parent)
    ids.unshift(encoded(at.id));

  return `${actorIdOf(cell)}>${ids.join('>')}`;
}

// READING ---------------------------------------------------------------------

/** What an id says. */
export type ActorPlace =
  | { readonly kind: 'session' }
  | { readonly kind: 'shared'; readonly name: string }
  | { readonly kind: 'component'; readonly path: readonly string[] }
  | { readonly kind: 'subscription'; readonly path: readonly string[]; readonly key: string }
  | { readonly kind: 'child'; readonly path: readonly string[]; readonly ids: readonly string[] };

/** What an id says; `undefined` if it is none. */
export function readActorId(id: string): ActorPlace | undefined {
  if (id === sessionId) return { kind: 'session' };
  if (id.startsWith('@')) return { kind: 'shared', name: id.slice(1) };
  const match = /^\/(?<path>[^#>]*)(?:#(?<key>[\s\S]*)|>(?<ids>[\s\S]*))?$/.exec(id)?.groups;
  if (match === undefined) return undefined;
  try {
    return placeOf(match);
  } catch {
    return undefined;
  }
}

/** @throws URIError if something is not encoded as it has to be */
function placeOf({ path: encodedPath = '', key, ids }: { readonly [name: string]: string | undefined }): ActorPlace {
  const path = encodedPath === '' ? [] : encodedPath.split('/').map(decoded);
  if (key !== undefined) return { kind: 'subscription', path, key };
  if (ids !== undefined) return { kind: 'child', path, ids: ids.split('>').map(decoded) };

  return { kind: 'component', path };
}

// ENCODING --------------------------------------------------------------------

/** Half a character is none to `encodeURIComponent`, which throws at it: it is written `%ud800`. */
function encoded(text: string): string {
  return text.replace(/\p{Cs}|\P{Cs}+/gu, (part) =>
    /^\p{Cs}$/u.test(part) ? `%u${part.charCodeAt(0).toString(16)}` : encodeURIComponent(part)
  );
}

function decoded(text: string): string {
  const parts = text.split(/%u(?<half>d[89a-f][\da-f]{2})/);

  return parts
    .map((part, index) => (index % 2 === 1 ? String.fromCharCode(Number.parseInt(part, 16)) : decodeURIComponent(part)))
    .join('');
}
