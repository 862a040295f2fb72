/**
 * The inspector mount: the path `/_troupe/inspector` of a server, and who may request it. Behind it is an application
 * with sessions of its own, so that the inspector does not list its own pages. It is started by the first request that
 * may see it; other requests are answered with 404.
 *
 * The mount also answers what an application cannot: the style sheet, a recording as a file, and the page of a session
 * after a step, with a policy under which nothing in it can run.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { reserved } from '../http/http.js';
import type { Headers, HttpAnswer } from '../http/http-answer.js';
import { answerStatus } from '../http/http-answer.js';
import { writeAnswer } from '../http/node-adapter.js';
import { readRequest } from '../http/node-request.js';
import { refuseUpgrade } from '../http/refused-upgrades.js';
import { below, pathOf } from '../http/router.js';
import { type HttpRequest, hostOf } from '../identity/request-identity.js';
import type { Clock } from '../platform/clock.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { Inspection } from './inspection.js';
import { InspectorKey } from './inspector-key.js';

// TYPES -----------------------------------------------------------------------

/** Says whether the sender of a request may see the inspector. */
export type Authorise = (request: HttpRequest) => boolean | Promise<boolean>;

/** Who may see the inspector: requests that `authorise` allows; `true`: those of this machine. */
export type InspectorAccess = true | { readonly authorise: Authorise };

/** The inspector at its place in a server. */
export interface InspectorMount {
  /** Path and query of the link that opens it; `undefined` if it needs none. */
  readonly link: string | undefined;
  /** Answers a request, given as it was read too; false if its path is another. */
  handle(request: HttpRequest, message: IncomingMessage, response: ServerResponse): boolean;
  /** Takes an upgrade; false if its path is another. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

/** The application behind the mount: a server of its own. */
export interface MountedApp {
  /** The text of its style sheet, which the mount serves at `style.css`. */
  readonly style: string;
  handle(message: IncomingMessage, response: ServerResponse): void;
  /** Takes an upgrade; false if there is no socket at its path. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

/** The settings of the server that the mount shares. */
export interface MountSettings {
  /** The base path of the server. */
  readonly base: string;
  readonly clock: Clock;
  /** How long `authorise` may take, in milliseconds. */
  readonly initDeadline: number;
  /** Who may see the inspector; `false` for none. */
  readonly inspector: boolean | Exclude<InspectorAccess, true>;
  /** URLs of the style sheets of the page that says 404. */
  readonly styles: readonly string[];
  readonly trustProxy: number;
}

/** What it is mounted with. */
export interface MountOptions {
  readonly inspection: Inspection;
  readonly report: Reporter;
  readonly settings: MountSettings;
  /** Starts the application below a path; called for the first request that may see it, and again if it rejects. */
  start(base: string): Promise<MountedApp>;
}

// ACCESS ----------------------------------------------------------------------

const localAddress = /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
/** Headers that proxies add. */
const proxied = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*)$/;
const localHost = /^(?:(?:[\w-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/** Whether a host, as a URL has it, is a name of this machine for itself. */
export const isLocalHost = (host: string): boolean => localHost.test(host);

/**
 * Whether a request comes from this machine, and names a host that is this machine: a page of another site
 * whose name resolves to this machine must not see it. What came through a proxy comes from anywhere.
 */
export function isLocal(request: HttpRequest): boolean {
  const { address, headers } = request;
  if (Object.keys(headers).some((name) => proxied.test(name))) return false;

  return localAddress.test(address) && isLocalHost(hostOf(request, 0));
}

/**
 * Whether the operator has said that this is a machine of a developer. If `NODE_ENV` is not set, a request that looks
 * local proves nothing: nginx by default passes on every request with the host `127.0.0.1` and no header of a proxy.
 */
const isSaidDevelopment = (): boolean => process.env['NODE_ENV'] === 'development';

/** The key that opens the inspector; `undefined` if the host program authorises, or local requests are enough. */
function keyFor(access: InspectorAccess, base: string): InspectorKey | undefined {
  return access === true && !isSaidDevelopment() ? new InspectorKey(base) : undefined;
}

/** Which requests may see it. A key never opens it to requests that are not local. */
function authorisationBy(access: InspectorAccess, key: InspectorKey | undefined): Authorise {
  if (access !== true) return access.authorise;

  return (request) => isLocal(request) && (key?.admits(request) ?? true);
}

// ANSWERS ---------------------------------------------------------------------

const closed: Headers = [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
];

/** In the page of a past step nothing runs, and nothing is requested except what its look needs. */
const policy =
  "default-src 'none'; style-src * 'unsafe-inline'; img-src * data:; font-src * data:; media-src *; sandbox";

/** Redirects from the link to the URL without the token. */
function answerLink(location: string, cookie: string): HttpAnswer {
  const headers = ['Location', location, 'Set-Cookie', cookie, 'Content-Length', '0', ...closed];

  return { status: 303, headers, body: '' };
}

function answer(type: string, body: HttpAnswer['body'], headers: Headers = []): HttpAnswer {
  const length = String(Buffer.byteLength(body));

  return { status: 200, headers: ['Content-Type', type, 'Content-Length', length, ...closed, ...headers], body };
}

const compress = promisify<string, Buffer>(gzip);

/** A recording as a file. Its lines repeat each other, so that it is compressed on disk too. */
async function answerRecording(inspection: Inspection, id: string): Promise<HttpAnswer | undefined> {
  const inspected = await inspection.open(id);
  const text = inspected?.export() ?? '';
  inspected?.close();
  if (text === '') return undefined;
  const name = `attachment; filename="${id}.jsonl.gz"`;

  return answer('application/gzip', await compress(text), ['Content-Disposition', name]);
}

async function answerPage(inspection: Inspection, id: string, step: string): Promise<HttpAnswer | undefined> {
  const inspected = await inspection.open(id);
  const body = inspected?.page(Number(step));
  inspected?.close();

  return body === undefined ? undefined : answer('text/html; charset=utf-8', body, ['Content-Security-Policy', policy]);
}

const recordingPath = /^\/recordings\/(?<id>[\w-]+)\.jsonl\.gz$/;
const pagePath = /^\/pages\/(?<id>[\w-]+)\/(?<step>\d+)$/;

/** Answers what the application does not serve; `undefined` for all other paths. */
async function answerFile(inspection: Inspection, path: string, style: string): Promise<HttpAnswer | undefined> {
  if (path === '/style.css') return answer('text/css; charset=utf-8', style);
  const recording = recordingPath.exec(path)?.groups?.['id'];
  const page = pagePath.exec(path)?.groups;
  if (recording !== undefined) return (await answerRecording(inspection, recording)) ?? answerStatus(404, []);
  if (page === undefined) return undefined;

  return (await answerPage(inspection, page['id'] ?? '', page['step'] ?? '')) ?? answerStatus(404, []);
}

// LIMITS ----------------------------------------------------------------------

/** Upgrades that may wait for `authorise`; more are refused at once. */
const mostAsking = 100;

// MOUNT -----------------------------------------------------------------------

/** Mounts the inspector; `undefined` if the settings leave it out. */
export function mountInspector(options: MountOptions): InspectorMount | undefined {
  const { inspector } = options.settings;

  return inspector === false ? undefined : new Mount(options, inspector);
}

class Mount implements InspectorMount {
  readonly #options: MountOptions;
  readonly #authorise: Authorise;
  readonly #base: string;
  readonly #key: InspectorKey | undefined;
  /** Upgrades that wait for `authorise`. */
  readonly #asking = new Set<Duplex>();
  #starting: Promise<MountedApp> | undefined;

  constructor(options: MountOptions, access: InspectorAccess) {
    this.#options = options;
    this.#base = `${options.settings.base}${reserved}/inspector`;
    this.#key = keyFor(access, this.#base);
    this.#authorise = authorisationBy(access, this.#key);
  }

  get link(): string | undefined {
    return this.#key?.link;
  }

  handle(request: HttpRequest, message: IncomingMessage, response: ServerResponse): boolean {
    const path = this.#pathIn(request);
    if (path === undefined) return false;
    this.#respond(request, message, response, path).catch((error: unknown) => {
      this.#options.report(ErrorCode.Internal, error);
      response.destroy();
    });

    return true;
  }

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const request = readRequest(message);
    if (this.#pathIn(request) === undefined) return false;
    if (this.#asking.size >= mostAsking) refuseUpgrade(socket, 503);
    else void this.#admit(request, message, socket, head);

    return true;
  }

  async close(): Promise<void> {
    for (const socket of this.#asking) socket.destroy();
    const app = await this.#starting?.catch(() => undefined);
    await app?.close();
  }

  /** The path below the inspector's; `undefined` if it is another. */
  #pathIn({ url }: HttpRequest): string | undefined {
    return below(this.#base, pathOf(url));
  }

  async #respond(
    request: HttpRequest,
    message: IncomingMessage,
    response: ServerResponse,
    path: string
  ): Promise<void> {
    const { inspection, settings } = this.#options;
    const isIndex = path === '' || path === '/';
    const cookie = isIndex && isLocal(request) ? this.#key?.redeem(request, settings.trustProxy) : undefined;
    if (cookie !== undefined) {
      writeAnswer(response, answerLink(this.#base, cookie));
      return;
    }
    const app = await this.#open(request);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const found = app && isReading ? await answerFile(inspection, path, app.style) : undefined;
    if (app !== undefined && found === undefined) app.handle(message, response);
    else writeAnswer(response, found ?? answerStatus(404, settings.styles));
  }

  async #admit(request: HttpRequest, message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const fail = (): void => void socket.destroy();
    this.#asking.add(socket);
    socket.on('error', fail);
    const app = await this.#open(request);
    this.#asking.delete(socket);
    socket.off('error', fail);
    if (socket.destroyed) return;
    if (!app?.upgrade(message, socket, head)) refuseUpgrade(socket, 404);
  }

  /** The application, if the request may see it; `undefined` if it may not, or if `authorise` throws or is late. */
  async #open(request: HttpRequest): Promise<MountedApp | undefined> {
    try {
      if ((await this.#inTime(this.#authorise(request))) !== true) return undefined;
      this.#starting ??= this.#options.start(this.#base).catch((error: unknown) => {
        this.#starting = undefined;
        throw error;
      });

      return await this.#starting;
    } catch (error) {
      this.#options.report(ErrorCode.Internal, error);
      return undefined;
    }
  }

  /** The answer of `authorise`; rejects after `initDeadline`. */
  #inTime(answer: boolean | Promise<boolean>): boolean | Promise<boolean> {
    if (!isPromise(answer)) return answer;
    const { clock, initDeadline } = this.#options.settings;

    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        reject(
          new TroupeError(ErrorCode.Deadline, `\`authorise\` of the inspector took longer than ${initDeadline} ms`)
        );
      }, initDeadline);
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => clock.clearTimeout(timer));
    });
  }
}
