/**
 * What has happened to a session, as its component receives it: one entry each time its client has come back. The
 * entries are part of the component's model, so they go where the session goes.
 */

import type { Arrival } from 'troupe';

/** Something that has happened. */
export interface Entry {
  readonly id: number;
  readonly at: number;
  readonly what: 'opened' | 'moved' | Arrival['reason'];
  readonly text: string;
}

/** A process, by what it calls itself. */
export interface Node {
  /** The same for those that take one another's place. */
  readonly name: string;
  readonly process: number;
}

/** What has happened so far, newest first, and who holds the session now. */
export interface Timeline {
  readonly holder: Node;
  readonly entries: readonly Entry[];
}

/** The message of an arrival, with the process that the client has arrived at. */
export interface Arrived {
  readonly type: 'arrived';
  readonly arrival: Arrival;
  readonly node: Node;
}

/** Entries that are kept. */
export const mostEntries = 30;

/** The timeline of a session that begins. */
export const opened = (node: Node, at: number): Timeline =>
  append(
    { holder: node, entries: [] },
    { at, what: 'opened', text: `A session of its own for this page, on ${nameOf(node)}.` }
  );

/** The timeline after the client has come back. */
export function arrive(timeline: Timeline, { arrival, node }: Arrived, at: number): Timeline {
  const hasMoved = node.name !== timeline.holder.name;
  const what = arrival.reason === 'restored' && hasMoved ? 'moved' : arrival.reason;

  return append(
    { ...timeline, holder: node },
    { at, what, text: textOf(arrival, nameOf(node), nameOf(timeline.holder)) }
  );
}

function append({ holder, entries }: Timeline, entry: Omit<Entry, 'id'>): Timeline {
  const id = (entries[0]?.id ?? 0) + 1;

  return { holder, entries: [{ id, ...entry }, ...entries].slice(0, mostEntries) };
}

// TEXTS -----------------------------------------------------------------------

/** What a process is called. */
export const nameOf = ({ name, process }: Node): string => `${name}, process ${process}`;

function textOf({ reason, stored: at, why }: Arrival, node: string, before: string): string {
  switch (reason) {
    case 'resumed':
      return `The page is back. ${node} had the session in memory all the time.`;
    case 'restored': {
      const stored = `${node === before ? 'It' : before} had put it into the store at ${timeOf(at ?? 0)}`;

      return `${node} has taken the session from the store. ${stored}.`;
    }
    case 'forked':
      return `Another page goes on with the session; ${node} has made a copy of it for this one.`;
    case 'fresh':
      return `The session is gone: ${reasonOf(why)}. ${node} has begun a new one.`;
  }
}

const reasons: { readonly [why: string]: string | undefined } = {
  version: 'it was stored by another version of this page',
  damaged: 'what was stored of it is damaged',
};

const reasonOf = (why: string | undefined): string => reasons[why ?? ''] ?? 'it is in no store, or has expired there';

/** What kind of entry it is, in a word or two. */
export const titles: { readonly [what in Entry['what']]: string } = {
  opened: 'Opened',
  resumed: 'Resumed',
  restored: 'Restored',
  moved: 'Moved',
  forked: 'Forked',
  fresh: 'Fresh',
};

/** The time of day in UTC, since the reader's time zone is unknown. */
export const timeOf = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;
