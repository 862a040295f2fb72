/**
 * The site: everything of a server but its sockets. Pages, sessions, tokens, topics and shared actors know
 * nothing of each other; here they are given to one another.
 *
 *     request        -> http  -> sessions.open -> page with a token
 *     join, visitor  -> admit -> sessions.find, or sessions.reopen -> session
 *
 * `server.ts` puts a transport in front of it, `testing/` one without a network.
 */

import { createAttendance } from './attendance.js';
import { createMemoryBus } from './bus/memory.js';
import type { Bus } from './bus.js';
import { type ClientScript, createClientScript } from './client-script.js';
import type { Switchboard } from './connection.js';
import type { AnyMessage } from './html.js';
import { createHttp, type Http, reserved } from './http.js';
import { createIdentifier } from './identifier.js';
import type { Settings } from './options.js';
import { CloseCode } from './protocol.js';
import type { Reporter } from './report.js';
import { createRouter, type Router, routeTo } from './router.js';
import type { JoinFrame, Session } from './session.js';
import { createSessions, type Sessions } from './sessions.js';
import { createSharedActors, type SharedActors } from './shared.js';
import { createClusterActors } from './shared-cluster.js';
import { createTokens, principalText, type Tokens } from './token.js';
import { createRecognition, type Recognise, type Visitor } from './visitor.js';

// TYPES -----------------------------------------------------------------------

/** The parts of a server, for whoever brings the sockets. */
export interface Site {
  readonly actors: SharedActors;
  /** Leads a join to its session, or says with which code it is refused. */
  readonly admit: Switchboard['admit'];
  readonly bus: Bus;
  readonly http: Http;
  /** The name of this process on the bus; no other ever has it. */
  readonly node: string;
  /** Tells who opens a socket. */
  readonly recognise: Recognise;
  readonly script: ClientScript;
  readonly sessions: Sessions;
}

// JOINING ---------------------------------------------------------------------

/** Where the socket is, a path. */
export function socketPath(base: string): string {
  return `${base}${reserved}/socket`;
}

/** What leads a join to its session. */
interface Admission {
  readonly router: Router;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/**
 * The session that a token speaks of: the one that is there, or a fresh one of the same id for the same
 * URL if it is gone.
 */
async function admit(
  { router, sessions, tokens }: Admission,
  { token }: JoinFrame,
  { address, cookie, principal }: Visitor
): Promise<Session | CloseCode> {
  const claim = cookie && tokens.open(token, { cookie, principal: principalText(principal) });

  if (!claim) return CloseCode.Refused;
  const found = sessions.find(claim.id);

  if (found !== undefined) return found;
  const place = router.find(claim.url);

  if (typeof place === 'number') return CloseCode.Reload;
  return sessions.full(address)
    ? CloseCode.TryLater
    : sessions.reopen(claim.id, routeTo(place, principal, cookie), address);
}

// SITE ------------------------------------------------------------------------

/** Makes the parts of a server. `defer` runs something soon, when others have had their go. */
export function createSite(settings: Settings, report: Reporter, defer: (run: () => void) => void): Site {
  const { base, clientScript, clock, initDeadline, secrets, sessionsPerAddress, tokenLifetime } = settings;
  const script = createClientScript(clientScript);
  const router = createRouter(settings.routes, base);
  const tokens = createTokens({ clock, lifetime: tokenLifetime, secrets });
  const recognise = createRecognition({ ...settings, deadline: initDeadline, report });
  const node = createIdentifier();
  const bus = (settings.bus ?? createMemoryBus)({ clock, defer, development: settings.development, node, report });
  const publish = (topic: string, message: AnyMessage, id?: string): void | Promise<void> =>
    bus.publish(topic, message, id);
  const local = createSharedActors({ clock, defer, publish, report });
  const actors = createClusterActors(local, { bus, clock, defer, development: settings.development, node, report });
  const attendance = createAttendance({ clock, directory: bus.directory, node, report });
  const sessions = createSessions({
    ...settings,
    defer,
    dormant: settings.dormantSessions,
    hub: {
      attend: (topic, attendant) => attendance.attend(topic, attendant),
      subscribe: (topic, listener, missed) => bus.subscribe(topic, listener, missed),
      watch: (name, listener) => actors.watch(name, listener),
    },
    perAddress: sessionsPerAddress,
    publish,
    report,
    send: (name, message, id) => actors.send(name, message, id),
  });

  const http = createHttp({
    ...settings,
    document: { ...settings, template: settings.document, warn: (error) => void report(error.code, error) },
    recognise,
    report,
    router,
    script,
    sessions,
    tokens,
  });

  return {
    actors,
    admit: (frame, visitor) => admit({ router, sessions, tokens }, frame, visitor),
    bus,
    http,
    node,
    recognise,
    script,
    sessions,
  };
}
