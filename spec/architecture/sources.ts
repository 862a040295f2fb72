/** Reads the sources as text, for the architecture spec. Regular expressions are enough, because the sources are formatted. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

/** The folder that holds `package.json`. */
export const root = process.cwd();

/** One import, or export from another file. */
export interface Import {
  /** A path from the root that ends in `.ts`, or the name of a module. */
  readonly from: string;
  readonly isType: boolean;
}

/** A part of a source and the lines it has. */
export interface Sized {
  readonly lines: number;
  readonly what: string;
}

// FILES -----------------------------------------------------------------------

/** Every file below `folder` with such an ending, as a path from the root with `/`. */
export function filesOf(folder: string, ending = '.ts'): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith(ending))
    .sort();
}

const texts = new Map<string, string>();

/** The text of a file. */
export function read(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}

/** The documents of the project. */
export const documents: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...filesOf('docs', '.md'),
];

/** The sources that are published, by folder. */
export const runtime: readonly string[] = filesOf('runtime');
export const client: readonly string[] = filesOf('client');
export const components: readonly string[] = filesOf('components');
export const sources: readonly string[] = [...runtime, ...client, ...components];

/** `diff` of `runtime/render/diff.ts`. */
export const nameOf = (file: string): string => basename(file, '.ts');

/** Whether an import goes to a file of the project. */
export const isLocal = (from: string): boolean => from.endsWith('.ts');

// IMPORTS ---------------------------------------------------------------------

const importStatement =
  /^(?:import|export)\s+(?<type>type\s)?(?:[^'";]*?\sfrom\s+)?'(?<from>[^']+)';|\bimport\('(?<dynamic>[^']+)'\)/gm;

const imports = new Map<string, readonly Import[]>();

/** What a file imports, types included. */
export function importsOf(file: string): readonly Import[] {
  const known = imports.get(file);
  if (known !== undefined) return known;
  const found = [...read(file).matchAll(importStatement)].map(({ groups = {} }) => ({
    from: resolve(file, (groups['from'] ?? groups['dynamic']) as string),
    isType: groups['type'] !== undefined,
  }));
  imports.set(file, found);
  return found;
}

/** `../wire/patch.js` in `runtime/render/diff.ts` is `runtime/wire/patch.ts`; names of packages stay as they are. */
function resolve(file: string, from: string): string {
  return from.startsWith('.') ? posix.join(dirname(file), from).replace(/\.js$/, '.ts') : from;
}

/** Everything that a file imports at run time, directly or not. */
export function closureOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { from, isType } of importsOf(file)) {
    if (isType || seen.has(from)) continue;
    seen.add(from);
    if (isLocal(from)) closureOf(from, seen);
  }
  return seen;
}

// PARTS OF A FILE -------------------------------------------------------------

/** The source without comments, and without what stands in quotes. */
export const codeOf = (file: string): string =>
  read(file).replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/.*|\/\*[\s\S]*?\*\//g, "''");

/** The first comment of a file, which says what the file is. */
export const headerOf = (file: string): string => /\/\*\*[\s\S]*?\*\//.exec(read(file))?.[0] ?? '';

const declaration =
  /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|const|let) (?<name>[\w$]+)/;

/** The names that a file declares and exports, with the numbers of their lines. */
export function declaredIn(file: string): readonly { readonly name: string; readonly line: number }[] {
  return read(file)
    .split('\n')
    .flatMap((text, line) => {
      const name = declaration.exec(text)?.groups?.['name'];
      return name === undefined ? [] : [{ name, line }];
    });
}

/** The names that an entry exports: those it declares, and those it takes from other files. */
export function exportsOf(file: string): readonly string[] {
  const lists = [...read(file).matchAll(/^export (?:type )?\{(?<names>[^}]*)\}/gm)];
  const names = lists.flatMap(({ groups: { names: listed = '' } = {} }) => listed.split(',').map(exportedName));
  return [...new Set([...names, ...declaredIn(file).map(({ name }) => name)])].filter((name) => name !== '').sort();
}

/** `Page` of `type LivePage as Page`. */
const exportedName = (item: string): string =>
  item
    .trim()
    .replace(/^type /, '')
    .replace(/^.* as /, '');

/** Whether a file consists of nothing but `export { ... } from '...'`. */
export function isListOfNames(file: string): boolean {
  const code = codeOf(file).replace(/^\s*export (type )?\{[^}]*\} from '';$/gm, '');
  return code.replaceAll("''", '').trim() === '';
}

/** Exported names without a doc comment; a type of the name of a documented value, or a second overload, needs none. */
export function undocumented(file: string): readonly string[] {
  const lines = read(file).split('\n');
  const documented = new Set<string>();
  const missing: string[] = [];
  for (const { name, line } of declaredIn(file)) {
    if (lines[line - 1]?.trimEnd().endsWith('*/') === true) documented.add(name);
    else if (!documented.has(name)) missing.push(`${file}: ${name}`);
  }
  return missing;
}

// SIZES -----------------------------------------------------------------------

/** The number of lines of a file. */
export const linesOf = (file: string): number => read(file).trimEnd().split('\n').length;

const functionStart =
  /^(?<indent> *)(?:export )?(?:(?:static|override|async|get|set) )*(?:function\*? )?(?:const )?(?<name>[#\w$]+)(?:<.*>)?(?: = (?:async )?)?\((?:.*\{)?$/;

/** The functions of a file with their lines; a function ends where its indentation comes back with a brace. */
export function functionsOf(file: string): readonly Sized[] {
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

/** The classes of a file with their lines, methods and fields. */
export function classesOf(file: string): readonly (Sized & { readonly methods: number; readonly fields: number })[] {
  const lines = read(file).split('\n');
  return lines.flatMap((line, start) => {
    const name = /^(?:export )?(?:abstract )?class (?<name>[\w$]+)/.exec(line)?.groups?.['name'];
    if (name === undefined) return [];
    const length = lines.slice(start).findIndex((other) => other.startsWith('}')) + 1;
    const body = lines.slice(start, start + length);
    const isMethod = (text: string): boolean => /^ {2}[^\s/*].*\($|^ {2}[^\s/*].*\) *(?::.*)?\{$/.test(text);
    const isField = (text: string): boolean =>
      /^ {2}(?:static |declare |override |readonly )*[#\w$]+[?!]?(?:: | = |;)/.test(text);
    return [
      {
        lines: length,
        what: `${file}: ${name}`,
        methods: body.filter(isMethod).length,
        fields: body.filter(isField).length,
      },
    ];
  });
}
