import { expect } from 'chai';
import { refusalOfOrigin, refusalOfPost } from '../../../runtime/identity/request-origin.js';

const request = (headers: Record<string, string>) => ({
  address: '127.0.0.1',
  headers: { host: 'a.example', ...headers },
  method: 'POST',
  secure: false,
  url: '/',
});

const cause = (headers: Record<string, string>, origins?: readonly string[]) =>
  refusalOfPost(request(headers), origins, 0)?.[1];

describe('request origin', () => {
  it('of a connection is that of the host, or one of the option', () => {
    const refusal = (origin: string, origins?: readonly string[]) =>
      refusalOfOrigin(request({ origin }), origins, 0)?.[1];
    expect(refusal('http://a.example')).to.equal(undefined);
    expect(refusal('http://b.example')).to.match(/^the page is of "http:\/\/b\.example"/);
    expect(refusal('http://b.example', ['http://b.example'])).to.equal(undefined);
    expect(refusal('http://a.example', ['http://b.example'])).to.match(/the option origins does not name/);
  });

  it('of a form is what the browser says of the site', () => {
    expect(cause({ 'sec-fetch-site': 'same-origin' })).to.equal(undefined);
    expect(cause({ 'sec-fetch-site': 'same-origin', origin: 'null' })).to.equal(undefined);
    expect(cause({ 'sec-fetch-site': 'cross-site', origin: 'http://a.example' })).to.match(/"cross-site"/);
    expect(cause({ 'sec-fetch-site': 'none' })).to.match(/"none"/);
  });

  it('of a form is its origin if the browser does not say the site', () => {
    expect(cause({ origin: 'http://a.example' })).to.equal(undefined);
    expect(cause({ origin: 'http://b.example' })).to.match(/^the page is of "http:\/\/b\.example"/);
    expect(refusalOfPost(request({}), undefined, 0)).to.deep.equal([403]);
  });
});
