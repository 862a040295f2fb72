import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Counter } from '../../examples/01-counter/counter.js';
import { made } from '../../examples/components.js';
import type { AnyComponent } from '../../runtime/component/component.js';
import { withPages } from '../../runtime/recording/recorded-pages.js';
import { encodeRecording } from '../../runtime/recording/recording-file.js';
import type { AnyMessage } from '../../runtime/template/html.js';
import { Recorded } from '../fixtures/recorded.js';

describe('cli', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** As the program: in the project, whose package.json names the components of the examples. */
  function run(...given: readonly string[]): { code: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/runtime/cli.js', ...given], {
      encoding: 'utf8',
    });

    return { code: status, out: stdout, err: stderr };
  }

  it('replays recordings of the examples', async () => {
    const recorded = new Recorded(Counter as unknown as AnyComponent);
    for (const type of ['incremented', 'incremented', 'decremented']) {
      recorded.tell([], { type } as AnyMessage);
      await recorded.rest();
    }
    const file = join(folder, 'session.jsonl');
    const text = encodeRecording(withPages(recorded.end(), Counter as unknown as AnyComponent));
    writeFileSync(file, text);
    expect(run('replay', file)).to.deep.equal({ code: 0, out: '3 steps, no difference\n', err: '' });
    writeFileSync(file, text.replace('"count":2', '"count":5'));
    const { code, out } = run('replay', file);
    expect([code, out.split('\n').at(-2)]).to.deep.equal([1, '3 steps, 2 differences']);
  });

  it('prints how it is used, and what is wrong', () => {
    expect(run('--help').out).to.contain('Usage: troupe replay FILE');
    const { code, out, err } = run('replay', join(folder, 'gone.jsonl'));
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.match(/^troupe: The recording .*gone\.jsonl cannot be read/);
  });

  it('knows the components of all examples', () => {
    expect(made.map(({ name }) => name)).to.deep.equal(['home', 'resume']);
  });
});
