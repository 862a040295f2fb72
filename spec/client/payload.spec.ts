import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

/** Dispatches an event on `selector` in the page and gives the payload for a handler on `on`. */
interface Case {
  html: string;
  event: string;
  init?: Record<string, unknown>;
  on?: string;
  selector?: string;
}

describe('client/payload', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
  });
  after(() => watched.expectNoErrors());

  const payload = (given: Case) =>
    watched.page.evaluate(({ html, event, init = {}, on, selector }) => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML = html;
      const element = (on ? root.querySelector(on) : root.firstElementChild) as Element;
      const target = (selector ? root.querySelector(selector) : element) as Element;
      const { type: name, ...fields } = init;
      const Constructor = (window as unknown as Record<string, typeof Event>)[`${name ?? 'Event'}`] as typeof Event;
      let seen: unknown;
      const listen = (event: Event): void => {
        event.preventDefault();
        seen = troupe.payload.trim(troupe.payload.payloadOf(event, element));
      };
      root.addEventListener(event, listen, true);
      target.dispatchEvent(new Constructor(event, { bubbles: true, cancelable: true, ...fields }));
      root.removeEventListener(event, listen, true);
      return seen;
    }, given);

  const cases: readonly (readonly [string, Case, unknown])[] = [
    ['the value of a control', { html: '<input value="a">', event: 'input' }, ['a']],
    ['nothing where all is as always', { html: '<input>', event: 'input' }, []],
    ['whether a box is checked', { html: '<input type="checkbox" checked>', event: 'change' }, ['on', true]],
    [
      'the values of a select',
      { html: '<select multiple><option selected>a<option>b<option selected>c</select>', event: 'change' },
      ['a', false, ['a', 'c']],
    ],
    [
      'an empty value that is selected',
      { html: '<select multiple><option selected value="">a</select>', event: 'change' },
      ['', false, ['']],
    ],
    [
      'the control it happened in, for a handler further out',
      { html: '<form><input value="a"></form>', event: 'input', selector: 'input' },
      ['a'],
    ],
    [
      'the button it is on, for an event in it',
      { html: '<button value="a"><i></i></button>', event: 'click', selector: 'i' },
      ['a'],
    ],
    ['no value that is an element', { html: '<form><input name="value"></form>', event: 'change' }, []],
    [
      'key, code and modifiers',
      {
        html: '<p></p>',
        event: 'keydown',
        init: { type: 'KeyboardEvent', key: 'A', code: 'KeyA', shiftKey: true, ctrlKey: true },
      },
      ['A', 'KeyA', 10],
    ],
    [
      'a key event without a key, as autofill makes it',
      { html: '<input value="x">', event: 'keydown' },
      ['', '', 0, false, 'x'],
    ],
    [
      'pointer position and button',
      {
        html: '<p></p>',
        event: 'mousedown',
        init: { type: 'MouseEvent', clientX: 5, clientY: -200, button: 2, altKey: true },
      },
      ['', false, 5, -200],
    ],
    ['wheel movement', { html: '<p></p>', event: 'wheel', init: { type: 'WheelEvent', deltaY: 3.5 } }, [0, 3.5]],
    [
      'the entries of a form, without files',
      {
        html: '<form><input name="a" value="1"><input name="f" type="file"><input name="a" value="2"><button name="b" value="3"></form>',
        event: 'submit',
        init: { type: 'SubmitEvent' },
      },
      ['a', '1', 'a', '2'],
    ],
    ['whether details are open', { html: '<details open></details>', event: 'toggle' }, [true]],
    [
      'whether a popover opens',
      { html: '<p></p>', event: 'toggle', init: { type: 'ToggleEvent', newState: 'open' } },
      [true],
    ],
  ];
  for (const [what, given, expected] of cases) {
    it(`tells ${what}`, async () => {
      const seen = (await payload(given)) as unknown[];
      if (given.event === 'submit') expect(seen).to.deep.equal([expected]);
      else if (given.event === 'mousedown') {
        expect(seen.slice(0, 4)).to.deep.equal(expected);
        expect(seen.slice(6)).to.deep.equal([2, 1]);
      } else expect(seen).to.deep.equal(expected);
    });
  }

  it('tells the entries while the form is making them', async () => {
    const seen = await watched.page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML = '<form><input name="a" value="1"></form>';
      let seen: unknown;
      root.addEventListener(
        'formdata',
        (event) => {
          seen = troupe.payload.payloadOf(event, event.target as Element);
        },
        { once: true }
      );
      new FormData(root.firstElementChild as HTMLFormElement);
      return seen;
    });
    expect(seen).to.deep.equal([['a', '1']]);
  });

  it('tells the submitter', async () => {
    const seen = await watched.page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML = '<form><input name="a" value="1"><button name="b" value="2">x</button></form>';
      let seen: unknown;
      root.addEventListener('submit', (event) => {
        event.preventDefault();
        seen = troupe.payload.payloadOf(event, event.target as Element);
      });
      (root.querySelector('button') as HTMLElement).click();
      return seen;
    });
    expect(seen).to.deep.equal([['a', '1', 'b', '2']]);
  });

  it('tells how far an element is scrolled', async () => {
    const seen = await watched.page.evaluate(async () => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML =
        '<div style="overflow: auto; width: 50px; height: 50px"><p style="width: 500px; height: 500px"></p></div>';
      const element = root.firstElementChild as Element;
      const scrolled = new Promise((resolve) => {
        element.addEventListener('scroll', (event) => resolve(troupe.payload.payloadOf(event, element)));
      });
      element.scrollTo(10, 20);
      return scrolled;
    });
    expect(seen).to.deep.equal([10, 20]);
  });
});
