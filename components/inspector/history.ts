/**
 * Time travel: buttons and a slider to go from step to step, what the step took, and the page as it was after it, in
 * a frame in which nothing runs. In the present the frame follows the page, once a second at the most.
 *
 * The page (`session.ts`) holds the chosen step, because the state and the log show it as well.
 */

import { type Component, callback, component, type Enqueue, every, html, repeat } from 'troupe';
import type { StepView } from 'troupe/inspection';
import { count, timeOfDay } from './measures.js';
import type { Places } from './places.js';
import type { SessionFeed } from './session-feed.js';
import { failure, notice } from './shell.js';

// TYPES -----------------------------------------------------------------------

/** How far can be gone, and where one is. */
export interface HistoryProps {
  readonly session: string;
  /** The step that is looked at; `undefined` is the present. */
  readonly step: number | undefined;
  /** The number of the state at the start, and of the last step. */
  readonly start: number;
  readonly last: number;
}

/** What time travel knows. */
export interface HistoryModel extends HistoryProps {
  /** The step whose page is in the frame. */
  readonly framed: number;
  /** What the step took; `undefined` at the start. */
  readonly taken: StepView | undefined;
  /** Why it could not be read; '' if that is not so. */
  readonly why: string;
}

/** What can happen to time travel. */
export type HistoryMessage =
  | { type: 'stepAsked'; step: number }
  | { type: 'presentAsked' }
  | { type: 'frameDue' }
  | { type: 'stepRead'; taken: StepView | undefined }
  | { type: 'readingFailed'; why: string };

/** What time travel sends the page. */
export type HistoryOutgoing = { type: 'stepChosen'; step: number | undefined };

/** How often the frame of the present is loaded anew, in milliseconds. */
const frameInterval = 1_000;

// COMPONENT -------------------------------------------------------------------

/** Makes time travel. */
export const history = (
  feed: SessionFeed,
  places: Places
): Component<HistoryModel, HistoryMessage, HistoryProps, HistoryOutgoing> =>
  component({
    name: 'inspector-history',
    init: ({ session, step, start, last }: HistoryProps): HistoryModel => ({
      ...{ session, step, start, last, framed: step ?? last },
      taken: undefined,
      why: '',
    }),
    received: (model, { session, step, start, last }) => ({
      ...model,
      ...{ session, step, start, last },
      framed: step ?? (model.step === undefined ? model.framed : last),
    }),
    update,
    subscriptions: (model) => {
      const { session, framed, last, step } = model;

      return [
        callback(`step ${JSON.stringify([session, framed])}`, ({ send }) =>
          feed.watch(session, {
            seen: (inspected) => send({ type: 'stepRead', taken: inspected.step(framed) }),
            failed: (why) => send({ type: 'readingFailed', why }),
          })
        ),
        step === undefined && framed !== last && every(frameInterval, { type: 'frameDue' }),
      ];
    },
    view: (model) => view(places, model),
  });

function update(
  model: HistoryModel,
  message: HistoryMessage,
  enqueue: Enqueue<HistoryMessage, HistoryOutgoing>
): HistoryModel {
  switch (message.type) {
    case 'stepAsked':
      enqueue.parent({ type: 'stepChosen', step: within(model, message.step) });
      return model;
    case 'presentAsked':
      enqueue.parent({ type: 'stepChosen', step: undefined });
      return { ...model, framed: model.last };
    case 'frameDue':
      return model.step === undefined ? { ...model, framed: model.last } : model;
    case 'stepRead':
      return { ...model, taken: message.taken, why: '' };
    case 'readingFailed':
      return { ...model, why: message.why };
  }
}

/** A step that there is; the last one is looked at as it was, though it is the present still. */
const within = ({ start, last }: HistoryModel, step: number): number => Math.min(last, Math.max(start, step));

// VIEW ------------------------------------------------------------------------

function view(places: Places, model: HistoryModel) {
  const { framed, last, session, start, why } = model;

  return html<HistoryMessage>`
    <div class="i-history">
      <div class="i-travel">
        ${controls(model)}
        ${why !== '' && failure('The step could not be read.', why)}
        ${taken(model)}
      </div>
      <figure class="i-page">
        <figcaption>${where(framed, start, last, model.step === undefined)}</figcaption>
        ${
          // A frame of its own for each step: one that is led from page to page would fill the browser's history.
          repeat([{ step: framed, src: places.page(session, framed) }], ({ step }) => step, frame)
        }
      </figure>
    </div>`;
}

const frame = ({ step, src }: { step: number; src: string }) =>
  html`<iframe sandbox="" src=${src} title="The page after step ${step}" loading="lazy"></iframe>`;

function where(framed: number, start: number, last: number, isPresent: boolean): string {
  if (isPresent) return 'The page as it is';

  return framed === start ? 'The page as it was at the start' : `The page as it was after step ${framed} of ${last}`;
}

function controls({ last, start, step }: HistoryModel) {
  const at = step ?? last;
  const isPresent = step === undefined;

  return html<HistoryMessage>`
    <div class="i-bar" role="group" aria-label="Time travel">
      <button type="button" ?disabled=${at <= start} @click=${{ type: 'stepAsked', step: start }}>First</button>
      <button type="button" ?disabled=${at <= start} @click=${{ type: 'stepAsked', step: at - 1 }}>Back</button>
      <button type="button" ?disabled=${isPresent}
        @click=${at < last ? { type: 'stepAsked', step: at + 1 } : { type: 'presentAsked' }}>Forth</button>
      <button type="button" ?disabled=${isPresent} @click=${{ type: 'presentAsked' }}>Present</button>
    </div>
    <label class="i-slider">Step <b>${count(at)}</b> of ${count(last)}
      <input type="range" name="step" min=${start} max=${last} .value=${String(at)}
        @input=${({ value }) => ({ type: 'stepAsked', step: Number(value) })}>
    </label>`;
}

function taken({ framed, start, taken: step }: HistoryModel) {
  if (framed <= start) return notice('The start.', 'What is shown is the state that the recording begins with.');
  if (step === undefined || step.number !== framed) return notice('Reading the step…');

  return html<HistoryMessage>`
    <p class="i-faint">${timeOfDay(step.at)}, ${step.messages.length === 0 ? 'no message' : 'it took'}</p>
    <ol class="i-taken">${step.messages.map(
      ({ to, type }) =>
        html`<li><code>${type}</code> <span class="i-faint"><span aria-hidden="true">→</span><span
          class="i-hidden">to</span> ${to}</span></li>`
    )}</ol>`;
}
