import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { endThread, withPlaces } from '../../../components/inspector/elk-thread.js';

const built = join(process.cwd(), 'dist', 'components', 'inspector', 'elk-thread.js');
const graph = { id: 'graph', children: [{ id: 'a', width: 10, height: 20 }] };

/** What a promise comes to, as text. */
const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'places',
    (error: Error) => error.message
  );

/** Turns this process makes meanwhile. */
async function turnsUntil(promise: Promise<unknown>): Promise<number> {
  let [turns, isOver] = [0, false];
  promise.finally(() => {
    isOver = true;
  });
  for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));

  return turns;
}

/** The built file somewhere else, where no package is installed. */
async function elsewhere(name: string, use: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'thread-'));
  try {
    cpSync(join(process.cwd(), 'package.json'), join(folder, 'package.json'));
    cpSync(built, join(folder, name));
    await use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Module = typeof import('../../../components/inspector/elk-thread.js');
const load = (file: string): Promise<Module> => import(pathToFileURL(file).href);

describe('ELK thread', () => {
  afterEach(() => endThread());

  it('gives places to what is in a graph', async () => {
    const { width = 0, children = [] } = await withPlaces(graph);
    expect(width).to.be.greaterThan(10);
    expect(children[0]).to.deep.include({ id: 'a', x: 12, y: 12 });
  });

  it('lets this process go on while ELK is loaded', async () => {
    expect(await turnsUntil(withPlaces(graph))).to.be.greaterThan(100);
  });

  it('answers each question, whatever becomes of the others', async () => {
    const lost = { ...graph, edges: [{ id: 'e', sources: ['a'], targets: ['nowhere'] }] };
    const outcomes = await Promise.all([graph, lost, graph].map((one) => outcome(withPlaces(one))));
    expect(outcomes[0]).to.equal('places');
    expect(outcomes[1]).to.match(/nowhere/);
    expect(outcomes[2]).to.equal('places');
  });

  it('tells those that wait when it is ended, and starts again at the next question', async () => {
    const waiting = outcome(withPlaces(graph));
    endThread();
    expect(await waiting).to.match(/was ended/);
    expect(await outcome(withPlaces(graph))).to.equal('places');
  });

  it('ends after a while without requests, and when a chart takes too long', async () => {
    let threads = 0;
    const count = (): void => void threads++;
    process.on('worker', count);
    mock.timers.enable({ apis: ['setTimeout'] });
    const asked = async () => [await outcome(withPlaces(graph)), threads];
    try {
      expect(await asked()).to.deep.equal(['places', 1]);
      mock.timers.tick(29_000);
      expect(await asked()).to.deep.equal(['places', 1]);
      mock.timers.tick(30_000);
      expect(await asked()).to.deep.equal(['places', 2]);
      const slow = outcome(withPlaces(graph));
      mock.timers.tick(10_000);
      expect(await slow).to.match(/more than 10000 ms/);
    } finally {
      mock.timers.reset();
      process.off('worker', count);
    }
  });

  it('keeps no process alive', () =>
    elsewhere('program.js', async (file) => {
      writeFileSync(
        file,
        `import { withPlaces } from ${JSON.stringify(pathToFileURL(built).href)};
        const waiting = setInterval(() => {}, 1_000);
        console.log((await withPlaces(${JSON.stringify(graph)})).width);
        clearInterval(waiting);`
      );
      const { status, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 15_000 });
      expect({ status, stdout }).to.deep.equal({ status: 0, stdout: '34\n' });
    }));

  it('rejects where ELK is not installed', () =>
    elsewhere('elk-thread.js', async (file) => {
      const module = await load(file);
      expect(await outcome(module.withPlaces(graph))).to.match(/elkjs/);
      module.endThread();
    }));

  it('starts no thread if it has been bundled', () =>
    elsewhere('bundle.js', async (file) => {
      expect(await outcome((await load(file)).withPlaces(graph))).to.match(/has been bundled/);
    }));
});
