/**
 * The options of an event: `@keydown.enter.prevent`. They are checked here, where a template is scanned, and written in
 * the form in which the client applies them: behind the name of the event, each after a `|`. `attributes.ts` asks
 * for them.
 *
 * A filter by keys becomes one word, `MODIFIERS` or `MODIFIERS:key`: the combinations of modifier keys that it takes, each
 * as one hexadecimal digit of the bits of `payloadFields`, then the key in lower case; the space bar is no letter at all.
 * An option for which the client needs its second script begins with a `*`, and the type of an event that does not happen
 * at its element ends with one. A frame with such a name waits for that script.
 */

import { payloadFields } from '../wire/event-data.js';
import { extraFields } from '../wire/extra-fields.js';
import type { Fail } from './template-source.js';

// TYPES -----------------------------------------------------------------------

/** An event as it is written in a template. */
export interface EventName {
  /** The type of the event. */
  readonly name: string;
  /** What follows it in frames and in the page: '' or options, each after a `|`. */
  readonly options: string;
}

// NAMES -----------------------------------------------------------------------

/** Events of browsers, whose names have no dot and no colon: what follows one of these is meant as an option. */
const platformEvent =
  /^(?:abort|blur|cancel|(?:aux|dbl)?click|close|contextmenu|copy|cut|drop|error|ended|formdata|hidden|input|invalid|load|paste|pause|play|reset|resize|select|submit|visible|wheel|(?:before|composition|drag|focus|key|mouse|pointer|scroll|touch|transition|animation)\w*|\w*(?:change|toggle))$/;

const flags = ['prevent', 'default', 'passive', 'stop', 'self', 'once'];

/** Where an event happens, if not at the element or in it; of `capture`, the other way round. */
const places = ['window', 'document', 'outside', 'capture'];

/** What a browser observes of an element, instead of an event. `resize` of the window is one. */
const observed = /^(?:visible|hidden|resize)$/;

/** Events at which the client prevents what the browser would do. */
const prevented = /^(?:submit|dragover|drop|click)$/;

/** An option with a number behind a hyphen. */
interface Numbered {
  readonly least: number;
  readonly most: number;
  readonly example: string;
  readonly unit: string;
}

const delay = { least: 1, most: 60_000, unit: 'milliseconds' };
const numbered: ReadonlyMap<string, Numbered> = new Map([
  ['debounce', { ...delay, example: 'debounce-300' }],
  ['throttle', { ...delay, example: 'throttle-100' }],
  ['margin', { least: 0, most: 10_000, example: 'margin-200', unit: 'CSS pixels' }],
]);
const delays = ['debounce', 'throttle'];

/** Events whose data can be read only while they happen. */
const fleeting = /^(?:copy|cut|paste|drop)$/;

/** The bits of the modifier keys, one set for each that will do. */
const modifiers: ReadonlyMap<string, readonly number[]> = new Map([
  ['alt', [1]],
  ['ctrl', [2]],
  ['meta', [4]],
  ['shift', [8]],
  ['mod', [2, 4]],
]);
const shift = 8;

/** Keys by their names here, as `key` of the event in lower case, without spaces. */
const keys: ReadonlyMap<string, string> = new Map([
  ...['enter', 'escape', 'tab', 'backspace', 'delete', 'insert', 'home', 'end'].map((key) => [key, key] as const),
  ...['up', 'down', 'left', 'right'].map((way) => [`arrow-${way}`, `arrow${way}`] as const),
  ...['up', 'down'].map((way) => [`page-${way}`, `page${way}`] as const),
  ...Array.from({ length: 12 }, (_, index) => [`f${index + 1}`, `f${index + 1}`] as const),
  ['space', ''],
]);

/** A letter or a digit stands for itself. */
const character = /^[a-z\d]$/;

const keyOf = (option: string): string | undefined => keys.get(option) ?? (character.test(option) ? option : undefined);

// READING ---------------------------------------------------------------------

/**
 * Reads an event with its options. What follows the dot in the name of a custom event belongs to the name, unless it is
 * options alone.
 */
export function eventName(written: string, element: string, fail: Fail): EventName {
  const [name = '', ...options] = written.split('.').map((word, index) => (index ? word.toLowerCase() : word));
  const [event = ''] = name.split(':');
  if (event !== name && platformEvent.test(event)) {
    throw fail(`@${written} never happens: options follow a dot. Write @${event}.once=\${…}, for instance.`);
  }
  if (!platformEvent.test(name) && !options.every(isOption)) return { name: written, options: '|*' };
  checkOptions(name, options, fail);

  const place = options.find((option) => places.includes(option));
  const words = [
    ...(place === undefined ? [] : [place]),
    ...filterOf(name, options),
    ...flagsOf(name, options, place),
    ...options.flatMap((option) =>
      isNumbered(option) ? [delays.includes(wordOf(option)) ? `*${option}` : option] : []
    ),
  ];
  const isElsewhere = place !== undefined || observed.test(name);
  if (!isElsewhere && hasExtra(name, element)) words.push('*');
  return { name, options: (isElsewhere ? '*' : '') + words.map((word) => `|${word}`).join('') };
}

/** Whether the second script tells some of the data of an event. */
function hasExtra(name: string, element: string): boolean {
  const fields = extraFields(name);

  return fields.includes('entries') ? element === 'form' : !fields.includes('detail') || !platformEvent.test(name);
}

/** The flags that the client applies. What happens elsewhere is never prevented by itself, nor what is passive. */
function flagsOf(name: string, options: readonly string[], place: string | undefined): readonly string[] {
  const given = options.filter((option) => flags.includes(option) && option !== 'passive');
  const isPassive = options.includes('passive') || (place !== undefined && place !== 'capture');
  const isLeft = isPassive && prevented.test(name) && !options.includes('prevent') && !options.includes('default');

  return isLeft ? [...given, 'default'] : given;
}

const wordOf = (option: string): string => option.split('-')[0] ?? '';

const isNumbered = (option: string): boolean => numbered.has(wordOf(option));

/** Whether this is an option of events of any type. */
const isOption = (option: string): boolean =>
  flags.includes(option) || places.includes(option) || (delays.includes(wordOf(option)) && /^\w+-\d+$/.test(option));

// CHECKS ----------------------------------------------------------------------

function checkOptions(name: string, options: readonly string[], fail: Fail): void {
  checkNumbers(name, options, fail);
  checkKnown(name, options, fail);
  const twice = options.find((option, index) => options.indexOf(option) < index);
  if (twice !== undefined) throw fail(`@${name} has .${twice} twice. Remove one.`);
  if (options.filter((option) => keyOf(option) !== undefined).length > 1) {
    throw fail(
      `@${name} can wait for one key. Write an attribute for each: @${name}.enter=\${…} @${name}.space=\${…}.`
    );
  }
  for (const group of excluding) {
    const [first, second] = options.filter((option) => group.includes(wordOf(option)));
    if (second !== undefined) throw fail(`@${name} has .${first} and .${second}. Remove one.`);
  }
}

/** Options of which an event has one at most. What happens elsewhere has no way through the elements around. */
const excluding = [
  ['prevent', 'default'],
  ['prevent', 'passive'],
  delays,
  places,
  ...places.map((place) => ['stop', place]),
  ...['window', 'document', 'outside'].map((place) => ['self', place]),
];

function checkKnown(name: string, options: readonly string[], fail: Fail): void {
  const fields = payloadFields(name);
  const hasKeys = fields.includes('key');
  const known = observed.test(name)
    ? ['once', ...(name === 'resize' ? ['window'] : [])]
    : [
        ...[...flags, ...places],
        ...(fields.includes('modifiers') ? modifiers.keys() : []),
        ...(hasKeys ? keys.keys() : []),
      ];
  const numbers = [
    ...(fleeting.test(name) ? [] : delays),
    ...(observed.test(name) && name !== 'resize' ? ['margin'] : []),
  ];
  const unknown = options.find(
    (option) => !known.includes(option) && !numbers.includes(wordOf(option)) && !(hasKeys && character.test(option))
  );
  if (unknown === undefined) return;
  const all = [...known, ...numbers.map((word) => numbered.get(word)?.example)].join(', ');
  throw fail(`@${name} has no option .${unknown}. Its options are ${all}${hasKeys ? ', a letter or a digit' : ''}.`);
}

function checkNumbers(name: string, options: readonly string[], fail: Fail): void {
  for (const option of options) {
    const allowed = numbered.get(wordOf(option));
    if (allowed === undefined) continue;
    if (fleeting.test(name)) {
      throw fail(`@${name} cannot be held back: its data can be read only while it happens. Remove .${option}.`);
    }
    const { least, most, example, unit } = allowed;
    const given = Number(/^\w+-(\d+)$/.exec(option)?.[1]);
    if (!(given >= least && given <= most)) {
      throw fail(`@${name} has .${option}. Write .${example}: a hyphen and ${unit}, ${least} to ${most}.`);
    }
  }
}

// KEYS ------------------------------------------------------------------------

/** What is asked of the keys: nothing, or one word. Shift may be down with a character, which it can take to type. */
function filterOf(name: string, options: readonly string[]): readonly string[] {
  const key = payloadFields(name).includes('key') ? options.find((option) => keyOf(option) !== undefined) : undefined;
  const named = options.flatMap((option) =>
    modifiers.has(option) ? [modifiers.get(option) as readonly number[]] : []
  );
  if (key === undefined && named.length === 0) return [];

  const masks = named.reduce<readonly number[]>(
    (before, after) => before.flatMap((bits) => after.map((more) => bits | more)),
    [0]
  );
  const free = key !== undefined && character.test(key) ? masks.map((mask) => mask | shift) : [];
  const taken = [...new Set([...masks, ...free])].map((mask) => mask.toString(16)).join('');
  return [key === undefined ? taken : `${taken}:${keyOf(key)}`];
}
