/**
 * The client script as browsers fetch it: files under URLs that contain the hash of their content, so that browsers can
 * cache them for ever. A page loads `collect-HASH.js` and `client-HASH.js`, which loads `more-HASH.js` by itself. esbuild builds them from `client/`;
 * `http.ts` serves them.
 */

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { ErrorCode, TroupeError } from '../platform/errors.js';

// TYPES -----------------------------------------------------------------------

/** How a body is compressed, as `Content-Encoding` names it; '' for not at all. */
export type Encoding = 'br' | 'gzip' | '';

/** Gives bytes in an encoding; compressed at the first call and kept. */
export type ScriptBody = (encoding: Encoding) => Promise<Uint8Array>;

/** The script and its compressed forms. */
export interface ClientScript {
  /** The hash of its content, all files, 12 characters: what a client says in its join. */
  readonly hash: string;
  /** The name of the file that pages load, `client-HASH.js`. */
  readonly file: string;
  /** The name of the file that pages load before it, `collect-HASH.js`. */
  readonly collector: string;
  /** Its files by their names: these two, and beside them `more-HASH.js`. */
  readonly files: ReadonlyMap<string, ScriptBody>;
}

// READING ---------------------------------------------------------------------

/** Compiled, this file lies in `dist/runtime/`. */
const folder = new URL('../../client/', import.meta.url);

function readBuilt(file: string): string {
  const built = new URL(file, folder);
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

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip), '': async (bytes: Uint8Array) => bytes };

function createBody(text: string): ScriptBody {
  const bodies: { [encoding in Encoding]?: Promise<Uint8Array> } = {};

  return (encoding) => (bodies[encoding] ??= compress[encoding](Buffer.from(text)));
}

/** Makes the script of the texts of its files, by default of those that were built. */
export function createClientScript(
  text: string = readBuilt('troupe.js'),
  more: string = readBuilt('troupe-more.js'),
  collect: string = readBuilt('troupe-collect.js')
): ClientScript {
  const name = hash('sha256', text + more + collect, 'base64url').slice(0, 12);
  const file = `client-${name}.js`;
  const collector = `collect-${name}.js`;
  const files = new Map([
    [file, createBody(text)],
    [`more-${name}.js`, createBody(more)],
    [collector, createBody(collect)],
  ]);

  return { hash: name, file, collector, files };
}
