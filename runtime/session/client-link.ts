/**
 * The client link: the server's end of one client. It holds what the client shows (the client tree), the frames on their
 * way (`frame-sender.ts`), and which of its events are processed (`event-counter.ts`, `page-loads.ts`). `session.ts` has
 * one and lets it answer joins as `join.ts` decides; then the connection calls it. The component tree knows no clients.
 *
 * Events that arrive become envelopes (`client-events.ts`) in the mailbox. After each turn one frame has its changes.
 */

import { ErrorCode } from '../platform/errors.js';
import { ClientTree } from '../render/client-tree.js';
import { describeAdoption, describePage, diff } from '../render/diff.js';
import { ShownPage } from '../render/shown-page.js';
import type { Malformed } from '../wire/decode.js';
import type { Patch, Wire } from '../wire/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  CloseCode,
  type Command,
  type EventRecord,
  Reason,
  ServerKind,
} from '../wire/protocol.js';
import { ClientEvents, type ClientEventsOwner } from './client-events.js';
import { EventCounter } from './event-counter.js';
import { type Connection, FrameSender } from './frame-sender.js';
import type { JoinDecision, JoinFrame, JoinState, Missed, RejoinReason } from './join.js';
import { type PageLoadRecord, PageLoads } from './page-loads.js';
import type { SessionEnvironment } from './session-environment.js';

// TYPES -----------------------------------------------------------------------

/** The session of a client link, as the link calls it. */
export interface ClientLinkOwner extends ClientEventsOwner {
  /** The connection is lost, or was closed. */
  lost(): void;
  /** Whether the session continues in memory alone. `isCrowded`: its client keeps as many events as it may. */
  continuesUnstored(isCrowded: boolean): boolean;
}

// CLIENT LINK -----------------------------------------------------------------

/** The client link of one session. */
export class ClientLink {
  readonly #env: SessionEnvironment;
  readonly #owner: ClientLinkOwner;
  readonly #events: ClientEvents;
  #loads = new PageLoads();
  /** When the last connection of the present page load was opened. */
  #latest = 0;
  #clientTree: ClientTree | undefined;
  readonly #sender: FrameSender;
  #counter = new EventCounter();
  #rejoin: RejoinReason | undefined;
  /** Whether the client has asked, on this connection, for the whole page and has not got it yet. */
  #isAsked = false;
  /** As long as `#rejoin` is set: the number of the client's last frame when it got the whole page for that reason. */
  #unseen: number | undefined;

  constructor(env: SessionEnvironment, owner: ClientLinkOwner, rejoin: RejoinReason | undefined) {
    this.#env = env;
    this.#owner = owner;
    this.#events = new ClientEvents(owner, this);
    this.#sender = new FrameSender(owner, env.clock);
    this.#rejoin = rejoin;
  }

  // STORING -------------------------------------------------------------------

  /** The page load that has the session, '' if none has had it. */
  get load(): string {
    return this.#loads.present;
  }

  /** How many of its events are processed. */
  get processed(): number {
    return this.#counter.processed;
  }

  /** Its page loads, as they can be stored between turns: none until the client of a fresh session knows what it has lost. */
  save(): readonly PageLoadRecord[] {
    return this.#rejoin?.reason === Reason.Fresh ? [] : this.#loads.records(this.#counter.processed);
  }

  /** Goes on with what was stored. */
  restore(records: readonly PageLoadRecord[]): void {
    this.#loads = PageLoads.from(records);
    this.#counter = new EventCounter(records.at(-1)?.applied);
  }

  /** The store holds a state with these page loads; the client gets to know how many of its events are durable, if that is new. */
  stored(records: readonly PageLoadRecord[], isNew = false): void {
    if (records.at(-1)?.load !== this.load || this.#env.isVolatile) return;
    this.#counter.store(this.#loads.numberOf(records), isNew);
    this.flush();
  }

  /** The name of an event, by its number. */
  nameOf(event: number): string {
    return this.#loads.nameOf(event);
  }

  // CONNECTIONS ---------------------------------------------------------------

  get isConnected(): boolean {
    return this.#sender.connection !== undefined;
  }

  /** Takes a connection in place of the one it had, which is closed as replaced. */
  connect(connection: Connection): void {
    const earlier = this.#sender.connection;
    this.#sender.connection = connection;
    this.#latest = connection.opened;
    this.#isAsked = this.#events.hasReported = false;
    earlier?.close(CloseCode.Replaced, 'The page has joined on another connection.');
  }

  /** The socket of a connection is closed. */
  leave(connection: Connection): void {
    if (connection !== this.#sender.connection) return;
    this.#sender.connection = undefined;
    this.#owner.lost();
  }

  /** Bytes of a connection have gone out: the send window may be open again. */
  drained(connection: Connection): void {
    if (connection === this.#sender.connection) this.flush();
  }

  /** Closes the connection; nothing more is taken from it. */
  dismiss(code: CloseCode, reason: string): void {
    const connection = this.#sender.connection;
    if (connection === undefined) return;
    this.#sender.connection = undefined;
    this.#owner.lost();
    connection.close(code, reason);
  }

  /** Tells the client to do something. */
  command(name: (typeof Command)[keyof typeof Command], ...operands: readonly Wire[]): void {
    if (this.#sender.connection !== undefined) this.#sender.send({ kind: ServerKind.Command, name, operands }, 0);
  }

  // JOINING -------------------------------------------------------------------

  /**
   * What is known of the client when a join arrives, for `decideJoin`.
   *
   * @param hasTicket whether the client has a valid adoption ticket
   */
  joinState({ opened }: Connection, frame: JoinFrame, hasTicket: boolean): JoinState {
    const { tree } = this.#owner;

    return {
      isOver: tree.isOver,
      load: this.load,
      isOvertaken: opened < this.#latest,
      hasTree: this.#clientTree !== undefined,
      processed: this.#counter.processed,
      hasEvents: tree.mailbox.hasEvents,
      hasTicket,
      rejoin: this.#rejoin,
      unseen: this.#unseen,
      whole: this.#sender.whole,
      missed: this.#missedBy(frame),
    };
  }

  /** What a client has missed, if all of that can be sent. */
  #missedBy({ frame, processed }: JoinFrame): Missed | undefined {
    const frames = this.#sender.since(frame);
    if (frames === undefined) return undefined;
    const coming = frames.reduce((sum, sent) => sum + sent.processed, 0);
    const events = this.#counter.missedBy(processed, coming, this.#env.isVolatile ? 0 : frames.length);

    return events === undefined ? undefined : { frames, events };
  }

  /**
   * Answers a join as decided: adopt, acknowledge or render. Returns how the client has come back; `undefined` if it
   * shows the page as it was last rendered for it.
   */
  answer(frame: JoinFrame, decision: Exclude<JoinDecision, { kind: 'refuse' }>): Reason | undefined {
    switch (decision.kind) {
      case 'adopt':
        if (decision.isTakeover) this.#takeOver(frame);
        return this.#adopt(frame);
      case 'render':
        return this.#render(
          frame,
          decision.rejoin,
          decision.isTakeover ? this.#takeOver(frame) : this.#loads.contained(this.processed)
        );
      case 'rerender':
        return this.#rerender(frame);
      case 'resume':
        return this.#resume(frame, decision.missed);
    }
  }

  /** Processes the events that wait, and counts by the join from then on. Returns how many of its events are processed. */
  #takeOver(frame: JoinFrame): number {
    const isRestored = frame.load === this.load && this.#clientTree === undefined;
    // The client that joins has no page yet: it gets no difference of what these turns change.
    this.#clientTree = undefined;
    // Only for events: what subscriptions have just begun to send comes after the page that the client already shows.
    if (this.#owner.tree.mailbox.hasEvents) this.#owner.tree.catchUp();
    const done = this.#loads.change(frame, this.processed);
    // Durable events are not sent again by the client, even if the state has lost them.
    const durable = this.#env.isVolatile || isRestored ? done : Math.min(done, frame.durable);
    this.#counter = new EventCounter(Math.max(done, frame.durable), durable);
    this.#owner.tree.pageLoad++;

    return done;
  }

  #newTree({ hashes }: JoinFrame): ClientTree {
    return new ClientTree(hashes, this.#env.clock);
  }

  #adopt(frame: JoinFrame): undefined {
    this.#rejoin = this.#unseen = undefined;
    this.#clientTree = this.#newTree(frame);
    this.#sender.restart();
    const tree = describeAdoption(this.#clientTree, this.#owner.tree.rendered);
    this.#counter.restart(0);
    this.#sender.send({ kind: ServerKind.Adopt, tree, processed: this.processed, late: this.#late }, 0);

    return undefined;
  }

  /**
   * Sends everything, to a client that does not know this session or this state of it. Frames are counted from the
   * start, so that a client that comes back without having applied this is recognised by its old count.
   *
   * @param done how many of its events are processed
   */
  #render(frame: JoinFrame, rejoin: RejoinReason, done: number): Reason {
    this.#rejoin = rejoin;
    this.#unseen = frame.frame;
    this.#clientTree = this.#newTree(frame);
    this.#sender.restart();
    this.#counter.restart(0);
    this.#sendPage(rejoin.reason, done, rejoin.token);

    return rejoin.reason;
  }

  /** Sends everything, to a client that knows this session but has missed more than was kept. */
  #rerender(frame: JoinFrame): Reason {
    this.#clientTree = this.#newTree(frame);
    this.#sender.restart(frame.frame);
    this.#sendPage(Reason.Resumed, this.#counter.restart(frame.processed));

    return Reason.Resumed;
  }

  #resume(frame: JoinFrame, { frames, events }: Missed): Reason {
    this.#counter.resume(frame.processed, events);
    this.#hasApplied(frame.frame - this.#sender.acknowledged);
    this.#acknowledge(events);
    for (const sent of frames) this.#sender.repeat(sent);
    // These frames say what was durable when they were made.
    if (frames.length > 0 && !this.#env.isVolatile) this.#acknowledge(0);

    return Reason.Resumed;
  }

  /** The client has applied so many more frames. Returns false if it cannot have. */
  #hasApplied(frames: number): boolean {
    if (!this.#sender.acknowledge(frames)) return false;
    if (frames === 0) return true;
    this.#rejoin = this.#unseen = undefined;
    this.#loads.settle();
    this.#clientTree?.acknowledge(this.#sender.acknowledged);

    return true;
  }

  // EVENTS --------------------------------------------------------------------

  /** Receives events and acknowledgements. What comes on a connection that was replaced is ignored. */
  receive(connection: Connection, frame: ClientFrame, bytes = 0): void {
    if (connection !== this.#sender.connection) return;
    this.#owner.observe()?.({ kind: 'received', frame, bytes });
    if (frame.kind === ClientKind.Join) return;
    if (!this.#hasApplied(frame.frames)) {
      return this.dismiss(CloseCode.Malformed, 'More frames acknowledged than were sent.');
    }
    if (this.#sender.isStalled(this.#clientTree)) return this.dismiss(CloseCode.Silent, 'No frame is acknowledged.');
    if (frame.kind === ClientKind.Events) this.#enqueue(frame.events, connection);
    else if ((frame.ask & Ask.Render) !== 0) this.#isAsked = true;
    if (frame.frames > 0 || this.#isAsked) this.flush();
    if (frame.kind === ClientKind.Acknowledge && (frame.ask & Ask.Sign) !== 0) this.#acknowledge(0);
  }

  /** Puts the envelopes of events into the mailbox, as far as it has room. */
  #enqueue(events: readonly EventRecord[], connection: Connection): void {
    const { tree } = this.#owner;
    const shown = this.#clientTree && new ShownPage(this.#clientTree, this.#sender.acknowledged);
    for (const event of events) {
      const number = this.#counter.receive();
      if (number === 0) continue;
      if (tree.mailbox.isFull) {
        this.#counter.refuse();
        tree.overflow();
        return this.dismiss(CloseCode.Flood, 'The mailbox is full.');
      }
      tree.post(this.#events.envelope(event, number, connection, shown));
      if (connection !== this.#sender.connection) return;
    }
  }

  isInherited(event: number): boolean {
    return !this.nameOf(event).startsWith(`${this.load}.`);
  }

  drop(): void {
    this.#counter.drop();
  }

  refuse(connection: Connection, error: Malformed): void {
    if (connection === this.#sender.connection) this.dismiss(CloseCode.Malformed, error.message);
  }

  // FRAMES --------------------------------------------------------------------

  /** A turn has taken so many events. It began at `now`, if that is known. */
  turned(events: number, now?: number): void {
    this.#counter.process(events);
    this.flush(now);
    this.#sender.connection?.turned?.();
  }

  /** Sends the difference to what the client shows, if there is one and the window is open. */
  flush(now?: number): void {
    const clientTree = this.#clientTree;
    if (clientTree === undefined || !this.#sender.canSend(clientTree)) return;
    const { tree } = this.#owner;
    if (this.#isAsked) this.#sendAsked(clientTree);
    else if (clientTree.content !== tree.rendered || clientTree.isEdited || tree.hasStale)
      this.#sendDifference(clientTree, now);
    if (this.#counter.owed > 0 || this.#counter.isUntold) this.#acknowledge(this.#counter.tell());
  }

  /** If the diff throws, what the client shows is unknown: its connection is closed, and it gets the whole page with its next join. */
  #sendDifference(clientTree: ClientTree, now?: number): void {
    const { id, probe, tree } = this.#owner;
    let changes: Patch;
    const begun = probe === undefined ? 0 : performance.now();
    try {
      changes = diff(clientTree, tree.rendered, this.#sender.next, tree.takeStale(), now);
    } catch (error) {
      this.#env.report(ErrorCode.Internal, error, { session: id });
      this.#sender.whole = Number.POSITIVE_INFINITY;
      this.dismiss(CloseCode.TryLater, 'The page could not be brought up to date.');
      return;
    }
    probe?.({ kind: 'diffed', changes: changes.length / 3, took: performance.now() - begun });
    if (changes.length === 0) return;
    const processed = this.#counter.tell();
    this.#sender.send({ kind: ServerKind.Patch, changes, processed, late: this.#late }, processed);
  }

  /** Sends the whole page to a client that is not sure of any definition. */
  #sendAsked(clientTree: ClientTree): void {
    this.#isAsked = false;
    clientTree.forget();
    this.#sendPage(Reason.Resumed, this.#counter.tell());
  }

  #sendPage(reason: Reason, processed: number, token = ''): void {
    const tree = describePage(this.#clientTree as ClientTree, this.#owner.tree.rendered, this.#sender.next);
    this.#sender.send({ kind: ServerKind.Render, tree, processed, reason, late: this.#late, token }, processed);
  }

  #acknowledge(processed: number): void {
    const dropped = this.#counter.takeDropped();
    this.#sender.sendUncounted({ kind: ServerKind.Acknowledge, processed, late: this.#late, dropped });
  }

  /** How many fewer events are stored than the client knows to be processed; `null` if it is to keep none of them. */
  get #late(): number | null {
    if (this.#env.isVolatile) return 0;
    const { isCrowded, late } = this.#counter;

    return this.#owner.continuesUnstored(isCrowded) ? null : late;
  }
}
