/**
 * The client script in a real Chromium, against a server that says what the spec tells it to: joining,
 * adoption, inputs under latency, lost connections, close codes. Every page is under a strict policy.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeClientFrame, encodeFrame } from '../../runtime/codec.js';
import type { Wire } from '../../runtime/patch.js';
import {
  Ask,
  type ClientFrame,
  ClientKind,
  CloseCode,
  Reason,
  type ServerFrame,
  ServerKind,
} from '../../runtime/protocol.js';
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
  /** How often the page was loaded. */
  loads = 0;

  async open(content: string): Promise<string> {
    const script = await bundle('client/main.ts');
    const root = `<div id="root" data-troupe-socket="/_troupe/socket" data-troupe-token="secret">${content}</div>`;
    const page = `<!doctype html><html><head><title>spec</title><script type="module" src="/client-aB_9-z.js"></script></head><body>${root}</body></html>`;
    this.#server = createServer(({ url }, response) => {
      const found = { '/': page, '/client-aB_9-z.js': script }[url ?? ''];
      if (url === '/') this.loads++;
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
const whole = (reason: Reason, definition: Wire, value: string, shown: number): ServerFrame => ({
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
    const { client, token, frame, processed, sent, hashes } = await line.next(ClientKind.Join);
    expect({ client, token, frame, processed, sent, hashes }).to.deep.equal({
      client: 'aB_9-z',
      token: 'secret',
      frame: 0,
      processed: 0,
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

  it('does not write over what is typed while it is on its way, and shows in the end what the server says', async () => {
    const line = await adopted();
    await page.fill('input', 'a');
    expect((await line.next(ClientKind.Events)).events[0]?.payload).to.deep.equal(['a']);
    await page.fill('input', 'ab');
    await line.next(ClientKind.Events);
    line.patch([1, 0, 'A', 1, 3, 1], 1);
    await shows('1');
    expect(await value()).to.equal('ab');
    line.patch([1, 3, 2], 1);
    await shows('2');
    expect(await value()).to.equal('A');
  });

  it('shows what the model says when it has made nothing of what was typed', async () => {
    const line = await adopted();
    await page.fill('input', 'rejected');
    await line.next(ClientKind.Events);
    line.send({ kind: ServerKind.Acknowledge, processed: 1, late: 0 });
    await page.waitForFunction(() => document.querySelector('input')?.value === 'start');
    await page.fill('input', 'ab');
    await line.next(ClientKind.Events);
    line.patch([1, 0, 'A'], 1);
    await page.waitForFunction(() => document.querySelector('input')?.value === 'A');
    await page.fill('input', 'Ab');
    await line.next(ClientKind.Events);
    line.patch([1, 3, 1], 1);
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
    expect(await page.evaluate(() => document.querySelector('#root')?.getAttribute('title'))).to.equal('dropped 1');
    expect(await page.evaluate(() => document.querySelector('input')?.title)).to.equal('kept');
    expect(await value()).to.equal('fresh');
    await page.click('button');
    expect((await second.next(ClientKind.Events)).events.length).to.equal(1);
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

  it('leaves the session when the page is left', async () => {
    const line = await adopted();
    const closed = new Promise((resolve) => line.socket.on('close', resolve));
    await page.goto('about:blank');
    expect(await closed).to.be.oneOf([1000, 1001]);
  });
});
