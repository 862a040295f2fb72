/**
 * The road from the browsers of one user to the servers: a proxy at which bytes are held back and connections cut,
 * for one end or both, and which leads each new connection to any server that is there.
 */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

// TYPES -----------------------------------------------------------------------

/** Which way. */
export type Direction = 'up' | 'down';

/** Where a connection is to go: a port, or nowhere. */
export type Choose = () => number | undefined;

// LANE ------------------------------------------------------------------------

/** One way of one connection. */
class Lane {
  readonly #to: Socket;
  readonly #held: Buffer[] = [];
  #isHeld = false;

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on('data', (bytes: Buffer) => {
      if (this.#isHeld) this.#held.push(bytes);
      else to.write(bytes);
    });
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) for (const bytes of this.#held.splice(0)) this.#to.write(bytes);
  }
}

// ROAD ------------------------------------------------------------------------

/** A connection through the proxy. */
interface Passage {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: Readonly<Record<Direction, Lane>>;
}

/** The road of one user. */
export class Road {
  readonly #server: Server;
  readonly #passages = new Set<Passage>();
  /** Servers' ends of connections whose clients are gone, which do not know it yet. */
  readonly #orphans = new Set<Socket>();
  readonly #held = new Set<Direction>();
  #isDown = false;

  constructor(choose: Choose) {
    this.#server = createServer((client) => this.#open(client, this.#isDown ? undefined : choose()));
  }

  async open(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');

    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    this.#server.close();
    this.cut();
    this.mend();
  }

  /** Holds back what goes that way, on all connections, those to come included. */
  hold(direction: Direction): void {
    this.#held.add(direction);
    for (const { lanes } of this.#passages) lanes[direction].hold(true);
  }

  release(direction: Direction): void {
    this.#held.delete(direction);
    for (const { lanes } of this.#passages) lanes[direction].hold(false);
  }

  /** Breaks all connections, for both ends; what was on its way is lost. */
  cut(): void {
    for (const { client, server } of this.#passages) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Breaks them for the clients; servers do not notice until the road is mended. */
  orphan(): void {
    for (const passage of this.#passages) {
      this.#orphans.add(passage.server);
      this.#passages.delete(passage);
      passage.client.resetAndDestroy();
    }
  }

  /** Lets no connection come about. */
  shut(): void {
    this.#isDown = true;
    this.cut();
  }

  /** All is as it should be. */
  mend(): void {
    this.#isDown = false;
    for (const direction of ['up', 'down'] as const) this.release(direction);
    for (const server of this.#orphans) server.resetAndDestroy();
    this.#orphans.clear();
  }

  #open(client: Socket, port: number | undefined): void {
    client.on('error', () => undefined);
    if (port === undefined) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    const passage: Passage = {
      client,
      server,
      lanes: { up: new Lane(client, server), down: new Lane(server, client) },
    };
    client.setNoDelay(true);
    for (const direction of this.#held) passage.lanes[direction].hold(true);
    this.#passages.add(passage);
    server.on('error', () => undefined);
    // What is held back when an end closes is lost with the connection.
    client.on('close', () => this.#end(passage, server));
    server.on('close', () => this.#end(passage, client));
  }

  #end(passage: Passage, other: Socket): void {
    if (this.#orphans.has(passage.server) && other === passage.server && !passage.server.destroyed) return;
    this.#passages.delete(passage);
    this.#orphans.delete(passage.server);
    other.end();
  }
}
