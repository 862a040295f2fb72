/**
 * Cookies that another subdomain, or a page that was changed on its way, had planted put a visitor into the session of an
 * attacker. The check of the origin ignored the scheme, so that a changed page of http could connect.
 */

import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { component } from '../../runtime/component/component.js';
import { createServer, type Listening } from '../../runtime/server.js';
import { html } from '../../runtime/template/html.js';

const Page = component({
  ...{ name: 'page', update: (model: number) => model },
  init: () => Math.random(),
  view: (model) => html`<output>${model}</output>`,
});

const attribute = (body: string, name: string): string => new RegExp(`${name}="([^"]*)"`).exec(body)?.[1] ?? '';

describe('a visitor', () => {
  let listening: Listening;

  beforeEach(async () => {
    const server = createServer({ routes: { '/': Page }, secret: 'a secret for a regression', trustProxy: 1 });
    listening = await server.listen(0, '127.0.0.1');
  });
  afterEach(() => listening.close());

  const load = async (proto: string, ...cookies: string[]) => {
    const headers = { 'x-forwarded-proto': proto, cookie: cookies.join('; '), connection: 'close' };
    const response = await fetch(listening.url, { headers });
    const body = await response.text();

    return {
      shown: /<output>(.*?)<\/output>/.exec(body)?.[1],
      set: response.headers.get('set-cookie') ?? '',
      token: attribute(body, 'data-troupe-token').replaceAll('&amp;', '&'),
    };
  };
  const idIn = (set: string): string => /=([^;]*)/.exec(set)?.[1] ?? '';

  it('of https has a cookie that only this host can set', async () => {
    const { set } = await load('https');
    expect(set).to.match(/^__Host-troupe=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect((await load('https', set.split(';')[0] ?? '')).set).to.equal('');
    expect((await load('http')).set).to.match(/^troupe=/);
  });

  it('is not put into the session of an attacker that planted its cookies', async () => {
    const attackers = await load('https');
    const planted = [`troupe=${idIn(attackers.set)}`, `troupe-page=load.${encodeURIComponent(attackers.token)}`];
    const first = await load('https', ...planted);
    expect(first.shown).not.to.equal(attackers.shown);
    expect(first.set, 'a cookie of its own').to.match(/^__Host-troupe=/);
    const own = first.set.split(';')[0] ?? '';
    expect((await load('https', own, ...planted)).shown).not.to.equal(attackers.shown);
    const reloaded = await load('https', own, `troupe-page=load.${encodeURIComponent(first.token)}`);
    expect(reloaded.shown, 'its own session is found').to.equal(first.shown);
  });

  it('connects from a page of https only, where the server is asked by https', async () => {
    const { host } = new URL(listening.url);
    const connect = async (scheme: string, proto: string): Promise<unknown> => {
      const headers = { origin: `${scheme}://${host}`, 'x-forwarded-proto': proto };
      const socket = new WebSocket(`ws://${host}/_troupe/socket`, { headers });
      const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode);
      const opened = once(socket, 'open').then(() => 'open');
      const answer = await Promise.race([refused, opened, once(socket, 'error')]);
      socket.on('error', () => undefined);
      socket.terminate();

      return answer;
    };
    expect(await connect('http', 'https')).to.equal(403);
    expect(await connect('http', 'wss')).to.equal(403);
    expect(await connect('https', 'https')).to.equal('open');
    expect(await connect('http', 'http')).to.equal('open');
  });
});
