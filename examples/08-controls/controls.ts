/**
 * Every control of a page, each bound to the model in both directions: what the user does is an event, and what the
 * model says is written into the control. The model stands beside it.
 *
 * If the server writes, it corrects the values, changes the order of the options and renders everything anew, twice a
 * second, while the user goes on. Nothing here takes care of that.
 */

import { component, every, html } from 'troupe';
import { type ControlMessage, choices, numbers, openings, others, texts } from './fields.js';
import { corrected, emptyValues, type Values } from './values.js';

// MODEL -----------------------------------------------------------------------

interface Model {
  readonly values: Values;
  /** Whether the server corrects the values all the time. */
  readonly isWriting: boolean;
  /** How often it has. */
  readonly rounds: number;
  /** What the form has sent. */
  readonly sent: readonly (readonly [name: string, value: string])[];
}

type Message =
  | ControlMessage
  | { type: 'writingSwitched'; isOn: boolean }
  | { type: 'halfSecondPassed' }
  | { type: 'submitted'; entries: Model['sent'] }
  | { type: 'begunAnew' };

const beginning: Model = { values: emptyValues, isWriting: false, rounds: 0, sent: [] };

/** Milliseconds between two times that the server writes. */
const pause = 500;

// UPDATE ----------------------------------------------------------------------

const longest = 1_000;

function change(values: Values, message: ControlMessage): Values {
  switch (message.type) {
    case 'edited':
      return { ...values, [message.name]: message.value.slice(0, longest) };
    case 'toppingsChosen':
      return { ...values, toppings: message.toppings.toSorted() };
    case 'agreementGiven':
      return { ...values, agreed: message.isGiven };
    case 'fileChosen':
      // A browser puts a folder before the name that is none.
      return { ...values, file: message.path.replace(/^.*\\/, '').slice(0, longest) };
    case 'openedOrClosed':
      return { ...values, open: { ...values.open, [message.name]: message.isOpen } };
  }
}

function update(model: Model, message: Message): Model {
  switch (message.type) {
    case 'writingSwitched':
      return { ...model, isWriting: message.isOn };
    case 'halfSecondPassed':
      return { ...model, values: corrected(model.values), rounds: model.rounds + 1 };
    case 'submitted':
      return { ...model, sent: message.entries };
    case 'begunAnew':
      return { ...beginning, isWriting: model.isWriting };
    default:
      return { ...model, values: change(model.values, message) };
  }
}

// VIEW ------------------------------------------------------------------------

const writing = ({ isWriting, rounds }: Model) => html<Message>`
  <div class="writing">
    <label class="option">
      <input type="checkbox" name="writing" .checked=${isWriting} @change=${({ checked }) => ({ type: 'writingSwitched', isOn: checked })}>
      The server writes, twice a second
    </label>
    <p>Written <output aria-live="off">${rounds}</output> times</p>
  </div>`;

const sentEntries = (sent: Model['sent']) => html`
  <section aria-labelledby="sent">
    <h2 id="sent">What the form has sent</h2>
    <dl class="sent">${sent.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </section>`;

export const Controls = component({
  name: 'controls',
  init: (): Model => beginning,
  update,
  subscriptions: ({ isWriting }) => [isWriting && every(pause, { type: 'halfSecondPassed' })],
  view: (model) => html<Message>`
    <main class="controls">
      <h1>Controls</h1>
      <p>Beside each control is what the model says of it.</p>
      ${writing(model)}
      <form novalidate @submit=${({ entries }) => ({ type: 'submitted', entries })}>
        ${texts(model.values)}
        ${numbers(model.values)}
        ${choices(model.values, model.rounds)}
        ${others(model.values)}
        <p class="row">
          <button class="main">Send the form</button>
          <button type="button" @click=${{ type: 'begunAnew' }}>Begin anew</button>
        </p>
      </form>
      ${model.sent.length > 0 && sentEntries(model.sent)}
      ${openings(model.values.open)}
      <p><a href="/">All examples</a></p>
    </main>`,
});
