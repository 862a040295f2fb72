/**
 * The page loads of a session: which of their events its state contains. A session has one page load at a
 * time, whose events `client-link.ts` counts. Of the earlier ones only a number is kept: a browser may go
 * back to one, and another may have inherited its events (`protocol.ts`, "Inherited events").
 *
 * Several page loads may hold the same event, and any of them may send it. So each event has one name, the
 * page load that made it and its number there, and the events of one page load are applied in order:
 *
 *     a          makes a.1 a.2 a.3, of which a.1 is applied      { a: 1 }
 *     b          inherits a.2 a.3, makes b.1, sends all three    { a: 3, b: 1 }
 *     a again    sends a.2 a.3 a.4: only a.4 is new              { a: 4, b: 1 }
 *
 * All events of a range before its `first` are durable to the client. If the state contains fewer, the store has lost
 * some: the answer to the join says how many, and they do not come again. Which are lost is then known to the page load
 * that has joined, and to no other that has the same events: a tab that was duplicated, for example.
 *
 * A connection counts its events instead. Their numbers go on from the last one that was durable when the
 * page load joined; for b in the example the numbers 1 2 3 are a.2 a.3 b.1.
 */

import type { ClientFrame, ClientKind, EventRange } from '../wire/protocol.js';

// TYPES -----------------------------------------------------------------------

/** A page load and how many of the events that it made the state contains. */
export interface PageLoadRecord {
  readonly load: string;
  readonly applied: number;
}

/** What a join says of events. */
export type JoinNames = Pick<
  Extract<ClientFrame, { kind: typeof ClientKind.Join }>,
  'durable' | 'load' | 'names' | 'sent'
>;

/** Page loads that are remembered besides the present one and those it has inherited from; the oldest is forgotten. */
const maxRemembered = 16;

// PAGE LOADS ------------------------------------------------------------------

/** The page loads of one session. */
export class PageLoads {
  /** The one that has the session, '' before the first. */
  present = '';
  /** The names of its events, if these are not just its own from the first one on. */
  #inherited: readonly EventRange[] | undefined;
  #durable = 0;
  /** Whether no event that is durable to the client is missing. Once that is so, it stays so for this page load. */
  #isSettled = false;
  /** How many events of a page load are applied. For the present one `#note` brings it up to date. */
  #applied: Map<string, number> | undefined;

  /** Continues from what `records` returned. Until the present one has joined again, what it has inherited is not known. */
  static from(records: readonly PageLoadRecord[]): PageLoads {
    const loads = new PageLoads();
    loads.present = records.at(-1)?.load ?? '';
    const applied = records.filter((record) => record.applied > 0);
    if (applied.length > 0) loads.#applied = new Map(applied.map((record) => [record.load, record.applied]));

    return loads;
  }

  /** All page loads, the present one last, of whose events `processed` are applied. Empty before the first. */
  records(processed: number): readonly PageLoadRecord[] {
    if (this.present === '') return [];
    this.#note(processed);
    const records = [...(this.#applied ?? [])].map(([load, applied]) => ({ load, applied }));
    const others = records.filter(({ load }) => load !== this.present);

    return [...others, { load: this.present, applied: this.#applied?.get(this.present) ?? 0 }];
  }

  /**
   * A page load joins, the present one or another. Of the events of the present one `processed` are applied.
   * Returns how many events of the one that joins are.
   */
  change({ durable, load, names, sent }: JoinNames, processed: number): number {
    this.#note(processed);
    this.present = load;
    this.#inherited = isOwn(names, load) ? undefined : openEnded(names);
    this.#isSettled = false;
    this.#durable = durable;
    this.#forget();

    return Math.min(sent, this.numberIn(this.#applied));
  }

  /** How many events of the present page load the state contains, of which `processed` are processed. */
  contained(processed: number): number {
    return this.#lostIn(this.#applied) > 0 ? this.numberIn(this.#applied) : processed;
  }

  /** The client knows which of its events are lost, or gives up all that the state does not contain. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#lostIn(this.#applied) === 0) return;
    for (const [load, first] of this.#ranges) this.#settleTo(load, first - 1);
  }

  /** The present page load misses none of the first `count` events of this one. */
  #settleTo(load: string, count: number): void {
    if (count > (this.#applied?.get(load) ?? 0))
      this.#apply(load === this.present ? load : settledName(this.present, load), count);
  }

  /** How many events of the present page load a state with these records contains. */
  numberOf(records: readonly PageLoadRecord[]): number {
    return this.numberIn(new Map(records.map(({ load, applied }) => [load, applied])));
  }

  /** How many events of the present page load a state contains. */
  numberIn(applied: ReadonlyMap<string, number> | undefined): number {
    const lost = this.#lostIn(applied);
    if (lost > 0) return Math.max(0, this.#durable - lost);
    let number = 0;
    for (const [load, first, count] of this.#ranges) {
      const known = Math.min(count, Math.max(0, (applied?.get(load) ?? 0) - first + 1));
      number += known;
      if (known < count) break;
    }

    return this.#durable + number;
  }

  /** The name of an event of the present page load by its number; the same for all page loads that inherit it. */
  nameOf(number: number): string {
    let before = this.#durable;
    for (const [load, first, count] of this.#ranges) {
      if (number <= before + count) return `${load}.${first + number - before - 1}`;
      before += count;
    }

    return '';
  }

  /** The names of its events, of which the first has the number `#durable + 1`. The last range has no end. */
  get #ranges(): readonly EventRange[] {
    if (this.#inherited !== undefined) return this.#inherited;

    return this.present === '' ? [] : [[this.present, 1, Number.POSITIVE_INFINITY]];
  }

  /** Notes by name that the first `processed` events are applied. */
  #note(processed: number): void {
    let left = processed - this.#durable;
    for (const [load, first, count] of this.#ranges) {
      if (left <= 0) return;
      const taken = Math.min(left, count);
      left -= taken;
      if (taken > 0) this.#apply(load, first - 1 + taken);
    }
  }

  /** So many events of a page load are applied, at least. */
  #apply(load: string, count: number): void {
    this.#applied ??= new Map();
    const applied = Math.max(this.#applied.get(load) ?? 0, count);
    // The order of the entries is that of their last use.
    this.#applied.delete(load);
    this.#applied.set(load, applied);
  }

  /** How many events a state does not contain although they are durable to the client. Some may be of an earlier page load. */
  #lostIn(applied: ReadonlyMap<string, number> | undefined): number {
    return this.#ranges.reduce((sum, [load, first]) => {
      const settled = load === this.present ? 0 : (applied?.get(settledName(this.present, load)) ?? 0);

      return sum + Math.max(0, first - 1 - Math.max(applied?.get(load) ?? 0, settled));
    }, 0);
  }

  #forget(): void {
    const inherited = this.#ranges.flatMap(([load]) => [load, settledName(this.present, load)]);
    const needed = new Set([this.present, ...inherited]);
    const others = [...(this.#applied?.keys() ?? [])].filter((load) => !needed.has(load));
    for (const load of others.slice(0, -maxRemembered)) this.#applied?.delete(load);
  }
}

/** Whether these are the events that a page load makes itself, from its first one. */
const isOwn = (names: readonly EventRange[], present: string): boolean =>
  names.length === 1 && names[0]?.[0] === present && names[0][1] === 1;

/** The name under which is kept how many events of another page load this one does not miss, contained or not. */
const settledName = (load: string, maker: string): string => `${load} ${maker}`;

/** The events in these ranges, and those that their last page load is going to make. */
function openEnded(names: readonly EventRange[]): readonly EventRange[] {
  const [load, first] = names.at(-1) as EventRange;

  return [...names.slice(0, -1), [load, first, Number.POSITIVE_INFINITY]];
}
