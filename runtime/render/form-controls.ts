/**
 * The forms of a rendered page, their controls and buttons, as a browser would have them: in document order, each with its
 * attributes, its form, and whether it is disabled. A form that was posted without script is compared with that
 * (`registry/posted-form.ts`).
 */

import { decodeReferences } from '../template/character-references.js';
import type { OutlineItem } from '../template/template.js';
import { PartKind } from '../wire/patch.js';
import type { Address } from '../wire/protocol.js';
import { Instance, List, Mount, type Value } from './nodes.js';

// TYPES -----------------------------------------------------------------------

/** Keys and parts in turn, as in a stable address. */
type Steps = Address;

type Tag = Extract<OutlineItem, { kind: 'open' }>['tag'];

/** What a control or a form has of an attribute or a property: `undefined` if it has none. */
export type Given = string | boolean | undefined;

// ELEMENTS --------------------------------------------------------------------

/** An element of a form. */
export class FormElement {
  readonly tag: Tag;
  readonly instance: Instance;
  readonly node: number;
  /** Whether it cannot be used, by itself or by a fieldset around it. */
  readonly isDisabled: boolean;
  /** The options of a select, in order. */
  readonly options: FormElement[] = [];
  /** The text in an option. */
  text = '';
  /** The form that it belongs to. */
  form: FormElement | undefined;
  readonly #steps: Steps;

  constructor(tag: Tag, instance: Instance, node: number, steps: Steps, isWithinDisabled: boolean) {
    this.tag = tag;
    this.instance = instance;
    this.node = node;
    this.#steps = steps;
    this.isDisabled = isWithinDisabled || this.has('disabled');
  }

  /** The name of the element, in lower case. */
  get name(): string {
    return this.tag.element.name;
  }

  /** The type of an input or a button, in lower case. */
  get type(): string {
    return String(this.given('type') ?? (this.name === 'button' ? 'submit' : 'text')).toLowerCase();
  }

  /** The stable address of its instance. */
  get address(): Address {
    return [this.instance.definition.hash, ...this.#steps];
  }

  /** What an attribute or a property says, however it is written. */
  given(name: string): Given {
    const { definition, values } = this.instance;
    const part = definition.parts.findIndex(
      (each) => each.node === this.node && each.name === name && each.kind !== PartKind.Event
    );
    if (part >= 0) {
      const value = values[part];
      return value === null || value === undefined || value === false ? undefined : value === true || String(value);
    }
    const text = this.tag.element.attributes.get(name);
    if (text === undefined) return undefined;
    const decoded = decodeReferences(text, true);

    return 'text' in decoded ? decoded.text : text;
  }

  /** Whether a boolean attribute or property is there. */
  has(name: string): boolean {
    const given = this.given(name);

    return given !== undefined && given !== false;
  }

  /** The handlers of an event at it, by the index of the part: those without `null`. What happens elsewhere is none. */
  handlers(type: string): readonly number[] {
    const { parts } = this.instance.definition;

    return parts.flatMap(({ kind, name, node, options }, part) => {
      const isHere = kind === PartKind.Event && node === this.node && name === type && !/^\*\|(?!\*)/.test(options);

      return isHere && this.instance.values[part] !== null ? [part] : [];
    });
  }

  /** The value that a control shows as it is rendered; of an option, what it stands for. */
  get value(): string {
    const value = this.given('value');
    if (this.name === 'option')
      return value === undefined ? this.text.replace(/[ \t\n\f\r]+/g, ' ').trim() : String(value);
    if (this.name === 'textarea') return String(value ?? this.text);

    return value === undefined && /^(?:checkbox|radio)$/.test(this.type) ? 'on' : String(value ?? '');
  }

  /** The values that a select shows as it is rendered. */
  get selected(): readonly string[] {
    const enabled = this.options.filter((option) => !option.isDisabled);
    const written = this.given('value');
    const chosen = this.options.filter((option) => option.has('selected') || option.value === written);
    if (this.has('multiple')) return chosen.map(({ value }) => value);
    const [first] = this.has('size') && Number(this.given('size')) > 1 ? [] : enabled;

    return [chosen.at(-1) ?? first].flatMap((option) => (option === undefined ? [] : [option.value]));
  }
}

// WALKING ---------------------------------------------------------------------

/** An element around what is walked through. */
interface Around {
  readonly element: FormElement;
  /** Whether what stands in it is disabled. */
  readonly isDisabled: boolean;
  hasLegend: boolean;
}

/** The elements of all forms in a page, in document order; controls outside of forms among them. */
export function formElementsIn(page: Value): readonly FormElement[] {
  const walk = new Walk();
  walk.value(page, []);
  const { found } = walk;
  for (const element of found) {
    const id = element.given('form');
    if (id !== undefined) element.form = found.find((each) => each.name === 'form' && each.given('id') === id);
  }

  return found;
}

class Walk {
  readonly found: FormElement[] = [];
  readonly #around: Around[] = [];

  value(value: Value, steps: Steps): void {
    if (value instanceof Instance) this.#instance(value, [...steps, null]);
    else if (value instanceof Mount) {
      if (value.rendered instanceof Instance) this.#instance(value.rendered, [...steps, value.key ?? null]);
    } else if (value instanceof List) {
      const { rows, source } = value;
      for (const [index, row] of rows.entries())
        this.#instance(row, [...steps, source === undefined ? index : (row.key ?? null)]);
    } else if (value !== null && typeof value !== 'object') this.#text(String(value));
  }

  #instance(instance: Instance, steps: Steps): void {
    for (const item of instance.definition.outline) {
      if (item.kind === 'open')
        this.#open(new FormElement(item.tag, instance, item.node, steps, this.#disables(item.tag)));
      else if (item.kind === 'close') this.#around.pop();
      else if (item.kind === 'text') this.#text(item.text);
      else this.value(instance.values[item.part] ?? null, [...steps, item.part]);
    }
  }

  /** Whether what stands around an element disables it. The first legend of a fieldset is not disabled by it. */
  #disables({ element }: Tag): boolean {
    const around = this.#around.at(-1);
    if (around === undefined) return false;
    const isFirstLegend = element.name === 'legend' && around.element.name === 'fieldset' && !around.hasLegend;
    if (element.name === 'legend') around.hasLegend = true;

    return isFirstLegend ? (this.#around.at(-2)?.isDisabled ?? false) : around.isDisabled;
  }

  #open(element: FormElement): void {
    const { name } = element;
    element.form = this.#around.findLast((around) => around.element.name === 'form')?.element;
    if (name === 'option')
      this.#around.findLast((around) => around.element.name === 'select')?.element.options.push(element);
    this.found.push(element);
    const isDisabled =
      name === 'fieldset' || name === 'legend' ? element.isDisabled : (this.#around.at(-1)?.isDisabled ?? false);
    this.#around.push({ element, isDisabled, hasLegend: false });
  }

  #text(text: string): void {
    const element = this.#around.at(-1)?.element;
    if (element?.name === 'option' || element?.name === 'textarea') element.text += text;
  }
}
