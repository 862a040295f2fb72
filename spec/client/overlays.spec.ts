import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/overlays', () => {
  let watched: WatchedPage;
  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
  });
  after(() => watched.expectNoErrors());

  /** What an element shows before, while and after an event of `#on` has no answer; `work` is done while. */
  const shownBy = (html: string, type = 'click', work = '') =>
    watched.page.evaluate(
      async ([html, type, work]) => {
        const root = document.querySelector('#root') as HTMLElement;
        root.innerHTML = html;
        const overlays = new troupe.overlays.Overlays();
        const shown = [root.innerHTML];
        overlays.pend(root.querySelector('#on') as Element, 1, type);
        overlays.show();
        shown.push(root.innerHTML);
        new Function('root', work)(root);
        overlays.lift(1);
        overlays.show();
        shown.push(root.innerHTML);
        return shown.map((each) => each.replaceAll(/ (?:pending:[\w-]+|data-troupe[\w-]*|id)="[^"]*"/g, ''));
      },
      [html, type, work] as const
    );
  const overlay = 'data-troupe-overlay=""';

  it('cover attributes, classes and texts, and leave nothing', async () => {
    const html = `<p id="on" data-troupe-on="click" ${overlay} class="a  b" title="t" pending:class="b c" pending:title="u"
      pending:hidden="" pending:aria-busy="true" pending:text="wait">a<b>b</b>c</p>`;
    const [before, covered, after] = await shownBy(html);
    expect(covered).to.match(/^<p class="a b c" title="u"\s+hidden="" aria-busy="true">wait<\/p>$/);
    expect(after).to.equal(before);
  });

  it('concern what belongs to the element with the handler', async () => {
    const html = `<form id="on" data-troupe-on="submit" ${overlay} pending:class="x"><p ${overlay} pending:class="x"></p>
      <b data-troupe-on="click" ${overlay} pending:class="x"><i ${overlay} pending:class="x"></i></b>
      <input name="querySelectorAll"><input name="closest"><input name="getAttribute"></form><u ${overlay} pending:class="x"></u>`;
    const [before, covered, after] = await shownBy(html, 'submit');
    expect(covered?.match(/<\w+ class="x">/g)).to.deep.equal(['<form class="x">', '<p class="x">']);
    expect(after).to.equal(before);
  });

  const deeds: readonly (readonly [handles: string, type: string, isOn: boolean])[] = [
    ['submit input', 'submit', true],
    ['submit input', 'input', false],
    ['input submit|prevent click', 'click', false],
    ['focus click|once', 'focus', false],
    ['focus click|once', 'click', true],
    ['input change', 'input', false],
    ['input change', 'change', true],
    ['input keydown', 'input', true],
    ['input submit-later', 'input', true],
  ];
  for (const [handles, type, isOn] of deeds) {
    it(`are ${isOn ? 'on' : 'not on'} for ${type} where ${handles} are handled`, async () => {
      const [, covered] = await shownBy(
        `<p id="on" data-troupe-on="${handles}" ${overlay} pending:hidden=""></p>`,
        type
      );
      expect(covered?.includes('hidden')).to.equal(isOn);
    });
  }

  it('leave what other scripts have done meanwhile', async () => {
    const html = `<p id="on" data-troupe-on="click" ${overlay} title="t" class="a" pending:class="b c" pending:title="u" pending:text="wait">x</p>`;
    const others = `const [p] = root.children; p.title = 'other'; p.classList.add('other'); p.classList.remove('c'); p.prepend('!')`;
    const [, , after] = await shownBy(html, 'click', others);
    expect(after).to.equal('<p title="other" class="a other">!x</p>');
    const [, , emptied] = await shownBy(html, 'click', `root.firstChild.textContent = ''`);
    expect(emptied).to.equal('<p title="t" class="a">x</p>');
  });

  it('give the focus back, once, and no handler sees that', async () => {
    const seen = await watched.page.evaluate(async () => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML = `<button id="on" data-troupe-on="click" data-troupe-overlay="" pending:disabled="">a</button><button>b</button>`;
      const [on, other] = root.children as unknown as [HTMLElement, HTMLElement];
      const overlays = new troupe.overlays.Overlays();
      const heard: string[] = [];
      const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const active = () => document.activeElement?.textContent ?? '';
      const answer = (number: number): void => {
        overlays.lift(number);
        overlays.show();
      };
      on.focus();
      for (const type of ['focus', 'blur', 'focusin', 'focusout'])
        root.addEventListener(type, () => heard.push(type), true);
      overlays.pend(on, 1, 'click');
      await painted();
      await painted();
      const lost = document.activeElement === document.body;
      answer(1);
      const first = active();
      const heardFirst = heard.splice(0);
      overlays.pend(on, 2, 'click');
      await painted();
      await painted();
      other.focus();
      answer(2);
      return { lost, first, heardFirst, second: active() };
    });
    expect(seen).to.deep.equal({ lost: true, first: 'a', heardFirst: [], second: 'b' });
  });

  it('refuse a second event of the same type that comes before they are on, and those for which a control waits', async () => {
    const refused = await watched.page.evaluate(() => {
      const root = document.querySelector('#root') as HTMLElement;
      root.innerHTML = `<form id="form" data-troupe-on="submit"><fieldset data-troupe-overlay="" pending:disabled="">
        <button id="save"></button></fieldset></form><button id="other"></button>`;
      const [form, save, other] = ['form', 'save', 'other'].map((id) => document.getElementById(id) as HTMLElement);
      const overlays = new troupe.overlays.Overlays();
      const event = (type: string, target: unknown, submitter?: unknown) =>
        ({ type, target, submitter }) as unknown as Event;
      const submit = event('submit', form, save);
      const answers = [overlays.refuses(event('click', save)), overlays.refuses(submit)];
      overlays.pend(form as Element, 1, 'submit');
      answers.push(
        overlays.refuses(submit),
        overlays.refuses(event('click', save)),
        overlays.refuses(event('submit', form, save)),
        overlays.refuses(event('click', save)),
        overlays.refuses(event('click', other)),
        overlays.refuses(event('blur', save))
      );
      overlays.lift(1);
      answers.push(overlays.refuses(event('click', save)));
      return answers;
    });
    expect(refused).to.deep.equal([false, false, false, false, true, true, false, false, false]);
  });
});
