/**
 * A real Chromium for specs: started once per run at the first use, closed at its end. Pages are served by a small
 * HTTP server of our own and remember every console error, page error and broken security policy, so
 * that a spec can say at its end that there were none.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build, type Format } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../chromium.js';

// TYPES -----------------------------------------------------------------------

/** A page in the browser, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** What went wrong so far; a spec that expects an error takes it out. */
  readonly errors: string[];
  /** Throws if anything went wrong, and closes the page. */
  expectNoErrors(): Promise<void>;
}

/** What is served under a path. */
export interface Resource {
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A small server for pages. */
export interface Site {
  /** Where it is, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  close(): Promise<void>;
}

// BROWSER ---------------------------------------------------------------------

const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Promise<Browser> | undefined;

/** The browser, started at the first call. Throws with what to do if there is none. */
export function launch(): Promise<Browser> {
  browser ??= start();
  return browser;
}

async function start(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('There is no Chromium. Set CHROMIUM_PATH to one, or install it: apt-get install -y chromium');
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: switches,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

after(async () => {
  await (await browser)?.close();
  browser = undefined;
});

// PAGES -----------------------------------------------------------------------

/** Opens a page with nothing in it that watches for errors. */
export async function newPage(): Promise<WatchedPage> {
  const context = await (await launch()).newContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (violation) => {
      console.error(`policy ${violation.effectiveDirective} refused ${violation.blockedURI}`);
    });
  });
  return {
    page,
    errors,
    async expectNoErrors() {
      await context.close();
      if (errors.length > 0) throw new Error(`in the page:\n${errors.join('\n')}`);
    },
  };
}

// SERVING ---------------------------------------------------------------------

/** Serves resources by path on a port of its own; `/` is the page. The icon browsers ask for is empty. */
export async function serve(resources: Readonly<Record<string, Resource>>): Promise<Site> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const found = resources[path];
    if (found) response.writeHead(200, { 'content-type': found.type, ...found.headers }).end(found.body);
    else response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/**
 * Bundles a TypeScript entry, given from the project's root, for the page.
 *
 * ```ts
 * const script = await bundle('spec/client/page/view.ts');
 * ```
 */
export async function bundle(entry: string, format: Format = 'esm'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(process.cwd(), entry)],
    bundle: true,
    format,
    target: 'es2022',
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Opens a page of the given HTML with the bundle of `entry` in it, which must put an object `specs` of
 * functions on `window`. Closes everything at `close`, which also says whether anything went wrong.
 */
export async function openBundle(entry: string, html = ''): Promise<WatchedPage> {
  const site = await serve({
    '/': {
      type: 'text/html; charset=utf-8',
      body: `<!doctype html><title>spec</title><body>${html}<script type="module" src="/entry.js"></script>`,
    },
    '/entry.js': { type: 'text/javascript; charset=utf-8', body: await bundle(entry) },
  });
  const watched = await newPage();
  await watched.page.goto(site.origin, { waitUntil: 'load' });
  return {
    ...watched,
    async expectNoErrors() {
      // The page first: what it still loads would fail and count as an error.
      try {
        await watched.expectNoErrors();
      } finally {
        await site.close();
      }
    },
  };
}
