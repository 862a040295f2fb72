/**
 * What holds the sources together, as far as a machine can see it: which file may import which, where
 * the dependencies are let in, what must never be. It reads text; a regular expression is enough,
 * because the sources are formatted.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { expect } from 'chai';

// THE PLAN --------------------------------------------------------------------

/** The files of `runtime/`, top to bottom: imports point down this list only, type imports may point up. */
const layers = [
  'testing',
  'testing/test-page',
  'testing/stage',
  'testing/browser-window',
  'testing/test-server',
  'testing/network',
  'testing/peers',
  'testing/reports',
  'testing/agenda',
  'cli',
  'command',
  'replay',
  'comparison',
  'server',
  'listening',
  'inspector',
  'options',
  'node-server',
  'node-http',
  'site',
  'channels',
  'observatory',
  'shelf',
  'observed',
  'actor-tree',
  'recorder',
  'images',
  'state-rows',
  'words',
  'ring',
  'actor-id',
  'recording-file',
  'delta',
  'tagged',
  'inert',
  'inert-state',
  'http',
  'health',
  'transport',
  'node-request',
  'connection',
  'visitor',
  'client-script',
  'router',
  'token',
  'logger',
  'report',
  'sessions',
  'recall',
  'handover',
  'keeper',
  'attendance',
  'shared-cluster',
  'shared-lease',
  'shared-outbox',
  'shared-replica',
  'store/lmdb',
  'store/redis',
  'store/memory',
  'store/redis-link',
  'store/redis-scripts',
  'store/record',
  'store/lock',
  'store/leases',
  'store/aside',
  'store',
  'identifier',
  'shared',
  'watchers',
  'bus/redis',
  'bus/redis-directory',
  'bus/redis-link',
  'bus/exchange',
  'bus/memory-directory',
  'bus/memory',
  'repeats',
  'schedule',
  'session',
  'page',
  'secret-input',
  'deliveries',
  'tree',
  'turn',
  'window',
  'ledger',
  'documents',
  'address',
  'guarded-witness',
  'witness',
  'inbox',
  'cell',
  'model-state',
  'logic-state',
  'checkpoint',
  'topics',
  'presence',
  'timer',
  'generator',
  'task',
  'observable',
  'callback',
  'actor-subscription',
  'subscriptions',
  'restart',
  'run',
  'inspect',
  'hub',
  'bus',
  'directory',
  'actor',
  'clock',
  'document',
  'component',
  'update',
  'model',
  'reducer',
  'effect',
  'diff',
  'mirror',
  'markup',
  'rendered',
  'keyed',
  'html',
  'template',
  'parts',
  'attributes',
  'scanner',
  'source',
  'content',
  'entities',
  'url',
  'inspection',
  'recording',
  'snapshot',
  'storable',
  'codec',
  'decode',
  'protocol',
  'patch',
  'chart',
  'hash',
  'diagnostics',
  'secret',
  'errors',
];

/** Who may import what comes from outside. */
const gates: Readonly<Record<string, readonly string[]>> = {
  ws: ['transport'],
  msgpackr: ['codec'],
  // biome-ignore format: a list
  xstate: [
    'actor', 'actor-id', 'actor-subscription', 'actor-tree', 'cell', 'checkpoint', 'component', 'inert',
    'inert-state', 'inspect', 'logic-state', 'model-state', 'observatory', 'observed', 'recorder', 'reducer', 'run',
    'session', 'shared', 'shared-cluster', 'shared-replica', 'subscriptions', 'testing/test-server', 'tree', 'update',
  ],
  rou3: ['router'],
  troupe: ['inspector'],
  lmdb: ['store/lmdb'],
  redis: ['store/redis', 'bus/redis-link'],
  '@testing-library/dom': ['testing/peers', 'testing/test-page'],
  '@testing-library/user-event': ['testing/peers', 'testing/test-page'],
};

/** What `components/` may import, and where. */
const componentGates: Readonly<Record<string, readonly string[]>> = {
  troupe: [''],
  'troupe/inspection': ['inspector/'],
  'elkjs/lib/elk.bundled.js': ['inspector/'],
};

/**
 * The one file outside of `runtime/` that knows Node: layouts take long, and only a thread of its own keeps them from
 * holding up the sessions of the process. It runs on the server alone; nothing that goes to a browser imports it.
 */
const threaded = 'components/inspector/elk-thread.ts';

/** From here on down nothing knows Node: the session, and `update`, `view`, templates and diff, could run in a browser. */
const firstWithoutNode = 'session';

/** What must be able to run in a browser, with everything it imports. */
const portable = ['runtime/index.ts', 'runtime/template.ts', 'runtime/diff.ts'];

/** What `client/` shares with the server. */
const shared = ['runtime/protocol.ts', 'runtime/patch.ts', 'runtime/decode.ts'];

const topLevel = [
  ...['runtime', 'components', 'client', 'examples', 'spec', 'docs', 'dist', 'node_modules'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'LICENSE.txt', 'README.md'],
];

/** Put together so that this file does not contain them. */
const forbiddenWords = [
  ['/wo', 'rk/'],
  ['/tmp', '/team'],
  ['.on', 'ly('],
].map((parts) => parts.join(''));

// READING ---------------------------------------------------------------------

const root = process.cwd();

interface Import {
  readonly from: string;
  readonly type: boolean;
}

/** Every text file below `folder`, as a path from the root with `/`. */
function filesOf(folder: string, ending = '.ts'): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith(ending))
    .sort();
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const importStatement =
  /^(?:import|export)\s+(?<type>type\s)?(?:[^'";]*?\sfrom\s+)?'(?<from>[^']+)';|\bimport\('(?<dynamic>[^']+)'\)/gm;

function importsOf(file: string): readonly Import[] {
  return [...read(file).matchAll(importStatement)].map(({ groups = {} }) => ({
    from: resolve(file, (groups['from'] ?? groups['dynamic']) as string),
    type: groups['type'] !== undefined,
  }));
}

/** `./patch.js` in `runtime/diff.ts` is `runtime/patch.ts`; names of packages stay as they are. */
function resolve(file: string, from: string): string {
  return from.startsWith('.') ? posix.join(dirname(file), from).replace(/\.js$/, '.ts') : from;
}

const nameOf = (file: string): string => basename(file, '.ts');
const packageOf = (from: string): string => from.replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1');
const isLocal = (from: string): boolean => from.endsWith('.ts');

/** The source without comments, and without what stands in quotes. */
const codeOf = (file: string): string =>
  read(file).replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/.*|\/\*[\s\S]*?\*\//g, "''");

const runtime = filesOf('runtime');
const client = filesOf('client');
const components = filesOf('components');
const sources = [...runtime, ...client, ...components];

// ASSERTIONS ------------------------------------------------------------------

describe('architecture', () => {
  describe('imports', () => {
    it('every file of runtime/ has its place in the list of layers', () => {
      expect(runtime.map(layerName).filter((name) => name !== 'index')).to.have.members(layers);
    });

    it('point down in runtime/, unless they are of types only', () => {
      const wrong = runtime.flatMap((file) =>
        importsOf(file)
          .filter(({ from, type }) => !type && isLocal(from) && layerOf(from) <= layerOf(file))
          .map(({ from }) => `${file} -> ${from}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('make no cycles', () => {
      expect(sources.flatMap((file) => cycleFrom(file))).to.deep.equal([]);
    });

    it('let each dependency in where the layout says, and no other', () => {
      const wrong = sources.flatMap((file) =>
        importsOf(file)
          .filter(({ from }) => !isLocal(from) && !from.startsWith('node:') && !mayImport(file, from))
          .map(({ from }) => `${file} -> ${from}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('know Node only above the session, and where a layout has its thread', () => {
      const wrong = sources.filter(
        (file) =>
          file !== threaded &&
          (!file.startsWith('runtime/') || layerOf(file) >= layers.indexOf(firstWithoutNode)) &&
          importsOf(file).some(({ from }) => from.startsWith('node:'))
      );
      expect(wrong).to.deep.equal([]);
      const inThread = importsOf(threaded).map(({ from }) => from);
      expect(inThread.filter((from) => from.startsWith('node:'))).to.deep.equal(['node:worker_threads']);
    });

    for (const entry of portable) {
      it(`bring nothing of Node, ws or msgpackr into ${entry}`, () => {
        const outside = [...closureOf(entry)].filter((from) => /^(node:|ws$|msgpackr)/.test(from));
        expect(outside).to.deep.equal([]);
      });
    }

    it('of client/ go to client/ and to what is shared', () => {
      const wrong = client.flatMap((file) =>
        importsOf(file)
          .filter(({ from }) => !from.startsWith('client/') && !shared.includes(from))
          .map(({ from }) => `${file} -> ${from}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('of components/ and examples/ go to the public entries', () => {
      const wrong = [...components, ...filesOf('examples')].flatMap((file) =>
        importsOf(file)
          .filter(({ from }) => /^(runtime|client|spec)\//.test(from))
          .map(({ from }) => `${file} -> ${from}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('never name an index.ts', () => {
      const wrong = sources.filter((file) => importsOf(file).some(({ from }) => /(^|\/)index\.ts$/.test(from)));
      expect(wrong).to.deep.equal([]);
    });
  });

  describe('names', () => {
    it('of files say what is in them', () => {
      const all = [...sources, ...filesOf('examples'), ...filesOf('spec')];
      expect(all.filter((file) => /^(utils?|helpers?|common|types|misc)\b/i.test(basename(file)))).to.deep.equal([]);
    });

    it('of things do not end in Manager, Service or Base', () => {
      const wrong = sources.flatMap(
        (file) => codeOf(file).match(/\b[A-Za-z_$][\w$]*(?:Manager|Service|Base)\b/g) ?? []
      );
      expect(wrong).to.deep.equal([]);
    });

    it('at the top level are the ones of the layout', () => {
      const names = readdirSync(root).filter((name) => !name.startsWith('.') && !name.endsWith('.log'));
      expect(names.filter((name) => !topLevel.includes(name))).to.deep.equal([]);
    });
  });

  describe('files', () => {
    it('called index.ts are lists of names', () => {
      const wrong = sources.filter((file) => nameOf(file) === 'index' && !isListOfNames(codeOf(file)));
      expect(wrong).to.deep.equal([]);
    });

    it('begin by saying what they are', () => {
      expect(
        sources.filter(
          (file) =>
            !read(file)
              .replace(/^#!.*\n/, '')
              .startsWith('/**')
        )
      ).to.deep.equal([]);
    });

    it('have a doc comment on everything they export', () => {
      expect(sources.flatMap(undocumented)).to.deep.equal([]);
    });

    it('have their spec at the same place below spec/', () => {
      const specs = filesOf('spec', '.spec.ts');
      const specOf = (file: string): string => posix.join('spec', file.replace(/\.ts$/, '.spec.ts'));
      const isMadeOfTypes = (file: string): boolean => !/^export (?!type |interface )/m.test(codeOf(file));
      expect(sources.filter((file) => !isMadeOfTypes(file) && !specs.includes(specOf(file)))).to.deep.equal([]);
    });

    it('hold no path of a machine and no test that shuts out the others', () => {
      const folders = ['runtime', 'client', 'components', 'examples', 'spec'].flatMap((folder) => filesOf(folder));
      const wrong = [...folders, 'package.json', 'package-lock.json', 'README.md', '.ci/run'].flatMap((file) =>
        forbiddenWords.filter((word) => read(file).includes(word)).map((word) => `${file}: ${word}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('that lock the dependencies name no other registry than the usual one', () => {
      const hosts = [...read('package-lock.json').matchAll(/"resolved": "(?<host>\w+:\/\/[^/]+)/g)];
      expect(hosts.map(({ groups }) => groups?.['host']).filter((host) => host !== usualRegistry)).to.deep.equal([]);
    });
  });

  it('every kind of frame is in the conformance spec', () => {
    const conformance = read('spec/conformance.spec.ts');
    const members = ['ServerKind', 'ClientKind'].flatMap((kind) => membersOf(kind).map((name) => `${kind}.${name}`));
    expect(members).to.have.length.greaterThan(0);
    expect(members.filter((member) => !conformance.includes(member))).to.deep.equal([]);
  });

  after('print the largest files and functions, without judging', () => {
    const files = sources.map((file) => ({ lines: read(file).split('\n').length, what: file }));
    print('largest files', files);
    print('largest functions', sources.flatMap(functionsOf));
  });
});

const usualRegistry = 'https://registry.npmjs.org';

// WALKING ---------------------------------------------------------------------

/** `runtime/bus/memory.ts` is `bus/memory`. */
const layerName = (file: string): string => file.replace(/^runtime\/|\.ts$/g, '');

/** Its place from the top; `index.ts` stands above everything. */
const layerOf = (file: string): number => layers.indexOf(layerName(file));

function mayImport(file: string, from: string): boolean {
  if (file.startsWith('components/'))
    return (componentGates[from] ?? []).some((name) => file.startsWith(`components/${name}`));
  return file.startsWith('runtime/') && (gates[packageOf(from)] ?? []).includes(layerName(file));
}

const valueImportsOf = (file: string): readonly string[] =>
  importsOf(file)
    .filter(({ type }) => !type)
    .map(({ from }) => from);

function closureOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const from of valueImportsOf(file)) {
    if (seen.has(from)) continue;
    seen.add(from);
    if (isLocal(from)) closureOf(from, seen);
  }
  return seen;
}

function cycleFrom(file: string): readonly string[] {
  return closureOf(file).has(file) ? [file] : [];
}

// PARTS OF A FILE -------------------------------------------------------------

function isListOfNames(code: string): boolean {
  return (
    code
      .replace(/^\s*export (type )?\{[^}]*\} from '';$/gm, '')
      .replaceAll("''", '')
      .trim() === ''
  );
}

const exported = /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|const|let) (?<name>[\w$]+)/;

/** Exported names without a doc comment; a type of the name of a documented value, or a second overload, needs none. */
function undocumented(file: string): readonly string[] {
  const lines = read(file).split('\n');
  const documented = new Set<string>();
  const missing: string[] = [];
  for (const [index, line] of lines.entries()) {
    const name = exported.exec(line)?.groups?.['name'];
    if (name === undefined) continue;
    if (lines[index - 1]?.trimEnd().endsWith('*/') === true) documented.add(name);
    else if (!documented.has(name)) missing.push(`${file}: ${name}`);
  }
  return missing;
}

function membersOf(kind: string): readonly string[] {
  const body = new RegExp(`export const ${kind} = \\{(?<body>[^}]*)\\}`).exec(read('runtime/protocol.ts'))?.groups?.[
    'body'
  ];
  return [...(body ?? '').matchAll(/(\w+): \d+/g)].map(([, name]) => name as string);
}

const functionStart =
  /^(?<indent> *)(?:export )?(?:(?:static|override|async|get|set) )*(?:function\*? )?(?:const )?(?<name>[#\w$]+)(?:<.*>)?(?: = (?:async )?)?\((?:.*\{)?$/;

/** The functions of a file with their lines; a function ends where its indentation comes back with a brace. */
function functionsOf(file: string): readonly { lines: number; what: string }[] {
  const lines = read(file).split('\n');
  return lines.flatMap((line, index) => {
    const { indent = '', name } = functionStart.exec(line)?.groups ?? {};
    if (name === undefined || /^(if|for|while|switch|catch|return)$/.test(name)) return [];
    const next = (start: string): number =>
      lines.findIndex((other, at) => at > index && other.startsWith(indent + start));
    if (line.endsWith('(') && !lines[next(')')]?.endsWith('{')) return [];
    return [{ lines: next('}') - index + 1, what: `${file}: ${name}` }];
  });
}

function print(title: string, entries: readonly { lines: number; what: string }[]): void {
  const largest = [...entries].sort((one, other) => other.lines - one.lines).slice(0, 10);
  console.log(`      ${title}:`);
  for (const { lines, what } of largest) console.log(`      ${String(lines).padStart(5)} ${what}`);
}
