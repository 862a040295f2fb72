/**
 * Health checks for the process manager or load balancer. `/_troupe/healthz` answers 200 while the process runs;
 * `/_troupe/readyz` answers 200 while the process accepts new sessions and reaches their store. `http.ts` calls `answerSign` for every path
 * below `/_troupe/`; `server.ts` offers both as handlers for Node, so that a host program can serve them elsewhere.
 */

import type { HttpAnswer } from './http-answer.js';

// TYPES -----------------------------------------------------------------------

/** Whether the server accepts new sessions. */
export type IsReady = () => boolean;

// ANSWERS ---------------------------------------------------------------------

function plain(status: number, body: string): HttpAnswer {
  const kind = ['Content-Type', 'text/plain; charset=utf-8', 'X-Content-Type-Options', 'nosniff'];

  return { status, headers: [...kind, 'Cache-Control', 'no-store', 'Content-Length', String(body.length)], body };
}

/** Always 200: an answer shows that the process runs. */
export const answerHealth = (): HttpAnswer => plain(200, 'running');

/** 200 while the server accepts new sessions, 503 from the beginning of a drain. */
export const answerReadiness = (isReady: IsReady): HttpAnswer =>
  isReady() ? plain(200, 'ready') : plain(503, 'not ready');

/**
 * Answers a path below `/_troupe`, if it is one of the two.
 *
 * ```ts
 * answerSign('/readyz', () => false)?.status; // 503
 * ```
 */
export function answerSign(path: string, isReady: IsReady): HttpAnswer | undefined {
  if (path === '/healthz') return answerHealth();

  return path === '/readyz' ? answerReadiness(isReady) : undefined;
}
