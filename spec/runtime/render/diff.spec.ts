import { expect } from 'chai';
import fc from 'fast-check';
import { ClientTree } from '../../../runtime/render/client-tree.js';
import { describeAdoption, describePage, diff } from '../../../runtime/render/diff.js';
import { Instance, List, type Value } from '../../../runtime/render/nodes.js';
import { renderRoot } from '../../../runtime/render/render.js';
import { type Child, html, type Key, repeat, unsafeHtml } from '../../../runtime/template/html.js';
import { decode } from '../../../runtime/wire/decode.js';
import { encodeFrame } from '../../../runtime/wire/frame-codec.js';
import { HandlerKind, ListOperation, PartKind, type Wire } from '../../../runtime/wire/patch.js';
import { Reason, ServerKind } from '../../../runtime/wire/protocol.js';
import { isInstance, isList, Shadow, type ShadowInstance, type ShadowList, type Shown } from '../../fixtures/shadow.js';
import { lawParameters } from '../../laws/parameters.js';

// HARNESS ---------------------------------------------------------------------

type Anything = Child<{ readonly type: string }>;

const renderAnew = (view: Anything): Value => renderRoot(view, undefined, () => {});

const patchBytes = (changes: readonly Wire[]): Uint8Array =>
  encodeFrame({ kind: ServerKind.Patch, changes, processed: 1, late: 0 });

/** What the client reads out of the bytes of a frame. */
const received = (bytes: Uint8Array): Wire => (decode(Uint8Array.from(bytes)) as readonly Wire[])[1] as Wire;

/** The server's side and the client's side of one page, and the frames between them, through the codec. */
class Page {
  readonly clientTree: ClientTree;
  readonly shadow: Shadow;
  view: Anything;
  rendered: Value;
  frame = 1;

  constructor(first: Anything, hashes: readonly string[] = [], definitions: readonly (readonly Wire[])[] = []) {
    this.clientTree = new ClientTree(hashes);
    this.shadow = new Shadow(definitions);
    this.view = first;
    this.rendered = renderAnew(first);
    this.sendWhole();
  }

  /** Renders and sends nothing, as when the window is closed. */
  render(next: Anything): this {
    this.view = next;
    this.rendered = renderRoot(next, this.rendered, () => {});

    return this;
  }

  /** Sends the whole page. */
  sendWhole(): void {
    const tree = describePage(this.clientTree, this.rendered, this.frame);
    this.shadow.render(received(encodeFrame({ kind: ServerKind.Render, tree, processed: 0, reason: Reason.Resumed })));
    this.expectSame();
  }

  /** Sends the difference. */
  send(): readonly Wire[] {
    const changes = diff(this.clientTree, this.rendered, ++this.frame);
    this.shadow.patch(received(patchBytes(changes)) as readonly Wire[]);
    this.expectSame();

    return changes;
  }

  /** The changes that lead to `next`, applied and compared with a fresh page. */
  show(next: Anything): readonly Wire[] {
    return this.render(next).send();
  }

  /** The client shows what it would if it got the page afresh, and both sides count alike. */
  expectSame(): void {
    const fresh = new Shadow().render(describePage(new ClientTree(), renderAnew(this.view)));
    expect(this.shadow.shown).to.deep.equal(fresh.shown);
    expectNumbers(this.rendered, this.shadow.content, this);
  }
}

/** Instances and lists have the same number on both sides, and events at them find what was rendered last. */
function expectNumbers(value: Value, shown: Shown, page: Page): void {
  if (value instanceof List) {
    const { number, rows } = shown as ShadowList;
    expect(value.number).to.equal(number);
    for (const [index, row] of value.rows.entries()) expectNumbers(row, rows[index] as Shown, page);
  } else if (value instanceof Instance) {
    const { number, values } = shown as ShadowInstance;
    expect(value.number).to.equal(number);
    expect(page.shadow.find(number)).to.equal(shown);
    expect(page.clientTree.find(number, page.frame)).to.equal(value.definition.hasEvents ? value : undefined);
    for (const [index, child] of value.values.entries()) expectNumbers(child, values[index] as Shown, page);
  }
}

const row = (key: Key) => html`<li>${key}</li>`;
const list = (keys: readonly Key[]) => html`<ul>${repeat(keys, (key) => key, row)}</ul>`;

// SPECS -----------------------------------------------------------------------

describe('diff', () => {
  describe('parts', () => {
    it('writes what has changed and nothing else', () => {
      const view = (title: string, text: string) => html`<p title=${title} lang="en">a ${text} b</p>`;
      const page = new Page(view('t', 'x'));

      expect(page.show(view('t', 'y'))).to.deep.equal([1, 1, 'y']);
      expect(page.show(view('u', 'y'))).to.deep.equal([1, 0, 'u']);
      expect(page.show(view('u', 'y'))).to.deep.equal([]);
      expect(page.show(view('v', 'z'))).to.deep.equal([1, 0, 'v', 1, 1, 'z']);
    });

    it('writes every kind of value', () => {
      const view = (on: boolean) =>
        html`<input title=${on ? 1 : null} class=${on ? 'a b' : ''} style=${on ? { color: 'red' } : null} ?hidden=${on} .value=${on ? 'v' : null}>`;
      const page = new Page(view(false));
      const kinds = (page.rendered as Instance).definition.parts.map(({ kind }) => kind);

      expect(kinds).to.deep.equal([
        PartKind.Attribute,
        PartKind.Class,
        PartKind.Style,
        PartKind.Boolean,
        PartKind.Property,
      ]);
      expect(page.show(view(true))).to.deep.equal([
        1,
        0,
        1,
        1,
        1,
        'a b',
        1,
        2,
        ['color', 'red'],
        1,
        3,
        true,
        1,
        4,
        'v',
      ]);
      expect(page.show(view(false))).to.deep.equal([1, 0, null, 1, 1, null, 1, 2, null, 1, 3, false, 1, 4, null]);
    });

    it('writes nothing for NaN that stays NaN', () => {
      const view = (value: number) => html`<input title=${value} .value=${value}> ${value}`;
      const page = new Page(view(Number.NaN));

      expect(page.show(view(Number.NaN))).to.deep.equal([]);
      expect(page.show(view(1))).to.deep.equal([1, 0, 1, 1, 1, 1, 1, 2, 1]);
    });

    it('writes nothing for a style or a message that says the same', () => {
      const view = (n: number) =>
        html<{
          type: 'x';
          n: number;
        }>`<p style=${{ color: 'red' }} @click=${{ type: 'x', n }} @keyup=${() => null}></p>`;
      const page = new Page(view(1));

      expect(page.show(view(1))).to.deep.equal([]);
      expect(page.show(view(2))).to.deep.equal([]);
    });

    it('writes parents before their children', () => {
      const view = (a: string, b: string, c: string) => html`<i>${html`<b title=${c}>${b}</b>`}</i><i title=${a}></i>`;
      const page = new Page(view('a', 'b', 'c'));

      expect(page.show(view('A', 'B', 'C'))).to.deep.equal([2, 0, 'C', 2, 1, 'B', 1, 1, 'A']);
      expect(new Page(html`<i title=${1}>${html`<b>${2}</b>`}</i>`).clientTree.find(1, 1)).to.equal(undefined);
    });

    it('writes the kind of a handler when it becomes another', () => {
      const message = { type: 'clicked' as const };
      const view = (handler: null | typeof message | ((event: unknown) => typeof message)) =>
        html<typeof message>`<button @click=${handler}></button>`;
      const page = new Page(view(null));

      expect(page.show(view(message))).to.deep.equal([1, 0, HandlerKind.Message]);
      expect(page.show(view((_event) => message))).to.deep.equal([1, 0, HandlerKind.Function]);
      expect(page.show(view((_event) => message))).to.deep.equal([]);
      expect(page.show(view(null))).to.deep.equal([1, 0, HandlerKind.None]);
    });
  });

  describe('children', () => {
    const sole = (child: Anything) => html<{ type: string }>`<div>${child}</div>`;

    it('turns anything into anything', () => {
      const contents: readonly Anything[] = [
        null,
        'text',
        7,
        html`<p>${1}</p>`,
        html`<b>${1}</b>`,
        ['a', html`<i></i>`],
        [],
        repeat(['a', 'b'], (key) => key, row),
        repeat([] as string[], (key) => key, row),
        unsafeHtml('<hr>'),
        unsafeHtml('<br>'),
        [['nested'], repeat([1], (key) => key, row)],
      ];
      for (const from of contents) {
        for (const to of contents) {
          const page = new Page(sole(from));
          page.show(sole(to));
          expect(page.show(sole(to))).to.deep.equal([]);
          page.show(sole(from));
        }
      }
    });

    it('replaces an instance of another definition and lets the old one go', () => {
      const page = new Page(sole(html`<p>${html`<b>${1}</b>`}</p>`));
      const changes = page.show(sole(html`<i>${2}</i>`));

      expect(changes.slice(0, 2)).to.deep.equal([1, 0]);
      expect((changes[2] as Wire[])[1]).to.equal(2);
      expect(page.shadow.find(2)).to.equal(undefined);
      expect(page.shadow.find(4)).to.not.equal(undefined);
    });

    it('replaces the page itself through part 0 of target 0', () => {
      const page = new Page('text');

      expect(page.show(null)).to.deep.equal([0, 0, null]);
      expect(page.show(html`<p></p>`).slice(0, 2)).to.deep.equal([0, 0]);
      expect(page.show([])).to.deep.equal([0, 0, [false]]);
    });

    it('replaces a keyed list by one without keys', () => {
      const page = new Page(sole(repeat(['a'], (key) => key, row)));

      expect(page.show(sole([html`<li>a</li>`])).slice(0, 2)).to.deep.equal([1, 0]);
    });

    it('writes nothing for raw HTML that is the same', () => {
      const page = new Page(sole(unsafeHtml('<hr>')));

      expect(page.show(sole(unsafeHtml('<hr>')))).to.deep.equal([]);
      expect(page.show(sole(unsafeHtml('<br>')))).to.deep.equal([1, 0, [true, '<br>']]);
    });
  });

  describe('keyed lists', () => {
    it('appends, inserts, moves and removes by the numbers of rows', () => {
      const page = new Page(list(['a', 'b', 'c']));

      expect(page.show(list(['a', 'b', 'c', 'd']))).to.deep.equal([2, ListOperation.Append, ['d', 1, 'd']]);
      expect(page.show(list(['z', 'a', 'b', 'c', 'd']))).to.deep.equal([2, ListOperation.Insert, [3, 'z', 1, 'z']]);
      expect(page.show(list(['z', 'b', 'c', 'd', 'a']))).to.deep.equal([2, ListOperation.Move, [3]]);
      expect(page.show(list(['z', 'a', 'b', 'c', 'd']))).to.deep.equal([2, ListOperation.Move, [3, 4]]);
      expect(page.show(list(['z', 'b', 'c', 'd']))).to.deep.equal([2, ListOperation.Remove, [3]]);
      expect(page.show(list(['z', 'd']))).to.deep.equal([2, ListOperation.Remove, [4, 2]]);
      expect(page.show(list([]))).to.deep.equal([2, ListOperation.Remove, [7, 2]]);
      expect(page.show(list([]))).to.deep.equal([]);
      expect(page.show(list(['x', 'y']))).to.deep.equal([2, ListOperation.Append, ['x', 1, 'x', 'y', 1, 'y']]);
    });

    it('writes a run of new rows as one insertion, in order', () => {
      const page = new Page(list([1, 9]));
      const changes = page.show(list([1, 2, 3, 4, 9, 10, 11]));

      expect(changes).to.deep.equal([
        2,
        ListOperation.Append,
        [10, 1, 10, 11, 1, 11],
        2,
        ListOperation.Insert,
        [4, 2, 1, 2, 3, 1, 3, 4, 1, 4],
      ]);
    });

    it('writes kept rows first, then removals, then moves and insertions from the end', () => {
      const item = (key: string, text: string) => ({ key, text });
      const view = (items: readonly ReturnType<typeof item>[]) =>
        html`<ul>${repeat(
          items,
          ({ key }) => key,
          ({ text }) => html`<li>${text}</li>`
        )}</ul>`;
      const page = new Page(view([item('a', 'A'), item('b', 'B'), item('c', 'C'), item('d', 'D')]));
      const changes = page.show(view([item('n', 'N'), item('d', 'D'), item('a', 'A!'), item('c', 'C')]));

      expect(changes).to.deep.equal([
        ...[3, 0, 'A!'],
        ...[2, ListOperation.Remove, [4]],
        ...[2, ListOperation.Move, [6, 3]],
        ...[2, ListOperation.Insert, [6, 'n', 1, 'N']],
      ]);
    });

    it('replaces a row of the same key whose template is another', () => {
      const view = (plain: boolean) =>
        html`<ul>${repeat(
          ['a', 'b', 'c'],
          (key) => key,
          (key) => (plain || key !== 'b' ? row(key) : html`<li><b>${key}</b></li>`)
        )}</ul>`;
      const page = new Page(view(true));
      const changes = page.show(view(false));

      expect(changes.filter((_change, index) => index % 3 === 1)).to.deep.equal([
        ListOperation.Remove,
        ListOperation.Insert,
      ]);
      expect(page.show(view(true)).slice(0, 3)).to.deep.equal([2, ListOperation.Remove, [6]]);
    });

    it('moves as few rows as can be, for all pairs of lists', () => {
      const orders = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 15 });
      fc.assert(
        fc.property(orders, orders, (before, after) => {
          const page = new Page(list(before));
          const rows = rowsOf(page);
          page.show(list(after));
          const common = after.filter((key) => before.includes(key));
          const stay = longestRun(common.map((key) => before.indexOf(key)));
          expect(page.shadow.operations.move).to.equal(common.length - stay);
          for (const kept of rowsOf(page)) {
            if (before.includes(kept.key as number)) expect(rows).to.include(kept);
          }
        }),
        lawParameters(300)
      );
    });

    const rowsOf = (page: Page): readonly ShadowInstance[] => (childOf(page) as ShadowList).rows;
  });

  describe('lists by position', () => {
    it('keeps rows of the same template, replaces the others in place', () => {
      const view = (...children: Anything[]) => html<{ type: string }>`<div>${children}</div>`;
      const bold = (child: Anything) => html<{ type: string }>`<b>${child}</b>`;
      const page = new Page(view('a', bold(1), 'c'));

      expect(page.show(view('a', bold(2), 'c'))).to.deep.equal([4, 0, 2]);
      expect(page.show(view('a', 'b', 'c'))).to.deep.equal([
        ...[2, ListOperation.Remove, [4]],
        ...[2, ListOperation.Insert, [5, 1, 'b']],
      ]);
      expect(page.show(view('a', 'b'))).to.deep.equal([2, ListOperation.Remove, [5]]);
      expect(page.show(view('a', 'b', 'c', 'd'))).to.deep.equal([2, ListOperation.Append, [1, 'c', 1, 'd']]);
    });

    it('follows rows that alternate between templates', () => {
      const view = (offset: number, count: number) =>
        html`<div>${Array.from({ length: count }, (_, index) => ((index + offset) % 2 ? html`<b>${index}</b>` : html`<i>${index}</i>`))}</div>`;
      const page = new Page(view(0, 5));
      for (const [offset, count] of [
        [1, 5],
        [0, 3],
        [1, 6],
        [1, 0],
        [0, 4],
      ] as const)
        page.show(view(offset, count));
    });

    it('takes a nested array as one row', () => {
      const view = (cells: readonly (readonly number[])[]) => html`<div>${cells}</div>`;
      const page = new Page(view([[1, 2], [3]]));

      expect(page.show(view([[1, 2], [4]]))).to.deep.equal([9, 0, 4]);
    });
  });

  describe('numbers', () => {
    it('are given before those of the parts, lists before rows, in wire order', () => {
      const page = new Page(
        html`<div>${html`<i>${html`<b></b>`}</i>`}</div><ul>${repeat([1, 2], (key) => key, row)}</ul>${['x']}`
      );
      const root = page.rendered as Instance;
      const [child, keyed, positional] = root.values as [Instance, List, List];
      const numbers = [root, child, child.values[0] as Instance, keyed, ...keyed.rows, positional, ...positional.rows];

      expect(numbers.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('go on counting in patches and are not given twice', () => {
      const page = new Page(list(['a']));
      page.show(list([]));
      page.show(list(['a', 'b']));

      expect((childOf(page) as ShadowList).rows.map(({ number }) => number)).to.deep.equal([4, 5]);
    });

    it('start again with a whole page', () => {
      const page = new Page(list(['a', 'b']));
      page.show(list(['b', 'c']));
      page.sendWhole();

      expect((childOf(page) as ShadowList).rows.map(({ number }) => number)).to.deep.equal([3, 4]);
      expect(page.show(list(['c', 'b']))).to.deep.equal([2, ListOperation.Move, [4, 3]]);
    });
  });

  describe('definitions', () => {
    it('are sent once and named by their index from then on', () => {
      const page = new Page(list(['a', 'b']));
      const tree = describePage(new ClientTree(), page.rendered) as Wire[];
      const rows = (tree[1] as Wire[]) ?? [];

      expect((tree[0] as Wire[])[2]).to.equal('<ul></ul>');
      expect(rows[0]).to.equal(null);
      expect((rows[2] as Wire[])[2]).to.equal('<li></li>');
      expect(rows.slice(3)).to.deep.equal(['a', 'b', 1, 'b']);
    });

    it('are met anew on each connection, except those whose hashes the client knows', () => {
      const view = html`<p>${html`<b></b>`}</p>`;
      const hashes = hashesOf(view);

      expect(new Page(view).shadow.definitions).to.have.lengthOf(2);
      expect(describePage(new ClientTree(hashes), renderAnew(view))).to.deep.equal([0, [1]]);
      expect(describePage(new ClientTree([...hashes].reverse()), renderAnew(view))).to.deep.equal([1, [0]]);
      const partly = describePage(new ClientTree(['unknown', hashes[1] as string]), renderAnew(view)) as Wire[];
      expect((partly[0] as Wire[])[0]).to.equal(hashes[0]);
      expect(partly[1]).to.deep.equal([1]);
    });

    it('that are new are counted behind those the client remembers', () => {
      const first = html`<p>${1}</p>`;
      const definitions = new Page(first).shadow.definitions;
      const page = new Page(first, hashesOf(first), definitions);
      page.show(html`<b>${1}</b>`);

      expect(page.show(first)).to.deep.equal([0, 0, [0, 1]]);
      expect(page.show(html`<i>${1}</i>`)[2]).to.have.nested.property('[0][2]', '<i></i>');
    });

    it('stay met when the page is sent whole again, until they are forgotten', () => {
      const page = new Page(html`<p></p>`);

      expect(describePage(page.clientTree, page.rendered)).to.deep.equal([0]);
      page.clientTree.forget();
      expect(describePage(page.clientTree, page.rendered)).to.have.nested.property('[0][2]', '<p></p>');
      expect(describePage(page.clientTree, page.rendered)).to.deep.equal([0]);
    });

    const hashesOf = (view: Anything): readonly string[] =>
      new Page(view).shadow.definitions.map(([hash]) => hash as string);
  });

  describe('descriptions', () => {
    it('trims nothing but nulls at the end of an instance', () => {
      const view = (a: Anything, b: Anything, c: boolean) =>
        html<{ type: string }>`<p>${a}</p><p>${b}</p><p ?hidden=${c}></p>`;
      const described = (value: Anything) => (describePage(new ClientTree(), renderAnew(value)) as Wire[]).slice(1);

      expect(described(view(1, null, false))).to.deep.equal([1, null, false]);
      expect(described(html`<p>${1}</p><p>${null}</p><p>${''}</p>`)).to.deep.equal([1]);
      expect(described(html`<p>${null}</p><p>${0}</p>`)).to.deep.equal([null, 0]);
      expect(described(html`<p>${undefined}</p>`)).to.deep.equal([]);
    });

    it('leaves rows complete', () => {
      const view = html`<ul>${repeat(
        [1, 2],
        (key) => key,
        () => html`<li title=${null}>${null}</li>`
      )}</ul><div>${[null, 'a']}</div>`;
      const [, keyed, positional] = describePage(new ClientTree(), renderAnew(view)) as [Wire, Wire[], Wire[]];

      expect(keyed.slice(3)).to.deep.equal([null, null, 2, 1, null, null]);
      expect(keyed).to.have.lengthOf(9);
      expect(positional.slice(2)).to.deep.equal([null, 2, 'a']);
    });

    it('for adoption hold structure, keys, handlers and other properties, the number of tokens of classes, and no leaf', () => {
      const message = { type: 'x' as const };
      const leaves = html<
        typeof message
      >`<p title=${'t'} class=${' c d  c'} style=${{ color: 'red' }} ?hidden=${true} @click=${message} @keyup=${(_event) => message}>${'text'}</p>
        <input .value=${'v'} .indeterminate=${true}><textarea>${'area'}</textarea><p>${unsafeHtml('<b></b>')}</p>
        <ul>${repeat(['k'], (key) => key, row)}</ul><p>${['x', 7]}</p><p>${null}</p>`;
      const tree = describeAdoption(new ClientTree(), renderAnew(leaves)) as Wire[];
      const [
        ,
        title,
        css,
        style,
        hidden,
        click,
        keyup,
        text,
        value,
        indeterminate,
        area,
        raw,
        keyed,
        positional,
        ...rest
      ] = tree;

      expect([title, css, style, hidden, text, value, area]).to.deep.equal([null, 2, null, null, null, null, null]);
      expect([click, keyup, indeterminate, raw]).to.deep.equal([1, 2, true, [true]]);
      expect([(keyed as Wire[])[1], (keyed as Wire[])[3]]).to.deep.equal(['k', null]);
      expect((positional as Wire[]).slice(2)).to.deep.equal([null, 2, null]);
      expect(rest).to.deep.equal([]);
    });

    it('for adoption count as those of the whole page do', () => {
      fc.assert(
        fc.property(trees, (tree) => {
          const rendered = renderAnew(build(tree));
          const whole = new Shadow().render(describePage(new ClientTree(), rendered));
          const adopted = new Shadow().render(describeAdoption(new ClientTree(), rendered));
          expect(skeleton(adopted.content)).to.deep.equal(skeleton(whole.content));
          expect(leavesOf(adopted.content)).to.deep.equal([]);
        }),
        lawParameters(200)
      );
    });
  });

  describe('the law', () => {
    it('holds for all sequences of views, some of them never sent', () => {
      const steps = fc.array(fc.tuple(trees, fc.constantFrom('send', 'send', 'skip', 'whole')), {
        minLength: 1,
        maxLength: 6,
      });
      fc.assert(
        fc.property(trees, steps, (first, sequence) => {
          const page = new Page(build(first));
          for (const [tree, how] of sequence) {
            page.render(build(tree));
            if (how === 'send') page.send();
            if (how === 'whole') page.sendWhole();
          }
          page.send();
          expect(diff(page.clientTree, page.rendered, ++page.frame)).to.deep.equal([]);
        }),
        lawParameters(600)
      );
    });

    it('keeps a row that left and came back while nothing was sent', () => {
      const page = new Page(list(['a', 'b', 'c']));
      const before = (childOf(page) as ShadowList).rows[0];
      page.render(list(['b', 'c'])).render(list(['c', 'b', 'a']));
      page.send();

      expect((childOf(page) as ShadowList).rows[2]).to.equal(before);
      expect(page.shadow.operations.remove + page.shadow.operations.append + page.shadow.operations.insert).to.equal(0);
    });

    it('writes nothing for a row that came and went while nothing was sent', () => {
      const page = new Page(list(['a']));
      page.render(list(['a', 'b'])).render(list(['a']));

      expect(page.send()).to.deep.equal([]);
    });
  });

  describe('bytes', () => {
    interface Row {
      readonly id: number;
      readonly cells: readonly [string, string, string];
    }

    const rowOf = (id: number): Row => ({ id, cells: [`name ${id}`, `mail ${id}`, `city ${id}`] });
    const tableRow = ({ cells: [name, mail, city] }: Row) =>
      html`<tr><td>${name}</td><td>${mail}</td><td>${city}</td></tr>`;
    const table = (rows: readonly Row[]) =>
      html`<table><tbody>${repeat(rows, ({ id }) => id, tableRow)}</tbody></table>`;
    const thousand = Array.from({ length: 1_000 }, (_, index) => rowOf(index));

    /** Bytes of the frame that turns 1,000 rows into others, without those of the new row's text and key. */
    function overhead(rows: readonly Row[], added?: Row): number {
      const page = new Page(table(thousand));
      const bytes = patchBytes(page.show(table(rows))).length;
      if (added === undefined) return bytes;
      const content = added.cells.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

      return bytes - content - 3;
    }

    const added = rowOf(5_000);

    it('of a row appended to a thousand are 10 over its text and key', () => {
      expect(overhead([...thousand, added], added))
        .to.equal(10)
        .and.to.be.at.most(12);
    });

    it('of a row prepended to a thousand are 11 over its text and key', () => {
      expect(overhead([added, ...thousand], added))
        .to.equal(11)
        .and.to.be.at.most(16);
    });

    it('of a row inserted among a thousand are 13 over its text and key', () => {
      expect(overhead(thousand.toSpliced(500, 0, added), added))
        .to.equal(13)
        .and.to.be.at.most(16);
    });

    it('of a move among a thousand rows are 12, to the end 9', () => {
      expect(overhead(thousand.toSpliced(700, 1).toSpliced(300, 0, rowAt(700))))
        .to.equal(12)
        .and.to.be.at.most(16);
      expect(overhead([...thousand.slice(1), rowAt(0)]))
        .to.equal(7)
        .and.to.be.at.most(16);
      expect(overhead([...thousand.toSpliced(700, 1), rowAt(700)])).to.equal(9);
    });

    it('of a removal among a thousand rows are 9, of a hundred rows 10', () => {
      expect(overhead(thousand.toSpliced(500, 1)))
        .to.equal(9)
        .and.to.be.at.most(16);
      expect(overhead(thousand.toSpliced(500, 100))).to.equal(10);
    });

    it('of the swap of two rows are one frame of two moves', () => {
      const swapped = thousand.toSpliced(1, 1, rowAt(998)).toSpliced(998, 1, rowAt(1));

      expect(overhead(swapped)).to.be.at.most(24);
    });

    it('of a text that becomes another are 5 over the text', () => {
      const view = (count: number) => html`<output>${count}</output>`;

      expect(patchBytes(new Page(view(1)).show(view(2)))).to.have.lengthOf(6);
    });

    const rowAt = (index: number): Row => thousand[index] as Row;
  });
});

// TREES -----------------------------------------------------------------------

const childOf = (page: Page): Shown | undefined => (page.shadow.content as ShadowInstance).values[0];

/** Lists and instances with their numbers and keys, without what stands in them. */
function skeleton(shown: Shown): unknown {
  if (isList(shown)) return [shown.number, shown.keyed, shown.rows.map((row) => [row.key, skeleton(row)])];
  if (isInstance(shown)) return [shown.number, shown.definition[0], shown.values.map(skeleton)];

  return Array.isArray(shown) && shown[0] === true ? 'raw' : null;
}

/** Leaf values, but for handlers and properties. */
function leavesOf(shown: Shown): readonly unknown[] {
  if (isList(shown)) return shown.rows.flatMap(leavesOf);
  if (!isInstance(shown)) return shown === null || Array.isArray(shown) ? [] : [shown];
  const kinds = (index: number) => shown.definition[4 + index * 3];

  // Of classes, adoption tells the number of tokens.
  const isLeaf = (index: number) => kinds(index) !== PartKind.Event && kinds(index) !== PartKind.Class;

  return shown.values.filter((_value, index) => isLeaf(index)).flatMap(leavesOf);
}

/** What a random view is made of. */
type Tree =
  | { readonly kind: 'leaf'; readonly value: string | number | null }
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'template'; readonly which: number; readonly text: string; readonly children: readonly Tree[] }
  | { readonly kind: 'list'; readonly rows: readonly Tree[] }
  | { readonly kind: 'keyed'; readonly rows: readonly TreeRow[]; readonly hoisted: boolean };

interface TreeRow {
  readonly key: number;
  readonly version: number;
  readonly child: Tree;
}

const text = fc.constantFrom('', 'a', 'b', 'two words', 'ü', '\ud800');

const { trees } = fc.letrec<{ trees: Tree; row: TreeRow }>((tie) => ({
  trees: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      value: fc.oneof(text, fc.integer({ min: -1, max: 2 }), fc.constant(null)),
    }),
    fc.record({ kind: fc.constant('raw' as const), text: fc.constantFrom('<hr>', '', 'text') }),
    fc.record({
      kind: fc.constant('template' as const),
      which: fc.integer({ min: 0, max: 5 }),
      text,
      children: fc.array(tie('trees'), { minLength: 2, maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('list' as const), rows: fc.array(tie('trees'), { maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('keyed' as const),
      rows: fc.uniqueArray(tie('row'), { maxLength: 8, selector: ({ key }) => key }),
      hoisted: fc.boolean(),
    })
  ),
  row: fc.record({ key: fc.integer({ min: 0, max: 8 }), version: fc.integer({ min: 0, max: 3 }), child: tie('trees') }),
}));

interface Chosen {
  readonly type: 'chosen';
  readonly text: string;
}

function build(tree: Tree): Child<Chosen> {
  switch (tree.kind) {
    case 'leaf':
      return tree.value;
    case 'raw':
      return html`<div>${unsafeHtml(tree.text)}</div>`;
    case 'template':
      return buildTemplate(tree.which, tree.text, tree.children.map(build) as [Child<Chosen>, Child<Chosen>]);
    case 'list':
      return tree.rows.map(build);
    case 'keyed':
      return repeat(
        tree.hoisted ? tree.rows.map(shared) : tree.rows,
        ({ key }) => key,
        tree.hoisted ? buildRow : (each) => buildRow(each)
      );
  }
}

function buildTemplate(which: number, text: string, [first, second]: [Child<Chosen>, Child<Chosen>]): Child<Chosen> {
  switch (which) {
    case 0:
      return html<Chosen>`<div>${first}</div>`;
    case 1:
      return html<Chosen>`<div title=${text}>${first}</div><div>${second}</div>`;
    case 2:
      return html<Chosen>`<div @click=${{ type: 'chosen', text }}>${first}</div>`;
    case 3:
      return html<Chosen>`${first}<div @click=${() => ({ type: 'chosen', text })} class="a ${text}">${second}</div>`;
    case 4:
      return html<Chosen>`<div @click=${text === '' ? null : { type: 'chosen', text }} style=${{ color: text }}></div>`;
    default:
      return html<Chosen>`${first}${second}`;
  }
}

/** Rows of the same key are of different templates, by version. */
function buildRow({ key, version, child }: TreeRow): Child<Chosen> {
  if (version === 0) return key;
  if (version === 1) return html<Chosen>`<div @click=${{ type: 'chosen', text: `${key}` }}>${build(child)}</div>`;

  return html<Chosen>`<div>${version}</div>${build(child)}`;
}

const sharedRows = new Map<string, TreeRow>();

/** The same object for all rows that say the same. */
function shared(row: TreeRow): TreeRow {
  const name = JSON.stringify(row);
  const known = sharedRows.get(name) ?? row;
  sharedRows.set(name, known);

  return known;
}

/** The length of a longest increasing subsequence, the slow way. */
function longestRun(numbers: readonly number[]): number {
  const lengths: number[] = [];
  numbers.forEach((number, index) => {
    lengths.push(
      1 + Math.max(0, ...lengths.filter((_length, earlier) => earlier < index && (numbers[earlier] as number) < number))
    );
  });

  return Math.max(0, ...lengths);
}
