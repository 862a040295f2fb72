/**
 * The client script as browsers fetch it: one file under a URL that contains the hash of its content, so that browsers
 * can cache it for ever. esbuild builds it from `client/`; `http.ts` serves it.
 */

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** How a body is compressed, as `Content-Encoding` names it; '' for not at all. */
export type Encoding = 'br' | 'gzip' | '';

/** The script and its compressed forms. */
export interface ClientScript {
  /** The hash of its content, 12 characters: what a client says in its join. */
  readonly hash: string;
  /** The name of its file, `client-HASH.js`. */
  readonly file: string;
  /** Its bytes in an encoding; compressed at the first call and kept. */
  body(encoding: Encoding): Promise<Uint8Array>;
}

// READING ---------------------------------------------------------------------

/** Compiled, this file lies in `dist/runtime/`. */
const built = new URL('../../client/troupe.js', import.meta.url);

function readBuilt(): string {
  try {
    return readFileSync(built, 'utf8');
  } catch (cause) {
    const message = `The client script ${built.pathname} cannot be read. Build it with \`npm run build\`.`;

    throw new TroupeError(ErrorCode.Options, message, { cause });
  }
}

/** What `Accept-Encoding` allows, the smallest first. `q=0` forbids. */
export function chooseEncoding(accepted: string): Encoding {
  const allows = (name: string) =>
    accepted.split(',').some((entry) => {
      const [coding = '', ...weights] = entry.toLowerCase().split(';');

      return coding.trim() === name && !weights.some((weight) => /^\s*q=0(?:\.0*)?\s*$/.test(weight));
    });

  return allows('br') ? 'br' : allows('gzip') ? 'gzip' : '';
}

// SCRIPT ----------------------------------------------------------------------

/** Makes the script of a text, by default of the one that was built. */
export function createClientScript(text: string = readBuilt()): ClientScript {
  const plain = Buffer.from(text);
  const name = hash('sha256', plain, 'base64url').slice(0, 12);
  const compress = { br: promisify(brotliCompress), gzip: promisify(gzip), '': async (bytes: Uint8Array) => bytes };
  const bodies: { [encoding in Encoding]?: Promise<Uint8Array> } = {};

  return {
    hash: name,
    file: `client-${name}.js`,
    body: (encoding) => (bodies[encoding] ??= compress[encoding](plain)),
  };
}
