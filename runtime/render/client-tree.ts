/**
 * The client tree: the server's model of what one client shows. It has the tree that was sent (`nodes.ts`) with the
 * numbers of its instances and lists, the template definitions that the client has, and the handlers that the client can
 * still call. `diff.ts` writes into it; `client-link.ts` holds one for each client.
 *
 * Both sides number instances and lists in wire order; the server's side of that is here.
 */

import { monotonic, type TimeSource } from '../platform/clock.js';
import type { Definition } from '../template/template.js';
import { EditedTexts, type TextWrite } from './edited-texts.js';
import { Instance, List, Mount, type Value } from './nodes.js';

/** Where a component stands in the page, and what the client was sent of it. */
export interface Position {
  readonly target: number;
  readonly part: number;
  shown: Value;
}

/** A frame that is being written: its number, and when, by the clock of the tree. */
export interface FrameMark {
  readonly frame: number;
  readonly at: number;
}

/** The instances that one frame replaced or removed, as they were before, by number. */
class Retired {
  readonly frame: number;
  /** When the frame was made, by the clock of the tree. */
  readonly at: number;
  /** The first one. Most frames retire no other, and a map would cost more than the rest of such a frame. */
  readonly #number: number;
  readonly #instance: Instance;
  #others: Map<number, Instance> | undefined;

  constructor(frame: number, at: number, number: number, instance: Instance) {
    this.frame = frame;
    this.at = at;
    this.#number = number;
    this.#instance = instance;
  }

  get size(): number {
    return 1 + (this.#others?.size ?? 0);
  }

  find(number: number): Instance | undefined {
    return number === this.#number ? this.#instance : this.#others?.get(number);
  }

  add(number: number, instance: Instance): void {
    if (this.find(number) !== undefined) return;
    this.#others ??= new Map();
    this.#others.set(number, instance);
  }
}

/** Retired instances kept until their frames are acknowledged. At the limit no frame is made, as if the send window were closed. */
const maxRetired = 65_536;

/**
 * Milliseconds for which a client that has not acknowledged a frame can still call the handlers that the frame replaced
 * or removed. After that, the frame has arrived or the connection is of no use.
 */
export const maxRetiredMs = 30_000;

const none: readonly never[] = [];

/** Whether an instance is kept by its number, because events can happen in it or it disables what is in it. */
const isKept = ({ definition }: Instance): boolean => definition.hasEvents || definition.disablesChildren;

/** The server's model of what one client shows. */
export class ClientTree {
  /** The content of the root. */
  content: Value = null;
  /** The texts of controls; made when a control is first written or edited: most pages have none. */
  #texts: EditedTexts | undefined;
  /** The last number given. */
  #count = 0;
  /** The frame of the last reset: earlier frames used the numbers for other instances. */
  #since = 0;
  /** Definitions that the client has, with their indices. */
  readonly #definitions = new Map<Definition, number>();
  /** Indices of the hashes that the client knows from an earlier connection, used when such a definition is written. */
  #remembered: Map<string, number> | undefined;
  /** The index of the next definition. */
  #nextDefinition = 0;
  /** The components in the page. */
  #positions: Map<Mount, Position> | undefined;
  /** The numbers of instances whose fieldsets can disable what other templates show in them. */
  fieldsets: Set<number> | undefined;
  /** Instances with event parts or such fieldsets, by number. */
  readonly #listening = new Map<number, Instance>();
  /** What frames that are not acknowledged have replaced or removed, oldest first. */
  #retired: Retired[] | undefined;
  readonly #clock: TimeSource | undefined;

  /**
   * @param hashes of the definitions that the client has from an earlier connection, in its order
   * @param clock by which handlers of earlier frames are given up. Default: they are never
   */
  constructor(hashes: readonly string[] = [], clock?: TimeSource) {
    this.#clock = clock;
    if (hashes.length === 0) return;
    this.#remembered = new Map(hashes.map((hash, index) => [hash, index]));
    this.#nextDefinition = hashes.length;
  }

  /** The texts of controls. */
  get texts(): EditedTexts {
    this.#texts ??= new EditedTexts();

    return this.#texts;
  }

  /** What was written into controls and is not known to be applied. */
  get textWrites(): readonly TextWrite[] {
    return this.#texts?.writes ?? none;
  }

  /** The texts that the user has edited. */
  get editedTexts(): EditedTexts['edited'] {
    return this.#texts?.edited ?? none;
  }

  /** Whether a control shows a text that the user has edited since it was written, and is to show what the view gives. */
  get isEdited(): boolean {
    return this.#texts?.isEdited === true;
  }

  // NUMBERS -------------------------------------------------------------------

  /** Numbers an instance that is being written for the first time. */
  enter(instance: Instance): void {
    instance.number = ++this.#count;
    if (isKept(instance)) this.#listening.set(instance.number, instance);
    if (!instance.definition.disablesChildren) return;
    this.fieldsets ??= new Set();
    this.fieldsets.add(instance.number);
  }

  /** Numbers a list that is being written for the first time. */
  enterList(list: List): void {
    list.number = ++this.#count;
  }

  /** Gives an instance the number of an earlier one of the same definition. */
  replace(previous: Instance, next: Instance, by: FrameMark): void {
    next.number = previous.number;
    if (!isKept(next)) return;
    this.#listening.set(next.number, next);
    this.#retire(previous, by);
  }

  /** Forgets a value that was removed from its part, and everything in it. */
  leave(value: Value, by: FrameMark, target: number, part: number): void {
    if (value instanceof List) {
      for (const row of value.rows) this.leave(row, by, value.number, 0);
    } else if (value instanceof Instance) {
      if (isKept(value)) {
        this.fieldsets?.delete(value.number);
        this.#listening.delete(value.number);
        this.#retire(value, by);
      }
      if (value.definition.hasChildren) this.#leaveChildren(value, by);
    } else if (value instanceof Mount) {
      const position = this.#positions?.get(value);
      // A component that was written elsewhere in this frame was forgotten here before that.
      if (position?.target === target && position.part === part) this.#leaveMount(value, position, by);
    }
  }

  #leaveChildren({ values, number }: Instance, by: FrameMark): void {
    for (let part = 0; part < values.length; part++) this.leave(values[part] as Value, by, number, part);
  }

  #leaveMount(mount: Mount, { target, part, shown }: Position, by: FrameMark): void {
    this.#positions?.delete(mount);
    this.leave(shown, by, target, part);
  }

  /** Notes that a component is written into a part. It is forgotten where it was before. */
  place(mount: Mount, target: number, part: number, by: FrameMark): void {
    const before = this.#positions?.get(mount);
    if (before !== undefined) this.#leaveMount(mount, before, by);
    this.#positions ??= new Map();
    this.#positions.set(mount, { target, part, shown: mount.rendered });
  }

  /** What the client shows of a component; `null` if it is not in the page. */
  shownOf(mount: Mount): Value {
    return this.#positions?.get(mount)?.shown ?? null;
  }

  /** Where a component stands; `undefined` if it is not in the page. */
  positionOf(mount: Mount): Position | undefined {
    return this.#positions?.get(mount);
  }

  /** Resets the numbers for a page that is written whole. Until the client has applied this frame, numbers are of the old page. */
  reset(by: FrameMark): void {
    for (const instance of this.#listening.values()) this.#retire(instance, by);
    this.#listening.clear();
    this.fieldsets = undefined;
    this.#texts = undefined;
    this.#positions = undefined;
    this.#count = 0;
    this.#since = by.frame;
  }

  #retire(instance: Instance, { frame, at }: FrameMark): void {
    const last = this.#retired?.at(-1);
    if (last?.frame === frame) last.add(instance.number, instance);
    else {
      this.#retired ??= [];
      this.#retired.push(new Retired(frame, at, instance.number, instance));
    }
  }

  // DEFINITIONS ---------------------------------------------------------------

  /** The definition's index if the client has it; otherwise `undefined`, and the definition gets the next index. */
  introduce(definition: Definition): number | undefined {
    const known = this.#definitions.get(definition) ?? this.#remembered?.get(definition.hash);
    this.#definitions.set(definition, known ?? this.#nextDefinition++);

    return known;
  }

  /** Forgets the definitions, because the client asks for all of them again. */
  forget(): void {
    this.#definitions.clear();
    this.#remembered = undefined;
    this.#nextDefinition = 0;
  }

  // HANDLERS ------------------------------------------------------------------

  /**
   * The instance of this number as it was when the client had applied `frame`. A client that has not applied a later
   * frame can still call the handlers which that frame replaced, for 30 seconds. Only instances with event parts, or with
   * fieldsets around child parts, are found.
   */
  find(number: number, frame: number): Instance | undefined {
    const retired = this.#retiredAfter(number, frame);
    if (retired !== undefined) return this.#isOld(retired) ? undefined : retired.find(number);

    return frame < this.#since ? undefined : this.#listening.get(number);
  }

  /** Whether an instance is not found because it was replaced or removed too long ago. */
  isExpired(number: number, frame: number): boolean {
    const retired = this.#retiredAfter(number, frame);

    return retired !== undefined && this.#isOld(retired);
  }

  #isOld({ at }: Retired): boolean {
    return this.now - at > maxRetiredMs;
  }

  /** The time by its clock; 0 without one. */
  get now(): number {
    return this.#clock === undefined ? 0 : monotonic(this.#clock);
  }

  /** The first frame after `frame` that retired the instance of this number. */
  #retiredAfter(number: number, frame: number): Retired | undefined {
    return this.#retired?.find((retired) => retired.frame > frame && retired.find(number) !== undefined);
  }

  /** The instance that was sent last under this number. Only instances with event parts are found. */
  current(number: number): Instance | undefined {
    return this.#listening.get(number);
  }

  /** The number of retired instances. */
  get retired(): number {
    return this.#retired?.reduce((sum, { size }) => sum + size, 0) ?? 0;
  }

  /** Whether so many instances are retired that the client has to acknowledge frames first. */
  get isFull(): boolean {
    return this.#retired !== undefined && this.retired >= maxRetired;
  }

  /** Forgets what `frame` has retired, because that frame is not sent. */
  unretire(frame: number): void {
    if (this.#retired?.at(-1)?.frame === frame) this.#retired.pop();
  }

  /** Forgets what the client cannot call any more, because it has applied `frame`. */
  acknowledge(frame: number): void {
    this.#texts?.acknowledge(frame);
    const retired = this.#retired;
    if (retired === undefined) return;
    let count = 0;
    while (count < retired.length && (retired[count] as Retired).frame <= frame) count++;
    if (count === retired.length) this.#retired = undefined;
    else if (count > 0) retired.splice(0, count);
  }
}
