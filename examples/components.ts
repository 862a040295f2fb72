/**
 * The components of the examples' pages, without the server: what `npx troupe replay FILE` goes through recordings
 * with. `package.json` names this module.
 */

import type { AnyComponent } from 'troupe';
import { Counter } from './01-counter/counter.js';
import { Streaming } from './02-streaming/streaming.js';
import { TodoList } from './03-todo/todo.js';
import { TrafficLight } from './04-traffic-light/traffic-light.js';
import { Chat } from './05-chat/chat.js';
import { Table } from './06-table/table.js';
import { resume } from './07-resume/resume.js';
import { Controls } from './08-controls/controls.js';
import { Signup } from './09-signup/signup.js';
import { home } from './home.js';

export { Chat, Controls, Counter, Signup, Streaming, Table, TodoList, TrafficLight };

/** Where it was served is in the state of a page, as far as it matters. */
export const made: readonly AnyComponent[] = [
  home([], undefined),
  resume({ grace: 5_000, node: { name: 'replay', process: 0 } }),
];
