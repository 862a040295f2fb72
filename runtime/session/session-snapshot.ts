/**
 * Snapshots: a session as it is stored. `session.ts` makes an image, which contains that of the component tree
 * (`tree-image.ts`); here an image becomes bytes, and bytes become an image. `write-behind.ts` stores and claims them.
 *
 * A snapshot contains the version of its format, the version of the application for operators, and the name and version
 * of each component: another version of a component could misread its state. `frame-codec.ts` packs it with msgpackr.
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
  /** The name of the session in the ids of effects, if that is not its id: a fork has that of its original, a fresh session a new one. */
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

/** Raised when the meaning of snapshots changes. Snapshots of another format are refused. */
const format = 2;

type PackedPageLoad = readonly [load: string, applied: number];
type PackedInstance = readonly [
  id: string,
  name: string,
  version: number | string,
  state: unknown,
  subscriptions?: SubscriptionsImage | null,
  children?: readonly PackedInstance[],
];
type PackedEnvelope = readonly [path: readonly string[], message: AnyMessage, cause?: string];
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
  root: PackedInstance,
  envelopes?: readonly PackedEnvelope[],
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
    packInstance(tree.root),
  ];
  const envelopes = tree.envelopes.map(packEnvelope);
  const waiting = effects.map(packEffect);
  if (waiting.length > 0) return packSnapshot([...head, envelopes, waiting]);

  return packSnapshot(envelopes.length > 0 ? [...head, envelopes] : head);
}

function packEnvelope({ path, message, cause }: EnvelopeImage): PackedEnvelope {
  checkStorable(message, `A message that waits, ${message.type},`, 'message');

  return cause === undefined ? [path, message] : [path, message, cause];
}

function packEffect({ kind, to, message, id }: EffectImage): PackedEffect {
  checkStorable(message, `A message on its way to ${to}`, 'message');

  return [kind, to, message, id];
}

function packInstance({ id, name, version, state, subscriptions, children }: InstanceImage): PackedInstance {
  checkStorable(state, `The state of ${name}`);
  const head = [id, name, version, state] as const;
  if (children.length > 0) return [...head, subscriptions ?? null, children.map(packInstance)];

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

/** No MessagePack begins with it. What the encryption of a store cannot decrypt begins so. */
const undecryptable = 0xc1;

function unpacked(bytes: Uint8Array): unknown {
  if (bytes[0] === undecryptable) {
    throw new TroupeError(
      ErrorCode.Snapshot,
      'A snapshot that was encrypted with another secret, or is damaged. Give the old secret after the new one: `secret: [new, old]`.'
    );
  }
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
      root: unpackInstance(root),
      envelopes: envelopes.map(([path, message, cause]) => ({ path, message, cause })),
    },
  };
}

function unpackInstance([id, name, version, state, subscriptions, children = []]: PackedInstance): InstanceImage {
  return {
    id,
    name,
    version,
    state,
    subscriptions: subscriptions ?? undefined,
    children: children.map(unpackInstance),
  };
}
