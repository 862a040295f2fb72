/** Finds Firefox and WebKit, which the specs in this folder drive beside Chromium. */

import { findProgram, isBuildMachine, provide, type Requirement } from '../programs.js';

/** Where Firefox is: `FIREFOX_PATH`, else one on the path; `undefined` if there is none. */
export const findFirefox = (): string | undefined =>
  process.env['FIREFOX_PATH'] || findProgram('firefox-esr', 'firefox');

/** Where WebKit's driver and a display for it are, or `undefined` if one is missing. */
export function findWebKit(): { readonly driver: string; readonly display: string } | undefined {
  const [driver, display] = [findProgram('WebKitWebDriver'), findProgram('Xvfb')];

  return driver !== undefined && display !== undefined ? { driver, display } : undefined;
}

const requirements: readonly Requirement[] = [
  {
    name: 'Firefox (FIREFOX_PATH, or one on the path)',
    isThere: () => findFirefox() !== undefined,
    packages: '--no-install-recommends firefox-esr',
  },
  {
    name: 'WebKitWebDriver and Xvfb',
    isThere: () => findWebKit() !== undefined,
    packages: '--no-install-recommends webkit2gtk-driver xvfb',
  },
];

/**
 * Whether the specs can be run or left out, after installing what is missing if possible. Says how to install what is
 * missing; on a build machine that is a failure.
 */
export const provideEngines = (): boolean => requirements.map(provide).every((isThere) => isThere) || !isBuildMachine;
