/**
 * A form: a value in the model of a component (`state.ts`) and pure functions that show and change it, made from a schema
 * of any library with Standard Schema. Written with the public entry alone.
 */

import { type AnyMessage, html, repeat, type Spread, type Subscription, spread, type Template, task } from 'troupe';
import { inputOf, valuesOf } from './input.js';
import { type FormValue, type FormValues, kindOf, pathOf, pathsOfKind, valueAt } from './paths.js';
import { type FieldRules, rulesOf } from './rules.js';
import { keysOf, type StandardSchema } from './standard-schema.js';
import {
  changeState,
  type FormChange,
  type FormRow,
  type FormState,
  type Issues,
  isChosen,
  isSame,
  issuesAt,
  rowsOf,
  startState,
} from './state.js';

// TYPES -----------------------------------------------------------------------

/** What a form sends to its component. Its `update` passes it to that of the form. */
export interface FormMessage extends AnyMessage {
  readonly type: 'form';
  /** The name of the form. */
  readonly form: string;
  readonly change: FormChange;
}

/**
 * A rule that takes time: whether a name is taken, for instance. Resolves to what is wrong, or to nothing.
 *
 * @param signal is aborted when the answer is not needed any more
 */
export type Check = (value: string, signal: AbortSignal) => Promise<string | null | undefined | false>;

/** Options of `form`. */
export interface FormOptions<Input, Output> {
  /** Names it among the forms of a component; the ids of its controls begin with it. */
  readonly name: string;
  /** A schema of zod, valibot, arktype or any other library with Standard Schema. It must not be async. */
  readonly schema: StandardSchema<Input, Output>;
  /** What the controls hold at first, in the shape of what the schema takes: '' for an empty text, `false` for a box. */
  readonly initial: FormValues;
  /** Attributes of controls beside those that the schema leads to, by path (`items[].name`): `{ pin: { type: 'password' } }`. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, string | number | boolean | null>>>>;
  /** What controls are called in the summary, by path (`items[].name`). Without, a line there has the text of the issue alone. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Rules that take time, by path (`items[].name`). They are asked once the schema accepts the field. */
  readonly checks?: Readonly<Record<string, Check>>;
  /** What is said of a check that has failed. Default: `This could not be checked. Try again.` */
  readonly uncheckedText?: string;
}

/** Paths to the fields of what a schema takes, eight levels deep: `email`, `address.city`, `items[0].name`. */
export type FieldPath<Input> = 0 extends 1 & Input ? string : Names<Input, Levels>;

type Levels = [0, 0, 0, 0, 0, 0, 0, 0];

/** The paths within a value; names that stand at its top have no dot before them. */
type Names<Value, Left extends readonly unknown[]> = Left extends readonly [unknown, ...infer Rest]
  ? Value extends readonly unknown[] | Date
    ? never
    : Value extends object
      ? { [Name in keyof Value & string]: Name | `${Name}${Further<NonNullable<Value[Name]>, Rest>}` }[keyof Value &
          string]
      : never
  : never;

/** How a path goes on behind a name or a place in a list. */
type Further<Value, Left extends readonly unknown[]> = Value extends readonly (infer Row)[]
  ? `[${number}]` | `[${number}]${Further<NonNullable<Row>, Left>}`
  : `.${Names<Value, Left>}`;

// FORM ------------------------------------------------------------------------

/**
 * Makes a form.
 *
 * ```ts
 * const signup = form({ name: 'signup', schema: z.object({ email: z.email() }), initial: { email: '' } });
 *
 * export const Signup = component({
 *   name: 'signup',
 *   init: () => ({ form: signup.start() }),
 *   update: (model, message: FormMessage) => ({ form: signup.update(model.form, message) }),
 *   view: (model) => html<FormMessage>`
 *     <form ${signup.form()}>
 *       ${signup.summary(model.form)}
 *       <label for="signup-email">E-mail</label> <input ${signup.field(model.form, 'email')}>
 *       ${signup.error(model.form, 'email')}
 *       <button>Sign up</button>
 *     </form>`,
 * });
 * ```
 *
 * @throws TypeError if there is a check of a password field; when it first validates, if the schema is async: rules that take
 * time go into `checks`
 */
export const form = <Input, Output>(options: FormOptions<Input, Output>): Form<Input, Output> => new Form(options);

/** A form. Made by `form`; it has no state of its own. */
export class Form<Input, Output> {
  readonly #options: FormOptions<Input, Output>;
  readonly #rules: ReadonlyMap<string, FieldRules>;

  constructor(options: FormOptions<Input, Output>) {
    this.#options = options;
    this.#rules = rulesOf(options.schema);
    const secret = Object.keys(options.checks ?? {}).find(
      (kind) => this.#rulesAt(kind).attributes['type'] === 'password'
    );
    if (secret !== undefined) {
      throw new TypeError(
        `Form ${options.name} has a check of ${secret}, a password: its key would show the text. Check it in the schema, or in update.`
      );
    }
  }

  // State

  /** The state at the beginning. @param values in place of some of `initial`, as a schema has them */
  start(values: { readonly [Name in keyof Input]?: unknown } = {}): FormState {
    const given = valuesOf(values) as FormValues;

    return this.#validated(startState({ ...this.#options.initial, ...given }));
  }

  /** The state after a message. A message of another form changes nothing. */
  update(state: FormState, message: FormMessage): FormState {
    if (message.form !== this.#options.name) return state;
    const changed = changeState(state, message.change);

    return changed === state ? state : this.#settled(this.#validated(changed));
  }

  #validated(state: FormState): FormState {
    return { ...state, isRejected: false, issues: this.#validate(state.values).issues };
  }

  /** Ends a submission that has all its answers. */
  #settled(state: FormState): FormState {
    if (!state.isWaiting || this.#unanswered(state).length > 0) return state;
    const reasons = this.#allIssues(state);
    const isRejected = Object.keys(reasons).length > 0;
    const { accepted, rejected } = state;
    const counts = isRejected ? { rejected: rejected + 1 } : { accepted: accepted + 1 };

    return { ...state, ...counts, isRejected, isWaiting: false, reasons };
  }

  #validate(values: FormValues): { readonly issues: Issues; readonly output?: Output } {
    const result = this.#options.schema['~standard'].validate(inputOf(values, this.#rules));
    if (result instanceof Promise) {
      throw new TypeError(`The schema of form ${this.#options.name} is async. Put rules that take time into checks.`);
    }
    if (result.issues === undefined) return { issues: {}, output: result.value };
    const issues: Record<string, string[]> = {};
    for (const issue of result.issues) {
      const path = pathOf(keysOf(issue));
      issues[path] = [...(issues[path] ?? []), issue.message];
    }

    return { issues };
  }

  /** Whether any value differs from those that the form began with. */
  isDirty({ initial, values }: FormState, path = ''): boolean {
    return !isSame(valueAt(values, path), valueAt(initial, path));
  }

  /** What the schema makes of the values; `undefined` while something is wrong, or not yet answered. */
  output(state: FormState): Output | undefined {
    if (this.#unanswered(state).length > 0 || Object.keys(this.#allIssues(state)).length > 0) return undefined;

    return this.#validate(state.values).output;
  }

  /** What the schema has made of a form that was submitted by the step from `before` to `after`; else `undefined`. */
  submitted(before: FormState, after: FormState): Output | undefined {
    return after.accepted > before.accepted ? this.output(after) : undefined;
  }

  // Checks

  /** The checks that are to be asked. Part of the component's `subscriptions`. */
  subscriptions(state: FormState): readonly Subscription<FormMessage>[] {
    return this.#unanswered(state).map(({ check, path, value }) => {
      const answer = (issues: readonly string[], isFailure: boolean): FormMessage =>
        this.#message({ kind: 'checked', name: path, value, issues, isFailure });
      const { name, uncheckedText = 'This could not be checked. Try again.' } = this.#options;

      return task<FormMessage>(
        `form ${name} ${path} ${JSON.stringify(value)}`,
        async ({ signal }) => {
          const issue = await check(value, signal);
          return answer(issue ? [issue] : [], false);
        },
        () => answer([uncheckedText], true)
      );
    });
  }

  #unanswered(state: FormState): readonly { readonly check: Check; readonly path: string; readonly value: string }[] {
    const { answers, issues, values } = state;

    return Object.entries(this.#options.checks ?? {}).flatMap(([kind, check]) =>
      pathsOfKind(values, kind).flatMap((path) => {
        const value = valueAt(values, path);
        if (typeof value !== 'string' || value === '' || issues[path] !== undefined) return [];
        const answer = answers[path];

        return answer !== undefined && answer.value === value ? [] : [{ check, path, value }];
      })
    );
  }

  /** What is wrong, by the schema and by the answers about the values that are there. */
  #allIssues(state: FormState): Issues {
    const paths = new Set([...Object.keys(state.issues), ...Object.keys(state.answers)]);
    const all = [...paths].map((path) => [path, issuesAt(state, path)] as const);

    return Object.fromEntries(all.filter(([, texts]) => texts.length > 0));
  }

  // Showing

  /** The attributes of the form itself. */
  form(): Spread<FormMessage> {
    return spread<FormMessage>({
      id: this.#options.name,
      '@submit': ({ entries }) => this.#message({ kind: 'submitted', entries }),
      '@reset': this.#message({ kind: 'reset' }),
    });
  }

  /**
   * The attributes of a control: `input`, `textarea` or `select`. A `textarea` and a `select` take those that they know; write
   * `type` in the tag, or in `fields`, for another type of input. A password field has no value from here.
   */
  field(state: FormState, path: FieldPath<Input>): Spread<FormMessage> {
    const { attributes, type } = this.#rulesAt(path);
    const isBox = attributes['type'] === 'checkbox';
    const { required, ...others } = attributes;
    const value = valueAt(state.values, path) ?? '';

    return spread<FormMessage>({
      ...this.#common(state, path),
      ...others,
      '?required': required === true,
      ...(isBox && { '.checked': value === true }),
      ...(!isBox && type !== 'list' && others['type'] !== 'password' && { '.value': String(value) }),
      ...(isBox
        ? { '@change': ({ checked }) => this.#message({ kind: 'edited', name: path, value: checked }) }
        : {
            '@input': (event) =>
              this.#message({ kind: 'edited', name: path, value: type === 'list' ? event.values : event.value }),
          }),
    });
  }

  /** The attributes of one of several radio buttons; if the field is a list, of one of several boxes. */
  option(state: FormState, path: FieldPath<Input>, value: string): Spread<FormMessage> {
    const { attributes, type } = this.#rulesAt(path);
    const isList = type === 'list';

    return spread<FormMessage>({
      ...this.#common(state, path),
      ...{ id: `${this.id(path)}-${value}`, type: isList ? 'checkbox' : 'radio', value },
      '?required': !isList && attributes['required'] === true,
      '.checked': isChosen(state, path, value),
      '@change': isList
        ? ({ checked }) => this.#message({ kind: 'ticked', name: path, value, isTicked: checked })
        : this.#message({ kind: 'edited', name: path, value }),
    });
  }

  /** The attributes of an `option` of a `select multiple`. */
  choice(state: FormState, path: FieldPath<Input>, value: string): Spread<never> {
    return spread({ value, '.selected': isChosen(state, path, value) });
  }

  #common(state: FormState, path: string): Record<string, string | null | FormMessage> {
    const isWrong = this.issues(state, path).length > 0;

    return {
      ...{ id: this.id(path), name: path },
      'aria-invalid': isWrong ? 'true' : null,
      'aria-describedby': isWrong ? `${this.id(path)}-error` : null,
      '@blur': this.#message({ kind: 'left', name: path }),
    };
  }

  #rulesAt(path: string): Pick<FieldRules, 'attributes' | 'type'> {
    const kind = kindOf(path);
    const { attributes = { type: 'text' }, type = 'text' } = this.#rules.get(kind) ?? {};
    const own = this.#options.fields?.[kind] ?? {};
    const all = Object.entries({ ...attributes, ...own }).filter(([, value]) => value !== null);

    return { type, attributes: Object.fromEntries(all) as FieldRules['attributes'] };
  }

  /** The values that a field can have, if the schema lists them. */
  options(path: FieldPath<Input>): readonly string[] {
    return this.#rules.get(kindOf(path))?.options ?? [];
  }

  /** The id of a control, for its label. */
  id(path: string): string {
    return `${this.#options.name}-${path}`;
  }

  /** What is wrong with a field, as far as it is shown: once it was left, or the form was submitted. */
  issues(state: FormState, path: string): readonly string[] {
    if (!state.isSubmitted && !state.touched.includes(path)) return [];

    return issuesAt(state, path);
  }

  /** A line that says what is wrong with a field, and nothing if nothing is. Its control is described by it. */
  error(state: FormState, path: FieldPath<Input>): Template<never> | null {
    const [issue] = this.issues(state, path);

    return issue === undefined ? null : html`<p class="troupe-error" id=${`${this.id(path)}-error`}>${issue}</p>`;
  }

  /**
   * All that was wrong at the last submission, with a link to each field. It takes the focus when a submission has failed, and
   * stays as it is until the next one: it is an alert, which screen readers read again when it changes.
   */
  summary(state: FormState, title = 'This is not complete') {
    const issues = this.#inOrder(state.reasons);
    const items = issues.map(([path, text]) => {
      const shown = path === '' ? text : html`<a href=${`#${this.id(path)}`}>${this.#labelled(path, text)}</a>`;
      return html`<li>${shown}</li>`;
    });

    return repeat(
      issues.length > 0 ? [state.rejected] : [],
      (rejected) => rejected,
      () => html`<div class="troupe-error-summary" tabindex="-1" ?autofocus=${state.isRejected}>
        <div role="alert"><h2>${title}</h2> <ul>${items}</ul></div>
      </div>`
    );
  }

  /** All issues as pairs of path and text, in the order of the schema. */
  #inOrder(issues: Issues): readonly (readonly [path: string, text: string])[] {
    const kinds = [...this.#rules.keys()];
    const placeOf = (path: string): number => kinds.indexOf(kindOf(path));
    const paths = Object.keys(issues).sort((one, other) => placeOf(one) - placeOf(other));

    return paths.flatMap((path) => (issues[path] ?? []).map((text) => [path, text] as const));
  }

  #labelled(path: string, text: string): string {
    const label = this.#options.labels?.[kindOf(path)];

    return label === undefined ? text : `${label}: ${text}`;
  }

  // Rows

  /** The rows of a list, for `repeat`. */
  rows(state: FormState, path: FieldPath<Input>): readonly FormRow[] {
    return rowsOf(state, path);
  }

  /** The message that adds a row at the end of a list. */
  added(path: FieldPath<Input>, row: FormValue): FormMessage {
    return this.#message({ kind: 'added', name: path, row });
  }

  /** The message that removes a row. */
  removed(path: FieldPath<Input>, index: number): FormMessage {
    return this.#message({ kind: 'removed', name: path, index });
  }

  /** The message that moves a row. */
  moved(path: FieldPath<Input>, index: number, to: number): FormMessage {
    return this.#message({ kind: 'moved', name: path, index, to });
  }

  #message(change: FormChange): FormMessage {
    return { type: 'form', form: this.#options.name, change };
  }
}
