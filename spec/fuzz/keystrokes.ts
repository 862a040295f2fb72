/** What the user of the typing fuzz does, one after the other, all of it from a seed. */

import { Random } from '../laws/schema.js';
import { type Field, fields } from './typing-page.js';

// TYPES -----------------------------------------------------------------------

/** One thing that the user does, or that happens to the connection, after so many milliseconds. */
export type Stroke = { readonly wait: number } & (
  | { readonly kind: 'focus'; readonly field: Field }
  | { readonly kind: 'press'; readonly key: string }
  /** As one event: a suggestion of the keyboard. */
  | { readonly kind: 'insert'; readonly text: string }
  /** From the clipboard. */
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'cut' }
);

/** What one run does. */
export interface Run {
  readonly strokes: readonly Stroke[];
  /** Milliseconds that bytes take, in each direction, at least and at most. */
  readonly latency: readonly [number, number];
}

// STROKES ---------------------------------------------------------------------

const letters = [...'abcdefgh '];
const keys = [
  ...['Backspace', 'Backspace', 'Backspace', 'Delete', 'ArrowLeft', 'ArrowLeft', 'ArrowRight', 'Home', 'End'],
  ...['Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+Home', 'Control+a', 'Control+Backspace', 'Control+x', 'Control+x'],
  ...['Tab', 'Shift+Tab'],
];
const texts = ['pasted', 'two words', 'é', '😀', '<b>&amp;'];

/** Bytes take no time, or as long as on a good, a bad and a very bad line; with jitter. */
const latencies = [
  [0, 0],
  [0, 30],
  [20, 150],
  [200, 700],
  [800, 3_000],
] as const;

/** The run of a seed. */
export function planTyping(seed: number): Run {
  const random = new Random(seed);
  // Neighbouring seeds begin alike.
  for (let index = 0; index < 4; index++) random.next();
  const latency = random.chance(0.1) ? latencies[4] : random.pick(latencies.slice(0, 4));
  const count = 20 + random.below(40);
  const strokes: Stroke[] = [{ wait: 0, kind: 'focus', field: random.pick(fields) }];
  while (strokes.length < count) strokes.push(drawStroke(random));

  return { strokes, latency };
}

function drawStroke(random: Random): Stroke {
  const wait = random.chance(0.3) ? random.below(120) : random.below(25);
  const drawn = random.next();
  if (drawn < 0.08) return { wait, kind: 'focus', field: random.pick(fields) };
  if (drawn < 0.12) return { wait, kind: 'insert', text: random.pick(texts) };
  if (drawn < 0.16) return { wait, kind: 'paste', text: random.pick(texts) };
  if (drawn < 0.17) return { wait, kind: 'cut' };

  return { wait, kind: 'press', key: random.pick(drawn < 0.65 ? letters : keys) };
}
