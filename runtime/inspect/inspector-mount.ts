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
import { answerStatus, type Headers, type HttpAnswer, reserved } from '../http/http.js';
import { writeAnswer } from '../http/node-adapter.js';
import { readRequest } from '../http/node-request.js';
import { type HttpRequest, hostOf } from '../http/request-identity.js';
import { below, pathOf } from '../http/router.js';
import type { Reporter } from '../platform/error-report.js';
import { ErrorCode, TroupeError } from '../platform/errors.js';
import { isPromise } from '../platform/plain-data.js';
import type { ServerOptions, Settings } from '../server/options.js';
import type { Server } from '../server/server.js';
import { refuseUpgrade } from '../socket/transport.js';
import type { Inspection } from './inspection.js';

// TYPES -----------------------------------------------------------------------

/** Says whether whoever makes a request may look at the server. */
export type Authorise = (request: HttpRequest) => boolean | Promise<boolean>;

/** The inspector at its place in a server. */
export interface InspectorMount {
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

/**
 * Whether a request comes from this machine, and asks it by a name that is this machine's: a page of somebody else's
 * that has its own name lead here must not look in. What came through a proxy comes from anywhere.
 */
export function isLocal(request: HttpRequest): boolean {
  const { address, headers } = request;
  if (Object.keys(headers).some((name) => proxied.test(name))) return false;

  return localAddress.test(address) && localHost.test(hostOf(request, 0));
}

/** Who may look, by the option `inspector`; `undefined` if nobody may. */
export function authorisationOf({ inspector }: Settings): Authorise | undefined {
  if (inspector === false) return undefined;

  return inspector === true ? isLocal : inspector.authorise;
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

function answer(type: string, body: string, headers: Headers = []): HttpAnswer {
  const length = String(Buffer.byteLength(body));

  return { status: 200, headers: ['Content-Type', type, 'Content-Length', length, ...closed, ...headers], body };
}

async function answerRecording(inspection: Inspection, id: string): Promise<HttpAnswer | undefined> {
  const inspected = await inspection.open(id);
  const body = inspected?.export() ?? '';
  inspected?.close();
  if (body === '') return undefined;

  return answer('application/json; charset=utf-8', body, ['Content-Disposition', `attachment; filename="${id}.json"`]);
}

async function answerPage(inspection: Inspection, id: string, step: string): Promise<HttpAnswer | undefined> {
  const inspected = await inspection.open(id);
  const body = inspected?.page(Number(step));
  inspected?.close();

  return body === undefined ? undefined : answer('text/html; charset=utf-8', body, ['Content-Security-Policy', policy]);
}

const recordingPath = /^\/recordings\/(?<id>[\w-]+)\.json$/;
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
  const authorise = authorisationOf(options.settings);

  return authorise && new Mount(options, authorise);
}

class Mount implements InspectorMount {
  readonly #options: MountOptions;
  readonly #authorise: Authorise;
  readonly #base: string;
  /** Upgrades of whom it is being asked whether they may look. */
  readonly #asking = new Set<Duplex>();
  #loading: Promise<Loaded> | undefined;

  constructor(options: MountOptions, authorise: Authorise) {
    this.#options = options;
    this.#authorise = authorise;
    this.#base = `${options.settings.base}${reserved}/inspector`;
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
    const loaded = await this.#open(readRequest(message));
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
