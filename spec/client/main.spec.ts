/** The files of the script as they were built, `dist/client/troupe.js`, `troupe-more.js`, `troupe-notice.js`, `troupe-fallback.js`: what browsers are given. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { build } from 'esbuild';
import { decode } from '../../runtime/wire/decode.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { ClientKind, version } from '../../runtime/wire/protocol.js';
import { bundle, newPage, type Resource, serve } from '../browser/chromium.js';
import type { FakeSocket } from './page/sockets.js';

declare const sockets: FakeSocket[];

const read = (file: string): string => readFileSync(new URL(`../../client/${file}`, import.meta.url), 'utf8');
const script = read('troupe.js');
const more = read('troupe-more.js');
const notice = read('troupe-notice.js');
const fallback = read('troupe-fallback.js');

/** What the script under this URL joins with, over fake sockets, on a page that allows nothing but what its server has. */
async function joinFrom(url: string, fakes: string): Promise<Wire> {
  const path = new URL(url, 'http://localhost').pathname;
  const headers = { 'content-security-policy': "default-src 'self'" };
  const resource = (type: string, body: string): Resource => ({ type: `${type}; charset=utf-8`, body, headers });
  const site = await serve({
    '/': resource(
      'text/html',
      `<!doctype html><title>spec</title><script type="module" src="${url}"></script>
      <div data-troupe-socket="/socket" data-troupe-token="secret"></div>`
    ),
    [path]: resource('text/javascript', script),
    [path.replace(/client(?:-([\w-]+))?\.js/, 'more-$1.js')]: resource('text/javascript', more),
    [path.replace(/client(?:-([\w-]+))?\.js/, 'notice-$1.js')]: resource('text/javascript', notice),
  });
  const { page, expectNoErrors } = await newPage();
  try {
    await page.addInitScript({ content: fakes });
    await page.goto(site.origin, { waitUntil: 'load' });
    const sent = await page.evaluate(() => {
      sockets[0]?.open();
      return sockets.map(({ sent }) => sent);
    });
    expect(sent).to.have.length(1).with.nested.property('[0].length', 1);
    return decode(Uint8Array.from(sent[0]?.[0] as number[]));
  } finally {
    await expectNoErrors().finally(() => site.close());
  }
}

describe('client/main', () => {
  let fakes: string;

  before(async () => {
    fakes = await bundle('spec/client/page/sockets.ts', 'iife');
  });

  const hashes: readonly (readonly [what: string, url: string, client: string])[] = [
    ['with the hash in its own URL', '/client-aB_9-z.js', 'aB_9-z'],
    ['with the token of this signature', '/client-aB_9-z.js#secr', 'aB_9-z'],
    ['wherever it is served', '/app/_troupe/client-abcdefghijkl.js', 'abcdefghijkl'],
    ['without one if its URL has none', '/client.js', ''],
  ];
  for (const [what, url, client] of hashes) {
    it(`starts itself and joins ${what}`, async () => {
      const [kind, ...fields] = (await joinFrom(url, fakes)) as readonly Wire[];
      expect([kind, ...fields.slice(0, 7)]).to.deep.equal([ClientKind.Join, version, client, 'secret', 0, 0, 0, []]);
      expect(fields)
        .to.have.length(8)
        .with.nested.property('[7][0][0]')
        .that.matches(/^[\w-]{8,32}$/);
    });
  }

  const modules: readonly (readonly [what: string, text: string, exports: readonly string[]])[] = [
    ['the first file is one module that imports nothing and exports nothing', script, []],
    ['the second is one module that imports nothing', more, ['addSecond']],
    ['the notice is one module that imports nothing', notice, ['attend']],
    ['the fallback is one module that imports nothing', fallback, ['openNext']],
  ];
  for (const [what, text, exports] of modules) {
    it(what, async () => {
      const { metafile } = await build({
        stdin: { contents: text, sourcefile: 'troupe.js' },
        bundle: true,
        external: ['*'],
        format: 'esm',
        metafile: true,
        write: false,
        logLevel: 'silent',
      });
      const [read] = Object.values(metafile.inputs);
      const [made] = Object.values(metafile.outputs);
      expect(read?.bytes).to.equal(Buffer.byteLength(text));
      expect([read?.imports, made?.imports, made?.exports]).to.deep.equal([[], [], exports]);
    });
  }

  it('makes no code of strings', () => {
    const evaluating = /(?<![\w$.])(?:eval|Function)\b(?!\s*:)/;
    for (const code of ['eval("")', 'new Function("")', '(0,eval)("")', 'a=Function("")']) {
      expect(code).to.match(evaluating);
    }
    for (const text of [script, more, notice, fallback]) expect(text).to.not.match(evaluating);
  });
});
