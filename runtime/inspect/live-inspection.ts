/**
 * The observatory: from where a server is looked at. It knows which sessions there are and keeps a recorder for each
 * that somebody inspects; everything else goes on as if it were not there. `composition.ts` gives it the parts of a server.
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

/** What an observatory needs from the start. */
export interface LiveInspectionOptions {
  /** The version of the application. */
  readonly application: string;
  readonly channels: Channels;
  readonly clock: Clock;
  /** What the systems of actors are made with. */
  readonly inspect?: GuardedInspect | undefined;
  /** What happens seldom is said there, too. */
  readonly log?: Log | undefined;
}

/** What it looks at. */
export interface Sight {
  /** The shared actors of the cluster, and those that are here. */
  readonly actors: SharedActors;
  readonly local: LocalActors;
  /** Those that routes lead to. */
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
  /** The shared actors that were asked for, watched from then on. */
  readonly watched: Map<string, Watched>;
  /** Where it was in the table, if it was. */
  place: Pick<SessionSummary, 'address' | 'component' | 'path'> | undefined;
  /** Whether it is in the store, and since when it is not in memory. */
  isStored: boolean;
  since: number;
  viewers: number;
  /** Tells that something has changed, soon. */
  telling: unknown;
  /** The end, when nobody looks any more. */
  ending: unknown;
}

/** The states of a shared actor. */
interface Watched {
  now: Snapshot<unknown> | undefined;
  before: Snapshot<unknown> | undefined;
  stop(): void;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds between two words that something has changed, in a session and in the list of all. */
const pause = 200;
const listPause = 500;

/** Milliseconds a recording is kept after the last who looked at it has gone: a page may be loaded again. */
const keptTime = 60_000;

/** Session registry that are listed if nothing else is asked for. */
const mostListed = 200;

// OBSERVATORY -----------------------------------------------------------------

/** Looks at a server. */
export class LiveInspection implements Inspection, Instrumentation {
  readonly channels: Channels;
  readonly inspect: GuardedInspect | undefined;
  readonly #options: LiveInspectionOptions;
  readonly #log: ReturnType<typeof createLogProbe> | undefined;
  readonly #recorded = new Map<string, Recorded>();
  readonly #listeners = new Set<() => void>();
  #telling: unknown;
  #report: Reporter | undefined;
  #sight: Sight | undefined;
  #shelf: StoredSessions | undefined;

  constructor(options: LiveInspectionOptions) {
    this.channels = options.channels;
    this.inspect = options.inspect;
    this.#options = options;
    this.#log = options.log && createLogProbe(options.log);
  }

  /** Gives it what it is to look at. */
  look(sight: Sight): void {
    this.#sight = sight;
    this.#shelf = new StoredSessions(sight.store, sight.node);
  }

  /** Looks at nothing any more. */
  close(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#telling);
    for (const [id, recorded] of this.#recorded) this.#forget(id, recorded);
  }

  // LOOKOUT -------------------------------------------------------------------

  tell = <Name extends Rare>(name: Name, event: Diagnostics[Name]): void => {
    const channel = this.channels[name];
    if (channel.hasSubscribers) channel.publish(event as never);
    if (name === 'passivated') this.#noteStored((event as Diagnostics['passivated']).session);
    this.#log?.(name, event);
  };

  /** A reporter that also tells whoever looks. */
  overhearing(report: Reporter): Reporter {
    this.#report = report;
    return (code, error, place) => {
      const id = report(code, error, place);
      const known = error instanceof TroupeError ? error.code : code;
      this.tell('failed', { session: place?.session, component: place?.component, id, code: known });

      return id;
    };
  }

  /** Looking has failed; what is looked at goes on. */
  #failed(error: unknown, session?: string): void {
    this.#report?.(ErrorCode.Internal, error, { session });
  }

  #tellAll(listeners: Iterable<() => void>): void {
    for (const listener of listeners) {
      try {
        const told: unknown = listener();
        if (isPromise(told)) Promise.resolve(told).catch((error: unknown) => this.#failed(error));
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

  /** What becomes of a session that somebody looks at. */
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
    if (this.#telling !== undefined || this.#listeners.size === 0) return;
    this.#telling = this.#options.clock.setTimeout(() => {
      this.#telling = undefined;
      this.#tellAll(this.#listeners);
    }, listPause);
  }

  // SESSIONS ------------------------------------------------------------------

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);

    return () => void this.#listeners.delete(listener);
  }

  async sessions({ text = '', status, most = mostListed }: SessionQuery = {}): Promise<SessionList> {
    const here = Array.from(this.#sight?.sessions.entries() ?? [], summaryOf);
    const ids = new Set(here.map(({ id }) => id));
    const { summaries = [], failure = '' } = (await this.#shelf?.list((id) => !ids.has(id))) ?? {};
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
    return this.#sight?.sessions.entry(id);
  }

  async #storedImage(id: string): Promise<SessionImage | undefined> {
    const bytes = await this.#sight?.store.peek?.(id);

    return bytes === undefined ? undefined : unpack(bytes);
  }

  #record(id: string, stored: SessionImage | undefined): Recorded {
    const { application, clock } = this.#options;
    const components = this.#sight?.components ?? [];
    const listeners = new Set<() => void>();
    const changed = (): void => this.#changed(id);
    const recorder = new SessionRecorder({
      application,
      channels: this.channels,
      session: id,
      changed,
      failed: (error) => this.#failed(error, id),
      now: () => clock.now(),
    });
    const recorded: Recorded = {
      ...{ recorder, stored: stored && withDeclared(stored, components, recorder), listeners, watched: new Map() },
      ...{ place: this.#placeOf(id), isStored: stored !== undefined, since: stored?.at ?? 0 },
      ...{ viewers: 0, telling: undefined, ending: undefined },
    };
    this.#recorded.set(id, recorded);
    const live = this.#entry(id)?.session;
    if (live !== undefined) recorder.attach(live);

    return recorded;
  }

  #observe(id: string, recorded: Recorded): Inspected {
    const { clock } = this.#options;
    const { components, document, local } = this.#sight as Sight;
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

  /** Somebody looks no longer; a while after the last of them nothing is recorded any more. */
  #leave(id: string, recorded: Recorded): void {
    recorded.viewers--;
    if (recorded.viewers > 0) return;
    recorded.ending = this.#options.clock.setTimeout(() => this.#forget(id, recorded), keptTime);
  }

  #forget(id: string, recorded: Recorded): void {
    const { clock } = this.#options;
    clock.clearTimeout(recorded.ending);
    clock.clearTimeout(recorded.telling);
    for (const { stop } of recorded.watched.values()) stop();
    recorded.recorder.detach();
    if (this.#recorded.get(id) === recorded) this.#recorded.delete(id);
  }

  // TELLING -------------------------------------------------------------------

  #changed(id: string): void {
    const recorded = this.#recorded.get(id);
    if (recorded === undefined || recorded.telling !== undefined || recorded.listeners.size === 0) return;
    recorded.telling = this.#options.clock.setTimeout(() => {
      recorded.telling = undefined;
      this.#tellAll(recorded.listeners);
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
    const stop = this.#sight?.actors.watch(name, (snapshot) => {
      made.before = made.now;
      made.now = snapshot;
      this.#changed(id);
    });
    made.stop = stop ?? made.stop;

    return [made.now, made.before];
  }
}

/** A stored session, of whose components the recorder knows which fields are secret; what is not known has no state. */
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
  const { id, tree } = session;

  return { id, status: statusOf(session), component: tree.root.component.name, path, address, since, bytes: undefined };
}

function statusOf({ client, isUsed }: LiveSession): SessionStatus {
  if (client.isConnected) return 'attached';

  return isUsed ? 'detached' : 'dormant';
}

function isAbout({ id, component, path, address }: SessionSummary, text: string): boolean {
  return text === '' || [id, component, path, address].some((part) => part.toLowerCase().includes(text));
}
