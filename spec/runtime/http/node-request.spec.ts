import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { readRequest } from '../../../runtime/http/node-request.js';

/** A request as Node's parser leaves it, or a router behind that. */
function incoming(given: Record<string, unknown> = {}): IncomingMessage {
  const socket = { remoteAddress: '10.0.0.1' };

  return { headers: { host: 'a' }, method: 'POST', socket, url: '/a?b=c', ...given } as unknown as IncomingMessage;
}

describe('node request', () => {
  it('is read as method, URL, headers and where it comes from', () => {
    const { body, ...rest } = readRequest(incoming());
    expect(body).to.be.a('function');
    expect(rest).to.deep.equal({
      address: '10.0.0.1',
      headers: { host: 'a' },
      method: 'POST',
      secure: false,
      url: '/a?b=c',
    });
  });

  it('is secure if its connection is encrypted', () => {
    const plain = new Socket();
    const encrypted = new TLSSocket(plain);

    expect(readRequest(incoming({ socket: encrypted })).secure).to.equal(true);
    expect(readRequest(incoming({ socket: plain })).secure).to.equal(false);
    encrypted.destroy();
    plain.destroy();
  });

  it('has the whole URL where a router has shortened it', () => {
    expect(readRequest(incoming({ originalUrl: '/app/a?b=c' })).url).to.equal('/app/a?b=c');
  });

  it('has path and query alone where the target names the host, too', () => {
    for (const [target, url] of [
      ['http://a/users/9?b=c', '/users/9?b=c'],
      ['HTTPS://a:8080/users', '/users'],
      ['http://a', '/'],
      ['http://a?b=c', '/?b=c'],
      ['//a/b', '//a/b'],
      ['*', '*'],
      ['ftp://a/b', 'ftp://a/b'],
    ]) {
      expect(readRequest(incoming({ url: target })).url, target).to.equal(url);
    }
  });

  it('asks for the root, by GET, from nowhere, where nothing is said', () => {
    const { address, method, url } = readRequest(incoming({ method: undefined, socket: {}, url: undefined }));

    expect({ address, method, url }).to.deep.equal({ address: '', method: 'GET', url: '/' });
  });
});
