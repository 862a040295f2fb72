/**
 * The options `routes` and `actions`: whether they can be used, and what is wrong with them. `options.ts` checks them with the
 * others.
 */

import { actionName } from '../http/actions.js';
import { reserved } from '../http/http.js';
import { below } from '../http/router.js';

// VALUES ----------------------------------------------------------------------

/** Whether a value is a text. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** Whether a value is an object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  if (isString(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';

  return isObject(value) ? 'this object' : String(value);
}

// ROUTES ----------------------------------------------------------------------

/** Whether a value is a component. */
export function isComponent(value: unknown): boolean {
  return typeof value === 'function' && typeof (value as { view?: unknown }).view === 'function';
}

/** What is wrong with the first route that is wrong; `undefined` if there is none. */
export function routeOffence(value: Record<string, unknown>): string | undefined {
  const entries = Object.entries(value);

  if (entries.length === 0) return ', at least one';
  for (const [pattern, component] of entries) {
    if (!pattern.startsWith('/')) return `, and '${pattern}' does not: write '/${pattern}'`;
    if (below(reserved, pattern) !== undefined)
      return `, and '${pattern}' is reserved: nothing can stand below ${reserved}`;
    const offence = isComponent(component) ? undefined : pageOffence(component);
    if (offence !== undefined) return `, and at '${pattern}' ${offence}`;
  }
  return undefined;
}

/** What is wrong with what stands at a path in place of a component. */
function pageOffence(value: unknown): string | undefined {
  if (!isObject(value) || !('component' in value)) return `stands ${shown(value)}`;
  const { component, allow, reload, ...others } = value;
  const [other] = Object.keys(others);
  if (!isComponent(component)) return `\`component\` is ${shown(component)}`;
  if (allow !== undefined && typeof allow !== 'function') return `\`allow\` is ${shown(allow)}`;

  if (reload !== undefined && reload !== 'fresh') return `\`reload\` is ${shown(reload)}, not "fresh"`;

  return other === undefined ? undefined : `is \`${other}\`, which no route has`;
}

// ACTIONS ---------------------------------------------------------------------

/** What is wrong with the first action that is wrong; `undefined` if none is. */
export function actionOffence(value: Record<string, unknown>): string | undefined {
  for (const [name, action] of Object.entries(value)) {
    const [, , pattern] = actionName.exec(name) ?? [];
    if (pattern === undefined) return `, and '${name}' is none: write 'POST /a/path'`;
    if (below(reserved, pattern) !== undefined) return `, and '${pattern}' is reserved`;
    if (typeof action !== 'function') return `, and '${name}' is ${shown(action)}`;
  }
  return undefined;
}

/** Whether the option `actions` can be used. */
export const isActions = (value: unknown): boolean => isObject(value) && actionOffence(value) === undefined;

/** Whether the option `routes` can be used. */
export const isRoutes = (value: unknown): boolean => isObject(value) && routeOffence(value) === undefined;
