/**
 * All examples on one server: an index page at `/`, each example at its own path, one style sheet.
 * Listens on `PORT`, else 3000.
 */

import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'troupe/server';
import { Counter } from './01-counter/counter.js';
import { Streaming } from './02-streaming/streaming.js';
import { TrafficLight } from './04-traffic-light/traffic-light.js';
import { Chat } from './05-chat/chat.js';
import { actorOf, roomLogic, rooms } from './05-chat/room.js';
import { Table } from './06-table/table.js';
import { type Entry, home } from './home.js';

const entries: readonly Entry[] = [
  { path: '/counter', title: 'Counter', idea: 'State, messages and a view.' },
  { path: '/streaming', title: 'Streaming', idea: 'A generator pushes a value every 10 ms into a keyed list.' },
  { path: '/traffic-light', title: 'Traffic light', idea: 'A statechart with delays is a component.' },
  { path: '/chat', title: 'Chat', idea: 'Rooms are shared actors; all browsers are in step.' },
  { path: '/table', title: 'Table', idea: 'Ten thousand keyed rows, of which only the changed ones are looked at.' },
];

const troupe = createServer({
  routes: {
    '/': home(entries),
    '/counter': Counter,
    '/streaming': Streaming,
    '/traffic-light': TrafficLight,
    '/chat': Chat,
    '/chat/:room': Chat,
    '/table': Table,
  },
  styles: ['/style.css'],
  title: 'Troupe examples',
});

for (const room of rooms) troupe.actor(actorOf(room), roomLogic);

// Compiled, this file stands in `dist/examples/`; the style sheet is not copied there.
const style = readFileSync(new URL('../../examples/style.css', import.meta.url));

const server = createHttpServer((request, response) => {
  if (request.url === '/favicon.ico') return response.writeHead(204).end();
  if (request.url !== '/style.css') return troupe.handle(request, response);
  response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' });
  response.end(style);
});
server.on('upgrade', (request, socket, head) => {
  if (!troupe.upgrade(request, socket, head)) socket.destroy();
});

const port = Number(process.env['PORT'] || 3000);

server.listen(port, () => console.log(`Troupe examples: http://localhost:${port}/`));
