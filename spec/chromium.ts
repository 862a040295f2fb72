/** Finds the Chromium that the browser specs drive: `CHROMIUM_PATH`, else one of the usual names on `PATH`. */

import { findProgram, provide } from './programs.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Where Chromium is, or `undefined` if there is none. */
export const findChromium = (): string | undefined => process.env['CHROMIUM_PATH'] || findProgram(...names);

/** Where Chromium is, after installing it if need be and possible; else says how to and gives `undefined`. */
export function provideChromium(): string | undefined {
  const isThere = (): boolean => findChromium() !== undefined;
  provide({ name: 'Chromium (CHROMIUM_PATH, or one on the path)', isThere, packages: 'chromium' });

  return findChromium();
}
