import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { compiled, minHooks, stripped } from './stripped.js';

describe('bench/stripped', () => {
  it('finds every hook of the runtime', () => {
    const found = compiled(process.cwd()).map((file) => stripped(readFileSync(file, 'utf8')));
    expect(found.reduce((sum, { hooks }) => sum + hooks, 0)).to.be.at.least(minHooks);
    expect(found.flatMap(({ text }) => text.match(/^.*\bprobe\?\..*$/gm) ?? [])).to.deep.equal([]);
  });

  it('leaves code that reads the probe', () => {
    expect(stripped("const { probe } = this.#owner;\nprobe?.({ kind: 'turned' });\n")).to.deep.equal({
      text: "const probe = undefined;\nundefined?.({ kind: 'turned' });\n",
      hooks: 2,
    });
  });
});
