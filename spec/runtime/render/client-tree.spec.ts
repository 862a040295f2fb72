import { expect } from 'chai';
import { ClientTree } from '../../../runtime/render/client-tree.js';
import { describePage, diff } from '../../../runtime/render/diff.js';
import { Instance, List, type Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { type Hole, html, repeat } from '../../../runtime/template/html.js';
import { define } from '../../../runtime/template/template.js';
import { Namespace } from '../../../runtime/wire/patch.js';

type Message = { readonly type: 'clicked'; readonly on: string };

const clicked = (on: string): Message => ({ type: 'clicked', on });
const button = (on: string) => html<Message>`<button @click=${clicked(on)}>${on}</button>`;
const statics = (view: { statics: TemplateStringsArray }) => define(view.statics, Namespace.Html);

/** A client tree and the frames sent so far, as a session holds them. */
class Sending {
  readonly clientTree = new ClientTree();
  rendered: Value;
  frame = 0;

  constructor(first: Hole<Message>) {
    this.rendered = renderRoot(first, undefined, () => {});
    this.whole();
  }

  whole(): void {
    describePage(this.clientTree, this.rendered, ++this.frame);
  }

  show(next: Hole<Message>): number {
    this.rendered = renderRoot(next, this.rendered, () => {});
    if (diff(this.clientTree, this.rendered, this.frame + 1).length > 0) this.frame++;

    return this.frame;
  }

  /** What a click at an instance leads to, by a client that has applied `frame`. */
  click(number: number, frame = this.frame): unknown {
    const found = this.clientTree.find(number, frame);

    return (found?.values[0] as Message | undefined)?.on;
  }
}

describe('client tree', () => {
  describe('finding', () => {
    it('finds instances with event parts, and no others', () => {
      const page = new Sending(html<Message>`<p>${button('a')}</p>${html`<b></b>`}`);

      expect(page.click(2)).to.equal('a');
      for (const number of [0, 1, 3, 4, -1, 1e9, Number.NaN])
        expect(page.clientTree.find(number, 1)).to.equal(undefined);
    });

    it('finds a replaced handler for a client that has not applied the frame that replaced it', () => {
      const page = new Sending(button('a'));
      page.show(button('b'));
      page.show(button('c'));

      expect([page.click(1, 1), page.click(1, 2), page.click(1, 3)]).to.deep.equal(['a', 'b', 'c']);
    });

    it('finds a removed instance for a client that still shows it', () => {
      const page = new Sending(html<Message>`<div>${button('a')}</div>`);
      page.show(html<Message>`<div>${null}</div>`);
      const removed = new Sending(html<Message>`<div>${button('a')}</div>`);
      removed.show('text');

      expect(page.frame).to.equal(2);
      expect(removed.click(2, 1)).to.equal('a');
      expect(removed.click(2, 2)).to.equal(undefined);
    });

    it('finds a removed row, all that stood in it, and a row that has moved meanwhile', () => {
      const row = (key: string) => html<Message>`<li @click=${clicked(key)}><p>${button(`in ${key}`)}</p></li>`;
      const list = (keys: readonly string[]) => html<Message>`<ul>${repeat(keys, (key) => key, row)}</ul>`;
      const page = new Sending(list(['a', 'b', 'c']));
      page.show(list(['c', 'a']));

      expect([3, 4, 5, 6, 7, 8].map((number) => page.click(number, 1))).to.deep.equal([
        'a',
        'in a',
        'b',
        'in b',
        'c',
        'in c',
      ]);
      expect([3, 4, 5, 6, 7, 8].map((number) => page.click(number))).to.deep.equal([
        'a',
        'in a',
        undefined,
        undefined,
        'c',
        'in c',
      ]);
    });

    it('finds what stood in instances without events of their own when a list goes', () => {
      const list = (keys: readonly string[]) =>
        html<Message>`<ul>${keys.map((key) => html<Message>`<li>${[[button(key)]]}</li>`)}</ul>`;
      const page = new Sending(list(['a']));
      const number = Array.from({ length: 20 }, (_, index) => index).find(
        (index) => page.click(index) === 'a'
      ) as number;
      page.show(list([]));

      expect(number).to.be.greaterThan(3);
      expect(page.click(number, 1)).to.equal('a');
      expect(page.click(number)).to.equal(undefined);
    });

    it('forgets what the client cannot call any more', () => {
      const page = new Sending(button('a'));
      page.show(button('b'));
      page.show(button('c'));
      expect(page.clientTree.retired).to.equal(2);

      page.clientTree.acknowledge(1);
      expect(page.clientTree.retired).to.equal(2);
      page.clientTree.acknowledge(2);
      expect(page.clientTree.retired).to.equal(1);
      expect(page.click(1, 2)).to.equal('b');
      page.clientTree.acknowledge(3);
      expect(page.clientTree.retired).to.equal(0);
      expect(page.click(1, 3)).to.equal('c');
    });

    it('acts on the newest of handlers that differ in nothing the client sees', () => {
      const view = (on: string) => html<Message>`<button @click=${() => clicked(on)}></button>`;
      const page = new Sending(view('a'));

      expect(page.show(view('b'))).to.equal(1);
      expect(page.clientTree.retired).to.equal(0);
      const handler = page.clientTree.find(1, 1)?.values[0] as unknown as () => Message;
      expect(handler().on).to.equal('b');
    });

    it('finds each of many that one frame has retired, as it was before the first change', () => {
      const view = (on: string, title: string) =>
        html<Message>`<p title=${title}>${repeat(
          Array.from({ length: 50 }, (_, index) => index),
          (index) => index,
          (index) => html<Message>`<button @click=${() => clicked(`${on} ${index}`)}></button>`
        )}</p>`;
      const page = new Sending(view('a', '1'));
      page.show(view('b', '2'));
      page.show(view('c', '3'));
      const said = (frame: number) =>
        Array.from({ length: 60 }, (_, number) => page.clientTree.find(number, frame)?.values[0])
          .filter((handler) => typeof handler === 'function')
          .map((handler) => (handler as () => Message)().on);

      for (const [index, on] of ['a', 'b', 'c'].entries()) {
        expect(said(index + 1)).to.deep.equal(Array.from({ length: 50 }, (_, row) => `${on} ${row}`));
      }
      expect(page.clientTree.retired).to.equal(100);
    });

    it('is full at 65,536 retired instances, until the client acknowledges their frames', () => {
      const rows = Array.from({ length: 33_000 }, (_, index) => index);
      const row = (index: number) => html<Message>`<button @click=${() => clicked(`${index}`)}></button>`;
      const view = (title: string) =>
        html<Message>`<p title=${title}>${repeat(
          rows,
          (index) => index,
          (index) => row(index)
        )}</p>`;
      const page = new Sending(view('1'));
      page.show(view('2'));
      expect(page.clientTree.isFull).to.equal(false);
      page.show(view('3'));
      expect(page.clientTree.isFull).to.equal(true);

      page.clientTree.acknowledge(2);
      expect(page.clientTree.isFull).to.equal(false);
    });

    it('keeps what was retired for frames that were sent, if the next one is not', () => {
      const view = (on: string, text: string) => html<Message>`<button @click=${() => clicked(on)}>${text}</button>`;
      const page = new Sending(view('a', '1'));
      page.show(view('b', '2'));
      page.show(view('c', '2'));

      expect(page.clientTree.retired).to.equal(1);
      const handlers = [1, 2].map((frame) => page.clientTree.find(1, frame)?.values[0] as unknown as () => Message);
      expect(handlers.map((handler) => handler().on)).to.deep.equal(['a', 'c']);
    });
  });

  describe('whole pages', () => {
    const pair = (first: Hole<Message>, second: Hole<Message>) => html<Message>`<p>${first}</p><p>${second}</p>`;
    const two = (first: string, second: string) => pair(button(first), button(second));

    it('take numbers back, but not from under a client that has not seen them', () => {
      const page = new Sending(pair('no button', button('b')));
      page.show(two('a', 'b'));
      expect([page.click(2), page.click(3)]).to.deep.equal(['b', 'a']);
      page.whole();

      expect([page.click(2, 2), page.click(3, 2)]).to.deep.equal(['b', 'a']);
      expect([page.click(2, 3), page.click(3, 3)]).to.deep.equal(['a', 'b']);
    });

    it('leave nothing under a number that the old page did not have', () => {
      const page = new Sending(button('only'));
      page.rendered = renderRoot(two('a', 'b'), page.rendered, () => {});
      page.whole();

      expect([page.click(1, 1), page.click(3, 1)]).to.deep.equal(['only', undefined]);
      expect(page.click(3, 2)).to.equal('b');
    });

    it('are forgotten like frames once they are applied', () => {
      const page = new Sending(button('a'));
      page.show(button('b'));
      page.whole();
      page.clientTree.acknowledge(3);

      expect(page.clientTree.retired).to.equal(0);
      expect(page.click(1, 3)).to.equal('b');
    });
  });

  describe('definitions', () => {
    const a = statics(html`<a></a>`);
    const b = statics(html`<b></b>`);

    it('are introduced once', () => {
      const clientTree = new ClientTree();

      expect([
        clientTree.introduce(a),
        clientTree.introduce(b),
        clientTree.introduce(a),
        clientTree.introduce(b),
      ]).to.deep.equal([undefined, undefined, 0, 1]);
    });

    it('have the index that the client remembers them under', () => {
      const clientTree = new ClientTree(['unknown', b.hash]);

      expect([
        clientTree.introduce(a),
        clientTree.introduce(b),
        clientTree.introduce(a),
        clientTree.introduce(b),
      ]).to.deep.equal([undefined, 1, 2, 1]);
    });

    it('of the same content are one to a client that remembers it', () => {
      const clientTree = new ClientTree([a.hash]);
      const twin = statics(html`<a></a>`);

      expect(twin).to.not.equal(a);
      expect([clientTree.introduce(a), clientTree.introduce(twin)]).to.deep.equal([0, 0]);
    });

    it('are all unknown once they are forgotten', () => {
      const clientTree = new ClientTree([b.hash]);
      clientTree.introduce(a);
      clientTree.forget();

      expect([clientTree.introduce(b), clientTree.introduce(a), clientTree.introduce(b)]).to.deep.equal([
        undefined,
        undefined,
        0,
      ]);
    });
  });

  it('numbers instances and lists from 1, in the order they are entered', () => {
    const clientTree = new ClientTree();
    const instance = new Instance(statics(html`<p></p>`), [], undefined);
    const list = new List([], undefined, undefined);
    clientTree.enter(instance);
    clientTree.enterList(list);

    expect([instance.number, list.number]).to.deep.equal([1, 2]);
    clientTree.reset({ frame: 1, at: 0 });
    clientTree.enterList(list);
    expect(list.number).to.equal(1);
  });

  it('forgets what was edited when controls get new numbers', () => {
    const tree = new ClientTree();
    tree.texts.edit(1, 0, { at: 0, cut: 0, text: 'a' }, 0, '');
    tree.texts.answer(1, 0);
    tree.texts.write(1, 2, 0, '', 'b');
    expect(tree.isEdited).to.equal(true);
    tree.reset({ frame: 2, at: 0 });
    expect(tree.isEdited).to.equal(false);
    expect(tree.texts.edit(2, 0, { at: 1, cut: 0, text: 'c' }, 0, 'b')).to.equal('bc');
  });
});
