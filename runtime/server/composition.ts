/**
 * The composition: all parts of a server except its sockets. Pages, sessions, tokens, topics and shared actors do not
 * create one another; this file creates them and connects them.
 *
 *     request          -> http  -> sessions.open  -> page with a token
 *     join, identity   -> admit -> sessions.enter -> session
 *
 * `server.ts` adds a transport to it, `test-server.ts` a network in memory.
 */

import type { Bus } from '../cluster/bus.js';
import { createDistributedActors } from '../cluster/distributed-actors.js';
import { createMemoryBus } from '../cluster/local-bus.js';
import { createPresenceRegistry } from '../cluster/presence-registry.js';
import { createSharedActors, type LocalActors, type SharedActors } from '../cluster/shared-actors.js';
import type { AnyComponent, Route } from '../component/component.js';
import { type GuardedInspect, guardInspect } from '../component/xstate-inspect.js';
import { createActions } from '../http/actions.js';
import { type ClientScript, createClientScript } from '../http/client-script.js';
import { createGuard, type Guard, isForNow } from '../http/guard.js';
import { createHttp, type Http, reserved } from '../http/http.js';
import { RefusedUpgrades } from '../http/refused-upgrades.js';
import { createRouter, pageRoute, type Router, routeTo } from '../http/router.js';
import { createFlashes } from '../identity/flash.js';
import {
  createRecognition,
  type HttpRequest,
  type Recognise,
  type RequestIdentity,
  type Unrecognised,
} from '../identity/request-identity.js';
import { createTokens, type Tokens } from '../identity/session-token.js';
import { LiveInspection } from '../inspect/live-inspection.js';
import type { Channels } from '../platform/diagnostics.js';
import { channels as processChannels } from '../platform/diagnostics-node.js';
import type { Environment } from '../platform/environment.js';
import type { Reporter } from '../platform/error-report.js';
import type { TroupeError } from '../platform/errors.js';
import { createId } from '../platform/id.js';
import type { Log } from '../platform/logger.js';
import { Revocations } from '../registry/revocations.js';
import { createSessionRegistry, type SessionRegistry } from '../registry/session-registry.js';
import { WriteBehind } from '../registry/write-behind.js';
import type { JoinFrame } from '../session/join.js';
import type { SessionEnvironment } from '../session/session-environment.js';
import type { Persistable } from '../session/session-snapshot.js';
import type { Admitted, Switchboard } from '../socket/connection.js';
import { Membership } from '../store/membership.js';
import type { Backplane } from '../subscription/backplane.js';
import type { AnyMessage } from '../template/html.js';
import { CloseCode } from '../wire/protocol.js';
import type { Settings } from './options.js';

// TYPES -----------------------------------------------------------------------

/** The parts of a server that the owner of the sockets needs. */
export interface Composition {
  readonly actors: SharedActors;
  /** Finds the session of a join, or returns the close code with which the join is refused. */
  readonly admit: Switchboard['admit'];
  readonly bus: Bus;
  readonly http: Http;
  /** The name of this process on the bus, never used by another one. */
  readonly node: string;
  /** What can be seen of it. */
  readonly liveInspection: LiveInspection;
  /** Reports faults to the host program and to the inspector. */
  readonly refused: RefusedUpgrades;
  readonly report: Reporter;
  /** Identifies the sender of an upgrade. */
  readonly recognise: Recognise;
  readonly script: ClientScript;
  readonly revocations: Revocations;
  readonly sessions: SessionRegistry;
}

// JOINING ---------------------------------------------------------------------

/** The path of the socket. */
export function socketPath(base: string): string {
  return `${base}${reserved}/socket`;
}

/** What a join needs to find its session. */
interface Admission {
  readonly guard: Guard;
  readonly revocations: Pick<Revocations, 'bearerOf'>;
  readonly router: Router;
  readonly sessions: SessionRegistry;
  readonly tokens: Tokens;
  readonly trustProxy: number;
}

/**
 * The session that a token names, on this node or another; if it is gone, a fresh one of the same id for the same URL,
 * unless the token has expired. A page that is connected gets no other token, so its age says nothing of the session's.
 */
async function admit(
  { guard, revocations, router, sessions, tokens, trustProxy }: Admission,
  { load, token }: JoinFrame,
  { address, cookie, principal, request }: RequestIdentity
): Promise<Admitted | CloseCode> {
  const bearer = cookie === undefined ? undefined : revocations.bearerOf(principal, cookie);
  const claim = bearer && tokens.open(token, bearer);

  if (!claim) return CloseCode.Refused;
  const { id, isExpired, ticket, url } = claim;
  const place = router.find(url);
  const route =
    typeof place === 'number' ? undefined : routeTo(place, { cookie: bearer.cookie, principal, request }, trustProxy);
  const asking = typeof place === 'number' ? undefined : guard(place, (route as Route).props);
  const denial = asking && (await asking);
  // The page asks again by GET, and is sent elsewhere or shown why not.
  if (denial !== undefined) return isForNow(denial) ? CloseCode.TryLater : CloseCode.Reload;
  const entered = sessions.enter({
    id,
    load,
    address,
    isExpired,
    route: () => route,
    seal: (other) => tokens.seal({ id: other, ticket: 0, url }, bearer),
  });
  const session = entered instanceof Promise ? await entered : entered;
  // The principal may have been revoked meanwhile: what is entered then is left to its end.
  if (tokens.open(token, revocations.bearerOf(principal, bearer.cookie)) === undefined) return CloseCode.Refused;

  return typeof session === 'number' ? session : { session, ticket: session.id === id ? ticket : 0 };
}

// SHARED ----------------------------------------------------------------------

/** The environment of a server, before there is a backplane; and the observer of XState's inspection events. */
interface SharedOptions extends Environment {
  readonly inspect: GuardedInspect | undefined;
}

/** What all sessions share, here and on other nodes. */
interface Shared {
  readonly actors: SharedActors;
  readonly backplane: Backplane;
  readonly bus: Bus;
  /** The shared actors of this process. */
  readonly local: LocalActors;
  readonly membership: Membership;
  publish(topic: string, message: AnyMessage, id?: string): void | Promise<void>;
}

function createShared(settings: Settings, options: SharedOptions): Shared {
  const bus = (settings.bus ?? createMemoryBus)(options);
  const publish: Shared['publish'] = (topic, message, id) => bus.publish(topic, message, id);
  const local = createSharedActors({ ...options, publish });
  const actors = createDistributedActors(local, { ...options, bus });
  const membership = new Membership({ clock: options.clock, lease: bus.directory?.lease });
  const presence = createPresenceRegistry({ ...options, directory: bus.directory, membership });
  const backplane: Backplane = {
    attend: (topic, member) => presence.attend(topic, member),
    subscribe: (topic, listener, missed) => bus.subscribe(topic, listener, missed),
    watch: (name, listener) => actors.watch(name, listener),
  };

  return { actors, backplane, bus, local, membership, publish };
}

// SESSIONS --------------------------------------------------------------------

/** Makes the registry of sessions, with the environment that each session has and the writing to the store. */
function createSessions(
  settings: Settings,
  common: Environment,
  { actors, backplane, bus, membership, publish }: Shared,
  liveInspection: LiveInspection
): SessionRegistry {
  const { defer, node, report } = common;
  const writeBehind = new WriteBehind({
    ...settings,
    ...{ defer, membership, node, report },
    largest: settings.largestSnapshot,
    lifetime: settings.sessionLifetime,
  });
  const env: SessionEnvironment = Object.freeze({
    ...common,
    backplane,
    grace: settings.grace,
    instrumentation: liveInspection,
    isVolatile: writeBehind.isVolatile,
    continuesUnstored: (session: Persistable) => writeBehind.continuesUnstored(session),
    publish,
    send: (name: string, message: AnyMessage, id: string) => actors.send(name, message, id),
  });

  return createSessionRegistry({
    ...settings,
    dormant: settings.dormantSessions,
    env,
    writeBehind,
    moved: (session, how) => liveInspection.moved(session, how),
    peers: bus,
    perAddress: settings.sessionsPerAddress,
  });
}

/** How often `identify` is asked again because something was revoked meanwhile. */
const maxRepeats = 3;

/**
 * Recognition that knows of revocations: those from before this process began are in the store, and who is revoked while
 * `identify` runs is identified again.
 */
function revocably(recognise: Recognise, revocations: Revocations): Recognise {
  async function again(request: HttpRequest): Promise<RequestIdentity | Unrecognised> {
    await revocations.loading;
    for (let repeats = 0; ; repeats++) {
      const { count } = revocations;
      const visitor = await recognise(request);
      if (revocations.count === count || repeats === maxRepeats) return visitor;
    }
  }

  return revocations.isNeeded ? again : recognise;
}

// COMPOSITION -----------------------------------------------------------------

/** Where a server publishes and logs its events. */
export interface CompositionSinks {
  /** Its diagnostics channels. Default: those of the process. */
  readonly channels?: Channels;
  readonly log?: Log | undefined;
}

/** Makes the parts of a server. `defer` runs a function in one of the next time slices. */
export function createComposition(
  settings: Settings,
  reporter: Reporter,
  defer: Environment['defer'],
  { channels = processChannels, log }: CompositionSinks = {}
): Composition {
  const { base, clientScript, clock, initDeadline, secrets, tokenLifetime, trustProxy } = settings;
  const inspect = guardInspect(settings.inspect, reporter);
  const liveInspection = new LiveInspection({ application: settings.version, channels, clock, inspect, log });
  const report = liveInspection.overhearing(reporter);
  const script = createClientScript(clientScript);
  const router = createRouter(settings.routes, base);
  const tokens = createTokens({ clock, lifetime: tokenLifetime, secrets });
  const recognition = createRecognition({ ...settings, deadline: initDeadline, report });
  const { version: application, development } = settings;
  const node = createId();
  const common: Environment = { application, clock, defer, development, node, report };
  const shared = createShared(settings, { ...common, inspect });
  const { actors, bus, local } = shared;
  const sessions = createSessions(settings, common, shared, liveInspection);
  const revocations = new Revocations({
    ...{ bus, clock, report, store: settings.store },
    isNeeded: settings.identify !== undefined,
    lifetime: Math.max(settings.sessionLifetime, tokenLifetime),
    revoked: (mark) => {
      // What is left of them in the store opens for no token; if this fails, it stays until it expires.
      for (const { id, fence } of sessions.revoke(mark)) settings.store.remove(id, fence).catch(() => undefined);
    },
  });
  const recognise = revocably(recognition, revocations);
  const document = {
    ...settings,
    template: settings.document,
    warn: (error: TroupeError) => void report(error.code, error),
  };
  const components: readonly AnyComponent[] = Object.values(settings.routes).map((given) => pageRoute(given).component);
  liveInspection.connect({ actors, components, document, local, node, sessions, store: settings.store });
  const refused = new RefusedUpgrades(clock, report);
  const flashes = createFlashes(settings);
  const guard = createGuard({ clock, deadline: initDeadline, report });
  const answering = { ...settings, document, flashes, recognise, report, sessions };
  const actions = createActions({ ...answering, deadline: initDeadline });
  const bearerOf: Revocations['bearerOf'] = (...bearer) => revocations.bearerOf(...bearer);
  const http = createHttp({ ...answering, actions, bearerOf, guard, refused, router, script, tokens });

  return {
    actors,
    admit: (frame, visitor) => admit({ guard, revocations, router, sessions, tokens, trustProxy }, frame, visitor),
    bus,
    http,
    node,
    liveInspection,
    recognise,
    refused,
    report,
    revocations,
    script,
    sessions,
  };
}
