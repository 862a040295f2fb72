/**
 * The canary: secrets are given to an application in declared fields and typed into password fields, by real clients. Then
 * everything that leaves the runtime is searched for them: log, stderr, diagnostics, error pages, inspector, recordings.
 *
 * Messages of errors quote a secret here, as they may: in production only `onError` receives them.
 */

import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { component, type EventData, html, type PageProps } from 'troupe';
import { createServer, type Listening, type Logger, type ServerOptions } from 'troupe/server';
import { openPage, type TestPage } from 'troupe/testing';
import { assign, setup } from 'xstate';
import { inspector } from '../components/inspector/inspector.js';
import type { ActorView, Inspected, StateRow } from '../runtime/inspect/inspection.js';
import type { Diagnostics } from '../runtime/platform/diagnostics.js';
import { hidden } from '../runtime/platform/redact.js';
import { ClientKind } from '../runtime/wire/protocol.js';
import { getPage, join, pack } from './bench/visit.js';
import { type LookedAt, lookAt } from './fixtures/looked-at.js';

// SECRETS ---------------------------------------------------------------------

/** What is looked for: the end of each secret. No file is called so, which stacks would name. */
const sign = 'c4nary';
const typed = `"7Q&x" typed ${sign}`;
const entered = `8Ry-entered-${sign}`;
const declared = `9Sz-declared-${sign}`;

// APPLICATION -----------------------------------------------------------------

type TypedMessage = { readonly type: 'typed'; readonly text: string } | { readonly type: 'pressed' };

const text = ({ value }: EventData) => ({ type: 'typed' as const, text: value });

/** A controlled password field, whose text is in the model and in a message to others under a declared name. */
const Login = component({
  name: 'login',
  secret: ['text'],
  init: () => ({ text: '', length: 0 }),
  update: (model, message: TypedMessage, enqueue) => {
    if (message.type === 'pressed') throw new Error(`${model.text} is wrong`);
    enqueue.publish('elsewhere', { type: 'told', text: message.text });
    return { text: message.text, length: message.text.length };
  },
  view: (model) => html<TypedMessage>`
    <label>Password <input type="password" .value=${model.text} @input=${text}></label>
    <button @click=${{ type: 'pressed' }}>Log in</button> <output>${model.length}</output>`,
});

/** Keeps nothing of the events on its password field, or around that of another template. */
const Passing = component({
  name: 'passing',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: TypedMessage) => ({ count: count + 1 }),
  view: ({ count }) => html<TypedMessage>`<output>${count}</output>
    <label>Password <input type="password" @input=${text} @keydown=${text}></label>
    <div @input=${text} @click=${text}>${html`<label>Code <input autocomplete="one-time-code"></label>`}</div>`,
});

type SentMessage = { readonly type: 'sent'; readonly entries: EventData['entries'] };

/** A form that the browser keeps to itself until it is sent. */
const Form = component({
  name: 'form',
  init: () => ({ sent: 0 }),
  update: ({ sent }, { entries }: SentMessage) => {
    if (sent > 1) throw new Error(`sent again: ${JSON.stringify(entries)}`);
    return { sent: sent + 1 };
  },
  view: ({ sent }) => html<SentMessage>`
    <form @submit=${({ entries }: EventData) => ({ type: 'sent' as const, entries })}>
      <input name="user" aria-label="User"><input type="password" name="pin" aria-label="Pin"><button>Send</button>
    </form><output>${sent}</output>`,
});

type VaultMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'kept'; readonly apiKey: string }
  | { readonly type: 'broken' };

/** Knows a secret that no one has typed, shows it, and is sent another. */
const Vault = component({
  name: 'vault',
  secret: ['apiKey'],
  init: () => ({ access: { apiKey: declared, list: [{ APIKEY: declared }] }, isOpen: false }),
  update: (model, message: VaultMessage) => {
    if (message.type === 'broken') throw new Error(`${model.access.apiKey} opens nothing`);
    if (message.type === 'opened') return { ...model, isOpen: true };
    return { ...model, access: { ...model.access, apiKey: message.apiKey } };
  },
  view: ({ access: { apiKey }, isOpen }) => html<VaultMessage>`
    <button @click=${{ type: 'opened' }}>Open</button> <button @click=${{ type: 'broken' }}>Break</button>
    <button @click=${{ type: 'kept', apiKey: `${declared}!` }}>Keep</button>
    <output title=${isOpen && apiKey}>${isOpen ? apiKey : ''}</output>`,
});

type MachineMessage = { readonly type: 'kept'; readonly apiKey: string };

const keeping = setup({ types: {} as { context: { apiKey: string }; events: MachineMessage } }).createMachine({
  context: { apiKey: declared },
  on: { kept: { actions: assign({ apiKey: ({ event }) => event.apiKey }) } },
});

/** The same with a machine, in the view of a component that declares nothing. */
const Machine = component({
  name: 'machine',
  secret: ['apiKey'],
  logic: keeping,
  view: () => html<MachineMessage>`<button @click=${{ type: 'kept', apiKey: `${declared}!` }}>Keep</button>`,
});

const Outer = component({
  name: 'outer',
  init: () => null,
  update: (model, _message: never) => model,
  view: () => html`<main>${Machine({ key: 1 } as never)}</main>`,
});

/** Fails before there is a page. */
const Broken = component({
  name: 'broken',
  secret: ['apiKey'],
  init: () => ({ apiKey: declared }),
  update: (model, _message: VaultMessage) => model,
  view: ({ apiKey }) => {
    throw new Error(`nothing to show of ${apiKey}`);
  },
});

/** Has a declared field in its path. */
const Path = component({
  name: 'path',
  secret: ['apiKey'],
  init: ({ params: { apiKey = '' } }: PageProps) => ({ apiKey }),
  update: (model, _message: { readonly type: 'saved' }) => ({ ...model }),
  view: () => html<{ readonly type: 'saved' }>`<button @click=${{ type: 'saved' }}>Save</button>`,
});

const routes = {
  '/': Login,
  '/passing': Passing,
  '/form': Form,
  '/vault': Vault,
  '/machine': Outer,
  '/broken': Broken,
  '/path/:apiKey': Path,
};

// COLLECTING ------------------------------------------------------------------

/** Everything that was told, by where. */
class Told {
  readonly log: string[] = [];
  readonly stderr: string[] = [];
  readonly diagnostics: string[] = [];
  readonly logger: Logger;
  readonly #write = process.stderr.write;
  readonly #listen = (event: unknown, name: string | symbol): void => {
    this.diagnostics.push(`${String(name)} ${shown(event)}`);
  };

  constructor() {
    const line = (level: string) => (known: object, message: string) => {
      this.log.push(`${level} ${shown(known)} ${message}`);
    };
    this.logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
    for (const name of channels) subscribe(name, this.#listen);
    process.stderr.write = ((text: string) => this.stderr.push(text) > 0) as typeof process.stderr.write;
  }

  stop(): void {
    process.stderr.write = this.#write;
    for (const name of channels) unsubscribe(name, this.#listen);
  }
}

/** Everything in a value, however deep, also what JSON would leave out. */
const shown = (value: unknown): string =>
  inspect(value, { depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null, showHidden: true });

const names: { readonly [name in keyof Diagnostics]: true } = {
  ...{ received: true, queued: true, updated: true, viewed: true, diffed: true, sent: true },
  ...{ passivated: true, activated: true, resumed: true, failed: true, hostile: true },
};
const channels = Object.keys(names).map((name) => `troupe:${name}`);

/** Searches for what must not be there, and for what must. */
function expectClean(told: readonly string[], ...said: readonly string[]): void {
  const all = told.join('\n');
  for (const text of said) expect(all).to.contain(text);
  expect(all.toLowerCase()).to.not.contain(sign);
}

/** Everything that can be seen of a session. */
function seenOf({ seen }: LookedAt): readonly string[] {
  const idsIn = (actor: ActorView): readonly string[] => [actor.id, ...actor.actors.flatMap(idsIn)];
  const { first, last } = seen.history();
  const steps = [undefined, ...Array.from({ length: last - first + 2 }, (_, index) => first - 1 + index)];
  const states = idsIn(seen.actors()).flatMap((id) =>
    steps.map((step) => [whole(seen, id, step), seen.chart(id, step)])
  );
  const pages = steps.map((step) => seen.page(step));

  return [
    ...[seen.summary(), seen.actors(), states, steps.map((step) => seen.step(step ?? 0))].map(shown),
    ...[seen.log({ most: 10_000 }), seen.wire({ most: 10_000 })].map(shown),
    ...pages,
    seen.export(),
  ];
}

/** A state with all of its rows open. */
function whole(seen: Inspected, actor: string, step: number | undefined): readonly StateRow[] {
  let rows = seen.state(actor, [], step).rows;
  for (let round = 0; round < 20 && rows.some(({ canOpen, isOpen }) => canOpen && !isOpen); round++) {
    const paths = rows.filter(({ canOpen }) => canOpen).map(({ path }) => path);
    rows = seen.state(actor, paths, step).rows;
  }

  return rows;
}

// SPECS -----------------------------------------------------------------------

describe('canary', () => {
  let told: Told;
  beforeEach(() => {
    told = new Told();
  });
  afterEach(() => told.stop());

  it('is found on a channel, which proves that channels are searched', () => {
    channel('troupe:sent').publish({ session: sign });
    expect(told.diagnostics.join()).to.contain(sign);
  });

  describe('in log, stderr and diagnostics in production', () => {
    let page: TestPage;
    afterEach(() => page?.close());

    const open = async (url: string): Promise<TestPage> => {
      page = await openPage({ routes, url, logger: told.logger, development: false, onError: () => undefined });
      return page;
    };
    const messages = (): string => page.reports.map(({ error }) => (error as Error).message).join();

    it('is not what was typed into a password field', async () => {
      await open('/');
      await page.type(page.getByLabelText('Password'), typed);
      await page.click(page.getByRole('button', { name: 'Log in' }));
      expect(messages()).to.equal(`${typed} is wrong`);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'update: Error', "component: 'login'");
    });

    it('is not what a form has sent', async () => {
      await open('/form');
      await page.type(page.getByLabelText('Pin'), entered);
      for (let time = 0; time < 3; time++) await page.click(page.getByRole('button', { name: 'Send' }));
      expect(messages()).to.contain(entered);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'update: Error');
    });

    it('is not what stands in a declared field, in the state or in the path', async () => {
      await open('/vault');
      await page.click(page.getByRole('button', { name: 'Break' }));
      expect(messages()).to.equal(`${declared} opens nothing`);
      await page.close();
      await open(`/path/${declared}`);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'update: Error');
    });
  });

  describe('in the inspector, in what it exports, in log and diagnostics', () => {
    let looked: LookedAt;
    afterEach(() => looked?.close());

    const visitors: readonly (readonly [url: string, what: string, visit: (page: TestPage) => Promise<void>])[] = [
      ['/', 'kept in a declared field', (page) => page.type(page.getByLabelText('Password'), typed)],
      [
        ...(['/passing', 'in events on and around password fields'] as const),
        async (page) => {
          await page.type(page.getByLabelText('Password'), typed);
          await page.type(page.getByLabelText('Code'), entered);
          await page.click(page.getByLabelText('Code'));
        },
      ],
      [
        ...(['/form', 'sent by a form'] as const),
        async (page) => {
          await page.type(page.getByLabelText('Pin'), entered);
          for (let time = 0; time < 2; time++) await page.click(page.getByRole('button', { name: 'Send' }));
        },
      ],
      [
        ...(['/vault', 'declared, also where the page shows it'] as const),
        async (page) => {
          for (const name of ['Open', 'Keep']) await page.click(page.getByRole('button', { name }));
        },
      ],
      [
        ...(['/machine', 'declared by a machine in another component'] as const),
        (page) => page.click(page.getByRole('button', { name: 'Keep' })),
      ],
      [
        ...([`/path/${declared}`, 'in a path'] as const),
        (page) => page.click(page.getByRole('button', { name: 'Save' })),
      ],
    ];

    for (const [url, what, visit] of visitors) {
      it(`is not what was ${what}: in views and pages of the inspector, during the recording and after it`, async () => {
        looked = await lookAt({ routes, logger: told.logger, onError: () => undefined }, url);
        await visit(looked.page);
        const { id } = looked.seen;
        const inspectorSite = { routes: inspector(looked.inspection, { base: '' }).routes, onError: () => undefined };
        const shownPages: string[] = [];
        for (const view of ['messages', 'wire', 'time'] as const) {
          const page = await openPage({ ...inspectorSite, url: `/sessions/${id}?view=${view}&actor=%2F` });
          await looked.server.advance(1_000);
          await page.advance(1_000);
          shownPages.push(page.document.documentElement.outerHTML);
          await page.close();
        }
        expect(shownPages.join()).to.contain(id);
        expectClean([...seenOf(looked), ...shownPages], hidden);
        expectClean([shown(await looked.inspection.sessions()), ...told.log, ...told.diagnostics, ...told.stderr]);
        // One who looks from now on sees no more of it.
        looked.seen.close();
        await looked.server.advance(61_000);
        const again = (await looked.inspection.open(id)) as Inspected;
        expectClean(seenOf({ ...looked, seen: again }));
        again.close();
      });
    }
  });

  describe('of a server without a log in production', () => {
    let listening: Listening;
    const listen = async (options: Partial<ServerOptions> = {}): Promise<string> => {
      const given = { routes, clientScript: 'void 0;', secret: 'a secret for a canary', development: false };
      listening = await createServer({ ...given, ...options }).listen(0, '127.0.0.1');
      return `http://127.0.0.1:${listening.port}`;
    };
    afterEach(() => listening?.close());

    it('is not on stderr', async () => {
      const origin = await listen();
      const { socket } = await join(await getPage(`${origin}/`));
      // The root has a property, two events and a text.
      socket.send(
        pack([
          ClientKind.Events,
          [
            [1, 1, [typed]],
            [1, 2],
          ],
        ])
      );
      while (told.stderr.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      socket.close();
      expectClean(told.stderr, 'troupe update in login of session', '): Error\n');
    });

    it('is not on the page that shows an error', async () => {
      const answer = await fetch(`${await listen()}/broken`);
      expect(answer.status).to.equal(500);
      expectClean([await answer.text(), ...told.stderr], '): TroupeError\n');
    });

    it('is in the error that onError receives, and not in the log', async () => {
      const errors: unknown[] = [];
      await fetch(`${await listen({ onError: ({ error }) => errors.push(error), logger: told.logger })}/broken`);
      expect((errors[0] as Error).message).to.contain(declared);
      expectClean([...told.log, ...told.stderr], "type: 'TroupeError'");
    });
  });
});
