import { expect } from 'chai';
import type { Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

/** What was raised: instance, part, payload. */
type Raised = [number, number, Wire[] | undefined];

interface Bench {
  root: HTMLElement;
  lost: number;
  raised: Raised[];
  held: string[];
  find(selector: string): HTMLElement;
  /** Starts listening to a page of this HTML. */
  load(html: string): void;
  adopt(tree: Wire): void;
  render(tree: Wire): void;
}
declare const bench: Bench;

describe('client/events', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
    await run(() => {
      const root = document.querySelector('#root') as HTMLElement;
      let view: ReturnType<typeof troupe.view.createView>;
      let events: InstanceType<typeof troupe.events.Events>;
      let inputs: InstanceType<typeof troupe.inputs.Inputs>;
      const bench = {
        root: root,
        lost: 0,
        raised: [] as Raised[],
        held: [] as string[],
        find: (selector: string) => bench.root.querySelector(selector) as HTMLElement,
        load(html: string) {
          bench.root.remove();
          bench.root = document.createElement('div');
          bench.root.innerHTML = html;
          document.body.append(bench.root);
          bench.raised = [];
          bench.held = [];
          inputs = new troupe.inputs.Inputs(bench.root);
          view = troupe.view.createView(bench.root, {
            listen: (type) => events.listen(type),
            holds: (...write) => inputs.holds(...write),
          });
          events = new troupe.events.Events(bench.root, inputs, view, {
            raise: ({ instance, part }, payload) =>
              bench.raised.push([instance.number, part, payload as Wire[] | undefined]),
            changed: () => undefined,
            outbox: { processed: 0, raised: 0, joinable: 0 },
          });
          troupe.more.addMore(inputs, events);
        },
        begin(show: () => void) {
          const { edited } = events;
          inputs.keep(edited);
          show();
          bench.lost = events.begin(edited);
          inputs.letGo();
        },
        adopt: (tree: Wire) => bench.begin(() => view.adopt(tree)),
        render: (tree: Wire) => bench.begin(() => view.render(tree)),
      };
      Object.assign(window, { bench });
    });
  });
  after(() => watched.expectNoErrors());

  it('raises events without payload for messages, with payload for functions, and none for nothing', async () => {
    const raised = await run(() => {
      bench.load('');
      const tree: Wire = [
        [
          'three',
          0,
          '<input value="a"><input value="b"><input value="c">',
          0,
          8,
          'input',
          1,
          8,
          'input',
          2,
          8,
          'input',
        ],
        1,
        2,
        0,
      ];
      bench.render(tree);
      for (const input of bench.root.children) input.dispatchEvent(new Event('input', { bubbles: true }));
      return bench.raised;
    });
    expect(raised).to.deep.equal([
      [1, 0, undefined],
      [1, 1, ['b']],
    ]);
  });

  it('goes from the innermost handler outwards', async () => {
    const raised = await run(() => {
      bench.load('');
      bench.render([['nested', 0, '<p><b><i></i></b></p>', 0, 8, 'click', 1, 8, 'click'], 1, 1]);
      bench.find('i').click();
      return bench.raised.map(([, part]) => part);
    });
    expect(raised).to.deep.equal([1, 0]);
  });

  it('finds its way out of a form whose fields are named like properties of nodes', async () => {
    const raised = await run(() => {
      bench.load('');
      bench.render([
        ['clobbered', 0, '<form><input name="parentNode"><input name="x"></form>', 0, 8, 'input', 2, 8, 'input'],
        1,
        1,
      ]);
      bench.find('[name=x]').dispatchEvent(new Event('input', { bubbles: true }));
      return bench.raised.map(([, part]) => part);
    });
    expect(raised).to.deep.equal([1, 0]);
  });

  it('prevents what a link of SVG does', async () => {
    const prevented = await run(() => {
      bench.load('<svg><a xlink:href="#x" data-troupe-on="click"><rect></rect></a></svg>');
      const click = new MouseEvent('click', { bubbles: true, cancelable: true });
      bench.find('rect').dispatchEvent(click);
      return click.defaultPrevented;
    });
    expect(prevented).to.equal(true);
  });

  it('hears events that other scripts stop', async () => {
    const raised = await run(() => {
      bench.load('');
      bench.render([['stopped', 0, '<p><b></b></p>', 1, 8, 'click'], 1]);
      bench.find('b').addEventListener('click', (event) => event.stopImmediatePropagation());
      bench.find('b').click();
      return bench.raised.length;
    });
    expect(raised).to.equal(1);
  });

  it('hears events that do not bubble, at their target only', async () => {
    const raised = await run(async () => {
      bench.load('');
      const html = '<div><input><details><summary></summary></details><img></div>';
      const parts = [0, 8, 'focus', 0, 8, 'toggle', 1, 8, 'focus', 1, 8, 'blur', 2, 8, 'toggle', 4, 8, 'error'];
      bench.render([['still', 0, html, ...parts], 1, 1, 1, 1, 1, 1]);
      bench.find('input').focus();
      bench.find('input').blur();
      const toggled = new Promise((resolve) => bench.find('details').addEventListener('toggle', resolve));
      bench.find('details').setAttribute('open', '');
      const failed = new Promise((resolve) => bench.find('img').addEventListener('error', resolve));
      (bench.find('img') as HTMLImageElement).src = 'data:,';
      await Promise.all([toggled, failed]);
      return bench.raised.map(([, part]) => part).sort();
    });
    expect(raised).to.deep.equal([2, 3, 4, 5]);
  });

  it('prevents what a handler stands for: submit, drop, and clicks on links', async () => {
    const prevented = await run(() => {
      bench.load('');
      const html = '<form></form><a href="#x"><b></b></a><button></button><p></p>';
      const parts = [0, 8, 'submit', 1, 8, 'click', 3, 8, 'click', 4, 8, 'dragover', 4, 8, 'mousedown'];
      bench.render([['defaults', 0, html, ...parts], 1, 1, 1, 1, 1]);
      const fire = (selector: string, type: string, init: MouseEventInit = {}) => {
        const Constructor = type === 'submit' ? SubmitEvent : MouseEvent;
        return !bench.find(selector).dispatchEvent(new Constructor(type, { bubbles: true, cancelable: true, ...init }));
      };
      return [
        fire('form', 'submit'),
        fire('b', 'click'),
        fire('a', 'click'),
        fire('button', 'click'),
        fire('p', 'dragover'),
        fire('p', 'mousedown'),
        bench.raised.length,
      ];
    });
    expect(prevented).to.deep.equal([true, true, true, false, true, false, 6]);
  });

  it('leaves clicks on links that open another tab to the browser', async () => {
    const seen = await run(() => {
      bench.load('');
      bench.render([['link', 0, '<a href="#x"></a>', 0, 8, 'click'], 1]);
      const stop = (event: Event): void => event.preventDefault();
      const inits: MouseEventInit[] = [
        { ctrlKey: true },
        { metaKey: true },
        { shiftKey: true },
        { altKey: true },
        { button: 1 },
      ];
      const left = inits.map((init) => {
        const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...init });
        let prevented = true;
        const look = (): void => {
          prevented = event.defaultPrevented;
          stop(event);
        };
        document.addEventListener('click', look, { once: true });
        bench.find('a').dispatchEvent(event);
        return prevented;
      });
      return [left, bench.raised.length];
    });
    expect(seen).to.deep.equal([[false, false, false, false, false], 0]);
  });

  describe('with options', () => {
    /** What is raised at an element with these events, each a function, when this is done. */
    const raisedBy = (names: readonly string[], act: () => unknown) =>
      watched.page.evaluate(
        ([names, act]) => {
          bench.load('<main><b></b></main>');
          const parts = names.flatMap((name) => [0, 8, name]);
          bench.render([['options', 0, '<main><b></b></main>', ...parts], ...names.map(() => 1)] as Wire);
          new Function(`return (${act})`)()();
          return bench.raised.map(([, part]) => names[part]);
        },
        [names, `${act}`] as const
      );

    it('takes the key that is asked for, with these modifier keys and no others', async () => {
      const names = ['keydown|0:enter', 'keydown|08:k', 'keydown|24ac:k', 'keydown|0:', 'keydown|8:tab', 'keydown|1'];
      const raised = await raisedBy(names, () => {
        const press = (key: string, more: KeyboardEventInit = {}) =>
          bench.find('main').dispatchEvent(new KeyboardEvent('keydown', { key, ...more }));
        press('Enter');
        press('Enter', { shiftKey: true });
        press('Enter', { isComposing: true });
        press('k');
        press('K', { shiftKey: true });
        press('k', { ctrlKey: true });
        press('k', { metaKey: true });
        press('k', { ctrlKey: true, altKey: true });
        press(' ');
        press('Tab');
        press('Tab', { shiftKey: true });
        press('x', { altKey: true });
      });
      expect(raised).to.deep.equal([
        'keydown|0:enter',
        ...['keydown|08:k', 'keydown|08:k', 'keydown|24ac:k', 'keydown|24ac:k'],
        ...['keydown|0:', 'keydown|8:tab', 'keydown|1'],
      ]);
    });

    it('prevents what it is to prevent, also of touches, and leaves what it is to leave', async () => {
      const raised = await raisedBy(['click|prevent', 'touchmove|prevent', 'drop|default'], () => {
        const event = (type: string) => new Event(type, { bubbles: true, cancelable: true });
        for (const type of ['click', 'touchmove', 'drop']) {
          const happened = event(type);
          bench.find('b').dispatchEvent(happened);
          bench.held.push(`${type} ${happened.defaultPrevented}`);
        }
      });
      expect(raised).to.deep.equal(['click|prevent', 'touchmove|prevent', 'drop|default']);
      expect(await run(() => bench.held)).to.deep.equal(['click true', 'touchmove true', 'drop false']);
    });

    it('prevents nothing at keys that it does not take', async () => {
      await raisedBy(['keydown|0:enter|prevent'], () => {
        for (const key of ['Enter', 'a']) {
          const happened = new KeyboardEvent('keydown', { key, cancelable: true });
          bench.find('main').dispatchEvent(happened);
          bench.held.push(`${key} ${happened.defaultPrevented}`);
        }
      });
      expect(await run(() => bench.held)).to.deep.equal(['Enter true', 'a false']);
    });

    it('takes what happens at the element itself, or the first time', async () => {
      const raised = await raisedBy(['click|self', 'click|once', 'click'], () => {
        bench.find('b').click();
        bench.find('main').click();
      });
      expect(raised).to.deep.equal(['click|once', 'click', 'click|self', 'click']);
    });

    it('ends at an element that stops it, and other scripts hear it all the same', async () => {
      const raised = await run(() => {
        bench.load('<main><b></b></main>');
        const html = '<main><b></b></main>';
        bench.render([['stops', 0, html, 0, 8, 'click', 1, 8, 'click|stop', 1, 8, 'click'], 2, 2, 1]);
        bench.find('b').addEventListener('click', () => bench.held.push('heard'));
        bench.find('b').click();
        return [bench.raised.map(([, part]) => part), bench.held];
      });
      expect(raised).to.deep.equal([[1, 2], ['heard']]);
    });

    it('takes the same before there is a tree', async () => {
      const raised = await run(() => {
        const html = '<p data-troupe-on="click|once keydown|0:enter|prevent keydown"></p>';
        bench.load(html);
        const enter = new KeyboardEvent('keydown', { key: 'Enter', cancelable: true });
        for (const event of [enter, new KeyboardEvent('keydown', { key: 'a' })]) bench.find('p').dispatchEvent(event);
        bench.find('p').click();
        bench.find('p').click();
        bench.adopt([
          ['early options', 0, html, 0, 8, 'click|once', 0, 8, 'keydown|0:enter|prevent', 0, 8, 'keydown'],
          ...[1, 1, 1],
        ]);
        bench.find('p').click();
        return [enter.defaultPrevented, bench.raised.map(([, part]) => part)];
      });
      expect(raised).to.deep.equal([true, [1, 2, 2, 0]]);
    });
  });

  describe('before there is a tree', () => {
    it('keeps events on marked elements, with their payloads, and tells them once', async () => {
      const seen = await run(() => {
        bench.load('<form data-troupe-on="submit"><input name="a" value="1" data-troupe-on="input"></form><p></p>');
        const input = bench.find('input') as HTMLInputElement;
        input.value = '2';
        input.dispatchEvent(new Event('input', { bubbles: true }));
        input.value = '3';
        input.dispatchEvent(new Event('input', { bubbles: true }));
        const submit = new SubmitEvent('submit', { bubbles: true, cancelable: true });
        bench.find('form').dispatchEvent(submit);
        bench.find('p').click();
        const before = bench.raised.length;
        const html = '<form data-troupe-on="submit"><input name="a" data-troupe-on="input"></form><p></p>';
        bench.adopt([['early', 0, html, 0, 8, 'submit', 1, 7, 'value', 1, 8, 'input'], 2, null, 2]);
        return [before, submit.defaultPrevented, bench.raised, input.value];
      });
      expect(seen).to.deep.equal([
        0,
        true,
        [
          [1, 2, ['2', false, [], 'a']],
          [1, 2, [['3', 0, 1], false, [], 'a']],
          [1, 0, [['a', '3']]],
        ],
        '3',
      ]);
    });

    it('keeps the last of moves that follow each other, so that there is room for what else is done', async () => {
      const raised = await run(() => {
        const html = '<p data-troupe-on="pointermove click"></p>';
        bench.load(html);
        const move = (clientX: number) => bench.find('p').dispatchEvent(new PointerEvent('pointermove', { clientX }));
        for (let x = 0; x < 1_100; x++) move(x);
        bench.find('p').click();
        for (let x = 0; x < 1_100; x++) move(-x);
        bench.adopt([['moves', 0, html, 0, 8, 'pointermove', 0, 8, 'click'], 2, 1]);
        return bench.raised;
      });
      expect(raised.map(([, part, fields]) => [part, fields?.[2]])).to.deep.equal([
        [0, 1_099],
        [1, undefined],
        [0, -1_099],
      ]);
    });

    it('says how many events happened at what is not there any more', async () => {
      const lost = await run(() => {
        bench.load('<button data-troupe-on="click"></button>');
        bench.find('button').click();
        bench.find('button').click();
        bench.render([['other', 0, '<p></p>', 0, 1, ''], 'gone']);
        return bench.lost;
      });
      expect(lost).to.equal(2);
    });

    it('tells edits from before the script, as input or else as change, and of no others', async () => {
      const raised = await run(() => {
        const html =
          '<input data-troupe-on="input change"><input type="checkbox" data-troupe-on="change"><input>' +
          '<input data-troupe-on="input">';
        bench.load(html);
        const [text, box, plain] = bench.root.querySelectorAll('input');
        (text as HTMLInputElement).value = 'typed';
        (box as HTMLInputElement).checked = true;
        (plain as HTMLInputElement).value = 'not asked for';
        bench.adopt([['edits', 0, html, 0, 8, 'input', 0, 8, 'change', 1, 8, 'change', 3, 8, 'input'], 2, 2, 2, 2]);
        return bench.raised;
      });
      expect(raised).to.deep.equal([
        [1, 0, ['typed']],
        [1, 2, ['on', true]],
      ]);
    });

    it('tells an edit to a handler further out', async () => {
      const raised = await run(() => {
        bench.load('<form data-troupe-on="input"><input></form>');
        (bench.find('input') as HTMLInputElement).value = 'typed';
        bench.adopt([['outer', 0, '<form data-troupe-on="input"><input></form>', 0, 8, 'input'], 2]);
        return bench.raised;
      });
      expect(raised).to.deep.equal([[1, 0, ['typed']]]);
    });

    it('does not tell events of what is gone, or of what has no handler now', async () => {
      const raised = await run(() => {
        bench.load('<b data-troupe-on="click"></b><i data-troupe-on="click"></i>');
        bench.find('b').click();
        bench.find('i').click();
        bench.find('b').remove();
        bench.adopt([['gone', 0, '<i data-troupe-on="click"></i>', 0, 8, 'click'], 0]);
        return bench.raised;
      });
      expect(raised).to.deep.equal([]);
    });

    it('does not take a key that was pressed for an edit', async () => {
      const raised = await run(() => {
        bench.load('<input data-troupe-on="keydown input">');
        bench.find('input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', bubbles: true }));
        bench.adopt([['key', 0, '<input data-troupe-on="keydown input">', 0, 8, 'keydown', 0, 8, 'input'], 1, 1]);
        return bench.raised;
      });
      expect(raised).to.deep.equal([[1, 0, undefined]]);
    });

    it('does not let a render overwrite an edit that is being told', async () => {
      const seen = await run(() => {
        bench.load('<input value="a" data-troupe-on="input">');
        const input = bench.find('input') as HTMLInputElement;
        input.value = 'typed';
        bench.render([['over', 0, '<input data-troupe-on="input">', 0, 7, 'value', 0, 8, 'input'], 'b', 2]);
        return [input === bench.find('input'), input.value, bench.raised];
      });
      expect(seen).to.deep.equal([true, 'typed', [[1, 1, ['typed']]]]);
    });
  });
});
