/**
 * Hostile frames: what a client sends, and what becomes of it when values or bytes are changed. Some are read
 * and lead to nothing, the others end their connection; `isReadable` tells them apart.
 */

import { decodeClientFrame } from '../../runtime/wire/frame-codec.js';
import type { Wire } from '../../runtime/wire/patch.js';
import { ClientKind, version } from '../../runtime/wire/protocol.js';
import { pack } from '../bench/visit.js';
import type { Random } from '../laws/schema.js';

// BYTES -----------------------------------------------------------------------

/** So many random bytes. */
export const randomBytes = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.below(256)));

/** A page load as each page names its own. */
const loadName = (random: Random): string => `load-${random.below(1_000_000)}`;

// VALUES ----------------------------------------------------------------------

const wildNumbers: readonly number[] = [
  ...[0, 1, 2, 3, 127, 128, 255, 65_535, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER],
  ...[-1, -128, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0],
];
const wildTexts: readonly string[] = ['', '__proto__', 'constructor', 'toString', '\0', '\u{1f600}', 'a'.repeat(3_000)];

/** Anything a frame can hold. */
function wild(random: Random, depth = 0): Wire {
  switch (random.below(depth > 4 ? 4 : 6)) {
    case 0:
      return random.pick(wildNumbers);
    case 1:
      return random.pick(wildTexts);
    case 2:
      return random.pick([null, true, false]);
    case 3:
      return random.below(20);
    default:
      return Array.from({ length: random.below(5) }, () => wild(random, depth + 1));
  }
}

/** A stable address as no page has it, in the right shape or nearly so. */
function address(random: Random): Wire {
  const steps: Wire[] = [random.pick(['hash', '', 'a'.repeat(22), 'constructor'])];
  const length = random.below(12);

  for (let step = 0; step < length; step++) {
    steps.push(random.pick<Wire>(['k1', '__proto__', 0, 1, -1, 2 ** 40, null, random.below(30)]));
    steps.push(random.pick<Wire>([0, 1, 2, 3, 2 ** 31]));
  }
  if (random.chance(0.95)) steps.push('k1');
  return steps;
}

/** What is said of an event. */
const payload = (random: Random): Wire =>
  random.chance(0.98) ? [random.pick(['a', '', 'Ada', 'a'.repeat(500)])] : wild(random);

/** An event at something that may be there, at something that never was, or at no place at all. */
function event(random: Random): Wire {
  const instance = random.chance(0.25) ? address(random) : random.below(random.chance(0.9) ? 12 : 2 ** 32);
  const place = random.chance(0.98) ? instance : random.pick(wildNumbers);
  const part = random.chance(0.98) ? random.below(6) : random.pick(wildNumbers);

  return random.chance(0.3) ? [place, part, payload(random)] : [place, part];
}

const events = (random: Random): Wire =>
  Array.from({ length: random.chance(0.002) ? 900 : random.below(6) }, () => event(random));

/** The number of frames a client says it has applied: more than were sent ends the connection. */
const applied = (random: Random): number => (random.chance(0.999) ? 0 : random.below(3));

// FRAMES ----------------------------------------------------------------------

/** A frame as a client might send it, about things that are there or not. */
function likely(random: Random): Wire[] {
  return random.chance(0.8)
    ? [ClientKind.Events, events(random), applied(random)]
    : [ClientKind.Acknowledge, applied(random), random.below(4)];
}

/** A join of a page, of a browser that has it or has had it. */
export const validJoin = (random: Random, token: string): Buffer =>
  pack([
    ClientKind.Join,
    version,
    '',
    token,
    random.below(3),
    random.below(3),
    random.below(3),
    [],
    [[loadName(random), random.below(3), random.below(3)]],
  ]);

/** A join with everything in it, wrong in some of it. */
export function hostileJoin(random: Random, tokens: readonly string[]): Buffer {
  const token = random.pick(tokens);
  const fields: Wire[] = [
    ...[ClientKind.Join, version, '', token, random.below(4), random.below(4), random.below(4)],
    Array.from({ length: random.below(4) }, () => random.pick(['hash', '', 'a'.repeat(22)])),
    Array.from({ length: random.below(4) }, () => [
      ...[random.pick([loadName(random), 'a']), random.below(1_000), random.below(1_000)],
    ]),
  ];
  const changed = random.below(fields.length);

  switch (random.below(4)) {
    case 0:
      fields[3] = `${token.slice(0, random.below(token.length))}${random.pick(wildTexts)}`;
      break;
    case 1:
      fields[changed] = wild(random);
      break;
    case 2:
      return mutate(random, pack(fields));
  }
  return pack(fields);
}

/** What changes the value of a frame, before it is packed. */
const valueChanges: readonly ((frame: Wire[], random: Random) => Wire)[] = [
  (frame, random) => frame.with(random.below(frame.length), wild(random)),
  (frame, random) => [...frame, wild(random)],
  (frame, random) => [random.pick([0, 1, 2, 3, 9, '1', null]), ...frame.slice(1)],
  (frame) => frame.toReversed(),
  (frame) => [frame],
  (frame, random) => frame.slice(0, random.below(frame.length)),
  (_frame, random) => wild(random),
];

/** Declared lengths of what is not there: arrays, texts, maps, binary, extensions. */
const declarations: readonly (readonly number[])[] = [
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdc, 0xff, 0xff],
  [0xdb, 0x7f, 0xff, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xc9, 0xff, 0xff, 0xff, 0xff, 0x72],
  [0xd4, 0x72, 0x40],
  Array<number>(200).fill(0x91),
];

/** What changes the bytes of a frame. */
const byteChanges: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);

    if (changed.length > 0) changed[random.below(changed.length)] = random.below(256);
    return changed;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, random.chance(0.5) ? bytes : randomBytes(random, random.below(9))]),
  (bytes, random) => {
    const at = random.below(bytes.length + 1);

    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(declarations)), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)];

    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (_bytes, random) => randomBytes(random, random.below(40)),
];

/** Changes bytes, once or several times. */
export function mutate(random: Random, bytes: Buffer): Buffer {
  let changed = bytes;

  for (let times = 1 + random.below(3); times > 0; times--) changed = random.pick(byteChanges)(changed, random);
  return changed;
}

/** Any hostile frame. */
export function hostileFrame(random: Random): Buffer {
  const frame = likely(random);

  if (random.chance(0.5)) return pack(frame);
  return random.chance(0.5) ? pack(random.pick(valueChanges)(frame, random)) : mutate(random, pack(frame));
}

/** Whether a server reads it as a frame, after which its connection can go on. */
export function isReadable(bytes: Buffer): boolean {
  try {
    return decodeClientFrame(bytes).kind !== ClientKind.Join;
  } catch {
    return false;
  }
}
