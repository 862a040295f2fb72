/**
 * The page as one client shows it: the client tree as it was when the client had applied a frame. `client-link.ts` makes one
 * for the events of a frame, and `client-events.ts` finds in it what they happened at.
 */

import type { TextEdit } from '../wire/text-edit.js';
import type { ClientTree } from './client-tree.js';
import { isDisabled, isDisabledAt, type Waypoint, wayTo } from './disabled-controls.js';
import type { TextWrite } from './edited-texts.js';
import { controlText, type Instance, textPartOf, type Value } from './nodes.js';

/** What a client shows. */
export class ShownPage {
  readonly #tree: ClientTree;
  readonly #frame: number;
  /** What the client may have applied since is needed for edits that it made before. */
  readonly #writes: readonly TextWrite[];

  /** @param frame the last one that the client has applied */
  constructor(tree: ClientTree, frame: number) {
    this.#tree = tree;
    this.#frame = frame;
    this.#writes = tree.textWrites;
  }

  /** The instance of a number. */
  find(number: number): Instance | undefined {
    return this.#tree.find(number, this.#frame);
  }

  /** Whether the client could have called the handlers of this number, but it took too long to say that it did. */
  isExpired(number: number): boolean {
    return this.#tree.isExpired(number, this.#frame);
  }

  /** Whether the client was sent this content, and all of it. */
  isOf(content: Value, isStale: boolean): boolean {
    return this.#tree.content === content && !isStale;
  }

  /**
   * The user has edited the text of the control that an event part is on. Returns the text that the user meant;
   * `undefined` if no part writes that text.
   *
   * @param present what the view gives now in the place of the instance, if the client was not sent that
   */
  edit(instance: Instance, event: number, edit: TextEdit, present?: Instance): string | undefined {
    const { definition, number } = instance;
    const part = textPartOf(definition, event);
    if (part < 0) return undefined;
    const textOf = ({ values }: Instance): string => controlText(values[part] ?? null);
    const written = textOf(this.#tree.current(number) ?? instance);
    const given = present && textOf(present);

    return this.#tree.texts.edit(number, part, edit, this.#frame, written, given, this.#writes);
  }

  /** The component has answered such an edit. */
  answer({ definition, number }: Instance, event: number): void {
    this.#tree.texts.answer(number, textPartOf(definition, event));
  }

  /** Whether the control that a part is on is disabled, by itself or by a fieldset around it. */
  isDisabled(instance: Instance, part: number): boolean {
    if (isDisabledAt(instance, part)) return true;
    if (this.#tree.fieldsets === undefined) return false;
    const fieldsets = [...this.#tree.fieldsets].flatMap((number) => this.find(number) ?? []);

    return fieldsets.some((fieldset) =>
      [...fieldset.definition.disablers.keys()].some((child) => this.#isWithin(fieldset, child, instance.number, part))
    );
  }

  #isWithin(fieldset: Instance, child: number, number: number, part: number): boolean {
    if (!isDisabledAt(fieldset, child)) return false;
    const way = wayTo(fieldset.values[child] ?? null, number, part, (mount) => this.#tree.shownOf(mount));

    return way !== undefined && isDisabled([{ instance: fieldset, part: child, key: null }, ...way]);
  }

  /** The way to a part of an instance; `undefined` if the instance was removed. */
  wayTo(number: number, part: number): readonly Waypoint[] | undefined {
    return wayTo(this.#tree.content, number, part, (mount) => this.#tree.shownOf(mount));
  }
}
