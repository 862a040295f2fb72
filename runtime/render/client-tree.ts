/**
 * What a client shows, as its server knows it: the tree that was sent, with the numbers its instances
 * and lists got on the way; the template definitions the client has met; and the handlers it can still
 * call. `diff.ts` writes into it, `session.ts` holds one for each joined page.
 *
 * Both sides count instances in wire order (`patch.ts`), so this is where the counting is done.
 */

import type { Definition } from '../template/template.js';
import { Instance, List, Mount, type Value } from './rendered.js';

/** Where a component stands in the page, and what of it the client has been sent. */
export interface Position {
  readonly target: number;
  readonly part: number;
  shown: Value;
}

/** Instances as they were until one frame replaced or removed them, by the number they had then. */
class Retired {
  readonly frame: number;
  /** The first one: most frames retire no other, and a map costs more than all the rest of such a frame. */
  readonly #number: number;
  readonly #instance: Instance;
  #others: Map<number, Instance> | undefined;

  constructor(frame: number, number: number, instance: Instance) {
    this.frame = frame;
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

/** Instances kept for frames not acknowledged; from then on no further frame is made, as if the window were closed. */
const mostRetired = 65_536;

/** The server's picture of one client's page. */
export class ClientTree {
  /** What stands in the root. */
  content: Value = null;
  /** The last number given. */
  #count = 0;
  /** The frame since which numbers mean what they mean. */
  #since = 0;
  /** Definitions the client has, by the order of first meeting. */
  readonly #definitions = new Map<Definition, number>();
  /** Hashes the client said it knows, in its order; taken as met when one of that hash is needed. */
  #remembered: Map<string, number> | undefined;
  #met = 0;
  /** The components in the page. */
  #standing: Map<Mount, Position> | undefined;
  /** Instances with event parts, by number. */
  readonly #listening = new Map<number, Instance>();
  /** What frames not yet acknowledged have replaced or removed, oldest first. */
  #retired: Retired[] = [];

  /** Starts anew with definitions a client remembers from an earlier connection. */
  constructor(hashes: readonly string[] = []) {
    if (hashes.length === 0) return;
    this.#remembered = new Map(hashes.map((hash, index) => [hash, index]));
    this.#met = hashes.length;
  }

  // NUMBERS -------------------------------------------------------------------

  /** Numbers an instance that is being written for the first time. */
  enter(instance: Instance): void {
    instance.number = ++this.#count;
    if (instance.definition.listens) this.#listening.set(instance.number, instance);
  }

  /** Numbers a list that is being written for the first time. */
  enterList(list: List): void {
    list.number = ++this.#count;
  }

  /** Lets an instance take the place of an earlier one of the same definition. */
  replace(previous: Instance, next: Instance, frame: number): void {
    next.number = previous.number;
    if (!next.definition.listens) return;
    this.#listening.set(next.number, next);
    this.#retire(previous, frame);
  }

  /** Forgets what has left the place it stood in, with all that stood in it. */
  leave(value: Value, frame: number, target: number, part: number): void {
    if (value instanceof List) {
      for (const row of value.rows) this.leave(row, frame, value.number, 0);
    } else if (value instanceof Instance) {
      if (value.definition.listens) {
        this.#listening.delete(value.number);
        this.#retire(value, frame);
      }
      if (value.definition.nests) this.#leaveChildren(value, frame);
    } else if (value instanceof Mount) {
      const standing = this.#standing?.get(value);
      // A component that already stands somewhere else has left before it was written there.
      if (standing?.target === target && standing.part === part) this.#leaveMount(value, standing, frame);
    }
  }

  #leaveChildren({ values, number }: Instance, frame: number): void {
    for (let part = 0; part < values.length; part++) this.leave(values[part] as Value, frame, number, part);
  }

  #leaveMount(mount: Mount, { target, part, shown }: Position, frame: number): void {
    this.#standing?.delete(mount);
    this.leave(shown, frame, target, part);
  }

  /** A component is being written at a place; where it stood before, it leaves. */
  stand(mount: Mount, target: number, part: number, frame: number): void {
    const before = this.#standing?.get(mount);
    if (before !== undefined) this.#leaveMount(mount, before, frame);
    this.#standing ??= new Map();
    this.#standing.set(mount, { target, part, shown: mount.rendered });
  }

  /** Where a component stands; undefined if it is not in the page. */
  standing(mount: Mount): Position | undefined {
    return this.#standing?.get(mount);
  }

  /** Starts counting anew, for a page that is written whole: until `frame` is applied, numbers mean the old one. */
  restart(frame: number): void {
    for (const instance of this.#listening.values()) this.#retire(instance, frame);
    this.#listening.clear();
    this.#standing = undefined;
    this.#count = 0;
    this.#since = frame;
  }

  #retire(instance: Instance, frame: number): void {
    const last = this.#retired.at(-1);
    if (last?.frame === frame) last.add(instance.number, instance);
    else this.#retired.push(new Retired(frame, instance.number, instance));
  }

  // DEFINITIONS ---------------------------------------------------------------

  /** The definition's index if the client knows it; else undefined, and from now on it does. */
  meet(definition: Definition): number | undefined {
    const known = this.#definitions.get(definition) ?? this.#remembered?.get(definition.hash);
    this.#definitions.set(definition, known ?? this.#met++);

    return known;
  }

  /** The client has asked for everything, definitions too: it knows none any more. */
  forget(): void {
    this.#definitions.clear();
    this.#remembered = undefined;
    this.#met = 0;
  }

  // HANDLERS ------------------------------------------------------------------

  /**
   * The instance of this number as it was when the client had applied `frame`: a handler that a later frame
   * has replaced can still be called by who has not seen that frame. Only instances with event parts are found.
   */
  find(number: number, frame: number): Instance | undefined {
    for (const retired of this.#retired) {
      const instance = retired.frame > frame ? retired.find(number) : undefined;
      if (instance !== undefined) return instance;
    }

    return frame < this.#since ? undefined : this.#listening.get(number);
  }

  /** How many instances are kept for clients that have not seen their end. */
  get retired(): number {
    return this.#retired.reduce((sum, { size }) => sum + size, 0);
  }

  /** Whether so many are kept that the client has to catch up first. */
  get isFull(): boolean {
    return this.#retired.length > 0 && this.retired >= mostRetired;
  }

  /** Forgets what `frame` has retired: it was not sent, so nobody saw the difference. */
  unretire(frame: number): void {
    if (this.#retired.at(-1)?.frame === frame) this.#retired.pop();
  }

  /** The client has applied `frame`: handlers it no longer sees are let go. */
  acknowledge(frame: number): void {
    const retired = this.#retired;
    if (retired.length === 0) return;
    let gone = 0;
    while (gone < retired.length && (retired[gone] as Retired).frame <= frame) gone++;
    if (gone === retired.length) this.#retired = [];
    else if (gone > 0) retired.splice(0, gone);
  }
}
