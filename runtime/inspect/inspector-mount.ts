/**
 * The inspector, mounted: `components/inspector/` served as a site of its own below `/_troupe/inspector`, with a table
 * of sessions of its own, so that looking at a server is not itself among what is looked at. It is loaded when
 * somebody asks for it who may; for everybody else there is nothing there.
 *
 * Beside the pages it answers what an app cannot: its style sheet, a recording as a file, and the page of a session
 * as it was, which comes with a policy under which nothing in it can run.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { answerStatus, type Headers, type HttpAnswer, reserved } from '../http/http.js';
import { writeAnswer } from '../http/node-adapter.js';
import { readRequest } from '../http/node-request.js';
import { type HttpRequest, hostOf } from '../http/request-identity.js';
import { below, pathOf } from '../http/router.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/promise.js';
import type { ServerOptions, Settings } from '../server/options.js';
import type { Server } from '../server/server.js';
import { refuseUpgrade } from '../socket/transport.js';
import type { Inspection } from './inspection.js';
import { InspectorKey } from './inspector-key.js';

// TYPES -----------------------------------------------------------------------

/** Says whether whoever makes a request may look at the server. */
export type Authorise = (request: HttpRequest) => boolean | Promise<boolean>;

/** The inspector at its place in a server. */
export interface InspectorMount {
  /** Path and query of the link that opens it; `undefined` if it needs none. */
  readonly link: string | undefined;
  /** Answers a request; false if it is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes an upgrade; false if it is for something else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

/** What it is mounted with. */
export interface MountOptions {
  readonly inspection: Inspection;
  readonly report: Reporter;
  readonly settings: Settings;
  /** Makes a server that tells no channel of itself; it stands above this. */
  make(options: ServerOptions): Server;
}

/** The inspector, loaded. */
interface Loaded {
  readonly server: Server;
  readonly style: string;
}

// WHO MAY ---------------------------------------------------------------------

const localAddress = /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
/** Headers that proxies add. */
const proxied = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*)$/;
const localHost = /^(?:(?:[\w-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/** Whether a host, as a URL has it, is a name of this machine for itself. */
export const isLocalHost = (host: string): boolean => localHost.test(host);

/**
 * Whether a request comes from this machine, and asks it by a name that is this machine's: a page of somebody else's
 * that has its own name lead here must not look in. What came through a proxy comes from anywhere.
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
function keyFor({ inspector }: Settings, base: string): InspectorKey | undefined {
  return inspector === true && !isSaidDevelopment() ? new InspectorKey(base) : undefined;
}

/** Which requests may look, by the option `inspector`. A key never opens it to requests that are not local. */
function authorisationBy(inspector: Exclude<Settings['inspector'], false>, key: InspectorKey | undefined): Authorise {
  if (inspector !== true) return inspector.authorise;

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

/** Nothing runs in a page that was, and it asks for nothing but how it looks. */
const policy =
  "default-src 'none'; style-src * 'unsafe-inline'; img-src * data:; font-src * data:; media-src *; sandbox";

/** Leads from the link to the URL without the token. */
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

/** What is not a page of the inspector; `undefined` if it is one. */
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

/** Mounts the inspector; `undefined` if nobody may look. */
export function mountInspector(options: MountOptions): InspectorMount | undefined {
  const { inspector } = options.settings;

  return inspector === false ? undefined : new Mount(options, inspector);
}

class Mount implements InspectorMount {
  readonly #options: MountOptions;
  readonly #authorise: Authorise;
  readonly #base: string;
  readonly #key: InspectorKey | undefined;
  /** Upgrades of whom it is being asked whether they may look. */
  readonly #asking = new Set<Duplex>();
  #loading: Promise<Loaded> | undefined;

  constructor(options: MountOptions, inspector: Exclude<Settings['inspector'], false>) {
    this.#options = options;
    this.#base = `${options.settings.base}${reserved}/inspector`;
    this.#key = keyFor(options.settings, this.#base);
    this.#authorise = authorisationBy(inspector, this.#key);
  }

  get link(): string | undefined {
    return this.#key?.link;
  }

  handle(message: IncomingMessage, response: ServerResponse): boolean {
    const request = readRequest(message);
    const path = this.#pathIn(request);
    if (path === undefined) return false;
    this.#respond(message, response, path).catch((error: unknown) => {
      this.#options.report(ErrorCode.Internal, error);
      response.destroy();
    });

    return true;
  }

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#pathIn(readRequest(message)) === undefined) return false;
    if (this.#asking.size >= mostAsking) refuseUpgrade(socket, 503);
    else void this.#admit(message, socket, head);

    return true;
  }

  async close(): Promise<void> {
    for (const socket of this.#asking) socket.destroy();
    const loaded = await this.#loading?.catch(() => undefined);
    await loaded?.server.close();
  }

  /** The path below the inspector's; `undefined` if it is another. */
  #pathIn({ url }: HttpRequest): string | undefined {
    return below(this.#base, pathOf(url));
  }

  async #respond(message: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { inspection, settings } = this.#options;
    const request = readRequest(message);
    const isIndex = path === '' || path === '/';
    const cookie = isIndex && isLocal(request) ? this.#key?.redeem(request, settings.trustProxy) : undefined;
    if (cookie !== undefined) {
      writeAnswer(response, answerLink(this.#base, cookie));
      return;
    }
    const loaded = await this.#open(request);
    const isReading = message.method === 'GET' || message.method === 'HEAD';
    const found = loaded && isReading ? await answerFile(inspection, path, loaded.style) : undefined;
    if (loaded !== undefined && found === undefined) loaded.server.handle(message, response);
    else writeAnswer(response, found ?? answerStatus(404, settings.styles));
  }

  async #admit(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const fail = (): void => void socket.destroy();
    this.#asking.add(socket);
    socket.on('error', fail);
    const loaded = await this.#open(readRequest(message));
    this.#asking.delete(socket);
    socket.off('error', fail);
    if (socket.destroyed) return;
    if (!loaded?.server.upgrade(message, socket, head)) refuseUpgrade(socket, 404);
  }

  /** Who may look is given it; for others, and if the question fails, there is nothing. */
  async #open(request: HttpRequest): Promise<Loaded | undefined> {
    try {
      if ((await this.#inTime(this.#authorise(request))) !== true) return undefined;
      this.#loading ??= this.#load().catch((error: unknown) => {
        this.#loading = undefined;
        throw error;
      });

      return await this.#loading;
    } catch (error) {
      this.#options.report(ErrorCode.Internal, error);
      return undefined;
    }
  }

  /** What comes of the question, if it comes within `initDeadline`. */
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

  async #load(): Promise<Loaded> {
    const { inspection, make, settings } = this.#options;
    const base = this.#base;
    const { inspector } = await import('troupe/components/inspector/inspector');
    const { routes, style, title } = inspector(inspection, { base });
    const { clientScript, clock, development, language, onError, origins, secrets, trustProxy } = settings;
    const server = make({
      ...{ base, clock, development, inspector: false, language, routes, secret: secrets, title, trustProxy },
      ...(onError !== undefined && { onError }),
      ...(clientScript !== undefined && { clientScript }),
      ...(origins !== undefined && { origins }),
      styles: [`${base}/style.css`],
    });

    return { server, style };
  }
}
