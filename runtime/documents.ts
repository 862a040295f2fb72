/**
 * The documents of a session: which of their events its state contains. A session has one document at a
 * time, whose events `ledger.ts` counts; of those it had before only the number is kept, for the case that
 * they come back, or that another takes over what they have left (`protocol.ts`, "Documents").
 */

// TYPES -----------------------------------------------------------------------

/** What a document has taken over from another: `count` events, the first of which was number `first` there. */
export interface Heritage {
  readonly document: string;
  readonly first: number;
  readonly count: number;
}

/** A document and how many of its events the state contains. */
export interface DocumentRecord {
  readonly document: string;
  readonly applied: number;
  readonly heritage?: Heritage | undefined;
}

/** Documents that are remembered beside the present one; the oldest is forgotten. */
const mostRemembered = 16;

// DOCUMENTS -------------------------------------------------------------------

/** The documents of one session. */
export class Documents {
  /** The one that has the session, '' before the first. */
  present = '';
  #heritage: Heritage | undefined;
  /** Those that had it before, oldest first. */
  #earlier: DocumentRecord[] | undefined;

  /** Goes on with what `records` gave. */
  static from(records: readonly DocumentRecord[]): Documents {
    const documents = new Documents();
    const last = records.at(-1);
    if (last !== undefined) {
      documents.present = last.document;
      documents.#heritage = last.heritage;
    }
    if (records.length > 1) documents.#earlier = records.slice(0, -1);

    return documents;
  }

  /** All of them, the present one last; `applied` of its events are. None before the first has come. */
  records(applied: number): readonly DocumentRecord[] {
    if (this.present === '') return [];
    const record = { document: this.present, applied, heritage: this.#heritage };

    return [...(this.#earlier ?? []), record];
  }

  /**
   * A document takes the session over from the present one, of whose events `applied` are. Gives how many of
   * the newcomer's own are: of those it has taken over from another, or had made when it was here before.
   */
  change(document: string, applied: number, heritage: Heritage | undefined): number {
    const records = this.records(applied);
    const before = records.find((record) => record.document === document);
    const done = before === undefined ? inherited(records, heritage) : appliedOf(records, document);
    const others = records.filter((record) => record !== before).slice(-mostRemembered);
    this.#earlier = others.length === 0 ? undefined : others;
    this.#heritage = before?.heritage ?? heritage;
    this.present = document;

    return done;
  }

  /** What an event of the present document is called, the same whoever has taken it over. */
  nameOf(number: number): string {
    let document = this.present;
    let heritage = this.#heritage;
    let at = number;
    while (heritage !== undefined && at <= heritage.count) {
      at += heritage.first - 1;
      document = heritage.document;
      const owner = this.#earlier?.find((record) => record.document === document);
      heritage = owner?.heritage;
    }

    return `${document}.${at}`;
  }
}

/** How many of the events taken over from another document the state contains. */
function inherited(records: readonly DocumentRecord[], heritage: Heritage | undefined): number {
  if (heritage === undefined) return 0;
  const { document, first, count } = heritage;

  return Math.min(count, Math.max(0, appliedOf(records, document) - (first - 1)));
}

/** How many events of a document the state contains, its own and those that others took over from it. */
function appliedOf(records: readonly DocumentRecord[], document: string): number {
  let applied = 0;
  for (const [index, record] of records.entries()) {
    if (record.document === document) applied = Math.max(applied, record.applied);
    const { heritage } = record;
    if (heritage?.document !== document) continue;
    const taken = Math.min(heritage.count, appliedOf(records.slice(index), record.document));
    if (taken > 0) applied = Math.max(applied, heritage.first - 1 + taken);
  }

  return applied;
}
