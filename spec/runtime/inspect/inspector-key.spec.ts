import { expect } from 'chai';
import type { HttpRequest } from '../../../runtime/identity/request-identity.js';
import { InspectorKey } from '../../../runtime/inspect/inspector-key.js';

describe('inspector-key', () => {
  let key: InspectorKey;

  const requestOf = (url: string, headers: HttpRequest['headers'] = {}, method = 'GET'): HttpRequest => ({
    ...{ address: '127.0.0.1', method, secure: false, url },
    headers: { host: 'localhost:3000', ...headers },
  });

  beforeEach(() => {
    key = new InspectorKey('/app/inspector');
  });

  it('sets a cookie for the path of the inspector, secure where the browser speaks https', () => {
    const proxied = { 'x-forwarded-proto': 'https' };
    const cookie = key.redeem(requestOf(key.link, proxied), 1) ?? '';
    expect(cookie).to.match(
      /^troupe-inspector-3000=[\w-]{43}; Path=\/app\/inspector; HttpOnly; SameSite=Strict; Secure$/
    );
  });

  it('admits requests with the cookie, under the name of the port that was asked', () => {
    const cookie = key.redeem(requestOf(key.link), 0)?.split(';')[0] ?? '';
    const admits = (headers: HttpRequest['headers']): boolean => key.admits(requestOf('/app/inspector', headers));
    expect(admits({ cookie })).to.equal(true);
    expect(admits({ cookie: `a=b; ${cookie}; c=d` })).to.equal(true);
    expect(admits({ cookie, host: 'localhost:3001' })).to.equal(false);
    for (const other of ['', 'troupe-inspector-3000=', `${cookie}a`, cookie.slice(0, -1), `x${cookie}`]) {
      expect(admits({ cookie: other }), other).to.equal(false);
    }
    expect(admits({})).to.equal(false);
  });

  it('takes its link once, and again with the cookie that it has set', () => {
    expect(key.redeem(requestOf(key.link, {}, 'HEAD'), 0)).to.equal(undefined);
    expect(key.redeem(requestOf('/app/inspector'), 0)).to.equal(undefined);
    expect(key.redeem(requestOf(`${key.link}a`), 0)).to.equal(undefined);
    const given = key.redeem(requestOf(key.link), 0);
    expect(key.redeem(requestOf(key.link), 0)).to.equal(undefined);
    expect(key.redeem(requestOf(key.link, { cookie: given?.split(';')[0] }), 0)).to.equal(given);
  });

  it('is another for each server', () => {
    expect(new InspectorKey('/app/inspector').link).to.not.equal(key.link);
  });
});
