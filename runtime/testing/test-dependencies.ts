/**
 * The packages tests are run with and programs are not: a DOM, queries, user input. They are loaded here alone.
 * If one is missing, opening the first page fails with its name.
 *
 * They are loaded with this file, not when they are needed: user-event looks for the hooks of a test runner
 * when it is loaded, and some runners allow no hooks once a test runs.
 */

import type { Context } from 'node:vm';
import type { queries } from '@testing-library/dom';
import type { UserEvent } from '@testing-library/user-event';

// TYPES -----------------------------------------------------------------------

/** All there is to find elements by. */
export type Queries = typeof queries;

/** What is needed of jsdom, which brings no types. */
export interface JsdomModule {
  readonly JSDOM: new (
    html: string,
    options: object
  ) => { readonly window: Window & typeof globalThis; getInternalVMContext(): Context };
  readonly VirtualConsole: new () => { on(type: string, listener: (...given: unknown[]) => void): void };
}

/** The packages. */
export interface TestDependencies {
  readonly jsdom: JsdomModule;
  readonly dom: { readonly queries: Queries };
  readonly user: { readonly userEvent: { setup(options: object): UserEvent } };
}

// LOADING ---------------------------------------------------------------------

/** By the name it is used under here. */
const names = { jsdom: 'jsdom', dom: '@testing-library/dom', user: '@testing-library/user-event' } as const;

/** Loads packages by name; gives those that are there and what the others failed with. */
export async function loadTestDependencies(
  load: (name: string) => Promise<unknown>
): Promise<{ readonly found: Partial<TestDependencies>; readonly failures: readonly unknown[] }> {
  const found: Record<string, unknown> = {};
  const failures: unknown[] = [];

  for (const [key, name] of Object.entries(names)) {
    try {
      found[key] = await load(name);
    } catch (error) {
      failures.push(error);
    }
  }
  return { found, failures };
}

/**
 * All of them.
 *
 * @throws Error that says how to install them, if one is missing
 */
export function complete({ found, failures }: Awaited<ReturnType<typeof loadTestDependencies>>): TestDependencies {
  if (failures.length === 0) return found as TestDependencies;
  const all = Object.values(names).join(' ');
  const missing = Object.entries(names).flatMap(([key, name]) => (key in found ? [] : [name]));

  throw new Error(`troupe/testing needs ${missing.join(' and ')}. Install with: npm install --save-dev ${all}`, {
    cause: failures[0],
  });
}

const loaded = await loadTestDependencies((name) => import(name));

/** The packages; throws as `complete`. */
export function peers(): TestDependencies {
  return complete(loaded);
}
