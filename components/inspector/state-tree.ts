/**
 * The state of an actor as a tree that is opened row by row: as it is now, or as it was after a step. What the last
 * message has changed is marked.
 *
 * `session.ts` places it; it reads its rows from the session feed, and reads again when the state changes, when a row is
 * opened, and for another actor or step.
 */

import { type Component, callback, component, html, repeat } from 'troupe';
import type { StateRow, StateView } from 'troupe/inspection';
import type { SessionFeed } from './session-feed.js';
import { failure, notice } from './shell.js';

// TYPES -----------------------------------------------------------------------

/** Whose state is shown, and of when. */
export interface StateTreeProps {
  readonly session: string;
  /** The id of the actor. */
  readonly actor: string;
  /** After which step; `undefined` is now. */
  readonly step: number | undefined;
}

/** What the tree knows. */
export interface StateTreeModel extends StateTreeProps {
  /** The paths of the rows that are open, by actor. */
  readonly opened: Readonly<Record<string, readonly string[]>>;
  readonly state: StateView | undefined;
  /** Why it could not be read; '' if that is not so. */
  readonly why: string;
}

/** What can happen to the tree. */
export type StateTreeMessage =
  | { type: 'rowToggled'; path: string }
  | { type: 'stateRead'; state: StateView }
  | { type: 'readingFailed'; why: string };

/** At first the state itself is open. */
const openedAtFirst: readonly string[] = [''];

// COMPONENT -------------------------------------------------------------------

/** Makes the tree. */
export const stateTree = (feed: SessionFeed): Component<StateTreeModel, StateTreeMessage, StateTreeProps> =>
  component({
    name: 'inspector-state',
    init: ({ session, actor, step }: StateTreeProps): StateTreeModel => ({
      ...{ session, actor, step },
      opened: {},
      state: undefined,
      why: '',
    }),
    received: (model, { session, actor, step }) => ({ ...model, session, actor, step }),
    update,
    subscriptions: (model) => {
      const { session, actor, step } = model;
      const opened = openedIn(model);

      return [
        actor !== '' &&
          callback(`state ${JSON.stringify([session, actor, step, opened])}`, ({ send }) =>
            feed.watch(session, {
              seen: (inspected) => send({ type: 'stateRead', state: inspected.state(actor, opened, step) }),
              failed: (why) => send({ type: 'readingFailed', why }),
            })
          ),
      ];
    },
    view,
  });

const openedIn = ({ actor, opened }: StateTreeModel): readonly string[] => opened[actor] ?? openedAtFirst;

function update(model: StateTreeModel, message: StateTreeMessage): StateTreeModel {
  switch (message.type) {
    case 'rowToggled': {
      const before = openedIn(model);
      const isOpen = before.includes(message.path);
      const paths = isOpen ? before.filter((path) => path !== message.path) : [...before, message.path];

      return { ...model, opened: { ...model.opened, [model.actor]: paths } };
    }
    case 'stateRead':
      return { ...model, state: message.state, why: '' };
    case 'readingFailed':
      return { ...model, why: message.why };
  }
}

// VIEW ------------------------------------------------------------------------

function view({ actor, state, step, why }: StateTreeModel) {
  if (why !== '') return html<StateTreeMessage>`${failure('The state could not be read.', why)}`;
  if (state === undefined || state.actor !== actor) return html<StateTreeMessage>`${notice('Reading the state…')}`;
  if (state.absence !== '') return html<StateTreeMessage>`${notice('No state to show.', state.absence)}`;

  return html<StateTreeMessage>`
    <ul class="i-state" aria-label=${step === undefined ? 'State' : `State after step ${step}`}>${repeat(
      state.rows,
      ({ path }) => path,
      row
    )}</ul>
    <p class="i-after i-faint">${after(state)}</p>`;
}

function after({ after: type, rows }: StateView) {
  if (type === '') return 'No message has led here yet.';
  const isMarked = rows.some(({ isChanged }) => isChanged);

  return html`${isMarked && html`<span class="i-mark" aria-hidden="true">●</span> changed by`}${!isMarked && 'after'}
    <code>${type}</code>`;
}

const row = (each: StateRow) => html<StateTreeMessage>`
  <li class=${each.isChanged && 'i-changed'} style=${{ 'padding-inline-start': `${each.depth * 1.125 + 1.25}rem` }}>
    ${each.isChanged && html`<span class="i-mark" aria-hidden="true">●</span><span class="i-hidden">changed: </span>`}
    ${
      each.canOpen
        ? html<StateTreeMessage>`<button type="button" class="i-opener" aria-expanded=${String(each.isOpen)}
            @click=${{ type: 'rowToggled', path: each.path }}>${content(each)}</button>`
        : html<StateTreeMessage>`<span class="i-leaf">${content(each)}</span>`
    }
  </li>`;

const content = ({ kind, name, path, text }: StateRow) =>
  html`<span class="i-name">${path === '' ? 'state' : name}</span>: <span class="i-value" data-kind=${kind}>${text}</span>`;
