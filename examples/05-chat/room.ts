/**
 * A room is a shared actor: it belongs to no session, so everybody who watches it sees the same. It is plain
 * XState; that browsers look at it is none of its business.
 */

import { fromTransition } from 'xstate';

/** One post of a user. */
export interface Post {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a room keeps. */
export interface Room {
  /** The latest, oldest first. */
  readonly posts: readonly Post[];
}

/** What a room takes. */
export type RoomMessage = { type: 'posted'; post: Post };

/** Posts that a room keeps for newcomers. */
const kept = 100;

/** The names of the rooms there are, and what they are called as actors. */
export const rooms = ['lobby', 'garden', 'kitchen'] as const;
export const actorOf = (room: string): string => `chat ${room}`;

/** A post that comes twice is taken once: it is known by its id. */
export const roomLogic = fromTransition(
  ({ posts }: Room, { post }: RoomMessage): Room =>
    posts.some(({ id }) => id === post.id) ? { posts } : { posts: [...posts.slice(1 - kept), post] },
  { posts: [] }
);
