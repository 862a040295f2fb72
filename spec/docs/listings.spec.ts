/**
 * The listings of all documents can be read by a compiler, and what they import is exported under that name. Those of
 * the guide are compiled and run as well (`guide.spec.ts`), some of the others too, by the spec of their document.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { documents, listingsOf, read, untyped } from './markdown.js';

/** What an entry of the package exports, types included, by its declarations. */
function exportsOf(entry: string): string {
  const file = fileURLToPath(import.meta.resolve(entry)).replace(/\.js$/, '.d.ts');

  return readFileSync(file, 'utf8');
}

/** A part of an object, or of an array, with the rest of it around. */
function wholeOf(text: string): string {
  if (/^\w+: /.test(text)) return `({${text}})`;

  return text.startsWith('presence(') ? `[${text}]` : text;
}

describe('listings', () => {
  for (const document of documents) {
    const listings = listingsOf(read(document)).filter(({ language }) => language === 'ts');
    if (listings.length === 0) continue;

    it(`of ${document} can be read`, async () => {
      for (const { text } of listings) {
        await untyped(wholeOf(text)).catch((error: Error) => {
          throw new Error(`${document}: ${text}\n${error.message}`);
        });
      }
    });

    it(`of ${document} import what there is`, () => {
      const missing = listings.flatMap(({ text }) =>
        [...text.matchAll(/import (?:type )?\{([^}]*)\} from '(troupe[\w/]*)'/g)].flatMap(
          ([, names = '', entry = '']) =>
            names
              .split(',')
              .map((name) => name.replace(/\btype\b/, '').trim())
              .filter((name) => !new RegExp(`\\b${name}\\b`).test(exportsOf(entry)))
              .map((name) => `${name} of ${entry}`)
        )
      );
      expect(missing).to.deep.equal([]);
    });
  }
});
