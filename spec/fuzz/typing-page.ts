/**
 * The page of the typing fuzz: fields of all places, whose texts the server knows, and which it renders again and again
 * while the user types: beside them, around them, and in other orders. `typing-fuzz.spec.ts` types.
 */

import { component, every, html, repeat } from 'troupe';

// FIELDS ----------------------------------------------------------------------

/** The fields, by their ids. Those of rows change places; the server writes that of `upper` in capitals. */
export const fields = [
  'plain',
  'area',
  'unwritten',
  'checked',
  'upper',
  'left',
  'right',
  'inside',
  'row1',
  'row2',
] as const;
export type Field = (typeof fields)[number];

/** Milliseconds between two renders that no event has led to: many at once, then few. */
const tickMs = (ticks: number): number => (ticks % 20 < 15 ? 20 : 200);

type Typed = { type: 'typed'; field: Field; value: string };
type Message = Typed | { type: 'ticked' };

interface Model {
  readonly texts: Readonly<Partial<Record<Field, string>>>;
  readonly ticks: number;
}

const isLong = (text: string): boolean => text.length > 6;

// A FORM ----------------------------------------------------------------------

interface FormProps {
  readonly name: Field;
}

/** A form with a state of its own; the page has two of them. */
const Form = component({
  name: 'typing-form',
  init: ({ name }: FormProps) => ({ name, text: '' }),
  update: (model, { value }: Typed) => ({ ...model, text: value }),
  view: ({ name, text }) => html<Typed>`
    <form>
      <label>${name} <input id=${name} .value=${text} @input=${({ value }) => ({ type: 'typed', field: name, value })}></label>
      <output id=${`${name}-known`}>${text}</output>
    </form>`,
});

// PAGE ------------------------------------------------------------------------

/** The page. */
export const TypingPage = component({
  name: 'typing-page',
  init: (): Model => ({ texts: {}, ticks: 0 }),
  update: (model, message: Message): Model => {
    if (message.type === 'ticked') return { ...model, ticks: model.ticks + 1 };
    const { field, value } = message;

    return { ...model, texts: { ...model.texts, [field]: field === 'upper' ? value.toUpperCase() : value } };
  },
  subscriptions: ({ ticks }) => [every(tickMs(ticks), { type: 'ticked' })],
  view: ({ texts, ticks }) => {
    const known = (field: Field) => html`<output id=${`${field}-known`}>${texts[field] ?? ''}</output>`;
    const typed = (field: Field) => (event: { readonly value: string }) => ({
      type: 'typed' as const,
      field,
      value: event.value,
    });
    const rows: readonly Field[] = ticks % 10 < 5 ? ['row1', 'row2'] : ['row2', 'row1'];

    return html<Message>`
      <p>${ticks}</p>
      <label>plain <input id="plain" .value=${texts.plain ?? ''} @input=${typed('plain')}></label> ${known('plain')}
      <label>area <textarea id="area" rows="2" .value=${texts.area ?? ''} @input=${typed('area')}></textarea></label>
      ${known('area')}
      <label>unwritten <input id="unwritten" @input=${typed('unwritten')}></label> ${known('unwritten')}
      <label class=${isLong(texts.checked ?? '') ? 'long' : 'short'}>checked
        <input id="checked" aria-invalid=${isLong(texts.checked ?? '') ? 'true' : 'false'} .value=${texts.checked ?? ''}
          @input=${typed('checked')}></label>
      ${isLong(texts.checked ?? '') ? html`<em>${(texts.checked ?? '').length} are too many</em>` : null} ${known('checked')}
      <label>upper <input id="upper" .value=${texts.upper ?? ''} @input=${typed('upper')}></label> ${known('upper')}
      ${Form({ key: 'left', name: 'left' })} ${Form({ key: 'right', name: 'right' })}
      <dialog open><label>inside <input id="inside" .value=${texts.inside ?? ''} @input=${typed('inside')}></label></dialog>
      ${known('inside')}
      <ul>${repeat(
        rows,
        (row) => row,
        (row) => html<Message>`<li>
          <input id=${row} aria-label=${row} tabindex="-1" .value=${texts[row] ?? ''} @input=${typed(row)}> ${known(row)}
        </li>`
      )}</ul>`;
  },
});
