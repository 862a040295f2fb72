/**
 * The client of a page without script: it lives as long as one post. It joins the session as any client, under a page load of its
 * own, tells the events of what was posted (`posted-form.ts`), waits until the session is at rest, and leaves. So all
 * that holds for events of clients holds for posts: order, limits, disabled controls, other nodes.
 *
 * `session-registry.ts` runs it in a session that it has entered.
 */

import { monotonic } from '../platform/clock.js';
import type { Environment } from '../platform/environment.js';
import type { Connection } from '../session/frame-sender.js';
import type { JoinFrame } from '../session/join.js';
import type { LiveSession } from '../session/session.js';
import { ClientKind, type CloseCode, version } from '../wire/protocol.js';
import { eventsOfPost, type PostedForm } from './posted-form.js';

// TYPES -----------------------------------------------------------------------

/** What became of a post. */
export interface PostOutcome {
  readonly session: LiveSession;
  /** Why the session took nothing; `undefined` if it did. */
  readonly refused: CloseCode | undefined;
  /** Whether what was posted is not in the page any more, or disabled. */
  readonly isLost: boolean;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds that a post waits for the tasks that it has begun: their results are in the page that follows. */
const maxTasksMs = 2_000;

/** Milliseconds that it waits for what its effects lead to, at a shared actor for example, and what that answers. */
const maxEchoMs = 100;

// CONNECTION ------------------------------------------------------------------

/** No frame goes anywhere: the page that follows shows everything. */
class PostConnection implements Connection {
  readonly buffered = 0;
  /** Posts come one after the other, each under another page load: none overtakes another. */
  readonly opened = 0;
  closed: CloseCode | undefined;
  /** Called after each turn. */
  turned: (() => unknown) | undefined;

  send(): void {}

  close(code: CloseCode): void {
    this.closed ??= code;
    this.turned?.();
  }
}

function joinOf(load: string): JoinFrame {
  const counts = { frame: 0, processed: 0, durable: 0, sent: 0 };

  return { kind: ClientKind.Join, version, client: '', token: '', hashes: [], names: [[load, 1, 0]], load, ...counts };
}

// POSTING ---------------------------------------------------------------------

/** Tells a session what was posted, under a page load of this name. */
export async function postTo(
  session: LiveSession,
  load: string,
  post: PostedForm,
  env: Pick<Environment, 'clock' | 'defer'>
): Promise<PostOutcome> {
  const connection = new PostConnection();
  const since = env.clock.now();
  session.join(connection, joinOf(load));
  // What waits in the mailbox may change the page.
  session.tree.catchUp();
  const { events, isLost } = eventsOfPost(session.rendered, post);
  const { deliveries } = session;
  // The frame that has answered the join counts as shown.
  session.client.receive(connection, { kind: ClientKind.Events, events, frames: 1 });
  session.tree.catchUp();
  if (session.deliveries > deliveries) await nextTurn(session, connection, env, maxEchoMs);
  const until = monotonic(env.clock) + maxTasksMs;
  while (connection.closed === undefined && isBusy(session, since)) {
    const left = until - monotonic(env.clock);
    if (left <= 0) break;
    await nextTurn(session, connection, env, left);
  }
  session.client.leave(connection);

  return { session, refused: connection.closed, isLost };
}

/** Resolves after the next turn of the session, when what that has led to at once is done as well; or after so many milliseconds. */
function nextTurn(
  { tree }: LiveSession,
  connection: PostConnection,
  { clock, defer }: Pick<Environment, 'clock' | 'defer'>,
  milliseconds: number
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(() => end(), milliseconds);
    const end = (): void => {
      connection.turned = undefined;
      clock.clearTimeout(timer);
      defer(() => resolve());
    };
    const { turns } = tree;
    // A turn that was scheduled before its messages were taken is none.
    connection.turned = () => (tree.turns > turns || connection.closed !== undefined) && end();
  });
}

/** Whether messages wait, or a task runs that has begun since then. */
function isBusy({ tree }: LiveSession, since: number): boolean {
  if (tree.isOver) return false;
  if (tree.mailbox.size > 0) return true;
  const running = [...tree.instances()].flatMap(({ subscriptions }) => subscriptions?.views ?? []);

  return running.some(({ kind, status, since: begun }) => kind === 'task' && status === 'active' && begun >= since);
}
