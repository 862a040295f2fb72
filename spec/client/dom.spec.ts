import { expect } from 'chai';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

describe('client/dom', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  it('removes a run of nodes, and nothing if it was torn apart', async () => {
    const seen = await run(() => {
      const parent = document.createElement('p');
      parent.innerHTML = '<a></a><b></b>text<i></i><u></u>';
      const [, b, i] = parent.children as unknown as Element[];
      troupe.dom.removeNodes({ first: b as Element, last: i as Element });
      const whole = parent.innerHTML;
      parent.innerHTML = '<a></a><b></b><i></i><u></u>';
      const last = parent.children[2] as Element;
      document.createElement('div').append(last);
      let failure: unknown;
      try {
        troupe.dom.removeNodes({ first: parent.children[1] as Element, last });
      } catch (error) {
        failure = error;
      }
      return [whole, parent.innerHTML, failure instanceof Error];
    });
    expect(seen).to.deep.equal(['<a></a><u></u>', '<a></a><b></b><u></u>', true]);
  });

  it('moves a run of nodes where the parent is not in the document', async () => {
    const moved = await run(() => {
      const parent = document.createElement('p');
      parent.innerHTML = '<a></a><b></b><i></i>';
      const [a, b, i] = parent.children as unknown as Element[];
      troupe.dom.moveNodes(parent, { first: b as Element, last: i as Element }, a as Element);
      return parent.innerHTML;
    });
    expect(moved).to.equal('<b></b><i></i><a></a>');
  });

  it('writes all style declarations anew, in order', async () => {
    const seen = await run(() => {
      const element = document.createElement('p');
      const { writeStyle } = troupe.dom;
      writeStyle(element, null, ['margin', '1px', 'margin-left', '2px', '--size', ' 3px']);
      writeStyle(
        element,
        ['margin', '1px', 'margin-left', '2px', '--size', ' 3px'],
        ['margin', '5px', 'margin-left', '2px']
      );
      const left = element.style.marginLeft;
      element.style.setProperty('color', 'red');
      writeStyle(element, ['margin', '5px', 'margin-left', '2px'], ['top', '1px ! IMPORTANT']);
      return [left, element.getAttribute('style')];
    });
    expect(seen).to.deep.equal(['2px', 'color: red; top: 1px !important;']);
  });

  it('writes the style of a form that has a field named like that', async () => {
    const style = await run(() => {
      const form = document.createElement('form');
      form.innerHTML = '<input name="style">';
      troupe.dom.writeStyle(form, null, ['top', '1px']);
      return form.getAttribute('style');
    });
    expect(style).to.equal('top: 1px;');
  });

  it('does not write a property that has its value', async () => {
    const writes = await run(() => {
      const seen: unknown[] = [];
      const element = document.createElement('p');
      let value: unknown = '5';
      Object.defineProperty(element, 'value', {
        get: () => value,
        set(next) {
          value = next;
          seen.push(next);
        },
      });
      troupe.dom.writeProperty(element, 'value', 5);
      troupe.dom.writeProperty(element, 'value', 6);
      troupe.dom.writeProperty(element, 'value', 6);
      troupe.dom.writeProperty(element, 'value', true);
      return seen;
    });
    expect(writes).to.deep.equal([6, true]);
  });
});
