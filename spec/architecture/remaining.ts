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
    known: {
      'runtime/component': 2,
      'runtime/http': 2,
      'runtime/inspect': 1,
      'runtime/registry': 2,
      'runtime/server': 4,
      'runtime/subscription': 2,
      'runtime/tree': 3,
      'components/inspector': 2,
    },
  },
  'of runtime/ export no name twice': {
    offenders: homonyms,
    known: { 'runtime/http': 2 },
  },
  'name in their headers only files that they import, or that import them': {
    offenders: strangers,
    known: {
      'runtime/cluster': 8,
      'runtime/component': 1,
      'runtime/http': 3,
      'runtime/inspect': 2,
      'runtime/registry': 1,
      'runtime/session': 5,
      'runtime/store': 1,
      'runtime/subscription': 4,
      'runtime/testing': 3,
      'runtime/tree': 1,
      'runtime/wire': 5,
      client: 10,
      'components/inspector': 6,
    },
  },
  'have 400 lines at the most, or say why': {
    offenders: long,
    known: {
      'runtime/cluster': 1,
      'runtime/inspect': 2,
      'runtime/registry': 1,
      'runtime/session': 1,
      'runtime/tree': 2,
      client: 1,
    },
  },
  'and documents contain no forbidden word': {
    offenders: forbiddenWords,
    known: {
      'runtime/cluster': 21,
      'runtime/component': 8,
      'runtime/inspect': 29,
      'runtime/recording': 3,
      'runtime/registry': 18,
      'runtime/session': 12,
      'runtime/store': 17,
      'runtime/tree': 25,
      'runtime/wire': 2,
      client: 16,
      'components/inspector': 12,
      'spec/bench': 6,
      'spec/bench/row': 4,
      'spec/browser': 3,
      'spec/chaos': 12,
      'spec/components/inspector': 3,
      'spec/docs': 3,
      'spec/hostile': 3,
      'spec/laws': 1,
      'spec/runtime/actor': 1,
      'spec/runtime/cluster': 20,
      'spec/runtime/component': 7,
      'spec/runtime/http': 4,
      'spec/runtime/inspect': 16,
      'spec/runtime/registry': 20,
      'spec/runtime/server': 2,
      'spec/runtime/session': 19,
      'spec/runtime/socket': 4,
      'spec/runtime/store': 4,
      'spec/runtime/subscription': 16,
      'spec/runtime/testing': 5,
      'spec/runtime/tree': 18,
      'spec/runtime/wire': 2,
      docs: 1,
    },
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
