/**
 * Which cases the laws try. A law says what holds for all cases; a spec tries random ones, with fast-check or with
 * `schema.ts`. All laws of one run have the same seed, which is printed. Environment variables choose others:
 *
 * - `LAW_CASES`: how many cases each law tries, instead of its own small number. Specs then have no time limit.
 * - `LAW_SEED`: the seed, a whole number, instead of a random one.
 * - `LAW_PATH`: the path that fast-check has printed for a counterexample of this seed. Each law tries that case alone.
 *   In a file with several laws the other laws can fail over such a path.
 *
 * ```sh
 * LAW_CASES=20000 npm test -- spec/runtime/storing.law.spec.ts
 * LAW_SEED=-1508482556 LAW_PATH=127:2:0 npm test -- spec/runtime/storing.law.spec.ts
 * ```
 */

// TYPES -----------------------------------------------------------------------

/** The part of fast-check's parameters that is chosen here. */
export interface LawParameters {
  readonly numRuns: number;
  readonly seed: number;
  readonly path?: string;
}

// VARIABLES -------------------------------------------------------------------

const path = process.env['LAW_PATH'];
const cases = wholeNumber('LAW_CASES');
const seed = wholeNumber('LAW_SEED') ?? Math.floor(Math.random() * 2 ** 31);
let isPrinted = false;

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || /^-?\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Error(`${name}=${text}: it is a whole number, or not set.`);
}

// PARAMETERS ------------------------------------------------------------------

/** The parameters of a law that tries so many cases by default. The first call prints the seed. */
export function lawParameters(defaultCases = 100): LawParameters {
  if (path !== undefined && process.env['LAW_SEED'] === undefined) {
    throw new Error('LAW_PATH needs LAW_SEED: the path leads to a case of that seed.');
  }
  if (!isPrinted) console.log(`      LAW_SEED=${seed}`);
  isPrinted = true;
  if (path !== undefined) return { numRuns: cases ?? 1, seed, path };

  return { numRuns: cases ?? defaultCases, seed };
}

/** The time limit of a spec in milliseconds; 0, which is none, if the number of cases was chosen. */
export function lawTimeout(defaultMs: number): number {
  return cases === undefined ? defaultMs : 0;
}
