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

/** What the actor is sent: whose list is changed, and how. */
export type Addressed = Change & { readonly browser: string };

interface List {
  readonly todos: readonly Todo[];
  /** The id of the next todo. */
  readonly next: number;
}

/** The lists by browser, the one that was changed last at the end. */
type Lists = ReadonlyMap<string, List>;

/** The longest title, in characters; the rest of a longer one is cut off. */
export const longestTitle = 500;

/** How many todos a list takes. */
export const mostTodos = 500;

/** How many lists there are; for another one the list that was not changed for longest goes. */
export const mostLists = 1_000;

const noTodos: readonly Todo[] = [];

/** The todos of a browser: the very same array for as long as they have not changed. */
export const todosOf = (lists: Lists, browser: string): readonly Todo[] => lists.get(browser)?.todos ?? noTodos;

/** The shared actor: a list for each browser. */
export const todos = fromTransition((lists: Lists, { browser, ...change }: Addressed) => {
  const list = lists.get(browser) ?? { todos: noTodos, next: 1 };
  const changed = changeList(list, change);

  return changed === list ? lists : withList(lists, browser, changed);
}, new Map() as Lists);

function changeList(list: List, change: Change): List {
  const { todos, next } = list;
  switch (change.type) {
    case 'added': {
      const title = tidy(change.title);
      if (title === '' || todos.length >= mostTodos) return list;

      return { todos: [...todos, { id: next, title, completed: false }], next: next + 1 };
    }
    case 'renamed': {
      const title = tidy(change.title);
      if (title === '') return changeList(list, { type: 'removed', id: change.id });

      return { todos: todos.map((todo) => (todo.id === change.id ? { ...todo, title } : todo)), next };
    }
    case 'toggled': {
      const { id, completed } = change;

      return { todos: todos.map((todo) => (todo.id === id ? complete(todo, completed) : todo)), next };
    }
    case 'allToggled':
      return { todos: todos.map((todo) => complete(todo, change.completed)), next };
    case 'removed':
      return { todos: todos.filter(({ id }) => id !== change.id), next };
    case 'completedCleared':
      return { todos: todos.filter(({ completed }) => !completed), next };
  }
}

const tidy = (title: string): string => title.trim().slice(0, longestTitle);

/** A todo that is as it should be stays the very same: its row is then skipped. */
const complete = (todo: Todo, completed: boolean): Todo =>
  todo.completed === completed ? todo : { ...todo, completed };

function withList(lists: Lists, browser: string, list: List): Lists {
  const next = new Map(lists);
  next.delete(browser);
  next.set(browser, list);
  const [oldest] = next.keys();
  if (oldest !== undefined && next.size > mostLists) next.delete(oldest);

  return next;
}
