/**
 * The canary: secrets are given to an application in all the ways there are, real clients type them, and then all that
 * a program tells of itself is searched for them: the log, stderr, error pages and diagnostics.
 */

import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { component, type EventData, html, type PageProps, shared, task, topic } from 'troupe';
import { createServer, type Listening, type Logger, type ServerOptions } from 'troupe/server';
import { openPage, type TestPage } from 'troupe/testing';
import { fromTransition } from 'xstate';
import { inspector } from '../components/inspector/inspector.js';
import type { ActorView, Inspected, StateRow } from '../runtime/inspect/inspection.js';
import type { Diagnostics } from '../runtime/platform/diagnostics.js';
import { hidden } from '../runtime/platform/redact.js';
import { ClientKind } from '../runtime/wire/protocol.js';
import { getPage, join, pack } from './bench/visit.js';
import { type LookedAt, lookAt } from './fixtures/looked-at.js';

// SECRETS ---------------------------------------------------------------------

/** What is looked for. All begin alike, so that half of one is found too; no file is called so, which stacks would name. */
const sign = 'c4nary';
const typed = `${sign}-typed "7Q&x"`;
const entered = `${sign}-entered-8Ry`;
const declared = `${sign}-declared-9Sz`;

// APPLICATION -----------------------------------------------------------------

type TypedMessage = { readonly type: 'typed'; readonly text: string } | { readonly type: 'pressed' };
type HintMessage = { readonly type: 'asked' };

/** Is given a secret under a name nobody has declared, and quotes it when it fails. */
const Hint = component({
  name: 'hint',
  init: ({ about }: { readonly about: string }) => ({ about }),
  received: (_model, { about }) => ({ about }),
  update: ({ about }, _message: HintMessage) => {
    throw new Error(`no hint about ${about}`);
  },
  view: ({ about }) => html<HintMessage>`<button @click=${{ type: 'asked' }}>Hint for ${about.length}</button>`,
});

/** A controlled password field, whose text is in the model under any name, and in messages and props. */
const Login = component({
  name: 'login',
  init: () => ({ text: '', length: 0 }),
  update: (model, message: TypedMessage, enqueue) => {
    if (message.type === 'typed') enqueue.publish('elsewhere', { type: 'told', words: message.text });
    if (message.type === 'pressed') throw new Error(`${model.text} is wrong`);
    return { text: message.text, length: message.text.length };
  },
  view: ({ text, length }) => html<TypedMessage>`
    <label>Password <input type="password" .value=${text}
      @input=${({ value }: EventData) => ({ type: 'typed' as const, text: value })}></label>
    <button @click=${{ type: 'pressed' }}>Log in</button> <output>${length}</output>
    ${Hint({ key: 'hint', about: text })}`,
});

type SentMessage = { readonly type: 'sent'; readonly entries: EventData['entries'] };

/** A form that the browser keeps to itself until it is sent. */
const Form = component({
  name: 'form',
  init: () => ({ sent: 0 }),
  update: ({ sent }, { entries }: SentMessage) => {
    if (sent > 0) throw new Error(`sent again: ${JSON.stringify(entries)}`);
    return { sent: sent + 1 };
  },
  view: ({ sent }) => html<SentMessage>`
    <form @submit=${({ entries }: EventData) => ({ type: 'sent' as const, entries })}>
      <input name="user" aria-label="User"><input type="password" name="pin" aria-label="Pin"><button>Send</button>
    </form><output>${sent}</output>`,
});

type VaultMessage = { readonly type: 'opened' };

/** Knows a secret that nobody has typed, in a field it has declared. */
const Vault = component({
  name: 'vault',
  secret: ['apiKey'],
  init: () => ({ access: { apiKey: declared } }),
  update: ({ access }, _message: VaultMessage) => {
    throw new Error(`${access.apiKey} opens nothing`);
  },
  view: (model) => html<VaultMessage>`<button @click=${{ type: 'opened' }}>Open</button>
    ${Hint({ key: 'hint', about: model.access.apiKey })}`,
});

/** The same with a logic of XState's. */
const Machine = component({
  name: 'machine',
  secret: ['apiKey'],
  logic: fromTransition(
    (state: { readonly apiKey: string }, _event: VaultMessage) => {
      if (state.apiKey !== '') throw new Error(`${state.apiKey} stops the machine`);
      return state;
    },
    { apiKey: declared }
  ),
  view: () => html<VaultMessage>`<button @click=${{ type: 'opened' }}>Open</button>`,
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

/** Is given a declared field that is in no state, and fails before it has one. */
const Given = component({
  name: 'given',
  init: ({ apiKey }: { readonly apiKey: string }): null => {
    throw new Error(`${apiKey} begins nothing`);
  },
  update: (model, _message: VaultMessage) => model,
  view: () => html`<p></p>`,
});

const Giving = component({
  name: 'giving',
  secret: ['apiKey'],
  init: () => null,
  update: (model, _message: VaultMessage) => model,
  view: () => html`<main>${Given({ key: 'given', apiKey: declared })}</main>`,
});

type KeyMessage =
  | { readonly type: 'refused'; readonly apiKey: string }
  | { readonly type: 'unshowable'; readonly apiKey: string };

const keyMessages = (kind: KeyMessage['type']): KeyMessage => ({ type: kind, apiKey: declared });

/** Is sent a secret in a field that is declared, and fails over it before it has it, or when it is to show it. */
const Keys = component({
  name: 'keys',
  secret: ['apiKey'],
  init: () => ({ apiKey: '' }),
  update: (_model, { type, apiKey }: KeyMessage) => {
    if (type === 'refused') throw new Error(`${apiKey} is refused`);
    return { apiKey };
  },
  view: ({ apiKey }) => {
    if (apiKey !== '') throw new Error(`${apiKey} cannot be shown`);
    return html<KeyMessage>`<button @click=${keyMessages('refused')}>Refused</button>
      <button @click=${keyMessages('unshowable')}>Unshowable</button>`;
  },
});

/** The same with a logic of XState's, which has the secret only while it fails. */
const KeyMachine = component({
  name: 'key-machine',
  secret: ['apiKey'],
  logic: fromTransition((_state: object, { apiKey }: KeyMessage) => {
    throw new Error(`${apiKey} stops the machine`);
  }, {}),
  view: () => html<KeyMessage>`<button @click=${keyMessages('refused')}>Refused</button>`,
});

const Kid = component({
  name: 'kid',
  init: ({ key }: { readonly key: string }) => ({ length: key.length }),
  update: (model, _message: never) => model,
  view: ({ length }) => html`<i>${length}</i>`,
});

type SpreadMessage = { readonly type: `saved ${string}` } | { readonly type: 'loaded' };

/** Puts a declared field where names are expected: keys, topics, tasks, types of messages; it comes in the path. */
const Spread = component({
  name: 'spread',
  secret: ['apiKey'],
  init: ({ params: { apiKey = '' } }: PageProps) => ({ apiKey }),
  update: ({ apiKey }, _message: SpreadMessage, enqueue) => {
    enqueue.publish(`told ${apiKey}`, { type: 'told' });
    return { apiKey };
  },
  subscriptions: ({ apiKey }) => [
    topic(`all of ${apiKey}`),
    task(`load ${apiKey}`, async () => ({ type: 'loaded' as const })),
  ],
  view: ({ apiKey }) => html<SpreadMessage>`<main>${Kid({ key: apiKey })}
    <button @click=${{ type: `saved ${apiKey}` as const }}>Save</button></main>`,
});

type AroundMessage = { readonly type: 'heard'; readonly words: string } | { readonly type: 'handed' };

/** Hears around a field that stands in another template, and hands what it has heard to others. */
const Around = component({
  name: 'around',
  init: () => ({ words: '' }),
  update: ({ words }, message: AroundMessage, enqueue) => {
    if (message.type === 'heard') return { words: message.words };
    enqueue.send('safe', { type: 'kept', what: words });
    enqueue.publish('words', { type: 'read', text: `they say ${words}` });
    return { words };
  },
  view: () => html<AroundMessage>`<div @input=${({ value }: EventData) => ({ type: 'heard' as const, words: value })}>
      ${html`<label>Password <input type="password"></label>`}
    </div><button @click=${{ type: 'handed' }}>Hand over</button>`,
});

/** What others hand over, under names nobody has declared. */
const Reader = component({
  name: 'reader',
  init: () => ({ texts: [] as readonly string[] }),
  update: ({ texts }, { text }: { type: 'read'; text: string }) => ({ texts: [...texts, text] }),
  subscriptions: (_model) => [
    topic<{ type: 'read'; text: string }>('words'),
    shared('safe', ({ context }: { context: { what: string; apiKey: string } }) => ({
      type: 'read',
      text: `${context.what} or ${context.apiKey}`,
    })),
  ],
  view: ({ texts }) => html`<output>${texts.length}</output>`,
});

/** Keeps what it is handed, and fails over the second. */
const safe = fromTransition(
  (state: { readonly what: string; readonly apiKey: string }, { what }: { type: 'kept'; what: string }) => {
    if (state.what === what) throw new Error(`${what} is kept already`);
    return { ...state, what };
  },
  { what: '', apiKey: declared }
);

/** Makes a type of what is typed. */
const Types = component({
  name: 'types',
  init: () => 0,
  update: (count: number, _message: { readonly type: `typed ${string}` }) => count + 1,
  view: (count) => html<{ readonly type: `typed ${string}` }>`<output>${count}</output><label>Password
    <input type="password" @input=${({ value }: EventData) => ({ type: `typed ${value}` as const })}></label>`,
});

const routes = {
  '/': Login,
  '/form': Form,
  '/vault': Vault,
  '/machine': Machine,
  '/broken': Broken,
  '/keys': Keys,
  '/key-machine': KeyMachine,
  '/giving': Giving,
  '/spread/:apiKey': Spread,
  '/around': Around,
  '/reader': Reader,
  '/types': Types,
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

/** Searches for what must not be there, and makes sure that something was told and that something was left out. */
function expectClean(told: readonly string[], ...said: readonly string[]): void {
  const all = told.join('\n');
  for (const text of [hidden, ...said]) expect(all).to.contain(text);
  // What was typed key by key hides the beginning of the others: their ends are looked for as well.
  for (const trace of [sign, 'entered-8ry', 'declared-9sz']) expect(all.toLowerCase()).to.not.contain(trace);
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

  it('is listened for on channels', () => {
    channel('troupe:sent').publish({ session: sign });
    expect(told.diagnostics.join()).to.contain(sign);
  });

  describe('in the log of a server', () => {
    let page: TestPage;
    afterEach(() => page?.close());

    /** A page, whose server's faults are expected. */
    const open = async (url: string): Promise<TestPage> => {
      page = await openPage({ routes, url, logger: told.logger, onError: () => undefined });
      return page;
    };

    it('is not what was typed into a password field, wherever it has gone from there', async () => {
      await open('/');
      await page.type(page.getByLabelText('Password'), typed);
      expect(page.getByRole('status').textContent, 'that it was typed').to.equal(String(typed.length));
      await page.click(page.getByRole('button', { name: 'Log in' }));
      await page.click(page.getByRole('button', { name: `Hint for ${typed.length}` }));
      expect(page.reports.map(({ error }) => (error as Error).message)).to.deep.equal([
        ...[`${typed} is wrong`, `no hint about ${typed}`],
      ]);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], `${hidden} is wrong`, `no hint about ${hidden}`);
    });

    it('is not what was typed into a password field and then changed', async () => {
      await open('/');
      await page.type(page.getByLabelText('Password'), typed);
      await page.click(page.getByRole('button', { name: 'Log in' }));
      await page.clear(page.getByLabelText('Password'));
      await page.type(page.getByLabelText('Password'), `${typed}!`);
      await page.click(page.getByRole('button', { name: 'Log in' }));
      expect(page.reports).to.have.lengthOf(2);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr]);
    });

    it('is not what a form has sent of a password field', async () => {
      await open('/form');
      await page.type(page.getByLabelText('User'), 'ada');
      await page.type(page.getByLabelText('Pin'), entered);
      for (let time = 0; time < 2; time++) await page.click(page.getByRole('button', { name: 'Send' }));
      expect(page.reports.map(({ error }) => (error as Error).message).join()).to.contain(entered);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'ada');
    });

    it('is not in the type of a message that was made of it', async () => {
      await open('/types');
      await page.type(page.getByLabelText('Password'), typed);
      expect(page.getByRole('status').textContent).to.equal(String(typed.length));
      expectClean(told.diagnostics, `typed ${hidden}`);
    });

    it('is not what a component holds in a field it has declared, nor what it gives of it to others', async () => {
      await open('/vault');
      await page.click(page.getByRole('button', { name: 'Open' }));
      await page.click(page.getByRole('button', { name: /Hint/ }));
      expect(page.reports).to.have.lengthOf(2);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'opens nothing', `no hint about ${hidden}`);
    });

    it('is not what a component is given in such a field and nobody has in a state', async () => {
      await open('/giving');
      expect(page.reports).to.have.lengthOf(1);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], `${hidden} begins nothing`);
    });

    it('is not what a logic of XState holds there', async () => {
      await open('/machine');
      await page.click(page.getByRole('button', { name: 'Open' }));
      expect(page.reports.length).to.be.greaterThan(0);
      expectClean([...told.log, ...told.diagnostics, ...told.stderr], 'stops the machine');
    });
  });

  describe('in the log of a server, if a message brings it and fails,', () => {
    let page: TestPage;
    afterEach(() => page?.close());

    for (const [url, name, said] of [
      ['/keys', 'Refused', 'is refused'],
      ['/keys', 'Unshowable', 'cannot be shown'],
      ['/key-machine', 'Refused', 'stops the machine'],
    ] as const) {
      it(`is not what ${said}`, async () => {
        page = await openPage({ routes, url, logger: told.logger, onError: () => undefined });
        await page.click(page.getByRole('button', { name }));
        expect(page.reports.map(({ error }) => (error as Error).message)).to.deep.equal([`${declared} ${said}`]);
        expectClean([...told.log, ...told.diagnostics, ...told.stderr], `${hidden} ${said}`);
      });
    }
  });

  describe('in the inspector and in what it exports', () => {
    let looked: LookedAt;
    afterEach(() => looked?.close());

    const visitors: readonly (readonly [url: string, what: string, visit: (page: TestPage) => Promise<void>])[] = [
      [
        ...(['/', 'typed into a password field'] as const),
        async (page) => {
          await page.type(page.getByLabelText('Password'), typed);
          await page.click(page.getByRole('button', { name: 'Log in' }));
          await page.click(page.getByRole('button', { name: `Hint for ${typed.length}` }));
          await page.type(page.getByLabelText('Password'), '!');
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
        ...(['/vault', 'held in a declared field'] as const),
        async (page) => {
          await page.click(page.getByRole('button', { name: 'Open' }));
          await page.click(page.getByRole('button', { name: /Hint/ }));
        },
      ],
      [...(['/machine', 'held by a logic'] as const), (page) => page.click(page.getByRole('button', { name: 'Open' }))],
      [
        ...(['/keys', 'sent in a declared field'] as const),
        async (page) => {
          for (const name of ['Refused', 'Unshowable']) await page.click(page.getByRole('button', { name }));
        },
      ],
    ];

    for (const [url, what, visit] of visitors) {
      it(`is not what was ${what}, seen as it happens or later, in pages of the inspector or by itself`, async () => {
        looked = await lookAt({ routes, logger: told.logger, onError: () => undefined }, url);
        await visit(looked.page);
        const { id } = looked.seen;
        const desk = { routes: inspector(looked.inspection, { base: '' }).routes, onError: () => undefined };
        const shownPages: string[] = [];
        for (const view of ['messages', 'wire', 'time'] as const) {
          const page = await openPage({ ...desk, url: `/sessions/${id}?view=${view}&actor=%2F` });
          await looked.server.advance(1_000);
          await page.advance(1_000);
          shownPages.push(page.document.documentElement.outerHTML);
          await page.close();
        }
        expect(shownPages.join()).to.contain(id);
        const early = seenOf(looked);
        expectClean([...early, ...shownPages, ...told.log, ...told.diagnostics, ...told.stderr]);
        // Somebody who begins to look now knows no more of it.
        looked.seen.close();
        await looked.server.advance(61_000);
        const again = (await looked.inspection.open(id)) as Inspected;
        expectClean([...seenOf({ ...looked, seen: again }), hidden]);
        again.close();
      });
    }
  });

  describe('in the inspector, where names are expected or another session has it,', () => {
    let looked: LookedAt;
    afterEach(() => looked?.close());

    it('is not a declared field in keys, names of topics and tasks, types and paths', async () => {
      looked = await lookAt({ routes, logger: told.logger, onError: () => undefined }, `/spread/${declared}`);
      await looked.page.click(looked.page.getByRole('button', { name: 'Save' }));
      const { actors } = looked.seen.actors();
      expect(actors[0]?.actors.map(({ name }) => name)).to.include(`kid ${hidden}`);
      // What is told with a secret left out still leads to what it is of.
      const kid = actors[0]?.actors.find(({ kind }) => kind === 'component');
      expect(looked.seen.state(kid?.id ?? '', []).absence).to.equal('');
      expectClean([...seenOf(looked), shown(await looked.inspection.sessions()), ...told.log, ...told.diagnostics]);
      expect(looked.seen.page(1)).to.contain(`<i>${declared.length}</i>`);
    });

    it('is not what was typed elsewhere and came by a shared actor or a topic, under any name', async () => {
      const given = { routes, actors: { safe }, logger: told.logger, onError: () => undefined };
      looked = await lookAt(given, '/reader');
      const around = await looked.open('/around');
      await around.type(around.getByLabelText('Password'), typed);
      const handOver = (): Promise<void> => around.click(around.getByRole('button', { name: 'Hand over' }));
      await handOver();
      // Before anybody has looked at the actor that has it, or it has failed.
      expectClean([looked.seen.export(), shown(looked.seen.log({})), shown(whole(looked.seen, '/', undefined))]);
      await handOver();
      expect(Number(looked.page.document.querySelector('output')?.textContent)).to.be.above(2);
      expectClean([...seenOf(looked), ...told.log, ...told.diagnostics], `${hidden} is kept already`);
      const others = await looked.inspection.sessions({ text: 'around' });
      const seen = (await looked.inspection.open(others.sessions[0]?.id ?? '')) as Inspected;
      expectClean([...seenOf({ ...looked, seen })]);
      seen.close();
    });
  });

  describe('of a server without a log', () => {
    let listening: Listening;
    const listen = async (options: Partial<ServerOptions> = {}): Promise<string> => {
      const given = { routes, clientScript: 'void 0;', secret: 'a secret for a canary', development: true };
      listening = await createServer({ ...given, ...options }).listen(0, '127.0.0.1');
      return `http://127.0.0.1:${listening.port}`;
    };
    afterEach(() => listening?.close());

    /** Waits until so much was printed. */
    const printed = async (lines: number): Promise<void> => {
      while (told.stderr.length < lines) await new Promise((resolve) => setTimeout(resolve, 1));
    };

    it('is not on stderr', async () => {
      const origin = await listen();
      const { socket } = await join(await getPage(`${origin}/`));
      // The root has a property, two events, a text and a component; the second instance is that one's.
      socket.send(
        pack([
          ClientKind.Events,
          [
            [1, 1, [typed]],
            [1, 2],
          ],
        ])
      );
      await printed(1);
      socket.close();
      const vault = await join(await getPage(`${origin}/vault`));
      vault.socket.send(pack([ClientKind.Events, [[1, 0]]]));
      await printed(2);
      vault.socket.close();
      expectClean(told.stderr, `${hidden} is wrong`, `${hidden} opens nothing`, 'of session');
    });

    it('is not on the page that shows an error in development', async () => {
      const answer = await fetch(`${await listen()}/broken`);
      expect(answer.status).to.equal(500);
      expectClean([await answer.text(), ...told.stderr], `nothing to show of ${hidden}`);
    });

    it('is what onError of the application gets, which is for it to keep', async () => {
      const errors: unknown[] = [];
      await fetch(`${await listen({ onError: ({ error }) => errors.push(error), logger: told.logger })}/broken`);
      expect((errors[0] as Error).message).to.contain(declared);
      expectClean([...told.log, ...told.stderr], `nothing to show of ${hidden}`);
    });
  });
});
