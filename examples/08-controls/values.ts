/** What the controls are set to: the values by name, what is wrong with them, and what the server makes of them. */

/** Controls with one value, which is a text whatever their type. */
export interface Texts {
  readonly name: string;
  readonly phone: string;
  readonly notes: string;
  readonly amount: string;
  readonly day: string;
  readonly time: string;
  readonly town: string;
  readonly size: string;
  readonly volume: string;
  readonly colour: string;
  readonly rating: string;
}

export type TextName = keyof Texts;

/** What can be open. */
export const openable = ['details', 'dialog', 'popover'] as const;
export type Openable = (typeof openable)[number];

export interface Values extends Texts {
  readonly toppings: readonly string[];
  readonly agreed: boolean;
  /** The name of the file that was chosen. */
  readonly file: string;
  readonly open: { readonly [name in Openable]: boolean };
}

export type ValueName = Exclude<keyof Values, 'open'>;

export const emptyValues: Values = {
  name: '',
  phone: '',
  notes: '',
  amount: '',
  day: '',
  time: '',
  town: '',
  size: '',
  volume: '50',
  colour: '#3366cc',
  rating: '0',
  toppings: [],
  agreed: false,
  file: '',
  open: { details: false, dialog: false, popover: false },
};

// OPTIONS ---------------------------------------------------------------------

export const towns = ['Bergen', 'Cork', 'Delft', 'Ghent', 'Lund', 'Turku'] as const;
export const toppings = ['Basil', 'Capers', 'Garlic', 'Olives', 'Rocket'] as const;
export const sizes = ['Small', 'Medium', 'Large'] as const;

const mostToppings = 3;

/** The options in another order: each time the first one goes to the end. */
export const turned = (options: readonly string[], times: number): readonly string[] => {
  const first = times % options.length;

  return [...options.slice(first), ...options.slice(0, first)];
};

// CORRECTIONS -----------------------------------------------------------------

/** By name: how the server writes a value that it is given. It leaves its own values as they are. */
const corrections: { readonly [name in TextName]?: (value: string) => string } = {
  name: (value) =>
    value.replaceAll(/ {2,}/g, ' ').replaceAll(/(?<![\p{L}\p{N}])\p{Ll}/gu, (letter) => letter.toUpperCase()),
  phone: (value) => value.replaceAll(/\D/g, '').replaceAll(/\d{3}(?=\d)/g, '$& '),
  notes: (value) => value.replaceAll('...', '…').replaceAll('teh', 'the'),
  amount: (value) => (Number(value) > 100 ? '100' : value),
  day: (value) => (value > '2099-12-31' ? '2099-12-31' : value),
  time: (value) => (value > '22:00' ? '22:00' : value),
  volume: (value) => (Number(value) > 80 ? '80' : value),
};

/** The values as the server writes them. */
export function corrected(values: Values): Values {
  const changes = Object.entries(corrections).map(([name, correct]) => [name, correct(values[name as TextName])]);

  return { ...values, ...Object.fromEntries(changes) };
}

// FAULTS ----------------------------------------------------------------------

/** By name: what is wrong with a value, or nothing. */
const rules: { readonly [name in ValueName]?: (values: Values) => string | false } = {
  name: ({ name }) => name.trim() === '' && 'Say your name.',
  phone: ({ phone }) => phone !== '' && phone.replaceAll(/\D/g, '').length < 6 && 'At least six digits.',
  notes: ({ notes }) => notes.length > 200 && 'At most 200 characters.',
  amount: ({ amount }) => Number(amount) < 0 && 'Not below zero.',
  town: ({ town }) => town === '' && 'Choose a town.',
  toppings: (values) => values.toppings.length > mostToppings && `At most ${mostToppings} toppings.`,
  agreed: ({ agreed }) => !agreed && 'You have to agree.',
};

/** What is wrong with a value; nothing if it is as it should be. */
export const faultIn = (name: ValueName, values: Values): string | undefined => rules[name]?.(values) || undefined;
