/** Drives the WebKit of GTK over WebDriver: requests to WebKitWebDriver, which starts a small browser on a display of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Driver, saidBy } from './driver.js';
import { findWebKit } from './programs.js';

/** The name of an element's id in JSON. */
const elementId = 'element-6066-11e4-a52e-4f735466cecf';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');

  return port;
}

/** Starts WebKit. */
export async function startWebKit(): Promise<Driver> {
  const programs = findWebKit();
  if (programs === undefined) throw new Error('There is no WebKitWebDriver, or no Xvfb.');
  const children: ChildProcess[] = [];
  const endAll = (): void => children.forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', endAll);

  const screen = ['-displayfd', '1', '-screen', '0', '1100x1000x24', '-nolisten', 'tcp'];
  const display = spawn(programs.display, screen, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(display);
  const number = await saidBy(display.stdout, (text) => /^(?<number>\d+)\n/.exec(text)?.groups?.['number']);
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LC_ALL: 'C.UTF-8', NO_AT_BRIDGE: '1' };
  children.push(spawn(programs.driver, [`--port=${port}`], { stdio: 'ignore', env }));

  const ask = async <Value>(method: string, path: string, body?: object): Promise<Value> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...sent });
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${path}: ${value?.error}: ${value?.message}`);

    return value;
  };

  await untilReady(() => ask('GET', '/status'));
  const { sessionId } = await ask<{ sessionId: string }>('POST', '/session', { capabilities: { alwaysMatch: {} } });
  const session = `/session/${sessionId}`;
  await ask('POST', `${session}/window/rect`, { x: 0, y: 0, width: 1_000, height: 900 });

  return {
    async evaluate(expression) {
      const script = `return JSON.stringify(${expression}) ?? 'null'`;

      return JSON.parse(await ask<string>('POST', `${session}/execute/sync`, { script, args: [] })) as unknown;
    },
    async perform(actions) {
      await ask('POST', `${session}/actions`, { actions });
    },
    async chooseFile(selector, path) {
      const using = { using: 'css selector', value: selector };
      const found = await ask<Record<string, string>>('POST', `${session}/element`, using);
      await ask('POST', `${session}/element/${found[elementId]}/value`, { text: path });
    },
    async navigate(url) {
      await ask('POST', `${session}/url`, { url });
    },
    async reload() {
      await ask('POST', `${session}/refresh`, {});
    },
    async close() {
      await ask('DELETE', session);
      endAll();
      await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
      process.off('exit', endAll);
    },
  };
}

/** Waits until a server that has just been started takes requests. */
async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
