/**
 * The state of a form as plain data, and what becomes of it: edits, fields that are left, rows, submissions, answers of checks.
 * Pure functions; `form.ts` adds the schema.
 */

import { type FormValue, type FormValues, isWithin, pathOf, stepsOf, valueAt, withValue } from './paths.js';

// TYPES -----------------------------------------------------------------------

/** Texts about what is wrong, by path; '' for what concerns the form as a whole. */
export type Issues = Readonly<Record<string, readonly string[]>>;

/** What a check has answered, and about which value. */
export interface Answer {
  readonly value: FormValue;
  readonly issues: readonly string[];
  /** The check has failed: it is asked again at the next submission. */
  readonly isFailure: boolean;
}

/** The state of a form: a part of the model of the component that shows it. Plain data. */
export interface FormState {
  readonly values: FormValues;
  /** The values that the form began with, and goes back to. */
  readonly initial: FormValues;
  /** The fields that were left, by path. */
  readonly touched: readonly string[];
  /** What the schema says of the values. */
  readonly issues: Issues;
  /** The answers of checks, by path. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** The keys of the rows of each list, by its path. */
  readonly keys: Readonly<Record<string, readonly number[]>>;
  /** The key of the next row. */
  readonly nextKey: number;
  /** Whether it was submitted once: from then on all issues are shown. */
  readonly isSubmitted: boolean;
  /** Whether a submission waits for answers of checks. */
  readonly isWaiting: boolean;
  /** How often it was submitted without an issue, and with one. */
  readonly accepted: number;
  readonly rejected: number;
  /** Whether the last change of all was the end of a submission with an issue. */
  readonly isRejected: boolean;
  /** What was wrong at the last submission. */
  readonly reasons: Issues;
}

/**
 * What happens to a form; `name` is a path. A `value` beside a `name` is hidden where messages are shown, if fields of that
 * name are secret; so is the second of a pair.
 */
export type FormChange =
  | { readonly kind: 'edited'; readonly name: string; readonly value: FormValue }
  | { readonly kind: 'ticked'; readonly name: string; readonly value: string; readonly isTicked: boolean }
  | { readonly kind: 'left'; readonly name: string }
  | { readonly kind: 'submitted'; readonly entries: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'reset' }
  | { readonly kind: 'added'; readonly name: string; readonly row: FormValue }
  | { readonly kind: 'removed'; readonly name: string; readonly index: number }
  | { readonly kind: 'moved'; readonly name: string; readonly index: number; readonly to: number }
  | ({ readonly kind: 'checked'; readonly name: string } & Answer);

// MAKING ----------------------------------------------------------------------

/** A form with these values. */
export function startState(values: FormValues): FormState {
  return {
    ...{ values, initial: values, touched: [], issues: {}, answers: {}, keys: {}, nextKey: 0 },
    ...{ isSubmitted: false, isWaiting: false, accepted: 0, rejected: 0, isRejected: false, reasons: {} },
  };
}

// CHANGES ---------------------------------------------------------------------

/** The state after a change, before the schema is asked again. */
export function changeState(state: FormState, change: FormChange): FormState {
  switch (change.kind) {
    case 'edited':
      return { ...state, isWaiting: false, values: edited(state.values, change.name, change.value) };
    case 'ticked':
      return { ...state, isWaiting: false, values: withTick(state.values, change) };
    case 'left':
      return state.touched.includes(change.name) ? state : { ...state, touched: [...state.touched, change.name] };
    case 'submitted':
      return submitted(state, change.entries);
    case 'reset':
      return { ...startState(state.initial), nextKey: state.nextKey, accepted: state.accepted };
    case 'checked': {
      const { kind: _kind, name, ...answer } = change;
      // Only an answer about what is there now counts.
      if (!isSame(valueAt(state.values, name), answer.value)) return state;
      return { ...state, answers: { ...state.answers, [name]: answer } };
    }
    default:
      return changeRows(state, change);
  }
}

function submitted(state: FormState, entries: readonly (readonly [string, string])[]): FormState {
  let { values } = state;
  // What a browser has filled in without an event.
  for (const [path, value] of entries) {
    if (typeof valueAt(values, path) === 'string') values = withValue(values, path, value);
  }
  const answers = Object.fromEntries(Object.entries(state.answers).filter(([, { isFailure }]) => !isFailure));

  return { ...state, values, answers, isSubmitted: true, isWaiting: true };
}

/** The values after an edit. Rows are made by `added` alone. */
function edited(values: FormValues, path: string, value: FormValue): FormValues {
  const row = /^.*\[\d+\]/.exec(path)?.[0];

  return row !== undefined && valueAt(values, row) === undefined ? values : withValue(values, path, value);
}

function withTick(values: FormValues, change: Extract<FormChange, { kind: 'ticked' }>): FormValues {
  const { name, value, isTicked } = change;
  const found = valueAt(values, name);
  const others = Array.isArray(found) ? found.filter((each) => each !== value) : [];

  return edited(values, name, isTicked ? [...others, value] : others);
}

/** Whether two values of controls are the same. */
export const isSame = (one: FormValue, other: FormValue): boolean => JSON.stringify(one) === JSON.stringify(other);

// READING ---------------------------------------------------------------------

/** What is wrong at a path: by the schema, else by the answer of a check about the value that is there. */
export function issuesAt({ answers, issues, values }: FormState, path: string): readonly string[] {
  const answer = answers[path];
  const isAnswered = answer !== undefined && isSame(answer.value, valueAt(values, path));

  return issues[path] ?? (isAnswered ? answer.issues : []);
}

/** Whether a field has a value, or has it among others. */
export function isChosen({ values }: FormState, path: string, value: string): boolean {
  const found = valueAt(values, path);

  return Array.isArray(found) ? found.includes(value) : found === value;
}

// ROWS ------------------------------------------------------------------------

/** A row of a list. */
export interface FormRow {
  /** For `repeat`: stays with the row when it moves. */
  readonly key: number;
  readonly path: string;
  readonly index: number;
}

/** The keys of the rows of a list: of rows that came with the values, those below 0. */
const keysOf = ({ keys, values }: FormState, path: string): readonly number[] => {
  const rows = valueAt(values, path);

  return keys[path] ?? (Array.isArray(rows) ? rows.map((_row, index) => -1 - index) : []);
};

/** The rows of a list. */
export const rowsOf = (state: FormState, path: string): readonly FormRow[] =>
  keysOf(state, path).map((key, index) => ({ key, index, path: `${path}[${index}]` }));

type RowChange = Extract<FormChange, { kind: 'added' | 'removed' | 'moved' }>;

function changeRows(state: FormState, change: RowChange): FormState {
  const { name: path } = change;
  const found = valueAt(state.values, path);
  const rows: readonly FormValue[] = Array.isArray(found) ? found : [];
  const order = orderAfter(rows.length, change);
  const isAdded = change.kind === 'added';
  const keys = [...order.map((index) => keysOf(state, path)[index] as number), ...(isAdded ? [state.nextKey] : [])];
  const changed = [...order.map((index) => rows[index] as FormValue), ...(isAdded ? [change.row] : [])];
  const rename = (name: string): string | undefined => renameRow(name, path, order);

  return {
    ...state,
    values: withValue(state.values, path, changed),
    keys: { ...renameKeys(state.keys, rename), [path]: keys },
    nextKey: isAdded ? state.nextKey + 1 : state.nextKey,
    touched: [...state.touched.flatMap((name) => rename(name) ?? []), ...(state.touched.includes(path) ? [] : [path])],
    answers: renameKeys(state.answers, rename),
    reasons: renameKeys(state.reasons, rename),
    isWaiting: false,
  };
}

/** The former indices of the rows, in their new order. */
function orderAfter(length: number, change: RowChange): readonly number[] {
  const order = Array.from({ length }, (_, index) => index);
  if (change.kind === 'added' || !(change.index in order)) return order;
  const [row] = order.splice(change.index, 1) as [number];
  if (change.kind === 'moved') order.splice(Math.max(0, Math.min(change.to, order.length)), 0, row);

  return order;
}

/** The path of what is in a row after its list has changed; `undefined` if the row is gone. */
function renameRow(name: string, list: string, order: readonly number[]): string | undefined {
  if (name === list || !isWithin(name, list)) return name;
  const depth = stepsOf(list).length;
  const steps = stepsOf(name);
  const index = order.indexOf(steps[depth] as number);

  return index === -1 ? undefined : pathOf([...steps.slice(0, depth), index, ...steps.slice(depth + 1)]);
}

function renameKeys<Value>(
  record: Readonly<Record<string, Value>>,
  rename: (name: string) => string | undefined
): Readonly<Record<string, Value>> {
  const entries = Object.entries(record).flatMap(([name, value]) => {
    const renamed = rename(name);
    return renamed === undefined ? [] : [[renamed, value] as const];
  });

  return Object.fromEntries(entries);
}
