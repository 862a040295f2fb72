import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Http } from '../../../runtime/http/http.js';
import { createAnswering, createHandle } from '../../../runtime/http/node-adapter.js';
import type { HttpRequest } from '../../../runtime/identity/request-identity.js';

const running: (() => void)[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);

  await once(server.listen(0, '127.0.0.1'), 'listening');
  running.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('node adapter', () => {
  afterEach(() => {
    for (const stop of running.splice(0)) stop();
  });

  it('reads a request and writes its answer', async () => {
    const requests: HttpRequest[] = [];
    const http: Http = async (request) => {
      requests.push(request);
      return { status: 201, headers: ['X-One', '1', 'Content-Length', '2'], body: 'ok' };
    };
    const url = await serve(createHandle(http));
    const response = await fetch(`${url}/a?b=c`, { method: 'POST', headers: { 'X-Two': '2' }, body: 'ignored' });

    expect(response.status).to.equal(201);
    expect(response.headers.get('x-one')).to.equal('1');
    expect(await response.text()).to.equal('ok');
    expect(requests[0]).to.include({ address: '127.0.0.1', method: 'POST', secure: false, url: '/a?b=c' });
    expect(requests[0]?.headers).to.include({ 'x-two': '2' });
  });

  it('gives the same kind of answer to everything, where it is asked to', async () => {
    let count = 0;
    const url = await serve(createAnswering(() => ({ status: 203, headers: ['X-One', '1'], body: String(++count) })));

    expect(await (await fetch(`${url}/a`)).text()).to.equal('1');
    const response = await fetch(`${url}/b`, { method: 'POST' });

    expect(response).to.include({ status: 203 });
    expect(await response.text()).to.equal('2');
  });

  it('writes beside headers that were set before it', async () => {
    const handle = createHandle(async () => ({ status: 200, headers: ['X-One', '1'], body: 'ok' }));
    const url = await serve((request, response) => {
      response.setHeader('X-Powered-By', 'host');
      handle(request, response);
    });
    const response = await fetch(url);

    expect([response.headers.get('x-powered-by'), response.headers.get('x-one')]).to.deep.equal(['host', '1']);
  });

  it('asks for the whole URL where a router has taken off what it is mounted below', async () => {
    const urls: string[] = [];
    const handle = createHandle(async ({ url }) => {
      urls.push(url);
      return undefined;
    });
    const url = await serve((request, response) => {
      handle(Object.assign(request, { originalUrl: request.url, url: '/' }), response);
    });

    expect((await fetch(`${url}/app/x`)).status).to.equal(404);
    expect(urls).to.deep.equal(['/app/x']);
  });

  it('gives each request to the mounted handler first, as it was read', async () => {
    const urls: string[] = [];
    const http: Http = async ({ url }) => ({ status: 200, headers: [], body: `page ${url}` });
    const handle = createHandle(http, [], (request, message, response) => {
      urls.push(request.url);
      if (request.url !== '/mounted') return false;
      response.end(`mounted ${message.url}`);
      return true;
    });
    const url = await serve(handle);

    expect(await (await fetch(`${url}/mounted`)).text()).to.equal('mounted /mounted');
    expect(await (await fetch(`${url}/other`)).text()).to.equal('page /other');
    expect(urls).to.deep.equal(['/mounted', '/other']);
  });

  it('passes on what is not ours, and what cannot be written', async () => {
    const passed: unknown[] = [];
    const failing = createHandle(async () => ({ status: 200, headers: ['bad header', '1'], body: '' }));
    const foreign = createHandle(async () => undefined);
    const url = await serve((request, response) => {
      (request.url === '/foreign' ? foreign : failing)(request, response, (error) => {
        passed.push(error);
        response.end();
      });
    });

    await fetch(`${url}/foreign`);
    await fetch(`${url}/failing`);
    expect(passed[0]).to.equal(undefined);
    expect(passed[1]).to.be.an('error');
  });
});
