/**
 * The first page of a session: its HTML as `http.ts` sends it, with an adoption ticket for its client. `session-registry.ts`
 * makes one for each page load.
 */

import type { PostTarget } from '../render/page-forms.js';
import { type PageMarkup, pageMarkup } from '../render/render-to-string.js';
import type { LiveSession, Session } from '../session/session.js';
import type { WriteBehind } from './write-behind.js';

/** A first page: its session, and the HTML of the root's content. */
export interface Page extends PageMarkup {
  readonly session: Session;
  /** The adoption ticket of its client. */
  readonly ticket: number;
}

/** Whether something in a session has failed since it is in memory. */
export const hasFailed = ({ tree }: LiveSession): boolean => [...tree.instances()].some(({ failures }) => failures > 0);

/**
 * Renders the first page of a session in its present state. If the store is shared, the session is stored before the page is
 * sent: another node may be asked to join it.
 *
 * @param target where its forms go without script; `undefined` for nowhere
 */
export function firstPage(
  session: LiveSession,
  target: PostTarget | undefined,
  writeBehind: WriteBehind
): Promise<Page> | Page {
  const ticket = session.issueTicket();
  const page = { session, ...pageMarkup(session.rendered, session.id, ticket, target), ticket };

  return writeBehind.isShared ? writeBehind.write(session).then(() => page) : page;
}
