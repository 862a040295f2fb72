/**
 * Forms and buttons that a browser without script posts. `page-forms.ts` in the folder `render/` writes the marks that
 * lead here; the answer sends the browser to the page of the same session.
 *
 *     POST /_troupe/post?part,address&token -> same origin -> principal -> token -> session -> 303 to the page
 *
 * A post is taken from a page of this server alone: browsers say where a form comes from, and the token opens for the
 * browser and the principal of the page only. A cookie says for a few seconds which session the page is to show, as the one that
 * a client leaves for a reload.
 */

import type { Route } from '../component/component.js';
import { leavePosted } from '../identity/page-load.js';
import { RefusedPosts } from '../identity/refused-posts.js';
import { type HttpRequest, isSecure, type Recognise, type RequestIdentity } from '../identity/request-identity.js';
import { refusalOfPost } from '../identity/request-origin.js';
import type { Bearer, OpenedClaim, Tokens } from '../identity/session-token.js';
import { type Clock, monotonic } from '../platform/clock.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { PostedForm } from '../registry/posted-form.js';
import type { PostOutcome } from '../registry/posting-client.js';
import type { SessionRegistry } from '../registry/session-registry.js';
import { byDefault, readAddress } from '../render/page-forms.js';
import { CloseCode, postedToken } from '../wire/protocol.js';
import { readEntries } from './form-entries.js';
import { answerDenial, type DenyingOptions, type Guard } from './guard.js';
import { answerRedirect, answerStatus, type HttpAnswer } from './http-answer.js';
import { type Router, routeTo } from './router.js';

// TYPES -----------------------------------------------------------------------

/** What taking posts needs. */
export interface FormPostOptions extends DenyingOptions {
  /** Whom tokens are bound to. */
  bearerOf(principal: unknown, cookie: string): Bearer;
  readonly clock: Clock;
  /** Posts of one session in a second: each counts as so many frames as a client that joins. */
  readonly framesPerSecond: number;
  readonly guard: Guard;
  readonly origins: readonly string[] | undefined;
  readonly recognise: Recognise;
  readonly router: Router;
  readonly sessions: Pick<SessionRegistry, 'submit'>;
  readonly tokens: Tokens;
  readonly trustProxy: number;
}

// LIMITS ----------------------------------------------------------------------

/** A post costs as much as this many frames of a client. */
const framesPerPost = 20;

/** How far ahead of its rate a session may be, in milliseconds. */
const burstMs = 2_000;

/** Sessions whose posts are counted at the same time; the one that has posted last stays. */
const maxCounted = 10_000;

// POSTS -----------------------------------------------------------------------

/** Answers a post. Never rejects for what the browser has sent. */
export type AnswerPost = (request: HttpRequest) => Promise<HttpAnswer>;

/** A post that was read. */
interface Post extends PostedForm {
  readonly token: string;
}

/** The post in a request; or the status with which it is refused. */
async function readPost(request: HttpRequest): Promise<Post | number> {
  const { url } = request;
  const [at = '', inUrl = '', flag = ''] = url.slice(url.indexOf('?') + 1).split('&');
  const address = readAddress(at);
  if (address === undefined) return 400;
  const entries = await readEntries(request);
  if (typeof entries === 'number') return entries;
  const inBody = entries.find(([name]) => name === postedToken)?.[1];

  return {
    ...address,
    entries: entries.filter(([name]) => name !== postedToken),
    isByDefault: `&${flag}` === byDefault,
    token: inUrl === '' ? (inBody ?? '') : decodeToken(inUrl),
  };
}

function decodeToken(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

/** Makes the function that answers posts. */
export function createFormPosts(options: FormPostOptions): AnswerPost {
  const { document, origins, recognise, router, tokens, trustProxy } = options;
  const refuse = (status: number, link?: string): HttpAnswer => answerStatus(status, document.styles, undefined, link);
  const rate = new PostRate(options);
  const refusals = new RefusedPosts(options);

  return async (request) => {
    if (request.method !== 'POST') return refuse(405);
    const foreign = refusalOfPost(request, origins, trustProxy);
    if (foreign !== undefined) {
      refusals.add(foreign);
      return refuse(403);
    }
    const visitor = await recognise(request);
    if (typeof visitor === 'number') return refuse(visitor);
    const post = await readPost(request);
    if (typeof post === 'number') return refuse(post);
    const { cookie = '' } = visitor;
    const claim = cookie !== '' && tokens.open(post.token, options.bearerOf(visitor.principal, cookie));
    if (!claim) {
      refusals.add([403, 'its token is of another browser or principal, or forged.']);
      return refuse(403);
    }
    if (!rate.admits(claim.id)) return refuse(429, claim.url);
    const place = router.find(claim.url);
    if (typeof place === 'number') return refuse(place);
    const route = routeTo(place, { ...visitor, cookie }, trustProxy);
    const denial = await options.guard(place, route.props);
    if (denial !== undefined) return answerDenial(options, denial, { request, cookie });

    return tell(options, visitor, route, claim, post);
  };
}

/** Tells the session of a post, and sends the browser to its page. */
async function tell(
  { bearerOf, document, report, sessions, tokens, trustProxy }: FormPostOptions,
  { address, cookie = '', principal, request }: RequestIdentity,
  route: Route,
  { id, isExpired, url }: OpenedClaim,
  post: Post
): Promise<HttpAnswer> {
  const refuse = (status: number): HttpAnswer => answerStatus(status, document.styles, undefined, url);
  const bearer = bearerOf(principal, cookie);
  const seal = (other: string): string => tokens.seal({ id: other, ticket: 0, url }, bearer);
  const load = createId();
  let outcome: PostOutcome | CloseCode;
  try {
    outcome = await sessions.submit({ id, load, address, isExpired, route: () => route, seal }, post);
  } catch (error) {
    const isClosed = error instanceof TroupeError && error.code === ErrorCode.Closed;

    return isClosed
      ? refuse(503)
      : answerStatus(500, document.styles, `Error ${report(ErrorCode.Internal, error)}`, url);
  }
  if (typeof outcome === 'number') return refuse(outcome === CloseCode.TryLater ? 503 : 410);
  if (outcome.refused !== undefined) return refuse(outcome.refused === CloseCode.Flood ? 429 : 503);
  const kept = leavePosted(load, seal(outcome.session.id), url, isSecure(request, trustProxy));
  if (!outcome.isLost) return answerRedirect(303, url, kept);
  const answer = refuse(409);

  return { ...answer, headers: [...answer.headers, ...kept] };
}

// RATE ------------------------------------------------------------------------

/** How fast sessions are posted to. */
class PostRate {
  readonly #clock: Clock;
  readonly #cost: number;
  /** By session: when its posts so far would be due if they came exactly at the rate allowed. */
  readonly #due = new Map<string, number>();

  constructor({ clock, framesPerSecond }: FormPostOptions) {
    this.#clock = clock;
    this.#cost = (framesPerPost * 1_000) / framesPerSecond;
  }

  /** Whether another post of this session may be taken now. */
  admits(session: string): boolean {
    const now = monotonic(this.#clock);
    const due = Math.max(this.#due.get(session) ?? 0, now) + this.#cost;
    if (due - now > Math.max(burstMs, this.#cost)) return false;
    this.#due.delete(session);
    this.#due.set(session, due);
    if (this.#due.size > maxCounted) this.#due.delete(this.#due.keys().next().value as string);

    return true;
  }
}
