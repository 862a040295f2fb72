/**
 * The verdict on a chaotic run: whether what the sessions hold in the end is what their users have done, each action
 * once and in order. `trial.ts` brings both; `pages.ts` says how the one can be seen in the other.
 *
 * Tabs that come from one another by duplication may share a session for a while, one after the other. So the log of
 * a tab's session holds all actions of its own user, and of each of its relatives the first ones.
 */

import { changeRows, gap, type Row, type TodoMessage } from './pages.js';

// TYPES -----------------------------------------------------------------------

/** Something a user has done. */
export interface Action {
  readonly n: number;
  readonly what: 'clicked' | 'said' | 'tallied' | TodoMessage['type'];
  /** The row it was done to. */
  readonly row?: number;
  /** Whether it was done before the client knew what it was for, or before its session began, and in which page of the tab. */
  readonly early?: number | undefined;
}

/** What a page shows. */
export interface Shown {
  readonly log: readonly number[];
  readonly count?: number | undefined;
  readonly draft?: string | undefined;
  /** Whether there is a list of rows. */
  readonly isList: boolean;
  readonly rows: readonly (Row & { readonly tally: readonly number[] })[];
  readonly heard: readonly (number | typeof gap)[];
}

/** A tab, at the end. */
export interface Outcome {
  readonly name: string;
  /** What its user has done since its session began. */
  readonly actions: readonly Action[];
  /** What the relatives had done when it was duplicated from one of them, at least: the number of actions, by name. */
  readonly inherited: ReadonlyMap<string, number>;
  readonly shown: Shown;
  /** The last action any user had made when the page first listened. */
  readonly since: number;
  /**
   * What the page was told: how many durable events the session has lost by going back, of which it may have heard so many
   * twice, and how many were dropped, of which so many may be counted twice.
   */
  readonly told: {
    readonly lost: number;
    readonly again: number;
    readonly dropped: number;
    readonly droppedBefore: number;
  };
  /** Whether the store may have lost what it had confirmed. The page must be told of exactly that. */
  readonly mayLose: boolean;
}

// READING ---------------------------------------------------------------------

const numbers = (element: Element | null | undefined): number[] =>
  (element?.textContent ?? '').split(' ').filter(Boolean).map(Number);

/** What a page shows, read from its DOM. */
export function readPage(root: Element): Shown {
  const output = (id: string): Element | null => root.querySelector(`#${id}`);
  const rows = [...root.querySelectorAll('li')].map((row) => ({
    key: Number(row.getAttribute('data-key')),
    title: row.querySelector('input')?.value ?? '',
    done: row.classList.contains('done'),
    tally: numbers(row.querySelector('.tally')),
  }));

  return {
    log: numbers(output('log')),
    count: output('count') === null ? undefined : numbers(output('count'))[0],
    draft: root.querySelector<HTMLInputElement>('[name=draft]')?.value,
    isList: root.querySelector('ul') !== null,
    rows,
    heard: (output('heard')?.textContent ?? '')
      .split(' ')
      .filter(Boolean)
      .map((word) => (word === gap ? gap : Number(word))),
  };
}

/**
 * A page as text: the same for the same page, however it came about. Where it may have missed messages, what it has heard
 * is left out: the run waits for no message to it, and a session that is restored sends again what may not have arrived.
 * Left out is also what it has heard of clients that never acknowledge: the run does not wait for what they say last.
 *
 * @param all all actions of users, by number
 */
export function textOfPage(root: Element, all: ReadonlyMap<number, Action>): string {
  const copy = root.cloneNode(true) as Element;
  const heard = copy.querySelector('#heard');
  if (heard !== null) {
    const words = (heard.textContent ?? '').split(' ').filter((word) => word === gap || all.has(Number(word)));
    const said = words.join(' ').replace(lastGaps, '');
    heard.textContent = said.includes(gap) ? gap : said;
  }
  for (const [index, field] of [...copy.querySelectorAll('input')].entries()) {
    field.value = root.querySelectorAll('input')[index]?.value ?? '';
  }

  return textOf(copy).replace(lastGaps, '');
}

/** When it is brought back to be looked at, what it has heard has another gap. */
const lastGaps = /(?: ?\|)+(?=<|$)/g;

/** What a page says that is loaded where no script may run; a client takes it away. */
const forPosts = /^form(action=\/_troupe\/post|=troupe-post)/;

function textOf(node: Node): string {
  if (node.nodeType === 3) return node.nodeValue?.trim() ?? '';
  if (node.nodeType !== 1) return '';
  const element = node as Element & { readonly value?: string };
  const isControl = element.localName === 'input';
  const attributes = element
    .getAttributeNames()
    .filter((name) => !name.startsWith('data-troupe') && !(isControl && name === 'value'))
    .map((name) => `${name}=${element.getAttribute(name)}`)
    .filter((attribute) => attribute !== 'class=' && !forPosts.test(attribute))
    .sort();
  const value = isControl ? [`value=${element.value}`] : [];

  return `<${[element.localName, ...attributes, ...value].join(' ')}>${[...element.childNodes].map(textOf).join('')}`;
}

/** A control: what tells it from others, and the key of the row that it is in. */
export interface Control {
  readonly localName: string;
  readonly name: string | null;
  readonly text: string;
  readonly row: string | null;
}

/** What it is to act on a control. */
export function actionOf({ localName, name, text, row: key }: Control, n: number): Action {
  const row = key === null ? {} : { row: Number(key) };
  const byName = { rename: 'renamed', toggle: 'toggled', remove: 'removed', draft: 'drafted', add: 'added' } as const;
  const byText = { tally: 'tallied', say: 'said' } as const;
  const ordinary = localName === 'input' ? 'drafted' : 'clicked';
  const what = byName[name as keyof typeof byName] ?? byText[text as keyof typeof byText] ?? ordinary;

  return { n, what, ...row };
}

// JUDGING ---------------------------------------------------------------------

/** What is wrong with a log; `missing` are the actions that came to nothing, which was allowed. */
export interface Finding {
  readonly faults: readonly string[];
  readonly missing: number;
  /** The pages, by their number in the tab, in which something was done too early and is missing. */
  readonly lostEarly: readonly number[];
  /** The actions that the store has lost, if it may. */
  readonly lost: readonly number[];
}

/** Judges one tab; `others` are its relatives, `all` the actions of everybody by number. */
export function judge(
  tab: Outcome,
  others: readonly { readonly name: string; readonly actions: readonly Action[] }[],
  all: ReadonlyMap<number, Action>
): Finding {
  const { shown } = tab;
  const relatives = new Map([tab, ...others].map(({ name, actions }) => [name, actions]));
  const gone = removedRows([tab, ...others].flatMap(({ actions }) => actions));
  const isLogged = ({ what }: Action): boolean => what !== 'tallied';
  const faults: string[] = [];
  let missing = 0;
  const lostEarly: number[] = [];
  const lost: number[] = [];
  const known = new Set([...relatives.values()].flat().map(({ n }) => n));
  const strange = shown.log.filter((n) => !known.has(n));
  if (strange.length > 0)
    faults.push(`the log has actions that no session of the family has made: ${strange.join(' ')}`);
  for (const [name, actions] of relatives) {
    const least = name === tab.name ? actions.length : (tab.inherited.get(name) ?? 0);
    const rules = { gone, mayLose: tab.mayLose };
    const found = compare(shown.log, actions.filter(isLogged), actions.slice(0, least).filter(isLogged).length, rules);
    missing += found.missing;
    if (name === tab.name) {
      lostEarly.push(...found.lostEarly);
      lost.push(...found.lost);
    }
    faults.push(...found.faults.map((fault) => `log of ${name}: ${fault}`));
    for (const row of shown.rows) {
      const isHere = ({ what, row: key }: Action): boolean => what === 'tallied' && key === row.key;
      const { faults: wrong, lost: lostTallies } = compare(
        row.tally,
        actions.filter(isHere),
        actions.slice(0, least).filter(isHere).length,
        { ...rules, gone: new Set() }
      );
      if (name === tab.name) lost.push(...lostTallies);
      faults.push(...wrong.map((fault) => `tally of row ${row.key} of ${name}: ${fault}`));
    }
  }
  faults.push(...foldFaults(shown, all));
  const isUnseen = ({ what, row }: Action): boolean => what === 'tallied' && !shown.rows.some(({ key }) => key === row);
  const unseen = tab.actions.filter(isUnseen).length + missing + lostEarly.length;
  faults.push(...untruths(tab, lost, unseen));

  return { faults, missing, lostEarly, lost };
}

/**
 * Whether what the page was told is true. Of `unseen` actions the page cannot show whether they were applied: what was
 * done too early, or to a row that is gone.
 */
function untruths({ inherited, told, mayLose }: Outcome, lost: readonly number[], unseen: number): readonly string[] {
  const faults: string[] = [];
  // What a duplicated tab has inherited may be lost as well.
  const isTrue = told.lost >= lost.length && (told.lost - told.again <= lost.length + unseen || inherited.size > 0);
  if (mayLose && !isTrue) faults.push(`was told that ${told.lost} events are lost, and these are: ${lost.join(' ')}`);
  // The client counts events that a duplicated tab has inherited, too.
  if (inherited.size === 0 && told.dropped - told.droppedBefore > unseen + lost.length) {
    faults.push(`was told that ${told.dropped} events are dropped, and ${unseen} at the most are missing`);
  }

  return faults;
}

/** The rows that an action has removed. */
function removedRows(actions: readonly Action[]): ReadonlySet<number> {
  return new Set(actions.flatMap(({ what, row }) => (what === 'removed' && row !== undefined ? [row] : [])));
}

/**
 * Whether a log holds, of the actions of one user, the first ones, at least so many, each once and in order. What was
 * done to a row that is gone may be missing.
 */
function compare(
  log: readonly number[],
  actions: readonly Action[],
  least: number,
  { gone, mayLose }: { readonly gone: ReadonlySet<number>; readonly mayLose: boolean }
): Finding {
  const own = new Set(actions.map(({ n }) => n));
  const found = log.filter((n) => own.has(n));
  const doubled = found.filter((n, index) => found.indexOf(n) !== index);
  if (doubled.length > 0) return { faults: [`doubled: ${doubled.join(' ')}`], missing: 0, lostEarly: [], lost: [] };
  let at = 0;
  let missing = 0;
  const lostEarly: number[] = [];
  const lost: number[] = [];
  for (const [index, { n, row, early }] of actions.entries()) {
    if (found[at] === n) at++;
    else if (at === found.length && index >= least) break;
    else if (row !== undefined && gone.has(row)) missing++;
    else if (early !== undefined) lostEarly.push(early);
    else if (mayLose) lost.push(n);
    else {
      const expected = actions.map((action) => action.n).join(' ');
      return {
        faults: [`lost or out of order at ${n}: expected ${expected}, found ${found.join(' ')}`],
        missing,
        lostEarly,
        lost,
      };
    }
  }
  const isAll = at === found.length;

  return {
    faults: isAll ? [] : [`out of order from ${found[at]}: found ${found.join(' ')}`],
    missing,
    lostEarly,
    lost,
  };
}

/** Whether the rest of the state is what the log leads to. */
function foldFaults(shown: Shown, all: ReadonlyMap<number, Action>): readonly string[] {
  const faults: string[] = [];
  const done = shown.log.flatMap((n) => all.get(n) ?? []);
  const clicks = done.filter(({ what }) => what === 'clicked').length;
  if (shown.count !== undefined && shown.count !== clicks) faults.push(`count ${shown.count} instead of ${clicks}`);
  const drafted = done.filter(({ what }) => what === 'drafted').at(-1);
  const draft = drafted === undefined ? '' : `${drafted.n}`;
  if ((shown.draft ?? '') !== draft) faults.push(`draft ${shown.draft} instead of ${draft}`);
  if (!shown.isList) return faults;
  let rows: readonly Row[] = [];
  for (const { n, what, row: key = 0 } of done) rows = changeRows(rows, { type: what, n, key } as TodoMessage);
  const found = shown.rows.map(({ key, title, done: isDone }) => ({ key, title, done: isDone }));
  if (JSON.stringify(found) !== JSON.stringify(rows)) {
    const log = done.map(({ n, what, row }) => `${n} ${what}${row === undefined ? '' : ` ${row}`}`).join(', ');
    faults.push(`rows ${JSON.stringify(found)} instead of ${JSON.stringify(rows)}, after ${log}`);
  }

  return faults;
}

// HEARING ---------------------------------------------------------------------

/** What is wrong with what a tab has heard, if `said` is what was said by sessions that still know of it. */
export function judgeHearing({ shown: { heard }, since }: Outcome, said: readonly number[]): readonly string[] {
  const faults: string[] = [];
  let stretch = new Set<number>();
  for (const word of heard) {
    if (word === gap) stretch = new Set();
    else if (stretch.has(word)) faults.push(`heard ${word} twice: ${heard.join(' ')}`);
    else stretch.add(word);
  }
  if (heard.includes(gap)) return faults;
  const unheard = said.filter((n) => n > since && !stretch.has(n));
  if (unheard.length > 0) faults.push(`has not heard ${unheard.join(' ')} since ${since}: ${heard.join(' ')}`);

  return faults;
}

// EFFECTS ---------------------------------------------------------------------

/** Which effects the shared actor has not taken, or has taken twice, of actions that are in a log in the end. */
export function judgeEffects(
  logged: Iterable<number>,
  taken: readonly number[]
): { readonly lost: readonly number[]; readonly doubled: readonly number[] } {
  const times = new Map<number, number>();
  for (const n of taken) times.set(n, (times.get(n) ?? 0) + 1);
  const all = [...new Set(logged)];

  return {
    lost: all.filter((n) => !times.has(n)),
    doubled: all.filter((n) => (times.get(n) ?? 0) > 1),
  };
}
