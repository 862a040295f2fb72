/** Paths to the fields of a form: `email`, `address.city`, `items[0].name`. They are the names of the controls. */

// TYPES -----------------------------------------------------------------------

/** What a form holds: the values of its controls, in the shape of its model. */
export type FormValue = string | boolean | readonly FormValue[] | FormValues | null | undefined;

/** The values of a form, or of a part of it. */
export interface FormValues {
  readonly [name: string]: FormValue;
}

/** A step of a path: a name, or a place in a list. */
export type Step = string | number;

// PATHS -----------------------------------------------------------------------

const steps = /\[(\d+)\]|([^.[\]]+)/g;

/** The steps of a path. */
export const stepsOf = (path: string): readonly Step[] =>
  [...path.matchAll(steps)].map(([, index, name = '']) => (index === undefined ? name : Number(index)));

/** The path of steps. */
export const pathOf = (keys: readonly PropertyKey[]): string =>
  keys.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`),
    ''
  );

/** The path of a field among the fields of all rows: `items[].name`. */
export const kindOf = (path: string): string => path.replace(/\[\d+\]/g, '[]');

/** Whether one path is another one, or lies within it. */
export const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

// VALUES ----------------------------------------------------------------------

/** Names that belong to objects of JavaScript. A path from a browser must not lead to them. */
const foreign: ReadonlySet<Step> = new Set(['__proto__', 'constructor', 'prototype']);

/** Rows that a list may have: a path from a browser must not make a longer one. */
const mostRows = 1_000;

/** What stands at a path; `undefined` if there is nothing. */
export function valueAt(values: FormValue, path: string): FormValue {
  let found: FormValue = values;
  for (const step of stepsOf(path)) {
    if (found === null || typeof found !== 'object' || Array.isArray(found) !== (typeof step === 'number'))
      return undefined;
    if (!Object.hasOwn(found, step)) return undefined;
    found = (found as { readonly [key: Step]: FormValue })[step];
  }

  return found;
}

/** The values with another one at a path. What is missing on the way is made; what a path must not lead to is left alone. */
export function withValue(values: FormValues, path: string, value: FormValue): FormValues {
  const steps = stepsOf(path);

  return steps.some((step) => foreign.has(step)) ? values : (replace(values, steps, value) as FormValues);
}

function replace(whole: FormValue, [step, ...others]: readonly Step[], value: FormValue): FormValue {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const rows = Array.isArray(whole) ? [...whole] : [];
    if (step > rows.length || step >= mostRows) return whole;
    rows[step] = replace(rows[step], others, value);
    return rows;
  }
  const before = whole !== null && typeof whole === 'object' && !Array.isArray(whole) ? (whole as FormValues) : {};

  return { ...before, [step]: replace(before[step], others, value) };
}

/** The paths of a kind, `items[].name`, in these values. */
export function pathsOfKind(values: FormValues, kind: string): readonly string[] {
  const [first = '', ...others] = kind.split('[]');

  return others.reduce<readonly string[]>(
    (paths, rest) =>
      paths.flatMap((path) => {
        const rows = valueAt(values, path);
        return Array.isArray(rows) ? rows.map((_row, row) => `${path}[${row}]${rest}`) : [];
      }),
    [first]
  );
}
