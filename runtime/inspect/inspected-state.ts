/**
 * The states and statecharts of an inspected session: of its present actors, and of its components after a recorded
 * step. States are redacted here, when they leave. `inspected-session.ts` is the rest of what is seen of it.
 */

import type { Snapshot } from 'xstate';
import type { SharedView } from '../cluster/shared-actor.js';
import { redact } from '../platform/redact.js';
import type { Step } from '../recording/recording.js';
import { imageOf, shownSnapshot, stateIn } from '../recording/snapshot-views.js';
import { lifeMachine } from '../session/life-machine.js';
import type { LiveSession } from '../session/session.js';
import type { SessionImage } from '../session/session-snapshot.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { TreeImage } from '../tree/tree-image.js';
import { childIdOf, pathId, readActorId } from './actor-id.js';
import { childrenOf } from './actor-tree.js';
import type { ChartView, SessionSummary, StateView } from './inspection.js';
import type { SessionRecorder } from './session-recorder.js';
import { rowsOf } from './state-rows.js';
import { activeStates, chartOf, describeEventType, takenBy } from './statechart.js';

// TYPES -----------------------------------------------------------------------

/** What states are read from. */
export interface StateSources {
  readonly recorder: SessionRecorder;
  /** What is stored of the session, if it was not in memory when inspection began. */
  readonly stored: SessionImage | undefined;
  /** The session, while it is in memory. */
  live(): LiveSession | undefined;
  summary(): SessionSummary;
  shared(name: string): SharedView | undefined;
  /** The states of a shared actor: the present one, and the one before. */
  watched(name: string): readonly [now: Snapshot<unknown> | undefined, before: Snapshot<unknown> | undefined];
}

/** A state, what it was before the last message, and what that was. */
interface Found {
  readonly state: unknown;
  readonly before?: { readonly value: unknown } | undefined;
  readonly after: string;
}

// STATES ----------------------------------------------------------------------

/** The states of the actors of one session. */
export class InspectedStates {
  readonly #sources: StateSources;

  constructor(sources: StateSources) {
    this.#sources = sources;
  }

  get #recorder(): SessionRecorder {
    return this.#sources.recorder;
  }

  /** The last states of a session that is not in memory. */
  get latest(): TreeImage | undefined {
    return this.#recorder.latest ?? this.#sources.stored?.tree;
  }

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
    const session = this.#sources.live();
    if (session === undefined) return 'The session is not in memory.';
    const { load, processed } = session.client;
    const { status, path, address } = this.#sources.summary();

    return {
      state: { status, path, address, load, page: session.tree.pageLoad, processed, turns: session.tree.turns },
      after: '',
    };
  }

  #componentState(path: readonly string[], step: number | undefined): Found | string {
    const at = step ?? this.#recorder.history.last;
    const image = step === undefined ? undefined : this.#recorder.after(step);
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
    const live = this.#sources.live();
    const instance = live?.tree.find(path);
    if (instance !== undefined) return instance.isBroken ? undefined : presentOf(instance);
    const image = live === undefined ? this.latest : undefined;

    return image && stateIn(image, path);
  }

  /** The last step up to one that has changed the state of a component. */
  #lastChange(path: readonly string[], until: number): Step | undefined {
    const { first } = this.#recorder.history;
    for (let number = until; number >= first; number--) {
      const step = this.#recorder.step(number);
      const before = this.#recorder.before(number);
      if (step === undefined || before === undefined) return undefined;
      if (imageOf(step.after.root, path)?.state !== imageOf(before.root, path)?.state) return step;
    }

    return undefined;
  }

  #sharedState(name: string): Found | string {
    const [now, before] = this.#sources.watched(name);
    if (now === undefined) return 'This node has not started it.';

    return { state: shownSnapshot(now), before: before && { value: shownSnapshot(before) }, after: '' };
  }

  #subscriptionState({ path, key }: { readonly path: readonly string[]; readonly key: string }): Found | string {
    const tree = this.#sources.live()?.tree;
    const instance = tree?.find(path);
    const view = instance?.subscriptions?.views.find((subscription) => subscription.key === key);
    if (view === undefined) return 'The subscription is not there.';
    const { kind, status, failures, mark } = view;

    return { state: { kind, key, status, failures, ...(mark !== undefined && { stored: mark }) }, after: '' };
  }

  #childState({ path }: { readonly path: readonly string[] }, id: string): Found | string {
    const instance = this.#sources.live()?.tree.find(path);
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
    const instance = this.#sources.live()?.tree.find(place.path);
    const child = instance && descendantsOf(instance.snapshot).find((found) => childIdOf(instance, found) === actor);

    return child && chartView((child as { readonly logic?: unknown }).logic, child.getSnapshot());
  }

  /** The phases of a session are a machine, too. */
  #sessionChart(): ChartView | undefined {
    const { status } = this.#sources.summary();
    if (status === 'dormant' || status === 'passivated') return undefined;

    return chartView(lifeMachine, { value: status });
  }

  #sharedChart(name: string): ChartView | undefined {
    const { shared, watched } = this.#sources;
    const [snapshot] = watched(name);

    return snapshot && chartView(shared(name)?.logic, snapshot);
  }

  #componentChart(path: readonly string[], step: number | undefined): ChartView | undefined {
    const instance = this.#sources.live()?.tree.find(path);
    const chart = chartOf(instance?.component.logic);
    if (instance === undefined || chart === undefined) return undefined;
    const at = step ?? this.#recorder.history.last;
    const image = step === undefined ? undefined : this.#recorder.after(step);
    const state = image === undefined ? presentOf(instance) : stateIn(image, path);
    if (state === undefined) return undefined;
    const active = activeStates(chart, state as { readonly value?: unknown });
    const last = this.#lastChange(path, at);
    const before = last && this.#recorder.before(last.number);
    if (last === undefined || before === undefined) return { chart, active, taken: [] };
    const earlier = activeStates(chart, (stateIn(before, path) ?? {}) as { readonly value?: unknown });

    return { chart, active, taken: takenBy(chart, earlier, active, typeIn(last, path)) };
  }
}

// SNAPSHOTS -------------------------------------------------------------------

/** What is shown of a component in memory. */
function presentOf(instance: ComponentInstance): unknown {
  return instance.component.logic === undefined ? instance.shown : shownSnapshot(instance.snapshot);
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
