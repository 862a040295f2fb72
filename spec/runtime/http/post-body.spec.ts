/** Bodies of posts that end early, or are larger than the server takes, over real connections. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { component, html } from 'troupe';
import { createServer, type Listening } from 'troupe/server';

const Page = component({
  name: 'page',
  init: () => 0,
  update: (count, _message: { type: 'clicked' }) => count + 1,
  view: (count) => html<{ type: 'clicked' }>`<button @click=${{ type: 'clicked' }}>${count}</button>`,
});

describe('the body of a post', () => {
  const reports: unknown[] = [];
  let listening: Listening;

  before(async () => {
    const server = createServer({
      routes: { '/': Page },
      secret: 'a secret of this spec',
      onError: (report) => void reports.push(report),
    });
    listening = await server.listen(0, '127.0.0.1');
  });
  after(() => listening.close());
  beforeEach(() => void reports.splice(0));

  /** A connection on which the first page of a visitor was loaded, and the beginning of a post to its button. */
  async function beginPost(...headers: readonly string[]) {
    const origin = `http://127.0.0.1:${listening.port}`;
    const answer = await fetch(`${origin}/`);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    const [, path] = / formaction="([^"]*)"/.exec(await answer.text()) ?? [];
    const socket = connect(listening.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      [
        `POST ${path?.replace('&amp;', '&')} HTTP/1.1`,
        `Host: 127.0.0.1:${listening.port}`,
        ...[`Origin: ${origin}`, 'Sec-Fetch-Site: same-origin', `Cookie: ${cookie}`],
        'Content-Type: application/x-www-form-urlencoded',
        ...[...headers, '', ''],
      ].join('\r\n')
    );

    return socket;
  }

  it('may end early: that is no error of the server', async () => {
    const socket = await beginPost('Content-Length: 1000', 'Expect: 100-continue');
    const [answered] = (await once(socket, 'data')) as [Buffer];
    expect(answered.toString()).to.match(/^HTTP\/1.1 100 /);
    socket.write('half=a');
    socket.destroy();
    // The next visitor is answered after that.
    expect((await fetch(`http://127.0.0.1:${listening.port}/`)).status).to.equal(200);
    expect(reports).to.deep.equal([]);
  });

  it('may be too large, without saying how large it is: the browser gets an answer', async () => {
    const socket = await beginPost('Transfer-Encoding: chunked');
    socket.on('error', () => undefined);
    const piece = 'a'.repeat(65_536);
    for (let sent = 0; sent <= 1_048_576; sent += piece.length) {
      socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    }
    socket.write('0\r\n\r\n');
    const [answered] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answered.toString()).to.match(/^HTTP\/1.1 413 /);
    expect(reports).to.deep.equal([]);
  });
});
