/**
 * The state of this process, for the system that starts and stops processes: `/_troupe/healthz` says that it runs,
 * `/_troupe/readyz` whether it is to be sent visitors. `http.ts` asks here for every path below `/_troupe/`;
 * `server.ts` offers both as handlers of Node's, for a host program to put where it likes.
 */

import type { HttpAnswer } from './http.js';

// TYPES -----------------------------------------------------------------------

/** Whether the server takes new visitors. */
export type IsReady = () => boolean;

// ANSWERS ---------------------------------------------------------------------

function plain(status: number, body: string): HttpAnswer {
  const kind = ['Content-Type', 'text/plain; charset=utf-8', 'X-Content-Type-Options', 'nosniff'];

  return { status, headers: [...kind, 'Cache-Control', 'no-store', 'Content-Length', String(body.length)], body };
}

/** The process runs: 200, always. That it answers at all is what it says. */
export const answerHealth = (): HttpAnswer => plain(200, 'running');

/** 200 while the server takes new visitors, 503 from when it is about to stop. */
export const answerReadiness = (isReady: IsReady): HttpAnswer =>
  isReady() ? plain(200, 'ready') : plain(503, 'stopping');

/**
 * Answers a path below `/_troupe`, if it asks for one of the two.
 *
 * ```ts
 * answerSign('/readyz', () => false)?.status; // 503
 * ```
 */
export function answerSign(path: string, isReady: IsReady): HttpAnswer | undefined {
  if (path === '/healthz') return answerHealth();

  return path === '/readyz' ? answerReadiness(isReady) : undefined;
}
