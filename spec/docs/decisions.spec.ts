/** The decision records are numbered without a gap, listed, and of one form. */

import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { linksOf, read, rowsOf } from './markdown.js';

const folder = 'docs/decisions';
const records = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .sort();

describe('decision records', () => {
  it('are numbered from 1 without a gap', () => {
    const numbers = records.map((file) => file.slice(0, 4));
    expect(numbers).to.deep.equal(records.map((_, index) => `${index + 1}`.padStart(4, '0')));
  });

  it('are listed with their titles', () => {
    const listed = rowsOf(read(`${folder}/README.md`)).map(([link = '', title]) => [linksOf(link)[0], title]);
    const titles = records.map((file) => [file, /^# \d{4} (.*)\n/.exec(read(`${folder}/${file}`))?.[1]]);
    expect(listed).to.deep.equal(titles);
  });

  for (const file of records) {
    it(`${file} has status, context, decision and consequences, in 25 to 60 lines`, () => {
      const text = read(`${folder}/${file}`);
      const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).to.deep.equal(['Status', 'Context', 'Decision', 'Consequences']);
      expect(text.split('\n').length - 1).to.be.within(25, 60);
    });
  }
});
