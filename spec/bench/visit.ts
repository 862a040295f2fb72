/**
 * A visit: what a browser does with a page of Troupe, as far as the network can see. It gets the page,
 * joins over the socket and receives the tree; the benchmarks' load generator is made of many.
 */

import { randomBytes } from 'node:crypto';
import { Agent, get } from 'node:http';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';
import { decode } from '../../runtime/wire/decode.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { ClientKind, ServerKind, version } from '../../runtime/wire/protocol.js';
import { RequestSocket } from './request-socket.js';

// TYPES -----------------------------------------------------------------------

/** A first page, and what is needed to join it. */
export interface Page {
  readonly html: string;
  readonly origin: string;
  readonly socket: string;
  readonly cookie: string;
  readonly token: string;
}

/** An open connection to a server, ours or a bare one. */
export interface Visit {
  readonly socket: WebSocket;
  /** The tree of `adopt`; nothing from a bare server. */
  readonly tree: Wire;
}

// PAGE ------------------------------------------------------------------------

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const packr = new Packr({ useRecords: false });

/** Copies, because msgpackr hands out views into memory that it goes on using. */
export const pack = (value: unknown): Buffer => Buffer.from(packr.pack(value));

/** Gets a URL. */
export function fetchText(url: string): Promise<{ status: number; cookie: string; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const cookie = (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
        resolve({ status: response.statusCode ?? 0, cookie, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
  });
}

/** Gets a page and reads from it what a client reads. */
export async function getPage(url: string): Promise<Page> {
  const { status, cookie, text } = await fetchText(url);
  const { origin } = new URL(url);
  const path = attribute(text, 'data-troupe-socket');
  const token = attribute(text, 'data-troupe-token');
  if (status !== 200 || path === undefined || token === undefined) {
    throw new Error(`${url} is not a page: ${status} ${text.slice(0, 200)}`);
  }
  return { html: text, origin, socket: origin.replace('http', 'ws') + path, cookie, token };
}

function attribute(html: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="?(?<value>[^"\\s>]*)`).exec(html)?.groups?.['value'];
}

// SOCKET ----------------------------------------------------------------------

/** Another one for each page that is joined. */
export const documentName = (): string => randomBytes(12).toString('base64url');

/** How far a page had come that joins again. */
export interface Progress {
  readonly frame: number;
  readonly processed: number;
}

/** Opens the socket of a page and sends a join, of a page that has just been loaded or has been there before. */
export async function sendJoin(page: Page, document: string, { frame, processed }: Progress): Promise<WebSocket> {
  const socket = await open(page.socket, { Cookie: page.cookie, Origin: page.origin });
  socket.send(
    pack([ClientKind.Join, version, '', page.token, frame, processed, processed, [], [[document, processed + 1, 0]]])
  );
  return socket;
}

/** Joins a page; the server must adopt it. */
export async function join(page: Page, document = documentName()): Promise<Visit> {
  const socket = await sendJoin(page, document, { frame: 0, processed: 0 });
  const frame = await nextFrame(socket);
  if (!Array.isArray(frame) || frame[0] !== ServerKind.Adopt) throw new Error(`not adopted: ${JSON.stringify(frame)}`);
  return { socket, tree: frame[1] as Wire };
}

/** What the URL of a socket ends with whose connection is made of requests. */
export const byRequests = '#requests';

/** Opens a socket. */
export async function open(url: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  if (url.endsWith(byRequests)) {
    const http = url.replace(/^ws/, 'http').replace(byRequests, '');
    return new RequestSocket(http, headers) as unknown as WebSocket;
  }
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** The bytes of the next frame; rejects if the server closes instead. */
export function nextBytes(socket: WebSocket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const closed = (code: number, reason: Buffer) => reject(new Error(`closed with ${code} ${reason}`));
    socket.once('close', closed);
    socket.once('message', (bytes: Buffer) => {
      socket.off('close', closed);
      resolve(bytes);
    });
  });
}

/** The next frame. */
export async function nextFrame(socket: WebSocket): Promise<Wire> {
  return decode(await nextBytes(socket));
}
