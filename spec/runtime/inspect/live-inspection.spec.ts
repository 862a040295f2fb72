import { expect } from 'chai';
import { component, html } from 'troupe';
import type { Inspected, Inspection } from '../../../runtime/inspect/inspection.js';
import { memory } from '../../../runtime/store/memory.js';
import { type TestPage, visit } from '../../../runtime/testing/test-page.js';
import { TestServer, type TestServerOptions } from '../../../runtime/testing/test-server.js';

type Message = { type: 'incremented' };

const counter = (name: string) =>
  component({
    name,
    init: () => ({ count: 0 }),
    update: ({ count }, _message: Message) => ({ count: count + 1 }),
    view: ({ count }) => html<Message>`<button @click=${{ type: 'incremented' }}>${count}</button>`,
  });

const routes = { '/': counter('counter'), '/other/:name': counter('other') };

describe('live inspection', () => {
  let server: TestServer;
  let inspection: Inspection;
  const pages: TestPage[] = [];

  const make = (options: Partial<TestServerOptions> = {}): void => {
    server = new TestServer({ routes, ...options });
    inspection = server.site.liveInspection;
  };

  const open = async (url = '/', start = true): Promise<TestPage> => {
    const page = await visit({ server, browser: { cookie: undefined }, url, start });
    pages.push(page);

    return page;
  };

  const click = (page: TestPage): Promise<void> => page.click(page.getByRole('button'));

  const inspected = async (): Promise<Inspected> => {
    const { sessions } = await inspection.sessions();

    return (await inspection.open(sessions[0]?.id ?? '')) as Inspected;
  };

  beforeEach(() => make());

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    server.site.liveInspection.close();
  });

  describe('the list of sessions', () => {
    it('has those that are dormant, attached, detached and passivated', async () => {
      make({ grace: 1_000, store: memory({}) });
      const gone = await open('/other/one');
      gone.disconnect();
      await server.advance(2_000);
      const lost = await open('/other/two');
      lost.disconnect();
      await server.rest();
      await open('/', false);
      await open('/other/three');
      const { sessions, found, counts, failure } = await inspection.sessions();
      expect(counts).to.deep.equal({ dormant: 1, attached: 1, detached: 1, passivated: 1 });
      expect([found, failure]).to.deep.equal([4, '']);
      const listed = sessions.map(({ status, component: name, path }) => [status, name, path]);
      expect(listed).to.have.deep.members([
        ['attached', 'other', '/other/three'],
        ['dormant', 'counter', '/'],
        ['detached', 'other', '/other/two'],
        ['passivated', 'other', ''],
      ]);
      expect(sessions.find(({ status }) => status === 'passivated')?.bytes).to.be.above(10);
    });

    it('is searched by id, component, path, address and status, and cut', async () => {
      await open('/other/Ada');
      await open('/other/bob', false);
      await open();
      const found = async (query: object): Promise<readonly string[]> =>
        (await inspection.sessions(query)).sessions.map(({ path }) => path).sort();
      expect(await found({ text: 'ada' })).to.deep.equal(['/other/Ada']);
      expect(await found({ text: 'OTHER' })).to.deep.equal(['/other/Ada', '/other/bob']);
      expect(await found({ text: '127.0.0.1', status: 'attached' })).to.deep.equal(['/', '/other/Ada']);
      const [{ id } = { id: '' }] = (await inspection.sessions({ text: 'bob' })).sessions;
      expect(await found({ text: id.slice(2, 20) })).to.deep.equal(['/other/bob']);
      const cut = await inspection.sessions({ most: 1 });
      expect([cut.sessions.length, cut.found]).to.deep.equal([1, 3]);
    });

    it('says which sessions continue in memory alone', async () => {
      await open();
      await open('/other/three');
      for (const { session } of server.site.sessions.entries())
        session.isUnstored = session.tree.root.component.name === 'other';
      const { sessions } = await inspection.sessions();
      expect(sessions.map(({ component: name, isUnstored }) => [name, isUnstored])).to.have.deep.members([
        ['counter', false],
        ['other', true],
      ]);
    });

    it('says what is wrong with a store, and has the others', async () => {
      const store = Object.assign(memory({}), { list: () => Promise.reject(new Error('no connection')) });
      make({ store });
      await open();
      const { sessions, failure } = await inspection.sessions();
      expect([sessions.length, failure]).to.deep.equal([1, 'no connection']);
    });

    it('notifies at most twice a second, until it is stopped', async () => {
      let told = 0;
      const stop = inspection.watch(() => void told++);
      await open('/', false);
      await open('/', false);
      expect(told).to.equal(0);
      await server.advance(500);
      expect(told).to.equal(1);
      await open('/', false);
      stop();
      await server.advance(1_000);
      expect(told).to.equal(1);
    });
  });

  describe('an inspected session', () => {
    it('records it from then on, for all who look, until a minute after the last has gone', async () => {
      const page = await open();
      await click(page);
      const first = await inspected();
      const second = await inspected();
      await click(page);
      expect([first, second].map((seen) => seen.log({}).found)).to.deep.equal([1, 1]);
      first.close();
      first.close();
      await click(page);
      expect(second.log({}).found).to.equal(2);
      second.close();
      await server.advance(59_000);
      const again = await inspected();
      expect(again.log({}).found).to.equal(2);
      again.close();
      await server.advance(61_000);
      const anew = await inspected();
      expect(anew.log({}).found).to.equal(0);
      anew.close();
    });

    it('costs a session nothing that is not inspected', async () => {
      const page = await open();
      await open('/other/one');
      const seen = (await inspection.open(
        (await inspection.sessions({ text: 'other' })).sessions[0]?.id ?? ''
      )) as Inspected;
      const [entry] = [...server.site.sessions.entries()].filter(({ path }) => path === '/');
      await click(page);
      expect(entry?.session.probe).to.equal(undefined);
      expect(seen.log({}).found).to.equal(0);
      seen.close();
    });

    it('tells of changes at most five times a second', async () => {
      const page = await open();
      const seen = await inspected();
      let told = 0;
      const stop = seen.watch(() => void told++);
      for (let count = 0; count < 5; count++) await click(page);
      expect(told).to.equal(0);
      await server.advance(200);
      expect(told).to.equal(1);
      await server.advance(1_000);
      expect(told).to.equal(1);
      stop();
      await click(page);
      await server.advance(1_000);
      expect(told).to.equal(1);
      seen.close();
    });

    it('finds none that is nowhere', async () => {
      expect(await inspection.open('absent')).to.equal(undefined);
    });

    it('begins with one that no client has joined, and sees it joined', async () => {
      const page = await open('/', false);
      const seen = await inspected();
      expect(seen.actors()).to.include({ status: 'dormant' });
      expect(seen.actors().actors[0]).to.include({ name: 'counter', status: 'dormant' });
      await page.start();
      await click(page);
      expect(seen.actors().actors[0]).to.include({ status: 'active' });
      expect(seen.log({}).entries.map(({ type }) => type)).to.deep.equal(['incremented']);
      seen.close();
    });

    it('shows one that is stored as it is stored', async () => {
      make({ grace: 1_000 });
      const page = await open();
      await click(page);
      page.disconnect();
      await server.advance(2_000);
      const seen = await inspected();
      expect(seen.summary()).to.include({ status: 'passivated', component: 'counter' });
      expect(seen.actors()).to.include({ status: 'passivated' });
      expect(seen.state('/', []).rows.map(({ text }) => text)).to.deep.equal(['{…} 1', '1']);
      expect(seen.page()).to.include('>1</button>');
      expect(seen.export()).to.equal('');
      // It was not touched: its client finds it as it was.
      await page.reconnect();
      await click(page);
      expect(page.getByRole('button').textContent).to.equal('2');
      expect(seen.summary()).to.include({ status: 'attached', path: '/' });
      expect(seen.state('/', []).rows.map(({ text }) => text)).to.deep.equal(['{…} 1', '2']);
      seen.close();
    });

    it('goes on while it is put away and comes back', async () => {
      make({ grace: 1_000 });
      const page = await open();
      const seen = await inspected();
      await click(page);
      page.disconnect();
      await server.advance(2_000);
      expect(seen.summary()).to.include({ status: 'passivated', component: 'counter', path: '/' });
      expect(seen.actors().actors[0]).to.include({ name: 'counter', status: 'dormant' });
      expect(seen.state('/', []).rows.map(({ text }) => text)).to.deep.equal(['{…} 1', '1']);
      await page.reconnect();
      await click(page);
      expect(seen.summary()).to.include({ status: 'attached' });
      expect(seen.log({}).entries.map(({ type }) => type)).to.deep.equal(['incremented', 'incremented']);
      expect(seen.page()).to.include('>2</button>');
      seen.close();
    });

    it('says of one that has ended without being stored that it has', async () => {
      await open('/', false);
      const seen = await inspected();
      await server.advance(400_000);
      expect(seen.summary()).to.include({ status: 'ended', component: 'counter', path: '/' });
      seen.close();
    });
  });
});
