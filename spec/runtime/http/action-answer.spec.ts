import { expect } from 'chai';
import { type ActionAnswer, answerOf, cookieText } from '../../../runtime/http/action-answer.js';
import { TroupeError } from '../../../runtime/platform/errors.js';

const defaults = { path: '/app', secure: false };

function answer(given: ActionAnswer) {
  const { status, headers, body } = answerOf(given, defaults, []);
  const named = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]] as const] : []));

  return { status, headers: Object.fromEntries(named), body: String(body) };
}

describe('action answer', () => {
  it('has a status by what it is', () => {
    expect(answer({})).to.deep.include({ status: 204, body: '' });
    expect(answer({ body: 'text' })).to.deep.include({ status: 200, body: 'text' });
    expect(answer({ json: { a: 1 } })).to.deep.include({ status: 200, body: '{"a":1}' });
    expect(answer({ redirect: '/' })).to.deep.include({ status: 303, body: '' });
    expect(answer({ redirect: '/', status: 307 }).status).to.equal(307);
    expect(answer({ status: 403 }).body).to.include('<h1>Not accepted</h1>');
    expect(answer({ status: 422, body: 'no' })).to.deep.include({ status: 422, body: 'no' });
  });

  it('is kept by no cache and guessed by no browser, unless it says so', () => {
    expect(answer({ body: 'x' }).headers).to.deep.equal({
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': '1',
    });
    expect(answer({ json: [] }).headers).to.include({ 'Content-Type': 'application/json' });
    const own = answer({ body: '<b>', headers: { 'content-type': 'text/html', 'cache-control': 'public' } }).headers;
    expect(own).to.include({ 'content-type': 'text/html', 'cache-control': 'public' });
    expect(own).to.not.have.any.keys('Content-Type', 'Cache-Control');
  });

  it('redirects within the site alone', () => {
    expect(answer({ redirect: '/a?b=c#d' }).headers).to.include({ Location: '/a?b=c#d' });
    for (const redirect of ['//evil.example/', '/\\evil.example', 'https://evil.example', 'a', '', '/a\r\nX: y']) {
      expect(() => answer({ redirect }), redirect).to.throw(TroupeError, 'A redirect leads to');
    }
    expect(answer({ status: 303, headers: { location: 'https://idp.example' } }).headers).to.include({
      location: 'https://idp.example',
    });
  });

  it('sets cookies with safe defaults', () => {
    expect(answer({ cookies: { sid: 'a b' } }).headers).to.include({
      'Set-Cookie': 'sid=a%20b; Path=/app; HttpOnly; SameSite=Lax',
    });
    expect(cookieText('sid', 'x', { path: '/', secure: true })).to.equal(
      'sid=x; Path=/; HttpOnly; SameSite=Lax; Secure'
    );
    expect(cookieText('sid', null, defaults)).to.equal('sid=; Path=/app; Max-Age=0; HttpOnly; SameSite=Lax');
    const all = {
      value: 'x',
      domain: 'example.com',
      httpOnly: false,
      maxAge: 60_000,
      path: '/',
      sameSite: 'None',
    } as const;
    expect(cookieText('sid', all, defaults)).to.equal(
      'sid=x; Path=/; Domain=example.com; Max-Age=60; SameSite=None; Secure'
    );
  });

  it('throws for cookies that are ours or cannot be', () => {
    for (const name of ['troupe', '__Host-troupe', 'troupe-page', 'troupe-flash', 'a b', 'a;b', '']) {
      expect(() => cookieText(name, 'x', defaults), name).to.throw(TroupeError, 'cookie');
    }
    expect(() => cookieText('a', { value: 'x', path: '/; Domain=evil' }, defaults)).to.throw(TroupeError);
    expect(() => cookieText('a', 1 as never, defaults)).to.throw(TroupeError, 'it takes a text');
  });

  it('throws for what is no answer', () => {
    expect(() => answer('x' as never)).to.throw(TroupeError, 'answered x');
    expect(() => answer([] as never)).to.throw(TroupeError);
    expect(() => answer({ redirct: '/' } as never)).to.throw(TroupeError, 'redirct');
    expect(() => answer({ status: 99 })).to.throw(TroupeError, 'status 99');
    expect(() => answer({ flash: 'x' })).to.throw(TroupeError, 'flash');
    expect(() => answer({ headers: { 'a b': 'x' } })).to.throw(TypeError);
    expect(() => answer({ headers: { a: 'x\r\ny: z' } })).to.throw(TypeError);
  });
});
