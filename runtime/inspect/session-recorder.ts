/**
 * The recorder of an inspected session: keeps its newest events in one ring, and all states after each of its newest
 * steps. The log, the wire log and the steps are projections of the ring, computed when they are read.
 *
 * It is a probe of the session; `actor-observer.ts` adds the events of actors that run XState logic. An error of its own
 * cannot fail a turn. It asks the session for what events do not contain, its states and the page that a frame refers to,
 * at the time of the event.
 */

import type { Channels } from '../platform/diagnostics.js';
import { textOf } from '../platform/errors.js';
import { redact, type SecretNames, secretNames, withoutData } from '../platform/redact.js';
import type { Recording, Step } from '../recording/recording.js';
import { Projection, RingBuffer } from '../recording/ring-buffer.js';
import { type ActorEvent, addToSteps, beginSteps, type SessionEvent, stepOf } from '../recording/session-events.js';
import { nothingOf, sharing } from '../recording/snapshot-views.js';
import type { LiveSession } from '../session/session.js';
import type { AnyMessage } from '../template/html.js';
import { createDiagnosticsProbe } from '../tree/diagnostics-probe.js';
import { clientWord, guardProbe, type Probe, type ProbeEvent, type ProbeMessage, serverWord } from '../tree/probe.js';
import type { TreeImage } from '../tree/tree-image.js';
import { ClientKind, type EventRecord } from '../wire/protocol.js';
import { pathId } from './actor-id.js';
import { ActorObserver } from './actor-observer.js';
import { describeClientFrame, describeEvent, describeServerFrame, mostLines } from './describe-frame.js';
import { addToLog, addToWire, beginLog, beginWire, type MessageLog, type WireLog } from './session-log.js';

// LIMITS ----------------------------------------------------------------------

/** The events that are kept of one session: about ten for a message. */
const maxEvents = 40_000;

/** The steps whose states are kept. */
const maxSteps = 500;

// TYPES -----------------------------------------------------------------------

/** What a recorder needs. */
export interface SessionRecorderOptions {
  /** The version of the application. */
  readonly application: string;
  readonly channels: Channels;
  readonly session: string;
  /** Called, often, when there is something new to see. */
  changed(): void;
  /** Called with an error of the recorder itself. */
  failed(error: unknown): void;
}

/** The failures of an actor. */
export interface Failures {
  count: number;
  last: string;
}

/** How many messages and frames there were. */
interface Counts {
  messages: number;
  frames: number;
}

/** An event that has neither time nor number yet. */
type NewEvent = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, 'at' | 'number'>
    : never
  : never;

type EventOf<Kind> = Extract<ProbeEvent, { readonly kind: Kind }>;

// RECORDER --------------------------------------------------------------------

/** Records a session. */
export class SessionRecorder {
  readonly failures = new Map<string, Failures>();
  readonly #options: SessionRecorderOptions;
  readonly #events = new RingBuffer<SessionEvent>(maxEvents);
  /** The states after each step. */
  readonly #images = new RingBuffer<TreeImage>(maxSteps);
  /** The states before the first of these. */
  #first: TreeImage | undefined;
  readonly #names = new Set<string>();
  readonly #log = new Projection(this.#events, beginLog, addToLog);
  readonly #wire = new Projection(this.#events, beginWire, addToWire);
  readonly #steps = new Projection(this.#events, beginSteps, addToSteps);
  readonly #counts: Counts = { messages: 0, frames: 0 };
  readonly #probe: Probe;
  readonly #actors: ActorObserver;
  #begun = 0;
  #live: LiveSession | undefined;
  /** Whether a message or an event was taken since the last step. */
  #hasTaken = false;
  /** The numbers in the log of messages that wait, by their numbers in the session. */
  readonly #waiting = new Map<number, number>();
  /** Messages that came as envelopes: XState reports them, too. */
  readonly #known = new WeakSet<object>();
  /** Messages that were made of events of password fields. */
  readonly #secret = new WeakSet<object>();
  /** Events of the client, with their lines in the descriptions of their frames. */
  readonly #lines = new WeakMap<EventRecord, readonly [frame: number, line: number]>();

  constructor(options: SessionRecorderOptions) {
    this.#options = options;
    this.#actors = new ActorObserver({ heard: (event) => this.#heard(event), failed: options.failed });
    const publish = createDiagnosticsProbe(options.session, options.channels);
    const record = guardProbe((event) => this.#record(event), options.failed);
    this.#probe = (event) => {
      publish(event);
      record(event);
    };
  }

  // SESSION -------------------------------------------------------------------

  /** Records a session from now on. One that was recorded before and has come back begins a new recording. */
  attach(live: LiveSession): void {
    this.detach();
    this.#live = live;
    live.observer = this.#probe;
    this.#images.clear();
    this.#first = this.#image(undefined);
    this.#begun = live.tree.now();
    this.#push({ kind: 'attached' });
    this.#actors.observe(live);
  }

  /** Records no longer. What was recorded can still be read. */
  detach(): void {
    this.#actors.stop();
    if (this.#live?.observer === this.#probe) this.#live.observer = undefined;
    this.#live = undefined;
    this.#waiting.clear();
    this.#hasTaken = false;
  }

  /** When an actor was seen for the first time, in milliseconds since the epoch. */
  sinceOf(actor: object): number {
    return this.#actors.sinceOf(actor);
  }

  /** The names of the secret fields, as the components declare them that were in the page so far. */
  get names(): SecretNames {
    return this.#names;
  }

  /** Adds the secret fields of a component. */
  declare(component: { readonly secret: readonly string[] }): void {
    if (component.secret.length > 0) for (const name of secretNames([component])) this.#names.add(name);
  }

  // PROJECTIONS ---------------------------------------------------------------

  /** The newest messages, oldest first. */
  get log(): MessageLog['records'] {
    return this.#log.read().records;
  }

  /** The newest frames, oldest first. */
  get wire(): WireLog {
    return this.#wire.read();
  }

  /** The newest steps, oldest first: those whose events and states are all kept. */
  get steps(): readonly Step[] {
    const { outlines } = this.#steps.read();
    const dropped = this.#images.first - (outlines[0]?.number ?? 0);

    return outlines
      .slice(Math.max(0, dropped))
      .map((outline) => stepOf(outline, this.#images.at(outline.number) as TreeImage));
  }

  /** The numbers of the steps that are kept. If there are none, the first is one above the last. */
  get history(): { readonly first: number; readonly last: number } {
    const { outlines } = this.#steps.read();
    const last = this.#images.last;

    return { first: Math.max(this.#images.first, outlines[0]?.number ?? last + 1), last };
  }

  /** A step that is kept. */
  step(number: number): Step | undefined {
    const { outlines } = this.#steps.read();
    const outline = outlines[number - (outlines[0]?.number ?? 0)];
    const after = this.#images.at(number);

    return outline === undefined || after === undefined ? undefined : stepOf(outline, after);
  }

  /** What the session went through, with secret fields; `undefined` if it was never attached. */
  get recording(): Recording | undefined {
    if (this.#first === undefined) return undefined;
    const { application, session } = this.#options;
    const first = this.before(this.history.first) as TreeImage;

    return { session, application, begun: this.#begun, first, steps: this.steps };
  }

  /** The last states; `undefined` if it was never attached. */
  get latest(): TreeImage | undefined {
    return this.before(this.#images.last + 1);
  }

  /** The states before a step; `undefined` if they are not kept. */
  before(number: number): TreeImage | undefined {
    return this.#images.at(number - 1) ?? (number === this.#images.first ? this.#first : undefined);
  }

  /** The states after a step, or at the start. */
  after(number: number): TreeImage | undefined {
    return this.before(number + 1);
  }

  // EVENTS --------------------------------------------------------------------

  #push(event: NewEvent, number = 0): void {
    this.#events.push({ ...event, at: this.#live?.tree.now() ?? 0, number } as SessionEvent);
    this.#options.changed();
  }

  #record(event: ProbeEvent): void {
    switch (event.kind) {
      case 'received':
        return this.#received(event);
      case 'happened':
        return this.#happened(event);
      case 'sent':
        return this.#sent(event);
      case 'queued':
        return this.#push({ ...event, message: this.#noted(event.message) }, this.#numberOf(event.message));
      case 'updated':
        return this.#updated(event);
      case 'stepped':
        return this.#stepped(event);
      case 'performed': {
        const isSent = event.to !== '';
        this.declare(event.place);
        return this.#push({ ...event, message: this.#shown(event.message) }, isSent ? ++this.#counts.messages : 0);
      }
      case 'failed':
        this.#note(pathId(event.place.ids), event.text);
        return this.#push(event);
      default:
        this.#push(event);
    }
  }

  #received({ bytes, frame }: EventOf<'received'>): void {
    const words = describeClientFrame(frame);
    const number = ++this.#counts.frames;
    this.#push({ kind: 'received', frame: clientWord(frame), bytes, words }, number);
    if (frame.kind !== ClientKind.Events) return;
    for (const [line, event] of frame.events.slice(0, mostLines).entries()) this.#lines.set(event, [number, line]);
  }

  #happened({ data, element, event, name }: EventOf<'happened'>): void {
    const words = describeEvent(event, { name, element }, redact(data, this.#names));
    this.#push({ kind: 'happened', name, element, line: this.#lines.get(event), words });
  }

  #sent({ bytes, frame }: EventOf<'sent'>): void {
    const page = this.#live?.tree.isOver === false ? this.#live.tree.root.mount : null;
    const words = describeServerFrame(frame, page);
    this.#push({ kind: 'sent', frame: serverWord(frame), bytes, words }, ++this.#counts.frames);
  }

  /** The number of a waiting message in the log: it gets one as soon as it is resolved. */
  #numberOf({ isResolved, number }: ProbeMessage): number {
    if (!isResolved) return 0;
    const known = this.#waiting.get(number) ?? ++this.#counts.messages;
    this.#waiting.set(number, known);

    return known;
  }

  #noted(waiting: ProbeMessage): ProbeMessage {
    const { isSecret, message, to } = waiting;
    this.declare(to);
    if (message === undefined) return waiting;
    this.#known.add(message);
    if (isSecret) this.#secret.add(message);

    return { ...waiting, message: this.#shown(message) };
  }

  /** A message as it may be shown: without its data if that is of a password field. */
  #shown<Message extends AnyMessage>(message: Message): Message {
    return this.#secret.has(message) ? withoutData(message) : message;
  }

  #updated(event: EventOf<'updated'>): void {
    const { isTaken, message } = event;
    const number = this.#numberOf(message);
    this.#waiting.delete(message.number);
    if (isTaken && !message.to.isOfLogic) this.#hasTaken = true;
    this.#push({ ...event, message: this.#noted(message) }, number);
  }

  /** A round in which nothing was taken and nothing shown is no step. */
  #stepped(event: EventOf<'stepped'>): void {
    const isStep = this.#live !== undefined && (this.#hasTaken || event.shown > 0);
    this.#hasTaken = false;
    if (!isStep) return this.#push(event);
    const dropped = this.#images.push(this.#image(this.latest));
    if (dropped !== undefined) this.#first = dropped;
    this.#push(event, this.#images.last);
  }

  /** The present states, or those after the last step if one cannot be stored. It shares with them what is the same. */
  #image(before: TreeImage | undefined): TreeImage {
    const { tree } = this.#live as LiveSession;
    for (const instance of tree.instances()) this.declare(instance.component);
    try {
      const { root, turns } = tree.save();

      return { turns, root: sharing(before?.root, root), envelopes: [] };
    } catch (error) {
      this.#note('/', textOf(error));

      return before ?? { turns: tree.turns, root: nothingOf(tree.root), envelopes: [] };
    }
  }

  #note(actor: string, error: string): void {
    const failures = this.failures.get(actor) ?? { count: 0, last: '' };
    failures.count++;
    failures.last = error;
    this.failures.set(actor, failures);
    this.#options.changed();
  }

  /** An event of an actor. One that came as an envelope is in the log already. */
  #heard(heard: ActorEvent): void {
    const isKnown = this.#known.has(heard.event);
    if (isKnown && !heard.isOwn) return;
    if (heard.isOwn) this.#hasTaken = true;
    this.#push({ ...heard, event: this.#shown(heard.event) }, isKnown ? 0 : ++this.#counts.messages);
  }
}
