import { expect } from 'chai';
import { below, createRouter, pathOf, routeTo } from '../../../runtime/http/router.js';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { requestOf } from '../../fixtures/requests.js';
import { fakeComponent } from '../../fixtures/sessions.js';

const home = fakeComponent('home');
const user = fakeComponent('user');
const rest = fakeComponent('rest');
const router = createRouter({ '/': home, '/users/:id': user, '/files/**:path': rest, '/café': rest }, '');

/** What is found, without prototypes. */
function found(url: string) {
  const place = router.find(url);

  if (typeof place === 'number') return place;
  return { ...place, params: { ...place.params }, query: { ...place.query } };
}

describe('router', () => {
  it('finds the component and decodes its parameters, query and path', () => {
    expect(found('/')).to.deep.equal({ component: home, params: {}, query: {}, path: '/' });
    expect(found('/users/J%C3%BCrgen?tab=a+b%26')).to.deep.equal({
      component: user,
      params: { id: 'Jürgen' },
      query: { tab: 'a b&' },
      path: '/users/Jürgen',
    });
    expect(found('/files/a/b%20c')).to.deep.include({ component: rest, params: { path: 'a/b c' } });
    expect(found('/caf%C3%A9')).to.deep.include({ component: rest });
  });

  it('keeps an encoded slash inside its parameter', () => {
    expect(found('/users/a%2Fb')).to.deep.include({ component: user, params: { id: 'a/b' } });
  });

  it('gathers a name that comes more than once', () => {
    expect(found('/?a=1&b=2&a=3&a=')).to.deep.include({ query: { a: ['1', '3', ''], b: '2' } });
  });

  it('takes names from outside as names, whatever they are', () => {
    const place = router.find('/?__proto__=x&constructor=y&hasOwnProperty=z');

    expect(place).to.be.an('object');
    if (typeof place === 'number') return;
    expect(Object.keys(place.query)).to.have.members(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
    expect(Object.getPrototypeOf(place.query)).to.equal(null);
    expect(Object.getPrototypeOf(place.params)).to.equal(null);
  });

  it('answers 404 for what matches nothing, 400 for what cannot be read, 414 for what is too long', () => {
    for (const url of ['/users', '/users/1/2', '*', 'users/1', 'http://host/', '//users/1']) {
      expect(found(url), url).to.equal(404);
    }
    for (const url of ['/users/%', '/users/%zz', '/users/%C3', '/users/%00', '/?a=%00'])
      expect(found(url), url).to.equal(400);
    expect(found(`/?${'x'.repeat(5_000)}`)).to.equal(414);
  });

  it('finds nothing outside its base path', () => {
    const mounted = createRouter({ '/': home, '/users/:id': user }, '/app');

    expect(mounted.find('/app')).to.include({ component: home, path: '/' });
    expect(mounted.find('/app/')).to.include({ component: home, path: '/' });
    expect(mounted.find('/app/users/1')).to.include({ component: user, path: '/users/1' });
    for (const url of ['/', '/application', '/apps/users/1', '/users/1']) expect(mounted.find(url), url).to.equal(404);
  });

  it('leads a visitor there with the principal among the props', () => {
    const place = router.find('/users/1');

    if (typeof place === 'number') throw new Error('not found');
    const request = requestOf({ headers: { 'accept-language': 'de', cookie: 'a=b' } });
    const route = (cookie: string) => routeTo(place, { principal: 'ada', cookie, request }, 0, 'flash');
    expect(route('cookie')).to.have.property('component', user);
    expect(route('cookie').props).to.include({ path: '/users/1', principal: 'ada', flash: 'flash' });
    expect(route('cookie').props.request).to.deep.include({ address: '127.0.0.1', locale: 'de' });
    const browsers = ['cookie', 'cookie', 'other'].map((cookie) => route(cookie).props.browser);
    expect(browsers[0])
      .to.equal(browsers[1])
      .and.to.match(/^[\w-]{22}$/);
    expect(browsers[0]).to.not.equal(browsers[2]);
  });

  it('throws for a pattern that cannot be used, and names it', () => {
    expect(() => createRouter({ '/a/:x/:x': home }, ''))
      .to.throw(TroupeError, "'/a/:x/:x'")
      .with.property('code', 'options');
  });

  it('throws for two patterns that match the same paths', () => {
    for (const [one, other] of [
      ['/a/:x', '/a/:y'],
      ['/a', '/a/'],
      ['/a/**', '/a/**:rest'],
      ['/:a/b/:c', '/:c/b/:a'],
    ] as const) {
      expect(() => createRouter({ [one]: home, [other]: user }, ''))
        .to.throw(TroupeError, `The routes '${one}' and '${other}' match the same paths. Remove one of them.`)
        .with.property('code', 'options');
    }
    createRouter({ '/': home, '/a': home, '/a/:x': home, '/a/:x/b': home, '/:x/a': home, '/a/**': home }, '');
  });

  it('reads paths', () => {
    expect(pathOf('/a?b?c')).to.equal('/a');
    expect(pathOf('/a')).to.equal('/a');
    expect(below('/app', '/app/x')).to.equal('/x');
    expect(below('/app', '/app')).to.equal('');
    expect(below('/app', '/apple')).to.equal(undefined);
  });
});
