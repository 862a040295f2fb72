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
      'runtime/component': 3,
      'runtime/http': 2,
      'runtime/inspect': 1,
      'runtime/registry': 2,
      'runtime/render': 2,
      'runtime/server': 4,
      'runtime/session': 3,
      'runtime/subscription': 3,
      'runtime/template': 1,
      'runtime/tree': 6,
      'components/inspector': 2,
    },
  },
  'of runtime/ export no name twice': {
    offenders: homonyms,
    known: {
      'runtime/cluster': 1,
      'runtime/component': 1,
      'runtime/http': 3,
      'runtime/inspect': 2,
      'runtime/platform': 1,
    },
  },
  'name in their headers only files that they import, or that import them': {
    offenders: strangers,
    known: {
      'runtime/actor': 1,
      'runtime/cluster': 11,
      'runtime/component': 1,
      'runtime/http': 3,
      'runtime/inspect': 3,
      'runtime/platform': 7,
      'runtime/recording': 2,
      'runtime/registry': 1,
      'runtime/render': 3,
      'runtime/session': 6,
      'runtime/store': 1,
      'runtime/subscription': 9,
      'runtime/template': 4,
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
      'runtime/cluster': 2,
      'runtime/inspect': 2,
      'runtime/platform': 1,
      'runtime/recording': 1,
      'runtime/registry': 1,
      'runtime/render': 1,
      'runtime/session': 1,
      'runtime/tree': 2,
      client: 1,
    },
  },
  'and documents contain no forbidden word': {
    offenders: forbiddenWords,
    known: {
      'runtime/actor': 2,
      'runtime/cluster': 50,
      'runtime/component': 8,
      'runtime/http': 16,
      'runtime/inspect': 34,
      'runtime/platform': 36,
      'runtime/recording': 5,
      'runtime/registry': 18,
      'runtime/render': 4,
      'runtime/server': 16,
      'runtime/session': 24,
      'runtime/socket': 4,
      'runtime/store': 21,
      'runtime/subscription': 17,
      'runtime/template': 4,
      'runtime/testing': 9,
      'runtime/tree': 28,
      'runtime/wire': 7,
      client: 17,
      'components/inspector': 12,
      'examples/03-todo': 5,
      'examples/05-chat': 4,
      'examples/07-resume': 5,
      examples: 2,
      'spec/bench': 6,
      'spec/bench/row': 4,
      'spec/browser': 4,
      spec: 17,
      'spec/chaos': 12,
      'spec/components/inspector': 3,
      'spec/docs': 4,
      'spec/examples': 4,
      'spec/fixtures': 11,
      'spec/hostile': 3,
      'spec/laws': 1,
      'spec/regressions': 2,
      'spec/runtime/actor': 1,
      'spec/runtime/cluster': 21,
      'spec/runtime/component': 7,
      'spec/runtime/http': 4,
      'spec/runtime/inspect': 17,
      'spec/runtime/platform': 15,
      'spec/runtime/recording': 4,
      'spec/runtime/registry': 20,
      'spec/runtime/render': 3,
      'spec/runtime/server': 2,
      'spec/runtime/session': 21,
      'spec/runtime/socket': 4,
      'spec/runtime/store': 10,
      'spec/runtime/subscription': 16,
      'spec/runtime/template': 3,
      'spec/runtime/testing': 5,
      'spec/runtime/tree': 18,
      'spec/runtime/wire': 3,
      '.': 2,
      docs: 57,
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
