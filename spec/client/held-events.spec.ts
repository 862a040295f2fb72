import { expect } from 'chai';
import type { Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

interface Bench {
  root: HTMLElement;
  /** What was raised: the name of the part, and its payload. */
  raised: [string, readonly Wire[] | undefined][];
  view: ReturnType<typeof troupe.view.createView>;
  find<Found extends HTMLElement = HTMLInputElement>(selector: string): Found;
  /** Shows HTML with parts, each `[node, kind, name]`, with these values. */
  show(html: string, parts: readonly (readonly [number, number, string])[], values: readonly Wire[]): void;
  type(selector: string, text: string): void;
  fire(selector: string, type: string, init?: EventInit & Record<string, unknown>): void;
}
declare const bench: Bench;

describe('client/held-events', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;
  const pass = (milliseconds: number) => watched.page.clock.runFor(milliseconds);
  /** What was raised so far, without payloads. */
  const names = () => run(() => bench.raised.map(([name]) => name));

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
    await watched.page.clock.install({ time: 0 });
    await watched.page.clock.pauseAt(1_000);
    await run(() => {
      const bench = {
        root: document.createElement('div') as HTMLElement,
        raised: [] as [string, readonly Wire[] | undefined][],
        view: undefined as unknown as ReturnType<typeof troupe.view.createView>,
        find: (selector: string) => bench.root.querySelector(selector) as HTMLInputElement,
        show(html: string, parts: readonly (readonly [number, number, string])[], values: readonly Wire[]) {
          bench.root.remove();
          const { events, ...live } = troupe.liveRoot.addLiveRoot();
          Object.assign(bench, live);
          const hash = `${html} ${parts}`;
          bench.view.render([[hash, 0, html, ...parts.flat()], ...values]);
          events.begin(new Set());
        },
        type(selector: string, text: string) {
          for (const letter of text) {
            const control = bench.find(selector);
            bench.fire(selector, 'keydown', { key: letter });
            control.dispatchEvent(new InputEvent('beforeinput', { bubbles: true }));
            control.setRangeText(letter, control.selectionStart as number, control.selectionEnd as number, 'end');
            control.dispatchEvent(new InputEvent('input', { bubbles: true }));
          }
        },
        fire(selector: string, type: string, init: EventInit & Record<string, unknown> = {}) {
          const Constructor = /^key/.test(type) ? KeyboardEvent : /click|pointer/.test(type) ? PointerEvent : Event;
          bench.find(selector).dispatchEvent(new Constructor(type, { bubbles: true, cancelable: true, ...init }));
        },
      };
      Object.assign(window, { bench });
    });
  });
  after(() => watched.expectNoErrors());

  describe('debounced', () => {
    it('are sent when that long nothing has come, once, with what is there then', async () => {
      await run(() => {
        bench.show('<input>', [[0, 8, 'input|*debounce-300']], [2]);
        bench.type('input', 'ab');
      });
      await pass(299);
      await run(() => bench.type('input', 'c'));
      await pass(299);
      expect(await names()).to.deep.equal([]);
      await pass(1);
      expect(await run(() => bench.raised)).to.deep.equal([['input|*debounce-300', ['abc']]]);
      await pass(1_000);
      await run(() => bench.type('input', 'd'));
      await pass(300);
      expect(await run(() => bench.raised.map(([, payload]) => payload))).to.deep.equal([['abc'], ['abcd']]);
    });

    it('of a text that the server writes hold all keystrokes as one edit, over what the server writes meanwhile', async () => {
      await run(() => {
        bench.show(
          '<input>',
          [
            [0, 7, 'value'],
            [0, 8, 'input|*debounce-300'],
          ],
          ['x', 2]
        );
        bench.find('input').setSelectionRange(1, 1);
        bench.type('input', 'ab');
      });
      await run(() => bench.view.patch([1, 0, 'server x']));
      expect(await run(() => bench.find('input').value)).to.equal('server xab');
      await run(() => bench.type('input', 'c'));
      await pass(300);
      expect(await run(() => [bench.find('input').value, bench.raised])).to.deep.equal([
        'server xabc',
        [['input|*debounce-300', [['abc', 8]]]],
      ]);
    });

    it('keep a control as the user has left it, whatever the server writes meanwhile', async () => {
      await run(() => {
        const parts = [
          [0, 7, 'checked'],
          [0, 8, 'change|*debounce-300'],
        ] as const;
        bench.show('<input type="checkbox">', parts, [false, 2]);
        bench.find('input').checked = true;
        bench.fire('input', 'change');
        bench.view.patch([1, 0, true]);
        bench.view.patch([1, 0, false]);
      });
      expect(await run(() => bench.find('input').checked)).to.equal(true);
      await pass(300);
      expect(await run(() => bench.raised)).to.deep.equal([['change|*debounce-300', ['on', true]]]);
    });

    const before: readonly (readonly [what: string, act: () => void, then: readonly string[]])[] = [
      ['Enter', () => bench.fire('input', 'keydown', { key: 'Enter' }), ['keydown']],
      ['a combination of keys', () => bench.fire('input', 'keydown', { key: 's', ctrlKey: true }), ['keydown']],
      ['the change of the control', () => bench.fire('input', 'change'), ['change']],
      ['a click on the button', () => bench.find('button').click(), ['click', 'submit']],
      ['the submit', () => bench.fire('form', 'submit'), ['submit']],
      ['an edit of another control', () => bench.fire('textarea', 'input'), ['input']],
      ['a pointer that goes down', () => bench.fire('button', 'pointerdown'), []],
      ['the loss of the focus', () => bench.fire('input', 'focusout'), []],
      ['the end of the page', () => window.dispatchEvent(new Event('pagehide')), []],
      ['the page going out of sight', () => document.dispatchEvent(new Event('visibilitychange')), []],
    ];
    for (const [what, act, then] of before) {
      it(`come before ${what}`, async () => {
        await run(() => {
          const html = '<form><input><textarea></textarea><button></button></form>';
          const parts = [
            ...([
              [0, 8, 'submit'],
              [1, 8, 'input|*debounce-300'],
              [1, 8, 'keydown|0:enter'],
              [1, 8, 'keydown|24:s'],
            ] as const),
            ...([
              [1, 8, 'change'],
              [2, 8, 'input'],
              [3, 8, 'click'],
            ] as const),
          ];
          bench.show(html, parts, [1, 2, 1, 1, 1, 1, 1]);
          bench.type('input', 'ab');
          bench.raised.length = 0;
        });
        await watched.page.evaluate((act) => new Function(`return (${act})`)()(), `${act}`);
        const raised = (await names()).map((name) => name.replace(/\|\d.*/, ''));
        expect(raised).to.deep.equal(['input|*debounce-300', ...then]);
        await pass(1_000);
        expect(await names()).to.have.length(1 + then.length);
      });
    }

    it('come before a button is looked at, which may be disabled for want of them', async () => {
      await run(() => {
        const parts = [
          [0, 8, 'submit'],
          [1, 8, 'input|*debounce-300'],
        ] as const;
        bench.show('<form><input><button disabled></button></form>', parts, [1, 2]);
        bench.type('input', 'ab');
        bench.fire('input', 'keydown', { key: 'Enter' });
      });
      expect(await names()).to.deep.equal(['input|*debounce-300', 'submit']);
    });

    it('wait while keys are typed and pointers are moved, and while the same event goes to other handlers', async () => {
      await run(() => {
        const parts = [
          [0, 8, 'pointermove'],
          [0, 8, 'input'],
          [1, 8, 'input|*debounce-300'],
          [1, 8, 'keydown'],
        ] as const;
        bench.show('<form><input></form>', parts, [1, 1, 2, 1]);
        bench.type('input', 'a');
        bench.fire('form', 'pointermove');
        bench.fire('input', 'keydown', { key: 'Backspace' });
        bench.fire('input', 'keydown', { key: 'Process', isComposing: true });
      });
      expect(await names()).to.deep.equal(['keydown', 'input', 'pointermove', 'keydown', 'keydown']);
    });

    it('are sent in the order of their last events', async () => {
      await run(() => {
        const parts = [
          [0, 8, 'input|*debounce-900'],
          [1, 8, 'click|*debounce-100'],
        ] as const;
        bench.show('<input><b></b>', parts, [2, 1]);
        bench.type('input', 'a');
        bench.find('b').click();
      });
      await pass(100);
      expect(await names()).to.deep.equal(['input|*debounce-900', 'click|*debounce-100']);
    });

    it('end with their element, and with their handler', async () => {
      await run(() => {
        bench.show('<main></main>', [[0, 1, '']], [[['field', 0, '<input>', 0, 8, 'input|*debounce-300'], 2]]);
        bench.type('input', 'a');
        bench.view.patch([1, 0, null]);
      });
      await pass(300);
      await run(() => {
        bench.view.patch([1, 0, [['field', 0, '<input>', 0, 8, 'input|*debounce-300'], 2]]);
        bench.type('input', 'a');
        bench.view.patch([3, 0, 0]);
      });
      await pass(300);
      expect(await names()).to.deep.equal([]);
    });
  });

  describe('throttled', () => {
    it('are sent at once, then once in that time, and the last one always', async () => {
      const move = (clientX: number) =>
        watched.page.evaluate((clientX) => bench.fire('p', 'pointermove', { clientX }), clientX);
      await run(() => bench.show('<p></p>', [[0, 8, 'pointermove|*throttle-100']], [2]));
      const told = () => run(() => bench.raised.map(([, payload]) => payload?.[2]));
      await move(1);
      await move(2);
      await pass(99);
      expect(await told()).to.deep.equal([1]);
      await move(3);
      await pass(1);
      expect(await told()).to.deep.equal([1, 3]);
      await move(4);
      expect(await told()).to.deep.equal([1, 3]);
      await pass(100);
      expect(await told()).to.deep.equal([1, 3, 4]);
      await pass(100);
      await move(5);
      expect(await told()).to.deep.equal([1, 3, 4, 5]);
    });

    it('come before a click, and then wait again', async () => {
      await run(() => {
        bench.show(
          '<p></p>',
          [
            [0, 8, 'pointermove|*throttle-100'],
            [0, 8, 'click'],
          ],
          [1, 1]
        );
        for (let count = 0; count < 3; count++) bench.fire('p', 'pointermove');
        bench.find('p').click();
        bench.fire('p', 'pointermove');
      });
      const told = ['pointermove|*throttle-100', 'pointermove|*throttle-100', 'click'];
      expect(await names()).to.deep.equal(told);
      await pass(100);
      expect(await names()).to.deep.equal([...told, 'pointermove|*throttle-100']);
    });
  });
});
