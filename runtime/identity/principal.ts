/**
 * Principals: who makes a request, as `identify` says, by text and by key. A token is bound to the text, which is all of the
 * principal; who is revoked is said by the key.
 */

import { createHash } from 'node:crypto';

// TEXT ------------------------------------------------------------------------

/**
 * A principal as tokens are bound to it: its JSON, '' for none. Two requests are of the same principal
 * if this is the same text, so what `identify` returns must not change from request to request.
 */
export function principalText(principal: unknown): string {
  return principal === undefined || principal === null ? '' : JSON.stringify(principal);
}

// KEY -------------------------------------------------------------------------

const isKey = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/**
 * The key of a principal: itself if it is a text or a number, its `id` if it has one, else its JSON. '' for none.
 *
 * ```ts
 * keyOf({ id: 42, roles: ['editor'] }); // '42'
 * ```
 */
export function keyOf(principal: unknown): string {
  if (isKey(principal)) return String(principal);
  const id = (principal as { readonly id?: unknown } | null | undefined)?.id;

  return isKey(id) ? String(id) : principalText(principal);
}

// MARKS -----------------------------------------------------------------------

/** The name under which a revocation is kept: of a principal everywhere, or in one browser. The key cannot be read from it. */
export function markOf(key: string, browser = ''): string {
  return createHash('sha256').update(`troupe principal ${browser}\n${key}`).digest('base64url').slice(0, 22);
}

/** The marks of a principal in a browser: everywhere, and there. None of an anonymous user. */
export function marksOf(principal: unknown, browser: string): readonly string[] {
  const key = keyOf(principal);

  return key === '' ? [] : [markOf(key), markOf(key, browser)];
}
