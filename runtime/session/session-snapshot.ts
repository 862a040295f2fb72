/**
 * Snapshots: a session as it is stored. The image of the tree (`tree-image.ts`) says what it is in, `session.ts` what its
 * client has made of it, and here that becomes bytes and is made of bytes again. `write-behind.ts` takes them to a
 * store and back.
 *
 * The envelope is ours: a format of its own with a version, the version of the application for operators, and the name and version of each component, because a state is worth nothing to a component that
 * has changed its mind about what a state is. The packing is msgpackr's (`frame-codec.ts`).
 */

import { ErrorCode, TroupeError, textOf } from '../platform/errors.js';
import { checkStorable } from '../platform/plain-data.js';
import type { SubscriptionsImage } from '../subscription/subscription-set.js';
import type { AnyMessage } from '../template/html.js';
import type { EffectImage, EnvelopeImage, InstanceImage, TreeImage } from '../tree/tree-image.js';
import { packSnapshot, unpackSnapshot } from '../wire/frame-codec.js';
import type { PageLoadRecord } from './page-loads.js';

// TYPES -----------------------------------------------------------------------

/** A session. */
export interface SessionImage {
  /** The version of the application that stored it. */
  readonly application: string;
  /** When it was stored, in milliseconds since the epoch. */
  readonly at: number;
  /** The node that stored it. */
  readonly node: string;
  readonly loads: readonly PageLoadRecord[];
  /** The valid adoption ticket, and the turn after which its page was rendered. */
  readonly ticket: readonly [number: number, turn: number] | undefined;
  /** What the session is called in the ids of effects, if that is not its own id: a copy is called like its original, a fresh one anew. */
  readonly lineage: string | undefined;
  readonly effects: readonly EffectImage[];
  readonly tree: TreeImage;
}

/** A session as `write-behind.ts` stores it. */
export interface Persistable {
  readonly id: string;
  /** The fence it is written with; 0 before the first write. */
  fence: number;
  /** The session as it is now. */
  save(): SessionImage;
  /** The store holds this image. */
  stored(image: SessionImage): void;
  /** Another node owns the session; this copy of it is out of date. */
  fenced(): void;
}

// FORMAT ----------------------------------------------------------------------

/** Raised when snapshots change their meaning; one of another format is of no use. */
const format = 2;

type PackedPageLoad = readonly [load: string, applied: number];
type PackedCell = readonly [
  id: string,
  name: string,
  version: number | string,
  state: unknown,
  subscriptions?: SubscriptionsImage | null,
  children?: readonly PackedCell[],
];
type PackedLetter = readonly [path: readonly string[], message: AnyMessage, cause?: string];
type PackedEffect = readonly [kind: 'publish' | 'send', to: string, message: AnyMessage, id: string];
type Packed = readonly [
  format: number,
  application: string,
  at: number,
  node: string,
  loads: readonly PackedPageLoad[],
  ticket: readonly [number: number, turn: number] | null,
  lineage: string | null,
  turns: number,
  root: PackedCell,
  envelopes?: readonly PackedLetter[],
  effects?: readonly PackedEffect[],
];

// PACK ------------------------------------------------------------------------

/**
 * A session as bytes.
 *
 * @throws TroupeError `snapshot`, naming the component and the path in its state, if that holds what cannot be stored
 */
export function pack({ application, at, node, loads, ticket, lineage, effects, tree }: SessionImage): Uint8Array {
  const head = [
    format,
    application,
    at,
    node,
    loads.map(({ load, applied }) => [load, applied]),
    ticket ?? null,
    lineage ?? null,
    tree.turns,
    packCell(tree.root),
  ];
  const envelopes = tree.envelopes.map(packLetter);
  const waiting = effects.map(packEffect);
  if (waiting.length > 0) return packSnapshot([...head, envelopes, waiting]);

  return packSnapshot(envelopes.length > 0 ? [...head, envelopes] : head);
}

function packLetter({ path, message, cause }: EnvelopeImage): PackedLetter {
  checkStorable(message, `A message that waits, ${message.type},`, 'message');

  return cause === undefined ? [path, message] : [path, message, cause];
}

function packEffect({ kind, to, message, id }: EffectImage): PackedEffect {
  checkStorable(message, `A message on its way to ${to}`, 'message');

  return [kind, to, message, id];
}

function packCell({ id, name, version, state, subscriptions, children }: InstanceImage): PackedCell {
  checkStorable(state, `The state of ${name}`);
  const head = [id, name, version, state] as const;
  if (children.length > 0) return [...head, subscriptions ?? null, children.map(packCell)];

  return subscriptions === undefined ? head : [...head, subscriptions];
}

// UNPACK ----------------------------------------------------------------------

/**
 * The session that was stored.
 *
 * @throws TroupeError `snapshot` if the bytes are of another format, or none of ours
 */
export function unpack(bytes: Uint8Array): SessionImage {
  const packed = unpacked(bytes);
  if (!Array.isArray(packed) || packed[0] !== format) {
    const found = Array.isArray(packed) ? packed[0] : typeof packed;
    throw new TroupeError(ErrorCode.Snapshot, `A snapshot of format ${found}; this version reads format ${format}.`);
  }

  try {
    return imageOf(packed as unknown as Packed);
  } catch (cause) {
    throw new TroupeError(ErrorCode.Snapshot, `A snapshot that does not hold a session: ${textOf(cause)}`, { cause });
  }
}

function unpacked(bytes: Uint8Array): unknown {
  try {
    return unpackSnapshot(bytes);
  } catch (cause) {
    throw new TroupeError(ErrorCode.Snapshot, `A snapshot that cannot be read: ${textOf(cause)}`, { cause });
  }
}

function imageOf(packed: Packed): SessionImage {
  const [, application, at, node, loads, ticket, lineage, turns, root, envelopes = [], effects = []] = packed;

  return {
    application,
    at,
    node,
    loads: loads.map(([load, applied]) => ({ load, applied })),
    ticket: ticket ?? undefined,
    lineage: lineage ?? undefined,
    effects: effects.map(([kind, to, message, id]) => ({ kind, to, message, id })),
    tree: {
      turns,
      root: unpackCell(root),
      envelopes: envelopes.map(([path, message, cause]) => ({ path, message, cause })),
    },
  };
}

function unpackCell([id, name, version, state, subscriptions, children = []]: PackedCell): InstanceImage {
  return { id, name, version, state, subscriptions: subscriptions ?? undefined, children: children.map(unpackCell) };
}
