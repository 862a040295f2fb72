/**
 * Runs the specs: `npm test`, or `npm test -- spec/runtime/wire/frame-codec.spec.ts ...` for some of them. Every
 * `*.spec.ts` under `spec/` is run from `dist/`; Chromium is found, or installed, first if one of them
 * needs it, and so are Redis, Firefox and WebKit. All of them are run by several processes, see `groupsOf`; some of them
 * by this one. The last line says how many passed and failed; none at all is a failure.
 */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { provideChromium } from './chromium.js';
import { provideEngines } from './engines/programs.js';
import { lawTimeout } from './laws/parameters.js';
import { provideRedis } from './redis.js';

const root = process.cwd();

/** The specs that are asked for, by parts of their paths; all without one. */
const chosen = process.argv.slice(2);

function specFiles(): readonly string[] {
  const files = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => join('spec', file))
    .sort();

  return chosen.length === 0 ? files : files.filter((file) => chosen.some((part) => file.includes(part)));
}

/** Whether a spec drives a browser: then it imports what starts one. */
const needsChromium = (file: string): boolean => /\/chromium\.js'/.test(readFileSync(join(root, file), 'utf8'));

/** Whether a spec starts a Redis. */
const needsRedis = (file: string): boolean => /'(?:\.\.?\/)+redis\.js'/.test(readFileSync(join(root, file), 'utf8'));

/** Whether a spec drives Firefox and WebKit. */
const needsEngines = (file: string): boolean => file.startsWith(join('spec', 'engines'));

/** Whether all programs are there that these specs need. */
function provideFor(files: readonly string[]): boolean {
  if (files.some(needsChromium)) {
    const chromium = provideChromium();
    if (chromium === undefined) return false;
    process.env['CHROMIUM_PATH'] = chromium;
  }
  if (files.some(needsRedis) && !provideRedis()) return false;

  return !files.some(needsEngines) || provideEngines();
}

// RUNNING ---------------------------------------------------------------------

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Runs specs in this process. */
async function run(files: readonly string[]): Promise<Counts> {
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

  return { passed: passes, failed: failures };
}

// GROUPS ----------------------------------------------------------------------

/** Specs that load the computer as far as they can: they are run after the others. */
const isHeavy = (file: string): boolean => /^spec.(?:chaos|hostile|overload)/.test(file);

/** Specs that mostly wait for a browser: they take about as long as all others together. */
const waits = (file: string): boolean => /^spec.(?:browser|client)/.test(file);

/**
 * All specs in groups, each for a process of its own: those that wait for a browser beside the others; then those that need
 * the computer for themselves.
 */
function groupsOf(files: readonly string[]): readonly (readonly (readonly string[])[])[] {
  const others = files.filter((file) => !isHeavy(file));

  return [[others.filter(waits), others.filter((file) => !waits(file))], [files.filter(isHeavy)]];
}

/** Runs a group in a process of its own: its output, shown as it comes if `isShown`. */
function runGroup(files: readonly string[], isShown: boolean): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isShown) process.stdout.write(chunk);
    });
  }

  return new Promise((resolve) => child.on('close', () => resolve(Buffer.concat(chunks).toString())));
}

/** Runs all groups. What has failed in any of them is printed again at the end. */
async function runGroups(files: readonly string[]): Promise<Counts> {
  const outputs: string[] = [];
  for (const beside of groupsOf(files)) {
    const [shown = '', ...hidden] = await Promise.all(beside.map((group, index) => runGroup(group, index === 0)));
    for (const output of hidden) process.stdout.write(output);
    outputs.push(shown, ...hidden);
  }
  let [passed, failed] = [0, 0];
  for (const output of outputs) {
    const counts = /^(\d+) passed, (\d+) failed\n*$/m.exec(output.slice(-100));
    passed += Number(counts?.[1] ?? 0);
    failed += Number(counts?.[2] ?? 1);
    const failures = output.slice(Math.max(output.search(/^.*\d+ failing/m), 0));
    if (counts?.[2] !== '0') process.stdout.write(`\n${failures.slice(-20_000)}`);
  }

  return { passed, failed };
}

// MAIN ------------------------------------------------------------------------

async function main(): Promise<boolean> {
  // Servers of specs say so as a developer does; what they do without it is asked where it is unset.
  process.env['NODE_ENV'] ||= 'development';
  const files = specFiles();
  if (!provideFor(files)) return false;
  const isSplit = chosen.length === 0 && availableParallelism() > 1;
  const { passed, failed } = await (isSplit ? runGroups(files) : run(files));
  console.log(`${passed} passed, ${failed} failed`);

  return failed === 0 && passed > 0;
}

const passed = await main();
process.stdout.write('', () => process.exit(passed ? 0 : 1));
