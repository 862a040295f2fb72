import { expect } from 'chai';
import { type AnyMessage, component, type Enqueue, type EventData, every, html, repeat, shared, topic } from 'troupe';
import * as testing from 'troupe/testing';
import { openPage, type TestPage } from 'troupe/testing';
import { fromTransition, setup } from 'xstate';
import type { PageProps } from '../../../runtime/component/component.js';

// COMPONENTS ------------------------------------------------------------------

type CounterMessage = { type: 'incremented' } | { type: 'decremented' };

const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: ({ count }, { type }: CounterMessage) => ({ count: type === 'incremented' ? count + 1 : count - 1 }),
  view: ({ count }) => html<CounterMessage>`
    <button @click=${{ type: 'decremented' }}>-</button>
    <output>${count}</output>
    <button @click=${{ type: 'incremented' }}>+</button>`,
});

type ListMessage =
  | { type: 'typed'; draft: string }
  | { type: 'added' }
  | { type: 'moved' }
  | { type: 'removed'; id: number };

interface ListModel {
  readonly draft: string;
  readonly items: readonly { readonly id: number; readonly title: string }[];
}

const List = component({
  name: 'list',
  init: (): ListModel => ({ draft: '', items: [] }),
  update: (model, message: ListMessage): ListModel => {
    if (message.type === 'typed') return { ...model, draft: message.draft };
    if (message.type === 'moved') return { ...model, items: model.items.toReversed() };
    if (message.type === 'removed') return { ...model, items: model.items.filter(({ id }) => id !== message.id) };
    return { draft: '', items: [...model.items, { id: model.items.length + 1, title: model.draft }] };
  },
  view: ({ draft, items }) => html<ListMessage>`
    <form @submit=${{ type: 'added' }}>
      <label>Title <input .value=${draft} @input=${({ value }: EventData) => ({ type: 'typed' as const, draft: value })}></label>
    </form>
    <button @click=${{ type: 'moved' }}>Turn round</button>
    <ul>${repeat(
      items,
      ({ id }) => id,
      ({ id, title }) => html<ListMessage>`<li>${title} <button @click=${{ type: 'removed', id }}>x</button></li>`
    )}</ul>`,
});

type FormMessage = { type: 'sent'; entries: EventData['entries'] };

const Form = component({
  name: 'form',
  init: () => ({ told: '' }),
  update: (_model, { entries }: FormMessage) => ({ told: JSON.stringify(entries) }),
  view: ({ told }) => html<FormMessage>`
    <form @submit=${({ entries }: EventData) => ({ type: 'sent' as const, entries })}>
      <input name="name" aria-label="Name" required>
      <select name="size" aria-label="Size" multiple><option>small</option><option>large</option></select>
      <textarea name="text" aria-label="Text"></textarea>
      <button name="way" value="fast">Fast</button>
      <button name="way" value="slow">Slow</button>
    </form>
    <output>${told}</output>`,
});

type ItemMessage = { type: 'toggled' } | { type: 'renamed'; title: string };

const Item = component({
  name: 'item',
  init: ({ title }: { title: string }) => ({ title, isOpen: false }),
  update: (model, message: ItemMessage, enqueue: Enqueue<ItemMessage, { type: 'itemToggled'; isOpen: boolean }>) => {
    if (message.type === 'renamed') return { ...model, title: message.title };
    enqueue.parent({ type: 'itemToggled', isOpen: !model.isOpen });
    return { ...model, isOpen: !model.isOpen };
  },
  received: (model, { title }) => ({ ...model, title }),
  view: ({ title, isOpen }) =>
    html<ItemMessage>`<button aria-expanded=${isOpen ? 'true' : 'false'} @click=${{ type: 'toggled' }}>${title}</button>`,
});

const Light = component({
  name: 'light',
  logic: setup({ types: {} as { events: { type: 'pressed' } } }).createMachine({
    initial: 'red',
    states: {
      red: { on: { pressed: 'waiting' } },
      waiting: { after: { 2000: 'green' } },
      green: { after: { 10000: 'red' } },
    },
  }),
  view: (snapshot) => html<{ type: 'pressed' }>`<button @click=${{ type: 'pressed' }}>${snapshot.value}</button>`,
});

const roomLogic = fromTransition(
  (posts: readonly string[], { text }: { type: 'posted'; text: string }) => [...posts, text],
  [] as readonly string[]
);

type ChatMessage =
  | { type: 'roomChanged'; posts: readonly string[] }
  | { type: 'said'; text: string }
  | { type: 'rang'; tone: string };

const Chat = component({
  name: 'chat',
  init: () => ({ posts: [] as readonly string[], tone: '' }),
  update: (model, message: ChatMessage, enqueue: Enqueue<ChatMessage>) => {
    if (message.type === 'roomChanged') return { ...model, posts: message.posts };
    if (message.type === 'rang') return { ...model, tone: message.tone };
    enqueue.send('room', { type: 'posted', text: message.text });
    return model;
  },
  subscriptions: (_model) => [
    shared('room', ({ context }: { context: readonly string[] }) => ({ type: 'roomChanged' as const, posts: context })),
    topic<ChatMessage>('bell'),
  ],
  view: ({ posts, tone }) => html<ChatMessage>`
    <input aria-label="Say" @change=${({ value }: EventData) => ({ type: 'said' as const, text: value })}>
    <p>${posts.join(', ')}</p> <b>${tone}</b>`,
});

type FaultyMessage = { type: 'broken' } | { type: 'hidden' };

const Faulty = component({
  name: 'faulty',
  init: () => ({ isShown: true }),
  update: (model, { type }: FaultyMessage) => {
    if (type === 'hidden') return { isShown: false };
    throw new Error(`cannot take ${JSON.stringify(model)}`);
  },
  view: ({ isShown }) => {
    if (!isShown) throw new Error('cannot show that');
    return html<FaultyMessage>`
      <button @click=${{ type: 'broken' }}>Break</button><button @click=${{ type: 'hidden' }}>Hide</button>`;
  },
});

const Place = component({
  name: 'place',
  init: ({ path, browser, params }: PageProps) => ({ path, browser, id: params['id'] ?? '' }),
  update: (model, _message: AnyMessage) => model,
  view: ({ path, browser, id }) => html<never>`<h1>${path} ${id}</h1><i>${browser}</i><a href="/users/7">Seven</a>`,
});

const Clock = component({
  name: 'clock',
  init: () => ({ ticks: 0 }),
  update: ({ ticks }, _message: { type: 'ticked' }) => ({ ticks: ticks + 1 }),
  subscriptions: (_model) => [every(10, { type: 'ticked' })],
  view: ({ ticks }) => html`<time>${ticks}</time>`,
});

// SPECS -----------------------------------------------------------------------

describe('testing', () => {
  const open: TestPage[] = [];
  const kept = <Page extends TestPage>(page: Page): Page => {
    open.push(page);
    return page;
  };

  afterEach(async () => {
    for (const page of open.splice(0)) await page.abandon();
  });

  it('offers one function', () => {
    expect(Object.keys(testing)).to.deep.equal(['openPage']);
  });

  describe('a user', () => {
    it('clicks, and the page is what the server made of it', async () => {
      const page = kept(await openPage(Counter));
      expect(page.html().replaceAll(/\s+/g, ' ')).to.equal('<button>-</button> <output>0</output> <button>+</button>');
      await page.click(page.getByRole('button', { name: '+' }));
      await page.doubleClick(page.getByRole('button', { name: '+' }));
      await page.click(page.getByRole('button', { name: '-' }));
      expect(page.text()).to.equal('- 2 +');
      expect(page.connection).to.equal('live');
      await page.close();
    });

    it('types and presses Enter, which submits the form', async () => {
      const page = kept(await openPage(List));
      await page.type(page.getByLabelText('Title'), 'first{Enter}');
      await page.type(page.getByLabelText('Title'), 'second{Enter}');
      expect(page.getAllByRole('listitem').map(({ textContent }) => textContent)).to.deep.equal([
        'first x',
        'second x',
      ]);
      expect(page.getByLabelText<HTMLInputElement>('Title').value).to.equal('');
    });

    it('fills in a form; what its fields and its button hold arrives', async () => {
      const page = kept(await openPage(Form));
      await page.click(page.getByRole('button', { name: 'Fast' }));
      expect(page.getByRole('status').textContent, 'a required field is empty').to.equal('');
      await page.type(page.getByLabelText('Name'), 'Ada');
      await page.type(page.getByLabelText('Text'), 'one{Enter}two');
      await page.select(page.getByLabelText('Size'), ['small', 'large']);
      await page.click(page.getByRole('button', { name: 'Slow' }));
      expect(JSON.parse(page.getByRole('status').textContent ?? '')).to.deep.equal([
        ['name', 'Ada'],
        ['size', 'small'],
        ['size', 'large'],
        ['text', 'one\ntwo'],
        ['way', 'slow'],
      ]);
      await page.clear(page.getByLabelText('Text'));
      await page.submit(page.getByLabelText('Name').closest('form') as Element, page.getByText('Fast'));
      expect(page.text()).to.include('["text",""],["way","fast"]');
    });

    it('rejects when an element has left the page', async () => {
      const page = kept(await openPage(List));
      await page.type(page.getByLabelText('Title'), 'gone{Enter}');
      const button = page.getByRole('button', { name: 'x' });
      await page.click(button);
      const failure = await page.click(button).catch((error: Error) => error.message);
      expect(failure).to.match(/find it again/);
    });

    it('follows a link to another page of the site', async () => {
      const page = kept(await openPage({ routes: { '/': Place, '/users/:id': Place } }));
      await page.click(page.getByText('Seven'));
      expect(page.url).to.equal('/users/7');
      expect(page.getByRole('heading').textContent).to.equal('/users/7 7');
      expect(page.connection).to.equal('live');
    });
  });

  describe('a page', () => {
    it('is adopted: no node is made anew', async () => {
      const page = kept(await openPage(Counter, { start: false }));
      const nodes = [...page.root.querySelectorAll('*')];
      expect(page.connection).to.equal('');
      await page.start();
      await page.click(page.getByText('+'));
      expect(page.text()).to.equal('- 1 +');
      expect([...page.root.querySelectorAll('*')]).to.deep.equal(nodes);
    });

    it('keeps the nodes of keyed rows that move', async () => {
      const page = kept(await openPage(List));
      for (const title of ['one', 'two', 'three']) await page.type(page.getByLabelText('Title'), `${title}{Enter}`);
      const [one, two, three] = page.getAllByRole('listitem');
      await page.click(page.getByText('Turn round'));
      expect(page.getAllByRole('listitem')).to.deep.equal([three, two, one]);
    });

    it('shows a component with props as another would, which hears of what it sends', async () => {
      const page = kept(await openPage(Item, { props: { title: 'Milk' } }));
      await page.click(page.getByRole('button', { name: 'Milk', expanded: false }));
      expect(page.sent).to.deep.equal([{ type: 'itemToggled', isOpen: true }]);
      await page.give({ title: 'Bread' });
      expect(page.getByRole('button', { expanded: true }).textContent).to.equal('Bread');
    });

    it('takes the props of its component and no others', () => {
      const never = (): unknown => [
        // @ts-expect-error a misspelt prop
        openPage(Item, { props: { titel: 'Milk' } }),
        // @ts-expect-error no props at all
        openPage(Item),
        // @ts-expect-error no such option
        openPage(Counter, { tempo: 2 }),
        openPage(Place),
      ];
      expect(never).to.be.a('function');
    });

    it('tells what was typed before the client was there', async () => {
      const page = kept(await openPage(List, { start: false }));
      await page.type(page.getByLabelText('Title'), 'early');
      await page.start();
      expect(page.getByLabelText<HTMLInputElement>('Title').value).to.equal('early');
      await page.press('{Enter}');
      expect(page.getByRole('listitem').textContent).to.equal('early x');
    });

    it('can be one of a site that has not got another', async () => {
      const failure = await openPage({ routes: { '/': Counter }, url: '/nowhere' }).catch((error: Error) => error);
      expect(failure)
        .to.be.an('error')
        .with.property('message')
        .that.matches(/no page at \/nowhere: .* 404/);
    });

    it('goes on with its session over a reload, and sends what was on its way', async () => {
      const page = kept(await openPage(Counter));
      await page.click(page.getByText('+'));
      page.hold();
      page.disconnect();
      await page.click(page.getByText('+'));
      expect(page.root.getAttribute('data-troupe-pending')).to.equal('1');
      page.release();
      await page.reconnect();
      await page.reload();
      expect(page.text()).to.equal('- 2 +');
      expect(page.root.getAttribute('data-troupe-pending')).to.equal(null);
    });

    it('keeps its browser over a reload, and shares it with a tab but not with another browser', async () => {
      const page = kept(await openPage({ routes: { '/': Place } }));
      const browser = (of: TestPage): string => of.root.querySelector('i')?.textContent ?? '';
      const first = browser(page);
      await page.reload();
      expect(browser(page)).to.equal(first);
      expect(browser(kept(await page.newTab()))).to.equal(first);
      expect(browser(kept(await page.newPage()))).to.not.equal(first);
    });

    it('takes messages from the host program', async () => {
      const page = kept(await openPage(Counter));
      await page.send({ type: 'incremented' });
      expect(page.text()).to.equal('- 1 +');
    });
  });

  describe('time', () => {
    it('passes when the test moves it, for statecharts', async () => {
      const page = kept(await openPage(Light));
      await page.click(page.getByRole('button'));
      await page.advance(1_999);
      expect(page.text()).to.equal('waiting');
      await page.advance(1);
      expect(page.text()).to.equal('green');
      await page.advance(10_000);
      expect(page.text()).to.equal('red');
    });

    it('stops at each timer on the way', async () => {
      const page = kept(await openPage(Clock));
      await page.advance(1_000);
      expect(page.text()).to.equal('100');
    });

    it('keeps a quiet connection, for hours', async () => {
      const page = kept(await openPage(Counter));
      await page.advance(7_200_000);
      await page.click(page.getByText('+'));
      expect(page.text()).to.equal('- 1 +');
    });

    it('is the same in the browser', async () => {
      const page = kept(await openPage(Counter, { now: 86_400_000 }));
      await page.advance(500);
      expect(page.window.Date.now()).to.equal(86_400_500);
    });
  });

  describe('the connection', () => {
    it('is lost and comes back; what was done meanwhile arrives once', async () => {
      const page = kept(await openPage(Counter));
      await page.click(page.getByText('+'));
      page.disconnect();
      expect(page.connection).to.equal('offline');
      await page.click(page.getByText('+'));
      await page.click(page.getByText('+'));
      await page.advance(3_000);
      expect(page.text()).to.equal('- 1 +');
      await page.reconnect();
      expect(page.text()).to.equal('- 3 +');
      page.disconnect();
      await page.reconnect();
      expect(page.text()).to.equal('- 3 +');
      expect(page.connection).to.equal('live');
    });

    it('loses what is on its way, and that is made up for', async () => {
      const page = kept(await openPage(Counter));
      page.hold();
      await page.click(page.getByText('+'));
      page.disconnect();
      await page.release();
      await page.reconnect();
      expect(page.text()).to.equal('- 1 +');
    });

    it('is slow, and the page shows what it is to show until the answer', async () => {
      const Shop = component({
        name: 'shop',
        init: () => ({ paid: 0 }),
        update: ({ paid }, _message: { type: 'paid' }) => ({ paid: paid + 1 }),
        view: ({ paid }) => html<{ type: 'paid' }>`<button @click=${{ type: 'paid' }} class="big"
          pending:disabled pending:class="busy" pending:text="Paying…">Paid ${paid}</button>`,
      });
      const page = kept(await openPage(Shop));
      page.hold();
      await page.doubleClick(page.getByRole('button'));
      const button = page.getByRole<HTMLButtonElement>('button');
      expect([page.text(), button.disabled, button.className]).to.deep.equal(['Paying…', true, 'big busy']);
      await page.release();
      expect([page.text(), button.disabled, button.className]).to.deep.equal(['Paid 1', false, 'big']);
      await page.click(button);
      expect(page.text()).to.equal('Paid 2');
    });

    it('of one page is held back without the other', async () => {
      const page = kept(await openPage(Chat, { actors: { room: roomLogic } }));
      const other = kept(await page.newPage());
      page.hold();
      await page.sendTo('room', { type: 'posted', text: 'one' });
      await page.sendTo('room', { type: 'posted', text: 'two' });
      expect([page.text(), other.text()]).to.deep.equal(['', 'one, two']);
      await page.release();
      expect(page.text()).to.equal('one, two');
    });

    it('comes back to a session that was stored meanwhile, and nothing is lost', async () => {
      const page = kept(await openPage(Counter, { grace: 1_000 }));
      await page.click(page.getByText('+'));
      let dropped: unknown;
      page.root.addEventListener('troupe:restored', (event) => {
        dropped = (event as CustomEvent).detail.dropped;
      });
      page.disconnect();
      await page.click(page.getByText('+'));
      await page.advance(2_000);
      await page.reconnect();
      expect(page.text()).to.equal('- 2 +');
      expect(dropped).to.equal(0);
    });

    it('gives way to a new session when the old one is gone', async () => {
      const page = kept(await openPage(Counter, { grace: 1_000, sessionLifetime: 1_000, onError: () => undefined }));
      await page.click(page.getByText('+'));
      let dropped: unknown;
      page.root.addEventListener('troupe:fresh', (event) => {
        dropped = (event as CustomEvent).detail.dropped;
      });
      page.disconnect();
      await page.click(page.getByText('+'));
      await page.advance(3_000);
      await page.reconnect();
      expect(page.text(), 'of the two, the one that the session has not processed').to.equal('- 1 +');
      expect(dropped).to.equal(1);
    });

    it('holds frames back; nothing the user types is lost', async () => {
      const page = kept(await openPage(List));
      page.hold();
      await page.type(page.getByLabelText('Title'), 'held');
      await page.type(page.getByLabelText('Title'), ' back');
      expect(page.getByLabelText<HTMLInputElement>('Title').value).to.equal('held back');
      await page.type(page.getByLabelText('Title'), '{Enter}');
      expect(page.queryAllByRole('listitem')).to.have.length(0);
      await page.release();
      expect(page.getByRole('listitem').textContent).to.equal('held back x');
      expect(page.getByLabelText<HTMLInputElement>('Title').value).to.equal('');
    });
  });

  describe('pages', () => {
    it('of one server see the same shared actor and hear the same topics', async () => {
      const page = kept(await openPage(Chat, { actors: { room: roomLogic } }));
      await page.type(page.getByLabelText('Say'), 'hello');
      await page.act((user) => user.tab());
      const other = kept(await page.newPage());
      expect(other.text()).to.equal('hello');
      await other.type(other.getByLabelText('Say'), 'hi');
      await other.act((user) => user.tab());
      await page.publish('bell', { type: 'rang', tone: 'c' });
      await page.sendTo('room', { type: 'posted', text: 'bye' });
      expect(page.text()).to.equal('hello, hi, bye c');
      expect(other.text()).to.equal('hello, hi, bye c');
    });

    it('of two servers have nothing in common', async () => {
      const [page, other] = await Promise.all([openPage(Counter), openPage(Counter)]);
      kept(page);
      kept(other);
      await Promise.all([page.click(page.getByText('+')), other.click(other.getByText('-'))]);
      expect([page.text(), other.text()]).to.deep.equal(['- 1 +', '- -1 +']);
      expect(page.window).to.not.equal(other.window);
      expect(page.window.Array).to.not.equal(other.window.Array);
    });

    it('can be many at once', async () => {
      const pages = await Promise.all(Array.from({ length: 20 }, () => openPage(Counter)));
      for (const page of pages) kept(page);
      await Promise.all(pages.slice(0, 10).map((page) => page.click(page.getByText('+'))));
      expect(pages.map((page) => page.text())).to.deep.equal([
        ...Array<string>(10).fill('- 1 +'),
        ...Array<string>(10).fill('- 0 +'),
      ]);
    });

    it('leave the globals of the process alone', async () => {
      const before = Object.getOwnPropertyNames(globalThis);
      const page = kept(await openPage(Counter));
      await page.click(page.getByText('+'));
      await page.close();
      expect(Object.getOwnPropertyNames(globalThis)).to.deep.equal(before);
      expect('window' in globalThis || 'document' in globalThis).to.equal(false);
    });
  });

  describe('a fault', () => {
    it('fails the action that led to it, once', async () => {
      const page = kept(await openPage(Faulty));
      const failure = await page.click(page.getByText('Break')).catch((error: Error) => error);
      expect(failure).to.be.an('error').with.property('message', 'update of faulty: cannot take {"isShown":true}');
      expect((failure as Error).cause).to.be.an('error');
      expect(await page.click(page.getByText('Hide')).catch((error: Error) => error.message)).to.equal(
        'view of faulty: cannot show that'
      );
      expect(page.reports.map(({ code }) => code)).to.deep.equal(['update', 'view']);
      await page.close();
    });

    it('goes to onError, if that is given, and rejects nothing', async () => {
      const told: unknown[] = [];
      const page = kept(await openPage(Faulty, { onError: ({ code, component: name }) => told.push([code, name]) }));
      await page.click(page.getByText('Break'));
      expect(told).to.deep.equal([['update', 'faulty']]);
      await page.close();
    });

    it("of the browser's console counts, too, at the end if not before", async () => {
      const page = kept(await openPage(Counter));
      page.window.console.error('it', 'hurts');
      expect(await page.close().catch((error: Error) => error.message)).to.equal('browser: it hurts');
    });

    it('of the very first render fails the opening', async () => {
      const Broken = component({
        name: 'broken',
        init: (): object => {
          throw new Error('no start');
        },
        update: (model, _message: AnyMessage) => model,
        view: () => html`<p>never</p>`,
      });
      const failure = await openPage(Broken).catch((error: Error) => error.message);
      expect(failure).to.match(/no start/);
    });
  });

  it('leaves nothing running when it is closed', async () => {
    // By now the runner has set its own timer for this test.
    await Promise.resolve();
    const before = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate');
    const listeners = process.eventNames().map((name) => process.listenerCount(name));
    const page = kept(await openPage(Chat, { actors: { room: roomLogic } }));
    const other = await page.newPage();
    await page.act((user) => user.tab());
    const { window } = page;
    await page.close();
    await other.close();
    expect(process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')).to.deep.equal(before);
    expect(process.eventNames().map((name) => process.listenerCount(name))).to.deep.equal(listeners);
    expect(window.document?.body ?? null).to.equal(null);
    expect(() => page.text()).to.throw(/closed/);
  });
});
