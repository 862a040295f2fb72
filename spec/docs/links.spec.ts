/** The README and the documents lead where they say: to files that are there and to headings in them. */

import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { anchorsOf, documents, isLocal, linksOf, read, targetOf } from './markdown.js';

/** What is wrong with a link in a document; `undefined` if nothing. */
function fault(document: string, link: string): string | undefined {
  const [, anchor] = link.split('#');
  const file = targetOf(document, link);
  if (!existsSync(file)) return `${document}: there is no ${link}`;
  if (anchor === undefined) return undefined;

  return anchorsOf(read(file)).has(anchor) ? undefined : `${document}: there is no heading ${link}`;
}

/** The documents that links lead to, from one on. */
function reached(document: string, found = new Set<string>()): ReadonlySet<string> {
  if (!documents.includes(document) || found.has(document)) return found;
  found.add(document);
  for (const link of linksOf(read(document)).filter(isLocal)) reached(targetOf(document, link), found);

  return found;
}

describe('links', () => {
  it('are read, with their anchors', () => {
    expect(linksOf('a [b](c.md#d) `x`\n\n```ts\n[e](f)\n```\n')).to.deep.equal(['c.md#d']);
    expect([...anchorsOf("# A `b-c`: d\n\n## What's up?\n\n## A `b-c`: d\n")]).to.deep.equal([
      'a-b-c-d',
      'whats-up',
      'a-b-c-d-1',
    ]);
    expect(fault('docs/guide.md', 'nowhere.md')).to.be.a('string');
    expect(fault('docs/guide.md', '#nowhere')).to.be.a('string');
  });

  for (const document of documents) {
    it(`of ${document} lead to what is there`, () => {
      const links = linksOf(read(document)).filter(isLocal);
      expect(links.map((link) => fault(document, link)).filter((wrong) => wrong !== undefined)).to.deep.equal([]);
    });
  }

  it('lead from the README to all documents', () => {
    expect([...reached('README.md')]).to.have.members(documents);
    expect(documents).to.include.members(['CHANGELOG.md', 'docs/guide.md', 'docs/decisions/README.md']);
  });

  it('hold no path of a machine', () => {
    const machine = ['/wo', 'rk/'].join('');
    expect(documents.filter((document) => read(document).includes(machine))).to.deep.equal([]);
  });
});
