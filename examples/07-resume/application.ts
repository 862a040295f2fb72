/**
 * An application for a plot in the garden: the steps, the answers, and what is wrong with
 * them. Plain data and pure functions; `resume.ts` is the page that asks, in `steps.ts` is how each step looks.
 */

// ANSWERS ---------------------------------------------------------------------

/** What has been answered so far. */
export interface Answers {
  readonly name: string;
  readonly email: string;
  readonly street: string;
  readonly postcode: string;
  readonly town: string;
  readonly country: string;
  readonly size: string;
  readonly season: string;
  readonly plans: string;
  readonly extras: readonly Extra[];
  readonly agreed: boolean;
}

/** The answers that are one text: typed or chosen. */
export type TextName = Exclude<keyof Answers, 'extras' | 'agreed'>;

export const emptyAnswers: Answers = {
  name: '',
  email: '',
  street: '',
  postcode: '',
  town: '',
  country: '',
  size: '',
  season: '',
  plans: '',
  extras: [],
  agreed: false,
};

/** How many characters of each are kept. */
export const longest: { readonly [name in TextName]: number } = {
  name: 100,
  email: 254,
  street: 200,
  postcode: 12,
  town: 100,
  country: 60,
  size: 20,
  season: 20,
  plans: 2_000,
};

// CHOICES ---------------------------------------------------------------------

export const countries = [
  'Austria',
  'Belgium',
  'Denmark',
  'France',
  'Germany',
  'Italy',
  'Poland',
  'Switzerland',
] as const;

/** By size: what it is good for. */
export const sizes = {
  small: 'Small, 25 m²: herbs, salad and a chair',
  medium: 'Medium, 60 m²: vegetables for two',
  large: 'Large, 120 m²: vegetables for a family, and an apple tree',
} as const;

export const seasons = ['Spring', 'Summer', 'Autumn'] as const;

/** By extra: what it is called. */
export const extras = {
  tools: 'Shared tools',
  water: 'A water connection',
  shed: 'A place in the shed',
  bees: 'Bees next door',
} as const;

export type Extra = keyof typeof extras;

export const extraNames = Object.keys(extras) as readonly Extra[];

// STEPS -----------------------------------------------------------------------

/** By step: what it is called, and which answers it asks for. */
export const steps = {
  person: { title: 'You', asks: ['name', 'email'] },
  address: { title: 'Address', asks: ['street', 'postcode', 'town', 'country'] },
  wishes: { title: 'Wishes', asks: ['size', 'season'] },
  plans: { title: 'Plans', asks: ['plans'] },
  summary: { title: 'Check', asks: ['agreed'] },
} as const satisfies { [step: string]: { title: string; asks: readonly (keyof Answers)[] } };

export type Step = keyof typeof steps;

export const stepNames = Object.keys(steps) as readonly Step[];

/** The step so many before or after another. */
export const stepFrom = (step: Step, distance: number): Step => stepNames[stepNames.indexOf(step) + distance] ?? step;

// FAULTS ----------------------------------------------------------------------

/** What can be wrong with an answer, and what to do about it. */
const tests: { readonly [name in keyof Answers]?: (answers: Answers) => string | false } = {
  name: ({ name }) => name.trim() === '' && 'Enter your name.',
  email: ({ email }) => !/^\S+@\S+\.\S+$/.test(email.trim()) && 'Enter an email address, such as ada@example.com.',
  street: ({ street }) => street.trim() === '' && 'Enter the street and the number of the house.',
  postcode: ({ postcode }) => !/\d{3}/.test(postcode) && 'Enter a postcode; it has at least three digits.',
  town: ({ town }) => town.trim() === '' && 'Enter the town.',
  country: ({ country }) => country === '' && 'Choose the country.',
  size: ({ size }) => !Object.hasOwn(sizes, size) && 'Choose how large the plot is to be.',
  season: ({ season }) => season === '' && 'Choose when you want to begin.',
  plans: ({ plans }) => plans.trim().length < 20 && 'Tell us a little more: at least 20 characters.',
  agreed: ({ agreed }) => !agreed && 'Say that you will keep the rules of the garden.',
};

/** What is wrong with an answer, if anything is. */
export interface Fault {
  readonly name: keyof Answers;
  readonly text: string;
}

/** What is wrong with the answers of a step. */
export function faultsOf(step: Step, answers: Answers): readonly Fault[] {
  return steps[step].asks.flatMap((name) => {
    const text = tests[name]?.(answers);

    return text ? [{ name, text }] : [];
  });
}

/** The first step something is wrong with. */
export const firstFaulty = (answers: Answers): Step | undefined =>
  stepNames.find((step) => faultsOf(step, answers).length > 0);
