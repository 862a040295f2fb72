import { expect } from 'chai';
import { PartKind, type Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

interface Bench {
  /** An instance with two child parts: 0 between comments, beside text; 1 all that a `<ul>` contains. */
  instance: InstanceType<typeof troupe.instance.Instance>;
  element: HTMLElement;
  /** A list in part `part` whose rows are the elements of this HTML, put where the part is. */
  list(part: number, html: string): InstanceType<typeof troupe.instance.List>;
  /** The node as HTML, or as a comment. */
  show(node: Node | null): string | null;
}
declare const bench: Bench;

describe('client/instance', () => {
  let watched: WatchedPage;
  const run = <Result>(work: () => Result) => watched.page.evaluate(work) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  beforeEach(() =>
    run(() => {
      const { Instance, List, startOf, parentOf } = troupe.instance;
      const element = document.createElement('div');
      element.innerHTML = 'a<!--[--><!--]-->b<ul></ul>';
      const instance = new Instance({ hash: '', content: document.createDocumentFragment(), parts: [] });
      instance.nodes.push(element.childNodes[1] as Node, element.lastChild as Node);
      const list = (part: number, html: string) => {
        const list = new List(instance, part, true);
        const template = document.createElement('template');
        template.innerHTML = html;
        for (const node of template.content.childNodes) {
          const row = new Instance(instance.definition);
          row.first = row.last = node;
          list.rows.push(row);
        }
        parentOf(instance, part).insertBefore(template.content, startOf(instance, part));
        return list;
      };
      const show = (node: Node | null) =>
        node instanceof Comment ? `<!--${node.data}-->` : node && (node as Element).outerHTML;
      Object.assign(window, { bench: { instance, element, list, show } });
    })
  );

  it('has neither number, key, nodes nor contents before it is bound', async () => {
    const made = await run(() => {
      const { instance } = troupe;
      const { number, key, nodes, contents } = new instance.Instance(bench.instance.definition);
      const list = new instance.List(bench.instance, 1, false);
      return [
        { number, key, nodes, contents },
        list.number,
        list.rows,
        list.part,
        list.keyed,
        list.owner === bench.instance,
      ];
    });
    expect(made).to.deep.equal([{ number: 0, key: null, nodes: [], contents: [] }, 0, [], 1, false, true]);
  });

  describe('the stable address', () => {
    /** The addresses of what `find` finds in a page of this tree. */
    const addresses = (tree: Wire, selectors: readonly string[]) =>
      watched.page.evaluate(
        ({ tree, selectors }: { tree: Wire; selectors: readonly string[] }) => {
          const root = document.createElement('div');
          const view = troupe.view.createView(root);
          view.render(tree);
          return selectors.map((selector) => {
            const handler = view.handlers(root.querySelector(selector) as Element)[0];
            return handler && troupe.instance.addressOf(handler.instance);
          });
        },
        { tree, selectors } as never
      ) as unknown as Promise<Wire[]>;
    const { Child, Sole, Event } = PartKind;
    const button = (id: string): Wire => [id, 0, `<b id="${id}"></b>`, 0, Event, 'click'];
    const page: Wire = [
      'page',
      0,
      '<i id="page"></i><!--[--><!--]--><ul></ul>',
      0,
      Event,
      'click',
      1,
      Child,
      '',
      3,
      Sole,
      '',
    ];

    it('is the hash and the key of the component for what the page consists of', async () => {
      expect(await addresses([page, 1, null, null], ['#page'])).to.deep.equal([['page', null]]);
      expect(await addresses([page, 1, null, null, 'key'], ['#page'])).to.deep.equal([['page', 'key']]);
    });

    it('goes on with parts and keys of components', async () => {
      const outer: Wire = ['outer', 0, '<p></p>', 0, Sole, ''];
      const tree: Wire = [page, 1, [outer, [button('inner'), 1, 'b'], 'a'], [button('plain'), 1]];
      expect(await addresses(tree, ['#inner', '#plain'])).to.deep.equal([
        ['inner', null, 1, 'a', 0, 'b'],
        ['plain', null, 2, null],
      ]);
    });

    it('has the key in an adopted page and in one that is rendered again', async () => {
      const found = await watched.page.evaluate(
        ({ page, inner }) => {
          const root = document.createElement('div');
          root.innerHTML = '<i id="page"></i><!--[--><b id="inner"></b><!--]--><ul></ul>';
          const view = troupe.view.createView(root);
          const address = () => {
            const handler = view.handlers(root.querySelector('#inner') as Element)[0];
            return handler && troupe.instance.addressOf(handler.instance);
          };
          view.adopt([page, 1, [inner, 1, 'b'], null, 'a']);
          const addresses = [address()];
          view.render([0, 1, [1, 1, 'd'], null, 'c']);
          addresses.push(address());
          view.render([0, 1, [1, 1], null]);
          return [...addresses, address()];
        },
        { page, inner: button('inner') } as never
      );
      expect(found).to.deep.equal([
        ['inner', 'a', 1, 'b'],
        ['inner', 'c', 1, 'd'],
        ['inner', null, 1, null],
      ]);
    });

    it('has the key of a row in a keyed list, its index in another', async () => {
      const tree: Wire = [
        page,
        1,
        [null, 'x', button('x'), 1, 7, button('y'), 1],
        [false, button('first'), 1, button('second'), 1],
      ];
      expect(await addresses(tree, ['#x', '#y', '#first', '#second'])).to.deep.equal([
        ['x', null, 1, 'x'],
        ['y', null, 1, 7],
        ['first', null, 2, 0],
        ['second', null, 2, 1],
      ]);
    });
  });

  describe('the content of a child part', () => {
    it('stands in the parent of its comments, or in its own element', async () => {
      const parents = await run(() => {
        const { parentOf } = troupe.instance;
        return [parentOf(bench.instance, 0) === bench.element, parentOf(bench.instance, 1).nodeName];
      });
      expect(parents).to.deep.equal([true, 'UL']);
    });

    it('stands in the fragment of an instance that is not in the page yet', async () => {
      const same = await run(() => {
        const fragment = document.createDocumentFragment();
        fragment.append(...bench.element.childNodes);
        return troupe.instance.parentOf(bench.instance, 0) === fragment;
      });
      expect(same).to.equal(true);
    });

    it('begins behind the opening comment, or with the element', async () => {
      const starts = await run(() => {
        const starts = () => [0, 1].map((part) => bench.show(troupe.instance.startOf(bench.instance, part)));
        const empty = starts();
        bench.list(0, '<i></i><b></b>');
        bench.list(1, '<li></li>');
        return [empty, starts()];
      });
      expect(starts).to.deep.equal([
        ['<!--]-->', null],
        ['<i></i>', '<li></li>'],
      ]);
    });
  });

  describe('a row is put', () => {
    it('where the part begins if it is the first', async () => {
      const spots = await run(() => [0, 1].map((part) => bench.show(troupe.instance.spotIn(bench.list(part, ''), 0))));
      expect(spots).to.deep.equal(['<!--]-->', null]);
    });

    it('in front of the first node of the one that stands there', async () => {
      const spots = await run(() => {
        const list = bench.list(0, '<i></i><b></b><u></u>');
        const [first, second] = list.rows.splice(0, 2) as [typeof bench.instance, typeof bench.instance];
        first.last = second.last;
        list.rows.unshift(first);
        return [0, 1].map((index) => bench.show(troupe.instance.spotIn(list, index)));
      });
      expect(spots).to.deep.equal(['<i></i>', '<u></u>']);
    });

    it('at the end behind the last one, in front of what other scripts have put there', async () => {
      const spots = await run(() => {
        const lists = [bench.list(0, '<i></i><b></b>'), bench.list(1, '<li></li>')] as const;
        const spots = () => lists.map((list) => bench.show(troupe.instance.spotIn(list, list.rows.length)));
        const alone = spots();
        for (const { rows } of lists) rows.at(-1)?.last.after(document.createElement('hr'));
        return [alone, spots()];
      });
      expect(spots).to.deep.equal([
        ['<!--]-->', null],
        ['<hr>', '<hr>'],
      ]);
    });
  });
});
