/**
 * Live inspection: what can be seen of a running server. It knows the sessions of the server and has a recorder for each
 * inspected one; other sessions are not affected. `composition.ts` connects it with the parts of a server.
 */

import type { Snapshot } from 'xstate';
import type { LocalActors, SharedActors } from '../cluster/shared-actors.js';
import type { AnyComponent } from '../component/component.js';
import type { GuardedInspect } from '../component/xstate-inspect.js';
import type { Layout } from '../http/layout.js';
import type { Clock } from '../platform/clock.js';
import type { Channels, Diagnostics, Rare } from '../platform/diagnostics.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createLogProbe, type Log } from '../platform/logger.js';
import { isPromise } from '../platform/promise.js';
import { componentsIn } from '../recording/read-only-tree.js';
import { hideUnknown } from '../recording/snapshot-views.js';
import type { Move, SessionRegistry, TableEntry } from '../registry/session-registry.js';
import type { LiveSession } from '../session/session.js';
import { type SessionImage, unpack } from '../session/session-snapshot.js';
import type { Store } from '../store/store.js';
import type { Instrumentation } from '../tree/probe.js';
import { InspectedSession } from './inspected-session.js';
import type { Inspected, Inspection, SessionList, SessionQuery, SessionStatus, SessionSummary } from './inspection.js';
import { SessionRecorder } from './session-recorder.js';
import { StoredSessions } from './stored-sessions.js';

// TYPES -----------------------------------------------------------------------

/** What live inspection is made with. */
export interface LiveInspectionOptions {
  /** The version of the application. */
  readonly application: string;
  readonly channels: Channels;
  readonly clock: Clock;
  /** The XState inspection observer of the host program, which actor systems are created with. */
  readonly inspect?: GuardedInspect | undefined;
  /** Gets the rare events as well. */
  readonly log?: Log | undefined;
}

/** The parts of a server that it reads. */
export interface InspectionSources {
  /** The shared actors of the cluster, and those of this node. */
  readonly actors: SharedActors;
  readonly local: LocalActors;
  /** The components of the routes. */
  readonly components: readonly AnyComponent[];
  readonly document: Layout;
  /** The name of this process. */
  readonly node: string;
  readonly sessions: SessionRegistry;
  readonly store: Store;
}

/** A session that is recorded. */
interface Recorded {
  readonly recorder: SessionRecorder;
  readonly stored: SessionImage | undefined;
  readonly listeners: Set<() => void>;
  /** The shared actors whose states were requested; each is watched from then on. */
  readonly watched: Map<string, Watched>;
  /** What the registry last knew of it, if it was in memory. */
  place: Pick<SessionSummary, 'address' | 'component' | 'path'> | undefined;
  /** Whether it is in the store, and since when it is not in memory, in milliseconds since the epoch. */
  isStored: boolean;
  since: number;
  /** How many inspections of it are open. */
  viewers: number;
  /** The timer of the next notification of listeners. */
  notifying: unknown;
  /** The timer that ends the recording, once no inspection is open. */
  ending: unknown;
}

/** The present and the previous state of a shared actor. */
interface Watched {
  now: Snapshot<unknown> | undefined;
  before: Snapshot<unknown> | undefined;
  stop(): void;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds between two notifications of a change: of a session, and of the list of sessions. */
const pause = 200;
const listPause = 500;

/** Milliseconds that a recording continues after its last inspection was closed: a page may be reloaded. */
const keptTime = 60_000;

/** The default of `most` in a query for sessions. */
const mostListed = 200;

// LIVE INSPECTION -------------------------------------------------------------

/** Inspects a server, and is the instrumentation of its sessions. */
export class LiveInspection implements Inspection, Instrumentation {
  readonly channels: Channels;
  readonly inspect: GuardedInspect | undefined;
  readonly #options: LiveInspectionOptions;
  readonly #log: ReturnType<typeof createLogProbe> | undefined;
  readonly #recorded = new Map<string, Recorded>();
  readonly #listeners = new Set<() => void>();
  #notifying: unknown;
  #report: Reporter | undefined;
  #sources: InspectionSources | undefined;
  #storedSessions: StoredSessions | undefined;

  constructor(options: LiveInspectionOptions) {
    this.channels = options.channels;
    this.inspect = options.inspect;
    this.#options = options;
    this.#log = options.log && createLogProbe(options.log);
  }

  /** Connects it with the parts of the server, which are made after it. */
  connect(sources: InspectionSources): void {
    this.#sources = sources;
    this.#storedSessions = new StoredSessions(sources.store, sources.node);
  }

  /** Ends all recordings. */
  close(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#notifying);
    for (const [id, recorded] of this.#recorded) this.#forget(id, recorded);
  }

  // RARE EVENTS ---------------------------------------------------------------

  tell = <Name extends Rare>(name: Name, event: Diagnostics[Name]): void => {
    const channel = this.channels[name];
    if (channel.hasSubscribers) channel.publish(event as never);
    if (name === 'passivated') this.#noteStored((event as Diagnostics['passivated']).session);
    this.#log?.(name, event);
  };

  /** A reporter that also publishes each report as a `failed` event. */
  overhearing(report: Reporter): Reporter {
    this.#report = report;
    return (code, error, place) => {
      const id = report(code, error, place);
      const known = error instanceof TroupeError ? error.code : code;
      this.tell('failed', { session: place?.session, component: place?.component, id, code: known });

      return id;
    };
  }

  /** Reports an error of inspection itself; the session is not affected. */
  #failed(error: unknown, session?: string): void {
    this.#report?.(ErrorCode.Internal, error, { session });
  }

  #notifyAll(listeners: Iterable<() => void>): void {
    for (const listener of listeners) {
      try {
        const result: unknown = listener();
        if (isPromise(result)) Promise.resolve(result).catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #noteStored(id: string): void {
    const recorded = this.#recorded.get(id);
    if (recorded !== undefined) recorded.isStored = true;
  }

  moved(session: LiveSession, how: Move): void {
    const { log } = this.#options;
    const recorded = this.#recorded.get(session.id);
    if (recorded !== undefined) this.#follow(session, how, recorded);
    if (how === 'opened') {
      log?.opened(session.id, session.tree.root.component.name);
    } else if (how !== 'left') log?.[how](session.id);
    this.#listChanged();
  }

  /** Follows an inspected session into and out of memory. */
  #follow(session: LiveSession, how: Move, recorded: Recorded): void {
    if (how === 'ended') {
      recorded.since = this.#options.clock.now();
      recorded.recorder.detach();
    } else if (how === 'opened') {
      recorded.isStored = false;
      recorded.place = this.#placeOf(session.id);
      recorded.recorder.attach(session);
    }
    this.#changed(session.id);
  }

  #placeOf(id: string): Recorded['place'] {
    const entry = this.#entry(id);

    return entry && summaryOf(entry);
  }

  #listChanged(): void {
    if (this.#notifying !== undefined || this.#listeners.size === 0) return;
    this.#notifying = this.#options.clock.setTimeout(() => {
      this.#notifying = undefined;
      this.#notifyAll(this.#listeners);
    }, listPause);
  }

  // SESSIONS ------------------------------------------------------------------

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);

    return () => void this.#listeners.delete(listener);
  }

  async sessions({ text = '', status, most = mostListed }: SessionQuery = {}): Promise<SessionList> {
    const here = Array.from(this.#sources?.sessions.entries() ?? [], summaryOf);
    const ids = new Set(here.map(({ id }) => id));
    const { summaries = [], failure = '' } = (await this.#storedSessions?.list((id) => !ids.has(id))) ?? {};
    const all = [...here, ...summaries].sort((left, right) => right.since - left.since);
    const counts = { dormant: 0, attached: 0, detached: 0, passivated: 0 };
    for (const summary of all) if (summary.status !== 'ended') counts[summary.status]++;
    const wanted = text.toLowerCase();
    const found = all.filter(
      (summary) => (status === undefined || summary.status === status) && isAbout(summary, wanted)
    );

    return { sessions: found.slice(0, most), found: found.length, counts, failure };
  }

  // INSPECTING ----------------------------------------------------------------

  async open(id: string): Promise<Inspected | undefined> {
    const known = this.#recorded.get(id);
    const live = this.#entry(id)?.session;
    const stored = known !== undefined || live !== undefined ? undefined : await this.#storedImage(id);
    if (known === undefined && live === undefined && stored === undefined) return undefined;
    const recorded = this.#recorded.get(id) ?? this.#record(id, stored);
    recorded.viewers++;
    this.#options.clock.clearTimeout(recorded.ending);

    return this.#observe(id, recorded);
  }

  #entry(id: string): TableEntry | undefined {
    return this.#sources?.sessions.entry(id);
  }

  async #storedImage(id: string): Promise<SessionImage | undefined> {
    const bytes = await this.#sources?.store.peek?.(id);

    return bytes === undefined ? undefined : unpack(bytes);
  }

  #record(id: string, stored: SessionImage | undefined): Recorded {
    const { application } = this.#options;
    const components = this.#sources?.components ?? [];
    const listeners = new Set<() => void>();
    const changed = (): void => this.#changed(id);
    const recorder = new SessionRecorder({
      application,
      channels: this.channels,
      session: id,
      changed,
      failed: (error) => this.#failed(error, id),
    });
    const recorded: Recorded = {
      ...{ recorder, stored: stored && withDeclared(stored, components, recorder), listeners, watched: new Map() },
      ...{ place: this.#placeOf(id), isStored: stored !== undefined, since: stored?.at ?? 0 },
      ...{ viewers: 0, notifying: undefined, ending: undefined },
    };
    this.#recorded.set(id, recorded);
    const live = this.#entry(id)?.session;
    if (live !== undefined) recorder.attach(live);

    return recorded;
  }

  #observe(id: string, recorded: Recorded): Inspected {
    const { clock } = this.#options;
    const { components, document, local } = this.#sources as InspectionSources;
    const stops = new Set<() => void>();
    let isOpen = true;

    return new InspectedSession({
      ...{ id, document, recorder: recorded.recorder, stored: recorded.stored },
      components: new Map(components.map((component) => [component.name, component])),
      live: () => this.#entry(id)?.session,
      now: () => clock.now(),
      summary: () => this.#summary(id, recorded),
      shared: (name) => local.look(name),
      watched: (name) => this.#watched(id, recorded, name),
      watch: (listener) => {
        recorded.listeners.add(listener);
        const stopList = this.watch(listener);
        const stop = (): void => {
          recorded.listeners.delete(listener);
          stopList();
          stops.delete(stop);
        };
        stops.add(stop);

        return stop;
      },
      close: () => {
        for (const stop of stops) stop();
        if (isOpen) this.#leave(id, recorded);
        isOpen = false;
      },
    });
  }

  #summary(id: string, { isStored, place, since, stored }: Recorded): SessionSummary {
    const entry = this.#entry(id);
    if (entry !== undefined) return summaryOf(entry);
    const { address = '', component = stored?.tree.root.name ?? '', path = '' } = place ?? {};

    return { id, status: isStored ? 'passivated' : 'ended', component, path, address, since, bytes: undefined };
  }

  /** One inspection was closed. After the last one the recording ends, with a delay. */
  #leave(id: string, recorded: Recorded): void {
    recorded.viewers--;
    if (recorded.viewers > 0) return;
    recorded.ending = this.#options.clock.setTimeout(() => this.#forget(id, recorded), keptTime);
  }

  #forget(id: string, recorded: Recorded): void {
    const { clock } = this.#options;
    clock.clearTimeout(recorded.ending);
    clock.clearTimeout(recorded.notifying);
    for (const { stop } of recorded.watched.values()) stop();
    recorded.recorder.detach();
    if (this.#recorded.get(id) === recorded) this.#recorded.delete(id);
  }

  // CHANGES -------------------------------------------------------------------

  #changed(id: string): void {
    const recorded = this.#recorded.get(id);
    if (recorded === undefined || recorded.notifying !== undefined || recorded.listeners.size === 0) return;
    recorded.notifying = this.#options.clock.setTimeout(() => {
      recorded.notifying = undefined;
      this.#notifyAll(recorded.listeners);
    }, pause);
  }

  #watched(
    id: string,
    { watched }: Recorded,
    name: string
  ): readonly [Snapshot<unknown> | undefined, Snapshot<unknown> | undefined] {
    const known = watched.get(name);
    if (known !== undefined) return [known.now, known.before];
    const made: Watched = { now: undefined, before: undefined, stop: () => undefined };
    watched.set(name, made);
    const stop = this.#sources?.actors.watch(name, (snapshot) => {
      made.before = made.now;
      made.now = snapshot;
      this.#changed(id);
    });
    made.stop = stop ?? made.stop;

    return [made.now, made.before];
  }
}

/** A stored session whose components have declared their secret fields to the recorder. Unknown components lose their state. */
function withDeclared(
  stored: SessionImage,
  components: readonly AnyComponent[],
  recorder: SessionRecorder
): SessionImage {
  const root = components.find(({ name }) => name === stored.tree.root.name);
  const known = root === undefined ? [] : componentsIn(root, stored.tree);
  for (const component of known) recorder.declare(component);

  return { ...stored, tree: hideUnknown(stored.tree, new Set(known.map(({ name }) => name))) };
}

// SUMMARIES -------------------------------------------------------------------

function summaryOf({ session, address, path, since }: TableEntry): SessionSummary {
  const { id, isUnstored, tree } = session;
  const { name: component } = tree.root.component;

  return { id, status: statusOf(session), isUnstored, component, path, address, since, bytes: undefined };
}

function statusOf({ client, isUsed }: LiveSession): SessionStatus {
  if (client.isConnected) return 'attached';

  return isUsed ? 'detached' : 'dormant';
}

function isAbout({ id, component, path, address }: SessionSummary, text: string): boolean {
  return text === '' || [id, component, path, address].some((part) => part.toLowerCase().includes(text));
}
