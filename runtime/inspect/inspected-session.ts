/**
 * An inspected session, as `inspection.ts` declares it: what the recorder has kept, the present state of the session, or
 * the stored one if it is not in memory. States and recordings are redacted here, when they leave.
 */

import type { Snapshot } from 'xstate';
import type { SharedView } from '../cluster/shared-actor.js';
import type { AnyComponent } from '../component/component.js';
import { type Layout, renderReadOnly } from '../http/layout.js';
import { redact } from '../platform/redact.js';
import { pageOf } from '../recording/read-only-tree.js';
import { withPages } from '../recording/recorded-pages.js';
import type { Step } from '../recording/recording.js';
import { encodeRecording } from '../recording/recording-file.js';
import { imageOf, redactImage, shownSnapshot, stateIn } from '../recording/snapshot-views.js';
import { type LiveSession, sessionLife } from '../session/session.js';
import type { SessionImage } from '../session/session-snapshot.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { childIdOf, pathId, readActorId } from './actor-id.js';
import { actorsOf, childrenOf, nameOf, storedActorsOf } from './actor-tree.js';
import type {
  ActorView,
  ChartView,
  HistoryView,
  Inspected,
  LogEntry,
  LogQuery,
  LogView,
  SessionSummary,
  StateView,
  StepView,
  WireView,
} from './inspection.js';
import type { SessionRecorder } from './session-recorder.js';
import { rowsOf } from './state-rows.js';
import { activeStates, chartOf, describeEventType, takenBy } from './statechart.js';

// TYPES -----------------------------------------------------------------------

/** What an inspected session is read from. */
export interface InspectedSessionOptions {
  readonly id: string;
  readonly recorder: SessionRecorder;
  /** The components of the routes, by name. */
  readonly components: ReadonlyMap<string, AnyComponent>;
  readonly document: Layout;
  /** The session, while it is in memory. */
  live(): LiveSession | undefined;
  /** What is stored of it, if it was not in memory when inspection began. */
  readonly stored: SessionImage | undefined;
  now(): number;
  summary(): SessionSummary;
  shared(name: string): SharedView | undefined;
  /** The states of a shared actor: as it is, and before that. */
  watched(name: string): readonly [now: Snapshot<unknown> | undefined, before: Snapshot<unknown> | undefined];
  watch(listener: () => void): () => void;
  close(): void;
}

/** A state, what it was before the last message, and what that was. */
interface Found {
  readonly state: unknown;
  readonly before?: { readonly value: unknown } | undefined;
  readonly after: string;
}

/** The default of `most` in a query. */
const mostEntries = 100;

// INSPECTED SESSION -----------------------------------------------------------

/** A session that is inspected. */
export class InspectedSession implements Inspected {
  readonly id: string;
  readonly #options: InspectedSessionOptions;

  constructor(options: InspectedSessionOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get #recorder(): SessionRecorder {
    return this.#options.recorder;
  }

  summary(): SessionSummary {
    return this.#options.summary();
  }

  watch(listener: () => void): () => void {
    return this.#options.watch(listener);
  }

  close(): void {
    this.#options.close();
  }

  // ACTORS --------------------------------------------------------------------

  actors(): ActorView {
    const { live, now, shared } = this.#options;
    const session = live();
    const { status, since } = this.summary();
    if (session === undefined) return this.#actorsThen(status, since);
    const { failures } = this.#recorder;
    const around = {
      status,
      since,
      now: now(),
      failures,
      shared,
      sinceOf: (actor: object) => this.#recorder.sinceOf(actor),
    };

    return actorsOf(session, around);
  }

  /** The last actors of a session that is not in memory; none of them runs. */
  #actorsThen(status: SessionSummary['status'], since: number): ActorView {
    const image = this.#imageLast;
    if (image === undefined) return { ...gone, name: this.id, status };

    return { ...storedActorsOf(this.id, { at: since, tree: image }, this.#options.now()), status };
  }

  /** The last states of a session that is not in memory. */
  get #imageLast(): TreeImage | undefined {
    return this.#recorder.latest ?? this.#options.stored?.tree;
  }

  // STATE ---------------------------------------------------------------------

  state(actor: string, opened: readonly string[], step?: number): StateView {
    const found = this.#find(actor, step);
    if (typeof found === 'string') return { actor, rows: [], after: '', absence: found };
    const { names } = this.#recorder;
    const copies = new Map<object, unknown>();
    const before = found.before && { value: redact(found.before.value, names, copies) };
    const rows = rowsOf(redact(found.state, names, copies), { opened, before });

    return { actor, rows, after: found.after, absence: '' };
  }

  /** The state of an actor, or why there is none. */
  #find(actor: string, step: number | undefined): Found | string {
    const place = readActorId(actor);
    switch (place?.kind) {
      case 'session':
        return step === undefined ? this.#sessionState() : 'The status of a session is not recorded.';
      case 'component':
        return this.#componentState(place.path, step);
      case 'shared':
        return step === undefined ? this.#sharedState(place.name) : 'The states of shared actors are not recorded.';
      case 'subscription':
        return step === undefined ? this.#subscriptionState(place) : 'The states of subscriptions are not recorded.';
      case 'child':
        return step === undefined
          ? this.#childState(place, actor)
          : 'Its recorded state is part of the state of its statechart.';
      default:
        return 'There is no such actor.';
    }
  }

  #sessionState(): Found | string {
    const session = this.#options.live();
    if (session === undefined) return 'The session is not in memory.';
    const { load, processed } = session.client;
    const { status, path, address } = this.summary();

    return {
      state: { status, path, address, load, page: session.tree.pageLoad, processed, turns: session.tree.turns },
      after: '',
    };
  }

  #componentState(path: readonly string[], step: number | undefined): Found | string {
    const { steps } = this.#recorder;
    const at = step ?? steps.last;
    const image = at === steps.last && step === undefined ? undefined : this.#image(at);
    const state = image === undefined ? this.#presentState(path) : stateIn(image, path);
    if (state === undefined) return step === undefined ? 'The component is not there.' : 'The component was not there.';
    const last = this.#lastChange(path, at);
    const before = last && this.#recorder.before(last.number);

    return {
      state,
      before: before && { value: stateIn(before, path) },
      after: last === undefined ? '' : describeEventType(typeIn(last, path)),
    };
  }

  /** The present state, also between steps. */
  #presentState(path: readonly string[]): unknown {
    const live = this.#options.live();
    const instance = live?.tree.find(path);
    if (instance !== undefined) return instance.isBroken ? undefined : presentOf(instance);
    const image = live === undefined ? this.#imageLast : undefined;

    return image && stateIn(image, path);
  }

  /** The states after a step, or at the start. */
  #image(step: number): TreeImage | undefined {
    return this.#recorder.steps.at(step)?.after ?? this.#recorder.before(step + 1);
  }

  /** The last step up to one that has changed the state of a component. */
  #lastChange(path: readonly string[], until: number): Step | undefined {
    const { steps } = this.#recorder;
    for (let number = until; number >= steps.first; number--) {
      const step = steps.at(number);
      const before = this.#recorder.before(number);
      if (step === undefined || before === undefined) return undefined;
      if (imageOf(step.after.root, path)?.state !== imageOf(before.root, path)?.state) return step;
    }

    return undefined;
  }

  #sharedState(name: string): Found | string {
    const [now, before] = this.#options.watched(name);
    if (now === undefined) return 'This node has not started it.';

    return { state: shownSnapshot(now), before: before && { value: shownSnapshot(before) }, after: '' };
  }

  #subscriptionState({ path, key }: { readonly path: readonly string[]; readonly key: string }): Found | string {
    const tree = this.#options.live()?.tree;
    const instance = tree?.find(path);
    const view = instance?.subscriptions?.views.find((subscription) => subscription.key === key);
    if (view === undefined) return 'The subscription is not there.';
    const { kind, status, failures, mark } = view;

    return { state: { kind, key, status, failures, ...(mark !== undefined && { stored: mark }) }, after: '' };
  }

  #childState({ path }: { readonly path: readonly string[] }, id: string): Found | string {
    const instance = this.#options.live()?.tree.find(path);
    const child = instance && descendantsOf(instance.snapshot).find((actor) => childIdOf(instance, actor) === id);

    return child === undefined ? 'The actor is not there.' : { state: shownSnapshot(child.getSnapshot()), after: '' };
  }

  // CHARTS --------------------------------------------------------------------

  chart(actor: string, step?: number): ChartView | undefined {
    const place = readActorId(actor);
    if (place?.kind === 'session') return step === undefined ? this.#sessionChart() : undefined;
    if (place?.kind === 'shared') return step === undefined ? this.#sharedChart(place.name) : undefined;
    if (place?.kind === 'component') return this.#componentChart(place.path, step);
    if (place?.kind !== 'child' || step !== undefined) return undefined;
    const instance = this.#options.live()?.tree.find(place.path);
    const child = instance && descendantsOf(instance.snapshot).find((found) => childIdOf(instance, found) === actor);

    return child && chartView((child as { readonly logic?: unknown }).logic, child.getSnapshot());
  }

  /** The phases of a session are a machine, too. */
  #sessionChart(): ChartView | undefined {
    const { status } = this.summary();
    if (status === 'dormant' || status === 'passivated') return undefined;

    return chartView(sessionLife, { value: status });
  }

  #sharedChart(name: string): ChartView | undefined {
    const { shared, watched } = this.#options;
    const [snapshot] = watched(name);

    return snapshot && chartView(shared(name)?.logic, snapshot);
  }

  #componentChart(path: readonly string[], step: number | undefined): ChartView | undefined {
    const instance = this.#options.live()?.tree.find(path);
    const chart = chartOf(instance?.component.logic);
    if (instance === undefined || chart === undefined) return undefined;
    const at = step ?? this.#recorder.steps.last;
    const image = step === undefined ? undefined : this.#image(step);
    const state = image === undefined ? presentOf(instance) : stateIn(image, path);
    if (state === undefined) return undefined;
    const active = activeStates(chart, state as { readonly value?: unknown });
    const last = this.#lastChange(path, at);
    const before = last && this.#recorder.before(last.number);
    if (last === undefined || before === undefined) return { chart, active, taken: [] };
    const earlier = activeStates(chart, (stateIn(before, path) ?? {}) as { readonly value?: unknown });

    return { chart, active, taken: takenBy(chart, earlier, active, typeIn(last, path)) };
  }

  // LOG -----------------------------------------------------------------------

  log({ actor, type, skip, most }: LogQuery): LogView {
    const wanted = type?.toLowerCase();
    const all = this.#recorder.log.entries;
    const isAll = actor === undefined && !wanted;
    const found = isAll
      ? all
      : all.filter((entry) => isOf(entry, actor) && (!wanted || entry.type.toLowerCase().includes(wanted)));
    const { entries, skipped } = excerpt(found, skip, most);

    return { entries: entries.map((entry) => ({ ...entry })), found: found.length, skipped };
  }

  wire({ skip, most }: Pick<LogQuery, 'skip' | 'most'>): WireView {
    const found = this.#recorder.wire.entries;
    const { entries, skipped } = excerpt(found, skip, most);

    return { entries: entries.map((entry) => ({ ...entry, words: [...entry.words] })), found: found.length, skipped };
  }

  // TIME ----------------------------------------------------------------------

  history(): HistoryView {
    const { first, last } = this.#recorder.steps;

    return { first, last };
  }

  step(number: number): StepView | undefined {
    const step = this.#recorder.steps.at(number);
    if (step === undefined) return undefined;
    const told = (path: readonly string[], type: string) => ({
      to: nameIn(step.after.root, path),
      type: describeEventType(type),
    });
    const taken = step.messages.map(({ path, message }) => told(path, message.type));
    const given = step.events.map(({ path, event }) => told(path, event.type));

    return { number, at: step.at, messages: [...taken, ...given] };
  }

  page(number = this.#recorder.steps.last): string {
    const { document, stored } = this.#options;
    const image = this.#image(number) ?? stored?.tree;
    const component = image && this.#component(image);
    if (image === undefined || component === undefined) return renderReadOnly(document, notKnown, '');
    const at = this.#recorder.steps.at(number)?.at ?? stored?.at;
    const { html } = pageOf(component, redactImage(image, this.#recorder.names), { at });

    return renderReadOnly(document, html, this.summary().path);
  }

  /** The component whose page it is. */
  #component({ root }: TreeImage): AnyComponent | undefined {
    const { components, live } = this.#options;

    return live()?.tree.root.component ?? components.get(root.name);
  }

  export(): string {
    const { recording } = this.#recorder;
    if (recording === undefined) return '';
    const { names } = this.#recorder;
    const copies = new Map<object, unknown>();
    const shown = {
      ...recording,
      first: redactImage(recording.first, names, copies),
      steps: recording.steps.map((step) => ({
        ...step,
        messages: redact(step.messages, names, copies),
        events: redact(step.events, names, copies),
        effects: redact(step.effects, names, copies),
        after: redactImage(step.after, names, copies),
      })),
    };
    const component = this.#component(shown.first);

    return encodeRecording(component === undefined ? shown : withPages(shown, component));
  }
}

const notKnown = '<p>The page of this step is not known.</p>';

const gone: Omit<ActorView, 'name' | 'status'> = {
  ...{ id: 'session', kind: 'session', mailbox: 0, age: 0, errors: 0, lastError: '', actors: [] },
};

// STATES ----------------------------------------------------------------------

/** What is shown of a component in memory. */
function presentOf(instance: ComponentInstance): unknown {
  return instance.component.logic === undefined ? instance.shown : shownSnapshot(instance.snapshot);
}

/** The name of a component with its key; of one that has left, from its last id. */
function nameIn(root: InstanceImage, path: readonly string[]): string {
  const id = path.at(-1) ?? '';

  return nameOf(id, imageOf(root, path)?.name ?? id.slice(0, id.indexOf(' ')));
}

/** The type of the last message that a component took in a step. */
function typeIn({ messages, events }: Step, path: readonly string[]): string {
  const id = pathId(path);
  const message = messages.findLast((one) => pathId(one.path) === id)?.message;

  return message?.type ?? events.findLast((one) => pathId(one.path) === id)?.event.type ?? '';
}

function descendantsOf(snapshot: unknown): ReturnType<typeof childrenOf> {
  return childrenOf(snapshot).flatMap((child) => [child, ...descendantsOf(child.getSnapshot())]);
}

function chartView(logic: unknown, snapshot: unknown): ChartView | undefined {
  const chart = chartOf(logic);
  if (chart === undefined) return undefined;

  return { chart, active: activeStates(chart, snapshot as { readonly value?: unknown }), taken: [] };
}

// EXCERPTS --------------------------------------------------------------------

const isOf = ({ from, to }: LogEntry, actor: string | undefined): boolean =>
  actor === undefined || from === actor || to === actor;

function excerpt<Entry>(
  found: readonly Entry[],
  skip: number | undefined,
  most = mostEntries
): { readonly entries: readonly Entry[]; readonly skipped: number } {
  const skipped = Math.max(0, Math.min(skip ?? Number.POSITIVE_INFINITY, found.length - most));

  return { entries: found.slice(skipped, skipped + most), skipped };
}
