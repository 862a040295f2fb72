/** Rules of the architecture that hold over several files. Each gives its offenders, as `file: what is wrong`. */

import {
  client,
  components,
  declaredIn,
  documents,
  filesOf,
  headerOf,
  importsOf,
  isLocal,
  linesOf,
  read,
  runtime,
  sources,
} from './sources.js';

// CYCLES ----------------------------------------------------------------------

/** The files of a folder of sources that lie on a cycle of imports, types counted, with the others of the cycle. */
export function cyclic(): readonly string[] {
  return [runtime, client, components].flatMap((files) => {
    const reached = new Map(files.map((file) => [file, reachable(file)]));
    return files
      .filter((file) => reached.get(file)?.has(file))
      .map((file) => {
        const others = files.filter((other) => other !== file && isOnCycle(reached, file, other));
        return `${file}: imports itself by way of ${others.join(', ')}`;
      });
  });
}

const isOnCycle = (reached: ReadonlyMap<string, ReadonlySet<string>>, file: string, other: string): boolean =>
  reached.get(file)?.has(other) === true && reached.get(other)?.has(file) === true;

function reachable(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { from } of importsOf(file)) {
    if (seen.has(from) || !isLocal(from)) continue;
    seen.add(from);
    reachable(from, seen);
  }
  return seen;
}

// NAMES -----------------------------------------------------------------------

/** The names that two files of `runtime/` export, with the files. */
export function homonyms(): readonly string[] {
  const files = new Map<string, Set<string>>();
  for (const file of runtime) {
    for (const { name } of declaredIn(file)) files.set(name, (files.get(name) ?? new Set()).add(file));
  }
  return [...files]
    .filter(([, found]) => found.size > 1)
    .map(([name, found]) => `${[...found].join(', ')}: both export ${name}`)
    .sort();
}

// HEADERS ---------------------------------------------------------------------

/** The files named in a header that neither import the file it stands in, nor are imported by it. */
export function strangers(): readonly string[] {
  return sources.flatMap((file) =>
    [...new Set(headerOf(file).match(/(?<=`)[\w./-]+\.ts(?=`)/g) ?? [])]
      .filter((name) => !isNeighbour(file, name))
      .map((name) => `${file}: its header names ${name}`)
  );
}

function isNeighbour(file: string, name: string): boolean {
  return sources
    .filter((other) => other === name || other.endsWith(`/${name}`))
    .some((other) => imports(file, other) || imports(other, file));
}

const imports = (file: string, other: string): boolean => importsOf(file).some(({ from }) => from === other);

// SIZES -----------------------------------------------------------------------

/** The lines that a file may have. */
const maxLines = 400;

/** The files that are longer, unless their header says why: a sentence in which "400 lines" occurs. */
export function long(): readonly string[] {
  return sources
    .filter((file) => linesOf(file) > maxLines && !headerOf(file).includes(`${maxLines} lines`))
    .map((file) => `${file}: has ${linesOf(file)} lines`);
}

// PROSE -----------------------------------------------------------------------

/** Words for which the prose has better ones, put together so that this file does not contain them. */
const forbidden = [
  ...['who·ever', 'some·body', 'no·body', 'any·body', 'is· told', 'are· told'],
  ...['comes to· nothing', 'makes· up for', 'how it· stands'],
].map((word) => word.replace('·', ''));

const forbiddenWord = new RegExp(`\\b(?:${forbidden.join('|').replaceAll(' ', '[\\s*/]+')})\\b`, 'gi');

/** The forbidden words in sources, specs, examples and documents, with their lines. */
export function forbiddenWords(): readonly string[] {
  const files = [...sources, ...filesOf('examples'), ...filesOf('spec'), ...documents];
  return files.flatMap((file) => {
    const text = read(file);
    return [...text.matchAll(forbiddenWord)].map(
      ({ 0: word, index }) => `${file}: line ${text.slice(0, index).split('\n').length} says "${word}"`
    );
  });
}
