import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

/** The openings of a page with one element in it. */
interface Bench {
  openings: InstanceType<typeof troupe.openings.Openings>;
  element: HTMLElement & { open?: boolean };
  /** The events that the browser has fired at it, and whether each is an echo. */
  heard: [string, boolean][];
  /** A frame with these events processed, in which the server may write. */
  frame(processed: number, wanted?: boolean): boolean;
  isOpen(): boolean;
  /** Waits for so many events. */
  told(count: number): Promise<void>;
}
declare const bench: Bench;

describe('client/openings', () => {
  let watched: WatchedPage;
  const run = <Result, Argument = undefined>(work: (argument: Argument) => Result, argument?: Argument) =>
    watched.page.evaluate(work as never, argument as never) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  const load = (html: string) =>
    run((html) => {
      document.querySelector('main')?.remove();
      document.body.insertAdjacentHTML('beforeend', `<main><button></button>${html}</main>`);
      const element = document.querySelector('main')?.lastElementChild as Bench['element'];
      const openings = new troupe.openings.Openings();
      const heard: [string, boolean][] = [];
      for (const type of ['toggle', 'close', 'cancel']) {
        document.addEventListener(
          type,
          (event) => event.target === element && heard.push([type, openings.isEcho(event)]),
          true
        );
      }
      const isOpen = () => element.matches('dialog[open],details[open],:popover-open');
      Object.assign(window, {
        bench: {
          openings,
          element,
          heard,
          isOpen,
          frame(processed: number, wanted?: boolean) {
            openings.processed(processed);
            if (wanted !== undefined) openings.write(element, wanted);
            openings.release();
            return isOpen();
          },
          async told(count: number) {
            while (heard.length < count) await new Promise(requestAnimationFrame);
          },
        },
      });
    }, html);

  for (const [what, html] of [
    ['a dialog', '<dialog></dialog>'],
    ['details', '<details><summary></summary></details>'],
    ['a popover', '<div popover></div>'],
    ['a dialog that is a popover', '<dialog popover></dialog>'],
  ] as const) {
    it(`open and close ${what}, at the end of a frame, and that is an echo`, async () => {
      await load(html);
      const seen = await run(async () => {
        bench.openings.write(bench.element, true);
        const seen = [bench.isOpen()];
        bench.openings.release();
        seen.push(bench.isOpen(), bench.element.matches(':modal'));
        await bench.told(1);
        seen.push(bench.frame(0, false));
        await bench.told(2);
        return [seen, new Set(bench.heard.map(([, isEcho]) => isEcho)).size, bench.heard[0]?.[1]];
      });
      expect(seen).to.deep.equal([[false, true, what === 'a dialog', false], 1, true]);
    });
  }

  it('take an event that a script makes for one of the user', async () => {
    await load('<dialog></dialog>');
    const isEcho = await run(() => {
      bench.frame(0, true);
      bench.element.dispatchEvent(new Event('close'));
      return bench.heard[0];
    });
    expect(isEcho).to.deep.equal(['close', false]);
  });

  it('leave other elements alone', async () => {
    await load('<p></p>');
    expect(
      await run(() => [bench.openings.write(bench.element, true), bench.openings.sent(bench.element, 1)])
    ).to.deep.equal([false, false]);
  });

  it('write nothing over what the user has done until its event is processed, and then the last write', async () => {
    await load('<details><summary></summary></details>');
    const seen = await run(async () => {
      const seen = [bench.frame(0, true)];
      await bench.told(1);
      bench.element.open = false;
      // The browser has not told yet.
      seen.push(bench.frame(0, true));
      await bench.told(2);
      bench.openings.sent(bench.element, 1);
      seen.push(bench.frame(0, false), bench.frame(0, true), bench.frame(1));
      return [seen, bench.heard];
    });
    expect(seen).to.deep.equal([
      [true, false, false, false, true],
      [
        ['toggle', true],
        ['toggle', false],
      ],
    ]);
  });

  it('drop a write that waited, if no handler takes what the user has done', async () => {
    await load('<details><summary></summary></details>');
    const seen = await run(async () => {
      const seen = [bench.frame(0, true)];
      await bench.told(1);
      bench.element.open = false;
      seen.push(bench.frame(0, true));
      await bench.told(2);
      seen.push(bench.frame(0), bench.frame(0, true));
      return seen;
    });
    expect(seen).to.deep.equal([true, false, false, true]);
  });

  it('go on if another script has closed an element in a way that raises no event', async () => {
    await load('<dialog></dialog>');
    const seen = await run(async () => {
      const seen = [bench.frame(0, true)];
      bench.element.removeAttribute('open');
      seen.push(bench.frame(0, true));
      await new Promise((resolve) => setTimeout(resolve));
      seen.push(bench.frame(0), bench.frame(0, true));
      return seen;
    });
    expect(seen).to.deep.equal([true, false, false, true]);
  });

  it('take an event that is on its way again for one that is not processed', async () => {
    await load('<details><summary></summary></details>');
    const seen = await run(async () => {
      bench.frame(0, false);
      bench.element.open = true;
      await bench.told(1);
      bench.openings.sent(bench.element, 2);
      return [bench.frame(2, true), bench.frame(1, false), bench.frame(2)];
    });
    expect(seen).to.deep.equal([true, true, false]);
  });

  it('make a dialog modal that the page was loaded with, and leave the focus in it', async () => {
    await load('<dialog open><button></button><input></dialog>');
    const seen = await run(() => {
      (document.querySelector('input') as HTMLElement).focus();
      const isOpen = bench.frame(0, true);
      return [isOpen, bench.element.matches(':modal'), document.activeElement?.localName];
    });
    expect(seen).to.deep.equal([true, true, 'input']);
  });

  it('give the focus back when an open element has left the page, and forget it', async () => {
    await load('<dialog><input></dialog>');
    const seen = await run(() => {
      const opener = document.querySelector('main > button') as HTMLElement;
      opener.focus();
      bench.frame(0, true);
      const inside = document.activeElement?.localName;
      bench.element.remove();
      bench.openings.release();
      return [inside, document.activeElement === opener, bench.openings.sent(bench.element, 1)];
    });
    expect(seen).to.deep.equal(['input', true, false]);
  });

  it('report what the browser refuses, and go on', async () => {
    await load('<dialog></dialog>');
    const seen = await run(() => {
      const seen: unknown[] = [];
      addEventListener(
        'error',
        (event) => {
          event.preventDefault();
          seen.push(event.message);
        },
        { once: true }
      );
      Object.assign(bench.element, {
        showModal: () => {
          throw new Error('no');
        },
      });
      seen.push(bench.frame(0, true));
      return seen;
    });
    expect(seen).to.deep.equal(['Uncaught Error: no', false]);
  });
});
