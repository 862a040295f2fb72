/**
 * What brings each error about, as simply as it can be: `errors.spec.ts` compares what they say with what
 * `docs/errors.md` shows. A provocation throws, or has it reported.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { component, type Enqueue, generator, html, repeat, topic } from 'troupe';
import { redisBus } from 'troupe/bus/redis';
import { createServer, type ServerOptions, type Store } from 'troupe/server';
import { lmdb } from 'troupe/store/lmdb';
import { openPage, type TestPage } from 'troupe/testing';
import { WebSocket } from 'ws';
import { fromTransition } from 'xstate';
import { type ErrorCode, TroupeError } from '../../runtime/platform/errors.js';
import { decodeRecording } from '../../runtime/recording/recording-file.js';
import { getPage, join as joinPage } from '../bench/visit.js';

// TYPES -----------------------------------------------------------------------

/** What was said: with which code, and the message. */
export interface Said {
  readonly code: string;
  readonly message: string;
}

type Message = { type: 'pressed' };
type Options = Omit<Parameters<typeof openPage>[0] & object, 'routes' | 'onError'>;

// PAGES -----------------------------------------------------------------------

const button = html<Message>`<button @click=${{ type: 'pressed' }}>press</button>`;

interface Parts {
  readonly update?: (model: { n: number }, message: Message, enqueue: Enqueue<Message>) => { n: number };
  readonly view?: (model: { n: number }) => ReturnType<typeof html<Message>>;
  readonly init?: () => { n: number } | Promise<{ n: number }>;
  readonly subscriptions?: (model: { n: number }) => readonly ReturnType<typeof topic<Message>>[];
}

/** What is right with it. */
const form = {
  name: 'form',
  init: () => ({ n: 0 }),
  update: ({ n }: { n: number }, _message: Message) => ({ n: n + 1 }),
  view: () => button,
};

/** A page with one button, in which one thing is wrong. */
const page = ({ init = form.init, update = form.update, view = form.view, subscriptions }: Parts) =>
  component({ name: 'form', init, update, view, ...(subscriptions && { subscriptions }) });

/** What is reported, or thrown, while something is done to a page. */
async function onPage(
  given: ReturnType<typeof page>,
  deed: (page: TestPage) => Promise<unknown>,
  options: Partial<Options> = {}
): Promise<readonly Said[]> {
  const said: Said[] = [];
  const onError = ({ code, error }: { readonly code: string; readonly error: unknown }): void => {
    said.push({ code, message: error instanceof Error ? error.message : String(error) });
  };
  const opened = await openPage({ routes: { '/': given }, onError, ...options }).catch((error: Error) => {
    said.push({ code: 'thrown', message: error.message });
  });
  if (opened === undefined) return said;
  try {
    await deed(opened);
  } finally {
    await opened.abandon();
  }

  return said;
}

const press = (opened: TestPage): Promise<void> => opened.click(opened.getByRole('button'));
const nothing = async (): Promise<void> => undefined;

/** A page that shows something else once its button is pressed. */
const showing = (wrong: () => ReturnType<typeof html<Message>>) =>
  page({ view: ({ n }) => (n === 0 ? button : wrong()) });

const item = (id: number) => html<Message>`<li>${id}</li>`;

/** A server that listens, and what is reported meanwhile. */
async function listen(options: ServerOptions) {
  const said: Said[] = [];
  const onError: ServerOptions['onError'] = ({ code, error }) =>
    void said.push({ code, message: error instanceof Error ? error.message : String(error) });
  const { close, port } = await createServer({ secret, ...options, onError }).listen(0, '127.0.0.1');
  const closeStore = async (): Promise<void> => {
    await close();
    await options.store?.close();
  };

  return { origin: `http://127.0.0.1:${port}`, said, close: closeStore };
}

/** What is reported while a server is asked for its first page. */
async function onServer(options: ServerOptions): Promise<readonly Said[]> {
  const { close, origin, said } = await listen(options);
  try {
    await fetch(`${origin}/`, { headers: { connection: 'close' } });
  } finally {
    await close();
  }

  return said;
}

/** Does something with a folder that is there meanwhile. */
async function inFolder<Result>(run: (path: string) => Promise<Result>): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'troupe-'));
  try {
    return await run(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

// THROWING --------------------------------------------------------------------

async function thrown(run: () => unknown): Promise<readonly Said[]> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TroupeError) return [{ code: error.code, message: error.message }];
    throw error;
  }

  return [];
}

const routes: ServerOptions['routes'] = { '/': page({}) };
const secret = 'a secret for provocations';

// PROVOCATIONS ----------------------------------------------------------------

/** By code: what brings it about. */
export const provocations: { readonly [code in ErrorCode]?: () => Promise<readonly Said[]> } = {
  component: () => thrown(() => component({ name: 'form', init: () => 0, update: () => 0 } as never)),
  template: () =>
    onPage(
      showing(() => html<Message>`<p><div>${'text'}</div></p>`),
      press
    ),
  value: () =>
    onPage(
      showing(() => html<Message>`<p>${{ n: 1 } as never}</p>`),
      press
    ),
  'duplicate-key': () =>
    onPage(
      showing(() => html<Message>`<ul>${repeat([7, 7], (id) => id, item)}</ul>`),
      press
    ),
  'unsafe-url': () => onPage(page({ view: () => html<Message>`<a href=${'javascript:alert(1)'}>x</a>` }), nothing),
  init: () =>
    onPage(
      page({
        init: () => {
          throw new Error('no database');
        },
      }),
      nothing
    ),
  deadline: () => onServer({ initDeadline: 50, routes: { '/': page({ init: () => new Promise(() => undefined) }) } }),
  update: () => onPage(page({ update: () => undefined as never }), press),
  view: () =>
    onPage(
      page({
        view: ({ n }) => {
          if (n > 0) throw new Error('no such row');
          return button;
        },
      }),
      press
    ),
  handler: () =>
    onPage(page({ view: () => html<Message>`<button @click=${() => 'pressed' as never}>press</button>` }), press),
  subscription: () => onPage(page({ subscriptions: () => [Promise.resolve() as never] }), nothing),
  'generator-not-ending': () =>
    onPage(
      page({
        subscriptions: ({ n }) => (n === 0 ? [generator('feed', () => stuck()) as never] : []),
      }),
      async (opened) => {
        await press(opened);
        await opened.advance(10_000);
      }
    ),
  options: () => thrown(() => createServer({ routes, secret, grace: -1 } as never)),
  effect: () =>
    onPage(
      page({
        update: (model, _message, enqueue) => {
          enqueue.send('absent', { type: 'hello' });
          return model;
        },
      }),
      press
    ),
  'shared-actor': () =>
    thrown(async () => {
      const server = createServer({ routes, secret });
      try {
        server.actor(
          'room',
          fromTransition((state) => state, {})
        );
        server.actor(
          'room',
          fromTransition((state) => state, {})
        );
      } finally {
        await server.close();
      }
    }),
  topic: () => thrown(() => topic('')),
  closed: () =>
    thrown(async () => {
      const server = createServer({ routes, secret });
      await server.close();
      await server.listen(0);
    }),
  store: () =>
    inFolder(async (path) => {
      const store = lmdb({ path });
      const said = await thrown(() => lmdb({ path }));
      await store.close();

      return said.map(({ code, message }) => ({ code, message: message.replace(path, 'sessions') }));
    }),
  identify: () =>
    onServer({
      routes,
      identify: () => {
        throw new Error('no table of users');
      },
    }),
  allow: () => onServer({ routes: { '/': { component: page({}), allow: () => undefined as never } } }),
  action: async () => {
    const { close, origin, said } = await listen({
      routes,
      actions: { 'GET /away': () => ({ redirect: '//evil.example/' }) },
    });
    await fetch(`${origin}/away`);
    await close();

    return said;
  },
  version: () =>
    inFolder(async (path) => {
      const store = (): Store => lmdb({ path });
      const first = await listen({ routes, store: store() });
      const left = await getPage(`${first.origin}/`);
      (await joinPage(left)).socket.close();
      await first.close();
      const second = await listen({ routes: { '/': component({ ...form, version: 2 }) }, store: store() });
      const { origin } = second;
      const socket = origin.replace('http', 'ws') + new URL(left.socket).pathname;
      // It is not adopted: a new session begins.
      await joinPage({ ...left, origin, socket }).catch(() => undefined);
      await second.close();

      return second.said;
    }),
  bus: async () => {
    const { close, said } = await listen({ routes, bus: redisBus({ url: 'redis://127.0.0.1:1' }) });
    for (const end = Date.now() + 10_000; said.length === 0 && Date.now() < end; ) await sleep(10);
    await close();

    return said;
  },
  internal: () =>
    onServer({
      routes,
      document: () => {
        throw new Error('no layout');
      },
    }),
  upgrade: async () => {
    const { close, origin, said } = await listen({ routes });
    const headers = { host: 'troupe.internal', origin: 'https://example.com' };
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/_troupe/socket`, { headers });
    await new Promise((resolve) => socket.on('error', resolve));
    await close();

    return said;
  },
  post: async () => {
    const { close, origin, said } = await listen({ routes });
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    await fetch(`${origin}/_troupe/post?0,0,`, { method: 'POST', headers, body: new URLSearchParams() });
    await close();

    return said;
  },
  recording: () => thrown(() => decodeRecording('hello')),
  snapshot: () => onPage(page({ update: () => ({ n: new Map() as never }) }), press),
};

async function* stuck(): AsyncGenerator<Message> {
  yield await new Promise<Message>(() => undefined);
}
