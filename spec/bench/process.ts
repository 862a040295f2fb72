/**
 * The processes of a benchmark: servers and load generators, each a process of its own, all pinned to
 * one core where the system can do that. They are asked questions and answer them, one message each way.
 */

import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// TYPES -----------------------------------------------------------------------

/** What a process can be asked; its argument and its answer must be plain data. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

/** A running process of a benchmark. */
export interface Worker {
  /** Asks one question; rejects if the process answers with an error or ends. */
  ask<Result>(question: string, argument?: unknown): Promise<Result>;
  stop(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly question: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

// PINNING ---------------------------------------------------------------------

const core = 0;
const canPin = spawnSync('taskset', ['-c', String(core), 'true']).status === 0;

/** How processes are placed, in words, for the results. */
export const placement = canPin ? `all processes pinned to core ${core}` : 'not pinned: no taskset here';

// STARTING --------------------------------------------------------------------

const here = fileURLToPath(new URL('.', import.meta.url));

/** Starts the compiled file `name` of this folder, or of another one like it, ready to be asked. */
export async function start(name: string, folder = here): Promise<Worker> {
  const file = join(folder, `${name}.js`);
  const node = ['--expose-gc', '--max-semi-space-size=16'];
  const child = canPin
    ? fork(file, [], {
        execPath: 'taskset',
        execArgv: ['-c', String(core), process.execPath, ...node],
        env: environment(),
      })
    : fork(file, [], { execArgv: node, env: environment() });
  const worker = workerOf(child);
  await worker.ask('ready');
  return worker;
}

/** Production, without a word of this process's own options. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' };
}

function workerOf(child: ChildProcess): Worker {
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let asked = 0;
  child.on('message', ({ id, result, error }: Answer) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(result as never);
    else asker?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a benchmark process ended with ${code}`));
  });
  return {
    ask: (question, argument) =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        waiting.set(id, { resolve, reject });
        child.send({ id, question, argument } satisfies Question, (error) => error && reject(error));
      }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

// ANSWERING -------------------------------------------------------------------

/** Makes this process answer questions; every process can be asked for `usage` and `memory` as well. */
export function answer(answers: Answers): void {
  const all: Answers = { ...answers, ready: () => true, usage, memory };
  process.on('message', async ({ id, question, argument }: Question) => {
    try {
      const result = await all[question]?.(argument as never);
      process.send?.({ id, result } satisfies Answer);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer);
    }
  });
  process.on('disconnect', () => process.exit());
}

/** Microseconds of CPU this process has had so far, user and system, all its threads. */
function usage(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes of heap, of what lies beside it, and of the whole process, after collection. */
async function memory(): Promise<{ heap: number; external: number; rss: number }> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { external, heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}
