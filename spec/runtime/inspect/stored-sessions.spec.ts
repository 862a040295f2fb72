import { expect } from 'chai';
import { StoredSessions } from '../../../runtime/inspect/stored-sessions.js';
import { pack } from '../../../runtime/session/session-snapshot.js';
import { memory } from '../../../runtime/store/memory.js';
import type { Store, StoredSummary } from '../../../runtime/store/store.js';

/** The bytes of a session of a page of this component. */
const bytesOf = (name: string): Uint8Array =>
  Uint8Array.from(
    pack({
      ...{ application: '', at: 0, node: 'other', loads: [], ticket: undefined, lineage: undefined, effects: [] },
      tree: {
        turns: 0,
        root: { id: '', name, version: 1, state: {}, subscriptions: undefined, children: [] },
        envelopes: [],
      },
    })
  );

interface Held extends Omit<StoredSummary, 'id'> {
  readonly content: Uint8Array | undefined;
}

/** A store that lists what it holds, says how often it was asked, and fails on demand. */
class ListingStore {
  readonly held = new Map<string, Held>();
  readonly peeked: string[] = [];
  readonly asked: unknown[] = [];
  failing: Error | undefined;
  /** How many are read at the same time, at the most. */
  mostAtOnce = 0;
  #reading = 0;
  readonly store: Store = {
    ...memory(),
    list: async (query) => {
      this.asked.push(query);
      if (this.failing !== undefined) throw this.failing;

      return Array.from(this.held, ([id, { at, bytes, owner }]) => ({ id, at, bytes, owner }));
    },
    peek: async (id) => {
      this.peeked.push(id);
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#reading);
      await Promise.resolve();
      this.#reading--;

      return this.held.get(id)?.content;
    },
  };

  hold(id: string, given: Partial<Held> = {}): void {
    this.held.set(id, { at: 1_000, bytes: 20, owner: undefined, content: bytesOf('counter'), ...given });
  }
}

const anywhere = (): boolean => true;

describe('stored sessions', () => {
  let listing: ListingStore;
  let stored: StoredSessions;

  beforeEach(() => {
    listing = new ListingStore();
    stored = new StoredSessions(listing.store, 'here');
  });

  const idsOf = async (isAway: (id: string) => boolean): Promise<readonly string[]> =>
    (await stored.list(isAway)).summaries.map(({ id }) => id);

  it('says of a stored session what the store knows and what stands in its bytes', async () => {
    listing.hold('a', { at: 5_000, bytes: 321, content: bytesOf('a todo list') });
    expect(await stored.list(anywhere)).to.deep.equal({
      summaries: [
        {
          ...{ id: 'a', status: 'passivated', component: 'a todo list', path: '', address: '' },
          ...{ since: 5_000, bytes: 321 },
        },
      ],
      failure: '',
    });
  });

  it('leaves out those that are in memory here, and those that another node owns', async () => {
    listing.hold('released');
    listing.hold('ours and away', { owner: 'here' });
    listing.hold('ours and in memory', { owner: 'here' });
    listing.hold('theirs', { owner: 'there' });
    expect(await idsOf((id) => id !== 'ours and in memory')).to.deep.equal(['released', 'ours and away']);
    expect(listing.peeked).to.have.members(['released', 'ours and away']);
  });

  it('reads each once for each time it was written', async () => {
    listing.hold('a');
    listing.hold('b');
    await stored.list(anywhere);
    await stored.list(anywhere);
    expect(listing.peeked).to.deep.equal(['a', 'b']);
    listing.hold('b', { at: 2_000, content: bytesOf('later') });
    const { summaries } = await stored.list(anywhere);
    expect(listing.peeked).to.deep.equal(['a', 'b', 'b']);
    expect(summaries.map(({ component }) => component)).to.deep.equal(['counter', 'later']);
  });

  it('forgets what is not stored any more', async () => {
    listing.hold('a');
    await stored.list(anywhere);
    listing.held.delete('a');
    expect(await idsOf(anywhere)).to.deep.equal([]);
    listing.hold('a');
    await stored.list(anywhere);
    expect(listing.peeked).to.deep.equal(['a', 'a']);
  });

  it('reads fifty at once, and asks for a thousand at the most', async () => {
    for (let number = 0; number < 120; number++) listing.hold(`s${number}`);
    expect(await idsOf(anywhere)).to.have.lengthOf(120);
    expect(listing.mostAtOnce).to.equal(50);
    expect(listing.asked).to.deep.equal([{ most: 1_000 }]);
  });

  it('shows what cannot be read, and what is gone when it is read, without a component', async () => {
    listing.hold('damaged', { content: Uint8Array.of(1, 2, 3) });
    listing.hold('gone', { content: undefined });
    listing.hold('good');
    const { summaries, failure } = await stored.list(anywhere);
    expect(summaries.map(({ component }) => component)).to.deep.equal(['', '', 'counter']);
    expect(failure).to.equal('');
  });

  it('says what is wrong with a store that fails, and shows nothing', async () => {
    listing.hold('a');
    listing.failing = new Error('cannot be reached');
    expect(await stored.list(anywhere)).to.deep.equal({ summaries: [], failure: 'cannot be reached' });
    listing.failing = undefined;
    expect(await idsOf(anywhere)).to.deep.equal(['a']);
  });

  it('is empty for a store that cannot say what it holds, and does without content for one that shows none', async () => {
    const { list, peek, ...silent } = listing.store;
    expect(await new StoredSessions(silent, 'here').list(anywhere)).to.deep.equal({ summaries: [], failure: '' });
    listing.hold('a');
    const { summaries } = await new StoredSessions({ ...silent, ...(list && { list }) }, 'here').list(anywhere);
    expect(summaries.map(({ id, component }) => [id, component])).to.deep.equal([['a', '']]);
    expect(peek).to.be.a('function');
  });
});
