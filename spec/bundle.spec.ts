/** What makes the client script small must not change what it does. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { newPage, serve } from './browser/chromium.js';
import { ownProperties, shortName } from './own-properties.js';

/** All names of properties that objects of a browser have: what is global, what is on interfaces and their prototypes, styles. */
function namesOfBrowser(): string[] {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const add = (object: unknown): void => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null || seen.has(object)) return;
    seen.add(object);
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
    add(Object.getPrototypeOf(object));
  };
  const global = globalThis as unknown as Record<string, { prototype?: unknown } | undefined>;
  for (const name of Object.getOwnPropertyNames(window)) {
    add(global[name]);
    add(global[name]?.prototype);
  }
  add(window);
  add(document.documentElement.style);
  for (const iterator of [[][Symbol.iterator](), new Map().entries(), ''.matchAll(/./g)]) add(iterator);
  return [...names];
}

describe('bundle', () => {
  it('gives short names to no property that an object of a browser has', async () => {
    const site = await serve({ '/': { type: 'text/html', body: '<!doctype html><title>spec</title>' } });
    const { page, expectNoErrors } = await newPage();
    await page.goto(site.origin);
    const names = new Set(await page.evaluate(namesOfBrowser));
    await expectNoErrors().finally(() => site.close());
    expect(names.size).to.be.above(4_000);
    expect(
      ['querySelector', 'submitter', 'moveBefore', 'backgroundColor'].filter((name) => !names.has(name))
    ).to.deep.equal([]);
    expect(ownProperties.filter((name) => names.has(name))).to.deep.equal([]);
  });

  it('has a short name for each, and one each', () => {
    expect(new Set(ownProperties).size).to.equal(ownProperties.length);
    expect(new Set(ownProperties.map((_, index) => shortName(index))).size).to.equal(ownProperties.length);
    expect(
      ownProperties.map((_, index) => shortName(index)).filter((name) => !/^\$?[a-zA-Z]$/.test(name))
    ).to.deep.equal([]);
  });

  it('gives short names to nothing that is written as text', () => {
    const files = [
      'client/reload-storage.ts',
      'client/payload.ts',
      'client/start.ts',
      'client/extra-payload.ts',
      'runtime/wire/event-data.ts',
      'runtime/wire/extra-fields.ts',
      'runtime/wire/protocol.ts',
      'runtime/wire/patch.ts',
    ];
    const texts = files.flatMap((file) => readFileSync(file, 'utf8').match(/'\w+'/g) ?? []);
    expect(ownProperties.filter((name) => texts.includes(`'${name}'`))).to.deep.equal([]);
  });

  it('puts values in place of the members of kinds', () => {
    const script = readFileSync('dist/client/troupe.js', 'utf8');
    expect(script.match(/\b(Adopt|Resumed|TooBig|Sole|windowFrames|acknowledgeDelay|shortest)\b/g)).to.equal(null);
  });
});
