import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { DomainError } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { PlaceQueue } from './place-queue.js';

/** Counted in characters after NFKC, so that nobody is asked to know how their keyboard composes a letter. */
export const MIN_PASSWORD_CHARACTERS = 8;
/** Long enough for any phrase, short enough that normalising one costs nothing. */
export const MAX_PASSWORD_CHARACTERS = 200;
/** NFKC makes up to 18 characters of one: what is longer than this is refused before it is normalised. */
const MAX_RAW_LENGTH = 4 * MAX_PASSWORD_CHARACTERS;

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; 33 to 50 ms on one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What a stored hash may ask of this machine, so that a row cannot order a gigabyte. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 10;
const MAX_LANES = 4;

/**
 * Hashing fills a core, so one core is left to everything else: a flood of passwords must not make SCIM wait. About two
 * seconds of work may wait; more callers than that are told to come back, because a longer queue would be answered after
 * its clients gave up.
 */
export const HASHES_AT_ONCE = Math.max(1, availableParallelism() - 1);
const places = new PlaceQueue({ running: HASHES_AT_ONCE, waiting: 40 * HASHES_AT_ONCE });

const derive = promisify(argon2);

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, in base64 without padding. */
const ENCODED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

interface Encoded {
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  hash: Buffer;
}

/**
 * The password as it is hashed: NFKC, so that one keyboard's spelling of a letter is another's. INVALID_INPUT for NUL,
 * broken Unicode, and lengths outside of the two limits.
 */
export function normalizedPassword(password: string): string {
  if (password.length <= MAX_RAW_LENGTH && !isStorableText(password)) {
    throw invalid('must not contain NUL or broken Unicode');
  }
  const normal = password.length <= MAX_RAW_LENGTH ? password.normalize('NFKC') : undefined;
  const characters = normal === undefined ? Number.POSITIVE_INFINITY : [...normal].length;
  if (normal === undefined || characters < MIN_PASSWORD_CHARACTERS || characters > MAX_PASSWORD_CHARACTERS) {
    throw invalid(`must have ${MIN_PASSWORD_CHARACTERS} to ${MAX_PASSWORD_CHARACTERS} characters`);
  }
  return normal;
}

const invalid = (message: string): DomainError =>
  new DomainError('INVALID_INPUT', `The password ${message}. Choose another one.`, { field: 'password' });

/**
 * The encoded argon2id hash of a password. INVALID_INPUT for a password that breaks a rule, UNAVAILABLE with
 * `retryAfter` when too many wait. Never call it inside a transaction: it takes tens of milliseconds.
 */
export async function hashPassword(password: string): Promise<string> {
  const message = normalizedPassword(password);
  const salt = randomBytes(SALT_BYTES);
  const hash = await places.run(() =>
    derive('argon2id', { ...COST, message, nonce: salt, tagLength: HASH_BYTES }),
  );
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether this is the password behind a hash, with the hash's own parameters. Without a hash (nobody has this name, or
 * they have no password) the same work is done for nothing, so that the time says nothing (abuse 18). Text that cannot
 * be a password is wrong, never an error. UNAVAILABLE when too many wait.
 */
export async function verifyPassword(password: string, encoded: string | undefined): Promise<boolean> {
  const message = acceptable(password);
  const stored = encoded === undefined ? undefined : decode(encoded);
  const { salt, hash, ...cost } = stored ?? NOBODYS;
  const found = await places.run(() =>
    derive('argon2id', { ...cost, message: message ?? '', nonce: salt, tagLength: hash.length }),
  );
  return timingSafeEqual(found, hash) && stored !== undefined && message !== undefined;
}

/** Nothing hashes to this: it is only compared with, for people who do not exist. */
const NOBODYS: Encoded = { ...COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

function acceptable(password: string): string | undefined {
  try {
    return normalizedPassword(password);
  } catch {
    return undefined;
  }
}

function decode(encoded: string): Encoded {
  const [, memory, passes, parallelism, salt = '', hash = ''] = ENCODED.exec(encoded) ?? [];
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const isBounded =
    cost.memory <= MAX_MEMORY_KIB && cost.passes <= MAX_PASSES && cost.parallelism <= MAX_LANES;
  if (!isBounded || cost.memory < 8) throw new Error('A stored password hash is not one of ours.');
  return { ...cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
