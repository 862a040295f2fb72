/** Drives Firefox over WebDriver BiDi: commands and their results, as JSON, on a WebSocket that Firefox itself serves. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Driver, saidBy } from './driver.js';
import { findFirefox } from './programs.js';

/** Nothing is fetched from elsewhere, nothing asked, nothing animated; dates are written as in America. */
const preferences = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'dom.disable_open_during_load': false,
  'general.smoothScroll': false,
  'intl.locale.requested': 'en-US',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.active-protocols': 1,
  'services.settings.server': '',
  'toolkit.telemetry.enabled': false,
};

/** The reply to a command. */
interface Reply {
  readonly id?: number;
  readonly type: string;
  readonly message?: string;
  readonly result?: unknown;
}

/** The commands of a session. */
class Commands {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** Gives the result of a command. Throws what Firefox says is wrong with it. */
  async run<Result>(method: string, params: object): Promise<Result> {
    const id = ++this.#last;
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, message, result } = await replied;
    this.#waiting.delete(id);
    if (type !== 'success') throw new Error(`${method}: ${message}`);

    return result as Result;
  }
}

/** What `script.evaluate` gives. */
interface Evaluated {
  readonly result?: { readonly value?: string; readonly sharedId?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** Starts Firefox. */
export async function startFirefox(): Promise<Driver> {
  const program = findFirefox();
  if (program === undefined) throw new Error('There is no Firefox.');
  const profile = mkdtempSync(join(tmpdir(), 'firefox-'));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const given = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(program, given, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);

  const url = await saidBy(
    child.stderr,
    (text) => /WebDriver BiDi listening on (?<url>ws:\S+)\s/.exec(text)?.groups?.['url']
  );
  const socket = new WebSocket(`${url}/session`);
  await once(socket, 'open');
  const commands = new Commands(socket);
  await commands.run('session.new', { capabilities: {} });
  // The tab of the start never has the focus.
  const { context } = await commands.run<{ context: string }>('browsingContext.create', { type: 'tab' });
  await commands.run('browsingContext.setViewport', { context, viewport: { width: 1_000, height: 800 } });

  const evaluate = async (expression: string): Promise<Evaluated['result']> => {
    const given = { expression, target: { context }, awaitPromise: false };
    const { result, exceptionDetails } = await commands.run<Evaluated>('script.evaluate', given);
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);

    return result;
  };

  return {
    async evaluate(expression) {
      return JSON.parse((await evaluate(`JSON.stringify(${expression}) ?? 'null'`))?.value ?? 'null') as unknown;
    },
    async perform(actions) {
      await commands.run('input.performActions', { context, actions });
    },
    async chooseFile(selector, path) {
      const element = await evaluate(`document.querySelector(${JSON.stringify(selector)})`);
      await commands.run('input.setFiles', { context, element: { sharedId: element?.sharedId }, files: [path] });
    },
    async navigate(to) {
      await commands.run('browsingContext.navigate', { context, url: to, wait: 'complete' });
    },
    async reload() {
      await commands.run('browsingContext.reload', { context, wait: 'complete' });
    },
    async close() {
      const ended = once(child, 'exit');
      socket.terminate();
      child.kill('SIGKILL');
      await ended;
      process.off('exit', endWithUs);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
