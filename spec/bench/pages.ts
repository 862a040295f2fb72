/** The pages that are measured. Small on purpose: what costs here is Troupe. */

import { component, every, type GeneratorContext, generator, html, repeat, topic } from 'troupe';

// COUNTER ---------------------------------------------------------------------

type CounterMessage = { type: 'incremented' } | { type: 'decremented' };

/** The counter of the README. */
export const Counter = component({
  name: 'counter',
  init: () => ({ count: 0 }),
  update: (model, message: CounterMessage) =>
    message.type === 'incremented' ? { count: model.count + 1 } : { count: model.count - 1 },
  view: ({ count }) => html<CounterMessage>`
    <button @click=${{ type: 'decremented' }}>-</button>
    <output>${count}</output>
    <button @click=${{ type: 'incremented' }}>+</button>`,
});

// CELLS -----------------------------------------------------------------------

interface Cell {
  readonly at: number;
  readonly count: number;
}

type CellMessage = { type: 'cellClicked'; at: number };

const cellCount = 1_000;

const cellRow = ({ at, count }: Cell) => html<CellMessage>`
  <tr><td>${at}</td><td>cell</td><td @click=${{ type: 'cellClicked', at }}>${count}</td></tr>`;

/** A thousand keyed rows; a click adds one to the cell it hits. */
export const Cells = component({
  name: 'cells',
  init: () => ({ cells: Array.from({ length: cellCount }, (_, at): Cell => ({ at, count: 0 })) }),
  update: (model, { at }: CellMessage) => {
    const cell = model.cells[at] as Cell;
    return { cells: model.cells.with(at, { at, count: cell.count + 1 }) };
  },
  view: ({ cells }) => html<CellMessage>`<table><tbody>${repeat(cells, ({ at }) => at, cellRow)}</tbody></table>`,
});

// CHILDREN --------------------------------------------------------------------

/** A component that counts its clicks. */
const Child = component({
  name: 'child',
  init: () => ({ count: 0 }),
  update: (model, _message: { type: 'clicked' }) => ({ count: model.count + 1 }),
  view: ({ count }) =>
    html<{ type: 'clicked' }>`<p><button @click=${{ type: 'clicked' }}>+</button><b>${count}</b></p>`,
});

const childKeys = Array.from({ length: 500 }, (_, key) => key);

/** Five hundred of them. */
export const Children = component({
  name: 'children',
  init: () => ({}),
  update: (model, _message: { type: 'nothing' }) => model,
  view: () => html`<main>${childKeys.map((key) => Child({ key }))}</main>`,
});

// TIMERS ----------------------------------------------------------------------

/** Five hundred timers that never fire while they are looked at. */
export const Timers = component({
  name: 'timers',
  init: () => 0,
  update: (model: number, _message: { type: 'ticked' }) => model + 1,
  view: (model) => html`<output>${model}</output>`,
  subscriptions: (_model) => childKeys.map((key) => every(3_600_000 + key, { type: 'ticked' })),
});

// NEWS ------------------------------------------------------------------------

/** Shows the number that was published last. */
export const News = component({
  name: 'news',
  init: () => ({ number: 0 }),
  update: (_model, { number }: { type: 'told'; number: number }) => ({ number }),
  view: ({ number }) => html`<output>${number}</output>`,
  subscriptions: (_model) => [topic('news')],
});

// FEED ------------------------------------------------------------------------

/** What is published to feeds: a number, and a kilobyte that is another each time. */
export interface Told {
  readonly type: 'told';
  readonly number: number;
  readonly text: string;
}

/** Shows what was published last, a kilobyte. */
export const Feed = component({
  name: 'feed',
  init: () => ({ number: 0, text: '' }),
  update: (_model, { number, text }: Told) => ({ number, text }),
  view: ({ number, text }) => html`<output>${number}</output><p>${text}</p>`,
  subscriptions: (_model) => [topic('feed')],
});

// STREAM ----------------------------------------------------------------------

type StreamMessage = { type: 'started' } | { type: 'stopped' } | { type: 'elementArrived' };

interface Stream {
  readonly running: boolean;
  readonly items: readonly number[];
}

/** How many elements the list has before any arrive. */
export const streamLength = 10_000;

const firstItems = Array.from({ length: streamLength }, (_, index) => index);

async function* elements({ sleep }: GeneratorContext): AsyncGenerator<StreamMessage> {
  for (;;) {
    await sleep(1);
    yield { type: 'elementArrived' };
  }
}

const streamRow = (item: number) => html`<li>${item}</li>`;

/** A list of ten thousand to which a generator pushes an element every millisecond; starting begins anew. */
export const Streaming = component({
  name: 'streaming',
  init: (): Stream => ({ running: false, items: firstItems }),
  update: (model, message: StreamMessage) => {
    if (message.type === 'started') return { running: true, items: firstItems };
    if (message.type === 'stopped') return { ...model, running: false };
    return { ...model, items: [...model.items, model.items.length] };
  },
  subscriptions: (model) => [model.running && generator('elements', elements)],
  view: ({ items }) => html<StreamMessage>`
    <button @click=${{ type: 'started' }}>Start</button>
    <button @click=${{ type: 'stopped' }}>Stop</button>
    <ol>${repeat(items, (item) => item, streamRow)}</ol>`,
});

// ROWS ------------------------------------------------------------------------

interface Row {
  readonly key: string;
  readonly cells: readonly [string, string, string];
}

type RowMessage = { type: 'rowAppended' } | { type: 'rowPrepended' } | { type: 'rowMoved' } | { type: 'rowRemoved' };

const rowCount = 1_000;

/** The row that is added: its text and key are what a frame cannot do without. */
export const addedRow: Row = { key: 'k1000', cells: ['first cell', 'second cell', 'third cell'] };

const rowView = ({ cells: [first, second, third] }: Row) =>
  html`<tr><td>${first}</td><td>${second}</td><td>${third}</td></tr>`;

function changeRows(rows: readonly Row[], message: RowMessage): readonly Row[] {
  const middle = rowCount / 2;
  switch (message.type) {
    case 'rowAppended':
      return [...rows, addedRow];
    case 'rowPrepended':
      return [addedRow, ...rows];
    case 'rowMoved':
      return [...rows.slice(1, middle), rows[0] as Row, ...rows.slice(middle)];
    case 'rowRemoved':
      return rows.toSpliced(middle, 1);
  }
}

/** A thousand rows of three cells, and a button for each thing that happens to lists. */
export const Rows = component({
  name: 'rows',
  init: (): { readonly rows: readonly Row[] } => ({
    rows: Array.from({ length: rowCount }, (_, at) => ({ key: `k${at}`, cells: [`${at}`, 'second', 'third'] })),
  }),
  update: (model, message: RowMessage) => ({ rows: changeRows(model.rows, message) }),
  view: ({ rows }) => html<RowMessage>`
    <button @click=${{ type: 'rowAppended' }}>Append</button>
    <button @click=${{ type: 'rowPrepended' }}>Prepend</button>
    <button @click=${{ type: 'rowMoved' }}>Move</button>
    <button @click=${{ type: 'rowRemoved' }}>Remove</button>
    <table><tbody>${repeat(rows, ({ key }) => key, rowView)}</tbody></table>`,
});
