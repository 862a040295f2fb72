/**
 * The thread ELK runs in. It takes a tenth of a second to load and may take long for a large chart, and must
 * not block the sessions of this process. This file is both sides of it: imported by `layout.ts`, it starts itself in a
 * thread at the first use and sends requests to it; started so, it answers them.
 */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk.bundled.js';

// TYPES -----------------------------------------------------------------------

interface Question {
  readonly number: number;
  readonly graph: ElkNode;
}

interface Answer {
  readonly number: number;
  /** The graph with its places; a text says why there is none. */
  readonly outcome: ElkNode | string;
}

interface Waiting {
  readonly resolve: (graph: ElkNode) => void;
  readonly reject: (error: Error) => void;
}

// LIMITS ----------------------------------------------------------------------

/** Milliseconds a layout may take, before the thread is ended, and those without a question before it is let go. */
const longest = 10_000;
const idle = 30_000;

/** Says to the file that it is in the thread, and is no other thread of the host. */
const role = 'troupe: layout of statecharts';

// ASKING ----------------------------------------------------------------------

/** A thread, started, and what waits for its answers. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor() {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: role });
    this.#worker.on('message', (answer: Answer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.end(`The thread of ELK failed: ${error.message}`));
    this.#worker.on('exit', () => this.end('The thread of ELK ended.'));
    // Neither the thread nor its timer may keep the process alive.
    this.#worker.unref();
  }

  ask(graph: ElkNode): Promise<ElkNode> {
    return new Promise((resolve, reject) => {
      const number = ++this.#count;
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, graph } satisfies Question);
      this.#wait();
    });
  }

  /** Ends the thread; waiting requests reject with the reason. */
  end(reason: string): void {
    clearTimeout(this.#timer);
    if (thread === this) thread = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    this.#worker.terminate().catch(() => undefined);
  }

  #receive({ number, outcome }: Answer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (typeof outcome === 'string') waiting?.reject(new Error(outcome));
    else waiting?.resolve(outcome);
    this.#wait();
  }

  #wait(): void {
    const isBusy = this.#waiting.size > 0;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.end(isBusy ? `ELK has taken more than ${longest} ms over a chart.` : 'The thread was idle.'),
      isBusy ? longest : idle
    ).unref();
  }
}

let thread: Thread | undefined;

/**
 * The graph with a place for everything in it, made in a thread.
 *
 * @throws Error (rejects) if ELK is not installed, fails or takes too long, or if this file has been bundled: then there
 * is no file to start a thread with, least of all the bundle
 */
export async function withPlaces(graph: ElkNode): Promise<ElkNode> {
  if (!/\/elk-thread\.[jt]s$/.test(import.meta.url)) throw new Error('The file of the thread has been bundled.');
  thread ??= new Thread();

  return await thread.ask(graph);
}

/** Ends the thread, if there is one. The next question starts another. */
export function endThread(): void {
  thread?.end('The thread of ELK was ended.');
}

// ANSWERING -------------------------------------------------------------------

async function outcomeOf(graph: ElkNode): Promise<ElkNode | string> {
  try {
    const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
    return await new Elk.default().layout(graph);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (!isMainThread && workerData === role) {
  parentPort?.on('message', async ({ number, graph }: Question) => {
    parentPort?.postMessage({ number, outcome: await outcomeOf(graph) } satisfies Answer);
  });
}
