/** All examples on one server, as `examples/index.ts` mounts them, under a strict content security policy. */

import { createServer } from 'troupe/server';
import { Counter } from '../../examples/01-counter/counter.js';
import { Streaming } from '../../examples/02-streaming/streaming.js';
import { TodoList } from '../../examples/03-todo/todo.js';
import { todos } from '../../examples/03-todo/todos.js';
import { TrafficLight } from '../../examples/04-traffic-light/traffic-light.js';
import { Chat } from '../../examples/05-chat/chat.js';
import { actorOf, roomLogic, rooms } from '../../examples/05-chat/room.js';
import { Table } from '../../examples/06-table/table.js';
import { resume } from '../../examples/07-resume/resume.js';
import { Controls } from '../../examples/08-controls/controls.js';
import { Signup } from '../../examples/09-signup/signup.js';
import { document } from '../../examples/document.js';
import { answerFile } from '../../examples/files.js';
import { entries, home } from '../../examples/home.js';
import { type Clock, systemClock } from '../../runtime/platform/clock.js';
import { type MountedServer, mountServer } from './mounted.js';

/** The examples at work. */
export type ExamplesSite = MountedServer;

/** Starts the examples on a free port. An error that they report fails the run. */
export async function startExamples(clock: Clock = systemClock): Promise<ExamplesSite> {
  const troupe = createServer({
    clock,
    document,
    routes: {
      '/': home(entries, undefined),
      '/counter': Counter,
      '/streaming': Streaming,
      '/todo': TodoList,
      '/todo/active': TodoList,
      '/todo/completed': TodoList,
      '/traffic-light': TrafficLight,
      '/chat': Chat,
      '/chat/:room': Chat,
      '/table': Table,
      '/resume': resume({ grace: 60_000, node: { name: 'Node A', process: 1 } }),
      '/controls': Controls,
      '/signup': Signup,
    },
    secret: 'a secret for these specs',
    styles: ['/style.css'],
    onError: ({ error }) => {
      throw error;
    },
  });
  troupe.actor('todos', todos);
  for (const room of rooms) troupe.actor(actorOf(room), roomLogic);

  return mountServer(troupe, (request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (request.url !== '/favicon.ico') return answerFile(request.url, response);
    response.writeHead(204).end();
    return true;
  });
}
