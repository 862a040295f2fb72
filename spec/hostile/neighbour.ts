/** A neighbour in a hostile run: a client that clicks a counter and must get right answers, whatever others do. */

import { ClientKind, ServerKind } from '../../runtime/wire/protocol.js';
import { getPage, join, nextFrame, pack } from '../bench/visit.js';

/** A visitor who goes on clicking. */
export interface Neighbour {
  /** How often it has clicked, and was answered rightly. */
  readonly clicks: number;
  /** The longest it has waited for an answer, in milliseconds. */
  readonly longest: number;
  /** What has gone wrong; then it does not click any more. */
  readonly fault: string | undefined;
  /** Clicks once more and leaves. */
  leave(): Promise<void>;
}

/** Milliseconds from an answer to the next click. */
const pause = 20;

/** Opens the page of the counter at `url` and begins to click. */
export async function settle(url: string): Promise<Neighbour> {
  const { socket } = await join(await getPage(url));
  const state = { clicks: 0, longest: 0, fault: undefined as string | undefined };
  let isOver = false;

  async function click(): Promise<void> {
    const start = performance.now();

    socket.send(pack([ClientKind.Events, [[1, 2]]]));
    const frame = JSON.stringify(await nextFrame(socket));

    state.clicks++;
    state.longest = Math.max(state.longest, performance.now() - start);
    if (frame !== JSON.stringify([ServerKind.Patch, [1, 1, state.clicks]])) throw new Error(`was answered ${frame}`);
  }
  async function clickOn(): Promise<void> {
    while (!isOver) {
      await click();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    await click();
  }
  const clicking = clickOn().catch((error: unknown) => {
    state.fault = String(error);
  });

  return Object.assign(state, {
    async leave() {
      isOver = true;
      await clicking;
      socket.close();
    },
  });
}
