import { expect } from 'chai';
import { PartKind, type Wire } from '../../runtime/wire/patch.js';
import { openBundle, type WatchedPage } from '../browser/chromium.js';

declare const troupe: typeof import('./page/modules.js');

/** The leaves of one element, a part for each. */
interface Bench {
  element: HTMLElement & Record<string, unknown>;
  leaves: InstanceType<typeof troupe.partWriters.PartWriters>;
  instance: InstanceType<typeof troupe.instance.Instance>;
  /** What was asked of `holds`: element, property; the writes that wait. */
  asked: [boolean, string][];
  held: (() => void)[];
  /** Writes of what the page shows already. */
  known: (() => void)[];
  holding: boolean;
  write(part: number, value: Wire): void;
}
declare const bench: Bench;

type PartOf = readonly [kind: PartKind, name: string];

describe('client/part-writers', () => {
  let watched: WatchedPage;
  const run = <Result, Argument = undefined>(work: (argument: Argument) => Result, argument?: Argument) =>
    watched.page.evaluate(work as never, argument as never) as Promise<Awaited<Result>>;

  before(async () => {
    watched = await openBundle('spec/client/page/entry.ts');
  });
  after(() => watched.expectNoErrors());

  /** Starts with the element of this HTML and these parts of it. */
  const load = (html: string, ...parts: PartOf[]) =>
    run(
      ({ html, parts }) => {
        const root = document.createElement('div');
        root.innerHTML = html;
        const element = root.firstElementChild as Bench['element'];
        const { Instance } = troupe.instance;
        const instance = new Instance({
          hash: '',
          content: document.createDocumentFragment(),
          parts: parts.map(([kind, name]) => ({ kind, name, node: 0 })),
        });
        for (const _ of parts) {
          instance.nodes.push(element);
          instance.contents.push(null);
        }
        const bench: Bench = {
          element,
          instance,
          asked: [],
          held: [],
          known: [],
          holding: false,
          leaves: new troupe.partWriters.PartWriters(root, {
            holds: (control, name, write, _value, known) => {
              if (known) {
                bench.known.push(write);
                return true;
              }
              bench.asked.push([control === element, name]);
              if (bench.holding) bench.held.push(write);
              return bench.holding;
            },
            selects: new troupe.selectValues.SelectValues(),
          }),
          write: (part, value) => bench.leaves.write(instance, part, value),
        };
        Object.assign(window, { bench });
      },
      { html, parts }
    );
  const write = (...values: Wire[]) =>
    run((values) => {
      for (const [part, value] of values.entries()) bench.write(part, value);
      bench.leaves.settle();
      return bench.element.outerHTML;
    }, values);

  describe('a part', () => {
    const kinds: readonly (readonly [
      name: string,
      html: string,
      PartOf,
      values: readonly (readonly [Wire, string])[],
    ])[] = [
      [
        'text',
        '<textarea></textarea>',
        [PartKind.Text, ''],
        [
          ['<b>', '<textarea>&lt;b&gt;</textarea>'],
          ['', '<textarea></textarea>'],
        ],
      ],
      [
        'an attribute',
        '<p></p>',
        [PartKind.Attribute, 'title'],
        [
          [5, '<p title="5"></p>'],
          [null, '<p></p>'],
        ],
      ],
      [
        'a class',
        '<p></p>',
        [PartKind.Class, 'class'],
        [
          ['a b', '<p class="a b"></p>'],
          ['b', '<p class="b"></p>'],
          [null, '<p></p>'],
        ],
      ],
      [
        'a style',
        '<p></p>',
        [PartKind.Style, ''],
        [
          [['top', '1px'], '<p style="top: 1px;"></p>'],
          [['left', '0px'], '<p style="left: 0px;"></p>'],
          [null, '<p></p>'],
        ],
      ],
      [
        'a boolean',
        '<p hidden></p>',
        [PartKind.Boolean, 'hidden'],
        [
          [true, '<p hidden=""></p>'],
          [false, '<p></p>'],
        ],
      ],
      [
        'a property',
        '<p></p>',
        [PartKind.Property, 'title'],
        [
          ['a', '<p title="a"></p>'],
          [7, '<p title="7"></p>'],
        ],
      ],
    ];
    for (const [name, html, part, values] of kinds) {
      it(`that is ${name} shows what is written, value after value`, async () => {
        await load(html, part);
        for (const [value, shown] of values) expect(await write(value)).to.equal(shown);
      });
    }

    it('knows what was written last, and is not written again', async () => {
      await load('<p></p>', [PartKind.Attribute, 'title']);
      await write('a');
      await run(() => bench.element.setAttribute('title', 'foreign'));
      expect(await write('a')).to.equal('<p title="foreign"></p>');
      expect(await run(() => bench.instance.contents)).to.deep.equal(['a']);
    });
  });

  describe('what the user changes as well', () => {
    for (const [html, name, value] of [
      ['<input>', 'value', 'a'],
      ['<input type="checkbox">', 'checked', true],
      ['<option></option>', 'selected', true],
    ] as const) {
      it(`is written at the end of the frame, once (${name})`, async () => {
        await load(html, [PartKind.Property, name]);
        const seen = await run(
          ({ name, value }) => {
            const before = bench.element[name];
            const seen: unknown[] = [];
            bench.write(0, value);
            seen.push(bench.element[name] === before);
            bench.leaves.settle();
            seen.push(bench.element[name]);
            bench.element[name] = before;
            bench.leaves.settle();
            seen.push(bench.element[name] === before);
            return seen;
          },
          { name, value }
        );
        expect(seen).to.deep.equal([true, value, true]);
      });
    }

    it('is written after what it depends on', async () => {
      await load('<input type="range">', [PartKind.Property, 'value'], [PartKind.Attribute, 'max']);
      await write(150, 200);
      expect(await run(() => bench.element['value'])).to.equal('150');
    });

    it('waits as long as the user is ahead, and nothing else does', async () => {
      await load('<input>', [PartKind.Property, 'value'], [PartKind.Property, 'title'], [PartKind.Attribute, 'name']);
      const seen = await run(() => {
        bench.holding = true;
        bench.write(0, 'a');
        bench.write(1, 'b');
        bench.write(2, 'c');
        bench.leaves.settle();
        const waiting = [bench.element['value'], bench.element.outerHTML];
        for (const write of bench.held) write();
        return [waiting, bench.element['value'], bench.asked];
      });
      expect(seen).to.deep.equal([['', '<input title="b" name="c">'], 'a', [[true, 'value']]]);
    });

    describe('is said again for a select', () => {
      it('whose options come and go', async () => {
        await load('<select><option>a<option>b</select>', [PartKind.Property, 'value']);
        await write('b');
        const shown = await run(() => {
          const { leaves, element } = bench;
          leaves.touch(element);
          element.lastElementChild?.remove();
          element.append(new Option('b'));
          const meanwhile = element['value'];
          leaves.settle();
          return [meanwhile, element['value']];
        });
        expect(shown).to.deep.equal(['a', 'b']);
      });

      it('whose options are written', async () => {
        const options = [
          [PartKind.Attribute, 'value'],
          [PartKind.Attribute, 'value'],
        ] as const;
        await load('<select><option>a<option>b</select>', [PartKind.Property, 'value'], ...options);
        await run(() => bench.instance.nodes.splice(1, 2, ...bench.element.children));
        await write('b');
        await write('b', 'b', 'c');
        expect(await run(() => [bench.element['value'], bench.element['selectedIndex']])).to.deep.equal(['b', 0]);
      });

      it('when the option comes that it named before it was there', async () => {
        await load('<select size="2"><option>a</select>', [PartKind.Property, 'value']);
        await write('b');
        const shown = await run(() => {
          const { leaves, element } = bench;
          leaves.touch(element);
          element.append(new Option('b'));
          const meanwhile = element['value'];
          leaves.settle();
          return [meanwhile, element['value']];
        });
        expect(shown).to.deep.equal(['', 'b']);
      });
    });
  });

  it('report what an element throws, and go on', async () => {
    await load('<p></p>', [PartKind.Property, 'value'], [PartKind.Property, 'checked']);
    const seen = await run(() => {
      const reported: string[] = [];
      const { reportError } = window;
      window.reportError = (error) => reported.push(`${error}`);
      Object.defineProperty(bench.element, 'value', {
        set() {
          throw new Error('mine');
        },
      });
      bench.write(0, 'a');
      bench.write(1, true);
      bench.leaves.settle();
      window.reportError = reportError;
      return [reported, bench.element['checked']];
    });
    expect(seen).to.deep.equal([['Error: mine'], true]);
  });

  describe('of a page as the server rendered it', () => {
    const present = (part: number) =>
      run((part) => `${JSON.stringify(bench.leaves.present(bench.instance, part))}`, part);

    it('are known where they are written by difference: class and style', async () => {
      await load(
        '<p class="a b" data-troupe-style="top: 1px; left: 2px">x</p>',
        [PartKind.Class, 'class'],
        [PartKind.Style, '']
      );
      expect(await present(0)).to.equal('"a b"');
      expect(await present(1)).to.equal('["top","1px","left","2px"]');
      await run(() => {
        const { instance, leaves } = bench;
        instance.contents.splice(0, 2, leaves.present(instance, 0), leaves.present(instance, 1));
        bench.element.classList.add('foreign');
      });
      expect(await write('b c', ['left', '3px'])).to.equal('<p class="foreign b c" style="left: 3px;">x</p>');
    });

    const writeFirst = (html: string, name: string, edited: Wire, value: Wire) =>
      load(html, [PartKind.Property, name]).then(() =>
        run(
          ({ name, edited, value }) => {
            Object.assign(bench.element, { [name]: edited });
            bench.instance.contents[0] = bench.leaves.present(bench.instance, 0);
            bench.write(0, value);
            bench.leaves.settle();
            return bench.element[name];
          },
          { name, edited, value }
        )
      );

    it('stay as the user has left them if the page was loaded with the same: as text, number or nothing', async () => {
      expect(await writeFirst('<input type="number" value="5">', 'value', '7', 5)).to.equal('7');
      expect(await writeFirst('<input type="number">', 'value', '7', '')).to.equal('7');
      expect(await writeFirst('<input type="number">', 'value', '7', null)).to.equal('7');
      expect(await writeFirst('<input type="checkbox" checked>', 'checked', false, true)).to.equal(false);
      expect(await writeFirst('<select><option>a<option selected>b</select>', 'value', 'a', 'b')).to.equal('a');
    });

    it('are written over what the user has left if the page was loaded with something else', async () => {
      expect(await writeFirst('<input value="5">', 'value', 'typed', 6)).to.equal('6');
      expect(await writeFirst('<input type="checkbox" checked>', 'checked', true, false)).to.equal(false);
      expect(await writeFirst('<select><option>a<option selected>b</select>', 'value', 'b', 'a')).to.equal('a');
    });

    it('are what is written again when the model has said nothing else', async () => {
      await load('<input value="5">', [PartKind.Property, 'value']);
      const seen = await run(() => {
        bench.instance.contents[0] = bench.leaves.present(bench.instance, 0);
        Object.assign(bench.element, { value: 'typed' });
        for (const write of bench.known) write();
        return bench.element['value'];
      });
      expect(seen).to.equal('5');
    });

    it('are not known elsewhere, so that any value is written', async () => {
      await load('<p title="a"></p>', [PartKind.Attribute, 'title']);
      expect(await present(0)).to.equal('undefined');
    });

    it('have no style where there was no mark', async () => {
      await load('<p style="top: 1px"></p>', [PartKind.Style, '']);
      expect(await present(0)).to.equal('null');
    });
  });
});
