/**
 * All examples on one server: an index page at `/`, each example at its own path, one style sheet; TodoMVC has
 * its own. `settings.ts` says what the environment can change.
 *
 * SIGTERM ends it in peace: it tells its pages to go elsewhere, stores their sessions and exits.
 */

import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'troupe/server';
import { Counter } from './01-counter/counter.js';
import { Streaming } from './02-streaming/streaming.js';
import { TodoList } from './03-todo/todo.js';
import { todos } from './03-todo/todos.js';
import { TrafficLight } from './04-traffic-light/traffic-light.js';
import { Chat } from './05-chat/chat.js';
import { actorOf, roomLogic, rooms } from './05-chat/room.js';
import { Table } from './06-table/table.js';
import { resume } from './07-resume/resume.js';
import { Scissors } from './07-resume/scissors.js';
import { nameOf } from './07-resume/timeline.js';
import { Controls } from './08-controls/controls.js';
import { Signup } from './09-signup/signup.js';
import { document } from './document.js';
import { answerFile } from './files.js';
import { entries, home } from './home.js';
import { readSettings } from './settings.js';

const { bus, grace, node, port, store } = await readSettings(process.env);

/** Where the inspector is: nowhere in production, since the examples authorise no visitor. */
const inspector = process.env['NODE_ENV'] === 'production' ? undefined : '/_troupe/inspector/';

const troupe = createServer({
  ...(bus && { bus }),
  document,
  drainTime: 2_000,
  grace,
  routes: {
    '/': home(entries, inspector),
    '/counter': Counter,
    '/streaming': Streaming,
    '/todo': TodoList,
    '/todo/active': TodoList,
    '/todo/completed': TodoList,
    '/traffic-light': TrafficLight,
    '/chat': Chat,
    '/chat/:room': Chat,
    '/table': Table,
    '/resume': resume({ grace, node }),
    '/controls': Controls,
    '/signup': Signup,
  },
  store,
  styles: ['/style.css'],
  title: 'Troupe examples',
});

troupe.actor('todos', todos);
for (const room of rooms) troupe.actor(actorOf(room), roomLogic);

const scissors = new Scissors();

const server = createHttpServer((request, response) => {
  if (request.url === '/favicon.ico') response.writeHead(204).end();
  else if (!scissors.answer(request, response) && !answerFile(request.url, response)) troupe.handle(request, response);
});
server.on('upgrade', (request, socket, head) => {
  if (scissors.admit(request, socket) && !troupe.upgrade(request, socket, head)) socket.destroy();
});

server.listen(port, () => {
  const { port: bound } = server.address() as AddressInfo;
  const origin = `http://localhost:${bound}`;
  console.log(`Troupe examples: ${origin}/ (${nameOf(node)})`);
  if (troupe.inspectorLink !== undefined) console.log(`Inspector, for one browser: ${origin}${troupe.inspectorLink}`);
});

// A server that is mounted is drained by its host; one that listens by itself has `drainOn()` for this.
process.once('SIGTERM', async () => {
  await troupe.drain();
  await troupe.close();
  process.exit();
});
