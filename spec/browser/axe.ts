/** What axe-core finds wrong with a page in a real browser. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Result {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/**
 * The rules that are broken, with the places. The content of frames is not checked: it is another page.
 *
 * @param rule the only rule that is checked; by default all are
 */
export async function faultsOf(page: Page, rule?: string): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);

  return page.evaluate(async (only) => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ readonly violations: readonly Result[] }> };
    };
    const options = { iframes: false, resultTypes: ['violations'], ...(only && { runOnly: [only] }) };
    const { violations } = await tool.run(document, options);

    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  }, rule);
}
