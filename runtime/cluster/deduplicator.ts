/**
 * Deduplicator: recognises a message that arrives a second time. Effects of sessions are delivered at least once,
 * each under an id that stays the same; `local-bus.ts` and `shared-actors.ts` drop what was delivered before.
 */

/** Ids remembered; beyond that the oldest are forgotten. */
const maxIds = 10_000;

/** The latest ten thousand ids. */
export class Deduplicator {
  readonly #ids = new Set<string>();

  /** Whether this id was seen before; remembers it. A message without an id is never a repeat. */
  has(id: string | undefined): boolean {
    if (id === undefined) return false;
    if (this.#ids.has(id)) return true;
    this.#ids.add(id);
    if (this.#ids.size > maxIds) this.#ids.delete(this.#ids.values().next().value as string);

    return false;
  }
}
