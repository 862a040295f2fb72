/**
 * Starts sessions: runs `init` and `view` of the page within a deadline, or restores a stored session, and counts the
 * sessions of each address. `session-registry.ts` keeps the session that results.
 */

import type { AnyComponent, PageProps } from '../component/component.js';
import { marksOf } from '../identity/principal.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { hidden, isSecretName, secretNames } from '../platform/redact.js';
import { pageMarkup } from '../render/render-to-string.js';
import { LiveSession, type SessionOwner, type SessionStart } from '../session/session.js';
import type { SessionEnvironment } from '../session/session-environment.js';

// TYPES -----------------------------------------------------------------------

/** The address that a session counts for, and its page. */
export interface RequestedPage {
  readonly address: string;
  /** The path its page was requested at, below the base path. */
  readonly path: string;
  /** Whose it is: the marks by which it is revoked. None of an anonymous user. */
  readonly marks: readonly string[];
}

/** What starting sessions needs. */
export interface SessionStarterOptions {
  /** The environment of all sessions. */
  readonly env: SessionEnvironment;
  /** Milliseconds an async `init` may take. */
  readonly initDeadline: number;
  readonly owner: SessionOwner;
  /** The largest number of sessions of one address, in every phase. */
  readonly perAddress: number;
  /** Keeps a started session, or returns the one that is kept under its id. May throw. */
  keep(session: LiveSession, page: RequestedPage): LiveSession;
}

// STARTER ---------------------------------------------------------------------

/** Starts sessions and counts them by address. */
export class SessionStarter {
  readonly #options: SessionStarterOptions;
  /** The sessions of each address, sessions that are being started included. */
  readonly #counts = new Map<string, number>();

  constructor(options: SessionStarterOptions) {
    this.#options = options;
  }

  /** Whether the address has as many sessions as one may have. */
  isFull(address: string): boolean {
    return (this.#counts.get(address) ?? 0) >= this.#options.perAddress;
  }

  /** A session of the address is over. */
  release(address: string): void {
    const others = (this.#counts.get(address) ?? 1) - 1;
    if (others > 0) this.#counts.set(address, others);
    else this.#counts.delete(address);
  }

  /**
   * Starts a session and keeps it.
   *
   * @throws TroupeError `init`, `deadline` or `view`, at once or by rejecting, or what `keep` throws
   */
  start(start: SessionStart, address: string): Promise<LiveSession> | LiveSession {
    const { env, owner } = this.#options;
    const session = new LiveSession(env, owner, start);
    const page: RequestedPage = {
      address,
      path: pathIn(start.props, start.component),
      marks: marksIn(start.props),
    };
    // Counted before `init` is awaited: otherwise any number of requests could pass the limit in the meantime.
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    try {
      const prepared = session.prepare();

      return prepared instanceof Promise
        ? this.#finish(this.#inTime(prepared, start.component), session, page)
        : this.#keep(session, page);
    } catch (error) {
      this.#discard(session, address);
      throw error;
    }
  }

  /** The HTML of a page whose session ends at once. Throws as `start`. */
  async render(start: SessionStart): Promise<string> {
    const { env, owner } = this.#options;
    const session = new LiveSession(env, owner, start);
    try {
      const prepared = session.prepare();
      if (prepared instanceof Promise) await this.#inTime(prepared, start.component);

      return pageMarkup(session.rendered, session.id, 0, undefined).html;
    } finally {
      session.stop();
    }
  }

  async #finish(prepared: Promise<void>, session: LiveSession, page: RequestedPage): Promise<LiveSession> {
    try {
      await prepared;

      return this.#keep(session, page);
    } catch (error) {
      this.#discard(session, page.address);
      throw error;
    }
  }

  #keep(session: LiveSession, page: RequestedPage): LiveSession {
    const kept = this.#options.keep(session, page);
    if (kept !== session) this.#discard(session, page.address);

    return kept;
  }

  /** Drops a session that is not kept. If its `init` is still running, its result is ignored. */
  #discard(session: LiveSession, address: string): void {
    session.stop();
    this.release(address);
  }

  /** Waits for an async `init` until its deadline. */
  #inTime(prepared: Promise<void>, { name }: AnyComponent): Promise<void> {
    const { env, initDeadline } = this.#options;

    return new Promise((resolve, reject) => {
      const timer = env.clock.setTimeout(() => {
        reject(new TroupeError(ErrorCode.Deadline, `init of ${name} took longer than ${initDeadline} ms`));
      }, initDeadline);
      prepared.then(resolve, reject).finally(() => env.clock.clearTimeout(timer));
    });
  }
}

const none: readonly string[] = [];

/** The marks of whom a page is made for. */
function marksIn(props: Partial<PageProps>): readonly string[] {
  const { principal } = props;

  return principal === undefined || principal === null ? none : marksOf(principal, props.browser ?? '');
}

/** The path a page was requested at, without the parameters whose names are secret in its component; '' if it has none. */
function pathIn(props: Partial<PageProps>, component: AnyComponent): string {
  const { params = {}, path = '' } = props;
  const given = Object.entries(params);
  if (given.length === 0) return path;
  const names = secretNames([component]);
  const secret = given.filter(([name, value]) => isSecretName(name, names) && value !== '');

  return secret.reduce((shown, [, value]) => shown.replaceAll(value, hidden), path);
}
