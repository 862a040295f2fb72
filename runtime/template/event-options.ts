/**
 * The options of an event: `@keydown.enter.prevent`. They are checked here, where a template is scanned, and written in
 * the form in which the client applies them: behind the name of the event, each after a `|`. `attributes.ts` asks
 * for them.
 *
 * A filter by keys becomes one word, `MODIFIERS` or `MODIFIERS:key`: the combinations of modifier keys that it takes, each
 * as one hexadecimal digit of the bits of `payloadFields`, then the key in lower case; the space bar is no letter at all.
 * An option for which the client needs its second script begins with a `*`: the frame with it waits for that script.
 */

import { payloadFields } from '../wire/protocol.js';
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
  /^(?:abort|blur|cancel|(?:aux|dbl)?click|close|contextmenu|copy|cut|drop|error|ended|formdata|input|invalid|load|paste|pause|play|reset|resize|select|submit|wheel|(?:before|composition|drag|focus|key|mouse|pointer|scroll|touch|transition|animation)\w*|\w*(?:change|toggle))$/;

const flags = ['prevent', 'default', 'stop', 'self', 'once'];

/** Options with a number of milliseconds behind a hyphen, and the most that it may be. The least is 1. */
const delays = ['debounce', 'throttle'];
const maxDelayMs = 60_000;

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
export function eventName(written: string, fail: Fail): EventName {
  const [name = '', ...options] = written.split('.').map((word, index) => (index ? word.toLowerCase() : word));
  const [event = ''] = name.split(':');
  if (event !== name && platformEvent.test(event)) {
    throw fail(`@${written} never happens: options follow a dot. Write @${event}.once=\${…}, for instance.`);
  }
  if (!platformEvent.test(name) && !options.every((option) => flags.includes(option) || isDelay(option)))
    return { name: written, options: '' };
  checkOptions(name, options, fail);

  const words = [
    ...filterOf(name, options),
    ...options.filter((option) => flags.includes(option)),
    ...options.filter(isDelay).map((option) => `*${option}`),
  ];
  return { name, options: words.map((word) => `|${word}`).join('') };
}

const isDelay = (option: string): boolean => delays.includes(/^(\w+)-\d+$/.exec(option)?.[1] ?? '');

function checkOptions(name: string, options: readonly string[], fail: Fail): void {
  checkDelays(name, options, fail);
  const fields = payloadFields(name);
  const known = [
    ...flags,
    ...(fields.includes('modifiers') ? modifiers.keys() : []),
    ...(fields.includes('key') ? keys.keys() : []),
  ];
  const unknown = options.find(
    (option) => !known.includes(option) && !isDelay(option) && !(fields.includes('key') && character.test(option))
  );
  if (unknown !== undefined) {
    const held = fleeting.test(name) ? [] : delays.map((word) => `${word}-300`);
    const more = fields.includes('key') ? ', a letter or a digit' : '';
    throw fail(`@${name} has no option .${unknown}. Its options are ${[...known, ...held].join(', ')}${more}.`);
  }
  const twice = options.find((option, index) => options.indexOf(option) < index);
  if (twice !== undefined) throw fail(`@${name} has .${twice} twice. Remove one.`);
  if (options.filter((option) => keyOf(option) !== undefined).length > 1) {
    throw fail(
      `@${name} can wait for one key. Write an attribute for each: @${name}.enter=\${…} @${name}.space=\${…}.`
    );
  }
  if (options.includes('prevent') && options.includes('default')) {
    throw fail(`@${name} has .prevent and .default. Remove one.`);
  }
}

function checkDelays(name: string, options: readonly string[], fail: Fail): void {
  const asked = options.filter((option) => delays.includes(option.split('-')[0] ?? ''));
  const [first = '', second] = asked;
  if (second !== undefined) throw fail(`@${name} has .${first} and .${second}. Remove one.`);
  if (first === '') return;
  if (fleeting.test(name)) {
    throw fail(`@${name} cannot be held back: what it holds can be read only while it happens. Remove .${first}.`);
  }
  const [word = ''] = first.split('-');
  const delay = Number(/^\w+-(\d+)$/.exec(first)?.[1]);
  if (!(delay >= 1 && delay <= maxDelayMs)) {
    throw fail(`@${name} has .${first}. Write .${word}-300: a hyphen and milliseconds, 1 to ${maxDelayMs}.`);
  }
}

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
