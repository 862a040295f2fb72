/**
 * The limit, as a process of a benchmark: bare servers that do the least possible work for what a client
 * sees. What Troupe needs beyond this is what it costs.
 */

import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Packr } from 'msgpackr';
import { type WebSocket, WebSocketServer } from 'ws';
import { ClientKind, ServerKind } from '../../runtime/wire/protocol.js';
import { createFeed, written } from './feed.js';
import { streamLength, type Told } from './pages.js';
import { answer } from './process.js';

type Serve = (socket: WebSocket) => void;

const packr = new Packr({ useRecords: false });

/** Decodes a click, adds one to what stands at its instance, answers with the new value. */
function clicks(shown: number): Serve {
  return (socket) => {
    const counts: number[] = [];
    socket.on('message', (bytes: Buffer) => {
      const [, [[instance]]] = packr.unpack(bytes) as [number, [[number]]];
      const count = (counts[instance] ?? 0) + 1;
      counts[instance] = count;
      socket.send(packr.pack([ServerKind.Patch, [instance, shown, count]]));
    });
  };
}

/** From the first event to the second, pushes an element every millisecond and sends what a client needs of it. */
function stream(list: number): Serve {
  return (socket) => {
    let items: readonly number[] = [];
    let timer: NodeJS.Timeout | undefined;
    function push(): void {
      items = [...items, items.length];
      const item = items.length - 1;
      socket.send(packr.pack([ServerKind.Patch, [list, 0, [item, 0, item]], 0]));
      timer = setTimeout(push, 1);
    }
    socket.on('message', (bytes: Buffer) => {
      const [kind] = packr.unpack(bytes) as [number];
      if (kind !== ClientKind.Events) return;
      clearTimeout(timer);
      items = Array.from({ length: streamLength }, (_, index) => index);
      timer = timer === undefined ? setTimeout(push, 1) : undefined;
    });
  };
}

/** The sockets that are written to at once. */
const listeners: WebSocket[] = [];

/** Writes the same bytes to all. */
function broadcast(number: number): void {
  const bytes = Buffer.from(packr.pack([ServerKind.Patch, [1, 0, number], 0]));
  for (const socket of listeners) socket.send(bytes);
}

/** Writes to all what the page of a feed would show, as a server does that does not ask who reads. */
function tell({ number, text }: Told): void {
  const bytes = Buffer.from(packr.pack([ServerKind.Patch, [1, 0, number, 1, 1, text], 0]));
  for (const socket of listeners) socket.send(bytes);
}

/** The sockets below the listeners. */
const tcp = (): readonly Socket[] => listeners.map((socket) => (socket as unknown as { _socket: Socket })._socket);

/** Listens with sockets; answers the URL. */
async function listen(serve: Serve): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', serve);
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Listens with pages: the same string of `size` bytes for everybody. */
async function listenPages(size: number): Promise<string> {
  const body = '.'.repeat(size);
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': String(size) };
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

answer({
  clicks: ({ shown }: { shown: number }) => listen(clicks(shown)),
  stream: ({ list }: { list: number }) => listen(stream(list)),
  echo: () => listen((socket) => void socket.on('message', (bytes: Buffer) => socket.send(bytes))),
  idle: () => listen(() => {}),
  broadcasting: () => listen((socket) => void listeners.push(socket)),
  feed: createFeed(tell),
  written: () => written(tcp()),
  publish: ({ number }: { number: number }) => broadcast(number),
  pages: ({ size }: { size: number }) => listenPages(size),
});
