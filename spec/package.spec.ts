/** The package has what its users need: its entries, its documents, and everything that these lead to. */

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect } from 'chai';
import { isLocal, linksOf, read, targetOf } from './docs/markdown.js';
import { type Packed, packPackage } from './packed.js';

interface Metadata {
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
}

const metadata = JSON.parse(read('package.json')) as Metadata;

describe('the package', () => {
  let packed: Packed;
  const has = (path: string): boolean =>
    packed.files.has(path) || [...packed.files].some((file) => file.startsWith(`${path}/`));

  before(() => {
    packed = packPackage();
  });

  it('says what it is', () => {
    const { description, keywords, license } = metadata;
    expect(description.length).to.be.within(40, 160);
    expect(keywords.length).to.be.at.least(5);
    expect([...keywords]).to.deep.equal([...new Set(keywords)].sort());
    expect(license).to.equal('MPL-2.0');
  });

  it('has its entries with their types, and its command', () => {
    const entries = Object.values(metadata.exports).flatMap(({ types, default: file }) => [types, file]);
    const files = [...entries, ...Object.values(metadata.bin)].filter((file) => !file.includes('*'));
    expect(files.filter((file) => !has(posix.normalize(file)))).to.deep.equal([]);
    expect(has('dist/components/offline-notice.js')).to.equal(true);
  });

  it('has its documents, and neither specs nor what specs compile to', () => {
    const wanted = ['README.md', 'LICENSE.txt', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/guide.md'];
    expect(wanted.filter((file) => !packed.files.has(file))).to.deep.equal([]);
    expect([...packed.files].filter((file) => /^(?:dist\/)?spec\/|^dist\/examples\//.test(file))).to.deep.equal([]);
  });

  it('has everything that its documents link to', () => {
    const documents = [...packed.files].filter((file) => file.endsWith('.md'));
    const missing = documents.flatMap((document) =>
      linksOf(read(document))
        .filter((link) => isLocal(link) && !has(targetOf(document, link)))
        .map((link) => `${document}: ${link}`)
    );
    expect(documents.length).to.be.at.least(8);
    expect(missing).to.deep.equal([]);
  });

  it('has the sources that its source maps name', () => {
    const maps = [...packed.files].filter((file) => file.endsWith('.map'));
    const sources = maps.flatMap((map) => {
      const named = (JSON.parse(readFileSync(map, 'utf8')) as { sources: readonly string[] }).sources;

      return named.map((source) => posix.join(posix.dirname(map), source));
    });
    expect(sources.length).to.be.at.least(100);
    expect(sources.filter((source) => !packed.files.has(source))).to.deep.equal([]);
  });
});
