/**
 * A long form, and what happens to the session that holds it. Every key is an event; the server keeps the answers,
 * stores them, and hands them on: to a page that comes back, to the process after this one, to another node. The
 * page shows which of that has happened, in a timeline that is itself a part of the model.
 *
 * Only `onArrival` and `version` are about that. Nothing here saves or loads anything.
 */

import { component, type Enqueue, html, repeat } from 'troupe';
import {
  type Answers,
  emptyAnswers,
  type Fault,
  faultsOf,
  firstFaulty,
  longest,
  type Step,
  stepFrom,
  stepNames,
  steps,
} from './application.js';
import { cutPath, cutTimes } from './scissors.js';
import { type StepMessage, stepViews } from './steps.js';
import { type Arrived, arrive, type Entry, type Node, opened, type Timeline, timeOf, titles } from './timeline.js';

// MODEL -----------------------------------------------------------------------

interface Model {
  readonly step: Step;
  readonly answers: Answers;
  /** Steps whose faults are shown, because the user tried to continue from there. */
  readonly tried: readonly Step[];
  /** By which number the application was sent. */
  readonly sent: string | undefined;
  readonly timeline: Timeline;
}

type Message = StepMessage | Arrived | { type: 'wentBack' | 'wentOn' | 'begunAnew' };

const beginning = { step: 'person', answers: emptyAnswers, tried: [], sent: undefined } as const;

// UPDATE ----------------------------------------------------------------------

function update(model: Model, message: Message, enqueue: Enqueue<Message>): Model {
  const { answers, step } = model;
  switch (message.type) {
    case 'answered': {
      const { name, value } = message;

      return { ...model, answers: { ...answers, [name]: value.slice(0, longest[name]) } };
    }
    case 'extraChosen': {
      const others = answers.extras.filter((extra) => extra !== message.extra);

      return { ...model, answers: { ...answers, extras: message.isChosen ? [...others, message.extra] : others } };
    }
    case 'agreementGiven':
      return { ...model, answers: { ...answers, agreed: message.isGiven } };
    case 'stepChosen':
      return { ...model, step: message.step };
    case 'wentBack':
      return { ...model, step: stepFrom(step, -1) };
    case 'wentOn':
      return goOn(model, enqueue.id);
    case 'begunAnew':
      return { ...model, ...beginning };
    case 'arrived':
      return { ...model, timeline: arrive(model.timeline, message, enqueue.at) };
  }
}

/** The next step, if nothing is wrong with this one; from the last one the application is sent. */
function goOn(model: Model, id: string): Model {
  const { answers, step } = model;
  const tried = model.tried.includes(step) ? model.tried : [...model.tried, step];
  if (faultsOf(step, answers).length > 0) return { ...model, tried };
  if (step !== 'summary') return { ...model, tried, step: stepFrom(step, 1) };
  const faulty = firstFaulty(answers);

  return faulty === undefined ? { ...model, sent: id } : { ...model, step: faulty, tried: [...tried, faulty] };
}

// FORM ------------------------------------------------------------------------

const stepLink = (step: Step, current: Step) => html<Message>`
  <li>
    <button type="button" class="plain" aria-current=${step === current && 'step'}
      @click=${{ type: 'stepChosen', step }}>${steps[step].title}</button>
  </li>`;

const faultList = (faults: readonly Fault[]) => html`
  <div class="faults" role="alert">
    <p>Before you can go on:</p>
    <ul>${faults.map(({ name, text }) => html`<li><a href="#${name}">${text}</a></li>`)}</ul>
  </div>`;

function form({ answers, step, tried }: Model) {
  const faults = tried.includes(step) ? faultsOf(step, answers) : [];
  const number = stepNames.indexOf(step) + 1;

  return html<Message>`
    <nav aria-label="Steps"><ol class="steps">${stepNames.map((name) => stepLink(name, step))}</ol></nav>
    <form novalidate @submit=${{ type: 'wentOn' }}>
      <div role="status"><h2>${steps[step].title}: <small>step ${number} of ${stepNames.length}</small></h2></div>
      ${stepViews[step]({ answers, faults })}
      ${faults.length > 0 && faultList(faults)}
      <p class="row">
        <button type="button" ?disabled=${number === 1} @click=${{ type: 'wentBack' }}>Back</button>
        <button class="main">${step === 'summary' ? 'Send the application' : 'Go on'}</button>
      </p>
    </form>`;
}

const thanks = (sent: string) => html<Message>`
  <section aria-labelledby="thanks">
    <div role="status">
      <h2 id="thanks">Thank you</h2>
      <p>Your application has arrived, once, as number <b class="number">${sent}</b>.</p>
    </div>
    <p class="row"><button type="button" @click=${{ type: 'begunAnew' }}>Fill in another one</button></p>
  </section>`;

// SESSION ---------------------------------------------------------------------

/** What the style sheet shows by the attributes of the root: nothing travels when they change. */
const line = (holder: Node) => html`
  <div class="line">
    <p class="connection" role="status">
      <span class="when-live">Live on <b>${holder.name}<span class="process">, process ${holder.process}</span></b></span>
      <span class="when-offline">Offline. Go on: what you type waits here.</span>
    </p>
    <p class="safety"><span class="when-stored">All is stored</span><span class="when-pending">On its way …</span></p>
  </div>`;

const entryView = ({ at, text, what }: Entry) => html`
  <li class="entry ${what}">
    <p><b>${titles[what]}</b> <time datetime=${new Date(at).toISOString()}>${timeOf(at)}</time></p>
    <p>${text}</p>
  </li>`;

const cutButton = (seconds: number) => html`
  <button name="seconds" value=${seconds}>Cut it for ${seconds} seconds</button>`;

/** The answer to this form has no content, so the browser stays where it is. */
const scissors = (grace: number) => html`
  <form method="post" action=${cutPath}>
    <p>The server can end the connection of this browser and refuse others for a while. A session whose page is away for
      ${grace / 1_000} s is put into the store, and its memory is freed.</p>
    <p class="row">${cutTimes.map(cutButton)}</p>
  </form>`;

const session = ({ entries }: Timeline, grace: number) => html`
  <section class="session" aria-labelledby="session">
    <h2 id="session">What happened to this session</h2>
    <div role="log" aria-labelledby="session">
      <ol class="timeline" tabindex="0">${repeat(entries, ({ id }) => id, entryView)}</ol>
    </div>
    <h2>Cut the connection</h2>
    ${scissors(grace)}
  </section>`;

// COMPONENT -------------------------------------------------------------------

/** Where the page is served. */
export interface Surroundings {
  /** Milliseconds after which the server puts away a session whose page is gone. */
  readonly grace: number;
  /** What this process calls itself. */
  readonly node: Node;
  /** What tells the time. Default: the computer's clock. */
  readonly now?: () => number;
}

/** The page component, for one process. */
export const resume = ({ grace, node, now = Date.now }: Surroundings) =>
  component({
    name: 'resume',
    version: 1,
    init: (): Model => ({ ...beginning, timeline: opened(node, now()) }),
    update,
    onArrival: (arrival): Message => ({ type: 'arrived', arrival, node }),
    view: (model) => html<Message>`
      <main class="resume">
        ${line(model.timeline.holder)}
        <h1>A plot in the garden</h1>
        <p>Fill in half of it. Then cut the connection, load the page again, or end the server and start it anew.</p>
        <div class="sides">
          <div class="application">${model.sent === undefined ? form(model) : thanks(model.sent)}</div>
          ${session(model.timeline, grace)}
        </div>
        <p><a href="/">All examples</a></p>
      </main>`,
  });
