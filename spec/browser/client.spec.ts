/**
 * The client script in a real Chromium, against a server that says what the spec tells it to: joining,
 * adoption, inputs under latency, lost connections, close codes. Every page is under a strict policy.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeClientFrame, encodeFrame } from '../../runtime/wire/frame-codec.js';
import type { Wire } from '../../runtime/wire/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  CloseCode,
  Command,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../../runtime/wire/protocol.js';
import { bundle, newPage, type WatchedPage } from './chromium.js';

/** The server's end of one connection. */
class Line {
  readonly socket: WebSocket;
  readonly #frames: ClientFrame[] = [];
  #waiting: ((frame: ClientFrame) => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = decodeClientFrame(new Uint8Array(data));
      if (this.#waiting) this.#waiting(frame);
      else this.#frames.push(frame);
      this.#waiting = undefined;
    });
  }

  /** The next frame of a kind; those of other kinds before it are passed over. */
  async next<Kind extends ClientFrame['kind']>(kind: Kind): Promise<Extract<ClientFrame, { kind: Kind }>> {
    for (;;) {
      const frame = this.#frames.shift() ?? (await new Promise<ClientFrame>((resolve) => (this.#waiting = resolve)));
      if (frame.kind === kind) return frame as Extract<ClientFrame, { kind: Kind }>;
    }
  }

  send(frame: ServerFrame): void {
    this.socket.send(Uint8Array.from(encodeFrame(frame)));
  }

  patch(changes: Wire[], processed = 0): void {
    this.send({ kind: ServerKind.Patch, changes, processed, late: 0 });
  }
}

/** A server of one page, and the connections to it in the order they come. */
class Stage {
  #server: Server | undefined;
  readonly #lines: Line[] = [];
  #waiting: ((line: Line) => void) | undefined;
  /** How often the page was loaded, and with which cookies. */
  loads = 0;
  readonly cookies: string[] = [];
  /** The token that stands in the page. */
  token = 'mac.own.1./';

  async open(content: string): Promise<string> {
    const script = await bundle('client/main.ts');
    const more = await bundle('client/second.ts');
    const notice = await bundle('client/attendance.ts');
    const head = '<title>spec</title><script type="module" src="/client-aB_9-z.js"></script>';
    this.#server = createServer(({ headers: { cookie = '' }, url }, response) => {
      const root = `<div id="root" data-troupe-socket="/_troupe/socket" data-troupe-token="${this.token}">${content}</div>`;
      const page = `<!doctype html><html><head>${head}</head><body>${root}</body></html>`;
      const files = { '/client-aB_9-z.js': script, '/more-aB_9-z.js': more, '/notice-aB_9-z.js': notice };
      const found = { '/': page, ...files }[url ?? ''];
      if (url === '/') {
        this.loads++;
        this.cookies.push(cookie);
      }
      const type = url === '/' ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8';
      const headers = { 'content-type': type, 'content-security-policy': "default-src 'self'" };
      response.writeHead(found === undefined ? 204 : 200, headers).end(found);
    });
    new WebSocketServer({ server: this.#server, path: '/_troupe/socket' }).on('connection', (socket) => {
      const line = new Line(socket);
      if (this.#waiting) this.#waiting(line);
      else this.#lines.push(line);
      this.#waiting = undefined;
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The next connection that comes. */
  async line(): Promise<Line> {
    return this.#lines.shift() ?? new Promise<Line>((resolve) => (this.#waiting = resolve));
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

const content =
  '<input value="start" data-troupe-on="input"><button data-troupe-on="click">b</button><output>0</output>';
const html = '<input data-troupe-on="input"><button data-troupe-on="click">b</button><output></output>';
const definition: Wire = ['h', 0, html, 0, 7, 'value', 0, 8, 'input', 1, 8, 'click', 3, 1, ''];
const adoption: ServerFrame = { kind: ServerKind.Adopt, tree: [definition, null, 2, 1], processed: 0 };
type Whole = Extract<ServerFrame, { kind: typeof ServerKind.Render }>;
const whole = (reason: Reason, definition: Wire, value: string, shown: number): Whole => ({
  kind: ServerKind.Render,
  tree: [definition, value, 2, 1, shown],
  processed: 0,
  reason,
});

describe('the client in Chromium', () => {
  let stage: Stage;
  let watched: WatchedPage;
  let page: WatchedPage['page'];

  beforeEach(async () => {
    stage = new Stage();
    watched = await newPage();
    page = watched.page;
    await page.goto(await stage.open(content));
  });
  afterEach(async () => {
    await watched.expectNoErrors();
    await stage.close();
  });

  const state = (wanted: string) => page.waitForSelector(`#root[data-troupe=${wanted}]`);
  const shows = (text: string) =>
    page.waitForFunction((text) => document.querySelector('output')?.textContent === text, text);
  const value = () => page.evaluate(() => document.querySelector('input')?.value);

  /** The first connection, adopted. */
  const adopted = async (): Promise<Line> => {
    const line = await stage.line();
    await line.next(ClientKind.Join);
    line.send(adoption);
    await state('live');
    return line;
  };

  it('joins with what the page says, and is live when it is answered', async () => {
    const line = await stage.line();
    const { client, token, frame, processed, durable, sent, hashes } = await line.next(ClientKind.Join);
    expect({ client, token, frame, processed, durable, sent, hashes }).to.deep.equal({
      client: 'aB_9-z',
      token: 'mac.own.1./',
      frame: 0,
      processed: 0,
      durable: 0,
      sent: 0,
      hashes: [],
    });
    await state('connecting');
    line.send(adoption);
    await state('live');
    expect((await line.next(ClientKind.Acknowledge)).frames).to.equal(1);
  });

  it('sends events and shows what they lead to', async () => {
    const line = await adopted();
    await page.click('button');
    const { events } = await line.next(ClientKind.Events);
    expect(events).to.deep.equal([{ instance: 1, part: 2, payload: undefined }]);
    line.patch([1, 3, 1], 1);
    await shows('1');
  });

  it('merges what the server writes with what is typed meanwhile, and shows in the end what the server says', async () => {
    const line = await adopted();
    await page.fill('input', 'a');
    expect((await line.next(ClientKind.Events)).events[0]?.payload).to.deep.equal([['a', 0, 5]]);
    await page.keyboard.type('b');
    expect((await line.next(ClientKind.Events)).events[0]?.payload).to.deep.equal([['b', 1]]);
    line.patch([1, 0, 'A', 1, 3, 1], 1);
    await shows('1');
    expect(await value()).to.equal('Ab');
    line.patch([1, 3, 2, 1, 0, 'A'], 1);
    await shows('2');
    expect(await value()).to.equal('A');
  });

  it('shows what the model says when it has made nothing of what was typed', async () => {
    const line = await adopted();
    await page.fill('input', 'rejected');
    await line.next(ClientKind.Events);
    line.patch([1, 0, 'start'], 1);
    await page.waitForFunction(() => document.querySelector('input')?.value === 'start');
    await page.fill('input', 'ab');
    await line.next(ClientKind.Events);
    line.patch([1, 0, 'A'], 1);
    await page.waitForFunction(() => document.querySelector('input')?.value === 'A');
    await page.fill('input', 'Ab');
    await line.next(ClientKind.Events);
    line.patch([1, 3, 1, 1, 0, 'A'], 1);
    await shows('1');
    expect(await value()).to.equal('A');
  });

  it('tells the page what is too big to be sent, and goes on', async () => {
    const line = await adopted();
    await page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      root.addEventListener('troupe:dropped', (event) => {
        root.title = `dropped ${(event as CustomEvent<{ dropped: number }>).detail.dropped}`;
      });
    });
    await page.fill('input', 'x'.repeat(70_000));
    await page.click('button');
    const { events } = await line.next(ClientKind.Events);
    expect(events).to.deep.equal([{ instance: 1, part: 2, payload: undefined }]);
    expect(await page.evaluate(() => document.querySelector('#root')?.getAttribute('title'))).to.equal('dropped 1');
  });

  it('does not send again what the server refused to read', async () => {
    const first = await adopted();
    await page.click('button');
    await first.next(ClientKind.Events);
    first.socket.close(CloseCode.TooBig);
    const second = await stage.line();
    await second.next(ClientKind.Join);
    await page.click('button');
    second.send({ kind: ServerKind.Acknowledge, processed: 0, late: 0 });
    expect((await second.next(ClientKind.Events)).events.map(({ part }) => part)).to.deep.equal([0, 2]);
  });

  it('joins again after the connection was lost, and sends what was not processed', async () => {
    const first = await adopted();
    await page.click('button');
    await first.next(ClientKind.Events);
    first.patch([1, 3, 1], 1);
    await shows('1');
    await page.click('button');
    await first.next(ClientKind.Events);
    await page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      new MutationObserver((_, observer) => {
        if (root.dataset['troupe'] !== 'offline') return;
        observer.disconnect();
        root.querySelector('button')?.click();
      }).observe(root, { attributes: true });
    });
    first.socket.terminate();
    const second = await stage.line();
    const { frame, processed, sent, hashes } = await second.next(ClientKind.Join);
    expect({ frame, processed, sent, hashes }).to.deep.equal({ frame: 2, processed: 1, sent: 3, hashes: ['h'] });
    second.send({ kind: ServerKind.Acknowledge, processed: 1, late: 0 });
    expect((await second.next(ClientKind.Events)).events.length).to.equal(1);
    second.patch([1, 3, 3], 1);
    await shows('3');
  });

  it('goes on in a new session with the nodes it has, and tells the page', async () => {
    const first = await adopted();
    await page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      root.addEventListener('troupe:fresh', (event) => {
        root.title = `dropped ${(event as CustomEvent<{ dropped: number }>).detail.dropped}`;
      });
      (document.querySelector('input') as HTMLElement).title = 'kept';
    });
    await page.click('button');
    await first.next(ClientKind.Events);
    first.socket.terminate();
    const second = await stage.line();
    await second.next(ClientKind.Join);
    second.send(whole(Reason.Fresh, 0, 'fresh', 7));
    await shows('7');
    expect(await page.evaluate(() => document.querySelector('#root')?.getAttribute('title'))).to.equal('dropped 0');
    expect(await page.evaluate(() => document.querySelector('input')?.title)).to.equal('kept');
    expect(await value()).to.equal('fresh');
    expect((await second.next(ClientKind.Events)).events, 'the kept one').to.have.length(1);
    await page.click('button');
    expect((await second.next(ClientKind.Events)).events).to.have.length(1);
  });

  it('asks for the whole page when a patch does not fit, and goes on', async () => {
    const line = await adopted();
    line.patch([99, 0, 'nowhere']);
    let asked = await line.next(ClientKind.Acknowledge);
    while (asked.ask === 0) asked = await line.next(ClientKind.Acknowledge);
    expect(asked.ask).to.equal(Ask.Render);
    line.patch([1, 3, 'ignored']);
    line.send(whole(Reason.Resumed, definition, 'start', 5));
    await shows('5');
    line.patch([1, 3, 6]);
    await shows('6');
  });

  it('loads the page again when its script is too old, but not over and over', async () => {
    const first = await stage.line();
    await first.next(ClientKind.Join);
    first.socket.close(CloseCode.Reload);
    const second = await stage.line();
    await second.next(ClientKind.Join);
    expect(stage.loads).to.equal(2);
    second.socket.close(CloseCode.Reload);
    const third = await stage.line();
    await third.next(ClientKind.Join);
    expect(stage.loads).to.equal(2);
  });

  /** The events of the root, `TYPE DROPPED`, in its title. */
  const listen = () =>
    page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      for (const type of ['dropped', 'forked', 'fresh', 'restored', 'resumed']) {
        root.addEventListener(`troupe:${type}`, (event) => {
          root.title += `${type} ${(event as CustomEvent<{ dropped: number }>).detail.dropped},`;
        });
      }
    });
  const told = () => page.evaluate(() => document.querySelector<HTMLElement>('#root')?.title);
  const pending = (count: number | null) =>
    page.waitForFunction(
      (wanted) => document.querySelector('#root')?.getAttribute('data-troupe-pending') === wanted,
      count === null ? null : `${count}`
    );
  const click = (part = 2) => ({ instance: ['h', null], part, payload: undefined });

  describe('what is not durable', () => {
    it('is shown as pending, and sent again by address to a session that was restored', async () => {
      const first = await adopted();
      await listen();
      for (let count = 1; count <= 3; count++) {
        await page.click('button');
        await first.next(ClientKind.Events);
      }
      first.send({ kind: ServerKind.Patch, changes: [1, 3, 3], processed: 3, late: 2 });
      await shows('3');
      await pending(2);
      first.socket.terminate();
      const second = await stage.line();
      const { processed, sent } = await second.next(ClientKind.Join);
      expect([processed, sent]).to.deep.equal([3, 3]);
      second.send({ ...whole(Reason.Restored, 0, 'start', 1), processed: 1 });
      expect((await second.next(ClientKind.Events)).events).to.deep.equal([click(), click()]);
      await page.click('button');
      expect((await second.next(ClientKind.Events)).events).to.deep.equal([{ ...click(), instance: 1 }]);
      second.patch([1, 3, 4], 3);
      await shows('4');
      await pending(null);
      expect(await told()).to.equal('restored 0,');
    });

    it('keeps the control as the user has left it, until that is shown again', async () => {
      const first = await adopted();
      await page.fill('input', 'typed');
      await first.next(ClientKind.Events);
      first.send({ kind: ServerKind.Patch, changes: [1, 0, 'typed', 1, 3, 1], processed: 1, late: 1 });
      await shows('1');
      first.socket.terminate();
      const second = await stage.line();
      await second.next(ClientKind.Join);
      second.send(whole(Reason.Restored, 0, '', 0));
      await shows('0');
      expect(await value()).to.equal('typed');
      expect((await second.next(ClientKind.Events)).events[0]?.payload).to.deep.equal([['typed']]);
      second.patch([1, 0, 'TYPED', 1, 3, 2], 1);
      await shows('2');
      expect(await value()).to.equal('TYPED');
    });
  });

  describe('a reload', () => {
    it('leaves its events, and the cookie that says which session to show, to the page that comes', async () => {
      const first = await stage.line();
      const { load: name } = await first.next(ClientKind.Join);
      first.send(adoption);
      await state('live');
      await page.click('button');
      await page.click('button');
      await first.next(ClientKind.Events);
      await first.next(ClientKind.Events);
      first.send({ kind: ServerKind.Acknowledge, processed: 1 });
      await pending(1);
      stage.token = 'mac.own.2./';
      await page.reload();
      expect(stage.cookies.map((cookie) => decodeURIComponent(cookie))).to.deep.equal([
        '',
        `troupe-page=${name}.mac.own.1./`,
      ]);
      const second = await stage.line();
      const { load: other, token, names, processed, durable, sent } = await second.next(ClientKind.Join);
      expect({ token, names, processed, durable, sent }).to.deep.equal({
        ...{
          token: 'mac.own.2./',
          names: [
            [name, 2, 1],
            [other, 1, 0],
          ],
          processed: 0,
          durable: 0,
          sent: 1,
        },
      });
      expect(other).to.not.equal(name);
      expect(await page.evaluate(() => document.cookie)).to.equal('');
      second.send(adoption);
      expect((await second.next(ClientKind.Events)).events).to.deep.equal([click()]);
      await page.click('button');
      expect((await second.next(ClientKind.Events)).events).to.deep.equal([{ ...click(), instance: 1 }]);
    });

    it('joins the session of the page before if it was given another one, and is its fork from then on', async () => {
      await adopted();
      expect(
        await page.evaluate(() => JSON.parse(`${sessionStorage.getItem(`troupe:4:${location.href}`)}`)[0])
      ).to.equal('mac.own.1./');
      stage.token = 'mac.other.1./';
      await page.reload();
      const second = await stage.line();
      expect((await second.next(ClientKind.Join)).token).to.equal('mac.own.1./');
      await listen();
      second.send({ ...whole(Reason.Forked, definition, 'forked', 7), token: 'mac.fork.1./' });
      await shows('7');
      expect(await told()).to.equal('forked 0,');
      second.socket.terminate();
      expect((await (await stage.line()).next(ClientKind.Join)).token).to.equal('mac.fork.1./');
    });

    it('goes back to the session it was given if the other one is refused, without another reload', async () => {
      const first = await adopted();
      await page.click('button');
      await first.next(ClientKind.Events);
      stage.token = 'mac.other.1./';
      await page.reload();
      await listen();
      const second = await stage.line();
      expect((await second.next(ClientKind.Join)).sent).to.equal(1);
      second.socket.close(CloseCode.Refused);
      const third = await stage.line();
      const { token, sent } = await third.next(ClientKind.Join);
      expect([token, sent]).to.deep.equal(['mac.other.1./', 1]);
      expect(await told()).to.equal('dropped 1,');
      expect(stage.loads).to.equal(2);
    });

    it('keeps what the user did while there was no connection', async () => {
      const first = await adopted();
      first.socket.close(CloseCode.TryLater);
      const unanswered = await stage.line();
      await unanswered.next(ClientKind.Join);
      await page.click('button');
      await pending(1);
      expect(
        await page.evaluate(() => JSON.parse(`${sessionStorage.getItem(`troupe:4:${location.href}`)}`)[2])
      ).to.have.length(1);
      await page.reload();
      const second = await stage.line();
      expect((await second.next(ClientKind.Join)).sent).to.equal(1);
      second.send(adoption);
      expect((await second.next(ClientKind.Events)).events).to.deep.equal([click()]);
    });
  });

  it('comes back from the back/forward cache as the same page load, without its cookie', async () => {
    const first = await stage.line();
    const { load: name } = await first.next(ClientKind.Join);
    first.send(adoption);
    await state('live');
    await page.goto(`${page.url()}client-aB_9-z.js`);
    await page.goBack({ waitUntil: 'commit' });
    const second = await stage.line();
    const { load: again, frame } = await second.next(ClientKind.Join);
    expect([again, frame]).to.deep.equal([name, 1]);
    expect(stage.loads).to.equal(1);
    expect(await page.evaluate(() => document.cookie)).to.equal('');
  });

  it('moves to another connection before it leaves the one it has', async () => {
    const first = await adopted();
    const closed = new Promise((resolve) => first.socket.on('close', resolve));
    first.send({ kind: ServerKind.Command, name: Command.Move, operands: [1] });
    const second = await stage.line();
    expect((await second.next(ClientKind.Join)).frame).to.equal(2);
    expect(await closed).to.equal(1000);
    expect(await page.evaluate(() => document.querySelector('#root')?.getAttribute('data-troupe'))).to.equal('live');
    second.send({ kind: ServerKind.Acknowledge, processed: 0 });
    await page.click('button');
    expect((await second.next(ClientKind.Events)).events).to.deep.equal([{ ...click(), instance: 1 }]);
  });

  it('leaves the session when the page is left', async () => {
    const line = await adopted();
    const closed = new Promise((resolve) => line.socket.on('close', resolve));
    await page.goto('about:blank');
    expect(await closed).to.be.oneOf([1000, 1001]);
  });
});
