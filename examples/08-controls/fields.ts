/** How the controls look: each with its label, what is wrong with its value, and what the model says of it. */

import { type EventData, html, repeat, type Template } from 'troupe';
import {
  faultIn,
  type Openable,
  sizes,
  type TextName,
  toppings,
  towns,
  turned,
  type ValueName,
  type Values,
} from './values.js';

/** What a user does to a control. */
export type ControlMessage =
  | { type: 'edited'; name: TextName; value: string }
  | { type: 'toppingsChosen'; toppings: readonly string[] }
  | { type: 'agreementGiven'; isGiven: boolean }
  | { type: 'fileChosen'; path: string }
  | { type: 'openedOrClosed'; name: Openable; isOpen: boolean };

type View = Template<ControlMessage>;

// FIELDS ----------------------------------------------------------------------

const edited =
  (name: TextName) =>
  ({ value }: EventData): ControlMessage => ({ type: 'edited', name, value });

/** What the model says of a control. */
const told = (name: string, value: Values[ValueName]) =>
  html`<output class="told" for=${name} aria-live="off">${JSON.stringify(value)}</output>`;

const fault = (name: ValueName, values: Values) => {
  const text = faultIn(name, values);

  return text && html`<span class="fault" id="${name}-fault">${text}</span>`;
};

/** How a control says what is wrong with it: `invalid` for `aria-invalid`, `describedBy` the message, by its id. */
const faultOf = (name: ValueName, values: Values) => {
  const isFaulty = faultIn(name, values) !== undefined;

  return { invalid: isFaulty && 'true', describedBy: isFaulty && `${name}-fault` };
};

/** A control with its label before it. */
const field = (name: ValueName, label: string, values: Values, control: View) => html<ControlMessage>`
  <div class="control">
    <div>
      <label for=${name}>${label}</label>
      ${fault(name, values)}
      ${control}
    </div>
    ${told(name, values[name])}
  </div>`;

/** Controls with a legend in place of a label. */
const group = (
  name: ValueName,
  legend: string,
  values: Values,
  controls: View | readonly View[]
) => html<ControlMessage>`
  <div class="control">
    <fieldset aria-describedby=${faultOf(name, values).describedBy}>
      <legend>${legend}</legend>
      ${fault(name, values)}
      ${controls}
    </fieldset>
    ${told(name, values[name])}
  </div>`;

/** A field of `input`; `type` and `autocomplete` are HTML's. */
function inputField(name: TextName, label: string, values: Values, type: string, autocomplete = 'off') {
  const { invalid, describedBy } = faultOf(name, values);

  return field(
    name,
    label,
    values,
    html<ControlMessage>`
      <input id=${name} name=${name} type=${type} step=${type === 'number' && 'any'}
        autocomplete=${autocomplete} aria-invalid=${invalid} aria-describedby=${describedBy}
        .value=${values[name]} @input=${edited(name)}>`
  );
}

// TEXTS -----------------------------------------------------------------------

function notesField(values: Values) {
  const { invalid, describedBy } = faultOf('notes', values);

  return field(
    'notes',
    'Notes',
    values,
    html<ControlMessage>`
      <textarea id="notes" name="notes" rows="3" aria-invalid=${invalid} aria-describedby=${describedBy}
        .value=${values.notes} @input=${edited('notes')}></textarea>`
  );
}

export const texts = (values: Values) => html<ControlMessage>`
  <section aria-labelledby="texts">
    <h2 id="texts">Texts</h2>
    ${inputField('name', 'Your name', values, 'text', 'name')}
    ${inputField('phone', 'Phone', values, 'tel', 'tel')}
    ${notesField(values)}
  </section>`;

// NUMBERS AND TIMES -----------------------------------------------------------

export const numbers = (values: Values) => html<ControlMessage>`
  <section aria-labelledby="numbers">
    <h2 id="numbers">Numbers and times</h2>
    ${inputField('amount', 'Amount', values, 'number')}
    ${field(
      'volume',
      'Volume',
      values,
      html<ControlMessage>`
        <input id="volume" name="volume" type="range" min="0" max="100" .value=${values.volume} @input=${edited('volume')}>`
    )}
    ${inputField('day', 'Day', values, 'date')}
    ${inputField('time', 'Time', values, 'time')}
  </section>`;

// CHOICES ---------------------------------------------------------------------

const option = (chosen: (value: string) => boolean) => (value: string) =>
  html<ControlMessage>`<option value=${value} .selected=${chosen(value)}>${value}</option>`;

function townField(values: Values, rounds: number) {
  const { invalid, describedBy } = faultOf('town', values);

  return field(
    'town',
    'Town',
    values,
    html<ControlMessage>`
      <select id="town" name="town" aria-invalid=${invalid} aria-describedby=${describedBy} .value=${values.town}
        @change=${edited('town')}>
        <option value="">Choose …</option>
        ${repeat(
          turned(towns, rounds),
          (town) => town,
          (town) => html`<option value=${town}>${town}</option>`
        )}
      </select>`
  );
}

function toppingsField(values: Values, rounds: number) {
  const { invalid, describedBy } = faultOf('toppings', values);

  return field(
    'toppings',
    'Toppings',
    values,
    html<ControlMessage>`
      <select id="toppings" name="toppings" multiple size="5" aria-invalid=${invalid} aria-describedby=${describedBy}
        @change=${({ values: chosen }) => ({ type: 'toppingsChosen', toppings: chosen })}>
        ${turned(toppings, rounds).map(option((topping) => values.toppings.includes(topping)))}
      </select>`
  );
}

const sizeField = (values: Values) =>
  group(
    'size',
    'Size',
    values,
    sizes.map(
      (size) => html<ControlMessage>`
        <label class="option">
          <input type="radio" name="size" value=${size} .checked=${values.size === size} @change=${edited('size')}>
          ${size}
        </label>`
    )
  );

const agreedField = (values: Values) =>
  group(
    'agreed',
    'Agreement',
    values,
    html<ControlMessage>`
      <label class="option">
        <input type="checkbox" name="agreed" .checked=${values.agreed}
          @change=${({ checked }) => ({ type: 'agreementGiven', isGiven: checked })}>
        I agree
      </label>`
  );

/** @param rounds how often the options have been put into another order */
export const choices = (values: Values, rounds: number) => html<ControlMessage>`
  <section aria-labelledby="choices">
    <h2 id="choices">Choices</h2>
    ${townField(values, rounds)}
    ${toppingsField(values, rounds)}
    ${sizeField(values)}
    ${agreedField(values)}
  </section>`;

// OTHERS ----------------------------------------------------------------------

export const others = (values: Values) => html<ControlMessage>`
  <section aria-labelledby="others">
    <h2 id="others">Others</h2>
    ${field(
      'colour',
      'Colour',
      values,
      html<ControlMessage>`
        <input id="colour" name="colour" type="color" .value=${values.colour} @input=${edited('colour')}>`
    )}
    ${field(
      'file',
      'File',
      values,
      html<ControlMessage>`
        <input id="file" name="file" type="file" @change=${({ value }) => ({ type: 'fileChosen', path: value })}>`
    )}
    ${field(
      'rating',
      'Rating, an element of our own',
      values,
      html<ControlMessage>`
        <star-rating id="rating" name="rating" aria-label="Rating" .value=${values.rating} @input=${edited('rating')}>
        </star-rating>`
    )}
  </section>`;

// WHAT OPENS ------------------------------------------------------------------

type Open = Values['open'];

const openState = (open: Open, name: Openable) =>
  html`<output class="told" for=${name} aria-live="off">${open[name] ? 'open' : 'closed'}</output>`;

const opened =
  (name: Openable) =>
  ({ open }: EventData): ControlMessage => ({ type: 'openedOrClosed', name, isOpen: open });

export const openings = (open: Open) => html<ControlMessage>`
  <section aria-labelledby="openings">
    <h2 id="openings">What opens</h2>
    <div class="control">
      <details id="details" .open=${open.details} @toggle=${opened('details')}>
        <summary>Details</summary>
        <p>They stay as they are while the server writes.</p>
      </details>
      ${openState(open, 'details')}
    </div>
    <div class="control">
      <div>
        <button type="button" aria-expanded=${open.dialog ? 'true' : 'false'} aria-controls="dialog"
          @click=${{ type: 'openedOrClosed', name: 'dialog', isOpen: true }}>Open the dialog</button>
        <dialog id="dialog" aria-label="Dialog" .open=${open.dialog} @close=${opened('dialog')}>
          <form method="dialog">
            <p>The server has opened it.</p>
            <button>Close the dialog</button>
          </form>
        </dialog>
      </div>
      ${openState(open, 'dialog')}
    </div>
    <div class="control">
      <div>
        <button type="button" popovertarget="popover">Popover</button>
        <div id="popover" popover role="region" aria-label="Popover" .open=${open.popover} @toggle=${opened('popover')}>
          <p>Escape, or a click elsewhere, closes it.</p>
        </div>
      </div>
      ${openState(open, 'popover')}
    </div>
  </section>`;
