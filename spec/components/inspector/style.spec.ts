import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { style } from '../../../components/inspector/style.js';

const folder = 'components/inspector';

describe('style', () => {
  it('has a rule for classes that are in the views, and no rule for others', () => {
    const views = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('style.ts'))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
      .join('\n');
    const ruled = new Set([...style.matchAll(/\.(?<name>i-[a-z-]+)/g)].map(({ groups }) => groups?.['name']));
    expect([...ruled].filter((name) => !new RegExp(`\\b${name}\\b`).test(views))).to.deep.equal([]);
  });

  it('names only colours that it has, for light and dark', () => {
    const named = new Set([...style.matchAll(/var\((?<name>--[a-z-]+)/g)].map(({ groups }) => groups?.['name']));
    named.delete('--state');
    named.delete('--mono');
    const missing = [...named].filter(
      (name) => !name?.startsWith('--chart') && !style.includes(`  ${name}: light-dark(`)
    );
    expect(missing).to.deep.equal([]);
  });

  it('loads nothing', () => {
    expect(style).not.to.match(/url\(|@import/);
  });
});
