/**
 * A form or a button that a browser without script has posted, as the events that a client would have told: the edits of the
 * controls in document order, as far as they are not what the page shows, then the click of the button, then the submission
 * of the form. `posting-client.ts` tells them to the session.
 */

import { type FormElement, formElementsIn } from '../render/form-controls.js';
import type { Value } from '../render/nodes.js';
import { payloadFields } from '../wire/event-data.js';
import { extraFields } from '../wire/extra-fields.js';
import type { Wire } from '../wire/patch.js';
import type { Address, EventRecord } from '../wire/protocol.js';

// TYPES -----------------------------------------------------------------------

/** What was posted, and where. */
export interface PostedForm {
  readonly address: Address;
  readonly part: number;
  /** The entries of the form, in order, without files. */
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** Whether Enter was pressed in a form whose first button is none that submits: then its button is not known. */
  readonly isByDefault: boolean;
}

/** The events of a post. */
export interface PostedEvents {
  readonly events: readonly EventRecord[];
  /** Whether what was posted is not in the page any more, or disabled. */
  readonly isLost: boolean;
}

// EVENTS ----------------------------------------------------------------------

/** The events of a post, in the page that the session shows. */
export function eventsOfPost(page: Value, post: PostedForm): PostedEvents {
  const elements = formElementsIn(page);
  const target = elements.find((element) => isAt(element, post));
  const own: EventRecord = { instance: post.address, part: post.part };
  // The session reports what it drops, as for any client.
  if (target === undefined || target.isDisabled) return { events: [own], isLost: true };

  const form = target.name === 'form' ? target : target.form;
  const submitter = target.name === 'form' && post.isByDefault ? defaultButton(elements, target) : target;
  const entries = submitter === target ? post.entries : [...post.entries, ...entryOf(submitter)];
  const flat = entries.flat();
  const controls = elements.filter((element) => element.form === form && form !== undefined && !element.isDisabled);
  const edits = editsOf(controls, post.entries).flatMap(({ control, payload }) => eventsOfEdit(control, payload, flat));
  const clicks = submitter === undefined || submitter.name === 'form' ? [] : clicksOf(submitter);
  const isSubmitted = submitter?.name === 'form' || (submitter !== undefined && submits(submitter));
  const submissions = form !== undefined && isSubmitted ? eventsAt(form, 'submit', [flat]) : [];

  return { events: [...edits, ...clicks, ...submissions], isLost: false };
}

/** Whether an element is the one that a part stands on. */
function isAt({ address, instance, node }: FormElement, post: PostedForm): boolean {
  const part = instance.definition.parts[post.part];

  return part?.post !== undefined && part.node === node && isSame(address, post.address);
}

const isSame = (left: Address, right: Address): boolean =>
  left.length === right.length && left.every((step, index) => step === right[index]);

/** An event for each handler of a type at an element. */
const eventsAt = (element: FormElement, type: string, payload: readonly Wire[]): readonly EventRecord[] =>
  element.handlers(type).map((part) => ({ instance: element.address, part, payload }));

// BUTTONS ---------------------------------------------------------------------

const isSubmit = ({ name, type }: FormElement): boolean =>
  (name === 'button' && !/^(?:button|reset)$/.test(type)) || (name === 'input' && /^(?:submit|image)$/.test(type));

/** The button that Enter in a field presses; the form itself if it has none. A disabled one lets nothing be submitted. */
function defaultButton(elements: readonly FormElement[], form: FormElement): FormElement | undefined {
  const button = elements.find((element) => element.form === form && isSubmit(element));
  if (button === undefined) return form;

  return button.isDisabled ? undefined : button;
}

function entryOf(button: FormElement | undefined): readonly (readonly [string, string])[] {
  const name = button?.given('name');

  return typeof name === 'string' && name !== '' ? [[name, button?.value ?? '']] : [];
}

/** The click of a button, without a place. */
function clicksOf(button: FormElement): readonly EventRecord[] {
  const data: Readonly<Record<string, Wire>> = { value: button.value, name: String(button.given('name') ?? '') };
  const payload = payloadFields('click').map((field) => data[field] ?? (field === 'checked' ? false : 0));

  return eventsAt(button, 'click', payload);
}

/** Whether a button submits its form after its click. */
const submits = (button: FormElement): boolean =>
  isSubmit(button) &&
  !button.handlers('click').some((part) => button.instance.definition.parts[part]?.options.includes('|prevent'));

// EDITS -----------------------------------------------------------------------

/** A control that does not show what was posted, and what its events tell. */
interface Edit {
  readonly control: FormElement;
  readonly payload: readonly Wire[];
}

/** Controls that post nothing, or nothing that a user edits. */
const uneditable = /^(?:button|file|hidden|image|reset|submit)$/;

/**
 * The edits, by the names of controls. Browsers post the entries of one name in document order, so that several controls may have
 * it: a text takes the next entry, a box is ticked if the next entry is its value.
 */
function editsOf(controls: readonly FormElement[], entries: PostedForm['entries']): readonly Edit[] {
  const left = new Map<string, string[]>();
  for (const [name, value] of entries) left.set(name, [...(left.get(name) ?? []), value]);

  return controls.flatMap((control): readonly Edit[] => {
    const name = control.given('name');
    if (typeof name !== 'string' || name === '') return [];
    const values = left.get(name) ?? [];
    if (control.name === 'select') return editOfSelect(control, name, values);
    if (control.name !== 'textarea' && (control.name !== 'input' || uneditable.test(control.type))) return [];
    if (/^(?:checkbox|radio)$/.test(control.type)) return editOfBox(control, name, values);

    return editOfText(control, name, values);
  });
}

function editOfText(control: FormElement, name: string, values: string[]): readonly Edit[] {
  const value = values.shift();

  return value === undefined || value === control.value ? [] : [{ control, payload: [value, false, [], name] }];
}

/** A radio button tells only that it was chosen. */
function editOfBox(control: FormElement, name: string, values: string[]): readonly Edit[] {
  const { type, value } = control;
  const isChecked = values[0] === value;
  if (isChecked) values.shift();
  if (isChecked === control.has('checked') || (type === 'radio' && !isChecked)) return [];

  return [{ control, payload: [value, isChecked, [], name] }];
}

function editOfSelect(control: FormElement, name: string, values: string[]): readonly Edit[] {
  const isMultiple = control.has('multiple');
  const chosen = values.splice(0, isMultiple ? values.length : 1);
  const { selected } = control;
  if (chosen.length === selected.length && chosen.every((each, index) => each === selected[index])) return [];

  return [{ control, payload: [chosen[0] ?? '', false, isMultiple ? chosen : [], name] }];
}

/** What happens at an edit: at the control, then at the form around it, whose handlers get the entries as well. */
function eventsOfEdit(
  control: FormElement,
  payload: readonly Wire[],
  entries: readonly string[]
): readonly EventRecord[] {
  return ['input', 'change'].flatMap((type) => [
    ...eventsAt(control, type, payload),
    ...(control.form === undefined
      ? []
      : eventsAt(control.form, type, [...payload, ...extraFields(type).map(() => entries)])),
  ]);
}
