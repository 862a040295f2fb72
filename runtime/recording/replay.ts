/**
 * Going through a recording again, with the components as they are now: each recorded message is given to its
 * component in the recorded order, with the time and the id it was taken with, and what comes of it is compared with
 * what is recorded. Nothing else happens: what is asked for is compared and not carried out (`read-only-tree.ts`).
 *
 * `recording-file.ts` reads the recording, `command.ts` prints what is found.
 */

import type { AnyComponent } from '../component/component.js';
import type { Effect } from '../component/effect.js';
import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import type { ComponentInstance } from '../tree/component-instance.js';
import { pathOf } from '../tree/probe.js';
import type { InstanceImage, TreeImage } from '../tree/tree-image.js';
import { type Fault, ReadOnlyTree } from './read-only-tree.js';
import type { Asked, Recording, Step, Taken } from './recording.js';
import { pagesOf, type StoredRecording } from './recording-file.js';
import { comparable, holdsSecret, inWords, isReproduced, placesBetween } from './state-diff.js';

// TYPES -----------------------------------------------------------------------

/** What differs from the recording. */
export interface Difference {
  /** The number of the step; 0 is the state it begins with. */
  readonly step: number;
  /** The ids that lead to the component, and its name. */
  readonly path: readonly string[];
  readonly component: string;
  /** The types of what it has taken in this step, in order. */
  readonly took: readonly string[];
  /** A place in its state, a component that came or is missing, what it asked for, what it threw. */
  readonly kind: 'state' | 'component' | 'effect' | 'fault';
  /** The place in the state, or in what was asked for: `.rows[3].label`. */
  readonly at: string;
  /** In words, shortened. */
  readonly recorded: string;
  readonly replayed: string;
  /** Whether it follows from a secret, which is not in the recording; or may, because there is one in the state. */
  readonly secret: 'no' | 'yes' | 'perhaps';
}

/** What has come of going through a recording. */
export interface Replay {
  /** How many steps it has. */
  readonly steps: number;
  readonly differences: readonly Difference[];
  /** What is worth knowing and no difference. */
  readonly notes: readonly string[];
}

// REPLAY ----------------------------------------------------------------------

/**
 * Goes through a recording with a component, which is that of its page.
 *
 * After a difference it goes on from what is recorded, so that each one stands for itself. What a component throws
 * is a difference, too, unless what has come of it is what is recorded: then the same was thrown before.
 *
 * **Note:** the children of machines do not run, nor do timers and subscriptions: what they said is in the recording.
 * The `init` of components that come on the way does run; it must not be async, as in a page at work.
 *
 * @throws TroupeError `recording` if the component is another than the recorded one, or another version of it
 */
export function replay(recording: StoredRecording, component: AnyComponent): Replay {
  const replaying = new Replaying(recording, component);
  for (const step of recording.steps) replaying.take(step);
  const { passed } = replaying;
  const notes = [...unrecordedIn(recording), ...replaying.notes, ...pageNotes(recording, component)];
  if (passed > 0) notes.push(`${passed} steps were passed over, since the page as it is recorded cannot be shown now`);

  return { steps: recording.steps.length, differences: replaying.differences, notes };
}

/** Which components are without a state in a recording: one that could not be stored, as a cycle cannot. */
function unrecordedIn({ first, steps }: Recording): readonly string[] {
  const names = new Set<string>();
  const look = ({ name, state, children }: InstanceImage): void => {
    if (state === undefined) names.add(name);
    for (const child of children) look(child);
  };
  for (const { root } of new Set([first, ...steps.map(({ after }) => after)])) look(root);

  return [...names].map((name) => `what ${name} was in is not recorded everywhere, and is not compared there`);
}

/** A recording that is gone through. */
class Replaying {
  readonly differences: Difference[] = [];
  readonly notes: string[] = [];
  readonly #component: AnyComponent;
  /** The components; `undefined` while the page cannot be shown as it is recorded. */
  #tree: ReadOnlyTree | undefined;
  /** Steps that were passed over because of that. */
  #passed = 0;
  /** What is recorded of the step before. */
  #before: TreeImage;
  /** The components that the one page has and the other has not, as it was told last. */
  #unlike: ReadonlySet<string> = new Set();
  /** What was wrong with the versions of components: told once. */
  readonly #unfit = new Set<string>();
  #step: Step;

  constructor({ begun, first }: Recording, component: AnyComponent) {
    const { name, version } = component;
    const { root } = first;
    if (root.name !== name || root.version !== version) {
      const text = `The recording is of ${root.name}, version ${root.version}; the component is ${name}, version ${version}, whose states are others. Replay it with the version it was recorded with.`;
      throw new TroupeError(ErrorCode.Recording, text);
    }
    this.#component = component;
    this.#before = first;
    this.#step = { number: 0, at: begun, taken: [], given: [], asked: [], after: first };
    this.#enter(first);
    if (this.#tree === undefined) return;
    this.#compare(this.#tree, new Map());
    this.#tree.faults.length = 0;
  }

  /** How many steps were not gone through, since the page could not be shown. */
  get passed(): number {
    return this.#passed;
  }

  /** From here on its states are the recorded ones. */
  #enter(image: TreeImage): void {
    const { number, at } = this.#step;
    // An event of changed props is in the recording; where none is, it is new.
    const takesOfProps = (cell: ComponentInstance): boolean =>
      !this.#step.given.some(({ path }) => isSamePath(path, pathOf(cell)));
    try {
      this.#tree = new ReadOnlyTree(this.#component, image, { at, begins: true, takesOfProps });
    } catch (error) {
      if (number === 0) this.#tellFault(this.#component.name, [], textOf(error));
      else if (this.#tree !== undefined) {
        this.notes.push(`step ${number}: the page cannot be shown as it is recorded: ${textOf(error)}`);
      }
      this.#tree = undefined;
    }
  }

  // STEPS ---------------------------------------------------------------------

  take(step: Step): void {
    this.#step = step;
    const found = this.differences.length;
    if (this.#tree === undefined) this.#passed++;
    else this.#goThrough(this.#tree, step);
    if (this.#tree === undefined || this.differences.length > found) this.#enter(step.after);
    else adopt(this.#tree, cellsIn(step.after.root));
    if (this.#tree !== undefined) this.#tree.faults.length = 0;
    this.#before = step.after;
  }

  #goThrough(tree: ReadOnlyTree, { after, taken, given }: Step): void {
    // Who has left can come back within a turn, which may have several steps.
    if (after.turns !== this.#before.turns) tree.settle();
    const absent = deliver(tree, { taken, given });
    const asked = [...tree.show()];
    // Who has come in this step may have taken something in it.
    const missing = deliver(tree, absent);
    asked.push(...tree.show());
    for (const { path, message } of missing.taken) this.#tellAbsent(path, message.type);
    for (const { path, event } of missing.given) this.#tellAbsent(path, event.type);
    this.#compare(tree, askedBy(asked));
  }

  // COMPARING -----------------------------------------------------------------

  /** Compares all components, what they are in and what they asked for. */
  #compare(tree: ReadOnlyTree, asked: ReadonlyMap<string, readonly Asked[]>): void {
    const { after } = this.#step;
    const before = cellsIn(this.#before.root);
    const recorded = cellsIn(after.root);
    const replayed = new Map([...tree.cells()].map((cell) => [keyOf(pathOf(cell)), cell]));
    this.#comparePresence(recorded, replayed);
    const faults = new Map(tree.faults.map((fault) => [keyOf(fault.path), fault]));
    for (const fault of tree.faults) if (fault.code === ErrorCode.Version) this.#tellUnfit(fault);
    const recordedAsked = groupedByPath(this.#step.asked);
    for (const [key, cell] of replayed) {
      const image = recorded.get(key);
      if (image === undefined) continue;
      const found = [
        ...this.#statesOf(cell, image, before.get(key)),
        ...this.#askedOf(cell, recordedAsked.get(key) ?? [], asked.get(key) ?? []),
      ];
      const fault = faults.get(key);
      if (fault === undefined || fault.code === ErrorCode.Version) this.differences.push(...found);
      else this.#judge(fault, cell, found.length === 0 && (image.state === undefined || !cell.isBroken));
    }
  }

  #comparePresence(
    recorded: ReadonlyMap<string, InstanceImage>,
    replayed: ReadonlyMap<string, ComponentInstance>
  ): void {
    const missing = [...recorded.keys()].filter((key) => !replayed.has(key));
    const extra = [...replayed.keys()].filter((key) => !recorded.has(key));
    const told = this.#unlike;
    this.#unlike = new Set([...missing, ...extra]);
    for (const key of missing) {
      const { name } = recorded.get(key) as InstanceImage;
      if (!told.has(key)) this.#tellPresence(key, name, 'it is in the page', 'it is not in the page');
    }
    for (const key of extra) {
      const { name } = (replayed.get(key) as ComponentInstance).component;
      if (!told.has(key)) this.#tellPresence(key, name, 'it is not in the page', 'it is in the page');
    }
  }

  /** The places at which a state differs. */
  #statesOf(cell: ComponentInstance, image: InstanceImage, before: InstanceImage | undefined): readonly Difference[] {
    if (image.state === undefined || cell.isBroken) return [];
    const isLogic = cell.component.logic !== undefined;
    const places = placesBetween(comparable(image, isLogic), comparable(cell.save(), isLogic));

    return places.map(({ at, recorded, replayed }) => {
      const place = { kind: 'state', at, recorded: inWords(recorded), replayed: inWords(replayed) } as const;

      return this.#difference(cell.component.name, pathOf(cell), place, [recorded, replayed], before?.state);
    });
  }

  /** What it asked for, one by one: the first that differs shifts all that follow. What actions of logic do is not known. */
  #askedOf(cell: ComponentInstance, recorded: readonly Asked[], replayed: readonly Asked[]): readonly Difference[] {
    if (cell.component.logic !== undefined) return [];
    const count = Math.max(recorded.length, replayed.length);
    for (let index = 0; index < count; index++) {
      const [was, now] = [recorded[index], replayed[index]];
      if (was !== undefined && now !== undefined && isSameAsked(was, now)) continue;
      const isPair = was?.kind === now?.kind && was?.to === now?.to;
      const at = isPair ? (placesBetween(was?.message, now?.message, 1)[0]?.at ?? '') : '';
      const words = { kind: 'effect', at, recorded: askedInWords(was), replayed: askedInWords(now) } as const;

      return [this.#difference(cell.component.name, pathOf(cell), words, [was?.message, now?.message])];
    }

    return [];
  }

  /**
   * A throw costs a message and no state. If what is recorded is what has come of it now, so it was then; but what a
   * view throws where no message can be undone leaves no trace in a recording.
   */
  #judge({ path, component, code, message }: Fault, cell: ComponentInstance, isAsRecorded: boolean): void {
    const said = `${code}: ${message}`;
    const isUndone = cell.component.logic === undefined && this.#took(path).length > 0;
    if (isAsRecorded && (code !== ErrorCode.View || isUndone)) {
      this.notes.push(
        `step ${this.#step.number}: something of ${component} failed (${said}), and it is as it is recorded nevertheless`
      );
    } else this.#tellFault(component, path, said);
  }

  // TELLING -------------------------------------------------------------------

  #tellFault(component: string, path: readonly string[], said: string): void {
    this.#tell(component, path, { kind: 'fault', at: '', recorded: 'nothing of that', replayed: said });
  }

  #tellUnfit({ message }: Fault): void {
    if (this.#unfit.has(message)) return;
    this.#unfit.add(message);
    this.#tellFault(this.#component.name, [], message);
  }

  #tellAbsent(path: readonly string[], type: string): void {
    if (this.#unlike.has(keyOf(path))) return;
    const words = { kind: 'component', at: '', recorded: `it takes ${type}`, replayed: 'it is not there' } as const;
    this.#tell(nameIn(path, this.#component), path, words);
  }

  #tellPresence(key: string, name: string, recorded: string, replayed: string): void {
    this.#tell(name, JSON.parse(key), { kind: 'component', at: '', recorded, replayed });
  }

  #tell(component: string, path: readonly string[], words: Words): void {
    this.differences.push(this.#difference(component, path, words));
  }

  /** @param values what differs; @param before the state before the step */
  #difference(
    component: string,
    path: readonly string[],
    words: Words,
    values: readonly unknown[] = [],
    before?: unknown
  ): Difference {
    const messages = this.#took(path);
    const secret = holdsSecret([...values, ...messages]) ? 'yes' : holdsSecret(before) ? 'perhaps' : 'no';
    const took = messages.map(({ type }) => type);

    return { step: this.#step.number, path, component, took, ...words, secret };
  }

  /** What a component has taken in this step. */
  #took(path: readonly string[]): readonly Taken['message'][] {
    const { taken, given } = this.#step;
    const messages = taken.filter((each) => isSamePath(each.path, path)).map(({ message }) => message);
    const events = given.filter((each) => isSamePath(each.path, path)).map(({ event }) => event);

    return [...messages, ...events];
  }
}

/** What a difference says of what is and what is recorded. */
type Words = Pick<Difference, 'kind' | 'at' | 'recorded' | 'replayed'>;

// STEPS -----------------------------------------------------------------------

type EffectOutbox = Pick<Step, 'taken' | 'given'>;

/** Gives components what they took; what is for those that are not there is given back. */
function deliver(tree: ReadOnlyTree, { taken, given }: EffectOutbox): EffectOutbox {
  return { taken: taken.filter((each) => !tree.take(each)), given: given.filter((each) => !tree.give(each)) };
}

/** The children of machines are in the states they are recorded in: they do not run here. */
function adopt(tree: ReadOnlyTree, recorded: Cells): void {
  for (const cell of tree.cells()) {
    if (cell.component.logic === undefined) continue;
    const state = recorded.get(keyOf(pathOf(cell)))?.state;
    const { snapshot } = (state ?? {}) as { snapshot?: { children?: object } };
    if (Object.keys(snapshot?.children ?? {}).length > 0) tree.adopt(cell, state);
  }
}

// PATHS -----------------------------------------------------------------------

type Cells = ReadonlyMap<string, InstanceImage>;

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

const isSamePath = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((id, index) => id === right[index]);

/** All components, by the way to them. */
function cellsIn(image: InstanceImage, path: readonly string[] = [], cells = new Map<string, InstanceImage>()): Cells {
  cells.set(keyOf(path), image);
  for (const child of image.children) cellsIn(child, [...path, child.id], cells);

  return cells;
}

/** An id is the name of a component, the type of its key and the key. */
const nameIn = (path: readonly string[], root: AnyComponent): string =>
  path.at(-1)?.replace(/ (?:string|number) .*$/s, '') ?? root.name;

// EFFECTS ---------------------------------------------------------------------

function askedBy(
  asked: readonly (readonly [cell: ComponentInstance, effect: Effect])[]
): ReadonlyMap<string, readonly Asked[]> {
  return groupedByPath(asked.map(([cell, effect]) => ({ ...askedOf(effect), path: pathOf(cell) })));
}

/** An effect as it is recorded. */
function askedOf(effect: Effect): Omit<Asked, 'path'> {
  const { kind, message } = effect;
  const to = kind === 'publish' ? effect.topic : kind === 'send' ? effect.name : '';

  return { kind, to, message };
}

function groupedByPath(asked: readonly Asked[]): ReadonlyMap<string, readonly Asked[]> {
  const groups = new Map<string, Asked[]>();
  for (const each of asked) {
    const key = keyOf(each.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }

  return groups;
}

const isSameAsked = (left: Asked, right: Asked): boolean =>
  left.kind === right.kind && left.to === right.to && isReproduced(left.message, right.message);

function askedInWords(asked: Asked | undefined): string {
  if (asked === undefined) return 'nothing';
  const { kind, to, message } = asked;

  return `${kind}${to === '' ? '' : ` ${inWords(to)}`} ${inWords(message)}`;
}

// PAGES -----------------------------------------------------------------------

/** What the recorded pages show otherwise now. */
function pageNotes(recording: StoredRecording, component: AnyComponent): readonly string[] {
  const { pages } = recording;
  if (pages === undefined) return [];
  const now = pagesOf(recording, component);

  return (['first', 'last'] as const)
    .filter((which) => pages[which] !== now[which])
    .map((which) => `the ${which} page shows something else now: ${contrast(pages[which], now[which])}`);
}

/** Both texts from a little before where they begin to differ. */
function contrast(recorded: string, now: string): string {
  let at = 0;
  while (at < recorded.length && recorded[at] === now[at]) at++;
  const from = Math.max(0, at - 20);

  return `recorded ${inWords(recorded.slice(from))}, now ${inWords(now.slice(from))}`;
}
