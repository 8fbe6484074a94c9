import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits cannot be guessed, so a plain hash protects them at rest (ASVS 6.5.2) and costs nothing a request. */
const SECRET_BYTES = 32;
/** Not secret: finds the row without comparing hashes, and shows a wrong secret to the right admins (B3). */
const LOOKUP_BYTES = 12;
const LOOKUP_ID = new RegExp(`^[0-9a-f]{${LOOKUP_BYTES * 2}}$`);

export interface NewSecret {
  lookupId: string;
  secret: string;
  hash: Buffer;
  lastFour: string;
}

/** What is stored of a secret. It is 256 random bits, so a plain hash cannot be guessed backwards (R8). */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();

/** A fresh random secret with the parts that may be stored. The secret itself is shown once and kept nowhere. */
export function newSecret(): NewSecret {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return {
    lookupId: randomBytes(LOOKUP_BYTES).toString('hex'),
    secret,
    hash: hashSecret(secret),
    lastFour: secret.slice(-4),
  };
}

/** What a process remembers a credential by: memory holds none in the clear. */
export const fingerprint = (credential: string): string => hash('sha256', credential, 'base64');

/** Compares in constant time. */
export const secretMatches = (secret: string, hash: Buffer): boolean =>
  timingSafeEqual(hashSecret(secret), hash);

/** `<prefix>_<lookup id>_<secret>`: what the prefix tells a reader and a secret scanner, and what finds the row. */
export const formatToken = (prefix: string, { lookupId, secret }: NewSecret): string =>
  `${prefix}_${lookupId}_${secret}`;

/** Whether text can be a lookup id at all; anything else (NUL, for one) must not reach PostgreSQL. */
export const isLookupId = (text: string): boolean => LOOKUP_ID.test(text);

/** The parts of a token of that prefix, or undefined for any other text. */
export function parseToken(prefix: string, token: string): { lookupId: string; secret: string } | undefined {
  const lookupStart = prefix.length + 1;
  const secretStart = lookupStart + LOOKUP_BYTES * 2 + 1;
  if (!token.startsWith(`${prefix}_`) || token[secretStart - 1] !== '_') return undefined;
  const lookupId = token.slice(lookupStart, secretStart - 1);
  return isLookupId(lookupId) ? { lookupId, secret: token.slice(secretStart) } : undefined;
}
