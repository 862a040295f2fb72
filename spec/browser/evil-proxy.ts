/**
 * A proxy that does what proxies do to live connections. `nature` can be changed at any time; what is open then stays as it
 * was, unless it is cut.
 *
 *     browser -> shaper (latency, rate, cuts: any bytes) -> proxy (HTTP and upgrades) -> server
 */

import { once } from 'node:events';
import { type ClientRequest, createServer as createHttp, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';

// TYPES -----------------------------------------------------------------------

/** What becomes of an upgrade. */
export type UpgradeFate =
  | 'passes'
  /** Its headers are taken away: the server sees a GET. */
  | 'is stripped'
  /** The proxy answers with a page. */
  | 'is answered with 200'
  /** Its connection ends. */
  | 'is refused'
  /** It gets no answer. */
  | 'is not answered'
  /** It passes, and its connection ends 200 ms later. */
  | 'is killed'
  /** It passes, and then nothing comes down. */
  | 'loses what comes down'
  /** It passes, and then nothing goes up. */
  | 'loses what goes up';

/** What the proxy does. */
export interface Nature {
  readonly upgrade?: UpgradeFate;
  /** Passes on an answer when it has the whole of it. */
  readonly buffers?: boolean;
  /** Speaks HTTP/1.0 to both sides. */
  readonly isOld?: boolean;
  /** Milliseconds that bytes take in each direction. */
  readonly latency?: number;
  /** Bytes a second in each direction of a connection. */
  readonly rate?: number;
  /** Milliseconds after which it cuts a connection. */
  readonly life?: number;
}

/** A proxy at work. */
export interface EvilProxy {
  nature: Nature;
  /** Where it is, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Requests so far, by method. */
  readonly requests: Record<string, number>;
  /** Upgrades so far. */
  readonly upgrades: number;
  /** Does this to the upgraded connections that are open. */
  turn(fate: UpgradeFate): void;
  /** Breaks all connections. */
  cut(): void;
  close(): Promise<void>;
}

const ignore = (): void => undefined;

// SHAPER ----------------------------------------------------------------------

/** Passes bytes on, late and slowly as `nature` says. */
function shape(from: Socket, to: Socket, nature: () => Nature): void {
  let free = 0;
  const waiting: Buffer[] = [];
  from.on('data', (bytes: Buffer) => {
    const { latency = 0, rate = Number.POSITIVE_INFINITY } = nature();
    free = Math.max(free, performance.now()) + (bytes.length / rate) * 1_000;
    waiting.push(bytes);
    // Timers of the same time may fire in another order.
    const pass = (): unknown => to.write(waiting.shift() as Buffer);
    if (free + latency - performance.now() < 1) pass();
    else setTimeout(pass, free + latency - performance.now());
  });
  from.on('error', ignore).on('close', () => {
    const { latency = 0 } = nature();
    setTimeout(() => to.destroy(), free + latency + 1 - performance.now());
  });
}

function createShaper(port: number, nature: () => Nature, sockets: Set<Socket>): TcpServer {
  return createTcp({ noDelay: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true });
    sockets.add(client);
    const { life } = nature();
    const end = life === undefined ? undefined : setTimeout(() => client.destroy(), life);
    shape(client, target, nature);
    shape(target, client, nature);
    client.on('close', () => {
      clearTimeout(end);
      sockets.delete(client);
    });
  });
}

// PROXY -----------------------------------------------------------------------

const upgradeHeaders = /^(connection|upgrade)$/i;

/** The headers of a message, in pairs, without those of a connection or an upgrade. */
const withoutUpgrade = ({ rawHeaders }: IncomingMessage): string[] =>
  rawHeaders.filter((_, index) => !upgradeHeaders.test(rawHeaders[index - (index % 2)] as string));

function ask(port: number, message: IncomingMessage): ClientRequest {
  const { method, url: path } = message;

  return request({ port, host: '127.0.0.1', method, path, headers: withoutUpgrade(message), agent: false });
}

/** An answer over a bare connection, which ends with it: HTTP/1.0, or what an upgrade is answered with. */
function answerBare(socket: Duplex, answer: IncomingMessage, version: string): void {
  const pairs = answer.rawHeaders.filter(
    (_, index) => !/^(connection|keep-alive|transfer-encoding)$/i.test(answer.rawHeaders[index - (index % 2)] as string)
  );
  let head = `HTTP/${version} ${answer.statusCode} ${answer.statusMessage}\r\nConnection: close\r\n`;
  for (let index = 0; index < pairs.length; index += 2) head += `${pairs[index]}: ${pairs[index + 1]}\r\n`;
  socket.write(`${head}\r\n`);
  answer.pipe(socket);
}

/** An upgraded connection. */
interface Tunnel {
  fate: UpgradeFate;
}

function openTunnel(port: number, message: IncomingMessage, socket: Duplex, head: Buffer, tunnel: Tunnel): void {
  const target = connect({ port, host: '127.0.0.1', noDelay: true });
  const { method, rawHeaders, url } = message;
  let first = `${method} ${url} HTTP/1.1\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    first += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  }
  target.write(`${first}\r\n`);
  target.write(head);
  let isOpen = false;
  target.on('data', (bytes: Buffer) => {
    if (!isOpen || tunnel.fate !== 'loses what comes down') socket.write(bytes);
    isOpen = true;
    if (tunnel.fate === 'is killed') setTimeout(() => socket.destroy(), 200);
  });
  socket.on('data', (bytes: Buffer) => {
    if (tunnel.fate !== 'loses what goes up') target.write(bytes);
  });
  for (const [one, other] of [
    [socket, target],
    [target, socket],
  ] as const) {
    one.on('error', ignore).on('close', () => other.destroy());
  }
}

/** What a proxy has. */
interface State extends Pick<EvilProxy, 'nature' | 'requests'> {
  readonly tunnels: Set<Tunnel>;
  upgrades: number;
}

function createProxy(port: number, proxy: State): Server {
  const server = createHttp((message, response) => {
    const { buffers, isOld } = proxy.nature;
    const method = `${message.method}`;
    proxy.requests[method] = (proxy.requests[method] ?? 0) + 1;
    const asked = ask(port, message);
    message.pipe(asked);
    response.on('close', () => asked.destroy());
    asked.on('error', () => message.socket.destroy());
    asked.on('response', async (answer) => {
      answer.on('error', () => message.socket.destroy());
      if (isOld) {
        response.detachSocket(message.socket);
        return answerBare(message.socket, answer, '1.0');
      }
      const parts: Buffer[] = [];
      if (buffers) for await (const part of answer) parts.push(part as Buffer);
      response.writeHead(answer.statusCode ?? 502, withoutUpgrade(answer));
      if (buffers) return response.end(Buffer.concat(parts));
      response.flushHeaders();
      return answer.pipe(response);
    });
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { isOld, upgrade = 'passes' } = proxy.nature;
    proxy.upgrades++;
    socket.on('error', ignore);
    if (upgrade === 'is refused') socket.destroy();
    else if (upgrade === 'is answered with 200') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK');
    } else if (isOld || upgrade === 'is stripped') {
      const asked = ask(port, message).on('error', () => socket.destroy());
      asked.on('response', (answer) => answerBare(socket, answer, isOld ? '1.0' : '1.1')).end();
    } else if (upgrade !== 'is not answered') {
      const tunnel = { fate: upgrade };
      proxy.tunnels.add(tunnel);
      socket.on('close', () => proxy.tunnels.delete(tunnel));
      openTunnel(port, message, socket, head, tunnel);
    }
  });

  return server;
}

async function listen(server: TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return (server.address() as AddressInfo).port;
}

/** Starts a proxy in front of a port. */
export async function evilProxy(port: number, nature: Nature = {}): Promise<EvilProxy> {
  const sockets = new Set<Socket>();
  const cut = (): void => sockets.forEach((socket) => void socket.destroy());
  const state: State = { nature, requests: {}, tunnels: new Set(), upgrades: 0 };
  const server = createProxy(port, state);
  const shaper = createShaper(await listen(server), () => state.nature, sockets);
  const origin = `http://127.0.0.1:${await listen(shaper)}`;

  return Object.assign(state, {
    origin,
    cut,
    turn(fate: UpgradeFate) {
      for (const tunnel of state.tunnels) tunnel.fate = fate;
    },
    async close() {
      shaper.close();
      server.close();
      cut();
      server.closeAllConnections();
    },
  });
}
