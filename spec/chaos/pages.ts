/**
 * The pages of a chaotic run. Each writes down, in its model, the number of every action its user has made, in the
 * order in which they were applied: a click says its number as its x, a typed value is its number. Fields are
 * of numbers, since the runtime merges edits of texts, and a label must arrive as it is.
 * `verdict.ts` compares that with what was done; `server.ts` serves them, `user.ts` acts on them.
 */

import { component, type Enqueue, html, repeat, topic } from 'troupe';

// TYPES -----------------------------------------------------------------------

/** Stands among what a page has heard where it may have missed something, or has gone back to what was stored. */
export const gap = '|';

interface Pointed {
  readonly x: number;
}

/** The shared actor that takes an effect of each action but tallies. */
export const journal = 'journal';

/** What it takes: which run, and which action. */
export interface Effect {
  readonly type: 'noted';
  readonly run: string;
  readonly n: number;
}

/** What pages are given. */
interface Props {
  readonly params: Readonly<Record<string, string>>;
}

const runOf = ({ params }: Props): string => params['run'] ?? '';

/** Makes the sessions of a run with a full disk large, and larger with each action, so that each write needs room. */
const ballastOf = (run: string): string => (run.endsWith('-large') ? 'x'.repeat(20_000) : '');
const grown = (ballast: string): string => (ballast === '' ? '' : `${ballast}${'x'.repeat(4_096)}`);

/** What every model has. */
interface Common {
  readonly run: string;
  readonly ballast: string;
}

function commonOf(props: Props): Common {
  const run = runOf(props);

  return { run, ballast: ballastOf(run) };
}

function note(enqueue: Enqueue<never>, run: string, n: number): void {
  enqueue.send(journal, { type: 'noted', run, n } satisfies Effect);
}

/** The number in a typed value. */
const typedNumber = (value: string): number => Number(value);

// COUNTER ---------------------------------------------------------------------

interface Count extends Common {
  readonly count: number;
  readonly text: string;
  readonly log: readonly number[];
}

type Counted = { type: 'clicked'; n: number } | { type: 'drafted'; n: number };

/** A button and a field. */
export const Counter = component({
  name: 'counter',
  init: (props: Props): Count => ({ ...commonOf(props), count: 0, text: '', log: [] }),
  update: ({ run, ballast, count, text, log }, message: Counted, enqueue) => {
    note(enqueue, run, message.n);

    return {
      run,
      ballast: grown(ballast),
      text: message.type === 'drafted' ? `${message.n}` : text,
      count: message.type === 'clicked' ? count + 1 : count,
      log: [...log, message.n],
    };
  },
  view: ({ count, text, log }) => html<Counted>`
    <button class="act" @click=${({ x }: Pointed) => ({ type: 'clicked', n: x })}>more</button>
    <input class="act" type="number" name="draft" .value=${text} @input=${({ value }) => ({ type: 'drafted', n: typedNumber(value) })}>
    <output id="count">${count}</output>
    <output id="log">${log.join(' ')}</output>`,
});

// TODO ------------------------------------------------------------------------

/** A row of the list; its key is the number of the action that has added it. */
export interface Row {
  readonly key: number;
  readonly title: string;
  readonly done: boolean;
}

interface Todos extends Common {
  readonly draft: string;
  readonly log: readonly number[];
  readonly rows: readonly Row[];
}

/** What happens to the list. */
export type TodoMessage =
  | { type: 'added'; n: number }
  | { type: 'drafted'; n: number }
  | { type: 'renamed'; n: number; key: number }
  | { type: 'toggled'; n: number; key: number }
  | { type: 'removed'; n: number; key: number };

/** What a message makes of the rows. */
export function changeRows(rows: readonly Row[], message: TodoMessage): readonly Row[] {
  switch (message.type) {
    case 'added':
      return [...rows, { key: message.n, title: '', done: false }];
    case 'drafted':
      return rows;
    case 'renamed':
      return rows.map((row) => (row.key === message.key ? { ...row, title: `${message.n}` } : row));
    case 'toggled':
      return rows.map((row) => (row.key === message.key ? { ...row, done: !row.done } : row));
    case 'removed':
      return rows.filter((row) => row.key !== message.key);
  }
}

type Tallied = { type: 'tallied'; n: number };

/** A component with a state of its own in each row. */
const Tally = component({
  name: 'tally',
  init: (): readonly number[] => [],
  update: (log, { n }: Tallied) => [...log, n],
  view: (log) => html<Tallied>`
    <button class="act" @click=${({ x }: Pointed) => ({ type: 'tallied', n: x })}>tally</button>
    <output class="tally">${log.join(' ')}</output>`,
});

const rowView = ({ key, title, done }: Row) => html<TodoMessage>`
  <li data-key=${key} class=${done ? 'done' : ''}>
    <input class="act" type="number" name="rename" .value=${title}
      @input=${({ value }) => ({ type: 'renamed', n: typedNumber(value), key })}>
    <button class="act" name="toggle" @click=${({ x }: Pointed) => ({ type: 'toggled', n: x, key })}>toggle</button>
    <button class="act" name="remove" @click=${({ x }: Pointed) => ({ type: 'removed', n: x, key })}>remove</button>
    ${Tally({ key })}
  </li>`;

/** A keyed list whose rows come and go. */
export const Todo = component({
  name: 'todo',
  init: (props: Props): Todos => ({ ...commonOf(props), draft: '', log: [], rows: [] }),
  update: ({ run, ballast, draft, log, rows }, message: TodoMessage, enqueue) => {
    note(enqueue, run, message.n);

    return {
      run,
      ballast: grown(ballast),
      draft: message.type === 'drafted' ? `${message.n}` : draft,
      log: [...log, message.n],
      rows: changeRows(rows, message),
    };
  },
  view: ({ draft, log, rows }) => html<TodoMessage>`
    <input class="act" type="number" name="draft" .value=${draft} @input=${({ value }) => ({ type: 'drafted', n: typedNumber(value) })}>
    <button class="act" name="add" @click=${({ x }: Pointed) => ({ type: 'added', n: x })}>add</button>
    <ul>${repeat(rows, ({ key }) => key, rowView)}</ul>
    <output id="log">${log.join(' ')}</output>`,
});

// CHAT ------------------------------------------------------------------------

interface Talk extends Common {
  readonly log: readonly number[];
  readonly heard: readonly (number | typeof gap)[];
}

type Talked =
  | { type: 'said'; n: number }
  | { type: 'heard'; n: number }
  | { type: 'missed' }
  | { type: 'returned'; reason: string };

function updateTalk(model: Talk, message: Talked, enqueue: Enqueue<Talked>): Talk {
  switch (message.type) {
    case 'said':
      note(enqueue, model.run, message.n);
      enqueue.publish(`room ${model.run}`, { type: 'heard', n: message.n } satisfies Talked);
      return { ...model, ballast: grown(model.ballast), log: [...model.log, message.n] };
    case 'heard':
      return { ...model, heard: [...model.heard, message.n] };
    case 'returned':
      return message.reason === 'resumed' ? model : { ...model, heard: [...model.heard, gap] };
    case 'missed':
      return { ...model, heard: [...model.heard, gap] };
  }
}

/** What one says all in the room hear, oneself too. Where something may have been missed there is a gap. */
export const Chat = component({
  name: 'chat',
  init: (props: Props): Talk => ({ ...commonOf(props), log: [], heard: [] }),
  update: updateTalk,
  onArrival: ({ reason }): Talked => ({ type: 'returned', reason }),
  subscriptions: ({ run }) => [topic(`room ${run}`, { missed: { type: 'missed' } })],
  view: ({ log, heard }) => html<Talked>`
    <button class="act" @click=${({ x }: Pointed) => ({ type: 'said', n: x })}>say</button>
    <output id="heard">${heard.join(' ')}</output>
    <output id="log">${log.join(' ')}</output>`,
});
