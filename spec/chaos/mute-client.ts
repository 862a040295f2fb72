/**
 * A client that never acknowledges: it opens a page of its own, joins, acts as fast as the server takes it, and says of no
 * frame after the first one that it has applied it. Whatever becomes of it, the users of a chaotic run (`trial.ts`) must
 * notice nothing.
 */

import type { WebSocket } from 'ws';
import { ClientKind } from '../../runtime/wire/protocol.js';
import { getPage, join, pack } from '../bench/visit.js';
import type { PageName } from './schedule.js';

/** The part of the button that can always be clicked, in the template of each page. */
const buttons: Readonly<Record<PageName, number>> = { counter: 0, todo: 2, chat: 0 };

/** Milliseconds between two events: fewer in a second than the server allows. */
const pause = 20;

/** One such client. */
export class MuteClient {
  readonly #acting: NodeJS.Timeout;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, page: PageName, nextNumber: () => number) {
    let applied = 1;
    this.#socket = socket;
    // Servers end, and close the connection of one that says nothing of what it has applied.
    socket.on('error', () => undefined);
    this.#acting = setInterval(() => {
      if (socket.readyState !== socket.OPEN) return this.close();
      socket.send(pack([ClientKind.Events, [[1, buttons[page], ['', false, nextNumber()]]], applied]));
      applied = 0;
    }, pause);
  }

  /**
   * Opens one.
   *
   * @param nextNumber a number for each of its actions
   */
  static async open(url: string, page: PageName, nextNumber: () => number): Promise<MuteClient> {
    const { socket } = await join(await getPage(url));

    return new MuteClient(socket, page, nextNumber);
  }

  close(): void {
    clearInterval(this.#acting);
    this.#socket.terminate();
  }
}
