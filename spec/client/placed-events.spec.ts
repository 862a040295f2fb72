import { expect } from 'chai';
import type { Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

interface Bench {
  root: HTMLElement;
  /** What was raised: the name of the part, and its payload. */
  raised: [string, readonly Wire[] | undefined][];
  view: ReturnType<typeof troupe.view.createView>;
  find(selector: string): HTMLElement;
  /** Shows HTML with parts, each `[node, kind, name]`, with these values. */
  show(html: string, parts: readonly (readonly [number, number, string])[], values: readonly Wire[]): Promise<void>;
  /** Adopts HTML that is in the page already. */
  adopt(html: string, parts: readonly (readonly [number, number, string])[], values: readonly Wire[]): Promise<void>;
  fire(at: EventTarget, type: string, init?: EventInit & Record<string, unknown>): void;
  /** When the browser has observed what there is to observe. */
  observed(): Promise<void>;
  names(): string[];
}
declare const bench: Bench;

describe('client/placed-events', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<b id="elsewhere"></b><input id="field">');
    await run(async () => {
      const begin = async (html: string, work: (bench: Bench) => void): Promise<void> => {
        bench.root.remove();
        const { events, ...live } = troupe.liveRoot.addLiveRoot(html);
        Object.assign(bench, live);
        work(bench);
        events.begin(new Set());
        // New elements are noticed in a microtask.
        await Promise.resolve();
      };
      const bench: Bench = {
        root: document.createElement('div'),
        raised: [],
        view: undefined as unknown as Bench['view'],
        find: (selector) => bench.root.querySelector(selector) as HTMLElement,
        show: (html, parts, values) =>
          begin('', ({ view }) => view.render([[`${html} ${parts}`, 0, html, ...parts.flat()], ...values])),
        adopt: (html, parts, values) =>
          begin(html, ({ view }) => view.adopt([[`${html} ${parts}`, 0, html, ...parts.flat()], ...values])),
        fire(at, type, init = {}) {
          const Constructor = /^key/.test(type) ? KeyboardEvent : /click|pointer/.test(type) ? PointerEvent : Event;
          at.dispatchEvent(new Constructor(type, { bubbles: true, cancelable: true, ...init }));
        },
        async observed() {
          for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
        },
        names: () => bench.raised.map(([name]) => name),
      };
      Object.assign(window, { bench });
    });
  });
  after(() => watched.expectNoErrors());

  it('hear the whole window, and the keys and the modifiers that are asked for', async () => {
    const raised = await run(async () => {
      const mark = (name: string): string => `data-troupe-on="${name}"`;
      await bench.show(`<p ${mark('keydown*|window|0:escape')}></p>`, [[0, 8, 'keydown*|window|0:escape']], [2]);
      const elsewhere = document.querySelector('#elsewhere') as Element;
      for (const key of ['a', 'Escape']) bench.fire(elsewhere, 'keydown', { key });
      bench.fire(elsewhere, 'keydown', { key: 'Escape', ctrlKey: true });
      return bench.raised;
    });
    expect(raised).to.deep.equal([['keydown*|window|0:escape', ['Escape']]]);
  });

  it('tell nothing of fields elsewhere', async () => {
    const raised = await run(async () => {
      const field = document.querySelector('#field') as HTMLInputElement;
      field.value = 'secret';
      const names = ['keydown*|window', 'change*|document', 'click*|outside|default'];
      await bench.show(
        `<p data-troupe-on="${names.join(' ')}"></p>`,
        names.map((name) => [0, 8, name] as const),
        [2, 2, 2]
      );
      bench.fire(field, 'keydown', { key: 'x' });
      bench.fire(field, 'change');
      bench.fire(field, 'click');
      return bench.raised.map(([name, payload]) => [name, payload?.includes('secret')]);
    });
    expect(raised).to.deep.equal([
      ['keydown*|window', false],
      ['change*|document', false],
      ['click*|outside|default', false],
    ]);
  });

  it('of the window are not those of its elements that do not bubble', async () => {
    const raised = await run(async () => {
      const names = ['focus*|window', 'scroll*|window', 'visibilitychange*|document'];
      await bench.show(
        `<div data-troupe-on="${names.join(' ')}"><input></div>`,
        names.map((name) => [0, 8, name] as const),
        [1, 1, 1]
      );
      bench.fire(bench.find('input'), 'focus', { bubbles: false });
      bench.fire(bench.find('input'), 'scroll', { bubbles: false });
      const before = bench.names();
      bench.fire(window, 'focus', { bubbles: false });
      bench.fire(document, 'scroll');
      bench.fire(document, 'visibilitychange');
      return [before, bench.names()];
    });
    expect(raised).to.deep.equal([[], ['focus*|window', 'scroll*|window', 'visibilitychange*|document']]);
  });

  it('tell how far the page is scrolled, and how large the window is', async () => {
    const raised = await run(async () => {
      const names = ['scroll*|window', 'resize*|window'];
      await bench.show(
        `<div data-troupe-on="${names.join(' ')}" style="height: 5000px"></div>`,
        names.map((name) => [0, 8, name] as const),
        [2, 2]
      );
      scrollTo(0, 50);
      bench.fire(document, 'scroll');
      bench.fire(window, 'resize', { bubbles: false });
      const [first, second] = bench.raised;
      const size = second?.[1]?.slice(-2);
      scrollTo(0, 0);
      return [first, size, [innerWidth, innerHeight]];
    });
    expect(raised[0]).to.deep.equal(['scroll*|window', [0, 50]]);
    expect(raised[1]).to.deep.equal(raised[2]);
  });

  it('happen outside of an element, and not in it', async () => {
    const raised = await run(async () => {
      const html = '<nav data-troupe-on="click*|outside|default"><i></i></nav><a href="#x"></a>';
      await bench.show(html, [[0, 8, 'click*|outside|default']], [1]);
      bench.find('i').click();
      bench.find('nav').click();
      const before = bench.raised.length;
      const prevented = (at: Element): boolean =>
        !at.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      const link = prevented(bench.find('a'));
      location.hash = '';
      (document.querySelector('#elsewhere') as HTMLElement).click();
      return [before, bench.raised.length, link];
    });
    expect(raised).to.deep.equal([0, 2, false]);
  });

  it('are heard on the way in, from outside to inside, before all others', async () => {
    const raised = await run(async () => {
      const html =
        '<main data-troupe-on="click*|capture focus*|capture"><p data-troupe-on="click*|capture"><b data-troupe-on="click"></b><input></p></main>';
      const parts = [
        [0, 8, 'click*|capture'],
        [0, 8, 'focus*|capture'],
        [1, 8, 'click*|capture'],
        [2, 8, 'click'],
      ] as const;
      await bench.show(html, parts, [2, 1, 1, 1]);
      bench.find('b').click();
      (document.querySelector('#elsewhere') as HTMLElement).click();
      bench.fire(bench.find('input'), 'focus', { bubbles: false });
      return bench.raised.map(([name, payload]) => `${name} ${!!payload}`);
    });
    expect(raised).to.deep.equal([
      'click*|capture true',
      'click*|capture false',
      'click false',
      'focus*|capture false',
    ]);
  });

  it('live with their element: in a child that comes and goes, and in rows', async () => {
    const raised = await run(async () => {
      const child = [['child', 0, '<i data-troupe-on="click*|outside"></i>', 0, 8, 'click*|outside'], 1];
      const changed = () => new Promise<void>((resolve) => queueMicrotask(resolve));
      const counts: number[] = [];
      const click = (): void => {
        bench.raised.length = 0;
        (document.querySelector('#elsewhere') as HTMLElement).click();
        counts.push(bench.raised.length);
      };
      let added = 0;
      const { addEventListener, removeEventListener } = document;
      document.addEventListener = function (this: Document, ...given: [string, EventListener]) {
        if (given[0] === 'click') added++;
        return addEventListener.apply(this, given);
      } as typeof addEventListener;
      document.removeEventListener = function (this: Document, ...given: [string, EventListener]) {
        if (given[0] === 'click') added--;
        return removeEventListener.apply(this, given);
      } as typeof removeEventListener;
      await bench.show(
        '<main></main><ul></ul>',
        [
          [0, 1, ''],
          [1, 1, ''],
        ],
        [null, [null]] as Wire[]
      );
      click();
      bench.view.patch([1, 0, child as Wire]);
      await changed();
      click();
      bench.view.patch([1, 0, null]);
      await changed();
      click();
      // Rows: one, then three, then the first of them moves, then it is removed.
      bench.view.patch([1, 1, [null, 'a', 1, 1] as Wire]);
      await changed();
      click();
      const { number } = bench.view.find(1) as unknown as { number: number };
      bench.view.patch([1, 1, null]);
      await changed();
      click();
      Object.assign(document, { addEventListener, removeEventListener });
      return [counts, added, number];
    });
    expect(raised).to.deep.equal([[0, 1, 0, 1, 0], 0, 1]);
  });

  it('are those of a page that was adopted', async () => {
    const raised = await run(async () => {
      const html = '<p data-troupe-on="click*|outside|once click*|window"></p>';
      await bench.adopt(
        html,
        [
          [0, 8, 'click*|outside|once'],
          [0, 8, 'click*|window'],
        ],
        [1, 0]
      );
      const elsewhere = document.querySelector('#elsewhere') as HTMLElement;
      for (let count = 0; count < 2; count++) elsewhere.click();
      return bench.names();
    });
    // Nothing for a handler that is not there, and the other once.
    expect(raised).to.deep.equal(['click*|outside|once']);
  });

  it('may be held back', async () => {
    const raised = await run(async () => {
      await bench.show(
        '<p data-troupe-on="scroll*|window|*throttle-60000"></p>',
        [[0, 8, 'scroll*|window|*throttle-60000']],
        [1]
      );
      for (let count = 0; count < 3; count++) bench.fire(document, 'scroll');
      const before = bench.names().length;
      dispatchEvent(new Event('pagehide'));
      return [before, bench.names().length];
    });
    expect(raised).to.deep.equal([1, 2]);
  });

  describe('observed', () => {
    it('say when an element comes into sight and leaves it, also within a margin', async () => {
      const raised = await run(async () => {
        const far = '<p style="height: 3000px"></p>';
        const html = `<div id="box" style="height: 100px; overflow: auto">${far}<i data-troupe-on="visible* hidden* visible*|margin-200">.</i>${far}</div>`;
        const parts = [
          [2, 8, 'visible*'],
          [2, 8, 'hidden*'],
          [2, 8, 'visible*|margin-200'],
        ] as const;
        await bench.show(html, parts, [1, 1, 1]);
        const steps: string[][] = [];
        for (const top of [0, 2_800, 3_000, 0, 3_000]) {
          bench.find('#box').scrollTop = top;
          await bench.observed();
          steps.push(bench.names().sort());
          bench.raised.length = 0;
        }
        return steps;
      });
      expect(raised).to.deep.equal([
        [],
        ['visible*|margin-200'],
        ['visible*'],
        ['hidden*'],
        ['visible*', 'visible*|margin-200'],
      ]);
    });

    it('say so once, if that is asked for, and not when the element is removed', async () => {
      const raised = await run(async () => {
        const child: Wire = [
          ['seen', 0, '<i data-troupe-on="visible*|once hidden*">.</i>', 0, 8, 'visible*|once', 0, 8, 'hidden*'],
          1,
          1,
        ];
        await bench.show('<main></main>', [[0, 1, '']], [child]);
        await bench.observed();
        for (const display of ['none', '']) {
          bench.find('i').style.display = display;
          await bench.observed();
        }
        bench.view.patch([1, 0, null]);
        await bench.observed();
        return bench.names();
      });
      expect(raised).to.deep.equal(['visible*|once', 'hidden*']);
    });

    it('say how large an element is, at first and when that changes, once a frame', async () => {
      const raised = await run(async () => {
        await bench.show(
          '<p data-troupe-on="resize*" style="width: 100px; height: 20px; padding: 5px"></p>',
          [[0, 8, 'resize*']],
          [2]
        );
        await bench.observed();
        for (const width of [200, 300, 400]) bench.find('p').style.width = `${width}px`;
        await bench.observed();
        return bench.raised.map(([, payload]) => payload?.slice(-2));
      });
      expect(raised).to.deep.equal([
        [100, 20],
        [400, 20],
      ]);
    });
  });
});
