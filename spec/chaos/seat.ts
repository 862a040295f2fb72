/**
 * Where a user of a chaotic run sits: one tab of a browser with the real client in it. `tab.ts` is one in a DOM of this
 * process, `chromium-tab.ts` one in a real Chromium.
 */

import type { Action } from './verdict.js';

/** How a page came to be loaded, as browsers call it. */
export type Navigation = 'navigate' | 'reload';

/** What a page says of itself: by which event of the client's, and how many events were lost with it. */
export type Hear = (what: string, dropped: number) => void;

/** One tab. */
export interface Seat {
  /** What went wrong in its pages. */
  readonly complaints: string[];
  /** How many pages it has had. */
  readonly loads: number;
  /** Whether the store has ever held something that its user has done. */
  isStored: boolean;
  /** Loads the page; in place of the one that is there, if there is one. */
  load(navigation?: Navigation): Promise<void>;
  /** The element the client looks after, to be read; `undefined` while no page is there. */
  read(): Promise<Element | undefined>;
  /** Acts on one of the controls; `undefined` if there is none. `early`: the client did not know yet what it is for. */
  act(which: number, n: number): Promise<Action | undefined>;
  /** A tab of the same browser with a copy of what this one keeps; nothing is loaded in it. */
  duplicate(seed: number, hear: Hear): Promise<Seat>;
  /** The user looks at the page again. */
  look(): void;
  /** The network is back. */
  wake(): void;
  /** The page as the server renders it for this tab now that it is closed. */
  fetchAgain(): Promise<string>;
  close(): Promise<void>;
}
