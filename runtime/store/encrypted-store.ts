/**
 * Encrypts what a store keeps. A session holds what its users have typed, passwords included, and a store is a file or a
 * server that others can read: its disk, its backups, its operators. So snapshots are encrypted before they leave the
 * process, with a key that is derived from the server's secret.
 *
 * A snapshot becomes `0xc1`, a byte that no MessagePack begins with, 12 random bytes, the cipher text of AES-256-GCM and
 * its tag of 16 bytes: 29 bytes more. The id of the session is authenticated with it, so that a snapshot cannot be put in
 * the place of another one. Ids, sizes, times and notices are not hidden.
 */

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Notice, SetAside, Store, StoredQuery } from './store.js';

// FORMAT ----------------------------------------------------------------------

const algorithm = 'aes-256-gcm';
const mark = 0xc1;
const ivLength = 12;
const tagLength = 16;
/** Bytes that an encrypted snapshot is longer. */
const overhead = 1 + ivLength + tagLength;

/** A key for this purpose alone. */
function deriveKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'troupe snapshot 1', 32)));
}

function encrypt(key: KeyObject, id: string, bytes: Uint8Array): Uint8Array {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(id));

  return Buffer.concat([Uint8Array.of(mark), iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** The snapshot; the bytes as they are if none of the keys fits. Then they cannot be unpacked. */
function decrypt(keys: readonly KeyObject[], id: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== mark || bytes.length < overhead) return Uint8Array.of(mark);
  const iv = bytes.subarray(1, 1 + ivLength);
  const text = bytes.subarray(1 + ivLength, -tagLength);
  for (const key of keys) {
    const decipher = createDecipheriv(algorithm, key, iv)
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(-tagLength));
    try {
      return Buffer.concat([decipher.update(text), decipher.final()]);
    } catch {
      // Another secret may have encrypted it.
    }
  }

  return Uint8Array.of(mark);
}

// STORE -----------------------------------------------------------------------

/**
 * A store that encrypts what it passes to another one.
 *
 * @param secrets the first one encrypts; with the others, older ones, can be read what they have encrypted
 */
export function encryptedStore(store: Store, secrets: readonly string[]): Store {
  const keys = secrets.map(deriveKey);
  const [key] = keys;
  if (key === undefined) throw new TypeError('encryptedStore takes at least one secret.');
  const opened = ({ id, bytes, ...rest }: SetAside): SetAside => ({ ...rest, id, bytes: decrypt(keys, id, bytes) });

  return {
    isVolatile: store.isVolatile,
    isShared: store.isShared,
    delay: store.delay,
    get damage() {
      return store.damage;
    },
    beat: (node, lease) => store.beat(node, lease),
    async claim(id, node, force) {
      const claim = await store.claim(id, node, force);

      return claim.kind === 'claimed' ? { ...claim, bytes: decrypt(keys, id, claim.bytes) } : claim;
    },
    write: (entry) => store.write({ ...entry, bytes: encrypt(key, entry.id, entry.bytes) }),
    remove: (id, fence) => store.remove(id, fence),
    setAside: (id, fence, reason) => store.setAside(id, fence, reason),
    listAside: async () => (await store.listAside()).map(opened),
    ...(store.list && {
      async list(query?: StoredQuery) {
        const listed = (await store.list?.(query)) ?? [];

        return listed.map(({ bytes, ...summary }) => ({ ...summary, bytes: Math.max(0, bytes - overhead) }));
      },
    }),
    ...(store.peek && {
      async peek(id: string) {
        const bytes = await store.peek?.(id);

        return bytes && decrypt(keys, id, bytes);
      },
    }),
    ...(store.note && {
      note: (notice: Notice, lifetime: number) => store.note?.(notice, lifetime) ?? Promise.resolve(),
    }),
    ...(store.notices && {
      notices: (since: number) => store.notices?.(since) ?? Promise.resolve({ notices: [], last: since }),
    }),
    close: () => store.close(),
  };
}
