/**
 * The client script as browsers fetch it: files under URLs that contain the hash of their content, so that browsers can
 * cache them for ever. A page loads `collect-HASH.js` and `client-HASH.js`, which loads the others by itself: `more-HASH.js`,
 * `notice-HASH.js` and, when it is needed, `fallback-HASH.js`. esbuild builds them from `client/`;
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
  /** Its files by their names: these two, and what lies beside them. */
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

/** The scripts that lie beside the one that pages load, by their names. */
const readBeside = (): Readonly<Record<string, string>> => ({
  more: readBuilt('troupe-more.js'),
  collect: readBuilt('troupe-collect.js'),
  notice: readBuilt('troupe-notice.js'),
  fallback: readBuilt('troupe-fallback.js'),
});

/** Makes the script of the texts of its files, by default of those that were built. */
export function createClientScript(text: string = readBuilt('troupe.js'), beside = readBeside()): ClientScript {
  const all = Object.entries({ client: text, ...beside });
  const name = hash('sha256', all.map(([, each]) => each).join(''), 'base64url').slice(0, 12);
  const files = new Map(all.map(([file, each]) => [`${file}-${name}.js`, createBody(each)]));

  return { hash: name, file: `client-${name}.js`, collector: `collect-${name}.js`, files };
}
