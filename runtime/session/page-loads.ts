/**
 * The documents of a session: which of their events its state contains. A session has one document at a
 * time, whose events `event-counter.ts` counts; of those it had before only the number is kept, for the case that
 * they come back, or that another takes over what they have left (`protocol.ts`, "PageLoads").
 *
 * An event that is handed down goes by several numbers, and whoever has it may send it. So each has one name,
 * the one it had where it was made:
 *
 *     a        made 1 2 3, of which 1 was applied                                  a.1 a.2 a.3
 *     b heir of a from 2, two of them: its events 1 2 are a.2 a.3, then come       b.3 b.4 ...
 *     a comes back and sends 2 3: if b's first two are applied, so are these
 */

// TYPES -----------------------------------------------------------------------

/** What a document has taken over from another: `count` events, the first of which was number `first` there. */
export interface InheritedEvents {
  readonly document: string;
  readonly first: number;
  readonly count: number;
}

/** A document and how many of its events the state contains. */
export interface PageLoadRecord {
  readonly document: string;
  readonly applied: number;
  readonly heritage?: InheritedEvents | undefined;
}

/** Events of one document that were made one after the other in one document, itself or another. */
interface Stretch {
  readonly maker: string;
  /** The number the first of them has there. */
  readonly first: number;
  readonly count: number;
}

/** Page loads that are remembered beside the present one; the oldest is forgotten. */
const mostRemembered = 16;

// DOCUMENTS -------------------------------------------------------------------

/** The documents of one session. */
export class PageLoads {
  /** The one that has the session, '' before the first. */
  present = '';
  #heritage: InheritedEvents | undefined;
  /** Those that had it before, oldest first. */
  #earlier: readonly PageLoadRecord[] | undefined;

  /** Goes on with what `records` gave. */
  static from(records: readonly PageLoadRecord[]): PageLoads {
    const documents = new PageLoads();
    const last = records.at(-1);
    if (last !== undefined) {
      documents.present = last.document;
      documents.#heritage = last.heritage;
    }
    if (records.length > 1) documents.#earlier = records.slice(0, -1);

    return documents;
  }

  /** All of them, the present one last; `applied` of its events are. None before the first has come. */
  records(applied: number): readonly PageLoadRecord[] {
    if (this.present === '') return [];
    const record = { document: this.present, applied, heritage: this.#heritage };

    return [...(this.#earlier ?? []), record];
  }

  /**
   * A document takes the session over from the present one, of whose events `applied` are. Gives how many of
   * the newcomer's own are: of those it has taken over from another, or had made when it was here before.
   */
  change(document: string, applied: number, heritage: InheritedEvents | undefined): number {
    const records = this.records(applied);
    const before = records.find((record) => record.document === document);
    const others = records.filter((record) => record !== before).slice(-mostRemembered);
    this.#earlier = others.length === 0 ? undefined : others;
    this.#heritage = before === undefined ? acyclic(records, document, heritage) : before.heritage;
    this.present = document;

    return appliedOf(records, { document, applied: Number.POSITIVE_INFINITY, heritage: this.#heritage });
  }

  /** What an event of the present document is called, the same whoever has taken it over. */
  nameOf(number: number): string {
    const record = { document: this.present, applied: number, heritage: this.#heritage };
    const { maker, first, count } = stretchesOf(this.#earlier ?? [], record).at(-1) as Stretch;

    return `${maker}.${first + count - 1}`;
  }
}

// HERITAGE --------------------------------------------------------------------

/** A heritage, unless it leads back to its heir, which no client says: then there is none. */
function acyclic(
  records: readonly PageLoadRecord[],
  document: string,
  heritage: InheritedEvents | undefined
): InheritedEvents | undefined {
  for (let from = heritage?.document; from !== undefined; from = find(records, from)?.heritage?.document) {
    if (from === document) return undefined;
  }

  return heritage;
}

const find = (records: readonly PageLoadRecord[], document: string): PageLoadRecord | undefined =>
  records.find((record) => record.document === document);

/** The first `applied` events of a document by where they were made, in order. */
function stretchesOf(records: readonly PageLoadRecord[], { document, applied, heritage }: PageLoadRecord): Stretch[] {
  const inherited = Math.min(applied, heritage?.count ?? 0);
  const stretches = heritage === undefined || inherited === 0 ? [] : handedDown(records, heritage, inherited);
  if (applied > inherited) stretches.push({ maker: document, first: inherited + 1, count: applied - inherited });

  return stretches;
}

/** Of what is handed down the first `count`: some may have been handed down to that document, too. */
function handedDown(
  records: readonly PageLoadRecord[],
  { document, first }: InheritedEvents,
  count: number
): Stretch[] {
  const heritage = find(records, document)?.heritage;
  const last = first - 1 + count;
  const stretches: Stretch[] = [];
  let number = 1;
  for (const stretch of stretchesOf(records, { document, applied: last, heritage })) {
    const before = Math.max(0, first - number);
    if (before < stretch.count) {
      stretches.push({ maker: stretch.maker, first: stretch.first + before, count: stretch.count - before });
    }
    number += stretch.count;
  }

  return stretches;
}

/** How many events of a document are applied, whichever document they were applied as. */
function appliedOf(records: readonly PageLoadRecord[], document: PageLoadRecord): number {
  const reached = new Map<string, number>();
  for (const record of records) {
    for (const { maker, first, count } of stretchesOf(records, record)) {
      reached.set(maker, Math.max(reached.get(maker) ?? 0, first - 1 + count));
    }
  }
  let applied = 0;
  for (const { maker, first, count } of stretchesOf(records, document)) {
    const taken = Math.min(count, Math.max(0, (reached.get(maker) ?? 0) - (first - 1)));
    applied += taken;
    if (taken < count) break;
  }

  return applied;
}
