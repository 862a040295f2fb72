import { expect } from 'chai';
import { actionOffence, isActions, isRoutes, routeOffence, shown } from '../../../runtime/server/route-options.js';
import { fakeComponent } from '../../fixtures/sessions.js';

const component = fakeComponent('page');

describe('route options', () => {
  it('are components, or components with who may see them', () => {
    expect(isRoutes({ '/': component, '/a': { component, allow: () => true } })).to.equal(true);
    expect(routeOffence({ '/': { component, alow: () => true } })).to.equal(
      ", and at '/' is `alow`, which no route has"
    );
    expect(routeOffence({ '/': { component, allow: true } })).to.equal(", and at '/' `allow` is true");
    expect(routeOffence({ '/': { component: 'x' } })).to.equal(', and at \'/\' `component` is "x"');
    expect(routeOffence({ '/': {} })).to.equal(", and at '/' stands this object");
    expect(routeOffence({})).to.equal(', at least one');
  });

  it('are actions by method and path', () => {
    expect(isActions({ 'POST /login': () => undefined, 'GET /a/:id': () => undefined })).to.equal(true);
    expect(isActions({})).to.equal(true);
    for (const name of ['/login', 'post /login', 'POST login', 'HEAD /', 'POST  /x']) {
      expect(actionOffence({ [name]: () => undefined }), name).to.include(`'${name}' is none`);
    }
    expect(actionOffence({ 'POST /_troupe/post': () => undefined })).to.include('is reserved');
    expect(actionOffence({ 'POST /a': 1 })).to.equal(", and 'POST /a' is 1");
  });

  it('are shown shortly', () => {
    expect(['x', [], () => 1, {}, null].map(shown)).to.deep.equal([
      '"x"',
      'an array',
      'a function',
      'this object',
      'null',
    ]);
  });
});
