/**
 * The recorder: the witness of a session somebody inspects. It remembers the newest messages with what came of them,
 * the newest frames in words, and the newest steps with all states after them, each in a ring; `inspected-session.ts` shows
 * that, and makes the recording of it that `replay.ts` can go through.
 *
 *     queued -> updated -> viewed -> stepped -> performed -> diffed -> sent -> turned
 *     a letter waits       its round is shown   its effects  what its turn sends
 *
 * It only listens: what it does itself cannot fail a turn (`guarded-probe.ts`).
 */

import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { AnyComponent } from '../component/component.js';
import type { Effect, Received } from '../component/effect.js';
import type { Channels } from '../platform/diagnostics.js';
import { type ErrorCode, textOf } from '../platform/errors.js';
import { type hidden, redact, type SecretNames, secretNames, withoutData } from '../platform/redact.js';
import type { RecordedEffect, RecordedEvent, RecordedMessage, Recording, Step } from '../recording/recording.js';
import { nothingOf, sharing } from '../recording/snapshot-views.js';
import type { LiveSession } from '../session/session.js';
import type { AnyMessage } from '../template/html.js';
import type { Part } from '../template/parts.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import { guardProbe } from '../tree/guarded-probe.js';
import type { Envelope } from '../tree/mailbox.js';
import { clientWord, DiagnosticsProbe, type Probe, serverWord } from '../tree/probe.js';
import type { TreeImage } from '../tree/tree-image.js';
import type { Patch } from '../wire/patch.js';
import {
  type ClientFrame,
  ClientKind,
  type EventData,
  type EventRecord,
  type ServerFrame,
  ServerKind,
} from '../wire/protocol.js';
import { actorIdOf, childIdOf, subscriptionIdOf } from './actor-id.js';
import { describeClientFrame, describeEvent, describeServerFrame, mostLines } from './describe-frame.js';
import type { LogEntry, WireEntry } from './inspection.js';
import { RingBuffer } from './ring-buffer.js';
import { describeEventType } from './statechart.js';

// LIMITS ----------------------------------------------------------------------

/** How much is remembered of one session. */
const most = { log: 10_000, wire: 2_000, steps: 500 } as const;

/** Characters of a message that are kept. */
const longest = 2_000;

// TYPES -----------------------------------------------------------------------

/** A line of the log while it comes about. */
export type LogRecord = { -readonly [Name in keyof LogEntry]: LogEntry[Name] };

/** A frame, whose words can still change. */
export interface WireRecord extends Omit<WireEntry, 'words'> {
  readonly words: string[];
}

/** A step whose effects are still being requested. */
interface OpenStep extends Step {
  readonly effects: RecordedEffect[];
}

/** A message that was taken in the round that runs; its id can still be stamped on it. */
interface MessageInRound extends Omit<RecordedMessage, 'id'> {
  readonly received: Received | undefined;
}

/** A message that was taken in the turn that runs. */
interface InTurn {
  readonly cell: ComponentInstance;
  readonly cause: Envelope['cause'];
  readonly record: LogRecord;
}

/** What a recorder needs. */
export interface SessionRecorderOptions {
  /** The version of the application. */
  readonly application: string;
  readonly channels: Channels;
  readonly session: string;
  /** Called, often, when there is something new to see. */
  changed(): void;
  /** It has failed itself. */
  failed(error: unknown): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What failed of an actor. */
export interface Failures {
  count: number;
  last: string;
}

// RECORDER --------------------------------------------------------------------

/** Remembers what happens in a session. */
export class SessionRecorder extends DiagnosticsProbe {
  readonly log = new RingBuffer<LogRecord>(most.log);
  readonly wire = new RingBuffer<WireRecord>(most.wire);
  readonly steps = new RingBuffer<OpenStep>(most.steps);
  readonly failures = new Map<string, Failures>();
  /** The states before the first step that is kept. */
  #first: TreeImage | undefined;
  #begun = 0;
  #live: LiveSession | undefined;
  readonly #application: string;
  /** What the session tells. */
  readonly #guarded: Probe;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  /** When actors that nobody else keeps the time of were seen first. */
  readonly #seen = new WeakMap<object, number>();
  /** Stops listening to XState. */
  #unsubscribe: (() => void) | undefined;
  /** Letters that wait. */
  readonly #waiting = new Map<Envelope, LogRecord>();
  /** Messages that came as envelopes: XState tells of them, too. */
  readonly #known = new WeakSet<object>();
  /** Events whose words are to be replaced, with where these stand. */
  readonly #events = new WeakMap<EventRecord, readonly [entry: WireRecord, line: number]>();
  /** What has been taken in the round that runs, and in the turn. */
  #taken: MessageInRound[] = [];
  #given: RecordedEvent[] = [];
  #round: InTurn[] = [];
  #turn: InTurn[] = [];
  /** What the envelopes that are put in next follow from, and what the next event has happened at. */
  #performing: LogRecord | undefined;
  #happening = '';
  /** The cells of actors that run other logic, as far as they have been asked for. */
  readonly #cells = new WeakMap<AnyActorRef, ComponentInstance>();
  /** The names of secret fields, as the components declare them that were in the page so far. */
  readonly #names = new Set<string>();
  /** Messages that were made of events of password fields. */
  readonly #secret = new WeakSet<object>();

  constructor({ application, changed, channels, failed, now, session }: SessionRecorderOptions) {
    super(session, channels, now);
    this.#application = application;
    this.#guarded = guardProbe(this, failed);
    this.#changed = changed;
    this.#failed = failed;
  }

  // RECORDING -----------------------------------------------------------------

  /** Listens to a session from now on; one that was there before and has come back begins a new recording. */
  attach(live: LiveSession): void {
    this.detach();
    this.#live = live;
    live.observer = this.#guarded;
    this.steps.clear();
    this.#first = this.#image(undefined);
    this.#begun = live.tree.now();
    const { system } = live.system();
    const subscription = system.inspect((event) => this.#overhear(event));
    this.#unsubscribe = () => subscription.unsubscribe();
    this.#changed();
  }

  /** Listens no longer. What it remembers can still be seen. */
  detach(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#live?.observer === this.#guarded) this.#live.observer = undefined;
    this.#live = undefined;
    this.#waiting.clear();
    this.#turn = [];
    this.#round = [];
  }

  /** When an actor was seen for the first time, in milliseconds since the epoch. */
  sinceOf(actor: object): number {
    const since = this.#seen.get(actor) ?? this.#live?.tree.now() ?? 0;
    this.#seen.set(actor, since);

    return since;
  }

  /** The names of the fields that are not to be shown. */
  get names(): SecretNames {
    return this.#names;
  }

  /** A component is in the page: the fields it declares are secret. */
  declare(component: AnyComponent): void {
    if (component.secret.length > 0) for (const name of secretNames([component])) this.#names.add(name);
  }

  /** What the session has gone through, secret fields included; `undefined` if it was never there. */
  get recording(): Recording | undefined {
    if (this.#first === undefined) return undefined;

    return {
      session: this.session,
      application: this.#application,
      begun: this.#begun,
      first: this.before(this.steps.first) as TreeImage,
      steps: [...this.steps.entries],
    };
  }

  /** All states as they were last; `undefined` if it was never there. */
  get latest(): TreeImage | undefined {
    return this.before(this.steps.last + 1);
  }

  /** All states as they were before a step; `undefined` if that is not known any more. */
  before(number: number): TreeImage | undefined {
    if (number < this.steps.first) return undefined;

    return this.steps.at(number - 1)?.after ?? (number === this.steps.first ? this.#first : undefined);
  }

  /** All states as they are, or as they were after the last step if one of them cannot be stored. Shares with the step before what is the same. */
  #image(before: TreeImage | undefined): TreeImage {
    const { tree } = this.#live as LiveSession;
    for (const cell of tree.instances()) this.declare(cell.component);
    try {
      const { root, turns } = tree.save();

      return { turns, root: sharing(before?.root, root), envelopes: [] };
    } catch (error) {
      this.#note('/', textOf(error));

      return before ?? { turns: tree.turns, root: nothingOf(tree.root), envelopes: [] };
    }
  }

  // LOG -----------------------------------------------------------------------

  #write(entry: Pick<LogRecord, 'from' | 'to'> & Partial<LogRecord>, message: AnyMessage | undefined): LogRecord {
    const record: LogRecord = {
      number: this.log.last + 1,
      at: this.#live?.tree.now() ?? 0,
      type: message?.type ?? '',
      message: message === undefined ? '' : this.#messageText(message),
      ...{
        cause: 0,
        causedBy: '',
        isTaken: false,
        step: 0,
        waited: 0,
        update: 0,
        view: 0,
        diff: 0,
        bytes: 0,
        error: '',
      },
      ...entry,
    };
    this.log.push(record);
    this.#changed();

    return record;
  }

  #messageText(message: AnyMessage): string {
    try {
      const text = JSON.stringify(redact(this.#shown(message), this.#names)) ?? '';

      return text.length > longest ? `${text.slice(0, longest)}…` : text;
    } catch (error) {
      return textOf(error);
    }
  }

  /** A message as it may be shown: without its data if that is of a password field. */
  #shown<Message extends AnyMessage>(message: Message): Message {
    return this.#secret.has(message) ? withoutData(message) : message;
  }

  override happened(part: Part, event: EventRecord, data: EventData | typeof hidden | undefined): void {
    this.#happening = `${part.name} on ${part.element}`;
    const place = this.#events.get(event);
    if (place !== undefined) place[0].words[place[1]] = describeEvent(event, part, redact(data, this.#names));
  }

  override queued(letter: Envelope, waiting: number): void {
    super.queued(letter, waiting);
    // What is still to be looked up is told of when it is taken.
    if (letter.resolve === undefined) this.#enter(letter);
  }

  #enter(letter: Envelope): LogRecord {
    const { instance: cell, message, at } = letter;
    this.declare(cell.component);
    if (message !== undefined) this.#known.add(message);
    if (message !== undefined && letter.isSecret === true) this.#secret.add(message);
    const record = this.#write({ ...this.#sender(letter), to: actorIdOf(cell), at }, message);
    this.#waiting.set(letter, record);

    return record;
  }

  #sender({ instance: cell, from, pageLoad, cause }: Envelope): Pick<LogRecord, 'from' | 'cause' | 'causedBy'> {
    if (pageLoad !== 0) {
      const causedBy = this.#happening || `event ${cause}`;
      this.#happening = '';

      return { from: 'browser', cause: 0, causedBy };
    }
    if (typeof from === 'string' && from.startsWith('#')) {
      return { from: subscriptionIdOf(cell, from.slice(1)), cause: 0, causedBy: from.slice(1) };
    }
    const sender = typeof from === 'object' ? actorIdOf(from) : (from ?? 'store');
    const because = this.#performing;
    this.#performing = undefined;

    return {
      from: sender,
      cause: because?.number ?? 0,
      causedBy: because === undefined ? '' : `#${because.number} ${because.type}`,
    };
  }

  override updated(letter: Envelope): void {
    super.updated(letter);
    const { instance: cell, message, at, cause } = letter;
    const record = this.#waiting.get(letter) ?? this.#enter(letter);
    this.#waiting.delete(letter);
    record.isTaken = true;
    record.waited = Math.max(0, this.begunAt - at);
    record.update = this.took;
    this.#round.push({ cell, cause, record });
    this.#turn.push({ cell, cause, record });
    if (message === undefined || !cell.isPresent || cell.component.logic !== undefined) return;
    this.#taken.push({ path: cell.path, message: this.#shown(message), at, received: cell.received });
  }

  override viewed(cell: ComponentInstance): void {
    super.viewed(cell);
    if (!this.hasRun(cell)) return;
    for (const { record } of this.#round) record.view += this.took;
  }

  override stepped(cells: readonly ComponentInstance[]): void {
    const isIdle = this.#taken.length === 0 && this.#given.length === 0 && cells.length === 0;
    if (this.#live !== undefined && !isIdle) this.#step(this.#live);
    this.#taken = [];
    this.#given = [];
    this.#round = [];
  }

  #step(live: LiveSession): void {
    const number = this.steps.last + 1;
    const messages = this.#taken.map(({ path, message, at, received }) => ({
      path,
      message,
      at,
      id: received?.stamped,
    }));
    const after = this.#image(this.before(number));
    for (const { record } of this.#round) record.step = number;
    const gone = this.steps.push({ number, at: live.tree.now(), messages, events: this.#given, effects: [], after });
    if (gone !== undefined) this.#first = gone.after;
    this.#changed();
  }

  override performed(cell: ComponentInstance, effect: Effect): void {
    const because = this.#turn.findLast((taken) => taken.cell === cell && taken.cause === effect.cause)?.record;
    this.#performing = because;
    const { kind, message } = effect;
    const to = kind === 'publish' ? effect.topic : kind === 'send' ? effect.name : '';
    this.steps.at(this.steps.last)?.effects.push({ path: cell.path, kind, to, message: this.#shown(message) });
    if (to === '') return;
    this.#performing = undefined;
    const record = this.#write({ from: actorIdOf(cell), to: kind === 'publish' ? `topic ${to}` : `@${to}` }, message);
    record.isTaken = true;
    record.step = because?.step ?? 0;
    if (because === undefined) return;
    record.cause = because.number;
    record.causedBy = `#${because.number} ${because.type}`;
  }

  override turned(): void {
    this.#turn = [];
    this.#performing = undefined;
  }

  override failed(cell: ComponentInstance, _code: ErrorCode, error: unknown): void {
    const text = textOf(error);
    this.#note(actorIdOf(cell), text);
    const record = this.#turn.findLast((taken) => taken.cell === cell)?.record;
    if (record !== undefined) record.error = text;
  }

  #note(actor: string, error: string): void {
    const failures = this.failures.get(actor) ?? { count: 0, last: '' };
    failures.count++;
    failures.last = error;
    this.failures.set(actor, failures);
    this.#changed();
  }

  // XSTATE --------------------------------------------------------------------

  /** XState would throw at whoever sends an event what is thrown here. */
  #overhear(event: InspectionEvent): void {
    try {
      this.#inspected(event);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What the actors of other logics tell each other; what came as a letter is in the log already. */
  #inspected(event: InspectionEvent): void {
    if (event.type === '@xstate.actor') this.sinceOf(event.actorRef);
    if (event.type !== '@xstate.event' || event.event.type === 'xstate.init') return;
    const actor = event.actorRef as AnyActorRef;
    const owner = this.#ownerOf(actor);
    if (owner === undefined) return;
    const given = event.event as AnyMessage;
    const isOwn = owner.actor === actor;
    if (isOwn) this.#given.push({ path: owner.path, event: this.#shown(given) });
    if (this.#known.has(given)) return;
    const to = isOwn ? actorIdOf(owner) : childIdOf(owner, actor);
    const source = event.sourceRef as AnyActorRef | undefined;
    const type = describeEventType(given.type);
    const record = this.#write({ from: this.#sourceOf(source, to), to, type, causedBy: type }, given);
    record.isTaken = true;
    // It is shown in the round that comes next, or that runs.
    this.#round.push({ cell: owner, cause: undefined, record });
    this.#turn.push({ cell: owner, cause: undefined, record });
  }

  #sourceOf(source: AnyActorRef | undefined, to: string): string {
    const owner = source && this.#ownerOf(source);
    if (source === undefined || owner === undefined) return to;

    return owner.actor === source ? actorIdOf(owner) : childIdOf(owner, source);
  }

  /** The cell in whose logic an actor is. */
  #ownerOf(actor: AnyActorRef): ComponentInstance | undefined {
    for (let at: AnyActorRef | undefined = actor; at !== undefined; at = at._parent) {
      const cell = this.#cells.get(at) ?? this.#search(at);
      if (cell !== undefined) return cell.actor === at ? cell : undefined;
    }

    return undefined;
  }

  #search(actor: AnyActorRef): ComponentInstance | undefined {
    for (const cell of this.#live?.tree.instances() ?? []) {
      if (cell.component.logic === undefined || cell.actor !== actor) continue;
      this.#cells.set(actor, cell);

      return cell;
    }

    return undefined;
  }

  // WIRE ----------------------------------------------------------------------

  override received(frame: ClientFrame, bytes: number): void {
    super.received(frame, bytes);
    const record = this.#frame('up', clientWord(frame), bytes, describeClientFrame(frame));
    if (frame.kind !== ClientKind.Events) return;
    for (const [line, event] of frame.events.slice(0, mostLines).entries()) this.#events.set(event, [record, line]);
  }

  override diffed(changes: Patch): void {
    super.diffed(changes);
    for (const { record } of this.#turn) record.diff += this.took;
  }

  override sent(frame: ServerFrame, bytes: number): void {
    super.sent(frame, bytes);
    if (frame.kind === ServerKind.Patch) for (const { record } of this.#turn) record.bytes += bytes;
    const page = this.#live?.tree.isOver === false ? this.#live.tree.root.mount : null;
    this.#frame('down', serverWord(frame), bytes, describeServerFrame(frame, page));
  }

  #frame(direction: WireEntry['direction'], kind: string, bytes: number, words: readonly string[]): WireRecord {
    const at = this.#live?.tree.now() ?? 0;
    const record: WireRecord = { number: this.wire.last + 1, at, direction, kind, bytes, words: [...words] };
    this.wire.push(record);
    this.#changed();

    return record;
  }
}
