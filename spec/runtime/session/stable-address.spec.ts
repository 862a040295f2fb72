import { expect } from 'chai';
import { component } from '../../../runtime/component/component.js';
import { type Waypoint, wayTo } from '../../../runtime/render/disabled-controls.js';
import { Instance, List, Mount, type Value } from '../../../runtime/render/nodes.js';
import { stableAddressOf, wayAt } from '../../../runtime/session/stable-address.js';
import { html, repeat } from '../../../runtime/template/html.js';
import type { Address } from '../../../runtime/wire/protocol.js';
import { FakeHost, startSession } from '../../fixtures/live-session.js';

type Message = { type: 'clicked'; what: string };

const button = (what: string) => html<Message>`<button @click=${{ type: 'clicked', what }}>${what}</button>`;

const Kid = component({
  name: 'kid',
  init: ({ what }: { what: string }) => what,
  update: (model, _message: Message) => model,
  received: (_model, { what }) => what,
  view: (model) => html<Message>`<p>${button(model)}</p>`,
});

interface Model {
  readonly rows: readonly string[];
  readonly open: boolean;
}

/** Parts: 0 a keyed list, 1 a list, 2 a template or none, 3 a component, 4 a keyed list of components. */
const Page = component({
  name: 'page',
  init: (): Model => ({ rows: ['a', 'b'], open: true }),
  update: (_model, message: { type: 'set'; model: Model }) => message.model,
  view: ({ rows, open }) => html<{ type: 'set'; model: Model }>`<ul>${repeat(
    rows,
    (row) => row,
    (row) => html`<li>${button(row) as never}</li>`
  )}</ul>
    <div>${rows.map((row) => button(`item ${row}`) as never)}</div>
    <div>${open && (button('alone') as never)}</div>
    <div>${Kid({ key: 7, what: 'kid' }) as never}</div>
    <div>${repeat(
      rows,
      (row) => row,
      (row) => Kid({ key: row, what: `kid ${row}` }) as never
    )}</div>`,
});

/** The texts of buttons in a page, each with an address that leads there. */
function addresses(
  value: Value,
  steps: readonly (string | number | null)[] = []
): [string, readonly (string | number | null)[]][] {
  if (value instanceof List) {
    return value.rows.flatMap((row, index) => inside(row, [...steps, row.key ?? index]));
  }
  if (value instanceof Mount) return inside(value.rendered, [...steps, value.key ?? null]);

  return inside(value, [...steps, null]);
}

function inside(
  value: Value,
  steps: readonly (string | number | null)[]
): [string, readonly (string | number | null)[]][] {
  if (!(value instanceof Instance)) return [];
  const { hash, parts } = value.definition;
  const text = parts.length === 2 && typeof value.values[1] === 'string' ? value.values[1] : undefined;
  if (text !== undefined) return [[text, [hash, ...steps]]];

  return value.values.flatMap((part, index) => addresses(part, [...steps, index]));
}

const resolve = (page: Value, address: Address): Instance | undefined => wayAt(page, address, 0)?.at(-1)?.instance;

const textOf = (instance: Instance | undefined): unknown => instance?.values[1];

describe('stable address', () => {
  const start = () => startSession(Page, new FakeHost());
  const set = (session: ReturnType<typeof start>, model: Model): void => {
    session.tree.put(session.tree.root, { type: 'set', model } as never);
    session.tree.catchUp();
  };

  it('leads to what stands there: in lists, templates and components', () => {
    const page = start().rendered;
    const all = addresses(page);
    expect(all.map(([text]) => text)).to.deep.equal([
      ...['a', 'b', 'item a', 'item b', 'alone', 'kid', 'kid a', 'kid b'],
    ]);
    for (const [text, address] of all) expect(textOf(resolve(page, address)), text).to.equal(text);
  });

  it('is made of the way to an instance', () => {
    const page = start().rendered;
    let number = 0;
    for (const [text, address] of addresses(page)) {
      const instance = resolve(page, address) as Instance;
      instance.number = ++number;
      const way = wayTo(page, instance.number, 0) as readonly Waypoint[];
      expect(stableAddressOf(way), text).to.deep.equal(address);
      expect(wayAt(page, address, 0), text).to.deep.equal(way);
    }
  });

  it('leads to the same in a page that was rendered anew, and after rows have moved', () => {
    const all = addresses(start().rendered);
    const session = start();
    set(session, { rows: ['c', 'b', 'a'], open: true });
    const page = session.rendered;
    for (const [text, address] of all) {
      const there = { 'item a': 'item c' }[text] ?? text;
      expect(textOf(resolve(page, address)), text).to.equal(there);
    }
  });

  it('leads nowhere if what stood there is gone', () => {
    const all = addresses(start().rendered);
    const session = start();
    set(session, { rows: [], open: false });
    const left = all.filter(([, address]) => resolve(session.rendered, address) !== undefined);
    expect(left.map(([text]) => text)).to.deep.equal(['kid']);
  });

  it('leads nowhere if something else stands there', () => {
    const page = start().rendered;
    const [, [hash, ...steps]] = addresses(page)[0] as [string, readonly (string | number | null)[]];
    expect(resolve(page, ['another', ...steps])).to.equal(undefined);
    expect(resolve(page, [hash as string, null]), 'the root').to.equal(undefined);
  });

  it('leads nowhere if it makes no sense here, and throws nothing', () => {
    const page = start().rendered as Instance;
    const { hash } = page.definition;
    const keys = [null, 'a', '0', 'length', 'at', 'constructor', '__proto__', 0, 1, -1, 0.5, 1e9, Number.NaN];
    for (const first of keys) {
      expect(resolve(page, [hash, first]) === page, `${first}`).to.equal(first === null);
      for (const part of [0, 1, 2, 3, 4, 5, 1e9]) {
        for (const key of keys) {
          expect(resolve(page, [hash, first, part, key]), `${first} ${part} ${key}`).to.equal(undefined);
          expect(resolve(page, [hash, first, part, key, part, key])).to.equal(undefined);
        }
      }
    }
    for (const value of [null, '', 0, true, []]) expect(resolve(value as Value, [hash, null])).to.equal(undefined);
    expect(resolve(page, [hash])).to.equal(undefined);
  });
});
