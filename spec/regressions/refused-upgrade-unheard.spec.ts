/**
 * An upgrade that was refused because of a wrong proxy was written down nowhere: the page was offline, and the server said
 * nothing.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer, type ErrorReport } from 'troupe/server';
import { WebSocket } from 'ws';

const Page = component({
  name: 'page',
  init: () => 0,
  update: (model: number) => model,
  view: () => html`<p>text</p>`,
});

describe('an upgrade that is refused because of a proxy', () => {
  it('is reported with what the proxy has done', async () => {
    const reports: ErrorReport[] = [];
    const server = createServer({
      routes: { '/': Page },
      secret: 'a secret of this spec',
      onError: (report) => void reports.push(report),
    });
    const { close, port } = await server.listen(0, '127.0.0.1');
    const headers = { host: 'inside:8080', origin: 'https://example.com' };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/_troupe/socket`, { headers });
    await new Promise((resolve) => socket.on('error', resolve));
    // As it comes through a proxy that does not know upgrades.
    const answer = await fetch(`http://127.0.0.1:${port}/_troupe/socket`, { headers: { 'sec-websocket-key': 'x' } });
    await close();

    expect(answer.status).to.equal(426);
    const [host, upgrade] = reports.map(({ code, error }) => `${code}: ${(error as Error).message}`);
    expect(host).to.match(/^upgrade: .*is of "https:\/\/example\.com", and the request is for "inside:8080"\. A proxy/);
    expect(upgrade).to.match(/^upgrade: .*the header Upgrade was lost on the way\./);
  });
});
