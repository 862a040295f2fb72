import { expect } from 'chai';
import { build, type Metafile } from 'esbuild';

/** What of the sources is in the bundle of an entry. */
async function sourcesOf(entry: string): Promise<readonly string[]> {
  const options = { bundle: true, format: 'esm', metafile: true, write: false, target: 'es2022' } as const;
  const { metafile }: { metafile: Metafile } = await build({ ...options, entryPoints: [entry] });
  const [made] = Object.values(metafile.outputs);
  return Object.entries(made?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([source]) => source);
}

describe('client/more', () => {
  it('shares with the first script what has no state, and nothing else', async () => {
    const first = await sourcesOf('client/main.ts');
    const second = await sourcesOf('client/more.ts');
    expect(second).to.include.members([
      'client/autofocus.ts',
      'client/extra-payload.ts',
      'client/held-events.ts',
      'client/more.ts',
      'client/editable-text.ts',
      'client/openings.ts',
      'client/placed-events.ts',
      'client/select-values.ts',
      'client/text-controls.ts',
      'runtime/wire/extra-fields.ts',
      'runtime/wire/text-edit.ts',
    ]);
    expect(first)
      .to.include('client/session.ts')
      .and.not.include.oneOf(['client/select-values.ts', 'runtime/wire/text-edit.ts']);
    expect(second.filter((source) => first.includes(source))).to.have.members([
      'client/dom.ts',
      'client/text-controls.ts',
      'runtime/wire/patch.ts',
    ]);
  });
});
