/**
 * The streaming example left running: `npm run soak -- MINUTES` (default 10). Prints the memory of browser
 * and server after collection every tenth of the time, and how smoothly the page was drawn; fails if
 * memory grows or frames are missed.
 */

import { chromium } from 'playwright-core';
import { Streaming } from '../examples/02-streaming/streaming.js';
import { createServer } from '../runtime/server/server.js';
import { provideChromium } from './chromium.js';

/** One look at both sides. */
interface Sample {
  readonly seconds: number;
  readonly received: number;
  /** KB of heap after collection. */
  readonly server: number;
  readonly browser: number;
  readonly nodes: number;
  /** The longest time between two animation frames since the last sample, in ms. */
  readonly gap: number;
}

const minutes = Number(process.argv[2] ?? 10);
const executablePath = provideChromium();
if (executablePath === undefined) process.exit(1);

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('Run it with --expose-gc, as `npm run soak` does.');

const server = createServer({ routes: { '/': Streaming }, secret: 'a secret for soaking' });
const listening = await server.listen(0, '127.0.0.1');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
const page = await browser.newPage();
const problems: string[] = [];
page.on('pageerror', (error) => problems.push(error.message));
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
await page.goto(listening.url);
await page.waitForSelector('[data-troupe="live"]');
await page.evaluate(() => {
  const state = { gap: 0, last: performance.now() };
  Object.assign(window, { soak: state });
  requestAnimationFrame(function frame(now) {
    state.gap = Math.max(state.gap, now - state.last);
    state.last = now;
    requestAnimationFrame(frame);
  });
});

const tools = await page.context().newCDPSession(page);
await tools.send('Performance.enable');

async function look(seconds: number): Promise<Sample> {
  const [gap, received] = await page.evaluate(() => {
    const { soak } = window as unknown as { soak: { gap: number; last: number } };
    const longest = soak.gap;

    return [longest, Number(document.querySelector('output')?.textContent)] as const;
  });
  await tools.send('HeapProfiler.collectGarbage');
  const { metrics } = await tools.send('Performance.getMetrics');
  const metric = (name: string): number => metrics.find((one) => one.name === name)?.value ?? 0;
  collect?.();
  await page.evaluate(() => {
    const { soak } = window as unknown as { soak: { gap: number; last: number } };
    soak.gap = 0;
    soak.last = performance.now();
  });

  return {
    seconds,
    received,
    server: Math.round(process.memoryUsage().heapUsed / 1_024),
    browser: Math.round(metric('JSHeapUsedSize') / 1_024),
    nodes: metric('Nodes'),
    gap: Math.round(gap),
  };
}

const samples: Sample[] = [];
for (let part = 0; part <= 10; part++) {
  await new Promise((resolve) => setTimeout(resolve, part === 0 ? 5_000 : (minutes * 60_000) / 10));
  samples.push(await look(5 + part * minutes * 6));
  console.log(JSON.stringify(samples.at(-1)));
}

const [first, last] = [samples[1] as Sample, samples.at(-1) as Sample];
if (last.server > first.server * 1.1 + 512) problems.push(`the server grew from ${first.server} to ${last.server} KB`);
if (last.browser > first.browser * 1.1 + 512)
  problems.push(`the browser grew from ${first.browser} to ${last.browser} KB`);
if (last.nodes > first.nodes * 1.1 + 200) problems.push(`nodes grew from ${first.nodes} to ${last.nodes}`);
const smooth = samples
  .slice(1)
  .map(({ gap }) => gap)
  .sort((left, right) => left - right)[5] as number;
if (smooth > 200) problems.push(`animation frames came up to ${smooth} ms late, in the median`);
await browser.close();
await listening.close();
console.log(problems.length === 0 ? 'flat and smooth' : problems.join('\n'));
process.exit(problems.length === 0 ? 0 : 1);
