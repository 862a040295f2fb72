/**
 * The page of js-framework-benchmark: thousands of keyed rows, of which only those are looked at that have
 * changed. Same markup and same button ids as there; the words of the labels, too.
 */

import { component, html, repeat } from 'troupe';

interface Row {
  readonly id: number;
  readonly label: string;
}

interface Model {
  readonly rows: readonly Row[];
  readonly selected: number | undefined;
  /** The id of the next row. */
  readonly next: number;
  /** Where the sequence of labels is: `update` knows no chance. */
  readonly seed: number;
}

type Message =
  | { type: 'created'; count: number }
  | { type: 'appended' }
  | { type: 'everyTenthUpdated' }
  | { type: 'cleared' }
  | { type: 'swapped' }
  | { type: 'selected'; id: number }
  | { type: 'removed'; id: number };

const words = (list: string): readonly string[] => list.split(' ');
const adjectives = words(
  'pretty large big small tall short long handsome plain quaint clean elegant easy angry crazy helpful mushy odd ' +
    'unsightly adorable important inexpensive cheap expensive fancy'
);
const colours = words('red yellow blue green pink brown purple brown white black orange');
const nouns = words('table chair house bbq desk car pony cookie sandwich burger pizza mouse keyboard');

/** The next of a sequence that looks like chance (Numerical Recipes' linear congruential generator). */
const advance = (seed: number): number => (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;

/** So many new rows, and the model after them. */
function grow(model: Model, count: number): { rows: Row[]; next: number; seed: number } {
  let { seed, next } = model;
  const pick = (from: readonly string[]): string => {
    seed = advance(seed);
    return from[Math.floor((seed / 2 ** 32) * from.length)] as string;
  };
  const rows = Array.from({ length: count }, () => ({
    id: next++,
    label: `${pick(adjectives)} ${pick(colours)} ${pick(nouns)}`,
  }));

  return { rows, next, seed };
}

function swap(rows: readonly Row[]): readonly Row[] {
  const [second, last] = [rows[1], rows[998]];
  if (second === undefined || last === undefined) return rows;

  return rows.with(1, last).with(998, second);
}

function update(model: Model, message: Message): Model {
  switch (message.type) {
    case 'created':
      return { ...model, ...grow(model, message.count), selected: undefined };
    case 'appended': {
      const { rows, ...grown } = grow(model, 1_000);
      return { ...model, ...grown, rows: [...model.rows, ...rows] };
    }
    case 'everyTenthUpdated':
      return {
        ...model,
        rows: model.rows.map((row, index) => (index % 10 ? row : { ...row, label: `${row.label} !!!` })),
      };
    case 'cleared':
      return { ...model, rows: [], selected: undefined };
    case 'swapped':
      return { ...model, rows: swap(model.rows) };
    case 'selected':
      return { ...model, selected: message.id };
    case 'removed':
      return { ...model, rows: model.rows.filter(({ id }) => id !== message.id) };
  }
}

/** A row as it is shown: the one that is selected is another object, so that it alone is shown anew. */
interface Shown extends Row {
  readonly isSelected?: true;
}

const row = ({ id, label, isSelected }: Shown) => html<Message>`
  <tr class=${isSelected && 'danger'}>
    <td class="col-md-1">${id}</td>
    <td class="col-md-4"><a role="button" tabindex="0" @click=${{ type: 'selected', id }}>${label}</a></td>
    <td class="col-md-1"><a role="button" tabindex="0" aria-label="Remove row ${id}" @click=${{ type: 'removed', id }}><span
      class="glyphicon glyphicon-remove" aria-hidden="true">×</span></a></td>
    <td class="col-md-6"></td>
  </tr>`;

const shownRows = ({ rows, selected }: Model): readonly Shown[] =>
  selected === undefined ? rows : rows.map((each) => (each.id === selected ? { ...each, isSelected: true } : each));

const button = (id: string, text: string, message: Message) => html<Message>`
  <div class="col-sm-6 smallpad">
    <button type="button" class="btn btn-primary btn-block" id=${id} @click=${message}>${text}</button>
  </div>`;

export const Table = component({
  name: 'table',
  init: (): Model => ({ rows: [], selected: undefined, next: 1, seed: 1 }),
  update,
  view: (model) => html<Message>`
    <main class="container wide">
      <div class="jumbotron">
        <h1>Table (keyed)</h1>
        <div class="row">
          ${button('run', 'Create 1,000 rows', { type: 'created', count: 1_000 })}
          ${button('runlots', 'Create 10,000 rows', { type: 'created', count: 10_000 })}
          ${button('add', 'Append 1,000 rows', { type: 'appended' })}
          ${button('update', 'Update every 10th row', { type: 'everyTenthUpdated' })}
          ${button('clear', 'Clear', { type: 'cleared' })}
          ${button('swaprows', 'Swap rows', { type: 'swapped' })}
        </div>
      </div>
      <table class="table table-hover table-striped test-data">
        <caption class="hidden">Rows</caption>
        <tbody id="tbody">${repeat(shownRows(model), ({ id }) => id, row)}</tbody>
      </table>
      <p><a href="/">All examples</a></p>
    </main>`,
});
