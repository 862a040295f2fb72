import { expect } from 'chai';
import { component, type EventData, html } from 'troupe';
import { assign, setup } from 'xstate';
import type { ActorView, Inspected, LogEntry } from '../../../runtime/inspect/inspection.js';
import { decodeRecording } from '../../../runtime/recording/recording-file.js';
import { memory } from '../../../runtime/store/memory.js';
import { TestServer } from '../../../runtime/testing/test-server.js';
import { room, routes } from '../../fixtures/inspected-pages.js';
import { type LookedAt, lookAt } from '../../fixtures/looked-at.js';

const idsIn = (actor: ActorView): readonly string[] => [actor.id, ...actor.actors.flatMap(idsIn)];

const inWords = ({ from, type, to, cause }: LogEntry): string =>
  `${from} ${type} ${to}${cause === 0 ? '' : ` (${cause})`}`;

describe('inspected session', () => {
  let looked: LookedAt;

  const start = async (url = '/', onError?: () => void): Promise<LookedAt> => {
    looked = await lookAt({ routes, actors: { room }, ...(onError && { onError }) }, url);
    return looked;
  };
  const press = (name: string): Promise<void> => looked.page.click(looked.page.getByRole('button', { name }));
  const log = (): readonly LogEntry[] => looked.seen.log({}).entries;
  const first = '/item%20string%20one';

  afterEach(() => looked.close());

  describe('actors', () => {
    it('are the session, its components with what they have declared, and the shared actors they listen to', async () => {
      const { seen } = await start();
      expect(idsIn(seen.actors())).to.deep.equal([
        'session',
        '/',
        '/#every 1000 ticked',
        '/#shared room',
        first,
        '@room',
      ]);
      const [page, shared] = seen.actors().actors;
      expect(page).to.include({ kind: 'component', name: 'list', status: 'active', mailbox: 0, errors: 0 });
      expect(shared).to.include({ kind: 'shared', name: 'room', status: 'active' });
    });

    it('come and go with what the page shows', async () => {
      const { seen } = await start();
      await press('add');
      expect(idsIn(seen.actors())).to.include('/item%20string%20no%202');
      await press('close one');
      expect(idsIn(seen.actors())).to.not.include(first);
    });

    it('grow older, and say how often they have failed and what they said last', async () => {
      const { server, seen } = await start('/', () => undefined);
      await server.advance(2_000);
      await press('fail');
      const [page] = seen.actors().actors;
      expect(page).to.include({ age: 2_000, errors: 1, lastError: 'it is broken' });
    });
  });

  describe('the log', () => {
    it('says who sent what to whom and what it follows from', async () => {
      await start();
      await press('add');
      await press('close no 2');
      expect(log().map(inWords)).to.deep.equal([
        'browser added /',
        '/ counted / (1)',
        '/ told topic news (1)',
        'browser closed /item%20string%20no%202',
        '/item%20string%20no%202 itemClosed / (4)',
      ]);
      expect(log().map(({ causedBy }) => causedBy)).to.deep.equal([
        'click on button',
        '#1 added',
        '#1 added',
        'click on button',
        '#4 closed',
      ]);
    });

    it('says how long each took, in which step, and how many bytes the frame had that tells of it', async () => {
      const { seen } = await start();
      await press('add');
      const [added, counted] = log() as [LogEntry, LogEntry];
      expect(added.update).to.be.above(0);
      expect(added.view).to.be.above(0);
      expect(added.diff).to.be.above(0);
      expect([added.step, counted.step]).to.deep.equal([1, 2]);
      const patches = seen.wire({}).entries.filter(({ kind }) => kind === 'patch');
      expect([added.bytes, counted.bytes]).to.deep.equal([patches[0]?.bytes, patches[0]?.bytes]);
    });

    it('has messages of timers and shared actors, and what went wrong over one', async () => {
      const { server } = await start('/', () => undefined);
      await server.advance(1_000);
      await press('fail');
      expect(log().map(inWords)).to.deep.equal(['/#every 1000 ticked ticked /', 'browser failed /']);
      expect(log().map(({ error }) => error)).to.deep.equal(['', 'it is broken']);
    });

    it('has what happens within a statechart by itself, and its messages once', async () => {
      const { server } = await start('/light');
      await press('press');
      await press('press');
      await server.advance(3_000);
      const entries = log();
      expect(entries.map(({ from, to }) => `${from} ${to}`)).to.deep.equal(['browser /', 'browser /', '/ /']);
      expect(entries[2]).to.include({ type: 'after 3000 ms', causedBy: 'after 3000 ms' });
      expect([entries[2]?.view, entries[2]?.bytes]).to.satisfy((figures: number[]) =>
        figures.every((figure) => figure > 0)
      );
      expect(entries.map(({ step }) => step)).to.deep.equal([1, 2, 3]);
    });

    it('is filtered by actor and type, and given in pieces', async () => {
      const { seen } = await start();
      for (let index = 0; index < 5; index++) await press('add');
      expect(seen.log({ actor: 'browser' }).entries.map(({ type }) => type)).to.deep.equal(Array(5).fill('added'));
      expect(seen.log({ type: 'OUNT' }).found).to.equal(5);
      const piece = seen.log({ skip: 3, most: 2 });
      expect(piece).to.deep.include({ found: 15, skipped: 3 });
      expect(piece.entries.map(({ number }) => number)).to.deep.equal([4, 5]);
      expect(seen.log({ most: 2 }).entries.map(({ number }) => number)).to.deep.equal([14, 15]);
    });
  });

  it('tells the wire in words', async () => {
    const { seen } = await start();
    await press('add');
    const frames = seen.wire({}).entries.map(({ direction, kind, words }) => `${direction} ${kind}: ${words[0]}`);
    expect(frames[0]).to.match(/^up events: click on <button> \d+\.0$/);
    expect(frames[1]).to.match(/^down patch: in <output> \d+\.2: 1$/);
  });

  describe('time', () => {
    it('goes back and forth: states and page are as they were', async () => {
      const { seen, page } = await start();
      await press('add');
      await press('add');
      const before = page.document.querySelector('output')?.textContent;
      expect(seen.history()).to.deep.equal({ first: 1, last: 4 });
      const countAt = (step: number): string | undefined =>
        seen.state('/', [], step).rows.find(({ path }) => path === '.count')?.text;
      expect([0, 1, 2, 3, 4].map(countAt)).to.deep.equal(['0', '0', '1', '1', '2']);
      expect(seen.page(0)).to.not.include('no 2');
      expect(seen.page(1)).to.include('no 2').and.not.include('no 3');
      expect(seen.page(4)).to.include('no 3');
      expect(seen.step(2)?.messages).to.deep.equal([{ to: 'list', type: 'counted' }]);
      // To look back has changed nothing.
      await looked.page.rest();
      expect(page.document.querySelector('output')?.textContent).to.equal(before);
      expect(seen.history().last).to.equal(4);
    });

    it('has statecharts as they were', async () => {
      const { seen } = await start('/light');
      await press('press');
      await press('press');
      expect([0, 1, 2].map((step) => seen.chart('/', step)?.active)).to.deep.equal([
        ['light.red'],
        ['light.green'],
        ['light.red'],
      ]);
      expect(seen.page(1)).to.include('green');
    });

    it('has pages that are whole documents in which nothing can be done', async () => {
      const { seen } = await start();
      const page = seen.page(0);
      expect(page)
        .to.match(/^<!doctype html>/i)
        .and.include('<div id="troupe" inert');
      expect(page).to.not.include('<script').and.not.include('data-troupe-token');
    });
  });

  it('exports a recording that is the history', async () => {
    const { seen } = await start();
    await press('add');
    const recording = decodeRecording(seen.export());
    expect(recording.session).to.equal(seen.id);
    expect(recording.first.root.state).to.deep.include({ titles: ['one'] });
    expect(recording.steps.map(({ messages }) => messages.map(({ message }) => message.type))).to.deep.equal([
      ['added'],
      ['counted'],
    ]);
    expect(recording.steps[0]?.effects.map(({ kind }) => kind)).to.deep.equal(['raise', 'publish']);
  });

  describe('secrets', () => {
    type Message = { type: 'typed'; text: string };
    const Door = component({
      name: 'door',
      secret: ['pin', 'text'],
      init: () => ({ pin: 'canary-pin-1', text: '' }),
      update: (model, { text }: Message) => ({ ...model, text }),
      view: ({ pin, text }) => html<Message>`<p>${pin}</p>
        <label>Word <input type="password" .value=${text} @input=${({ value }: EventData) => ({ type: 'typed' as const, text: value })}></label>`,
    });

    const Free = component({
      name: 'free',
      init: () => ({ text: '' }),
      update: (_model, { text }: Message) => ({ text }),
      view: ({ text }) => html<Message>`<label>Word <input .value=${text}
        @input=${({ value }: EventData) => ({ type: 'typed' as const, text: value })}></label>`,
    });

    it('of declared fields are shown nowhere, nor is the data of events of a password field', async () => {
      looked = await lookAt({ routes: { '/': Door } });
      const { page, seen } = looked;
      await page.type(page.getByLabelText('Word'), 'canary-word');
      const out = JSON.stringify([
        seen.state('/', []),
        seen.state('/', [], 1),
        seen.log({}),
        seen.wire({}),
        seen.page(),
        seen.page(3),
        seen.export(),
      ]);
      expect(out).to.not.include('canary').and.not.include('anary-w');
      expect(seen.state('/', []).rows.filter(({ kind }) => kind === 'secret')).to.have.length(2);
      expect(seen.log({}).entries.map(({ message }) => message)).to.include('{"type":"typed","text":"[secret]"}');
      expect(seen.wire({}).entries.flatMap(({ words }) => words)).to.include('input on <input> 1.2: [secret]');
    });

    it('of one session do not hide the same text in others, nor in the same one under a name that is not declared', async () => {
      looked = await lookAt({ routes: { '/': Door, '/free': Free } });
      const { page, seen } = looked;
      await page.type(page.getByLabelText('Word'), 'canary-word');
      const other = await looked.open('/free');
      await other.type(other.getByLabelText('Word'), 'canary-word');
      const { sessions } = await looked.inspection.sessions({ text: 'free' });
      const free = (await looked.inspection.open(sessions[0]?.id ?? '')) as Inspected;
      expect(JSON.stringify(free.state('/', []))).to.include('canary-word');
      expect(JSON.stringify(seen.state('/', []))).to.not.include('canary');
      free.close();
    });

    it('are hidden in frames and in long lists', async () => {
      const long = `canary-${'x'.repeat(400)}`;
      type Shown = { type: 'shown' };
      const Long = component({
        name: 'long',
        secret: ['jwt'],
        init: () => ({
          jwt: long,
          isShown: false,
          rows: Array.from({ length: 300 }, (_, id) => ({ id, jwt: `canary-${id}-` })),
        }),
        update: (model, _message: Shown) => ({ ...model, isShown: true }),
        view: ({ jwt, isShown, rows }) => html<Shown>`<b title=${isShown && jwt}></b>
          <button @click=${{ type: 'shown' }}>show</button>
          ${isShown && rows.map((row) => html<Shown>`<p>${row.jwt}</p>`)}`,
      });
      looked = await lookAt({ routes: { '/': Long } });
      await press('show');
      expect(
        JSON.stringify([looked.seen.wire({}), looked.seen.export(), looked.seen.state('/', ['.rows'])])
      ).to.not.include('canary');
    });

    it('of a message and of the context of a statechart are hidden by their name', async () => {
      type Go = { type: 'go'; apiKey: string };
      const keeping = setup({ types: {} as { context: { apiKey: string }; events: Go } }).createMachine({
        context: { apiKey: '' },
        on: { go: { actions: assign({ apiKey: ({ event }) => event.apiKey }) } },
      });
      const Keeping = component({
        name: 'keeping',
        secret: ['apiKey'],
        logic: keeping,
        view: () => html<Go>`<button @click=${{ type: 'go', apiKey: 'canary-key' }}>go</button>`,
      });
      looked = await lookAt({ routes: { '/': Keeping } });
      await press('go');
      expect(
        JSON.stringify([looked.seen.state('/', ['.context']), looked.seen.export(), looked.seen.log({})])
      ).to.not.include('canary');
    });

    it('of a child of a stored session are hidden, and so is the whole state of a child that is not shown', async () => {
      const Inner = component({
        name: 'inner',
        secret: ['pin'],
        init: () => ({ pin: 'canary-pin', text: 'shown' }),
        update: (model, _message: Message) => model,
        view: () => html<Message>`<p></p>`,
      });
      const outer = (isShown: boolean) =>
        component({
          name: 'outer',
          init: () => ({ count: 0 }),
          update: (model, _message: Message) => ({ count: model.count + 1 }),
          view: () => html<Message>`<button @click=${{ type: 'typed', text: '' }}>go</button>
            ${isShown && Inner({ key: 1 })}`,
        });
      const store = memory({});
      const stored = await lookAt({ routes: { '/': outer(true) }, store, grace: 1_000 });
      await stored.page.click(stored.page.getByRole('button', { name: 'go' }));
      const { id } = stored.seen;
      stored.page.disconnect();
      await stored.server.advance(10_000);
      await stored.close();
      for (const isShown of [true, false]) {
        const server = new TestServer({ routes: { '/': outer(isShown) }, store });
        const seen = (await server.site.liveInspection.open(id)) as Inspected;
        const actor = seen.actors().actors[0]?.actors[0]?.id ?? '';
        const text = JSON.stringify(seen.state(actor, []));
        expect(text).to.not.include('canary');
        expect(text.includes('shown')).to.equal(isShown);
        seen.close();
        server.site.liveInspection.close();
      }
    });
  });
});
