/**
 * TodoMVC. The todos are in a shared actor (`todos.ts`): they are still there after a reload, and all pages of
 * one browser show the same. What is being typed or edited is each page's own, and so is what it
 * has changed and not yet seen in the shared list: it shows that at once.
 *
 * A label is there for the field that edits its todo: so the browser itself puts the focus there when the label
 * is clicked, and a double click brings forward a field that has the focus already.
 */

import { component, type Enqueue, type EventData, html, repeat, shared } from 'troupe';
import type { SnapshotFrom } from 'xstate';
import {
  type Addressed,
  type Change,
  changeList,
  emptyList,
  type List,
  listOf,
  longestTitle,
  mostTodos,
  type Todo,
  type todos,
} from './todos.js';

interface Model {
  /** Whose todos they are. */
  readonly browser: string;
  readonly filter: Filter;
  /** The list as all pages have it. */
  readonly base: List;
  /** What this page has changed and not yet seen in it. */
  readonly pending: readonly Pending[];
  /** What it shows: the one with the others in it. */
  readonly todos: readonly Todo[];
  /** The new todo that is being typed. */
  readonly draft: string;
  /** The todo that is edited, as it was when that began. */
  readonly editing: Todo | undefined;
}

/** A change on its way, and what it is called. */
interface Pending {
  readonly by: string;
  readonly change: Change;
}

type Message =
  | { type: 'listChanged'; list: List }
  | { type: 'typed'; draft: string }
  | { type: 'entered' }
  | { type: 'editStarted'; todo: Todo }
  | { type: 'editCancelled'; id: number }
  | { type: 'edited'; id: number; title: string }
  | Exclude<Change, { type: 'added' | 'renamed' }>;

// FILTERS ---------------------------------------------------------------------

/** By path: what a filter is called, and which todos it shows. */
const filters = {
  '/todo': { name: 'All', accepts: (_todo: Todo) => true },
  '/todo/active': { name: 'Active', accepts: ({ completed }: Todo) => !completed },
  '/todo/completed': { name: 'Completed', accepts: ({ completed }: Todo) => completed },
} as const;

type Filter = keyof typeof filters;

const filterPaths = Object.keys(filters) as readonly Filter[];

// UPDATE ----------------------------------------------------------------------

/** The model with this list of all pages, and these changes of this one in it. */
function showing(model: Model, base: List, pending: readonly Pending[]): Model {
  const { todos } = pending.reduce((list, { change }) => changeList(list, change), base);

  return { ...model, base, pending, todos };
}

function update(model: Model, message: Message, enqueue: Enqueue<Message>): Model {
  const { base, browser, draft, editing, pending } = model;
  const send = (change: Change): Model => {
    const { id: by } = enqueue;
    const addressed: Addressed = { browser, by, ...change };
    enqueue.send('todos', addressed);

    return showing(model, base, [...pending, { by, change }]);
  };
  switch (message.type) {
    case 'listChanged': {
      const { taken } = message.list;

      return showing(
        model,
        message.list,
        pending.filter(({ by }) => !taken.includes(by))
      );
    }
    case 'typed':
      return { ...model, draft: message.draft };
    case 'entered': {
      const title = draft.trim();
      if (title === '' || model.todos.length >= mostTodos) return model;

      return { ...send({ type: 'added', title }), draft: '' };
    }
    case 'editStarted':
      return { ...model, editing: message.todo };
    case 'editCancelled':
      return editing?.id === message.id ? { ...model, editing: undefined } : model;
    case 'edited':
      // Enter has saved it already when the field loses the focus.
      if (editing?.id !== message.id) return model;

      return { ...send({ type: 'renamed', id: message.id, title: message.title }), editing: undefined };
    default:
      return send(message);
  }
}

// VIEW ------------------------------------------------------------------------

const header = (draft: string) => html<Message>`
  <header class="header">
    <h1>todos</h1>
    <input class="new-todo" form="new-todo" name="title" placeholder="What needs to be done?"
      aria-label="What needs to be done?" autocomplete="off" autofocus .value=${draft}
      @input=${({ value }) => ({ type: 'typed', draft: value })}>
    <form id="new-todo" @submit=${{ type: 'entered' }}></form>
  </header>`;

/** A row is the todo itself, or what says that it is edited. */
type Row = Todo | { readonly id: number; readonly edited: Todo };

const keyInEdit = ({ id }: Todo, { key, value }: EventData): Message | null => {
  if (key === 'Enter') return { type: 'edited', id, title: value };

  return key === 'Escape' ? { type: 'editCancelled', id } : null;
};

const keyInRow = (todo: Todo, { key, repeat }: EventData): Message | null =>
  (key === 'Enter' || key === 'F2') && !repeat ? { type: 'editStarted', todo } : null;

const rowView = (row: Row) => {
  const isEdited = 'edited' in row;
  const todo = isEdited ? row.edited : row;
  const { id, title, completed } = todo;

  return html<Message>`
    <li data-testid="todo-item" class=${isEdited ? 'editing' : completed ? 'completed' : null}>
      <div class="view">
        <input class="toggle" type="checkbox" aria-label="Toggle Todo" .checked=${completed}
          @change=${({ checked }) => ({ type: 'toggled', id, completed: checked })}>
        <label data-testid="todo-title" for="edit-${id}" @dblclick=${{ type: 'editStarted', todo }}>${title}</label>
        <button type="button" class="destroy" aria-label="Delete" @click=${{ type: 'removed', id }}></button>
      </div>
      <input class="edit" id="edit-${id}" aria-label="Edit" autocomplete="off" maxlength=${longestTitle}
        ?readonly=${!isEdited} .value=${isEdited ? title : ''}
        @keydown=${(event) => (isEdited ? keyInEdit(todo, event) : keyInRow(todo, event))}
        @blur=${({ value }) => isEdited && { type: 'edited', id, title: value }}>
    </li>`;
};

const list = ({ editing, filter, todos }: Model) => {
  const rows = todos
    .filter(filters[filter].accepts)
    .map((todo): Row => (todo.id === editing?.id ? { id: todo.id, edited: editing } : todo));

  return html<Message>`
    <section class="main">
      <input id="toggle-all" class="toggle-all" type="checkbox" .checked=${todos.every(({ completed }) => completed)}
        @change=${({ checked }) => ({ type: 'allToggled', completed: checked })}>
      <label for="toggle-all">Mark all as complete</label>
      <ul class="todo-list">${repeat(rows, ({ id }) => id, rowView)}</ul>
    </section>`;
};

const filterLink = (path: Filter, isSelected: boolean) => html`
  <li><a href=${path} class=${isSelected && 'selected'} aria-current=${isSelected && 'page'}>${filters[path].name}</a></li>`;

const footer = ({ filter, todos }: Model) => {
  const left = todos.filter(({ completed }) => !completed).length;

  return html<Message>`
    <footer class="footer">
      <span class="todo-count" data-testid="todo-count"><strong>${left}</strong> ${left === 1 ? 'item' : 'items'} left</span>
      <ul class="filters">${filterPaths.map((path) => filterLink(path, path === filter))}</ul>
      ${
        left < todos.length &&
        html<Message>`
          <button type="button" class="clear-completed" @click=${{ type: 'completedCleared' }}>Clear completed</button>`
      }
    </footer>`;
};

export const TodoList = component({
  name: 'todo',
  init: ({ browser, path }: { browser: string; path: string }): Model => ({
    browser,
    filter: filterPaths.find((filter) => filter === path) ?? '/todo',
    base: emptyList,
    pending: [],
    todos: emptyList.todos,
    draft: '',
    editing: undefined,
  }),
  update,
  subscriptions: (model) => [
    shared('todos', ({ context }: SnapshotFrom<typeof todos>) => {
      const list = listOf(context, model.browser);

      return list === model.base ? null : { type: 'listChanged', list };
    }),
  ],
  view: (model) => html<Message>`
    <main>
      <section class="todoapp">
        ${header(model.draft)}
        ${model.todos.length > 0 && list(model)}
        ${model.todos.length > 0 && footer(model)}
      </section>
    </main>
    <footer class="info">
      <p>Double-click to edit a todo</p>
      <p><a href="/">Other examples</a></p>
    </footer>`,
});
