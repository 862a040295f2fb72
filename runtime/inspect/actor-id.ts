/**
 * The ids of actors in inspection: unique among the actors of a session while these exist.
 *
 *     session      the session itself
 *     /            the page's component; /message%20number%207 a component in it
 *     /#every 1000 a subscription of a component
 *     />fetching   an actor that a component's logic has invoked or spawned; />a>b a child of that actor
 *     @room        a shared actor
 *
 * Ids of component instances and of actors are percent-encoded, so that they contain none of the separators.
 */

import type { AnyActorRef } from 'xstate';
import type { ComponentInstance } from '../tree/component-instance.js';

// IDS -------------------------------------------------------------------------

/** The id of the session itself. */
export const sessionId = 'session';

/** The id of the component instance at this path: the ids of the instances from below the root to it. */
export const pathId = (path: readonly string[]): string => `/${path.map(encoded).join('/')}`;

/** The id of a component. */
export const actorIdOf = (instance: ComponentInstance): string => pathId(instance.path);

/** The id of a subscription of a component. */
export const subscriptionIdOf = (instance: ComponentInstance, key: string): string => `${actorIdOf(instance)}#${key}`;

/** The id of an actor that the logic of a component has started. */
export function childIdOf(instance: ComponentInstance, actor: AnyActorRef): string {
  const ids: string[] = [];
  for (let at: AnyActorRef | undefined = actor; at !== undefined && at !== instance.actor; at = at._parent)
    ids.unshift(encoded(at.id));

  return `${actorIdOf(instance)}>${ids.join('>')}`;
}

// READING ---------------------------------------------------------------------

/** The actor that an id names. */
export type ActorPlace =
  | { readonly kind: 'session' }
  | { readonly kind: 'shared'; readonly name: string }
  | { readonly kind: 'component'; readonly path: readonly string[] }
  | { readonly kind: 'subscription'; readonly path: readonly string[]; readonly key: string }
  | { readonly kind: 'child'; readonly path: readonly string[]; readonly ids: readonly string[] };

/** The actor that an id names; `undefined` if the text is not an id. */
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

/** @throws URIError if the encoding is wrong */
function placeOf({ path: encodedPath = '', key, ids }: { readonly [name: string]: string | undefined }): ActorPlace {
  const path = encodedPath === '' ? [] : encodedPath.split('/').map(decoded);
  if (key !== undefined) return { kind: 'subscription', path, key };
  if (ids !== undefined) return { kind: 'child', path, ids: ids.split('>').map(decoded) };

  return { kind: 'component', path };
}

// ENCODING --------------------------------------------------------------------

/** `encodeURIComponent` throws for a lone surrogate: it is written `%ud800`. */
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
