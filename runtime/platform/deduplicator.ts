/**
 * Deduplicator: what comes a second time under an id that came before. Effects of sessions are delivered at least
 * once, each under an id that stays the same; whoever receives them asks here and drops the second one.
 */

/** Ids that are remembered; of more than that the oldest are forgotten. */
const mostIds = 10_000;

/** The ids that have come, the latest ten thousand. */
export class Deduplicator {
  readonly #ids = new Set<string>();

  /** Whether this id has come before; from now on it has. What has no id is no repeat. */
  has(id: string | undefined): boolean {
    if (id === undefined) return false;
    if (this.#ids.has(id)) return true;
    this.#ids.add(id);
    if (this.#ids.size > mostIds) this.#ids.delete(this.#ids.values().next().value as string);

    return false;
  }
}
