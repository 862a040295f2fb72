import { expect } from 'chai';
import { createSimulatedClock } from '../../../runtime/platform/clock.js';
import { JsdomWindow, type WindowGlobals, type WindowOptions } from '../../../runtime/testing/jsdom-window.js';

const open: JsdomWindow[] = [];

function make(body: string, given: Partial<WindowOptions> = {}) {
  const clock = createSimulatedClock(86_400_000);
  const log: string[] = [];
  const window = new JsdomWindow({
    clock,
    complain: (error) => void log.push(`complaint ${(error as Error).message}`),
    navigation: 'navigate',
    storage: new Map(),
    html: `<!doctype html><html><body>${body}</body></html>`,
    navigate: (url) => void log.push(`to ${url}`),
    url: 'http://localhost/here',
    WebSocket: class {} as never,
    ...given,
  });
  open.push(window);

  return { window, globals: window.globals as WindowGlobals & { eval(code: string): unknown }, clock, log };
}

describe('testing/jsdom-window', () => {
  afterEach(() => {
    for (const window of open.splice(0)) window.close();
  });

  it('has the time of the test', () => {
    const { globals, clock, log } = make('');
    Object.assign(globals, { log });
    globals.eval(`
      setTimeout(() => log.push('once'), 10);
      clearTimeout(setTimeout(() => log.push('never'), 10));
      const ticking = setInterval(() => log.push('tick') > 3 && clearInterval(ticking), 20);
      requestAnimationFrame(() => log.push('frame'));
      log.push(new Date().toISOString(), new Date(0).getTime() + Date.now());`);
    expect(log.splice(0)).to.deep.equal(['1970-01-02T00:00:00.000Z', 86_400_000]);
    clock.advance(1_000);
    expect(log).to.deep.equal(['once', 'frame', 'tick', 'tick']);
    expect(clock.pending).to.equal(0);
  });

  it('paints a frame of the screen when the test wants it, or after its time', () => {
    const { globals, window, clock, log } = make('');
    Object.assign(globals, { log });
    globals.eval(`
      const again = () => requestAnimationFrame(() => { log.push('painted'); again(); });
      again();
      cancelAnimationFrame(requestAnimationFrame(() => log.push('never')));`);
    window.paint();
    expect(log).to.deep.equal(['painted']);
    window.paint();
    clock.advance(16);
    expect(log).to.deep.equal(['painted', 'painted', 'painted']);
  });

  it('has globals of its own', () => {
    const { globals } = make('');
    const { globals: others } = make('');
    globals.eval('globalThis.mine = 1; Array.prototype.mine = 1');
    expect(others.eval('"mine" in globalThis || "mine" in []')).to.equal(false);
    expect('mine' in []).to.equal(false);
    expect(Math.random()).to.not.equal(globals.eval('Math.random()'));
  });

  it('tells what goes wrong in it', () => {
    const { globals, clock, log } = make('<button>x</button>');
    globals.eval(`
      console.warn('careful', 1);
      document.querySelector('button').addEventListener('click', () => { throw new Error('in a listener') });
      setTimeout(() => { throw new Error('in a timer') });
      reportError(new Error('told'));
      document.querySelector('button').click();`);
    clock.advance(0);
    expect(log).to.have.members([
      'complaint careful 1',
      'complaint told',
      'complaint in a listener',
      'complaint in a timer',
    ]);
  });

  it('wants to be elsewhere when a link is followed or the page loads itself again', () => {
    const { globals, log } = make('<a href="/there">a</a><a href="#part">b</a><a href="/no" id="held">c</a>');
    globals.document.querySelector('#held')?.addEventListener('click', (event) => event.preventDefault());
    for (const link of globals.document.querySelectorAll('a')) link.click();
    expect(log).to.deep.equal(['to http://localhost/there']);
    globals.location.reload();
    expect(log[1]).to.match(/^to http:\/\/localhost\/here/);
  });

  it('takes its timers with it', () => {
    const { window, globals, clock, log } = make('');
    globals.addEventListener('pagehide', () => log.push('hidden'));
    globals.setTimeout(() => log.push('never'), 10);
    window.close();
    window.close();
    expect(clock.pending).to.equal(0);
    expect(log).to.deep.equal(['hidden']);
  });

  it('runs the client', () => {
    const urls: string[] = [];
    const { window } = make('<div data-troupe-socket="/_troupe/socket" data-troupe-token="t"></div>', {
      WebSocket: class {
        constructor(url: string) {
          urls.push(url);
        }
        close(): void {}
      } as never,
    });
    window.start();
    expect(urls).to.deep.equal(['ws://localhost/_troupe/socket']);
    expect(window.root.getAttribute('data-troupe')).to.equal('connecting');
  });
});
