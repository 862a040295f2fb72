/**
 * The session actor: one page of one visitor. Client frames come in from `transport.ts`, become letters
 * in the inbox, are taken by turns (`turn.ts`), and what the page then shows differently goes out as one
 * frame. `sessions.ts` makes sessions and keeps them.
 *
 * A session is dormant from the first page until somebody joins: it has state and a rendered tree, but no
 * actor runs. Its life from then on is an XState machine, the root of its own system; the component and
 * the subscriptions are actors in that system. Client events do not pass through the machine.
 */

import { Actor, type AnyActorLogic, type AnyActorRef, createActor, setup } from 'xstate';
import { Cell } from './cell.js';
import type { Clock } from './clock.js';
import { decodePayload, encodeFrame } from './codec.js';
import type { AnyComponent, ComponentSnapshot } from './component.js';
import { Malformed } from './decode.js';
import { describeAdoption, describePage, diff } from './diff.js';
import type { Effect } from './effect.js';
import { ErrorCode, TroupeError } from './errors.js';
import type { AnyMessage } from './html.js';
import { Inbox } from './inbox.js';
import { Ledger } from './ledger.js';
import { Mirror } from './mirror.js';
import { PartKind } from './patch.js';
import { Ask, type ClientFrame, ClientKind, CloseCode, type EventRecord, Reason, type ServerFrame, ServerKind } from './protocol.js';
import type { EventValue, Value } from './rendered.js';
import type { Reporter } from './report.js';
import { type Port, Subscriptions } from './subscriptions.js';
import { runTurn, type TurnPowers } from './turn.js';
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
  readonly snapshot: ComponentSnapshot<unknown>;
  readonly rendered: Value;
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
export class LiveSession implements Session, TurnPowers {
  readonly id: string;
  readonly component: AnyComponent;
  readonly inbox = new Inbox();
  /** The page that is joined, counted from 1; events of earlier pages are taken but no longer counted. */
  page = 1;
  readonly #host: SessionHost;
  readonly #fresh: boolean;
  /** What it starts with, until somebody joins. */
  #dormant: SessionStart | undefined;
  #root: AnyActorRef | undefined;
  #cell: Cell | undefined;
  #subscriptions: Subscriptions | undefined;
  #connection: Connection | undefined;
  #mirror: Mirror | undefined;
  #window = new Window();
  #ledger = new Ledger();
  #scheduled = false;
  /** Whether the client has asked for the whole page and not got it yet. */
  #asked = false;
  readonly #run = (): void => this.#turn();

  constructor(host: SessionHost, start: SessionStart) {
    this.#host = host;
    this.id = start.id;
    this.component = start.component;
    this.#fresh = start.fresh;
    this.#dormant = start;
  }

  /** What the page shows; `null` once the session has ended. */
  get rendered(): Value {
    return this.#cell?.rendered ?? this.#dormant?.rendered ?? null;
  }

  /** The state of its component, unless the session has ended. */
  get snapshot(): ComponentSnapshot<unknown> | undefined {
    return this.#cell?.snapshot ?? this.#dormant?.snapshot;
  }

  /** Ends it, whatever it is doing; its connection is closed as going away. */
  stop(): void {
    if (this.#root === undefined) this.end();
    else this.#root.send({ type: 'stopped' });
  }

  /** The last thing a session does. Called by its life. */
  end(): void {
    if (this.#connection !== undefined) this.#host.left(this);
    this.#connection?.close(CloseCode.GoingAway, 'The session has ended.');
    this.#connection = undefined;
    this.#subscriptions?.stop();
    this.#cell?.actor.send({ type: 'xstate.stop' });
    this.#cell = undefined;
    this.#dormant = undefined;
    this.#host.ended(this);
  }

  // CONNECTIONS ---------------------------------------------------------------

  join(connection: Connection, frame: JoinFrame): void {
    const earlier = this.#connection;
    this.#connection = connection;
    earlier?.close(CloseCode.Replaced, 'The page has joined on another connection.');
    const mirror = this.#mirror;
    if (mirror === undefined) this.#begin();
    else this.#root?.send({ type: 'joined' });
    if (earlier === undefined) this.#host.joined(this);
    this.#answer(frame, mirror);
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
      connection.close(CloseCode.Malformed, 'More frames acknowledged than were sent.');
      return;
    }
    if (frame.frames > 0) this.#mirror?.acknowledge(this.#window.acknowledged);
    if (frame.kind === ClientKind.Events) for (const event of frame.events) this.#take(event);
    else this.#asks(frame.ask);
    if (frame.frames > 0 || this.#asked) this.#flush();
  }

  #asks(ask: number): void {
    if ((ask & Ask.Render) !== 0) this.#asked = true;
    if ((ask & Ask.Sign) !== 0) this.#acknowledge(this.#ledger.tell());
  }

  /** Starts the actors. */
  #begin(): void {
    const { snapshot, rendered } = this.#dormant as SessionStart;
    const { id, component } = this;
    const { clock, grace, report } = this.#host;
    const root = createActor(life, { clock, id, input: { session: this, grace } });
    const failed = (error: unknown): void => void report(ErrorCode.Internal, error, { session: id });
    root.subscribe({ error: failed });
    root.start();
    const actor: AnyActorRef = new Actor(component as unknown as AnyActorLogic, { parent: root, id: component.name, snapshot });
    actor.subscribe({ error: failed });
    actor.start();
    this.#root = root;
    this.#cell = new Cell(component, actor, rendered, (code, error, name) => {
      report(code, error, { session: id, component: name });
    });
    this.#dormant = undefined;
    this.committed(this.#cell);
  }

  /** Answers a join: adopt, acknowledge or render. */
  #answer(frame: JoinFrame, mirror: Mirror | undefined): void {
    if (mirror === undefined) {
      if (this.#fresh || frame.frame > 0) this.#startPage(frame, Reason.Fresh);
      else this.#adopt(frame);
    } else if (frame.frame === 0) {
      this.page++;
      this.#startPage(frame, Reason.Resumed);
    } else {
      this.#resume(frame, mirror);
    }
  }

  #adopt(frame: JoinFrame): void {
    this.#mirror = new Mirror(frame.hashes);
    this.#send({ kind: ServerKind.Adopt, tree: describeAdoption(this.#mirror, this.rendered), processed: 0 });
  }

  /** A client whose page this session has not made, or not in this state: everything is sent. */
  #startPage(frame: JoinFrame, reason: Reason): void {
    this.#mirror = new Mirror(frame.hashes);
    this.#window = new Window();
    this.#ledger = new Ledger();
    this.#renderWhole(reason, 0);
  }

  /** A client that was here before: it gets what it missed, or everything if that is gone. */
  #resume(frame: JoinFrame, mirror: Mirror): void {
    const missed = this.#window.since(frame.frame);
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

  /** Looks up what stands where the event happened and puts its message into the inbox. */
  #take(event: EventRecord): void {
    if (!this.#ledger.receive()) return;
    try {
      this.#put(this.#message(event), this.page);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#connection?.close(CloseCode.Malformed, error.message);
    }
  }

  /** The message an event leads to; `undefined` if nothing stands there or the handler says so. */
  #message(event: EventRecord): AnyMessage | undefined {
    const instance = this.#mirror?.find(event.instance, this.#window.acknowledged);
    const part = instance?.definition.parts[event.part];
    if (part?.kind !== PartKind.Event) return undefined;
    const value = instance?.values[event.part] as EventValue | null;
    if (typeof value !== 'function') return value ?? undefined;
    const data = decodePayload(part.name, event.payload);
    try {
      return checkedMessage(value(data as never), part.name);
    } catch (error) {
      this.#host.report(ErrorCode.Handler, error, { session: this.id, component: this.component.name });
      return undefined;
    }
  }

  #put(message: AnyMessage | undefined, page: number, taken?: () => void): void {
    const cell = this.#cell;
    if (cell === undefined) taken?.();
    else if (!this.inbox.push({ cell, message, at: this.now(), page, taken })) this.#overflow(page, taken);
    else if (!this.#scheduled) this.#schedule();
  }

  /** The inbox is full: a client is closed for it; a subscription goes on without this message. */
  #overflow(page: number, taken: (() => void) | undefined): void {
    const error = new TroupeError(ErrorCode.Overflow, `The inbox of session ${this.id} is full; a message was dropped.`);
    this.#host.report(ErrorCode.Overflow, error, { session: this.id });
    if (page > 0) this.#connection?.close(CloseCode.Flood, 'The inbox is full.');
    taken?.();
  }

  #schedule(): void {
    this.#scheduled = true;
    this.#host.defer(this.#run);
  }

  // TURN ----------------------------------------------------------------------

  now(): number {
    return this.#host.clock.now();
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#cell === undefined) return;
    try {
      const { events, more } = runTurn(this);
      this.#ledger.process(events);
      if (more) this.#schedule();
      this.#flush();
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error, { session: this.id });
    }
  }

  /** Brings the subscriptions of a component up to date with its model. */
  committed(cell: Cell): void {
    const { component, snapshot } = cell;
    try {
      const declared = component.subscriptions(snapshot.context as never);
      if (declared.length === 0 && this.#subscriptions === undefined) return;
      this.#subscriptions ??= new Subscriptions(this.#root as AnyActorRef, this.#port(component.name));
      this.#subscriptions.update(declared);
    } catch (error) {
      this.#host.report(ErrorCode.Subscription, error, { session: this.id, component: component.name });
    }
  }

  perform(_cell: Cell, effect: Effect): void {
    this.#put(effect.message, 0);
  }

  #port(component: string): Port {
    return {
      clock: this.#host.clock,
      deliver: (message) => new Promise((resolve) => this.#put(message, 0, resolve)),
      report: (error) => void this.#host.report(ErrorCode.Subscription, error, { session: this.id, component }),
    };
  }

  // FRAMES --------------------------------------------------------------------

  /** Sends the difference to what the client shows, if there is one and the window is open. */
  #flush(): void {
    const connection = this.#connection;
    const mirror = this.#mirror;
    if (connection === undefined || mirror === undefined || !this.#window.isOpen(connection.buffered)) return;
    if (this.#asked) this.#renderWhole(Reason.Resumed, this.#ledger.tell());
    else if (this.rendered !== mirror.content) this.#sendDifference(mirror);
    if (this.#ledger.owed > 0) this.#acknowledge(this.#ledger.tell());
  }

  #sendDifference(mirror: Mirror): void {
    try {
      const changes = diff(mirror, this.rendered, this.#window.sent + 1);
      if (changes.length === 0) return;
      this.#send({ kind: ServerKind.Patch, changes, processed: this.#ledger.tell(), durable: 0 });
    } catch (error) {
      this.#host.report(ErrorCode.Internal, error, { session: this.id });
      this.#renderWhole(Reason.Resumed, this.#ledger.tell());
    }
  }

  #renderWhole(reason: Reason, processed: number): void {
    this.#asked = false;
    const tree = describePage(this.#mirror as Mirror, this.rendered);
    this.#send({ kind: ServerKind.Render, tree, processed, reason });
  }

  #acknowledge(processed: number): void {
    this.#connection?.send(encodeFrame({ kind: ServerKind.Acknowledge, processed, durable: 0 }));
  }

  /** Sends a numbered frame. */
  #send(frame: NumberedFrame): void {
    const bytes = encodeFrame(frame);
    this.#window.push(bytes, frame.processed);
    this.#connection?.send(bytes);
  }
}

/** A frame that counts. */
type NumberedFrame = Extract<ServerFrame, { kind: typeof ServerKind.Adopt | typeof ServerKind.Render | typeof ServerKind.Patch }>;

/** What a handler may return. */
function checkedMessage(message: unknown, event: string): AnyMessage | undefined {
  if (message === null || message === undefined || message === false) return undefined;
  if (typeof (message as { type?: unknown }).type === 'string') return message as AnyMessage;

  throw new TroupeError(
    ErrorCode.Handler,
    `The handler of @${event} returned ${String(message)}; it returns a message (an object with a type), null or false.`,
  );
}
