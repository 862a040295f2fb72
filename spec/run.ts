/**
 * Runs the specs: `npm test`, or `npm test -- spec/runtime/wire/frame-codec.spec.ts ...` for some of them. Every
 * `*.spec.ts` under `spec/` is run from `dist/`; Chromium is found, or installed, first if one of them
 * needs it, and so are Redis, Firefox and WebKit. The last line says how many passed and failed; none at all is a failure.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { provideChromium } from './chromium.js';
import { provideEngines } from './engines/programs.js';
import { lawTimeout } from './laws/parameters.js';
import { provideRedis } from './redis.js';

const root = process.cwd();

function specFiles(): readonly string[] {
  const files = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => join('spec', file))
    .sort();
  const chosen = process.argv.slice(2);
  return chosen.length === 0 ? files : files.filter((file) => chosen.some((part) => file.includes(part)));
}

/** Whether a spec drives a browser: then it imports what starts one. */
const needsChromium = (file: string): boolean => /\/chromium\.js'/.test(readFileSync(join(root, file), 'utf8'));

/** Whether a spec starts a Redis. */
const needsRedis = (file: string): boolean => /'(?:\.\.?\/)+redis\.js'/.test(readFileSync(join(root, file), 'utf8'));

/** Whether a spec drives Firefox and WebKit. */
const needsEngines = (file: string): boolean => file.startsWith(join('spec', 'engines'));

async function main(): Promise<boolean> {
  // Servers of specs say so as a developer does; what they do without it is asked where it is unset.
  process.env['NODE_ENV'] ||= 'development';
  const files = specFiles();
  if (files.some(needsChromium)) {
    const chromium = provideChromium();
    if (chromium === undefined) return false;
    process.env['CHROMIUM_PATH'] = chromium;
  }
  if (files.some(needsRedis) && !provideRedis()) return false;
  if (files.some(needsEngines) && !provideEngines()) return false;
  const mocha = new Mocha({ timeout: lawTimeout(20_000), forbidOnly: true });
  for (const file of files) mocha.addFile(join(root, 'dist', file.replace(/\.ts$/, '.js')));
  await mocha.loadFilesAsync();
  const runner = await new Promise<Mocha.Runner>((resolve) => {
    const running = mocha.run(() => resolve(running));
  });
  runner.suite.eachTest((test: Mocha.Test) => {
    if (test.isPending()) console.log(`not run: ${test.fullTitle()}`);
  });
  const { passes = 0, failures = 1 } = runner.stats ?? {};
  console.log(`${passes} passed, ${failures} failed`);
  return failures === 0 && passes > 0;
}

const passed = await main();
process.stdout.write('', () => process.exit(passed ? 0 : 1));
