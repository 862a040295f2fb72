/**
 * Starts the client on a page: the one place where socket, session, events and view meet.
 */

import { Mark } from '../runtime/patch.js';
import { Events } from './events.js';
import { Inputs } from './inputs.js';
import { Outbox } from './outbox.js';
import { Session } from './session.js';
import { Socket } from './socket.js';
import { createView, type View } from './view.js';

/** How to start. */
export interface StartOptions {
  /** The hash in the name of the client script; '' if it was built by somebody else. */
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
 * The root's attribute `data-troupe` tells the state of the connection: `connecting`, `live`, `offline`.
 * When the server has begun a new session because the old one was gone, `troupe:fresh` is dispatched on
 * the root; its `detail.dropped` is the number of events that were lost. `troupe:dropped` tells the same of
 * events that were lost although the session goes on: too many, too big, or refused by the server.
 *
 * **Note:** a page without a root is left alone.
 */
export function start({ client = '', root = document.querySelector(`[${Mark.Socket}]`) }: StartOptions = {}): void {
  if (!root) return;
  const inputs = new Inputs(root);
  const view: View = createView(root, {
    listen: (type) => events.listen(type),
    holds: (...write) => inputs.holds(...write),
  });
  const events = new Events(
    root,
    inputs,
    (element, type) => view.handler(element, type),
    (handler, payload) => session.raise(handler, payload)
  );
  const session: Session = new Session({
    get connection() {
      return socket;
    },
    events,
    inputs,
    outbox: new Outbox(),
    view,
    client,
    token: root.getAttribute(Mark.Token) ?? '',
    tell: (how, dropped) => {
      const type = `troupe:${how}`;
      console.warn(type, dropped);
      root.dispatchEvent(new CustomEvent(type, { detail: { dropped } }));
    },
  });
  const show = (state: string): void => root.setAttribute(Mark.State, state);
  const socket: Socket = new Socket(root.getAttribute(Mark.Socket) ?? '', session, show);
  socket.connect();
}
