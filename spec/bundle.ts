/**
 * Builds the client script that browsers are given, `dist/client/troupe.js`, the second part that it loads,
 * `dist/client/troupe-more.js`, what pages load before both, `dist/client/troupe-collect.js`, and for pages that are not live `dist/client/troupe-notice.js` and `troupe-fallback.js`; and the one for pages that run in the process of a test, `dist/client/troupe.iife.js`; the
 * last step of `npm run build`.
 *
 * Those for browsers are made small by facts that a minifier cannot know. The members of kinds and limits never change, so their
 * values replace them. No code in a browser reads the messages about malformed frames, or the name of a class. The
 * properties that only this project uses get short names, see `own-properties.ts`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';
import { minify } from 'terser';
import { ownProperties, shortName } from './own-properties.js';

// KINDS -----------------------------------------------------------------------

/** `const Kind = { A: 0, B: 'b' } as const;` */
const kinds = /^(?:export )?const (?<kind>[A-Z]\w*) = \{(?<members>[^}]*)\} as const;$/gm;
const members = /^[^/*\n]*?\b(?<member>\w+): (?<value>'[^']*'|[\d_]+)(?=,|\s*$)/gm;

/** `Kind.A` and `0`, for all kinds in a source. */
function valuesIn(source: string): readonly (readonly [member: string, value: string])[] {
  return [...source.matchAll(kinds)].flatMap(({ groups }) => {
    const lines = `${groups?.['members']}`.replaceAll(', ', ',\n');
    return [...lines.matchAll(members)].map(
      ({ groups: found }) => [`${groups?.['kind']}.${found?.['member']}`, `${found?.['value']}`] as const
    );
  });
}

const read = (file: string): string => readFileSync(file, 'utf8');

/** Those that more than one file uses. */
const shared = [
  'runtime/wire/protocol.ts',
  'runtime/wire/extra-fields.ts',
  'runtime/wire/patch.ts',
  'client/node-matcher.ts',
].flatMap((file) => valuesIn(read(file)));

// PLUGIN ----------------------------------------------------------------------

/** An object made of others: in a function, esbuild sees that it can leave the object out where no code uses it. */
const frozen = /(?<start>= \/\* @__PURE__ \*\/) (?<call>Object\.freeze\(\{\n[\s\S]*?\n\}(?: as const)?\));/g;

/** `= ['a', 'b'];` */
const words = /= \[(?<list>'\w+'(?:, '\w+')+)\](?: as const)?;/g;

function reduce(source: string): string {
  const values = new Map([...shared, ...valuesIn(source)]);
  return source
    .replace(frozen, '$<start> (() => $<call>)();')
    .replace(/(?<!typeof )\b[A-Z]\w*\.\w+\b/g, (member) => values.get(member) ?? member)
    .replace(/\b(?:throw new (?:Malformed|Inconsistent))\([^;]*\);/g, 'throw 0;')
    .replace(words, (_, list: string) => `= '${list.replaceAll(/[',]/g, '')}'.split(' ');`)
    .replace(/^(?<before>export )?class (?<name>\w+)/gm, '$<before>const $<name> = class');
}

const reducing: Plugin = {
  name: 'reducing',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(runtime\/\w+|client)\/[\w-]+\.ts$/ }, ({ path }) => ({
      contents: reduce(read(path)),
      loader: 'ts',
    })),
};

// BUILD -----------------------------------------------------------------------

const common = { bundle: true, target: 'es2022', legalComments: 'none', logLevel: 'warning' } as const;

/** Builds one of the scripts. The properties that both use have the same short names in both. */
async function buildScript(entry: string, file: string, format: 'esm' | 'iife' = 'esm'): Promise<void> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [entry],
    write: false,
    format,
    minify: true,
    mangleProps: new RegExp(`^(?:${ownProperties.join('|')})$`),
    mangleCache: Object.fromEntries(ownProperties.map((name, index) => [name, shortName(index)])),
    tsconfigRaw: { compilerOptions: { target: 'es2022', useDefineForClassFields: false } },
    plugins: [reducing],
  });
  // Terser sees across functions what esbuild does not: 1.5 % of the bytes. Comma sequences compress badly.
  const { code } = await minify(`${outputFiles[0]?.text}`, {
    ecma: 2020,
    module: true,
    compress: { comparisons: false, hoist_props: false, passes: 3, sequences: false, unsafe_arrows: true },
  });
  writeFileSync(file, `${code}`);
}

await buildScript('client/main.ts', 'dist/client/troupe.js');
await buildScript('client/second.ts', 'dist/client/troupe-more.js');
await buildScript('client/attendance.ts', 'dist/client/troupe-notice.js');
await buildScript('client/fallback.ts', 'dist/client/troupe-fallback.js');
await buildScript('client/collect.ts', 'dist/client/troupe-collect.js', 'iife');
await build({
  ...common,
  entryPoints: ['client/index.ts'],
  outfile: 'dist/client/troupe.iife.js',
  format: 'iife',
  globalName: 'troupe',
});
