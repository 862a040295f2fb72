/** Rules that do not hold everywhere yet, and how many offenders each folder may still have. Counts only get smaller. */

import { cyclic, forbiddenWords, homonyms, long, strangers } from './rules.js';
import { folderOf } from './sources.js';

interface Rule {
  readonly offenders: () => readonly string[];
  /** By folder, the number of offenders that are known. */
  readonly known: Readonly<Record<string, number>>;
}

/** By what the spec says of them. */
export const remaining: Readonly<Record<string, Rule>> = {
  'make no cycles, types included': {
    offenders: cyclic,
    known: {},
  },
  'of runtime/ export no name twice': {
    offenders: homonyms,
    known: {},
  },
  'name in their headers only files that they import, or that import them': {
    offenders: strangers,
    known: {},
  },
  'have 400 lines at the most, or say why': {
    offenders: long,
    known: {},
  },
  'and documents contain no forbidden word': {
    offenders: forbiddenWords,
    known: {},
  },
};

/** The number of offenders by folder. */
export function countByFolder(offenders: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const offender of offenders) {
    const folder = folderOf(offender.replace(/[:,].*$/s, ''));
    counts[folder] = (counts[folder] ?? 0) + 1;
  }
  return counts;
}
