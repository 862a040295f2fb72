/**
 * The options of `createServer`: their types, defaults and checks. `server.ts` reads them once through this file; the
 * parts below it get complete settings.
 */

import { randomBytes } from 'node:crypto';
import type { BusFactory } from '../cluster/bus.js';
import type { AnyComponent, ErrorPageProps } from '../component/component.js';
import type { Inspect } from '../component/xstate-inspect.js';
import type { Actions } from '../http/actions.js';
import { type DocumentTemplate, defaultLayout } from '../http/layout.js';
import type { Routes } from '../http/router.js';
import type { Identify } from '../identity/request-identity.js';
import type { Authorise } from '../inspect/inspector-mount.js';
import { type Clock, systemClock } from '../platform/clock.js';
import type { OnError } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { encryptedStore } from '../store/encrypted-store.js';
import { memory } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { Limit } from '../wire/protocol.js';
import {
  actionOffence,
  isActions,
  isComponent,
  isObject,
  isRoutes,
  isString,
  routeOffence,
  shown,
} from './route-options.js';

// TYPES -----------------------------------------------------------------------

/**
 * Options of `createServer`. Only `routes` is required. Durations are in milliseconds; `Infinity` turns
 * a limit off.
 */
export interface ServerOptions {
  /** Plain HTTP handlers by method and path, which can set cookies: `{ 'POST /login': login }`. Default: none. */
  readonly actions?: Actions;
  /** The path everything stands below, `/app`, for mounting into another server. Default '': the root. */
  readonly base?: string;
  /**
   * How topics, shared actors and presence reach other processes: `redisBus()` of `troupe/bus/redis`. Default: they
   * are those of this process.
   */
  readonly bus?: BusFactory;
  /** The text of the client script, without the second file that it loads. Default: the one that was built with this package. */
  readonly clientScript?: string;
  /** What tells the time. Default: the computer's clock. */
  readonly clock?: Clock;
  /** Connections at once, of all addresses. Default 50,000. */
  readonly connections?: number;
  /** Whether error pages show what was thrown, and each step of `update` is taken twice to see that it is pure. Default: unless `NODE_ENV` is `production`. */
  readonly development?: boolean;
  /** The document around each page. Default: an accessible one with `language`, `styles` and `title`. */
  readonly document?: DocumentTemplate;
  /** Sessions whose page was fetched but has not joined; beyond the limit the oldest ends. Default 10,000. */
  readonly dormantSessions?: number;
  /** How long such a session waits for its page to join. Default 300,000. */
  readonly dormantTime?: number;
  /** How long clients have to move to another process when this one is drained; they go at random in the first half. Default 10,000. */
  readonly drainTime?: number;
  /**
   * The component of the page for a URL without a route, for `notFound` and `status` thrown by `init`, for 403 and 404 of a
   * guard, and for an `init` or a `view` that failed. It is given `status`, `message` and `id` besides the props of a page,
   * and is not live. Default: a small page.
   */
  readonly errorPage?: AnyComponent<ErrorPageProps>;
  /**
   * Whether forms with `@submit` and buttons with `@click` work without script: the first page says in their attributes how a
   * browser posts them. Default `true`.
   */
  readonly formsWithoutScript?: boolean;
  /**
   * Frames a client may send in a second, twice as many at once; beyond it the connection closes. A frame counts
   * once more for each 16,384 bytes and each 5 events. Default 200.
   */
  readonly framesPerSecond?: number;
  /** How long a session stays in memory after its client was lost; then it is stored. Default 60,000. */
  readonly grace?: number;
  /** How often each connection is asked for a sign of life. Default 30,000. */
  readonly heartbeat?: number;
  /**
   * Returns who makes a request: a principal (plain data, the same for each request of one user), `undefined`
   * for an anonymous user, `false` to refuse. Called for each page and each join. Default: all users are anonymous.
   */
  readonly identify?: Identify;
  /** How long `init`, `identify`, an action, a guard and the `authorise` of the inspector may take. Default 5,000. */
  readonly initDeadline?: number;
  /** How long the headers of a request may take, and then how long a connection may be open without a join. Default 10,000. */
  readonly joinDeadline?: number;
  /** An XState inspection observer of all actors of all sessions and of all shared actors. Default: no observer. */
  readonly inspect?: Inspect;
  /**
   * The inspector at `/_troupe/inspector` below the base path: whether it is there, or who may see it. `true` is for
   * development: only this machine itself may, by a link that is printed at the start unless `NODE_ENV` is
   * `development`. Default: `true` unless `NODE_ENV` is `production`, and there only an authorisation function
   * opens it.
   */
  readonly inspector?: boolean | { readonly authorise: Authorise };
  /** The language of the pages, for the default document. Default 'en'. */
  readonly language?: string;
  /** Bytes of the largest session that is stored; one that takes more is reported and not stored. Default 1,048,576. */
  readonly largestSnapshot?: number;
  /**
   * Logs the life cycle of sessions and of the server, and every error: a logger of
   * pino, or `console`. Without `development` it gets the class of an error, but neither its message nor its stack.
   * Default: no logger.
   */
  readonly logger?: Logger;
  /** Bytes of the largest frame a client may send. Default 65,536. */
  readonly maxFrame?: number;
  /**
   * What a page says while it is not live: a text, in the language of the pages, or `false` for no notice.
   * Default 'The server does not answer. What you do is kept and will be sent.'
   */
  readonly notice?: string | false;
  /**
   * Called with each error report and the thrown value unchanged: its message may quote secrets. Default: a line
   * on stderr, with only the class of the error without `development`; with a `logger` no line, because the logger
   * gets the report as well.
   */
  readonly onError?: OnError;
  /** Origins whose pages may connect, `https://example.com`. Default: the host that was asked. */
  readonly origins?: readonly string[];
  /** Which component stands at which path: `{ '/': Home, '/users/:id': User, '/admin': { component: Admin, allow } }`. */
  readonly routes: Routes;
  /**
   * What tokens are signed with and stored sessions are encrypted with, at least 16 characters; of several the first
   * signs and encrypts, and all verify and decrypt.
   * Default: `TROUPE_SECRET`, else a random one, and then no page survives a restart of the server.
   */
  readonly secret?: string | readonly string[];
  /** How long a stored session is kept after it was last used; it is used while a page is connected. Default 86,400,000, a day. */
  readonly sessionLifetime?: number;
  /** Sessions, and connections, from one address (of IPv6, one /64). Default 1,000. */
  readonly sessionsPerAddress?: number;
  /** Where sessions are stored, both passivated ones and those in use. Default: `memory()`, in this process. */
  readonly store?: Store;
  /** URLs of style sheets, for the default document and pages of errors. Default none. */
  readonly styles?: readonly string[];
  /** The title of the pages, for the default document. Default 'Troupe'. */
  readonly title?: string;
  /**
   * How long after a page was fetched its token can begin a session in place of one that is gone. A session that exists is
   * joined with a token of any age. Default 86,400,000, a day.
   */
  readonly tokenLifetime?: number;
  /**
   * How many proxies stand in front and set `X-Forwarded-For`, `-Proto` and `-Host`; `true` is one.
   * Default 0: those headers are not believed.
   */
  readonly trustProxy?: boolean | number;
  /** The version name of the application; stored with each session and shown by the inspector. Default ''. */
  readonly version?: string;
}

/** Options with everything filled in. */
export interface Settings extends Required<Omit<ServerOptions, Optional | 'secret' | 'store' | 'trustProxy'>> {
  readonly bus: BusFactory | undefined;
  readonly clientScript: string | undefined;
  readonly errorPage: AnyComponent<ErrorPageProps> | undefined;
  readonly identify: Identify | undefined;
  readonly inspect: Inspect | undefined;
  readonly logger: Logger | undefined;
  readonly notice: string | false | undefined;
  readonly onError: OnError | undefined;
  readonly origins: readonly string[] | undefined;
  readonly secrets: readonly string[];
  readonly store: Store;
  readonly trustProxy: number;
}

/** What has no default other than not being there. */
type Optional =
  | 'bus'
  | 'clientScript'
  | 'errorPage'
  | 'identify'
  | 'inspect'
  | 'logger'
  | 'notice'
  | 'onError'
  | 'origins';

// DEFAULTS --------------------------------------------------------------------

const defaults = {
  actions: {},
  base: '',
  bus: undefined,
  clientScript: undefined,
  clock: systemClock,
  connections: 50_000,
  document: defaultLayout,
  dormantSessions: 10_000,
  dormantTime: 300_000,
  drainTime: 10_000,
  errorPage: undefined,
  formsWithoutScript: true,
  framesPerSecond: 200,
  grace: 60_000,
  heartbeat: 30_000,
  identify: undefined,
  initDeadline: 5_000,
  inspect: undefined,
  joinDeadline: 10_000,
  language: 'en',
  largestSnapshot: 1_048_576,
  logger: undefined,
  maxFrame: Limit.frame,
  notice: undefined,
  onError: undefined,
  origins: undefined,
  sessionLifetime: 86_400_000,
  sessionsPerAddress: 1_000,
  styles: [],
  title: 'Troupe',
  tokenLifetime: 86_400_000,
  trustProxy: 0,
  version: '',
} as const satisfies Omit<
  { [name in keyof ServerOptions]: unknown },
  'development' | 'inspector' | 'routes' | 'secret' | 'store'
>;

// RULES -----------------------------------------------------------------------

/** What an option must be, how to say so and, of one with many entries, which of them is wrong. */
type Rule = readonly [allowed: string, test: (value: unknown) => boolean, offence?: (value: unknown) => string];

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);

const text: Rule = ['a string', isString];
const texts: Rule = ['an array of strings', isTexts];
const fn: Rule = ['a function', (value) => typeof value === 'function'];
const positive: Rule = ['a number above 0', (value) => typeof value === 'number' && value > 0];

function isOrigin(value: unknown): boolean {
  return isString(value) && URL.canParse(value) && new URL(value).origin === value;
}

/** Shows the first that is none and, if it is a URL, its origin. */
function originOffence(value: unknown): string {
  if (!Array.isArray(value)) return `, not ${shown(value)}`;
  const wrong: unknown = value.find((origin) => !isOrigin(origin));
  const meant = isString(wrong) && URL.canParse(wrong) ? new URL(wrong).origin : 'null';

  return `, and ${shown(wrong)} is none${meant === 'null' ? '' : `: write ${shown(meant)}`}`;
}

/** The least number of characters of a secret. A guessed secret opens every session. */
const shortestSecret = 16;

function isSecret(value: unknown): boolean {
  const secrets = isString(value) ? [value] : value;

  return isTexts(secrets) && secrets.length > 0 && secrets.every((secret) => secret.length >= shortestSecret);
}

const isProduction = (): boolean => process.env['NODE_ENV'] === 'production';

const isAuthorising = (value: unknown): boolean => isObject(value) && typeof value['authorise'] === 'function';

/** An error does not repeat a secret. */
const secretRule: Rule = [`a string of at least ${shortestSecret} characters, or an array of such`, isSecret, () => ''];

const rules: { readonly [name in keyof Required<ServerOptions>]: Rule } = {
  actions: [
    "an object from names like 'POST /login' to functions",
    isActions,
    (value) => (isObject(value) ? (actionOffence(value) ?? '') : `, not ${shown(value)}`),
  ],
  base: [
    "'' or a path like '/app', without a slash at its end",
    (value) => isString(value) && /^(?:\/[\w.~-]+)*$/.test(value),
  ],
  bus: ['a function that makes a bus, like redisBus()', (value) => typeof value === 'function'],
  clientScript: text,
  clock: [
    'a clock with now, setTimeout and clearTimeout',
    (value) => isObject(value) && typeof value['now'] === 'function',
  ],
  connections: positive,
  development: ['true or false', (value) => typeof value === 'boolean'],
  document: fn,
  dormantSessions: positive,
  dormantTime: positive,
  drainTime: positive,
  errorPage: ['a component', isComponent],
  formsWithoutScript: ['true or false', (value) => typeof value === 'boolean'],
  framesPerSecond: positive,
  grace: ['a number, 0 or above', (value) => typeof value === 'number' && value >= 0],
  heartbeat: positive,
  identify: fn,
  initDeadline: positive,
  inspect: [
    'an XState inspection observer, or a function that takes its events',
    (value) => typeof value === 'function' || (isObject(value) && typeof value['next'] === 'function'),
  ],
  inspector: [
    'true, false or an object { authorise } with a function that says who may; in production `true` is not enough',
    (value) => value === false || (value === true && !isProduction()) || isAuthorising(value),
    (value) => (value === true ? '' : `, not ${shown(value)}`),
  ],
  joinDeadline: positive,
  language: text,
  largestSnapshot: positive,
  logger: [
    'a logger with debug, info, warn and error, like that of pino',
    (value) => isObject(value) && ['debug', 'info', 'warn', 'error'].every((name) => typeof value[name] === 'function'),
  ],
  maxFrame: positive,
  notice: ['a string or false', (value) => value === false || isString(value)],
  onError: fn,
  origins: [
    "an array of origins like 'https://example.com'",
    (value) => isTexts(value) && value.every(isOrigin),
    originOffence,
  ],
  routes: [
    "an object from paths that start with '/' to components",
    isRoutes,
    (value) => (isObject(value) ? (routeOffence(value) ?? '') : `, not ${shown(value)}`),
  ],
  secret: secretRule,
  sessionLifetime: positive,
  sessionsPerAddress: positive,
  store: [
    'a store: memory(), lmdb({ path }), redis({ url })',
    (value) => isObject(value) && typeof value['claim'] === 'function',
  ],
  styles: texts,
  title: text,
  tokenLifetime: positive,
  trustProxy: [
    'true, false or a number of proxies',
    (value) => typeof value === 'boolean' || (Number.isInteger(value) && Number(value) >= 0),
  ],
  version: text,
};

/** What is wrong with the options, one sentence each. */
function faultsOf(given: Record<string, unknown>): string[] {
  const known: { readonly [name: string]: Rule | undefined } = rules;

  return Object.entries({ routes: undefined, ...given }).flatMap(([name, value]) => {
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;

    if (rule === undefined) return [`There is no option \`${name}\`; there are ${Object.keys(rules).join(', ')}.`];
    const [allowed, test, offence = (given) => `, not ${shown(given)}`] = rule;
    const isAbsent = value === undefined && name !== 'routes';

    return isAbsent || test(value) ? [] : [`\`${name}\` must be ${allowed}${offence(value)}.`];
  });
}

// READING ---------------------------------------------------------------------

/** A secret of this process alone; a warning tells the operator what that means. */
function inventSecret(): string {
  const consequence = 'pages will have to load again after a restart, and other processes cannot take them over';

  process.emitWarning(`Neither the option \`secret\` nor TROUPE_SECRET is set: ${consequence}.`, 'TroupeWarning');
  return randomBytes(32).toString('base64url');
}

function readSecrets(secret: string | readonly string[] | undefined): readonly string[] {
  const found = secret ?? (process.env['TROUPE_SECRET'] || inventSecret());

  if (!isSecret(found)) throw new TroupeError(ErrorCode.Options, `TROUPE_SECRET must be ${secretRule[0]}.`);
  return [found].flat();
}

/** Without what was given as `undefined`, so that it does not hide a default. */
function present<Value extends object>(given: Value): { [name in keyof Value]: Exclude<Value[name], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

/**
 * Checks the options and fills in what is missing.
 *
 * @throws TroupeError `options`, naming everything that is wrong with them.
 */
export function readOptions(given: ServerOptions): Settings {
  const faults = isObject(given) ? faultsOf(given) : ['createServer takes an object of options.'];

  if (faults.length > 0) throw new TroupeError(ErrorCode.Options, `createServer: ${faults.join(' ')}`);
  const { secret, store, trustProxy = 0, development = !isProduction(), inspector = !isProduction(), ...rest } = given;
  const secrets = readSecrets(secret);
  const settings = { ...defaults, ...present(rest), development, inspector, secrets };
  const kept = store ?? memory({ clock: settings.clock });

  return { ...settings, store: kept.isVolatile ? kept : encryptedStore(kept, secrets), trustProxy: Number(trustProxy) };
}
