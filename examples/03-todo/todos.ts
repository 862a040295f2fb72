/**
 * The todos of all browsers, in one shared actor: each browser has its own list, all pages of that browser
 * show it. What an actor keeps has to end somewhere, so there are limits.
 */

import { fromTransition } from 'xstate';

export interface Todo {
  readonly id: number;
  readonly title: string;
  readonly completed: boolean;
}

/** What can be done to a list. */
export type Change =
  | { type: 'added'; title: string }
  | { type: 'renamed'; id: number; title: string }
  | { type: 'toggled'; id: number; completed: boolean }
  | { type: 'allToggled'; completed: boolean }
  | { type: 'removed'; id: number }
  | { type: 'completedCleared' };

/** What the actor is sent: whose list is changed, how, and what the change is called. */
export type Addressed = Change & { readonly browser: string; readonly by: string };

export interface List {
  readonly todos: readonly Todo[];
  /** The id of the next todo. */
  readonly next: number;
  /** What the latest changes are called that are in it. */
  readonly taken: readonly string[];
}

/** The lists by browser, the one that was changed last at the end. Plain data, so that other nodes can be told of it. */
type Lists = Readonly<Record<string, List>>;

/** The longest title, in characters; the rest of a longer one is cut off. */
export const longestTitle = 500;

/** How many todos a list takes. */
export const mostTodos = 500;

/** How many lists there are; for another one the list that was not changed for longest goes. */
export const mostLists = 1_000;

/** How many changes a list remembers by name, for pages that have made them and wait to see them in it. */
const mostTaken = 500;

/** An empty list. */
export const emptyList: List = { todos: [], next: 1, taken: [] };

/** The list of a browser: the very same for as long as it has not changed. */
export const listOf = (lists: Lists, browser: string): List =>
  (Object.hasOwn(lists, browser) && lists[browser]) || emptyList;

/** The shared actor: a list for each browser. */
export const todos = fromTransition((lists: Lists, { browser, by, ...change }: Addressed) => {
  const list = listOf(lists, browser);
  const taken = [...list.taken.slice(1 - mostTaken), by];

  return withList(lists, browser, { ...changeList(list, change), taken });
}, {} as Lists);

/** The list with a change in it; the very same if that changes nothing. */
export function changeList(list: List, change: Change): List {
  const { todos, next } = list;
  const withTodos = (changed: readonly Todo[]): List => ({ ...list, todos: changed });
  switch (change.type) {
    case 'added': {
      const title = tidy(change.title);
      if (title === '' || todos.length >= mostTodos) return list;

      return { ...list, todos: [...todos, { id: next, title, completed: false }], next: next + 1 };
    }
    case 'renamed': {
      const title = tidy(change.title);
      if (title === '') return changeList(list, { type: 'removed', id: change.id });

      return withTodos(todos.map((todo) => (todo.id === change.id ? { ...todo, title } : todo)));
    }
    case 'toggled': {
      const { id, completed } = change;

      return withTodos(todos.map((todo) => (todo.id === id ? complete(todo, completed) : todo)));
    }
    case 'allToggled':
      return withTodos(todos.map((todo) => complete(todo, change.completed)));
    case 'removed':
      return withTodos(todos.filter(({ id }) => id !== change.id));
    case 'completedCleared':
      return withTodos(todos.filter(({ completed }) => !completed));
  }
}

const tidy = (title: string): string => title.trim().slice(0, longestTitle);

/** A todo that is as it should be stays the very same: its row is then skipped. */
const complete = (todo: Todo, completed: boolean): Todo =>
  todo.completed === completed ? todo : { ...todo, completed };

function withList(lists: Lists, browser: string, list: List): Lists {
  const { [browser]: _former, ...others } = lists;
  const [oldest = ''] = Object.keys(others);
  if (Object.keys(others).length < mostLists) return { ...others, [browser]: list };
  const { [oldest]: _oldest, ...rest } = others;

  return { ...rest, [browser]: list };
}
