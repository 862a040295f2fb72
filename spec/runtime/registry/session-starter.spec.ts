import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { SessionStarter } from '../../../runtime/registry/session-starter.js';
import type { LiveSession, SessionStart } from '../../../runtime/session/session.js';
import { html } from '../../../runtime/template/html.js';
import { FakeHost } from '../../fixtures/live-session.js';

const pageOf = (init: () => unknown) =>
  component({
    name: 'page',
    secret: ['token'],
    init,
    update: (model, _message: { type: 'told' }) => model,
    view: () => html`<p></p>`,
  });

describe('starting a session', () => {
  let host: FakeHost;
  let starter: SessionStarter;
  let kept: LiveSession | undefined;
  let paths: string[];

  beforeEach(() => {
    host = new FakeHost();
    kept = undefined;
    paths = [];
    starter = new SessionStarter({
      ...{ env: host, initDeadline: 100, owner: host, perAddress: 1 },
      keep: (session, { path }) => {
        paths.push(path);
        return kept ?? session;
      },
    });
  });

  const start = (init: () => unknown, props: object = {}) =>
    starter.start({ id: 'session', component: pageOf(init), props } as SessionStart, 'a');

  it('keeps it, with the path of its page, secrets hidden', () => {
    const session = start(() => 0, { path: '/reset/abc', params: { token: 'abc' } }) as LiveSession;
    expect(session.life).to.deep.equal({ phase: 'dormant', isUsed: false });
    expect(paths).to.deep.equal(['/reset/[secret]']);
  });

  it('counts it for its address until that is released', () => {
    start(() => 0);
    expect([starter.isFull('a'), starter.isFull('b')]).to.deep.equal([true, false]);
    starter.release('a');
    expect(starter.isFull('a')).to.equal(false);
  });

  it('counts it while its init is awaited, and no more after the deadline', async () => {
    const late = Promise.resolve(start(() => new Promise(() => undefined))).catch((error: unknown) => error);
    expect(starter.isFull('a')).to.equal(true);
    host.clock.advance(100);
    expect(await late).to.include({ code: ErrorCode.Deadline });
    expect([starter.isFull('a'), paths]).to.deep.equal([false, []]);
  });

  it('ends it if another one is kept under its id', () => {
    kept = start(() => 0) as LiveSession;
    starter.release('a');
    expect(start(() => 1)).to.equal(kept);
    expect([starter.isFull('a'), host.log]).to.deep.equal([false, ['ended']]);
  });

  it('ends it, and throws, if init does', () => {
    const failing = () =>
      start(() => {
        throw new Error('no');
      });
    expect(failing).to.throw('init of page threw: no');
    expect([starter.isFull('a'), host.log]).to.deep.equal([false, ['ended']]);
  });
});
