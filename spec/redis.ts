/**
 * The Redis that specs talk to: `REDIS_URL`, else a `redis-server` of their own on a free port of this computer,
 * with its files in a temporary folder. On a build machine (root, Debian, `CI` set) a missing one is installed.
 *
 * ```ts
 * let redis: RedisServer;
 * before(async function () {
 *   if (findRedis() === undefined) skip(this, redisIsMissing);
 *   redis = await startRedis();
 * });
 * after(() => redis.stop());
 * ```
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, installationOf, isBuildMachine, provide, type Requirement } from './programs.js';

// FINDING ---------------------------------------------------------------------

const requirement: Requirement = {
  name: 'redis-server',
  isThere: () => findRedis() !== undefined,
  packages: '--no-install-recommends redis-server',
};

/** Why a spec is left out. */
export const redisIsMissing = 'needs redis-server';

/** Where `redis-server` is, or `undefined` if there is none. */
export const findRedis = (): string | undefined => findProgram('redis-server');

/**
 * Whether specs that need Redis can be run or left out, after installing it if need be and possible. Without it
 * says how to get it; on a build machine that is a failure.
 */
export const provideRedis = (): boolean => provide(requirement) || !isBuildMachine;

// STARTING --------------------------------------------------------------------

/** How Redis is started. */
export interface RedisSetup {
  /** Whether it keeps what it has been told: each command is on disk before its reply. Default: no, a restart loses all. */
  readonly persistent?: boolean;
}

/** A Redis of one's own, to be treated badly. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it without a word, as a failing computer would. */
  kill(): Promise<void>;
  /** Starts it again on the same port; ends it before if it runs. An empty one has lost what it had written to disk. */
  restart(how?: { readonly isEmpty?: boolean }): Promise<void>;
  /** Sets the bytes it may use; 0 for as many as it needs. With less than it uses, it refuses to write. */
  limitMemory(bytes: number): void;
  /** Makes it hang: connections stand and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Where specs that only talk to Redis find it: `REDIS_URL`, else one that is started. */
export async function borrowRedis(): Promise<Pick<RedisServer, 'url' | 'stop'>> {
  const url = process.env['REDIS_URL'] ?? '';
  return url === '' ? startRedis() : { url, stop: async () => undefined };
}

/** Starts a Redis and waits until it answers. */
export async function startRedis({ persistent = false }: RedisSetup = {}): Promise<RedisServer> {
  const program = findRedis();
  if (program === undefined) throw new Error(`There is no redis-server: ${installationOf(requirement)}`);
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const persistence = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  // biome-ignore format: pairs
  const given = [
    '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', ...persistence,
    '--daemonize', 'no', '--enable-debug-command', 'yes',
  ];
  let running = await launch(program, given);

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: () => end(running),
    pause: () => void running.kill('SIGSTOP'),
    resume: () => void running.kill('SIGCONT'),
    async restart({ isEmpty = false } = {}) {
      await end(running);
      if (isEmpty) for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      running = await launch(program, given);
    },
    limitMemory(bytes) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.end(`CONFIG SET maxmemory ${bytes}\r\n`);
    },
    async stop() {
      await end(running);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// TIME ------------------------------------------------------------------------

/** Subtracts time from the life of each key with a prefix. */
const shortenLives = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local left = redis.call('PTTL', key)
  if left > 0 then redis.call('PEXPIRE', key, left - ARGV[2]) end
end`;

/** Lets time pass for all keys with a prefix. Specs use leases far longer than they run, and expire them with this. */
export async function passRedisTime(
  client: { eval(script: string, options: { arguments: string[] }): Promise<unknown> },
  prefix: string,
  milliseconds: number
): Promise<void> {
  await client.eval(shortenLives, { arguments: [prefix, String(milliseconds)] });
}

// PROCESSES -------------------------------------------------------------------

/** Starts the program and waits until it takes connections. */
async function launch(program: string, given: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'inherit'] });
  const endWithUs = (): void => void child.kill('SIGKILL');
  let said = '';

  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
  child.removeAllListeners('error');
  child.stdout.removeAllListeners('data');
  child.stdout.resume();
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
