/**
 * The architecture, as far as text shows it: which file may import which, where dependencies are imported, which names
 * are public, and what no source contains.
 */

import { readdirSync } from 'node:fs';
import { basename, posix } from 'node:path';
import { expect } from 'chai';
import { namesOf, packageEntries, packageEntryOf, publicNames } from './architecture/public-names.js';
import { cyclic, forbiddenWords, homonyms, long, strangers } from './architecture/rules.js';
import {
  classesOf,
  client,
  closureOf,
  codeOf,
  components,
  filesOf,
  functionsOf,
  importsOf,
  isListOfNames,
  isLocal,
  linesOf,
  nameOf,
  read,
  root,
  runtime,
  type Sized,
  sources,
  undocumented,
} from './architecture/sources.js';

// THE PLAN --------------------------------------------------------------------

/**
 * The folders of `runtime/`, lowest first, and the folders that each may import: types included, and no others. Files at
 * the root of `runtime/` are entries, lists of names that may take them from any folder.
 */
const folders: Readonly<Record<string, string>> = {
  platform: '',
  wire: '',
  template: 'platform wire',
  render: 'platform wire template',
  actor: 'platform template',
  subscription: 'platform template actor',
  component: 'platform template actor subscription',
  tree: 'platform wire template render actor subscription component',
  session: 'platform wire template render actor subscription component tree',
  store: 'platform',
  cluster: 'platform template actor subscription component store',
  identity: 'platform wire component',
  registry: 'platform wire template render actor subscription component tree session store identity',
  http: 'platform wire template render actor subscription component tree session store registry identity',
  socket: 'platform wire session identity http',
  recording: 'platform template render actor component tree',
  inspect:
    'platform wire template render actor subscription component tree session store cluster registry identity http socket recording',
  server:
    'platform wire template render actor subscription component tree session store cluster registry identity http socket recording inspect',
  testing:
    'platform wire template render actor subscription component tree session store cluster registry identity http socket recording inspect server',
};

/** Which folders or files may import what comes from outside. */
const gates: Readonly<Record<string, readonly string[]>> = {
  ws: ['socket/'],
  msgpackr: ['wire/'],
  xstate: [
    'actor/',
    'subscription/',
    'component/',
    'tree/',
    'session/',
    'cluster/',
    'recording/',
    'inspect/',
    'testing/',
  ],
  rou3: ['http/'],
  lmdb: ['store/lmdb'],
  redis: ['platform/redis-client'],
  '@testing-library/dom': ['testing/'],
  '@testing-library/user-event': ['testing/'],
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

/** Where Node's own modules may be imported: folders, and single files of others. */
const knowNode = [
  ...['store/', 'identity/', 'http/', 'socket/', 'server/', 'testing/', 'platform/id', 'platform/diagnostics-node'],
  'platform/redis-client',
  ...['recording/command', 'inspect/inspector-key', 'inspect/inspector-mount'],
];

/** The files at the root of `runtime/`. */
const entries = [
  ...['bus-redis', 'cli', 'index', 'inspection', 'inspector', 'redis', 'server', 'store-redis', 'testing'],
].map((name) => `runtime/${name}.ts`);

/** Files that list names of others, and have no spec of their own. */
const lists = [...entries, 'components/form.ts'];

/**
 * The entry of the inspector, which is an application: its components import the public entries. One file loads it, when
 * it is first asked for.
 */
const inspectorEntry = 'runtime/inspector.ts';
const mountsInspector = 'runtime/server/server.ts';

/** The most files that a folder may have. */
const mostFiles = 15;

/** What must be able to run in a browser, with everything it imports. */
const portable = ['runtime/index.ts', 'runtime/template/template.ts', 'runtime/render/diff.ts'];

/** What `client/` shares with the server. */
const shared = ['protocol', 'event-data', 'extra-fields', 'patch', 'decode', 'text-edit'].map(
  (name) => `runtime/wire/${name}.ts`
);

const topLevel = [
  ...['runtime', 'components', 'client', 'examples', 'spec', 'docs', 'dist', 'node_modules'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'LICENSE.txt'],
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
];

/** Put together so that this file does not contain them. */
const forbiddenTexts = [
  ['/wo', 'rk/'],
  ['/tmp', '/team'],
  ['.on', 'ly('],
].map((parts) => parts.join(''));

// ASSERTIONS ------------------------------------------------------------------

describe('architecture', () => {
  describe('imports', () => {
    it('every file of runtime/ lies in a folder of the table, or is an entry', () => {
      expect(runtime.filter((file) => !entries.includes(file) && !(folderOf(file) in folders))).to.deep.equal([]);
    });

    it('of runtime/, types included, go where the table allows', () => {
      const wrong = runtime
        .filter((file) => !entries.includes(file))
        .flatMap((file) =>
          importsOf(file)
            .filter(({ from }) => isLocal(from) && !mayReach(file, from))
            .map(({ from }) => `${file} -> ${from}`)
        );
      expect(wrong).to.deep.equal([]);
    });

    it('no folder of runtime/ has more than 15 files', () => {
      const sizes = Object.keys(folders).map((name) => [
        name,
        runtime.filter((file) => folderOf(file) === name).length,
      ]);
      expect(sizes.filter(([, size]) => Number(size) > mostFiles)).to.deep.equal([]);
    });

    it('make no cycles, types included', () => {
      expect(cyclic()).to.deep.equal([]);
    });

    it('let each dependency in where the layout says, and no other', () => {
      const wrong = sources.flatMap((file) =>
        importsOf(file)
          .filter(({ from }) => !isLocal(from) && !from.startsWith('node:') && !mayImport(file, from))
          .map(({ from }) => `${file} -> ${from}`)
      );
      expect(wrong).to.deep.equal([]);
    });

    it('know Node only in the folders that may, and where a layout has its thread', () => {
      const wrong = sources.filter(
        (file) =>
          file !== threaded &&
          !knowNode.some((name) => file.startsWith(`runtime/${name}`)) &&
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

    it('are exported by one file of runtime/ only', () => {
      expect(homonyms()).to.deep.equal([]);
    });

    it('at the top level are the ones of the layout', () => {
      const names = readdirSync(root).filter((name) => !name.startsWith('.') && !name.endsWith('.log'));
      expect(names.filter((name) => !topLevel.includes(name))).to.deep.equal([]);
    });
  });

  describe('files', () => {
    it('that are entries are lists of names', () => {
      const named = [...lists.filter((file) => nameOf(file) !== 'cli'), 'client/index.ts'];
      const wrong = named.filter((file) => !isListOfNames(file));
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

    it('name in their headers only files that they import, or that import them', () => {
      expect(strangers()).to.deep.equal([]);
    });

    it('have 400 lines at the most, or say why', () => {
      expect(long()).to.deep.equal([]);
    });

    it('contain no word for which the prose has better ones', () => {
      expect(forbiddenWords()).to.deep.equal([]);
    });

    it('have their spec at the same place below spec/', () => {
      const specs = filesOf('spec', '.spec.ts');
      const specOf = (file: string): string => posix.join('spec', file.replace(/\.ts$/, '.spec.ts'));
      const isMadeOfTypes = (file: string): boolean => !/^export (?!type |interface )/m.test(codeOf(file));
      expect(
        sources.filter((file) => !lists.includes(file) && !isMadeOfTypes(file) && !specs.includes(specOf(file)))
      ).to.deep.equal([]);
    });

    it('hold no path of a machine and no test that shuts out the others', () => {
      const all = ['runtime', 'client', 'components', 'examples', 'spec'].flatMap((folder) => filesOf(folder));
      const wrong = [...all, 'package.json', 'package-lock.json', 'README.md', '.ci/run'].flatMap((file) =>
        forbiddenTexts.filter((text) => read(file).includes(text)).map((text) => `${file}: ${text}`)
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

  describe('public names', () => {
    it('are listed for every entry of package.json', () => {
      const listed = new Set(Object.keys(publicNames).map(packageEntryOf));
      expect([...listed]).to.have.members([...packageEntries]);
    });

    for (const [entry, names] of Object.entries(publicNames)) {
      it(`of ${entry} are exactly the listed ones`, () => {
        expect(namesOf(entry)).to.have.members(names.trim().split(/\s+/));
      });
    }
  });

  after('print the largest files, functions and classes, without judging', () => {
    print(
      'largest files',
      sources.map((file) => ({ lines: linesOf(file), what: file }))
    );
    print('largest functions', sources.flatMap(functionsOf));
    const classes = sources.flatMap(classesOf);
    print(
      'largest classes',
      classes.map(({ lines, what, methods, fields }) => ({
        lines,
        what: `${what} (${methods} methods, ${fields} fields)`,
      }))
    );
  });
});

const usualRegistry = 'https://registry.npmjs.org';

// ASKING ----------------------------------------------------------------------

/** `render` of `runtime/render/diff.ts`. */
const folderOf = (file: string): string => file.split('/')[1] as string;

const packageOf = (from: string): string => from.replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1');

/** Whether the table lets a file of `runtime/` import another one. */
function mayReach(file: string, from: string): boolean {
  const folder = folderOf(file);
  if (from === inspectorEntry) return file === mountsInspector;
  return (
    from.startsWith('runtime/') &&
    (folderOf(from) === folder || (folders[folder] ?? '').split(' ').includes(folderOf(from)))
  );
}

function mayImport(file: string, from: string): boolean {
  if (file.startsWith('components/'))
    return (componentGates[from] ?? []).some((name) => file.startsWith(`components/${name}`));
  return (gates[packageOf(from)] ?? []).some((name) => file.startsWith(`runtime/${name}`));
}

function membersOf(kind: string): readonly string[] {
  const body = new RegExp(`export const ${kind} = \\{(?<body>[^}]*)\\}`).exec(read('runtime/wire/protocol.ts'))
    ?.groups?.['body'];
  return [...(body ?? '').matchAll(/(\w+): \d+/g)].map(([, name]) => name as string);
}

function print(title: string, entries: readonly Sized[]): void {
  const largest = [...entries].sort((one, other) => other.lines - one.lines).slice(0, 10);
  console.log(`      ${title}:`);
  for (const { lines, what } of largest) console.log(`      ${String(lines).padStart(5)} ${what}`);
}
