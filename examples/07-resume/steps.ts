/** How each step of the application looks: its fields with their labels, and what is wrong with them. */

import { html, type Template } from 'troupe';
import {
  type Answers,
  countries,
  type Extra,
  extraNames,
  extras,
  type Fault,
  faultsOf,
  longest,
  type Step,
  seasons,
  sizes,
  stepNames,
  steps,
  type TextName,
} from './application.js';

/** What is done in a step. */
export type StepMessage =
  | { type: 'answered'; name: TextName; value: string }
  | { type: 'extraChosen'; extra: Extra; isChosen: boolean }
  | { type: 'agreementGiven'; isGiven: boolean }
  | { type: 'stepChosen'; step: Step };

/** What a step shows: the answers, and what is wrong with them if that is to be told yet. */
export interface StepState {
  readonly answers: Answers;
  readonly faults: readonly Fault[];
}

// FIELDS ----------------------------------------------------------------------

/** How a control says what is wrong: `invalid` for `aria-invalid`, `describedBy` the message, by its id. */
function faultIn({ faults }: StepState, name: keyof Answers) {
  const text = faults.find((fault) => fault.name === name)?.text;

  return {
    invalid: text !== undefined && 'true',
    describedBy: text !== undefined && `${name}-fault`,
    message: text !== undefined && html`<span class="fault" id="${name}-fault">${text}</span>`,
  };
}

const answered =
  (name: TextName) =>
  ({ value }: { readonly value: string }): StepMessage => ({ type: 'answered', name, value });

/** A field with one line. `autocomplete` says what it is about, so that the browser can help. */
function field(state: StepState, name: TextName, label: string, autocomplete: string, type = 'text') {
  const { invalid, describedBy, message } = faultIn(state, name);

  return html<StepMessage>`
    <p class="field">
      <label for=${name}>${label}</label>
      ${message}
      <input id=${name} name=${name} type=${type} autocomplete=${autocomplete} maxlength=${longest[name]}
        aria-invalid=${invalid} aria-describedby=${describedBy} .value=${state.answers[name]} @input=${answered(name)}>
    </p>`;
}

function choice(state: StepState, name: TextName, label: string, options: readonly string[], autocomplete: string) {
  const { invalid, describedBy, message } = faultIn(state, name);
  const chosen = state.answers[name];

  return html<StepMessage>`
    <p class="field">
      <label for=${name}>${label}</label>
      ${message}
      <select id=${name} name=${name} autocomplete=${autocomplete} aria-invalid=${invalid}
        aria-describedby=${describedBy} @change=${answered(name)}>
        <option value="" .selected=${chosen === ''}>Choose …</option>
        ${options.map((option) => html`<option value=${option} .selected=${chosen === option}>${option}</option>`)}
      </select>
    </p>`;
}

function sizeChoice(state: StepState) {
  const { describedBy, message } = faultIn(state, 'size');
  const radio = ([size, text]: readonly [string, string], index: number) => html<StepMessage>`
    <label class="option">
      <input id=${index === 0 ? 'size' : null} type="radio" name="size" value=${size}
        .checked=${state.answers.size === size} @change=${answered('size')}>
      ${text}
    </label>`;

  return html<StepMessage>`
    <fieldset aria-describedby=${describedBy}>
      <legend>How large is it to be?</legend>
      ${message}
      ${Object.entries(sizes).map(radio)}
    </fieldset>`;
}

const extraChoice = ({ answers }: StepState) => html<StepMessage>`
  <fieldset>
    <legend>What else would you like? (optional)</legend>
    ${extraNames.map(
      (extra) => html<StepMessage>`
        <label class="option">
          <input type="checkbox" name="extras" value=${extra} .checked=${answers.extras.includes(extra)}
            @change=${({ checked }) => ({ type: 'extraChosen', extra, isChosen: checked })}>
          ${extras[extra]}
        </label>`
    )}
  </fieldset>`;

function plansField(state: StepState) {
  const { invalid, message } = faultIn(state, 'plans');
  const { plans } = state.answers;

  return html<StepMessage>`
    <p class="field">
      <label for="plans">What would you like to grow, and why here?</label>
      ${message}
      <textarea id="plans" name="plans" rows="8" maxlength=${longest.plans} aria-invalid=${invalid}
        aria-describedby="${message && 'plans-fault'} plans-length" .value=${plans} @input=${answered('plans')}></textarea>
      <span class="hint" id="plans-length">${plans.length} of ${longest.plans} characters</span>
    </p>`;
}

// SUMMARY ---------------------------------------------------------------------

/** What a step's answers come to, line by line. */
const lines: { readonly [step in Step]: (answers: Answers) => readonly string[] } = {
  person: ({ name, email }) => [name, email],
  address: ({ street, postcode, town, country }) => [street, `${postcode} ${town}`.trim(), country],
  wishes: ({ size, season, extras: chosen }) => [
    (sizes as { readonly [size: string]: string | undefined })[size] ?? '',
    season && `From ${season.toLowerCase()}`,
    chosen.map((extra) => extras[extra]).join(', '),
  ],
  plans: ({ plans }) => [plans],
  summary: () => [],
};

function summaryOf(step: Step, answers: Answers) {
  const { title } = steps[step];
  const told = lines[step](answers).filter((line) => line !== '');

  return html<StepMessage>`
    <div>
      <dt>${title}</dt>
      <dd>
        ${told.map((line) => html`<p>${line}</p>`)}
        ${faultsOf(step, answers).map(({ text }) => html`<p class="fault">${text}</p>`)}
        <button type="button" class="plain" @click=${{ type: 'stepChosen', step }}>
          Change <span class="hidden">${title}</span>
        </button>
      </dd>
    </div>`;
}

function agreement(state: StepState) {
  const { invalid, describedBy, message } = faultIn(state, 'agreed');

  return html<StepMessage>`
    <p class="field">
      ${message}
      <label class="option">
        <input id="agreed" type="checkbox" name="agreed" aria-invalid=${invalid} aria-describedby=${describedBy}
          .checked=${state.answers.agreed} @change=${({ checked }) => ({ type: 'agreementGiven', isGiven: checked })}>
        I will keep the rules of the garden
      </label>
    </p>`;
}

// STEPS -----------------------------------------------------------------------

/** By step: what it shows. */
export const stepViews: { readonly [step in Step]: (state: StepState) => Template<StepMessage> } = {
  person: (state) => html<StepMessage>`
    ${field(state, 'name', 'Your name', 'name')}
    ${field(state, 'email', 'Email address', 'email', 'email')}`,
  address: (state) => html<StepMessage>`
    ${field(state, 'street', 'Street and number', 'street-address')}
    <div class="pair">
      ${field(state, 'postcode', 'Postcode', 'postal-code')}
      ${field(state, 'town', 'Town', 'address-level2')}
    </div>
    ${choice(state, 'country', 'Country', countries, 'country-name')}`,
  wishes: (state) => html<StepMessage>`
    ${sizeChoice(state)}
    ${choice(state, 'season', 'When do you want to begin?', seasons, 'off')}
    ${extraChoice(state)}`,
  plans: (state) => html<StepMessage>`${plansField(state)}`,
  summary: (state) => html<StepMessage>`
    <dl class="summary">
      ${stepNames.filter((step) => step !== 'summary').map((step) => summaryOf(step, state.answers))}
    </dl>
    ${agreement(state)}`,
};
