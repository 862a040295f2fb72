/**
 * Replay: runs a recording again with the components as they are now. Each recorded message goes to its component in
 * the recorded order, with its recorded time and id, and the result is compared with the recorded one. Nothing else
 * happens: effects are compared and not performed (`read-only-tree.ts`).
 *
 * `command.ts` reads the recording from a file and prints what differs.
 */

import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { AnyMessage } from '../template/html.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { type Fault, ReadOnlyTree } from './read-only-tree.js';
import { describeEffect, isSameEffect, recordEffect } from './recorded-effects.js';
import { describePageChanges, type StoredRecording } from './recorded-pages.js';
import type { RecordedEffect, Recording, Step } from './recording.js';
import { comparable, differencesBetween, holdsSecret, inWords } from './state-diff.js';

// TYPES -----------------------------------------------------------------------

/** What differs from the recording. */
export interface Difference {
  /** The number of the step; 0 for the first states. */
  readonly step: number;
  /** The ids of the component instances from below the root to the component. */
  readonly path: readonly string[];
  /** The name of the component. */
  readonly component: string;
  /** The types of the messages that it took in this step, in order. */
  readonly took: readonly string[];
  /** A place in its state; a component that is missing or additional; an effect it requested; an error it threw. */
  readonly kind: 'state' | 'component' | 'effect' | 'fault';
  /** The place in the state, or in the message of the effect: `.rows[3].label`. */
  readonly at: string;
  /** Described in one line, shortened. */
  readonly recorded: string;
  readonly replayed: string;
  /** Whether it depends on a secret, which is not in the recording; `perhaps` if there was one in the state. */
  readonly secret: 'no' | 'yes' | 'perhaps';
}

/** The result of a replay. */
export interface Replay {
  /** How many steps the recording has. */
  readonly steps: number;
  readonly differences: readonly Difference[];
  /** What is worth knowing but is not a difference. */
  readonly notes: readonly string[];
}

// REPLAY ----------------------------------------------------------------------

/**
 * Replays a recording with a component, which is that of its page.
 *
 * After a difference it continues from the recorded states, so that one difference does not cause others. An error that
 * a component throws is a difference too, unless the result is the recorded one: then the error was thrown before.
 *
 * **Note:** child actors of machines, timers and subscriptions do not run; their messages are in the recording. The
 * `init` of a component that is placed in a step does run. It must not be async, as in a live page.
 *
 * @throws TroupeError `recording` if the component has another name or another version than the recorded one
 */
export function replay(recording: StoredRecording, component: AnyComponent): Replay {
  const run = new ReplayRun(recording, component);
  for (const step of recording.steps) run.take(step);
  const notes = [...missingStates(recording), ...run.notes, ...describePageChanges(recording, component)];
  if (run.skipped > 0) notes.push(`${run.skipped} steps were skipped, because the recorded page cannot be shown now`);

  return { steps: recording.steps.length, differences: run.differences, notes };
}

/** A note for each component that has no state in some step, because it could not be stored: one with a cycle, for example. */
function missingStates({ first, steps }: Recording): readonly string[] {
  const names = new Set<string>();
  const look = ({ name, state, children }: InstanceImage): void => {
    if (state === undefined) names.add(name);
    for (const child of children) look(child);
  };
  for (const { root } of new Set([first, ...steps.map(({ after }) => after)])) look(root);

  return [...names].map((name) => `the state of ${name} is not in every step, and is not compared where it is missing`);
}

/** One replay, while it runs. */
class ReplayRun {
  readonly differences: Difference[] = [];
  readonly notes: string[] = [];
  readonly #component: AnyComponent;
  /** The component instances; `undefined` while the recorded page cannot be shown. */
  #tree: ReadOnlyTree | undefined;
  /** Steps that were skipped because the recorded page cannot be shown. */
  #skipped = 0;
  /** The recorded states before the current step. */
  #before: TreeImage;
  /** The components that only one of the two pages has, as reported last. */
  #unmatched: ReadonlySet<string> = new Set();
  /** Errors about versions of components that were reported: each is reported once. */
  readonly #versionErrors = new Set<string>();
  #step: Step;

  constructor({ begun, first }: Recording, component: AnyComponent) {
    const { name, version } = component;
    const { root } = first;
    if (root.name !== name || root.version !== version) {
      const text = `The recording is of ${root.name}, version ${root.version}; the component is ${name}, version ${version}, whose states differ. Replay it with the recorded version.`;
      throw new TroupeError(ErrorCode.Recording, text);
    }
    this.#component = component;
    this.#before = first;
    this.#step = { number: 0, at: begun, messages: [], events: [], effects: [], after: first };
    this.#enter(first);
    if (this.#tree === undefined) return;
    this.#compare(this.#tree, new Map());
    this.#tree.faults.length = 0;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /** Continues from recorded states. */
  #enter(image: TreeImage): void {
    const { number, at } = this.#step;
    // A recorded event of changed props is taken from the recording. If there is none, the replay makes a new one.
    const takesOfProps = (instance: ComponentInstance): boolean =>
      !this.#step.events.some(({ path }) => isSamePath(path, instance.path));
    try {
      this.#tree = new ReadOnlyTree(this.#component, image, { at, begins: true, takesOfProps });
    } catch (error) {
      if (number === 0) this.#addFault(this.#component.name, [], textOf(error));
      else if (this.#tree !== undefined) {
        this.notes.push(`step ${number}: the recorded page cannot be shown: ${textOf(error)}`);
      }
      this.#tree = undefined;
    }
  }

  // STEPS ---------------------------------------------------------------------

  take(step: Step): void {
    this.#step = step;
    const found = this.differences.length;
    if (this.#tree === undefined) this.#skipped++;
    else this.#run(this.#tree, step);
    if (this.#tree === undefined || this.differences.length > found) this.#enter(step.after);
    else adoptChildActors(this.#tree, instancesIn(step.after.root));
    if (this.#tree !== undefined) this.#tree.faults.length = 0;
    this.#before = step.after;
  }

  #run(tree: ReadOnlyTree, { after, messages, events }: Step): void {
    // An instance that left can come back within a turn, which may have several steps.
    if (after.turns !== this.#before.turns) tree.settle();
    const undelivered = deliver(tree, { messages, events });
    const effects = [...tree.show()];
    // An instance that is placed in this step may have taken messages in it.
    const missing = deliver(tree, undelivered);
    effects.push(...tree.show());
    for (const { path, message } of missing.messages) this.#addAbsent(path, message.type);
    for (const { path, event } of missing.events) this.#addAbsent(path, event.type);
    this.#compare(tree, effectsByPath(effects));
  }

  // COMPARING -----------------------------------------------------------------

  /** Compares all components: their states, and the effects that they requested. */
  #compare(tree: ReadOnlyTree, effects: ReadonlyMap<string, readonly RecordedEffect[]>): void {
    const { after } = this.#step;
    const before = instancesIn(this.#before.root);
    const recorded = instancesIn(after.root);
    const replayed = new Map([...tree.instances()].map((instance) => [keyOf(instance.path), instance]));
    this.#comparePresence(recorded, replayed);
    const faults = new Map(tree.faults.map((fault) => [keyOf(fault.path), fault]));
    for (const fault of tree.faults) if (fault.code === ErrorCode.Version) this.#addVersionError(fault);
    const recordedEffects = groupByPath(this.#step.effects);
    for (const [key, instance] of replayed) {
      const image = recorded.get(key);
      if (image === undefined) continue;
      const found = [
        ...this.#compareStates(instance, image, before.get(key)),
        ...this.#compareEffects(instance, recordedEffects.get(key) ?? [], effects.get(key) ?? []),
      ];
      const fault = faults.get(key);
      if (fault === undefined || fault.code === ErrorCode.Version) this.differences.push(...found);
      else this.#addOrNote(fault, instance, found.length === 0 && (image.state === undefined || !instance.isBroken));
    }
  }

  #comparePresence(
    recorded: ReadonlyMap<string, InstanceImage>,
    replayed: ReadonlyMap<string, ComponentInstance>
  ): void {
    const missing = [...recorded.keys()].filter((key) => !replayed.has(key));
    const extra = [...replayed.keys()].filter((key) => !recorded.has(key));
    const reported = this.#unmatched;
    this.#unmatched = new Set([...missing, ...extra]);
    for (const key of missing) {
      const { name } = recorded.get(key) as InstanceImage;
      if (!reported.has(key)) this.#addPresence(key, name, 'it is in the page', 'it is not in the page');
    }
    for (const key of extra) {
      const { name } = (replayed.get(key) as ComponentInstance).component;
      if (!reported.has(key)) this.#addPresence(key, name, 'it is not in the page', 'it is in the page');
    }
  }

  /** The places at which a state differs. */
  #compareStates(
    instance: ComponentInstance,
    image: InstanceImage,
    before: InstanceImage | undefined
  ): readonly Difference[] {
    if (image.state === undefined || instance.isBroken) return [];
    const isLogic = instance.component.logic !== undefined;
    const places = differencesBetween(comparable(image, isLogic), comparable(instance.save(), isLogic));

    return places.map(({ at, recorded, replayed }) => {
      const place = { kind: 'state', at, recorded: inWords(recorded), replayed: inWords(replayed) } as const;

      return this.#difference(instance.component.name, instance.path, place, [recorded, replayed], before?.state);
    });
  }

  /** The first effect that differs: one that is missing shifts all that follow. Effects of XState actions are not known. */
  #compareEffects(
    instance: ComponentInstance,
    recorded: readonly RecordedEffect[],
    replayed: readonly RecordedEffect[]
  ): readonly Difference[] {
    if (instance.component.logic !== undefined) return [];
    const count = Math.max(recorded.length, replayed.length);
    for (let index = 0; index < count; index++) {
      const [was, now] = [recorded[index], replayed[index]];
      if (was !== undefined && now !== undefined && isSameEffect(was, now)) continue;
      const isPair = was?.kind === now?.kind && was?.to === now?.to;
      const at = isPair ? (differencesBetween(was?.message, now?.message, 1)[0]?.at ?? '') : '';
      const words = { kind: 'effect', at, recorded: describeEffect(was), replayed: describeEffect(now) } as const;

      return [this.#difference(instance.component.name, instance.path, words, [was?.message, now?.message])];
    }

    return [];
  }

  /**
   * An error costs a message and leaves the state as it was. If the state is the recorded one, the same error was thrown
   * in the recorded session. This does not hold for an error of a view if there is no message to undo: it leaves no
   * trace in a recording.
   */
  #addOrNote({ path, component, code, message }: Fault, instance: ComponentInstance, isAsRecorded: boolean): void {
    const text = `${code}: ${message}`;
    const isUndone = instance.component.logic === undefined && this.#taken(path).length > 0;
    if (isAsRecorded && (code !== ErrorCode.View || isUndone)) {
      this.notes.push(`step ${this.#step.number}: ${component} threw (${text}), and its state is the recorded one`);
    } else this.#addFault(component, path, text);
  }

  // DIFFERENCES ---------------------------------------------------------------

  #addFault(component: string, path: readonly string[], text: string): void {
    this.#add(component, path, { kind: 'fault', at: '', recorded: 'no error', replayed: text });
  }

  #addVersionError({ message }: Fault): void {
    if (this.#versionErrors.has(message)) return;
    this.#versionErrors.add(message);
    this.#addFault(this.#component.name, [], message);
  }

  #addAbsent(path: readonly string[], type: string): void {
    if (this.#unmatched.has(keyOf(path))) return;
    const words = { kind: 'component', at: '', recorded: `it takes ${type}`, replayed: 'it is not there' } as const;
    this.#add(nameIn(path, this.#component), path, words);
  }

  #addPresence(key: string, name: string, recorded: string, replayed: string): void {
    this.#add(name, JSON.parse(key), { kind: 'component', at: '', recorded, replayed });
  }

  #add(component: string, path: readonly string[], description: Description): void {
    this.differences.push(this.#difference(component, path, description));
  }

  /** @param values what differs; @param before the state before the step */
  #difference(
    component: string,
    path: readonly string[],
    description: Description,
    values: readonly unknown[] = [],
    before?: unknown
  ): Difference {
    const messages = this.#taken(path);
    const secret = holdsSecret([...values, ...messages]) ? 'yes' : holdsSecret(before) ? 'perhaps' : 'no';
    const took = messages.map(({ type }) => type);

    return { step: this.#step.number, path, component, took, ...description, secret };
  }

  /** The messages and events that a component took in this step. */
  #taken(path: readonly string[]): readonly AnyMessage[] {
    const { messages, events } = this.#step;

    return [
      ...messages.filter((each) => isSamePath(each.path, path)).map(({ message }) => message),
      ...events.filter((each) => isSamePath(each.path, path)).map(({ event }) => event),
    ];
  }
}

/** The description of the recorded and of the replayed value in a difference. */
type Description = Pick<Difference, 'kind' | 'at' | 'recorded' | 'replayed'>;

// STEPS -----------------------------------------------------------------------

type Deliveries = Pick<Step, 'messages' | 'events'>;

/** Gives components their messages and events; returns those whose component is not there. */
function deliver(tree: ReadOnlyTree, { messages, events }: Deliveries): Deliveries {
  return {
    messages: messages.filter((each) => !tree.take(each)),
    events: events.filter((each) => !tree.takeEvent(each)),
  };
}

/** Gives machines the recorded states of their child actors, which do not run in a replay. */
function adoptChildActors(tree: ReadOnlyTree, recorded: InstanceImages): void {
  for (const instance of tree.instances()) {
    if (instance.component.logic === undefined) continue;
    const state = recorded.get(keyOf(instance.path))?.state;
    const { snapshot } = (state ?? {}) as { snapshot?: { children?: object } };
    if (Object.keys(snapshot?.children ?? {}).length > 0) tree.adopt(instance, state);
  }
}

// PATHS -----------------------------------------------------------------------

type InstanceImages = ReadonlyMap<string, InstanceImage>;

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

const isSamePath = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((id, index) => id === right[index]);

/** The images of all component instances, by their paths. */
function instancesIn(
  image: InstanceImage,
  path: readonly string[] = [],
  images = new Map<string, InstanceImage>()
): InstanceImages {
  images.set(keyOf(path), image);
  for (const child of image.children) instancesIn(child, [...path, child.id], images);

  return images;
}

/** The name of a component: an id consists of the name, the type of the key and the key. */
const nameIn = (path: readonly string[], root: AnyComponent): string =>
  path.at(-1)?.replace(/ (?:string|number) .*$/s, '') ?? root.name;

// EFFECTS ---------------------------------------------------------------------

function effectsByPath(
  effects: readonly (readonly [instance: ComponentInstance, effect: Effect])[]
): ReadonlyMap<string, readonly RecordedEffect[]> {
  return groupByPath(effects.map(([instance, effect]) => ({ ...recordEffect(effect), path: instance.path })));
}

function groupByPath(effects: readonly RecordedEffect[]): ReadonlyMap<string, readonly RecordedEffect[]> {
  const groups = new Map<string, RecordedEffect[]>();
  for (const effect of effects) {
    const key = keyOf(effect.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [effect]);
    else group.push(effect);
  }

  return groups;
}
