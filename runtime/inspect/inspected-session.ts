/**
 * An inspected session, as `inspection.ts` declares it: what the recorder has kept, the present state of the session, or
 * the stored one if it is not in memory. Recordings and pages are redacted here, when they leave; `inspected-state.ts`
 * has the states.
 */

import type { AnyComponent } from '../component/component.js';
import { type Layout, renderReadOnly } from '../http/layout.js';
import { redact } from '../platform/redact.js';
import { pageOf } from '../recording/read-only-tree.js';
import { withPages } from '../recording/recorded-pages.js';
import { encodeRecording } from '../recording/recording-file.js';
import { imageOf, redactImage } from '../recording/snapshot-views.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { actorsOf, nameOf, storedActorsOf } from './actor-tree.js';
import { InspectedStates, type StateSources } from './inspected-state.js';
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
import { logEntryOf } from './session-log.js';
import type { SessionRecorder } from './session-recorder.js';
import { describeEventType } from './statechart.js';

// TYPES -----------------------------------------------------------------------

/** What an inspected session is read from. */
export interface InspectedSessionOptions extends StateSources {
  readonly id: string;
  /** The components of the routes, by name. */
  readonly components: ReadonlyMap<string, AnyComponent>;
  readonly document: Layout;
  /** Milliseconds since the epoch. */
  now(): number;
  watch(listener: () => void): () => void;
  close(): void;
}

/** The default of `most` in a query. */
const mostEntries = 100;

// INSPECTED SESSION -----------------------------------------------------------

/** A session that is inspected. */
export class InspectedSession implements Inspected {
  readonly id: string;
  readonly #options: InspectedSessionOptions;
  readonly #states: InspectedStates;

  constructor(options: InspectedSessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#states = new InspectedStates(options);
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
    const image = this.#states.latest;
    if (image === undefined) return { ...gone, name: this.id, status };

    return { ...storedActorsOf(this.id, { at: since, tree: image }, this.#options.now()), status };
  }

  // STATES --------------------------------------------------------------------

  state(actor: string, opened: readonly string[], step?: number): StateView {
    return this.#states.state(actor, opened, step);
  }

  chart(actor: string, step?: number): ChartView | undefined {
    return this.#states.chart(actor, step);
  }

  // LOG -----------------------------------------------------------------------

  log({ actor, type, skip, most }: LogQuery): LogView {
    const wanted = type?.toLowerCase();
    const { log: all, names } = this.#recorder;
    const isAll = actor === undefined && !wanted;
    const found = isAll
      ? all
      : all.filter((entry) => isOf(entry, actor) && (!wanted || entry.type.toLowerCase().includes(wanted)));
    const { entries, skipped } = excerpt(found, skip, most);

    return { entries: entries.map((entry) => logEntryOf(entry, names)), found: found.length, skipped };
  }

  wire({ skip, most }: Pick<LogQuery, 'skip' | 'most'>): WireView {
    const found = this.#recorder.wire;
    const { entries, skipped } = excerpt(found, skip, most);

    return { entries: entries.map((entry) => ({ ...entry, words: [...entry.words] })), found: found.length, skipped };
  }

  // TIME ----------------------------------------------------------------------

  history(): HistoryView {
    return this.#recorder.history;
  }

  step(number: number): StepView | undefined {
    const step = this.#recorder.step(number);
    if (step === undefined) return undefined;
    const told = (path: readonly string[], type: string) => ({
      to: nameIn(step.after.root, path),
      type: describeEventType(type),
    });
    const taken = step.messages.map(({ path, message }) => told(path, message.type));
    const given = step.events.map(({ path, event }) => told(path, event.type));

    return { number, at: step.at, messages: [...taken, ...given] };
  }

  page(number = this.#recorder.history.last): string {
    const { document, stored } = this.#options;
    const image = this.#recorder.after(number) ?? stored?.tree;
    const component = image && this.#component(image);
    if (image === undefined || component === undefined) return renderReadOnly(document, notKnown, '');
    const at = this.#recorder.step(number)?.at ?? stored?.at;
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

// NAMES -----------------------------------------------------------------------

/** The name of a component with its key; of one that has left, from its last id. */
function nameIn(root: InstanceImage, path: readonly string[]): string {
  const id = path.at(-1) ?? '';

  return nameOf(id, imageOf(root, path)?.name ?? id.slice(0, id.indexOf(' ')));
}

// EXCERPTS --------------------------------------------------------------------

const isOf = ({ from, to }: Pick<LogEntry, 'from' | 'to'>, actor: string | undefined): boolean =>
  actor === undefined || from === actor || to === actor;

function excerpt<Entry>(
  found: readonly Entry[],
  skip: number | undefined,
  most = mostEntries
): { readonly entries: readonly Entry[]; readonly skipped: number } {
  const skipped = Math.max(0, Math.min(skip ?? Number.POSITIVE_INFINITY, found.length - most));

  return { entries: found.slice(skipped, skipped + most), skipped };
}
