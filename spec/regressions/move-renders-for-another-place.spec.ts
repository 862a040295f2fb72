/**
 * A component instance that came to another place in a turn whose messages changed nothing, because `update` threw, was
 * not rendered for that place: inside `<svg>` it kept the HTML elements that it had shown outside. An instance without
 * messages in that turn was rendered.
 */

import { expect } from 'chai';
import { component, html } from 'troupe';
import { ErrorCode } from '../../runtime/platform/errors.js';
import type { LiveSession } from '../../runtime/session/session.js';
import { FakeConnection, FakeHost, joinFrame, plain, startSession } from '../fixtures/live-session.js';

const Link = component({
  name: 'link',
  init: () => 0,
  update: (_model: number, _message: { type: 'refused' }): number => {
    throw new Error('refused');
  },
  view: () => html<never>`<a>text</a>`,
});

const pageOf = (startsInSvg: boolean) =>
  component({
    name: 'page',
    init: () => startsInSvg,
    update: (_isInSvg, _message: { type: 'moved' }) => true,
    view: (isInSvg) =>
      html<never>`${isInSvg ? html`<svg>${Link({ key: 1 })}</svg>` : html`<p>${Link({ key: 1 })}</p>`}`,
  });

describe('a component instance that comes to another place', () => {
  let host: FakeHost;

  beforeEach(() => {
    host = new FakeHost();
  });

  function joined(startsInSvg: boolean): LiveSession {
    const session = startSession(pageOf(startsInSvg), host);
    session.join(new FakeConnection(), joinFrame());

    return session;
  }

  for (const messages of [0, 1]) {
    it(`is rendered for that place after ${messages} messages that it refuses`, () => {
      const session = joined(false);
      const [link] = session.tree.root.children;
      session.tree.put(session.tree.root, { type: 'moved' });
      for (let sent = 0; sent < messages; sent++) session.tree.put(link as never, { type: 'refused' });
      host.turn();
      expect([...session.tree.root.children]).to.deep.equal([link]);
      expect(plain(session.rendered)).to.deep.equal(plain(joined(true).rendered));
      expect(host.codes).to.deep.equal(Array(messages).fill(ErrorCode.Update));
    });
  }
});
