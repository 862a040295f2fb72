import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { serverFaults } from '../chaos/schedule.js';

const guarantees = readFileSync('docs/guarantees.md', 'utf8');
const schedule = readFileSync('spec/chaos/schedule.ts', 'utf8');

/** The rows of the table by fault: cells without the outer bars. */
const rows = guarantees
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fault'))
  .map((line) => line.slice(2, -2).split(' | '));

/** What is named after the word `chaos` in a cell. */
function chaosFaultsIn(cell: string): readonly string[] {
  const [, listed = ''] = /chaos ((?:`\w+`(?:, )?)+)/.exec(cell) ?? [];

  return [...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
}

describe('guarantees.md', () => {
  it('has a proof for each fault, and says what holds in each store', () => {
    expect(rows.length).to.be.above(15);
    for (const row of rows) {
      expect(row, row[0]).to.have.length(5);
      expect(row.at(-1), row[0]).to.match(/`spec\/|chaos `/);
    }
  });

  it('names specs that there are', () => {
    const named = [...guarantees.matchAll(/`(spec\/[\w/.-]+)`/g)].map(([, path]) => path as string);
    expect(named.filter((path) => !existsSync(path))).to.deep.equal([]);
  });

  it('names faults that chaos has, and all that it does to servers', () => {
    const named = rows.flatMap((row) => chaosFaultsIn(row.at(-1) ?? ''));
    expect(named.filter((name) => !schedule.includes(`'${name}'`))).to.deep.equal([]);
    expect(named).to.include.members([...serverFaults]);
  });
});
