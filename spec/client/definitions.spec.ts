import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/definitions', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  it('parses a definition once, and reports its event types', async () => {
    const seen = await run(() => {
      const types: string[] = [];
      const definitions = new troupe.definitions.Definitions((type) => types.push(type));
      const wire = ['h', 0, '<p></p><i></i>', 0, 8, 'click', 1, 1, ''];
      const first = definitions.resolve(wire);
      return [
        types,
        first.parts,
        definitions.resolve(wire) === first,
        definitions.resolve(0) === first,
        definitions.hashes,
      ];
    });
    expect(seen).to.deep.equal([
      ['click'],
      [
        { node: 0, kind: 8, name: 'click' },
        { node: 1, kind: 1, name: '' },
      ],
      true,
      true,
      ['h', 'h'],
    ]);
  });

  it('forgets the index of what is not kept, and not what it has parsed', async () => {
    const seen = await run(() => {
      const definitions = new troupe.definitions.Definitions(() => undefined);
      const first = definitions.resolve(['a', 0, '<a></a>']);
      definitions.resolve(['b', 0, '<b></b>']);
      definitions.keep(1);
      const hashes = definitions.hashes;
      definitions.keep(0);
      return [hashes, definitions.hashes.length, definitions.resolve(['a', 0, '<a></a>']) === first];
    });
    expect(seen).to.deep.equal([['a'], 0, true]);
  });

  it('throws Inconsistent at an index it does not know', async () => {
    const name = await run(() => {
      try {
        new troupe.definitions.Definitions(() => undefined).resolve(0);
        return '';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(name).to.equal('Inconsistent');
  });
});
