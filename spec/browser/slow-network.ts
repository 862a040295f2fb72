/** A proxy in front of a server, on which everything takes a while in both directions, and stays in order. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy at work. */
export interface SlowNetwork {
  /** Where it is, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Breaks all connections. A browser may have another one at once. */
  cut(): void;
  /** Breaks all connections, and lets others wait until `mend`. */
  shut(): void;
  mend(): void;
  close(): void;
}

/**
 * Starts a proxy in front of a port.
 *
 * @param delay gives the milliseconds that the next bytes take
 */
export async function slowNetwork(port: number, delay: () => number): Promise<SlowNetwork> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let isShut = false;
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    if (isShut) held.push(() => relay(client));
    else relay(client);
  });
  const relay = (client: Socket): void => {
    if (client.destroyed) return;
    const target = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from);
      let last = 0;
      // Timers of the same time may fire in another order.
      const waiting: Buffer[] = [];
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => {
        last = Math.max(last, performance.now() + delay());
        waiting.push(bytes);
        setTimeout(() => to.write(waiting.shift() as Buffer), last - performance.now());
      });
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.resume();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = (): void => sockets.forEach((socket) => void socket.destroy());

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    shut: () => {
      isShut = true;
      cut();
    },
    mend: () => {
      isShut = false;
      for (const take of held.splice(0)) take();
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
