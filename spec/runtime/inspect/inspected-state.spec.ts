import { expect } from 'chai';
import type { AnyMessage } from 'troupe';
import { room, routes } from '../../fixtures/inspected-pages.js';
import { type LookedAt, lookAt } from '../../fixtures/looked-at.js';

describe('inspected states', () => {
  let looked: LookedAt;

  const start = async (url = '/'): Promise<LookedAt> => {
    looked = await lookAt({ routes, actors: { room } }, url);
    return looked;
  };
  const press = (name: string): Promise<void> => looked.page.click(looked.page.getByRole('button', { name }));
  const first = '/item%20string%20one';

  afterEach(() => looked.close());

  describe('state', () => {
    it('is what a component is in, with what the last message has changed marked', async () => {
      const { seen } = await start();
      await press('add');
      const { rows, after } = seen.state('/', ['.titles']);
      expect(after).to.equal('counted');
      const shown = rows.map(({ path, text, isChanged }) => `${path} ${text}${isChanged ? ' *' : ''}`);
      expect(shown).to.deep.equal([
        ' {…} 3 *',
        '.titles […] 2',
        '.titles[0] "one"',
        '.titles[1] "no 2"',
        '.count 1 *',
        '.told "silence"',
      ]);
    });

    it('of one component keeps its marks while others change', async () => {
      const { seen } = await start();
      await press('rename one');
      await press('add');
      const { rows, after } = seen.state(first, []);
      expect(after).to.equal('renamed');
      expect(rows.find(({ path }) => path === '.title')).to.include({ text: '"one!"', isChanged: true });
      expect(rows.find(({ path }) => path === '.key')).to.include({ isChanged: false });
    });

    it('is had of shared actors, subscriptions, the session, and of what is not there it is said why not', async () => {
      const { server, seen } = await start();
      expect(seen.state('@room', []).rows.map(({ text }) => text)).to.include('"open"');
      await server.rest();
      server.site.actors.send('room', { type: 'spoken', text: 'hello' } as AnyMessage);
      await server.rest();
      const told = seen.state('@room', ['.context']).rows.find(({ path }) => path === '.context.text');
      expect(told).to.include({ text: '"hello"', isChanged: true });
      expect(seen.state('/#every 1000 ticked', []).rows.map(({ text }) => text)).to.include('"every"');
      expect(seen.state('session', []).rows.map(({ text }) => text)).to.include('"attached"');
      expect(seen.state('/absent', [])).to.deep.include({ rows: [], absence: 'The component is not there.' });
      expect(seen.state('nonsense', [])).to.deep.include({ rows: [], absence: 'There is no such actor.' });
    });
  });

  describe('charts', () => {
    it('show where a statechart is, and what it has just taken', async () => {
      const { server, seen } = await start('/light');
      expect(seen.chart('/')).to.deep.include({ active: ['light.red'], taken: [] });
      await server.advance(3_000);
      const chart = seen.chart('/');
      expect(chart?.active).to.deep.equal(['light.green']);
      const taken = chart?.chart.transitions.filter(({ id }) => chart.taken.includes(id));
      expect(taken?.map(({ event }) => event)).to.deep.equal(['after 3000 ms']);
    });

    it('show the life of the session, which is one too', async () => {
      const { page, seen } = await start();
      expect(seen.chart('session')?.active).to.deep.equal(['session.attached']);
      await page.disconnect();
      expect(seen.chart('session')?.active).to.deep.equal(['session.detached']);
    });
  });
});
