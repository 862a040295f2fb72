import { expect } from 'chai';
import type { Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/extra-payload', () => {
  let watched: WatchedPage;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts', '<div id="root"></div>');
  });
  after(() => watched.expectNoErrors());

  /** The further fields of an event that `make` makes. */
  const extra = (make: (element: Element) => unknown): Promise<Wire[]> =>
    watched.page.evaluate((make) => {
      const element = document.querySelector('#root') as Element;
      return troupe.extraPayload.extraPayload(new Function(`return (${make})`)()(element), element);
    }, `${make}`) as Promise<Wire[]>;

  it('tells how large what was resized is, or else the window', async () => {
    expect(await extra(() => ({ type: 'resize', width: 1.5, height: 0 }))).to.deep.equal([1.5, 0]);
    const size = await watched.page.evaluate(() => [innerWidth, innerHeight]);
    expect(await extra(() => new Event('resize'))).to.deep.equal(size);
  });

  it('tells the entries of a form, without files, to a handler on it', async () => {
    const entries = await watched.page.evaluate(() => {
      const form = document.createElement('form');
      form.innerHTML = '<input name="a" value="1"><input name="f" type="file"><input name="b" value="2">';
      const event = { type: 'input', target: form.firstChild } as unknown as Event;
      const { extraPayload } = troupe.extraPayload;
      return [extraPayload(event, form), extraPayload(event, form.firstChild as Element)];
    });
    expect(entries).to.deep.equal([[['a', '1', 'b', '2']], [[]]]);
  });

  it('tells the detail of a custom event as JSON, if it is not too large', async () => {
    const details: readonly (readonly [make: () => unknown, json: string])[] = [
      [() => new CustomEvent('picked', { detail: { id: 1, tags: ['a'] } }), '{"id":1,"tags":["a"]}'],
      [() => new CustomEvent('picked', { detail: 0 }), '0'],
      [() => new CustomEvent('picked'), ''],
      [() => new CustomEvent('picked', { detail: { a: undefined, b: () => 1, c: Number.NaN } }), '{"c":null}'],
      [() => new CustomEvent('picked', { detail: 'x'.repeat(16_383) }), ''],
      [
        () => {
          const detail: unknown[] = [];
          detail.push(detail);
          return new CustomEvent('picked', { detail });
        },
        '',
      ],
      [() => new MouseEvent('click', { detail: 2 }), ''],
    ];
    for (const [make, json] of details) expect(await extra(make), `${make}`).to.deep.equal([json]);
  });

  it('tells what is pasted or dropped, and cuts what is too long', async () => {
    const transfer = (type: string) =>
      watched.page.evaluate((type) => {
        const data = new DataTransfer();
        data.setData('text/plain', `${type} ${'x'.repeat(9_000)}`);
        data.setData('text/html', '<b>x</b>');
        data.items.add(new File(['abc'], 'a.txt', { type: 'text/plain' }));
        const event =
          type === 'paste'
            ? new ClipboardEvent(type, { clipboardData: data })
            : new DragEvent(type, { dataTransfer: data });
        const [text, ...others] = troupe.extraPayload.extraPayload(event, document.body);
        data.setData('text/html', 'x'.repeat(8_193));
        return [
          `${text}`.length,
          `${text}`.slice(0, 7),
          ...others,
          troupe.extraPayload.extraPayload(event, document.body)[1],
        ];
      }, type);
    expect(await transfer('paste')).to.deep.equal([8_192, 'paste x', '<b>x</b>', ['a.txt', 3, 'text/plain'], '']);
    expect(await transfer('drop')).to.deep.equal([8_192, 'drop xx', '<b>x</b>', ['a.txt', 3, 'text/plain'], '']);
  });

  it('tells what is copied: the selection of a control, or that of the page', async () => {
    const copied = await watched.page.evaluate(() => {
      const root = document.querySelector('#root') as Element;
      root.innerHTML = '<p>one <b>two</b></p><input value="three">';
      const [paragraph, input] = [...root.children] as [HTMLElement, HTMLInputElement];
      getSelection()?.selectAllChildren(paragraph);
      const copy = (target: Element): unknown =>
        troupe.extraPayload.extraPayload({ type: 'copy', target } as never, target);
      const ofPage = copy(paragraph);
      input.setSelectionRange(1, 3);
      return [ofPage, copy(input)];
    });
    expect(copied).to.deep.equal([
      ['one two', 'one <b>two</b>', []],
      ['hr', '', []],
    ]);
  });

  it('tells the state of a video, whose length is not known', async () => {
    const state = await extra((element) => {
      element.innerHTML = '<video muted></video>';
      const video = element.firstChild as HTMLVideoElement;
      video.volume = 0.5;
      video.muted = true;
      return { type: 'volumechange', target: video };
    });
    expect(state).to.deep.equal([0, 0, 0.5, true, false, true]);
  });
});
