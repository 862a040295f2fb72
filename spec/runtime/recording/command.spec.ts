import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type AnyComponent, component } from '../../../runtime/component/component.js';
import { runCommand } from '../../../runtime/recording/command.js';
import { withPages } from '../../../runtime/recording/recorded-pages.js';
import { encodeRecording } from '../../../runtime/recording/recording-file.js';
import { type AnyMessage, html } from '../../../runtime/template/html.js';
import { Recorded } from '../../fixtures/recorded.js';

const Tally = component({
  name: 'tally',
  init: () => ({ count: 0 }),
  update: ({ count }, _message: AnyMessage) => ({ count: count + 1 }),
  view: ({ count }) => html`<b>${count}</b>`,
}) as AnyComponent;

/** The source of a module with such a component that counts by `by`. */
const source = (by: number, named = 'tally', exported = 'export const Tally ='): string => `
import { component } from '${pathToFileURL('dist/runtime/component/component.js')}';
import { html } from '${pathToFileURL('dist/runtime/template/html.js')}';
${exported} component({
  name: '${named}',
  init: () => ({ count: 0 }),
  update: ({ count }) => ({ count: count + ${by} }),
  view: ({ count }) => html\`<b>\${count}</b>\`,
});
`;

describe('command', () => {
  let folder: string;
  let recording: string;

  before(async () => {
    const recorded = new Recorded(Tally);
    recorded.tell([], { type: 'added' });
    await recorded.rest();
    recorded.tell([], { type: 'added' });
    await recorded.rest();
    recording = encodeRecording(withPages(recorded.end(), Tally));
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'troupe-'));
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    await write('session.jsonl', recording);
    await write('same.mjs', source(1));
    await write('other.mjs', source(2));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

  /** Runs it; gives how it exits and what it prints. */
  async function run(
    given: readonly string[],
    below = ''
  ): Promise<readonly [code: number, out: string[], err: string[]]> {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCommand(given, {
      folder: join(folder, below),
      print: (line) => void out.push(line),
      printError: (line) => void err.push(line),
    });

    return [code, out, err];
  }

  it('replays a recording with the components of a module', async () => {
    expect(await run(['replay', 'session.jsonl', '--components', 'same.mjs'])).to.deep.equal([
      0,
      ['2 steps, no difference'],
      [],
    ]);
    expect(await run(['replay', 'session.jsonl', '--components=other.mjs'])).to.deep.equal([
      1,
      [
        'step 1, tally, after added: .count is 2, recorded 1',
        'step 2, tally, after added: .count is 3, recorded 2',
        '2 steps, 2 differences',
      ],
      [],
    ]);
  });

  it('reads a compressed recording', async () => {
    await writeFile(join(folder, 'session.jsonl.gz'), gzipSync(recording));
    expect(await run(['replay', 'session.jsonl.gz', '--components', 'same.mjs'])).to.deep.equal([
      0,
      ['2 steps, no difference'],
      [],
    ]);
    await writeFile(join(folder, 'cut.jsonl.gz'), gzipSync(recording).subarray(0, 100));
    const [code, , err] = await run(['replay', 'cut.jsonl.gz', '--components', 'same.mjs']);
    expect(code).to.equal(2);
    expect(err.join()).to.match(/cut\.jsonl\.gz cannot be read: unexpected end of file/);
  });

  it('finds the module that the nearest package.json names', async () => {
    await write('package.json', JSON.stringify({ troupe: { components: './same.mjs' } }));
    await write('deep/package.json', JSON.stringify({ name: 'says nothing' }));
    expect((await run(['replay', '../../session.jsonl'], 'deep/er'))[1]).to.deep.equal(['2 steps, no difference']);
    await write('deep/package.json', JSON.stringify({ troupe: { components: '../other.mjs' } }));
    expect((await run(['replay', '../../session.jsonl'], 'deep/er'))[0]).to.equal(1);
  });

  it('finds components in arrays and records, for example in routes', async () => {
    await write(
      'routes.mjs',
      `${source(1, 'tally', 'const Tally =')}export const routes = { '/': Tally, '/again': Tally };`
    );
    await write('list.mjs', `${source(1, 'tally', 'const Tally =')}export default [null, 3, Tally];`);
    for (const module of ['routes.mjs', 'list.mjs']) {
      expect((await run(['replay', 'session.jsonl', '--components', module]))[0]).to.equal(0);
    }
  });

  it('prints notes', async () => {
    await write('secret.jsonl', recording.replaceAll('added', '[secret]'));
    await write('view.mjs', source(1).replace('<b>', '<i>').replace('</b>', '</i>'));
    const [code, out] = await run(['replay', 'secret.jsonl', '--components', 'view.mjs']);
    expect(code).to.equal(0);
    expect(out.map((line) => line.slice(0, 40))).to.deep.equal([
      'note: secrets are not in the recording: ',
      'note: the first page has changed: record',
      'note: the last page has changed: recorde',
      '2 steps, no difference',
    ]);
    const [, different] = await run(['replay', 'secret.jsonl', '--components', 'other.mjs']);
    expect(different.at(-1)).to.equal('2 steps, 2 differences, 2 of them due to secrets');
    expect(different.at(-2)).to.contain('(depends on a secret, which is not recorded)');
  });

  it('prints its usage', async () => {
    for (const given of [['--help'], ['-h'], ['help'], [], ['replay', '--help']]) {
      const [code, out, err] = await run(given);
      expect([code, err]).to.deep.equal([0, []]);
      expect(out.join()).to.contain('Usage: troupe replay FILE [--components MODULE]');
    }
  });

  describe('prints an error and the remedy for', () => {
    const usage = 'Usage: troupe replay FILE';
    const cases: readonly [what: string, given: readonly string[], ...says: string[]][] = [
      ['a command that is none', ['play', 'x'], "there is no command 'play'", usage],
      ['no file', ['replay'], 'replay needs the file of a recording', usage],
      ['two files', ['replay', 'a', 'b'], "'b' is a second one", usage],
      ['an option that is none', ['replay', 'a', '--fast'], "'--fast'", usage],
      [
        'a file that is not there',
        ['replay', 'gone.jsonl'],
        'gone.jsonl cannot be read',
        'that the inspector exported',
      ],
      ['a file that is no recording', ['replay', 'same.mjs'], 'This is no recording: its first line is not JSON'],
      ['no module', ['replay', 'session.jsonl'], 'names the module of the components', 'Give --components MODULE'],
      [
        'a module that is not there',
        ['replay', 'session.jsonl', '--components', 'gone.mjs'],
        'cannot be loaded',
        'Build the project',
      ],
      [
        'a module that throws',
        ['replay', 'session.jsonl', '--components', 'wrong.mjs'],
        'not today',
        'cannot be loaded',
      ],
      [
        'a module without the component',
        ['replay', 'session.jsonl', '--components', 'clock.mjs'],
        'exports no component of that name, but clock',
      ],
      [
        'a module with two of the name',
        ['replay', 'session.jsonl', '--components', 'two.mjs'],
        'exports 2 components with the name tally',
      ],
      [
        'a component of another version',
        ['replay', 'session.jsonl', '--components', 'next.mjs'],
        'The recording is of tally, version 1; the component is tally, version 2',
      ],
    ];
    for (const [what, given, ...says] of cases) {
      it(what, async () => {
        await write('wrong.mjs', "throw new Error('not today');");
        await write('clock.mjs', source(1, 'clock'));
        await write('two.mjs', source(1) + source(1, 'tally', 'export const Other =').replace(/import.*\n/g, ''));
        await write('next.mjs', source(1).replace('init:', 'version: 2, init:'));
        const [code, out, err] = await run(given);
        expect([code, out]).to.deep.equal([2, []]);
        expect(err).to.have.length(1);
        for (const said of ['troupe: ', ...says]) expect(err[0]).to.contain(said);
      });
    }

    it('a package.json that names something else', async () => {
      await write('package.json', JSON.stringify({ troupe: { components: 3 } }));
      expect((await run(['replay', 'session.jsonl']))[2].join()).to.contain(
        '"troupe": { "components" } must be the path of a module'
      );
      await write('package.json', '{');
      expect((await run(['replay', 'session.jsonl']))[2].join()).to.contain('is not JSON');
    });
  });

  it('prints text of a file without its control characters', async () => {
    const [head, step] = recording.split('\n', 2) as [string, string];
    const hostile = JSON.parse(step);
    hostile.messages[0].message.type = '\u001b[2Jgone\u009b';
    hostile.after.root.state.count = 7;
    await write('hostile.jsonl', `${head}\n${JSON.stringify(hostile)}`);
    const [, out, err] = await run(['replay', 'hostile.jsonl', '--components', 'same.mjs']);
    const all = [...out, ...err].join('\n');
    expect(all).to.include('\\x1b[2Jgone\\x9b');
    expect([...all].filter((character) => /[^\n -\u007e\u00a0-\uffff]/.test(character))).to.deep.equal([]);
  });
});
