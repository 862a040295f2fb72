/**
 * A computer that runs the server of a chaotic run (`server.ts`): it starts it, kills it without a word, stops it in
 * peace, starts it again. `road.ts` leads clients to it.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Effect } from './pages.js';
import type { Command, ServerSetup, Told } from './server.js';

/** Compiled, this file lies beside it. */
const program = fileURLToPath(new URL('./server.js', import.meta.url));

/** Milliseconds that a server may take to end in peace: its `drainTime`, five seconds to store, one for requests. */
const longestEnd = 20_000;

/** One such computer. */
export class Host {
  /** What the server has reported, of all its lives. */
  readonly reports: string[] = [];
  /** The effects that its shared actor has taken, of all its lives. */
  readonly effects: Effect[] = [];
  /** What must not happen. */
  readonly faults: string[] = [];
  readonly #setup: ServerSetup;
  #child: ChildProcess | undefined;
  #port: number | undefined;
  #isDraining = false;
  #isFrozen = false;
  #shift = 0;

  constructor(setup: ServerSetup) {
    this.#setup = setup;
  }

  /** Where it listens; `undefined` while it does not. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Whether a load balancer sends it clients. That one is frozen, it finds out too late. */
  get isReady(): boolean {
    return this.#port !== undefined && !this.#isDraining;
  }

  /** Whether it can be stopped in peace. */
  get isWell(): boolean {
    return this.isReady && !this.#isFrozen;
  }

  async start(): Promise<void> {
    const child = fork(program, [JSON.stringify({ ...this.#setup, shift: this.#shift })], {
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'development' },
    });
    this.#child = child;
    this.#isDraining = this.#isFrozen = false;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (told: Told) => {
        if ('fault' in told) this.reports.push(told.fault);
        else if ('effect' in told) this.effects.push(told.effect);
        else {
          this.#port = told.port;
          resolve();
        }
      });
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#port = this.#child = undefined;
        if (code !== 0 && signal !== 'SIGKILL') this.faults.push(`a server ended with ${code ?? signal}`);
        reject(new Error(`a server ended with ${code ?? signal}`));
      });
    });
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#port = undefined;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Stops its processor, as a computer that is put to sleep. */
  freeze(): void {
    this.#isFrozen = this.#child?.kill('SIGSTOP') ?? false;
  }

  thaw(): void {
    if (this.#isFrozen) this.#child?.kill('SIGCONT');
    this.#isFrozen = false;
  }

  /** Lets its clock be fast by so many milliseconds, or slow. */
  shift(milliseconds: number): void {
    this.#shift = milliseconds;
    this.#child?.send({ shift: milliseconds } satisfies Command, () => undefined);
  }

  /** Stops it in peace. */
  async drain(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#isDraining = true;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.faults.push(`a server that was to stop went on for ${longestEnd} ms`);
      child.kill('SIGKILL');
    }, longestEnd);
    await ended;
    clearTimeout(late);
  }
}
