/**
 * The page of one session: its actors, the state and the statechart of the chosen one, and below them the log, the
 * wire and time travel. The chosen actor, step and view are kept here, so that all parts show the same.
 *
 * Each part reads what it shows by itself; this page reads the status of the session, its actors and the steps that
 * are kept.
 */

import { type Component, callback, component, type Enqueue, every, html, type PageProps, type Template } from 'troupe';
import type { ActorView, HistoryView, Inspected, SessionSummary } from 'troupe/inspection';
import { actorsOf, actorTree, firstChoice, nameOf } from './actor-tree.js';
import type { chartPanel } from './chart-panel.js';
import type { history } from './history.js';
import type { log } from './log.js';
import { age, count, counted } from './measures.js';
import type { Places } from './places.js';
import type { SessionFeed } from './session-feed.js';
import { badge, failure, notice, shell } from './shell.js';
import type { stateTree } from './state-tree.js';
import type { wire } from './wire.js';

// TYPES -----------------------------------------------------------------------

/** What stands below the state. */
export type SessionView = 'log' | 'wire' | 'time';

/** What is known of the session. */
export interface SessionReading {
  readonly summary: SessionSummary;
  readonly actors: ActorView;
  readonly history: HistoryView;
}

/** What the page of a session knows. */
export interface SessionModel {
  readonly id: string;
  readonly view: SessionView;
  /** The id of the chosen actor; '' while none is. */
  readonly actor: string;
  /** The step that is looked at; `undefined` is the present. */
  readonly step: number | undefined;
  readonly reading: SessionReading | undefined;
  readonly isGone: boolean;
  /** Why it could not be read; '' if that is not so. */
  readonly why: string;
  /** When it was read, and the time, as far as ages go. */
  readonly read: number;
  readonly now: number;
}

/** What can happen on the page of a session. */
export type SessionMessage =
  | { type: 'sessionRead'; reading: SessionReading }
  | { type: 'sessionGone' }
  | { type: 'readingFailed'; why: string }
  | { type: 'actorChosen'; actor: string }
  | { type: 'viewChosen'; view: SessionView }
  | { type: 'stepChosen'; step: number | undefined }
  | { type: 'timePassed' };

/** The components that stand in the page. */
export interface SessionParts {
  readonly StateTree: ReturnType<typeof stateTree>;
  readonly ChartPanel: ReturnType<typeof chartPanel>;
  readonly Log: ReturnType<typeof log>;
  readonly Wire: ReturnType<typeof wire>;
  readonly History: ReturnType<typeof history>;
}

/** How often ages are written anew, in milliseconds. */
const ageInterval = 5_000;

const views: readonly { readonly view: SessionView; readonly name: string }[] = [
  { view: 'log', name: 'Messages' },
  { view: 'wire', name: 'Wire' },
  { view: 'time', name: 'Time travel' },
];

// COMPONENT -------------------------------------------------------------------

/** Makes the page of a session. */
export const sessionPage = (
  feed: SessionFeed,
  places: Places,
  parts: SessionParts
): Component<SessionModel, SessionMessage, PageProps> =>
  component({
    name: 'inspector-session',
    init: (props: PageProps) => begin(feed, props),
    update,
    subscriptions: ({ id }) => [
      every(ageInterval, { type: 'timePassed' }),
      callback(`session ${id}`, ({ send }) =>
        feed.watch(id, {
          seen: (inspected) => send({ type: 'sessionRead', reading: readSession(inspected) }),
          gone: () => send({ type: 'sessionGone' }),
          failed: (why) => send({ type: 'readingFailed', why }),
        })
      ),
    ],
    view: (model) => page(places, parts, model),
  });

const readSession = (inspected: Inspected): SessionReading => ({
  summary: inspected.summary(),
  actors: inspected.actors(),
  history: inspected.history(),
});

/** The first page shows what there is, without waiting for a client. */
function begin(feed: SessionFeed, { params, query }: PageProps): Promise<SessionModel> {
  const id = params['id'] ?? '';
  const step = Number.parseInt(String(query['step'] ?? ''), 10);
  const model: SessionModel = {
    id,
    view: views.find(({ view }) => view === query['view'])?.view ?? 'log',
    actor: typeof query['actor'] === 'string' ? query['actor'] : '',
    step: Number.isNaN(step) ? undefined : step,
    reading: undefined,
    ...{ isGone: false, why: '', read: Date.now(), now: Date.now() },
  };

  return new Promise((resolve) => {
    const come = (next: SessionModel): void => {
      resolve(next);
      stop();
    };
    const stop = feed.watch(id, {
      seen: (inspected) => come(withReading(model, readSession(inspected), model.now)),
      gone: () => come({ ...model, isGone: true }),
      failed: (why) => come({ ...model, why }),
    });
  });
}

function update(model: SessionModel, message: SessionMessage, enqueue: Enqueue<SessionMessage>): SessionModel {
  switch (message.type) {
    case 'sessionRead':
      return withReading(model, message.reading, enqueue.at);
    case 'sessionGone':
      return { ...model, isGone: true };
    case 'readingFailed':
      return { ...model, why: message.why };
    case 'actorChosen':
      return { ...model, actor: message.actor };
    case 'viewChosen':
      return { ...model, view: message.view };
    case 'stepChosen':
      return { ...model, step: message.step };
    case 'timePassed':
      return { ...model, now: enqueue.at };
  }
}

/** The model after something was read; a step that is forgotten meanwhile gives way to the earliest that is not. */
function withReading(model: SessionModel, reading: SessionReading, at: number): SessionModel {
  const { first, last } = reading.history;
  const step = model.step === undefined ? undefined : Math.min(last, Math.max(first - 1, model.step));

  return {
    ...model,
    ...{ reading, step, why: '', isGone: false, read: at, now: at },
    actor: model.actor || firstChoice(reading.actors),
  };
}

// VIEW ------------------------------------------------------------------------

function page(places: Places, parts: SessionParts, model: SessionModel): Template<SessionMessage> {
  const { id, reading } = model;
  if (reading !== undefined && !model.isGone) return whole(places, parts, model, reading);

  return shell<SessionMessage>(places, {
    heading: html`<h1>Session <code>${id}</code></h1>`,
    aside: null,
    content: html<SessionMessage>`${absence(places, model)}`,
  });
}

function absence(places: Places, { isGone, why }: SessionModel) {
  const back = html`<p class="i-notice"><a href=${places.home}>All sessions</a></p>`;
  if (why !== '') return html`${failure('The session could not be read.', why)}${back}`;
  if (!isGone) return notice('Opening the session…');

  return html`${notice('This session is gone.', 'It has ended, or its time in the store is over.')}${back}`;
}

const whole = (places: Places, parts: SessionParts, model: SessionModel, reading: SessionReading) =>
  shell<SessionMessage>(places, {
    heading: html`<h1>${reading.summary.component || 'Session'} <code class="i-faint">${reading.summary.path}</code></h1>`,
    aside: about(places, model, reading),
    content: html<SessionMessage>`
      ${banner(model, reading.history)}
      ${model.why !== '' && failure('The session could not be read. What is shown is as it was.', model.why)}
      <div class="i-inspector">
        <section class="i-panel i-tree" aria-labelledby="i-actors">
          <h2 id="i-actors">Actors</h2>
          <div class="i-scroll">${actorTree(reading.actors, {
            chosen: model.actor,
            later: Math.max(0, model.now - model.read),
            choose: (actor): SessionMessage => ({ type: 'actorChosen', actor }),
          })}</div>
        </section>
        ${chosen(parts, model, reading)}
        <section class="i-panel i-below" aria-label=${views.find(({ view }) => view === model.view)?.name}>
          ${tabs(places, model)}
          ${below(parts, model, reading)}
        </section>
      </div>`,
  });

const about = (places: Places, { id, now }: SessionModel, { summary }: SessionReading) => html`
  <p class="i-about">${badge(summary.status)} ${summary.isUnstored && badge('unstored')}
    <code title="Session">${id}</code>
    ${summary.since > 0 && html`<span class="i-wide">${age(Math.max(0, now - summary.since))}</span>`}
    ${summary.address !== '' && html`<code class="i-wide">${summary.address}</code>`}
    <a href=${places.recording(id)} download="${id}.jsonl.gz">Export</a></p>`;

/** Says where one is in time, while that is not the present. */
function banner({ step }: SessionModel, { first, last }: HistoryView) {
  const what = step === first - 1 ? `The start, before step ${count(first)} of ${count(last)}` : '';

  return html<SessionMessage>`
    <div role="status">${
      step !== undefined &&
      html<SessionMessage>`<p class="i-banner"><span>${what || `Step ${count(step)} of ${count(last)}`}: the past</span>
        <button type="button" @click=${{ type: 'stepChosen', step: undefined }}>Back to the present</button></p>`
    }</div>`;
}

function chosen({ ChartPanel, StateTree }: SessionParts, { actor, id, step }: SessionModel, reading: SessionReading) {
  const found = actorsOf(reading.actors).find((each) => each.id === actor);

  return html<SessionMessage>`
    <section class="i-panel i-of" aria-labelledby="i-state">
      <h2 id="i-state"><span class="i-actor-name">${found ? nameOf(found) : actor}</span> <span class="i-kind">${
        found?.kind ?? 'gone'
      }</span></h2>
      ${found && found.errors > 0 && trouble(found)}
      <div class="i-scroll">${StateTree({ key: 'state', session: id, actor, step })}</div>
    </section>
    ${ChartPanel({ key: 'chart', session: id, actor, step })}`;
}

const trouble = ({ errors, lastError }: ActorView) =>
  html`<p class="i-failed">${counted(errors, 'error')}${lastError !== '' && `, the last: ${lastError}`}</p>`;

const tabs = (places: Places, { actor, id, view: shown }: SessionModel) => html<SessionMessage>`
  <nav class="i-tabs" aria-label="Views of the session">${views.map(
    ({ name, view }) => html<SessionMessage>`
      <a href="${places.session(id)}?view=${view}&amp;actor=${encodeURIComponent(actor)}"
        aria-current=${view === shown && 'true'} @click=${{ type: 'viewChosen', view }}>${name}</a>`
  )}</nav>`;

function below(
  { History, Log, Wire }: SessionParts,
  { id, step, view }: SessionModel,
  { history: { first, last } }: SessionReading
) {
  switch (view) {
    case 'log':
      return html<SessionMessage>`${Log({ key: 'log', session: id, step })}`;
    case 'wire':
      return html<SessionMessage>`${Wire({ key: 'wire', session: id })}`;
    case 'time':
      return html<SessionMessage>`${History({ key: 'time', session: id, step, start: first - 1, last })}`;
  }
}
