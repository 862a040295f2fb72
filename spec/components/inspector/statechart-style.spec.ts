import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { size } from '../../../components/inspector/drawing.js';
import { statechartStyle } from '../../../components/inspector/statechart-style.js';

describe('statechart style', () => {
  it('has letters of the sizes that are measured', () => {
    const sizeOf = (name: string) => new RegExp(`\\.${name} \\{[^}]*font-size: (\\d+)px`).exec(statechartStyle)?.[1];
    expect(['name', 'detail', 'label text'].map(sizeOf)).to.deep.equal([size.name, size.text, size.text].map(String));
  });

  it('touches nothing that is no statechart', () => {
    const selectors = [...statechartStyle.matchAll(/^ *([^@{}\n]+) \{/gm)].flatMap(([, list]) =>
      (list ?? '').split(', ')
    );
    expect(selectors.length).to.be.greaterThan(30);
    expect(selectors.filter((selector) => !/^\.statechart(-|:|\b)/.test(selector))).to.deep.equal([]);
  });

  it('knows every class that is drawn', () => {
    const source = ['statechart', 'statechart-words'].map((name) =>
      readFileSync(`components/inspector/${name}.ts`, 'utf8')
    );
    const classes = source.flatMap((text) =>
      [...text.matchAll(/class="([a-z-]+)[ "]/g)].map(([, name]) => name as string)
    );
    expect(classes.length).to.be.greaterThan(15);
    expect(classes.filter((name) => !statechartStyle.includes(`.${name} `))).to.deep.equal([
      'state',
      'beginning',
      'transition',
    ]);
  });
});
