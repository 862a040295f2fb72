/**
 * Actions: plain HTTP handlers beside the pages, for what a live page cannot do, which is to set a cookie. So signing in and
 * out works without script: a `<form method="post" action="/login">` is left to the browser.
 *
 *     request -> same origin -> principal -> body -> action -> answer
 *
 * Requests that can change something are taken from pages of this server alone, as forms without script are. An error of an action is reported and answered with 500. `action-answer.ts` makes its answer to HTTP.
 */

import type { PageProps } from '../component/component.js';
import type { Flashes } from '../identity/flash.js';
import { leaveAnew } from '../identity/page-load.js';
import { RefusedPosts } from '../identity/refused-posts.js';
import { type HttpRequest, isSecure, type Recognise, type RequestIdentity } from '../identity/request-identity.js';
import { refusalOfPost } from '../identity/request-origin.js';
import type { Clock } from '../platform/clock.js';
import { type Reporter, writeError } from '../platform/error-report.js';
import { ErrorCode } from '../platform/errors.js';
import { isPromise, within } from '../platform/promise.js';
import { type ActionAnswer, answerOf } from './action-answer.js';
import { type FormEntries, readBytes, readEntries, typeOf } from './form-entries.js';
import { type Answering, answerStatus, type HttpAnswer } from './http-answer.js';
import { createFinder, type FoundTarget, propsOf } from './router.js';

// TYPES -----------------------------------------------------------------------

/** A request, as an action gets it. */
export interface ActionRequest extends Omit<PageProps, 'flash'> {
  /** `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. */
  readonly method: string;
  /** The entries of the form in the body, in order, without files; none if the body is no form. */
  readonly entries: FormEntries;
  /** The body, if it is JSON. */
  readonly json: unknown;
}

/** Answers a request. Without an answer the status is 204. What it throws is reported, and answered with 500. */
export type Action = (request: ActionRequest) => ActionAnswer | undefined | Promise<ActionAnswer | undefined>;

/** The actions by method and pattern: `{ 'POST /login': login }`. */
export interface Actions {
  readonly [methodAndPattern: string]: Action;
}

/** What calling actions needs. */
export interface ActionsOptions {
  readonly actions: Actions;
  readonly base: string;
  readonly clock: Clock;
  /** Milliseconds that an action may take. */
  readonly deadline: number;
  readonly development: boolean;
  readonly document: Answering;
  readonly flashes: Flashes;
  readonly origins: readonly string[] | undefined;
  readonly recognise: Recognise;
  readonly report: Reporter;
  readonly sessions: { readonly isClosed: boolean };
  readonly trustProxy: number;
}

/** Answers a request for an action; `undefined` if there is none for it. Never rejects. */
export type AnswerAction = (request: HttpRequest) => Promise<HttpAnswer> | undefined;

// ACTIONS ---------------------------------------------------------------------

/** The form of a name of an action. */
export const actionName = /^(GET|POST|PUT|PATCH|DELETE) (\/.*)$/;

/** Makes the function that answers requests for actions. */
export function createActions(options: ActionsOptions): AnswerAction {
  const { actions, base } = options;
  const byMethod: Record<string, Record<string, Action>> = {};
  for (const [name, action] of Object.entries(actions)) {
    const [, method = '', pattern = ''] = actionName.exec(name) ?? [];
    byMethod[method] = { ...byMethod[method], [pattern]: action };
  }
  const finders = new Map(Object.entries(byMethod).map(([method, targets]) => [method, createFinder(targets, base)]));
  const refusals = new RefusedPosts(options);

  return (request) => {
    const found = finders.get(request.method)?.(request.url);
    if (found === undefined || found === 404) return undefined;

    return typeof found === 'number'
      ? Promise.resolve(answerStatus(found, options.document.styles))
      : answer(options, refusals, request, found);
  };
}

async function answer(
  options: ActionsOptions,
  refusals: RefusedPosts,
  request: HttpRequest,
  found: FoundTarget<Action>
): Promise<HttpAnswer> {
  const { document, origins, recognise, sessions, trustProxy } = options;
  const refuse = (status: number): HttpAnswer => answerStatus(status, document.styles);
  if (sessions.isClosed) return refuse(503);
  const foreign = request.method === 'GET' ? undefined : refusalOfPost(request, origins, trustProxy);
  if (foreign !== undefined) {
    refusals.add(foreign);

    return refuse(403);
  }
  const visitor = await recognise(request);
  if (typeof visitor === 'number') return refuse(visitor);
  const body = await readPosted(request);
  if (typeof body === 'number') return refuse(body);

  return run(options, visitor, found, body);
}

/** What an action gets of the body. */
type Body = Pick<ActionRequest, 'entries' | 'json'>;

/** The body of a request; the status with which it is refused. */
async function readPosted(request: HttpRequest): Promise<Body | number> {
  const type = typeOf(request);
  if (request.method === 'GET' || type === '') return { entries: [], json: undefined };
  if (!/^application\/json\b/i.test(type)) {
    const entries = await readEntries(request);

    return typeof entries === 'number' ? entries : { entries, json: undefined };
  }
  const bytes = await readBytes(request);
  if (typeof bytes === 'number') return bytes;
  try {
    return { entries: [], json: JSON.parse(bytes.toString()) };
  } catch {
    return 400;
  }
}

/** Calls an action, within its deadline. */
async function run(
  options: ActionsOptions,
  visitor: RequestIdentity,
  { target: action, ...url }: FoundTarget<Action>,
  body: Body
): Promise<HttpAnswer> {
  const { base, clock, deadline, development, document, flashes, report, trustProxy } = options;
  const { cookie = '', principal, request } = visitor;
  const secure = isSecure(request, trustProxy);
  try {
    const props = propsOf(url, { cookie, principal, request }, trustProxy);
    const begun = action(Object.assign(props, body, { method: request.method }));
    let given: unknown = isPromise(begun as unknown) ? late : begun;
    if (isPromise(begun as unknown)) {
      const settled = Promise.resolve(begun).then((value) => {
        given = value;
      });
      await within(settled, clock, deadline);
    }
    if (given === late) return answerStatus(503, document.styles);
    const answered = (given ?? {}) as ActionAnswer;
    const made = answerOf(answered, { path: base || '/', secure }, document.styles);
    const { flash, redirect } = answered;
    if (redirect === undefined) return made;
    // It is no reload of the one before it, though it may stand at the same path, and browsers ask for it as for one.
    const left = flash === undefined ? [] : flashes.leave(flash, request, cookie);

    return { ...made, headers: [...made.headers, ...leaveAnew(redirect, secure), ...left] };
  } catch (error) {
    const id = report(ErrorCode.Action, error);
    const { stack, message } = writeError(error);
    const detail = development && error instanceof Error ? `\n\n${stack ?? message}` : '';

    return answerStatus(500, document.styles, `Error ${id}${detail}`);
  }
}

const late = Symbol('late');
