/**
 * Starts the client on a page: the one place where socket, session, events and view meet.
 */

import { Mark, type Scalar } from '../runtime/wire/patch.js';
import { writeAttribute } from './dom.js';
import { Events } from './events.js';
import { Inputs } from './inputs.js';
import { addMore } from './more.js';
import { showNotice } from './notice.js';
import { Outbox } from './outbox.js';
import { holdWhilePressed } from './presses.js';
import { ReloadStorage } from './reload-storage.js';
import { Session } from './session.js';
import { Socket } from './socket.js';
import { View } from './view.js';

/** How to start. */
export interface StartOptions {
  /** The hash in the name of the client script; '' if another build made it. */
  readonly client?: string;
  /** The root element; by default the one that says where its socket is. */
  readonly root?: Element | null;
}

/**
 * Starts the client.
 *
 * ```ts
 * import { start } from 'troupe/client';
 *
 * start();
 * ```
 *
 * The root's attribute `data-troupe` tells the state of the connection: `connecting`; `live`; `unanswered`, if an event has
 * had no answer for 3 seconds; `offline`. If it is not live for 2 seconds, a notice says what becomes of what the user does.
 * `data-troupe-pending` how many events are not durable yet, if there are any; `data-troupe-unstored` is there while
 * the session cannot be stored and the page keeps no events. Events on the root tell how the
 * session goes on, each with the number of events that were lost in `detail.dropped`:
 *
 * - `troupe:resumed`: the connection was lost, nothing else was;
 * - `troupe:restored`: its state comes from the store;
 * - `troupe:forked`: another page has the session, this one has a copy now;
 * - `troupe:fresh`: it was gone, a new one has begun and gets what is not durable;
 * - `troupe:dropped`: it goes on, but events were lost: too many, too big, refused by the server, or for something
 *   that is gone.
 *
 * **Note:** a page without a root is left alone.
 */
export function start({ client = '', root = document.querySelector(`[${Mark.Socket}]`) }: StartOptions = {}): void {
  if (!root) return;
  startOn(root, client, (inputs, events) => {
    addMore(inputs, events);
    return undefined;
  });
  showNotice(root);
}

/** `PartKind` and name of a part that `more.ts` is needed for: the user changes as well what stands in it, an option of an event says so, or it is an overlay. */
const needing = /7,"(?:value|open)"|8,"[^"]*\*|pending:/;

/**
 * Starts the client on this root. `client` is as in `StartOptions`.
 *
 * @param load makes what is in `more.ts`, now or by the end of a promise; called again after a failure
 */
export function startOn(
  root: Element,
  client: string,
  load: (inputs: Inputs, events: Events, socket: Socket) => Promise<void> | undefined
): void {
  const setMark = (name: string, value: Scalar): void => writeAttribute(root, name, value);
  const inputs = new Inputs(root);
  const outbox = new Outbox();
  const view: View = new View(root, {
    listen: (type) => events.listen(type),
    holds: (...write) => inputs.holds(...write),
    get selects() {
      return inputs.selects;
    },
  });
  const events = new Events(root, inputs, view, {
    raise: (...event) => session.raise(...event),
    changed: () => session.raised(),
    outbox,
  });
  const session: Session = new Session({
    get connection() {
      return socket;
    },
    events,
    typing: inputs,
    needs: (frame) => (inputs.texts || !needing.test(JSON.stringify(frame)) ? undefined : load(inputs, events, socket)),
    reloadStorage: new ReloadStorage(root, outbox),
    outbox,
    view,
    client,
    tell: (what, dropped) => {
      const type = `troupe:${what}`;
      if (dropped) console.warn(type, dropped);
      root.dispatchEvent(new CustomEvent(type, { detail: { dropped } }));
    },
    setMark,
  });
  const socket: Socket = new Socket(root.getAttribute(Mark.Socket) ?? '', session, (state) =>
    setMark(Mark.State, state)
  );
  holdWhilePressed(socket);
  // At the same time as the connection: in the end there are two round trips less.
  load(inputs, events, socket)?.catch(() => undefined);
  socket.connect();
}
