/**
 * The turn: messages in order of arrival through `update`, then each changed component through `view` once, then commit.
 * Raised messages follow within the turn, so it runs in rounds. Each round returns what it has done as a value;
 * `component-tree.ts` applies that before the next round: it starts instances, brings subscriptions up to date, carries
 * out the effects, and in the end stops the instances that have left.
 */

import type { Effect, Received } from '../component/effect.js';
import { monotonic, type TimeSource } from '../platform/clock.js';
import { sliceEnd } from '../platform/scheduler.js';
import type { ComponentInstance } from './component-instance.js';
import type { Envelope, Mailbox } from './mailbox.js';
import type { Probe } from './probe.js';
import { updatedEvent, viewedEvent } from './probe-events.js';

// TYPES -----------------------------------------------------------------------

/** The outcome of one round of a turn. */
export interface Round {
  /** The envelopes whose messages were taken, in order. */
  readonly envelopes: readonly Envelope[];
  /** The instances that were shown and committed, parents before their children. One that has left was not shown. */
  readonly shown: readonly ComponentInstance[];
  /** The effects that each of `shown` has asked for, in order. */
  readonly effects: readonly (readonly Effect[])[];
  /** What was stamped on the message of each envelope, for the probe; none without one. */
  readonly received: readonly (Received | undefined)[];
}

// LIMITS ----------------------------------------------------------------------

/** Messages that a turn takes, raised ones included. */
const maxTurnMessages = 256;

/** Rounds of raised messages that one turn follows; the rest waits for the next turn. */
const maxRounds = 16;

/** Messages that are taken between two looks at the clock. */
const maxBatch = 16;

// TURN ------------------------------------------------------------------------

/**
 * One turn. The first round takes what waits; further rounds follow while messages wait, up to 16 rounds, 256 messages
 * and the 8 ms of a slice. What is left stays in the mailbox.
 *
 * ```ts
 * const turn = new Turn(mailbox, clock, pageLoad, probe);
 * do apply(turn.show(turn.take(), changed));
 * while (turn.hasMore);
 * ```
 */
export class Turn {
  /** How many events of the page load were taken. */
  events = 0;
  /** The instances that have left the view of their parent. Those that are present at the end have come back. */
  readonly left: ComponentInstance[] = [];
  readonly #mailbox: Mailbox;
  readonly #clock: TimeSource;
  /** The page load whose events count. */
  readonly #pageLoad: number;
  readonly #probe: Probe | undefined;
  readonly #until: number;
  #messages = 0;
  #rounds = 0;
  #received: (Received | undefined)[] | undefined;

  /** @param now when it begins, as `monotonic` says it. Default: read */
  constructor(mailbox: Mailbox, clock: TimeSource, pageLoad: number, probe: Probe | undefined, now = monotonic(clock)) {
    this.#mailbox = mailbox;
    this.#clock = clock;
    this.#pageLoad = pageLoad;
    this.#probe = probe;
    this.#until = sliceEnd(now);
  }

  /** Whether another round follows. What has to be resolved waits for the next turn: until then the client is sent what is shown. */
  get hasMore(): boolean {
    const { isUnresolved, size } = this.#mailbox;
    const isWithin = this.#rounds < maxRounds && this.#messages < maxTurnMessages && size > 0 && !isUnresolved;

    return isWithin && monotonic(this.#clock) < this.#until;
  }

  /** Begins a round: the components take the messages that wait, until the limits of the turn are reached. */
  take(): readonly Envelope[] {
    this.#rounds++;
    const envelopes = this.#takeEnvelopes();
    this.#messages += envelopes.length;

    return envelopes;
  }

  /**
   * Ends a round: each component that has changed is shown once and committed.
   *
   * @param changed the instances that have changed outside of any turn, or while the messages were taken
   */
  show(envelopes: readonly Envelope[], changed: Iterable<ComponentInstance>): Round {
    const queue = new RenderQueue(this.left);
    for (const { instance, pageLoad } of envelopes) {
      if (pageLoad === this.#pageLoad) this.events++;
      if (instance.isDirty) queue.add(instance);
    }
    for (const instance of changed) if (instance.isDirty) queue.add(instance);
    const shown = queue.run(this.#probe);

    const received = this.#received ?? none;
    this.#received = undefined;

    return { envelopes, shown, effects: shown.map((instance) => instance.commit()), received };
  }

  #takeEnvelopes(): readonly Envelope[] {
    const mailbox = this.#mailbox;
    const max = maxTurnMessages - this.#messages;
    if (mailbox.isUnresolved) return this.#deliver(mailbox.take(1).map(resolved));
    if (mailbox.size <= 1) return this.#deliver(mailbox.take(max));
    const taken: Envelope[] = [];
    while (taken.length < max && mailbox.size > 0 && !mailbox.isUnresolved) {
      taken.push(...this.#deliver(mailbox.take(Math.min(maxBatch, max - taken.length))));
      if (mailbox.size > 0 && monotonic(this.#clock) >= this.#until) break;
    }

    return taken;
  }

  #deliver(envelopes: readonly Envelope[]): readonly Envelope[] {
    if (this.#probe !== undefined) this.#deliverObserved(envelopes, this.#probe);
    else for (const envelope of envelopes) deliver(envelope);

    return envelopes;
  }

  #deliverObserved(envelopes: readonly Envelope[], probe: Probe): void {
    let number = this.#mailbox.taken - envelopes.length;
    this.#received ??= [];
    for (const envelope of envelopes) {
      const begunAt = this.#clock.now();
      const begun = performance.now();
      deliver(envelope);
      probe(updatedEvent(envelope, ++number, begun, begunAt));
      this.#received.push(envelope.instance.received);
    }
  }
}

const none: readonly never[] = [];

/** A component that has left takes no messages. */
function deliver({ instance, message, at, cause }: Envelope): void {
  if (message !== undefined && instance.isPresent) instance.take(message, at, cause);
}

/** The receiver is looked up in the page that the messages before have led to. */
function resolved(envelope: Envelope): Envelope {
  return envelope.resolve === undefined ? envelope : envelope.resolve();
}

// RENDERING -------------------------------------------------------------------

/** The instances that are to be shown, by depth: showing one can only add deeper ones. */
export class RenderQueue {
  readonly #left: ComponentInstance[];
  readonly #levels: ComponentInstance[][] = [];

  /** @param left where the instances are added that leave */
  constructor(left: ComponentInstance[]) {
    this.#left = left;
  }

  /** Adds an instance, unless it is in the queue. */
  add(instance: ComponentInstance): void {
    if (instance.isQueued) return;
    instance.isQueued = true;
    const level = this.#levels[instance.depth];
    if (level === undefined) this.#levels[instance.depth] = [instance];
    else level.push(instance);
  }

  /**
   * Shows each instance that is still in the page, parents before their children. Returns all: the messages that an
   * instance has taken before it left count.
   */
  run(probe?: Probe): readonly ComponentInstance[] {
    const done: ComponentInstance[] = [];
    for (let depth = 0; depth < this.#levels.length; depth++) {
      for (const instance of this.#levels[depth] ?? []) {
        instance.isQueued = false;
        if (instance.isPresent) this.#showObserved(instance, probe);
        done.push(instance);
      }
    }

    return done;
  }

  /** A view does not run if the state is the same as before. */
  #showObserved(instance: ComponentInstance, probe: Probe | undefined): void {
    if (probe === undefined) return this.#show(instance);
    const { views } = instance;
    const begun = performance.now();
    this.#show(instance);
    if (instance.views > views) probe(viewedEvent(instance, begun));
  }

  #show(instance: ComponentInstance): void {
    const arrangement = instance.render();
    if (arrangement === undefined) return;
    for (const child of arrangement.left) this.#left.push(child);
    for (const child of arrangement.next) this.add(child);
  }
}
