import { expect } from 'chai';
import type { StartOptions } from '../../client/start.js';
import { decode } from '../../runtime/wire/decode.js';
import { encodeFrame } from '../../runtime/wire/frame-codec.js';
import type { Wire } from '../../runtime/wire/patch.js';
import {
  ClientKind,
  CloseCode,
  Command,
  Reason,
  type ServerFrame,
  ServerKind,
  version,
} from '../../runtime/wire/protocol.js';
import { bundle, openBundle, type WatchedPage } from '../browser/chromium.js';
import type { FakeSocket } from './page/sockets.js';

declare const troupe: typeof import('./page/modules.js');
declare const sockets: FakeSocket[];

/** What the root was told: the type, the id of its target, and what was lost. */
declare const told: [string, string, number][];

const root = '<div id="root" data-troupe-socket="/app/socket" data-troupe-token="secret"><button>0</button></div>';
const definition = (hash: string): Wire => [hash, 0, '<button></button>', 0, 8, 'click', 0, 1, ''];
const adoption: ServerFrame = { kind: ServerKind.Adopt, tree: [definition('h'), 1, null], processed: 0 };
const fresh: ServerFrame = { kind: ServerKind.Render, tree: [0, 1, 'new'], processed: 0, reason: Reason.Fresh };

/** What chance makes of the name of a page load in these specs. */
const name = '987654321';

describe('client/start', () => {
  let watched: WatchedPage;
  const run = <Result, Argument = undefined>(work: (argument: Argument) => Result, argument?: Argument) =>
    watched.page.evaluate(work as never, argument as never) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
    await watched.page.addInitScript({ content: await bundle('spec/client/page/sockets.ts', 'iife') });
  });
  after(() => watched.expectNoErrors());

  beforeEach(() => watched.page.reload());

  /** Starts on a page of this HTML. */
  const start = (html = root, options?: StartOptions) =>
    run(
      ({ html, options }) => {
        document.body.innerHTML = html;
        sessionStorage.clear();
        const told: [string, string, number][] = [];
        for (const type of ['dropped', 'forked', 'fresh', 'restored', 'resumed']) {
          document
            .querySelector('#root')
            ?.addEventListener(`troupe:${type}`, ({ target, detail }: CustomEventInit & Event) =>
              told.push([type, (target as Element).id, detail.dropped])
            );
        }
        Object.assign(window, { told });
        // A second connection is tried when the spec says so, not by chance at once.
        Math.random = () => 0.987654321;
        troupe.start.start(options);
      },
      { html, options }
    );
  const open = () => run(() => sockets.at(-1)?.open());
  const drop = (code: number) => run((code) => sockets.at(-1)?.drop(code), code);
  const receive = (frame: ServerFrame) => run((bytes) => sockets.at(-1)?.receive(bytes), [...encodeFrame(frame)]);
  const state = () => run(() => document.querySelector('#root')?.getAttribute('data-troupe'));
  const opened = () => run(() => sockets.map(({ url }) => url));
  /** The frames of a kind that were sent on the last connection. */
  const sent = async (kind: ClientKind) => {
    const frames = (await run(() => sockets.at(-1)?.sent ?? [])).map(
      (bytes) => decode(Uint8Array.from(bytes)) as Wire[]
    );
    return frames.filter(([sent]) => sent === kind);
  };
  /** The network is back: a connection that was lost is opened without waiting. */
  const reconnect = async () => {
    await run(() => dispatchEvent(new Event('online')));
    await open();
  };

  it('connects to where the root says, and joins with what the root says', async () => {
    await start();
    expect(await opened()).to.deep.equal([`${new URL(watched.page.url()).origin.replace('http', 'ws')}/app/socket`]);
    await open();
    expect(await sent(ClientKind.Join)).to.deep.equal([
      [ClientKind.Join, version, '', 'secret', 0, 0, 0, [], [[name, 1, 0]]],
    ]);
  });

  it('joins under the name it is given', async () => {
    await start(root, { client: 'hash' });
    await open();
    expect(await sent(ClientKind.Join)).to.deep.equal([
      [ClientKind.Join, version, 'hash', 'secret', 0, 0, 0, [], [[name, 1, 0]]],
    ]);
  });

  it('starts on the root it is given', async () => {
    await run((html) => {
      document.body.innerHTML = html;
      troupe.start.start({ root: document.querySelector('main') });
    }, `${root}<main data-troupe-socket="/other"></main>`);
    expect((await opened()).map((url) => new URL(url).pathname)).to.deep.equal(['/other']);
    expect(await state()).to.equal(null);
    expect(await run(() => document.querySelector('main')?.getAttribute('data-troupe'))).to.equal('connecting');
  });

  it('shows on the root whether it is connecting, live or offline', async () => {
    await start();
    expect(await state()).to.equal('connecting');
    await open();
    expect(await state()).to.equal('connecting');
    await receive(adoption);
    expect(await state()).to.equal('live');
    await drop(CloseCode.GoingAway);
    expect(await state()).to.equal('offline');
    await reconnect();
    expect(await state()).to.equal('connecting');
    await receive({ kind: ServerKind.Acknowledge, processed: 0, late: 0 });
    expect(await state()).to.equal('live');
  });

  it('sends what happens in the page, and shows what comes of it', async () => {
    await start();
    await open();
    await receive(adoption);
    await run(() => document.querySelector('button')?.click());
    expect(await sent(ClientKind.Events)).to.deep.equal([[ClientKind.Events, [[1, 0]]]]);
    await receive({ kind: ServerKind.Patch, changes: [1, 1, 'clicked'], processed: 1, late: 0 });
    expect(await run(() => document.querySelector('button')?.textContent)).to.equal('clicked');
  });

  it('shows how many events are not durable yet', async () => {
    const pending = () => run(() => document.querySelector('#root')?.getAttribute('data-troupe-pending'));
    await start();
    await open();
    await receive(adoption);
    expect(await pending()).to.equal(null);
    await run(() => document.querySelector('button')?.click());
    expect(await pending()).to.equal('1');
    await receive({ kind: ServerKind.Patch, changes: [1, 1, 'clicked'], processed: 1, late: 1 });
    expect(await pending()).to.equal('1');
    await receive({ kind: ServerKind.Acknowledge, processed: 0 });
    expect(await pending()).to.equal(null);
  });

  it('moves to another connection on the command of the server', async () => {
    await start();
    await open();
    await receive(adoption);
    await receive({ kind: ServerKind.Command, name: Command.Move, operands: [1] });
    await watched.page.waitForFunction(() => sockets.length === 2);
    expect(await state()).to.equal('live');
    await open();
    expect(await sent(ClientKind.Join)).to.deep.equal([
      [ClientKind.Join, version, '', 'secret', 2, 0, 0, ['h'], [[name, 1, 0]]],
    ]);
    expect(await run(() => sockets.map(({ readyState }) => readyState))).to.deep.equal([3, 1]);
    expect(await state()).to.equal('live');
  });

  it('gives up a connection that brings what cannot be read', async () => {
    await start();
    await open();
    await run(() => sockets[0]?.receive([0xc1]));
    expect(await state()).to.equal('offline');
    expect(await run(() => sockets[0]?.readyState)).to.equal(3);
  });

  it('merges what is typed with what the server writes meanwhile', async () => {
    await start(root.replace(/<button>.*<\/button>/, '<input>'));
    await open();
    const field: Wire = ['field', 0, '<input>', 0, 7, 'value', 0, 8, 'input'];
    await receive({ kind: ServerKind.Adopt, tree: [field, null, 1], processed: 0 });
    await watched.page.fill('input', 'typed');
    const value = () => run(() => document.querySelector('input')?.value);
    await receive({ kind: ServerKind.Patch, changes: [1, 0, 'older'], processed: 0, late: 0 });
    expect(await value()).to.equal('oldertyped');
    await receive({ kind: ServerKind.Patch, changes: [1, 0, 'TYPED'], processed: 1, late: 0 });
    expect(await value()).to.equal('TYPED');
  });

  describe('troupe:fresh', () => {
    it('tells the root of a new session, and how many events were lost', async () => {
      await start();
      await open();
      await receive(adoption);
      await run(() => {
        for (let click = 0; click < 3; click++) document.querySelector('button')?.click();
      });
      await receive({ kind: ServerKind.Patch, changes: [1, 1, '1'], processed: 1, late: 0 });
      await drop(CloseCode.GoingAway);
      await reconnect();
      await receive(fresh);
      expect(await run(() => told)).to.deep.equal([['fresh', 'root', 1]]);
      expect(await run(() => document.querySelector('button')?.textContent)).to.equal('new');
    });

    it('is not told while the session goes on, but how it does', async () => {
      await start();
      await open();
      await receive(adoption);
      await drop(CloseCode.GoingAway);
      await reconnect();
      await receive({ ...fresh, reason: Reason.Resumed });
      expect(await run(() => document.querySelector('button')?.textContent)).to.equal('new');
      await drop(CloseCode.GoingAway);
      await reconnect();
      await receive({ ...fresh, reason: Reason.Restored });
      await drop(CloseCode.GoingAway);
      await reconnect();
      await receive({ ...fresh, reason: Reason.Forked, token: 'forked' });
      expect(await run(() => told)).to.deep.equal([
        ['resumed', 'root', 0],
        ['restored', 'root', 0],
        ['forked', 'root', 0],
      ]);
      expect(await run(() => document.querySelector('#root')?.getAttribute('data-troupe-token'))).to.equal('forked');
    });
  });

  it('leaves a page without a root alone', async () => {
    const html = '<p data-troupe-on="click">page</p>';
    await start(html);
    await start(html, { root: null });
    expect(await run(() => document.body.innerHTML)).to.equal(html);
    expect(await opened()).to.deep.equal([]);
  });
});
