/**
 * The session actor: one page of one visitor. Client frames come in from `transport.ts`, become letters
 * in the inbox, are taken by turns (`turn.ts`), and what the page then shows differently goes out as one
 * frame. `sessions.ts` makes sessions and keeps them.
 *
 * A session is dormant from the first page until somebody joins: it has state and a rendered tree, but no
 * actor runs. Its life from then on is an XState machine, the root of its own system; the component and
 * the subscriptions are actors in that system. Client events do not pass through the machine.
 */

import { type AnyActorRef, createActor, setup } from 'xstate';
import { releaseOptions } from './actor.js';
import type { Cell } from './cell.js';
import type { Clock } from './clock.js';
import { decodePayload, encodeFrame } from './codec.js';
import type { AnyComponent } from './component.js';
import { Malformed } from './decode.js';
import { describeAdoption, describePage, diff } from './diff.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import type { Hub } from './hub.js';
import { Ledger } from './ledger.js';
import { Mirror } from './mirror.js';
import { present } from './model.js';
import { PartKind, type Patch } from './patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  CloseCode,
  type EventRecord,
  Reason,
  type ServerFrame,
  ServerKind,
} from './protocol.js';
import type { EventValue, Instance, Value } from './rendered.js';
import type { Reporter } from './report.js';
import { Tree, type TreeHost } from './tree.js';
import { Window } from './window.js';

// TYPES -----------------------------------------------------------------------

/** The first frame of a connection. */
export type JoinFrame = Extract<ClientFrame, { kind: typeof ClientKind.Join }>;

/** One socket, as a session sees it. */
export interface Connection {
  /** Sends a frame; the bytes are not changed afterwards. */
  send(frame: Uint8Array): void;
  /** Bytes not yet handed to the kernel. */
  readonly buffered: number;
  /** Closes the socket. */
  close(code: CloseCode, reason: string): void;
}

/** A session, as the transport sees it. */
export interface Session {
  readonly id: string;
  /** Answers adopt, render or acknowledge; an earlier connection is closed as replaced. */
  join(connection: Connection, frame: JoinFrame): void;
  /** Takes events and acknowledgements; what comes from a connection that was replaced is ignored. */
  receive(connection: Connection, frame: ClientFrame): void;
  /** The socket is closed. */
  leave(connection: Connection): void;
  /** Bytes have gone out: the window may be open again. */
  drained(connection: Connection): void;
}

/** What a session needs of its table, shared by all sessions. */
export interface SessionHost {
  readonly clock: Clock;
  /** Milliseconds a session is kept after its connection was lost. */
  readonly grace: number;
  readonly report: Reporter;
  /** Where topics and shared actors are reached. */
  readonly hub: Hub;
  /** Publishes a message on a topic; `id` is the effect's. */
  publish(topic: string, message: AnyMessage, id: string): void;
  /** Sends a message to a shared actor; `id` is the effect's. */
  send(name: string, message: AnyMessage, id: string): void;
  /** Runs something soon, when what has arrived by now has been read. */
  defer(run: () => void): void;
  /** A connection has joined. */
  joined(session: LiveSession): void;
  /** The connection was lost. */
  left(session: LiveSession): void;
  /** The session is over. */
  ended(session: LiveSession): void;
}

/** What a session starts with. */
export interface SessionStart {
  readonly id: string;
  readonly component: AnyComponent;
  readonly props: object;
  /** Whether it takes the place of a session that is gone, whose page some client still shows. */
  readonly fresh: boolean;
}

// LIFE ------------------------------------------------------------------------

/** The life of a session that somebody has joined. Built once; what differs comes as input. */
const life = setup({
  types: {} as {
    context: { session: LiveSession; grace: number };
    input: { session: LiveSession; grace: number };
    events: { type: 'joined' } | { type: 'left' } | { type: 'stopped' };
  },
  delays: { grace: ({ context }) => context.grace },
  actions: { end: ({ context }) => context.session.end() },
}).createMachine({
  id: 'session',
  context: ({ input }) => input,
  initial: 'attached',
  on: { stopped: '.ended', 'xstate.error.actor.*': {}, 'xstate.done.actor.*': {} },
  states: {
    attached: { on: { left: 'detached' } },
    detached: { on: { joined: 'attached' }, after: { grace: 'ended' } },
    ended: { type: 'final', entry: 'end' },
  },
});

// SESSION ---------------------------------------------------------------------

/** A session at work. */
export class LiveSession implements Session, TreeHost {
  readonly id: string;
  readonly tree: Tree;
  page = 0;
  readonly #host: SessionHost;
  readonly #fresh: boolean;
  #root: AnyActorRef | undefined;
  #hasBegun = false;
  #connection: Connection | undefined;
  #mirror: Mirror | undefined;
  #window = new Window();
  #ledger = new Ledger();
  /** Whether the client has asked, on this connection, for the whole page and not got it yet. */
  #asked = false;
  /** The number of the last frame that wrote the page whole; a client that has not seen it gets another. */
  #whole = 0;
  /** How many frames the client had applied when a fresh page was begun, until it is known to have that. */
  #unseen: number | undefined;

  constructor(host: SessionHost, { id, component, props, fresh }: SessionStart) {
    this.#host = host;
    this.id = id;
    this.#fresh = fresh;
    this.tree = new Tree(component, props, this);
  }

  /** What the page shows; `null` once the session has ended. */
  get rendered(): Value {
    return this.tree.rendered;
  }

  /** Runs `init` and `view` of all that stands in the page; throws, or rejects, as `Cell.prepare`. */
  prepare(): Promise<void> | void {
    return this.tree.prepare();
  }

  /** Ends it, whatever it is doing; its connection is closed as going away. */
  stop(): void {
    if (this.tree.isOver) return;
    if (this.#hasBegun) this.#root?.send({ type: 'stopped' });
    else this.end();
  }

  /** The last thing a session does. Called by its life. */
  end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#host.left(this);
    this.tree.stop();
    this.#host.ended(this);
    connection?.close(CloseCode.GoingAway, 'The session has ended.');
  }

  // TREE HOST -----------------------------------------------------------------

  get clock(): Clock {
    return this.#host.clock;
  }

  get report(): Reporter {
    return this.#host.report;
  }

  get hub(): Hub {
    return this.#host.hub;
  }

  publish(topic: string, message: AnyMessage, id: string): void {
    this.#host.publish(topic, message, id);
  }

  send(name: string, message: AnyMessage, id: string): void {
    this.#host.send(name, message, id);
  }

  defer(run: () => void): void {
    this.#host.defer(run);
  }

  system(): AnyActorRef {
    if (this.#root === undefined) {
      const { clock, grace, report } = this.#host;
      const root = createActor(life, { clock, id: this.id, input: { session: this, grace } });
      root.subscribe({ error: (error: unknown) => void report(ErrorCode.Internal, error, { session: this.id }) });
      this.#root = root;
    }

    return this.#root;
  }

  turned(events: number): void {
    this.#ledger.process(events);
    this.#flush();
  }

  // CONNECTIONS ---------------------------------------------------------------

  join(connection: Connection, frame: JoinFrame): void {
    if (this.tree.isOver) {
      connection.close(CloseCode.GoingAway, 'The session has ended.');
      return;
    }
    const earlier = this.#connection;
    this.#connection = connection;
    this.#asked = false;
    earlier?.close(CloseCode.Replaced, 'The page has joined on another connection.');
    if (this.#hasBegun) this.#root?.send({ type: 'joined' });
    else this.#begin();
    if (earlier === undefined) this.#host.joined(this);
    this.#answer(frame);
    this.#flush();
  }

  leave(connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#root?.send({ type: 'left' });
    this.#host.left(this);
  }

  drained(connection: Connection): void {
    if (connection === this.#connection) this.#flush();
  }

  receive(connection: Connection, frame: ClientFrame): void {
    if (connection !== this.#connection || frame.kind === ClientKind.Join) return;
    if (!this.#window.acknowledge(frame.frames)) {
      this.#dismiss(CloseCode.Malformed, 'More frames acknowledged than were sent.');
      return;
    }
    if (frame.frames > 0) {
      this.#unseen = undefined;
      this.#mirror?.acknowledge(this.#window.acknowledged);
    }
    if (frame.kind === ClientKind.Events) this.#take(frame.events);
    else if ((frame.ask & Ask.Render) !== 0) this.#asked = true;
    if (frame.frames > 0 || this.#asked) this.#flush();
    if (frame.kind === ClientKind.Acknowledge && (frame.ask & Ask.Sign) !== 0) this.#acknowledge(0);
  }

  /** Closes the connection for what its client did; nothing more is taken from it. */
  #dismiss(code: CloseCode, reason: string): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.leave(connection);
    connection.close(code, reason);
  }

  /** Starts the actors. */
  #begin(): void {
    this.#hasBegun = true;
    const root = this.system();
    root.start();
    releaseOptions(root);
    this.tree.begin();
  }

  /** Answers a join: adopt, acknowledge or render. */
  #answer(frame: JoinFrame): void {
    const mirror = this.#mirror;
    if (mirror === undefined && !this.#fresh && frame.frame === 0) this.#adopt(frame);
    else if (mirror === undefined || frame.frame === this.#unseen) this.#startPage(frame, Reason.Fresh);
    else if (frame.frame === 0) this.#startPage(frame, Reason.Resumed);
    else this.#resume(frame, mirror);
  }

  #adopt(frame: JoinFrame): void {
    this.page++;
    this.#mirror = new Mirror(frame.hashes);
    this.#send({ kind: ServerKind.Adopt, tree: describeAdoption(this.#mirror, this.rendered), processed: 0 });
    this.#whole = this.#window.sent;
  }

  /**
   * A client whose page this session has not made, or not in this state: everything is sent. A fresh page
   * counts frames from the start, so a client that comes back without having got it is known by its old count.
   */
  #startPage(frame: JoinFrame, reason: Reason): void {
    this.page++;
    this.#unseen = reason === Reason.Fresh ? frame.frame : undefined;
    this.#mirror = new Mirror(frame.hashes);
    this.#window = new Window();
    this.#ledger = new Ledger();
    this.#renderWhole(reason, 0);
  }

  /** A client that was here before: it gets what it missed, or everything if that is gone or contains everything. */
  #resume(frame: JoinFrame, mirror: Mirror): void {
    this.#unseen = undefined;
    const missed = frame.frame < this.#whole ? undefined : this.#window.since(frame.frame);
    const coming = missed?.reduce((sum, { processed }) => sum + processed, 0);
    const processed = coming === undefined ? undefined : this.#ledger.resume(frame.processed, coming);
    if (missed === undefined || processed === undefined) {
      this.#mirror = new Mirror(frame.hashes);
      this.#window = new Window(frame.frame);
      this.#renderWhole(Reason.Resumed, this.#ledger.restart(frame.processed));
      return;
    }
    this.#window.acknowledge(frame.frame - this.#window.acknowledged);
    mirror.acknowledge(frame.frame);
    this.#acknowledge(processed);
    for (const { bytes } of missed) this.#connection?.send(bytes);
  }

  // EVENTS --------------------------------------------------------------------

  /** Looks up what stands where events happened and puts their messages into the inbox, as far as they can be taken. */
  #take(events: readonly EventRecord[]): void {
    for (const event of events) {
      if (!this.#ledger.receive()) continue;
      if (this.tree.inbox.isFull) {
        this.#ledger.refuse();
        this.tree.overflow();
        this.#dismiss(CloseCode.Flood, 'The inbox is full.');
        return;
      }
      if (!this.#takeOne(event)) return;
    }
  }

  /** False if the event cannot be read: it counts, so that it does not come again, and the client is closed. */
  #takeOne(event: EventRecord): boolean {
    const instance = this.#mirror?.find(event.instance as number, this.#window.acknowledged);
    const cell = instance?.mount?.cell ?? this.tree.root;
    try {
      this.tree.put(cell, this.#message(event, instance, cell), this.page);
      return true;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.tree.put(cell, undefined, this.page);
      this.#dismiss(CloseCode.Malformed, error.message);
      return false;
    }
  }

  /** The message an event leads to; `undefined` if nothing stands there or the handler says so. */
  #message(event: EventRecord, instance: Instance | undefined, cell: Cell): AnyMessage | undefined {
    const part = instance?.definition.parts[event.part];
    if (part?.kind !== PartKind.Event) return undefined;
    const value = instance?.values[event.part] as EventValue | null;
    if (typeof value !== 'function') return value ?? undefined;
    const data = decodePayload(part.name, event.payload);
    try {
      return checkedMessage(value(data as never), part.name);
    } catch (error) {
      this.tree.report(ErrorCode.Handler, error, cell);
      return undefined;
    }
  }

  // FRAMES --------------------------------------------------------------------

  /** Sends the difference to what the client shows, if there is one and the window is open. */
  #flush(): void {
    const connection = this.#connection;
    const mirror = this.#mirror;
    if (connection === undefined || mirror === undefined || mirror.isFull) return;
    if (!this.#window.isOpen(connection.buffered)) return;
    if (this.#asked) this.#renderAsked(mirror);
    else if (this.rendered !== mirror.content || this.tree.hasStale) this.#sendDifference(mirror);
    if (this.#ledger.owed > 0) this.#acknowledge(this.#ledger.tell());
  }

  /** If that fails nobody knows what the client shows: it is closed, and gets the whole page when it comes back. */
  #sendDifference(mirror: Mirror): void {
    let changes: Patch;
    try {
      changes = diff(mirror, this.rendered, this.#window.sent + 1, this.tree.takeStale());
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error, { session: this.id });
      this.#whole = Number.POSITIVE_INFINITY;
      this.#dismiss(CloseCode.TryLater, 'The page could not be brought up to date.');
      return;
    }
    if (changes.length > 0) this.#send({ kind: ServerKind.Patch, changes, processed: this.#ledger.tell(), late: 0 });
  }

  /** The whole page for a client that knows no definition for sure. */
  #renderAsked(mirror: Mirror): void {
    this.#asked = false;
    mirror.forget();
    this.#renderWhole(Reason.Resumed, this.#ledger.tell());
  }

  #renderWhole(reason: Reason, processed: number): void {
    const tree = describePage(this.#mirror as Mirror, this.rendered, this.#window.sent + 1);
    this.#send({ kind: ServerKind.Render, tree, processed, reason });
    this.#whole = this.#window.sent;
  }

  #acknowledge(processed: number): void {
    this.#connection?.send(encodeFrame({ kind: ServerKind.Acknowledge, processed }));
  }

  /** Sends a numbered frame. */
  #send(frame: NumberedFrame): void {
    const bytes = encodeFrame(frame);
    this.#window.push(bytes, frame.processed);
    this.#connection?.send(bytes);
  }
}

/** A frame that counts. */
type NumberedFrame = Extract<
  ServerFrame,
  { kind: typeof ServerKind.Adopt | typeof ServerKind.Render | typeof ServerKind.Patch }
>;

/** What a handler may return. */
function checkedMessage(given: unknown, event: string): AnyMessage | undefined {
  const message = present(
    given,
    `The handler of @${event} returned a promise; it returns a message at once. What takes time is declared as a task.`,
    ErrorCode.Handler
  );
  if (message === null || message === undefined || message === false) return undefined;
  if (typeof (message as { type?: unknown }).type === 'string') return message as AnyMessage;

  throw new TroupeError(
    ErrorCode.Handler,
    `The handler of @${event} returned ${String(message)}; it returns a message (an object with a type), null or false.`
  );
}
