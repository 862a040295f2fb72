import { expect } from 'chai';
import type { Stored } from '../../client/outbox.js';
import { Limit, pageCookie, version } from '../../runtime/wire/protocol.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

interface Bench {
  root: HTMLElement;
  outbox: InstanceType<typeof troupe.outbox.Outbox>;
  storage: InstanceType<typeof troupe.reloadStorage.ReloadStorage>;
}
declare const bench: Bench;

/** Where a page of this address finds what is left for it. */
const keyOf = (href: string): string => `troupe:${version}:${href}`;
const events: readonly Stored[] = [
  [['h', null], 1, ['a']],
  [['h', null, 2, 'row'], 0],
];

describe('client/reload-storage', () => {
  let watched: WatchedPage;
  const run = <Result, Argument = undefined>(work: (argument: Argument) => Result, argument?: Argument) =>
    watched.page.evaluate(work as never, argument as never) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  beforeEach(async () => {
    await watched.page.goto(new URL('/', watched.page.url()).href);
    await run(() => sessionStorage.clear());
    await watched.page.context().clearCookies();
  });

  /** What a page with this token begins with. */
  const start = (token = 'mac.own.1./') =>
    run((token) => {
      const root = document.createElement('div');
      root.setAttribute('data-troupe-token', token);
      const outbox = new troupe.outbox.Outbox();
      const storage = new troupe.reloadStorage.ReloadStorage(root, outbox);
      Object.assign(window, { bench: { root, outbox, storage } });
    }, token);
  /** What another page has left. */
  const leave = async (left: readonly unknown[], at?: string) =>
    run(({ key, left }) => sessionStorage.setItem(key, JSON.stringify(left)), {
      key: keyOf(at ?? (await href())),
      left,
    });
  const href = () => run(() => location.href);
  const left = async () => run((key) => JSON.parse(`${sessionStorage.getItem(key)}`) as unknown[], keyOf(await href()));
  const found = () =>
    run(() => {
      const { names, stored } = bench.outbox;
      return { token: bench.storage.token, inherited: names.slice(0, -1), stored };
    });
  const nothing = { token: 'mac.own.1./', inherited: [], stored: [] };

  it('has a name, another each time', async () => {
    await start();
    const first = await run(() => bench.outbox.load);
    await start();
    expect(await run(() => bench.outbox.load)).to.not.equal(first);
    expect(first).to.match(/^[\w-]+$/);
    expect(first.length).to.be.within(8, Limit.load);
  });

  describe('the events', () => {
    for (const [when, event] of [
      ['is left', 'pagehide'],
      ['is hidden', 'visibilitychange'],
    ] as const) {
      it(`are written down when the page ${when}`, async () => {
        await start();
        await run(
          ({ event, events }) => {
            for (const stored of events) bench.outbox.add(stored);
            bench.outbox.advance(1, 0);
            (event === 'pagehide' ? window : document).dispatchEvent(new Event(event));
          },
          { event, events }
        );
        const name = await run(() => bench.outbox.load);
        expect(await left()).to.deep.equal(['mac.own.1./', [[name, 2, 1]], events.slice(1)]);
      });
    }

    it('that the browser does not keep let it ask, before a page that is not connected is left', async () => {
      const asks = (state: string) =>
        run((state) => {
          bench.root.setAttribute('data-troupe', state);
          return !dispatchEvent(new Event('beforeunload', { cancelable: true }));
        }, state);
      await start();
      await run(() => {
        const { setItem } = Storage.prototype;
        for (let length = 1 << 22; length > 0; length >>= 1) {
          try {
            for (let part = 0; part < 100; part++)
              setItem.call(sessionStorage, `${length} ${part}`, 'x'.repeat(length));
          } catch {
            // Now there is no room for so many more.
          }
        }
      });
      expect(await asks('offline'), 'without events').to.equal(false);
      await run((stored) => bench.outbox.add(stored), events[0] as Stored);
      expect(await asks('offline')).to.equal(true);
      expect(await asks('connecting')).to.equal(true);
      expect(await asks('live')).to.equal(false);
      await run(() => sessionStorage.clear());
      expect(await asks('offline'), 'with room').to.equal(false);
    });

    it('are taken up once, by a page at the same place', async () => {
      await leave(['mac.other.1./', [['other', 7, 2]], events]);
      await run(() => history.replaceState(null, '', '#fragment'));
      await start();
      expect(await found()).to.deep.equal({
        token: 'mac.other.1./',
        inherited: [['other', 7, 2]],
        stored: events,
      });
      expect(await left()).to.equal(null);
      await start();
      expect(await found()).to.deep.equal(nothing);
    });

    it('are not taken up anywhere else, and wait where they were left', async () => {
      const elsewhere = `${await href()}?other`;
      await leave(['mac.other.1./', [['other', 7, 2]], events], elsewhere);
      await start();
      expect(await found()).to.deep.equal(nothing);
      expect(await run((key) => sessionStorage.getItem(key), keyOf(elsewhere))).to.be.a('string');
    });

    it('if there are none, are a reason to join the session again after a reload only', async () => {
      await leave(['mac.other.1./', [], []]);
      await watched.page.reload();
      await start();
      expect(await found()).to.deep.equal({ token: 'mac.other.1./', inherited: [], stored: [] });
      await watched.page.goto(await href());
      await start();
      expect(await found()).to.deep.equal(nothing);
    });

    it('keep the names that they had where they were made, beside those of this page load', async () => {
      await leave(['mac.other.1./', [['other', 7, 2]], events]);
      await start();
      await run(() => {
        bench.outbox.add([['h', null], 5]);
        bench.storage.keep();
      });
      const name = await run(() => bench.outbox.load);
      const all = [...events, [['h', null], 5]];
      expect((await left()).slice(1)).to.deep.equal([
        [
          ['other', 7, 2],
          [name, 1, 1],
        ],
        all,
      ]);
      await run(() => {
        bench.outbox.advance(1, 0);
        bench.storage.settle();
      });
      expect((await left()).slice(1)).to.deep.equal([
        [
          ['other', 8, 1],
          [name, 1, 1],
        ],
        all.slice(1),
      ]);
    });

    it('are forgotten where the browser keeps nothing, and all goes on', async () => {
      await run(() => {
        Object.defineProperty(window, 'sessionStorage', {
          get: () => {
            throw new DOMException('denied', 'SecurityError');
          },
        });
        Object.defineProperty(document, 'cookie', {
          set: () => {
            throw new DOMException('denied', 'SecurityError');
          },
        });
      });
      await start();
      await run(() => dispatchEvent(new Event('pagehide')));
      expect(await found()).to.deep.equal(nothing);
    });

    it('are not read from a value of another format', async () => {
      await run((key) => sessionStorage.setItem(key, '{"events":'), keyOf(await href()));
      await start();
      expect(await found()).to.deep.equal(nothing);
    });
  });

  describe('the token', () => {
    it('is the one of the page if both are of the same session', async () => {
      await leave(['mac.own.0./', [['other', 7, 2]], events]);
      await start();
      expect(await found()).to.deep.equal({ token: 'mac.own.1./', inherited: [['other', 7, 2]], stored: events });
      expect(await run(() => bench.storage.fallBack())).to.equal(false);
    });

    it('is the attribute of the root', async () => {
      await start();
      await run(() => {
        bench.storage.token = 'mac.fork.1./';
        bench.storage.keep();
      });
      expect(await run(() => bench.root.getAttribute('data-troupe-token'))).to.equal('mac.fork.1./');
      expect((await left())[0]).to.equal('mac.fork.1./');
    });

    it('is the one of the page again if the inherited one is refused, once', async () => {
      await leave(['mac.other.1./', [['other', 7, 2]], events]);
      await start();
      expect(await run(() => [bench.storage.fallBack(), bench.storage.token])).to.deep.equal([true, 'mac.own.1./']);
      expect(await run(() => bench.storage.fallBack())).to.equal(false);
    });

    it('stays the inherited one once that has been accepted', async () => {
      await leave(['mac.other.1./', [['other', 7, 2]], events]);
      await start();
      await run(() => bench.storage.settle());
      expect(await run(() => [bench.storage.fallBack(), bench.storage.token])).to.deep.equal([false, 'mac.other.1./']);
    });
  });

  describe('the cookie', () => {
    it('names page load and session to a reload of this page, for some seconds', async () => {
      await watched.page.goto(new URL('/?page', watched.page.url()).href);
      await start('mac.own.1./a;b');
      const before = Date.now() / 1_000;
      await run(() => dispatchEvent(new Event('beforeunload')));
      const [cookie, ...others] = await watched.page.context().cookies();
      expect(others).to.deep.equal([]);
      const { name, value, path, sameSite, secure, httpOnly, expires } = cookie as NonNullable<typeof cookie>;
      expect({ name, path, sameSite, secure, httpOnly }).to.deep.equal({
        ...{ name: pageCookie, path: '/', sameSite: 'Lax', secure: false, httpOnly: false },
      });
      expect(decodeURIComponent(value)).to.equal(`${await run(() => bench.outbox.load)}.mac.own.1./a;b`);
      expect(expires - before).to.be.within(5, 15);
    });

    it('is gone when the page is there again', async () => {
      await start();
      await run(() => dispatchEvent(new Event('pagehide')));
      expect(await watched.page.context().cookies()).to.have.length(1);
      await run(() => bench.storage.leave(0));
      expect(await watched.page.context().cookies()).to.deep.equal([]);
    });
  });
});
