import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Database } from '../kernel/database.js';

/** Where a secret is kept. It is part of what is authenticated, so a copy in another row or column opens nothing. */
export interface Place {
  organizationId: string;
  /** `table.column` */
  column: string;
  row: string;
}

type Keys = Pick<Database, 'secretKey' | 'previousSecretKeys'>;

const FORMAT = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

interface RootKey {
  id: Buffer;
  key: Buffer;
}

/** Derived, so that the key of links in mails and the key of secrets are two keys of one setting. */
function rootKey(secretKey: string): RootKey {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'rollcall sealed secrets', 32));
  return { key, id: createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES) };
}

const derived = new Map<string, RootKey>();

function derive(secretKey: string): RootKey {
  const known = derived.get(secretKey) ?? rootKey(secretKey);
  derived.set(secretKey, known);
  return known;
}

const authenticated = ({ organizationId, column, row }: Place): Buffer =>
  Buffer.from(`${organizationId}|${column}|${row}`);

/**
 * A secret as it is kept at rest (R8): AES-256-GCM under the present root key, with a nonce of its own. The first bytes
 * name the format and the key, so that a key can be replaced while older rows are still read.
 */
export function seal({ secretKey }: Keys, place: Place, secret: string): Buffer {
  const { id, key } = derive(secretKey);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(place));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), id, nonce, text, cipher.getAuthTag()]);
}

/** The secret again. Throws for anything that was changed, moved, or sealed under a key this process was not given. */
export function unseal(keys: Keys, place: Place, sealed: Buffer): string {
  const root = rootKeyOf(keys, sealed);
  if (!root || sealed.length < HEAD_BYTES + TAG_BYTES) {
    throw new Error(
      'A sealed secret names a root key that is neither SECRET_KEY nor in SECRET_KEY_PREVIOUS.',
    );
  }
  const nonce = sealed.subarray(1 + KEY_ID_BYTES, HEAD_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', root.key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(authenticated(place))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = sealed.subarray(HEAD_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
}

/** Whether the row was written under an older key and should be sealed again. */
export const isSealedByOldKey = ({ secretKey }: Keys, sealed: Buffer): boolean =>
  !derive(secretKey).id.equals(sealed.subarray(1, 1 + KEY_ID_BYTES));

function rootKeyOf({ secretKey, previousSecretKeys }: Keys, sealed: Buffer): RootKey | undefined {
  if (sealed[0] !== FORMAT) return undefined;
  const id = sealed.subarray(1, 1 + KEY_ID_BYTES);
  return [secretKey, ...previousSecretKeys].map(derive).find((root) => root.id.equals(id));
}
