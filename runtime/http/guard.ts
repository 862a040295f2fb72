/**
 * Guards: the option `allow` of a route says whether a request may see its page. One function asks it, for first pages and
 * reloads (`http.ts`), forms that are posted without script (`form-post.ts`) and joins (`composition.ts`).
 */

import type { PageProps } from '../component/component.js';
import type { Flashes } from '../identity/flash.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise, within } from '../platform/promise.js';
import { type Answering, answerRedirect, answerStatus, checkedPath, type HttpAnswer } from './http-answer.js';
import type { Allow, Allowance, Place, Visitor } from './router.js';

// TYPES -----------------------------------------------------------------------

/** Why a request may not see a page: where its browser is sent, or a status. 500: the guard threw. 503: it took too long. */
export type Denial = Exclude<Allowance, true> | 500 | 503;

/** Asks the guard of a place; `undefined` if the page may be seen. Never throws, never rejects. */
export type Guard = (place: Place, props: PageProps) => Promise<Denial | undefined> | undefined;

/** What asking guards needs. */
export interface GuardOptions {
  readonly clock: Clock;
  /** Milliseconds that a guard may take. */
  readonly deadline: number;
  readonly report: Reporter;
}

/** Whether it is worth asking again: the guard did not answer as it should. */
export const isForNow = (denial: Denial): boolean => denial === 500 || denial === 503;

// ASKING ----------------------------------------------------------------------

/** Makes the function that asks guards. */
export function createGuard(options: GuardOptions): Guard {
  return ({ allow, path }, props) => (allow === undefined ? undefined : ask(options, allow, path, props));
}

async function ask(
  { clock, deadline, report }: GuardOptions,
  allow: Allow,
  path: string,
  props: PageProps
): Promise<Denial | undefined> {
  try {
    const asked = allow(props);
    let answer: unknown = isPromise(asked) ? 503 : asked;
    if (isPromise(asked)) {
      await within(
        Promise.resolve(asked).then((settled) => {
          answer = settled;
        }),
        clock,
        deadline
      );
    }

    return checked(answer, path);
  } catch (error) {
    report(ErrorCode.Allow, error);

    return 500;
  }
}

/** The answer of a guard. What is none refuses: a guard that forgets to answer opens nothing. */
function checked(answer: unknown, path: string): Denial | undefined {
  if (answer === true) return undefined;
  if (answer === 403 || answer === 404 || answer === 503) return answer;
  const redirect = (answer as { redirect?: unknown } | null | undefined)?.redirect;
  if (typeof redirect === 'string') return { ...(answer as object), redirect: checkedPath(redirect) };

  throw new TroupeError(
    ErrorCode.Allow,
    `The guard of ${path} answered ${String(answer)}; it answers true, 403, 404 or { redirect: '/a-path' }.`
  );
}

// DENYING ---------------------------------------------------------------------

/** What answering needs. */
export interface DenyingOptions {
  readonly document: Answering;
  readonly flashes: Flashes;
  readonly report: Reporter;
}

/** The answer to a request that was denied. */
export function answerDenial(
  { document, flashes, report }: DenyingOptions,
  denial: Denial,
  { request, cookie }: Pick<Visitor, 'request' | 'cookie'>
): HttpAnswer {
  if (typeof denial === 'number') return answerStatus(denial, document.styles);
  const { redirect, flash } = denial;
  try {
    return answerRedirect(303, redirect, flash === undefined ? [] : flashes.leave(flash, request, cookie));
  } catch (error) {
    return answerStatus(500, document.styles, `Error ${report(ErrorCode.Allow, error)}`);
  }
}
