/** `CONTRIBUTING.md` names what exists: files and folders, commands, and the declarations that its recipes go through. */

import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { read } from './markdown.js';

const contributing = read('CONTRIBUTING.md');

/** The pieces of code in a text. */
const codesIn = (text: string): readonly string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

describe('CONTRIBUTING', () => {
  it('names files and folders that exist', () => {
    const paths = codesIn(contributing).filter((code) => /^\.?[\w-]+\/[\w./-]*$/.test(code) && code !== 'dist/');
    expect(paths.length).to.be.at.least(10);
    expect(paths.filter((path) => !existsSync(path))).to.deep.equal([]);
  });

  it('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = [...contributing.matchAll(/\bnpm (?:run )?([a-z]+)/g)].map(([, name = '']) => name);
    expect(commands).to.include.members(['test', 'bench', 'size', 'chaos']);
    expect(commands.filter((name) => name !== 'ci' && scripts[name] === undefined)).to.deep.equal([]);
  });

  it('names the variables that choose the cases of laws', () => {
    const named = (text: string): ReadonlySet<string> => new Set(text.match(/\bLAW_[A-Z]+\b/g));
    expect([...named(contributing)]).to.have.members([...named(read('spec/laws/parameters.ts'))]);
  });

  it('names declarations that exist in its recipes', () => {
    const recipes = contributing.slice(contributing.indexOf('\n## Add a part kind'));
    const names = codesIn(recipes).filter((code) => /^[A-Za-z]\w+$/.test(code) && code !== 'Infinity');
    const sources = readdirSync('runtime', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(`runtime/${file}`))
      .join('\n');
    const isDeclared = (name: string): boolean =>
      new RegExp(`^(?:export )?(?:const|function|class|interface) ${name}\\b`, 'm').test(sources);
    expect(names.length).to.be.at.least(10);
    expect(names.filter((name) => !isDeclared(name))).to.deep.equal([]);
  });
});
