/**
 * Read-only pages in a real Chromium: the layout around the page is full of what would run, send or lead away, and
 * nothing of it does, in the frame of the inspector and in a tab of its own.
 */

import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Frame, Page } from 'playwright-core';
import { Counter } from '../../examples/01-counter/counter.js';
import type { DocumentTemplate } from '../../runtime/http/layout.js';
import { createServer, type Server } from '../../runtime/server/server.js';
import { html, unsafeHtml } from '../../runtime/template/html.js';
import { newPage } from './chromium.js';

/** Each would ask for a path below `/asked/`, at once or when it is clicked. */
const busy = `
  <script>fetch('/asked/inline')</script>
  <script src="/asked/script"></script>
  <script type="module" src="/asked/module"></script>
  <img src="data:," onerror="fetch('/asked/error')">
  <iframe src="/asked/frame"></iframe>
  <iframe srcdoc="<script>top.fetch('/asked/srcdoc')</script>"></iframe>
  <object data="/asked/object"></object>
  <embed src="/asked/embed">
  <link rel="modulepreload" href="/asked/modulepreload">
  <link rel="manifest" href="/asked/manifest">
  <meta http-equiv="refresh" content="0; url=/asked/refresh">
  <svg><script>fetch('/asked/svg')</script></svg>
  <p><a href="/asked/link">link</a> <a href="/asked/top" target="_top">top</a>
  <a href="javascript:fetch('/asked/javascript')">javascript</a> <a href="/asked/ping" ping="/asked/ping">ping</a></p>
  <form action="/asked/form" method="post"><button>send</button></form>
  <button onclick="fetch('/asked/onclick')">run</button>`;

const layout: DocumentTemplate = ({ root, script }) => html`<!doctype html>
<html lang="en">
  <head><title>busy</title><script type="module" src=${script}></script></head>
  <body>${root}<div id="busy">${unsafeHtml(busy)}</div><p id="end">end</p></body>
</html>`;

describe('a read-only page in a browser', function () {
  this.timeout(60_000);

  let troupe: Server;
  let http: HttpServer;
  let origin: string;
  /** The path of the read-only page of a session, as it began. */
  let path: string;
  /** What was requested below `/asked/`. */
  const asked: string[] = [];
  let page: Page;

  before(async () => {
    troupe = createServer({
      routes: { '/counter': Counter },
      secret: 'a secret for these specs',
      document: layout,
      inspector: { authorise: () => true },
    });
    http = createHttpServer((request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/asked/')) asked.push(url);
      if (url === '/framing') {
        response.setHeader('Content-Type', 'text/html');
        response.end(
          `<!doctype html><title>framing</title><iframe sandbox="" src="${path}" width="800" height="600"></iframe>`
        );
      } else troupe.handle(request, response);
    });
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve));
    origin = `http://localhost:${(http.address() as AddressInfo).port}`;
    await fetch(`${origin}/counter`);
    const { sessions } = await troupe.inspection.sessions();
    path = `/_troupe/inspector/pages/${sessions[0]?.id}/0`;
  });

  beforeEach(async () => {
    asked.length = 0;
    ({ page } = await newPage());
  });

  afterEach(() => page.context().close());

  after(async () => {
    await troupe.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  /** Expects that nothing was requested and that the page is still there. */
  async function expectStill(frame: Frame): Promise<void> {
    await frame.locator('#end').waitFor();
    expect(await frame.locator('output').innerText()).to.equal('0');
    // What the page has requested arrives before a later request.
    await frame.goto(`${origin}${path}?again`);
    await frame.locator('#end').waitFor();
    expect(asked).to.deep.equal([]);
  }

  it('runs nothing, requests nothing and leads nowhere, in the frame of the inspector', async () => {
    await page.goto(`${origin}/framing`);
    const frame = page.frames().find((one) => one.url().endsWith(path)) as Frame;
    await frame.locator('#end').waitFor();
    for (const control of await frame.locator('#busy a, #busy button').all()) {
      await control.dispatchEvent('click');
      await control.click();
      await page.keyboard.press('Enter');
    }
    expect([new URL(frame.url()).pathname, page.context().pages().length]).to.deep.equal([path, 1]);
    await expectStill(frame);
  });

  it('runs nothing and requests nothing in a tab of its own', async () => {
    await page.goto(origin + path);
    await expectStill(page.mainFrame());
  });
});
