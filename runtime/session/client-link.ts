/**
 * A page as its session knows it: what the client shows, what of its events is done, and the connection
 * over which both sides tell each other. `session.ts` has one; the tree of components behind it does not
 * know that there are clients.
 *
 * Frames that come in become letters in the tree's inbox; after each turn one frame goes out that says what
 * the page now shows differently.
 */

import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { synchronous } from '../platform/promise.js';
import { hidden } from '../platform/redact.js';
import { ClientTree } from '../render/client-tree.js';
import { describeAdoption, describePage, diff } from '../render/diff.js';
import type { EventValue, Instance } from '../render/nodes.js';
import { tellsSecret, typedSecrets } from '../render/secret-fields.js';
import type { AnyMessage } from '../template/html.js';
import { type ComponentInstance, instanceAt } from '../tree/component-instance.js';
import type { ComponentTree } from '../tree/component-tree.js';
import type { Envelope } from '../tree/mailbox.js';
import type { Probe } from '../tree/probe.js';
import { Malformed } from '../wire/decode.js';
import { decodePayload, encodeFrame } from '../wire/frame-codec.js';
import { PartKind, type Patch, type Wire } from '../wire/patch.js';
import {
  type Address,
  Ask,
  type ClientFrame,
  ClientKind,
  CloseCode,
  type Command,
  type EventRecord,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../wire/protocol.js';
import { EventCounter } from './event-counter.js';
import { type PageLoadRecord, PageLoads } from './page-loads.js';
import { SendWindow } from './send-window.js';
import { resolve } from './stable-address.js';

// TYPES -----------------------------------------------------------------------

/** The first frame of a connection. */
export type JoinFrame = Extract<ClientFrame, { kind: typeof ClientKind.Join }>;

/** One socket, as a page sees it. */
export interface Connection {
  /** Sends a frame; the bytes are not changed afterwards. */
  send(frame: Uint8Array): void;
  /** Bytes not yet handed to the kernel. */
  readonly buffered: number;
  /** When it was opened, among the connections of this process: a later one has a greater number. */
  readonly opened: number;
  /** Closes the socket. */
  close(code: CloseCode, reason: string): void;
}

/** What a client that knows another session, or another state of it, has to be told. */
export interface RejoinReason {
  readonly reason: typeof Reason.Restored | typeof Reason.Fresh | typeof Reason.Forked;
  /** The token of the session, if it is another than that of the page. */
  readonly token?: string | undefined;
}

/** What a page needs of its session. */
export interface ClientLinkHost {
  readonly id: string;
  readonly tree: ComponentTree;
  readonly report: Reporter;
  /** Whether nothing is stored while the session is in use: then what is processed is as safe as it gets. */
  readonly isVolatile: boolean;
  /** Is told what happens, if anybody looks. */
  readonly witness: Probe | undefined;
  /** The connection is given up. */
  lost(): void;
  /** These texts were typed into password fields. */
  typed(texts: readonly string[]): void;
}

/** A frame that counts. */
type NumberedFrame = Exclude<ServerFrame, { kind: typeof ServerKind.Acknowledge }>;

// PAGE ------------------------------------------------------------------------

/** The page of one session. */
export class ClientLink {
  /** Counted with each document: events of earlier ones are taken but no longer counted. 0 is what nobody's events have. */
  number = 1;
  readonly #host: ClientLinkHost;
  #loads = new PageLoads();
  #connection: Connection | undefined;
  /** When the last connection of the present document was opened. */
  #latest = 0;
  #mirror: ClientTree | undefined;
  #window = new SendWindow();
  #ledger = new EventCounter();
  #introduction: RejoinReason | undefined;
  /** Whether the client has asked, on this connection, for the whole page and not got it yet. */
  #asked = false;
  /** Whether it was reported, on this connection, that an event has come to nothing: who means harm could make thousands. */
  #hasReported = false;
  /** The number of the last frame that wrote the page whole; a client that has not seen it gets another. */
  #whole = 0;
  /** How many frames the client had applied when it was introduced, until it is known to have understood. */
  #unseen: number | undefined;

  constructor(host: ClientLinkHost, introduction: RejoinReason | undefined) {
    this.#host = host;
    this.#introduction = introduction;
  }

  // STORING -------------------------------------------------------------------

  /** The page load that has the session, '' if none has had it. */
  get load(): string {
    return this.#loads.present;
  }

  /** How many of its events are processed. */
  get processed(): number {
    return this.#ledger.processed;
  }

  /** Its page loads, as they can be stored between turns. */
  save(): readonly PageLoadRecord[] {
    return this.#loads.records(this.#ledger.processed);
  }

  /** Goes on with what was stored. */
  restore(records: readonly PageLoadRecord[]): void {
    this.#loads = PageLoads.from(records);
    this.#ledger = new EventCounter(records.at(-1)?.applied);
  }

  /** The store holds a state with these page loads; the client gets to know how many of its events are durable. */
  stored(records: readonly PageLoadRecord[]): void {
    if (records.at(-1)?.load !== this.load || this.#host.isVolatile) return;
    this.#ledger.store(this.#loads.numberIn(new Map(records.map(({ load, applied }) => [load, applied]))));
    this.flush();
  }

  /** The name of an event, by its number. */
  nameOf(event: number): string {
    return this.#loads.nameOf(event);
  }

  // CONNECTIONS ---------------------------------------------------------------

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  isOn(connection: Connection): boolean {
    return connection === this.#connection;
  }

  /**
   * Whether the page has opened another connection since it opened this one: it has given this one up, and what it said
   * on it comes late. To answer that would be to take the page for one that it was before.
   */
  isOutdated({ opened }: Connection, load: string): boolean {
    return load === this.load && opened < this.#latest;
  }

  /** Takes a connection in place of the one it had, which is closed as replaced. Says whether it had one. */
  connect(connection: Connection): boolean {
    const earlier = this.#connection;
    this.#connection = connection;
    this.#latest = connection.opened;
    this.#asked = this.#hasReported = false;
    earlier?.close(CloseCode.Replaced, 'The page has joined on another connection.');

    return earlier !== undefined;
  }

  disconnect(): void {
    this.#connection = undefined;
  }

  /** Closes the connection; nothing more is taken from it. */
  dismiss(code: CloseCode, reason: string): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.#host.lost();
    connection.close(code, reason);
  }

  /** Tells the client to do something. */
  command(name: (typeof Command)[keyof typeof Command], ...operands: readonly Wire[]): void {
    if (this.#connection !== undefined) this.#send({ kind: ServerKind.Command, name, operands }, 0);
  }

  // JOINING -------------------------------------------------------------------

  /**
   * Answers a join: adopt, acknowledge or render. Says how the client has come back; `undefined` if it shows the
   * page as it was last rendered for it.
   *
   * @param takeOffer whether the page was rendered for this client as it is when this is asked, and nobody has adopted that yet
   */
  answer(frame: JoinFrame, takeOffer: () => boolean): Reason | undefined {
    const introduction = this.#introduction;
    const isAnother = frame.load !== this.load;
    if (introduction?.reason === Reason.Fresh && (isAnother || this.#isUnaware(frame)))
      return this.#startFresh(frame, introduction);
    const isOther = isAnother || this.#mirror === undefined || this.#isAhead(frame);
    const done = isOther ? this.#change(frame) : this.#ledger.processed;
    // Only now: what was left to be done before may have changed what the page shows.
    const isOffered = takeOffer();
    if (isOffered && frame.frame === 0 && introduction?.reason !== Reason.Forked) return this.#adopt(frame);
    if (isOther || this.#mirror === undefined || frame.frame === 0 || this.#isUnaware(frame)) {
      return this.#introduce(frame, introduction ?? { reason: Reason.Restored }, done);
    }

    return this.#resume(frame, this.#mirror);
  }

  /** Whether the client has not got the frame that told it of the session it has now. */
  #isUnaware({ frame }: JoinFrame): boolean {
    return this.#introduction !== undefined && (this.#mirror === undefined || frame === this.#unseen);
  }

  /** Whether the client knows more than it was told here: another node has had the session and lost it again. */
  #isAhead({ processed }: JoinFrame): boolean {
    return processed > this.#ledger.processed;
  }

  /**
   * A page load joins whose counts are not those of this link: another, or one that was here before the state was
   * restored. The events that wait are done first. Says how many of its own are.
   */
  #change(frame: JoinFrame): number {
    const isRestored = frame.load === this.load && this.#mirror === undefined;
    // What these turns change is nobody's difference: the newcomer has got no page yet.
    this.#mirror = undefined;
    // What else waits, that a subscription has just begun to tell, comes after the page that the newcomer shows already.
    if (this.#host.tree.inbox.hasEvents) this.#host.tree.catchUp();
    const done = this.#loads.change(frame, this.#ledger.processed);
    // Events that the client no longer has cannot come again, even if the state has lost them.
    this.#ledger = new EventCounter(Math.max(done, frame.durable), this.#host.isVolatile || isRestored ? done : 0);
    this.number++;

    return done;
  }

  #adopt(frame: JoinFrame): undefined {
    this.#introduction = this.#unseen = undefined;
    this.#mirror = new ClientTree(frame.hashes);
    this.#window = new SendWindow();
    const tree = describeAdoption(this.#mirror, this.#host.tree.rendered);
    this.#ledger.restart(0);
    this.#send({ kind: ServerKind.Adopt, tree, processed: this.#ledger.processed, late: this.#late }, 0);
    this.#whole = this.#window.sent;

    return undefined;
  }

  /** The client's page is of a session that is gone. */
  #startFresh(frame: JoinFrame, introduction: RejoinReason): Reason {
    this.number++;
    this.#loads = new PageLoads();
    this.#loads.change(frame, 0);
    this.#ledger = new EventCounter(frame.sent);

    return this.#introduce(frame, introduction, frame.sent);
  }

  /**
   * A client that does not know this session, or not in this state: everything is sent. Frames are counted from the
   * start, so a client that comes back without having got that is known by its old count.
   */
  #introduce(frame: JoinFrame, introduction: RejoinReason, done: number): Reason {
    this.#introduction = introduction;
    this.#unseen = frame.frame;
    this.#mirror = new ClientTree(frame.hashes);
    this.#window = new SendWindow();
    this.#ledger.restart(0);
    this.#renderWhole(introduction.reason, done, introduction.token);

    return introduction.reason;
  }

  /** A client that was here before: it gets what it missed, or everything if that is gone or contains everything. */
  #resume(frame: JoinFrame, mirror: ClientTree): Reason {
    const missed = frame.frame < this.#whole ? undefined : this.#window.since(frame.frame);
    const coming = missed?.reduce((sum, { processed }) => sum + processed, 0);
    const told = this.#host.isVolatile ? 0 : missed?.length;
    const processed = coming === undefined ? undefined : this.#ledger.resume(frame.processed, coming, told);
    if (missed === undefined || processed === undefined) {
      this.#mirror = new ClientTree(frame.hashes);
      this.#window = new SendWindow(frame.frame);
      this.#renderWhole(Reason.Resumed, this.#ledger.restart(frame.processed));

      return Reason.Resumed;
    }
    this.#seen(frame.frame - this.#window.acknowledged, mirror);
    this.#acknowledge(processed);
    for (const { bytes } of missed) this.#connection?.send(bytes);
    // These say what was durable when they were made.
    if (missed.length > 0 && !this.#host.isVolatile) this.#acknowledge(0);

    return Reason.Resumed;
  }

  /** The client has applied so many more frames; false if it cannot have. */
  #seen(frames: number, mirror: ClientTree | undefined): boolean {
    if (!this.#window.acknowledge(frames)) return false;
    if (frames === 0) return true;
    this.#introduction = this.#unseen = undefined;
    mirror?.acknowledge(this.#window.acknowledged);

    return true;
  }

  // EVENTS --------------------------------------------------------------------

  /** Takes events and acknowledgements. */
  receive(frame: ClientFrame): void {
    if (frame.kind === ClientKind.Join) return;
    if (!this.#seen(frame.frames, this.#mirror)) {
      this.dismiss(CloseCode.Malformed, 'More frames acknowledged than were sent.');
      return;
    }
    if (frame.kind === ClientKind.Events) this.#take(frame.events);
    else if ((frame.ask & Ask.Render) !== 0) this.#asked = true;
    if (frame.frames > 0 || this.#asked) this.flush();
    if (frame.kind === ClientKind.Acknowledge && (frame.ask & Ask.Sign) !== 0) this.#acknowledge(0);
  }

  /** Looks up what stands where events happened and puts their messages into the inbox, as far as they can be taken. */
  #take(events: readonly EventRecord[]): void {
    const { tree } = this.#host;
    for (const event of events) {
      const number = this.#ledger.receive();
      if (number === 0) continue;
      if (tree.inbox.isFull) {
        this.#ledger.refuse();
        tree.overflow();
        this.dismiss(CloseCode.Flood, 'The inbox is full.');
        return;
      }
      const letter = this.#letter(event, number);
      if (!(letter instanceof Malformed)) tree.putLetter(letter);
      else {
        // It counts, so that it does not come again.
        tree.putLetter(this.#empty(number));
        this.dismiss(CloseCode.Malformed, letter.message);
        return;
      }
    }
  }

  /** What an event leads to. */
  #letter(event: EventRecord, number: number): Envelope | Malformed {
    if (typeof event.instance !== 'number') {
      const connection = this.#connection;
      return this.#empty(number, () => this.#find(event, event.instance as Address, number, connection));
    }
    const instance = this.#mirror?.find(event.instance, this.#window.acknowledged);

    return this.#addressed(event, instance, number);
  }

  #addressed(event: EventRecord, instance: Instance | undefined, number: number): Envelope | Malformed {
    const { tree } = this.#host;
    const cell = instance?.mount === undefined ? tree.root : instanceAt(instance.mount);
    const isSecret = instance !== undefined && tellsSecret(instance, event.part);
    try {
      const message = this.#message(event, instance, cell, isSecret);
      const letter = this.#addressedTo(cell, message, number);
      return isSecret ? { ...letter, isSecret } : letter;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return error;
    }
  }

  #addressedTo(
    cell: ComponentInstance,
    message: AnyMessage | undefined,
    cause: number,
    find?: () => Envelope
  ): Envelope {
    const { number: page } = this;

    return { cell, message, at: this.#host.tree.now(), page, taken: undefined, cause, resolve: find };
  }

  /** A letter that takes its place in the order, until it is found out what it is, or for good. */
  #empty(number: number, find?: () => Envelope): Envelope {
    return this.#addressedTo(this.#host.tree.root, undefined, number, find);
  }

  /** Its turn has come: what stands at the stable address now? */
  #find(event: EventRecord, address: Address, number: number, from: Connection | undefined): Envelope {
    const { tree } = this.#host;
    const instance = resolve(tree.rendered, address);
    const letter = instance && this.#addressed(event, instance, number);
    if (letter instanceof Malformed) {
      // Another may have taken its place since.
      if (from === this.#connection) this.dismiss(CloseCode.Malformed, letter.message);
      return this.#empty(number);
    }
    if (letter !== undefined && instance?.definition.parts[event.part]?.kind === PartKind.Event) return letter;
    this.#ledger.drop();
    if (!this.#hasReported)
      this.#host.report(ErrorCode.Dropped, new TroupeError(ErrorCode.Dropped, gone), { session: this.#host.id });
    this.#hasReported = true;

    return this.#empty(number);
  }

  /** The message an event leads to; `undefined` if nothing stands there or the handler says so. */
  #message(
    event: EventRecord,
    instance: Instance | undefined,
    cell: ComponentInstance,
    isSecret: boolean
  ): AnyMessage | undefined {
    const part = instance?.definition.parts[event.part];
    if (part?.kind !== PartKind.Event) return undefined;
    const { witness } = this.#host;
    const value = instance?.values[event.part] as EventValue | null;
    if (typeof value !== 'function') {
      witness?.happened(part, event, undefined);
      return value ?? undefined;
    }
    const data = decodePayload(part.name, event.payload);
    if (isSecret) this.#host.typed(typedSecrets(instance as Instance, event.part, data));
    witness?.happened(part, event, isSecret ? hidden : data);
    try {
      return checkedMessage(value(data as never), part.name);
    } catch (error) {
      this.#host.tree.report(ErrorCode.Handler, error, cell);
      return undefined;
    }
  }

  // FRAMES --------------------------------------------------------------------

  /** A turn has taken so many events. */
  turned(events: number): void {
    this.#ledger.process(events);
    this.flush();
  }

  /** Sends the difference to what the client shows, if there is one and the window is open. */
  flush(): void {
    const connection = this.#connection;
    const mirror = this.#mirror;
    if (connection === undefined || mirror === undefined || mirror.isFull) return;
    if (!this.#window.isOpen(connection.buffered)) return;
    const { tree } = this.#host;
    if (this.#asked) this.#renderAsked(mirror);
    else if (tree.rendered !== mirror.content || tree.hasStale) this.#sendDifference(mirror);
    if (this.#ledger.owed > 0 || this.#ledger.isUntold) this.#acknowledge(this.#ledger.tell());
  }

  /** If that fails nobody knows what the client shows: it is closed, and gets the whole page when it comes back. */
  #sendDifference(mirror: ClientTree): void {
    const { id, report, tree } = this.#host;
    const { witness } = this.#host;
    let changes: Patch;
    witness?.begin();
    try {
      changes = diff(mirror, tree.rendered, this.#window.sent + 1, tree.takeStale());
    } catch (error) {
      report(ErrorCode.Internal, error, { session: id });
      this.#whole = Number.POSITIVE_INFINITY;
      this.dismiss(CloseCode.TryLater, 'The page could not be brought up to date.');
      return;
    }
    witness?.diffed(changes);
    if (changes.length === 0) return;
    const processed = this.#ledger.tell();
    this.#send({ kind: ServerKind.Patch, changes, processed, late: this.#late }, processed);
  }

  /** The whole page for a client that knows no definition for sure. */
  #renderAsked(mirror: ClientTree): void {
    this.#asked = false;
    mirror.forget();
    this.#renderWhole(Reason.Resumed, this.#ledger.tell());
  }

  #renderWhole(reason: Reason, processed: number, token = ''): void {
    const tree = describePage(this.#mirror as ClientTree, this.#host.tree.rendered, this.#window.sent + 1);
    this.#send({ kind: ServerKind.Render, tree, processed, reason, late: this.#late, token }, processed);
    this.#whole = this.#window.sent;
  }

  #acknowledge(processed: number): void {
    const dropped = this.#ledger.takeDropped();
    const frame = { kind: ServerKind.Acknowledge, processed, late: this.#late, dropped };
    const bytes = encodeFrame(frame);
    this.#connection?.send(bytes);
    this.#host.witness?.sent(frame, bytes.length);
  }

  /** How many fewer events are stored than the client knows to be processed. */
  get #late(): number {
    return this.#host.isVolatile ? 0 : this.#ledger.late;
  }

  /** Sends a numbered frame, which tells that so many events are processed. */
  #send(frame: NumberedFrame, processed: number): void {
    const bytes = encodeFrame(frame);
    this.#window.push(bytes, processed);
    this.#connection?.send(bytes);
    this.#host.witness?.sent(frame, bytes.length);
  }
}

const gone =
  'A client made an event that came to nothing: what it happened at is not in the page any more. Further ones of this connection are not reported.';

/** What a handler may return. */
function checkedMessage(given: unknown, event: string): AnyMessage | undefined {
  const message = synchronous(
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
