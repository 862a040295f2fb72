/**
 * What specs read in the README and in `docs/`: sections, tables, listings, links. The guide is laid out as files
 * by `guide-files.ts`.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

// TYPES -----------------------------------------------------------------------

/** A fenced block, with what stands behind its three backticks. */
export interface Listing {
  readonly language: string;
  /** The file it is, if it says so by `title=`. */
  readonly title: string | undefined;
  readonly text: string;
}

// READING ---------------------------------------------------------------------

const root = process.cwd();

/** A file of the project, as text. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The documents at the top and in `docs/`, as paths from the top. */
export const documents: readonly string[] = [
  ...readdirSync(root),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`),
].filter((file) => file.endsWith('.md'));

/**
 * The text from a heading of the second rank to the next.
 *
 * @throws Error if there is no such heading
 */
export function section(document: string, title: string): string {
  const [, rest] = `\n${document}`.split(`\n## ${title}\n`);
  if (rest === undefined) throw new Error(`There is no section '${title}'.`);

  return rest.split('\n## ')[0] as string;
}

/** The text from a heading of the third rank in a section to the next. */
export function subsection(text: string, title: string): string {
  const [, rest] = text.split(`\n### ${title}\n`);
  if (rest === undefined) throw new Error(`There is no heading '${title}'.`);

  return rest.split('\n### ')[0] as string;
}

/** The rows of the tables of a text, as cells, without the heads. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const tables = text.matchAll(/^\|.*\|\n\|[-|: ]+\|\n(?<rows>(?:\|.*\|(?:\n|$))*)/gm);
  return [...tables].flatMap(({ groups }) =>
    [...(groups?.['rows'] ?? '').matchAll(/^\|(.*)\|$/gm)].map(([, row]) =>
      // A bar in code is no border of a cell.
      (row as string).split(/(?<!\\)\|/).map((cell) => cell.trim())
    )
  );
}

/** The first piece of code in a cell. */
export const codeIn = (cell: string | undefined): string => /`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';

/** All fenced blocks. */
export function listingsOf(text: string): readonly Listing[] {
  const blocks = text.matchAll(/^```(?<language>\w+)(?: title=(?<title>\S+))?\n(?<text>[\s\S]*?)^```$/gm);
  return [...blocks].map(({ groups }) => ({
    language: groups?.['language'] ?? '',
    title: groups?.['title'],
    text: groups?.['text'] ?? '',
  }));
}

/** A document without its fenced blocks, in which nothing is a heading or a link. */
export const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The anchors of the headings of a document, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(text).matchAll(/^#{1,6} (.*)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
    const anchor = plain.replaceAll(' ', '-');
    let free = anchor;
    for (let count = 1; anchors.has(free); count++) free = `${anchor}-${count}`;
    anchors.add(free);
  }

  return anchors;
}

/** Where the links of a document lead. */
export const linksOf = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\((?<to>[^)\s]+)\)/g)].map(({ groups }) => groups?.['to'] ?? '');

/** Whether a link leads to a file of the project. */
export const isLocal = (link: string): boolean => !/^[a-z]+:/.test(link);

/** The file or folder that a local link in a document leads to, as a path from the top. */
export function targetOf(document: string, link: string): string {
  const path = link.replace(/#.*$/, '');

  return path === '' ? document : posix.join(posix.dirname(document), path).replace(/\/$/, '');
}

/** A listing with its types dropped. */
export async function untyped(listing: string): Promise<string> {
  const { transform } = await import('esbuild');

  return (await transform(listing, { loader: 'ts' })).code;
}
