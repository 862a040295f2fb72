/**
 * The content of the log: the rows of a session that match the filter and are visible, read for `log.ts`, and the entry
 * the user has chosen.
 */

import type { ActorView, Inspected, LogEntry } from 'troupe/inspection';
import { actorsOf, nameOf } from './actor-tree.js';
import { extentOf, rankOf } from './scrolling.js';

// TYPES -----------------------------------------------------------------------

/** An entry with the names of those it goes from and to. */
export interface LogRow extends LogEntry {
  readonly fromName: string;
  readonly toName: string;
}

/** An actor to filter by. */
export interface LogActor {
  readonly id: string;
  readonly name: string;
}

/** What is to be read. */
export interface LogQuestion {
  /** The id of the actor whose entries are shown; '' for those of all. */
  readonly actor: string;
  /** What the types that are shown contain. */
  readonly type: string;
  /** The number of the newest entry to show, if the list is held. */
  readonly anchor: number | undefined;
  readonly below: number;
  /** The number of the entry that is chosen; 0 for none. */
  readonly chosen: number;
  /** The number of an entry whose place is asked for; 0 for none. */
  readonly sought: number;
}

/** What was read. */
export interface LogReading {
  readonly rows: readonly LogRow[];
  /** The index of the first row. */
  readonly start: number;
  /** How many entries the list holds. */
  readonly total: number;
  /** How many match by now: those in the list and newer ones. */
  readonly found: number;
  readonly chosen: LogRow | undefined;
  /** The index of the entry that was sought. */
  readonly sought: number;
  readonly actors: readonly LogActor[];
}

// READING ---------------------------------------------------------------------

/** Reads what a list shows. */
export function readLog(inspected: Inspected, question: LogQuestion): LogReading {
  const { actor, anchor, below, chosen, sought, type } = question;
  const filter = { ...(actor !== '' && { actor }), ...(type !== '' && { type }) };
  const { found } = inspected.log({ ...filter, most: 1 });
  const rank = (number: number, of: object = filter, most = found): number =>
    rankOf(number, most, (skip) => inspected.log({ ...of, skip, most: 1 }).entries[0]?.number ?? number);
  const total = anchor === undefined ? found : rank(anchor);
  const { start, count } = extentOf(total, below);
  const actors = actorsOf(inspected.actors());
  const named = naming(actors);

  return {
    rows: count === 0 ? [] : inspected.log({ ...filter, skip: start, most: count }).entries.map(named),
    ...{ start, total, found },
    chosen: chosen === 0 ? undefined : entryOf(inspected, chosen, rank)?.map(named)[0],
    sought: sought === 0 ? -1 : rank(sought) - 1,
    actors: actors.map((each) => ({ id: each.id, name: nameOf(each) })),
  };
}

/** The entry of a number, whatever is filtered. */
function entryOf(
  inspected: Inspected,
  number: number,
  rank: (number: number, of: object, most: number) => number
): readonly LogEntry[] | undefined {
  const { found } = inspected.log({ most: 1 });
  const { entries } = inspected.log({ skip: Math.max(0, rank(number, {}, found) - 1), most: 1 });

  return entries[0]?.number === number ? entries : undefined;
}

/** Resolves ids: an actor to its name, any other id to itself. */
function naming(actors: readonly ActorView[]): (entry: LogEntry) => LogRow {
  const names = new Map(actors.map((actor) => [actor.id, nameOf(actor)]));

  return (entry) => ({
    ...entry,
    fromName: names.get(entry.from) ?? entry.from,
    toName: names.get(entry.to) ?? entry.to,
  });
}

/** The rows, with those of before that are the same still: they need not be rendered again. */
export function keepSame(before: readonly LogRow[], rows: readonly LogRow[]): readonly LogRow[] {
  const known = new Map(before.map((row) => [row.number, row]));

  return rows.map((row) => {
    const same = known.get(row.number);

    return same !== undefined && isSame(same, row) ? same : row;
  });
}

const isSame = (one: LogRow, other: LogRow): boolean =>
  (Object.keys(other) as (keyof LogRow)[]).every((name) => one[name] === other[name]);
