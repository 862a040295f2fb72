/**
 * The recorder of an inspected session: keeps its newest events in one ring, and all states after each of its newest
 * steps. The log, the wire log and the steps are projections of the ring, computed when they are read.
 *
 * It is a probe of the session, and an observer of the actors that run XState logic, which the probe does not see. An
 * error of its own cannot fail a turn. It asks the session for what events do not contain, its states and the page that a
 * frame refers to, at the time of the event.
 */

import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Channels } from '../platform/diagnostics.js';
import { textOf } from '../platform/errors.js';
import { type SecretNames, secretNames, withoutData } from '../platform/redact.js';
import type { Recording, Step } from '../recording/recording.js';
import { addToSteps, beginSteps, type SessionEvent, stepOf } from '../recording/session-events.js';
import { nothingOf, sharing } from '../recording/snapshot-views.js';
import type { LiveSession } from '../session/session.js';
import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import { createDiagnosticsProbe } from '../tree/diagnostics-probe.js';
import { guardProbe, type Probe, type ProbeEvent, type ProbeMessage, serverWord } from '../tree/probe.js';
import type { TreeImage } from '../tree/tree-image.js';
import { actorIdOf, childIdOf, pathId } from './actor-id.js';
import { describeServerFrame } from './describe-frame.js';
import { Projection, RingBuffer } from './ring-buffer.js';
import { addToLog, addToWire, beginLog, beginWire, type MessageLog, type WireLog } from './session-log.js';
import { describeEventType } from './statechart.js';

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
  readonly #wire = new Projection(this.#events, beginWire, addToWire(this.#names));
  readonly #steps = new Projection(this.#events, beginSteps, addToSteps);
  readonly #counts: Counts = { messages: 0, frames: 0 };
  readonly #probe: Probe;
  #begun = 0;
  #live: LiveSession | undefined;
  /** Stops the observation of XState's actors. */
  #unsubscribe: (() => void) | undefined;
  /** Whether a message or an event was taken since the last step. */
  #hasTaken = false;
  /** The numbers in the log of messages that wait, by their numbers in the session. */
  readonly #waiting = new Map<number, number>();
  /** Messages that came as envelopes: XState reports them, too. */
  readonly #known = new WeakSet<object>();
  /** Messages that were made of events of password fields. */
  readonly #secret = new WeakSet<object>();
  /** When actors whose start is not recorded elsewhere were first seen. */
  readonly #seen = new WeakMap<object, number>();
  /** The component instances of actors that run XState logic, as far as they were looked up. */
  readonly #owners = new WeakMap<AnyActorRef, ComponentInstance>();

  constructor(options: SessionRecorderOptions) {
    this.#options = options;
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
    const { system } = live.system();
    const subscription = system.inspect((event) => this.#overhear(event));
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  /** Records no longer. What was recorded can still be read. */
  detach(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#live?.observer === this.#probe) this.#live.observer = undefined;
    this.#live = undefined;
    this.#waiting.clear();
    this.#hasTaken = false;
  }

  /** When an actor was seen for the first time, in milliseconds since the epoch. */
  sinceOf(actor: object): number {
    const since = this.#seen.get(actor) ?? this.#live?.tree.now() ?? 0;
    this.#seen.set(actor, since);

    return since;
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
  get wire(): WireLog['entries'] {
    return this.#wire.read().entries;
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
        return this.#push(event, ++this.#counts.frames);
      case 'sent': {
        const { bytes, frame } = event;
        const page = this.#live?.tree.isOver === false ? this.#live.tree.root.mount : null;
        const words = describeServerFrame(frame, page);
        return this.#push({ kind: 'sent', frame: serverWord(frame), bytes, words }, ++this.#counts.frames);
      }
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

  #updated(event: Extract<ProbeEvent, { kind: 'updated' }>): void {
    const { isTaken, message } = event;
    const number = this.#numberOf(message);
    this.#waiting.delete(message.number);
    if (isTaken && !message.to.isOfLogic) this.#hasTaken = true;
    this.#push({ ...event, message: this.#noted(message) }, number);
  }

  /** A round in which nothing was taken and nothing shown is no step. */
  #stepped(event: Extract<ProbeEvent, { kind: 'stepped' }>): void {
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

  // XSTATE --------------------------------------------------------------------

  /** An error that is thrown here would be thrown by XState at the sender of the event. */
  #overhear(event: InspectionEvent): void {
    try {
      this.#inspected(event);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /** Records the events between the actors of XState logic. */
  #inspected(inspected: InspectionEvent): void {
    if (inspected.type === '@xstate.actor') this.sinceOf(inspected.actorRef);
    if (inspected.type !== '@xstate.event' || inspected.event.type === 'xstate.init') return;
    const actor = inspected.actorRef as AnyActorRef;
    const owner = this.#ownerOf(actor);
    if (owner === undefined) return;
    const event = inspected.event as AnyMessage;
    const isOwn = owner.actor === actor;
    const isKnown = this.#known.has(event);
    if (isKnown && !isOwn) return;
    if (isOwn) this.#hasTaken = true;
    const to = isOwn ? actorIdOf(owner) : childIdOf(owner, actor);
    const from = this.#sourceOf(inspected.sourceRef as AnyActorRef | undefined, to);
    const number = isKnown ? 0 : ++this.#counts.messages;
    const type = describeEventType(event.type);
    this.#push({ kind: 'heard', from, to, type, event: this.#shown(event), owner: owner.path, isOwn }, number);
  }

  #sourceOf(source: AnyActorRef | undefined, to: string): string {
    const owner = source && this.#ownerOf(source);
    if (source === undefined || owner === undefined) return to;

    return owner.actor === source ? actorIdOf(owner) : childIdOf(owner, source);
  }

  /** The component instance in whose logic an actor is. */
  #ownerOf(actor: AnyActorRef): ComponentInstance | undefined {
    for (let at: AnyActorRef | undefined = actor; at !== undefined; at = at._parent) {
      const owner = this.#owners.get(at) ?? this.#search(at);
      if (owner !== undefined) return owner.actor === at ? owner : undefined;
    }

    return undefined;
  }

  #search(actor: AnyActorRef): ComponentInstance | undefined {
    for (const instance of this.#live?.tree.instances() ?? []) {
      if (instance.component.logic === undefined || instance.actor !== actor) continue;
      this.#owners.set(actor, instance);

      return instance;
    }

    return undefined;
  }
}
