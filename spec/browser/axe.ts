/** What axe-core finds wrong with a page in a real browser. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Result {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** The rules that are broken, with the places. The content of frames is not checked: it is another page. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);

  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ readonly violations: readonly Result[] }> };
    };
    const { violations } = await tool.run(document, { iframes: false });

    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
  });
}
