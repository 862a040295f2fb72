import { expect } from 'chai';
import { leaveAnew, leaveNothing, leavePosted, loadingOf } from '../../../runtime/identity/page-load.js';
import { requestOf } from '../../fixtures/requests.js';

const agents = {
  chromium: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  webkit: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
};

const cookieOf = ([, setting = '']: readonly string[]): string => setting.split(';')[0] ?? '';
const left = 'troupe-page=load.token';

function loading(cookie: string, control = '', agent = '') {
  return loadingOf(requestOf({ headers: { cookie, 'cache-control': control, 'user-agent': agent } }));
}

const goesOn = (...given: Parameters<typeof loading>): boolean => loading(...given).left.length > 0;

describe('page load', () => {
  it('goes on by a reload, in every browser', () => {
    for (const agent of [agents.chromium, agents.webkit]) {
      expect(loading(left, 'max-age=0', agent), agent).to.deep.equal({
        ...{ isFresh: false, isReload: true, isMarked: false },
        left: [{ document: 'load', token: 'token', isPosted: false }],
      });
    }
    expect(goesOn(left, '', agents.firefox)).to.equal(true);
    expect(goesOn(left)).to.equal(true);
  });

  it('begins anew by a link, an address and a new tab, where the browser says what a reload is', () => {
    for (const agent of [agents.chromium, agents.webkit]) expect(goesOn(left, '', agent), agent).to.equal(false);
  });

  it('begins anew by a hard reload, in every browser', () => {
    for (const agent of ['', ...Object.values(agents)]) {
      expect(loading(left, 'no-cache', agent), agent).to.deep.include({ isFresh: true, isReload: false, left: [] });
    }
  });

  it('is the page of a post without script, however it is loaded', () => {
    const cookie = cookieOf(leavePosted('load', 'mac.id.1.0./', '/a;b?c', false));
    for (const agent of ['', ...Object.values(agents)]) {
      for (const control of ['', 'max-age=0', 'no-cache']) {
        expect(loading(cookie, control, agent).left, agent).to.deep.equal([
          { document: 'load', token: 'mac.id.1.0./', isPosted: true },
        ]);
      }
    }
  });

  it('begins anew after an action, though browsers ask as for a reload', () => {
    const cookie = cookieOf(leaveAnew('/a', false));
    expect(loading(cookie, 'max-age=0', agents.chromium)).to.deep.equal({
      ...{ isFresh: true, isReload: false, isMarked: true },
      left: [],
    });
  });

  it('is of one path, for a few seconds', () => {
    expect(leaveAnew('/a;b?c=d#e', true)).to.deep.equal([
      'Set-Cookie',
      'troupe-page=-; Path=/a%3Bb; Max-Age=10; SameSite=Lax; Secure',
    ]);
    expect(leaveNothing('/', false)[1]).to.equal('troupe-page=; Path=/; Max-Age=0; SameSite=Lax');
  });

  it('has nothing of what cannot be read', () => {
    for (const cookie of ['', 'troupe-page=', 'troupe-page=load.%E0', 'troupe-page=!', 'troupe-pages=-']) {
      expect(loading(cookie, 'max-age=0'), cookie).to.deep.include({ isFresh: false, left: [] });
    }
  });
});
