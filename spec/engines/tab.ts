/** A tab of any browser, as specs use it: what a user sees and does, by selectors. `driver.ts` says how it is done. */

import type { Driver, KeyAction, PointerAction } from './driver.js';

/** Keys that are no characters, as WebDriver has them. */
const keys = {
  ArrowDown: '\uE015',
  ArrowLeft: '\uE012',
  ArrowRight: '\uE014',
  Backspace: '\uE003',
  Control: '\uE009',
  End: '\uE010',
  Enter: '\uE007',
  Escape: '\uE00C',
  Home: '\uE011',
  Tab: '\uE004',
} as const;

export type Key = keyof typeof keys;

/** Milliseconds until a spec gives up waiting. */
const patience = 20_000;

/** A function that runs in the page: it knows nothing of what is around it. */
type InPage<Given extends readonly unknown[], Result> = (...given: Given) => Result;

export class Tab {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Goes to a page. */
  load(url: string): Promise<void> {
    return this.#driver.navigate(url);
  }

  /** Goes to a page of ours, and waits until it is live. */
  async open(url: string): Promise<void> {
    await this.load(url);
    await this.until(() => document.querySelector('[data-troupe="live"]') !== null);
  }

  /** Loads the page again, and waits until it is live. */
  async reload(): Promise<void> {
    await this.#driver.reload();
    await this.until(() => document.querySelector('[data-troupe="live"]') !== null);
  }

  /** Calls a function in the page with plain data; gives the plain data that it returns. */
  evaluate<Given extends readonly unknown[], Result>(call: InPage<Given, Result>, ...given: Given): Promise<Result> {
    return this.#driver.evaluate(`(${call})(...${JSON.stringify(given)})`) as Promise<Result>;
  }

  /** Waits until a function in the page returns something that is true. */
  async until<Given extends readonly unknown[]>(call: InPage<Given, unknown>, ...given: Given): Promise<void> {
    const end = Date.now() + patience;
    while (!(await this.evaluate(call, ...given))) {
      if (Date.now() > end) throw new Error(`Not so after ${patience} ms: (${call})(${JSON.stringify(given)})`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Waits until an element shows a text. */
  shows(selector: string, text: string): Promise<void> {
    return this.until((at, wanted) => document.querySelector(at)?.textContent?.trim() === wanted, selector, text);
  }

  /** Waits until there are so many elements. */
  has(selector: string, count: number): Promise<void> {
    return this.until((at, wanted) => document.querySelectorAll(at).length === wanted, selector, count);
  }

  /** The texts of elements. */
  texts(selector: string): Promise<readonly string[]> {
    return this.evaluate(
      (at) => [...document.querySelectorAll(at)].map(({ textContent }) => `${textContent}`),
      selector
    );
  }

  /** The value of a control. */
  value(selector: string): Promise<string> {
    return this.evaluate((at) => (document.querySelector(at) as HTMLInputElement).value, selector);
  }

  /** Waits until all that the user has done is processed and stored. */
  settled(): Promise<void> {
    return this.until(() => document.querySelector('[data-troupe="live"]:not([data-troupe-pending])') !== null);
  }

  /**
   * Clicks on the middle of an element with the mouse; `text` chooses one of several. Before it aims, it waits for the answers to
   * what was done before, which may move the element.
   */
  async click(selector: string, text = '', times = 1): Promise<void> {
    await this.settled();
    const [x, y] = await this.#placeOf(selector, text);
    const click: readonly PointerAction[] = [
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    const actions: PointerAction[] = [{ type: 'pointerMove', x, y, duration: 0 }];
    for (let count = 0; count < times; count++) actions.push(...click);
    await this.#driver.perform([{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }]);
  }

  /** Where the middle of an element is, after it was scrolled to, in whole CSS pixels. */
  async #placeOf(selector: string, text: string): Promise<readonly [x: number, y: number]> {
    const place = await this.evaluate(
      (at, wanted) => {
        const found = [...document.querySelectorAll(at)].find(({ textContent }) => textContent?.includes(wanted));
        if (found === undefined) return null;
        found.scrollIntoView({ block: 'center', behavior: 'instant' });
        const { left, top, width, height } = found.getBoundingClientRect();

        return [Math.round(left + width / 2), Math.round(top + height / 2)] as const;
      },
      selector,
      text
    );
    if (place === null) throw new Error(`There is no ${selector} ${text}.`);

    return place;
  }

  /** Puts the focus on an element. */
  async focus(selector: string): Promise<void> {
    await this.evaluate((at) => (document.querySelector(at) as HTMLElement).focus(), selector);
  }

  /** Types a text, a key after the other, with `delay` milliseconds between them; a line end is Enter. */
  async type(text: string, delay = 0): Promise<void> {
    await this.#press(
      [...text].map((character) => (character === '\n' ? keys.Enter : character)),
      delay
    );
  }

  /** Presses keys, one after the other. */
  async press(...names: readonly Key[]): Promise<void> {
    await this.#press(
      names.map((name) => keys[name]),
      0
    );
  }

  async #press(values: readonly string[], delay: number): Promise<void> {
    const actions = values.flatMap((value): KeyAction[] => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
      { type: 'pause', duration: delay },
    ]);
    await this.#driver.perform([{ type: 'key', id: 'keyboard', actions }]);
  }

  /** Presses a key while Control is held down. */
  async pressWithControl(value: string): Promise<void> {
    const actions: KeyAction[] = [
      { type: 'keyDown', value: keys.Control },
      { type: 'keyDown', value },
      { type: 'keyUp', value },
      { type: 'keyUp', value: keys.Control },
    ];
    await this.#driver.perform([{ type: 'key', id: 'keyboard', actions }]);
  }

  /** Sets a control as its picker would, and tells the page of it. */
  async choose(selector: string, values: readonly string[]): Promise<void> {
    await this.evaluate(
      (at, chosen) => {
        const control = document.querySelector(at) as HTMLSelectElement;
        if (control.multiple) {
          for (const option of control.options) option.selected = chosen.includes(option.value);
        } else control.value = `${chosen[0]}`;
        for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
      },
      selector,
      values
    );
  }

  chooseFile(selector: string, path: string): Promise<void> {
    return this.#driver.chooseFile(selector, path);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
