import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DomainError } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';

/** How long a client may wait between two pages; ServiceProviderConfig says so (RFC 9865 section 4). */
export const CURSOR_TIMEOUT_SECONDS = 3_600;

/** Far above any cursor of ours: 256 characters of at most four bytes and an id, sealed. */
const MAX_CURSOR_CHARACTERS = 2_048;
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A place in an ordered list, and which way to go from there. */
export interface CursorPosition {
  direction: 'next' | 'previous';
  /** The row it was made at. */
  id: string;
  /** What the list is sorted by, of that row, as text; null without a value or without a sort. */
  key: string | null;
  /** The page size it was made with, which every further page keeps. */
  count: number;
  /** Seconds of the database's clock. */
  issuedAt: number;
}

/** The key of the connection, and everything of the query that must be the same on every page. */
export interface CursorSeal {
  key: Buffer;
  query: readonly (string | boolean | undefined)[];
}

const invalidCursor = (): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    "'cursor' is not one of this query. Send it empty for the first page, then the nextCursor or previousCursor of the page before, unchanged and with the same filter and sort.",
    { field: 'cursor', scimType: 'invalidCursor' },
  );

const additionalData = (seal: CursorSeal): Buffer =>
  Buffer.from(JSON.stringify(seal.query.map((part) => part ?? null)));

/**
 * A cursor only this service can read or make (RFC 9865, security considerations): the position is encrypted, because a
 * sort key is personal data, and bound to the query by authentication. Unreserved characters only.
 */
export function sealCursor(position: CursorPosition, seal: CursorSeal): string {
  const { direction, id, key, count, issuedAt } = position;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, seal.key, iv).setAAD(additionalData(seal));
  const plain = JSON.stringify([direction, id, key, count, issuedAt]);
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/**
 * The position behind a cursor. INVALID_INPUT `invalidCursor` for any text that was not sealed for this query and this
 * connection, always in the same words; `expiredCursor` for one that is older than CURSOR_TIMEOUT_SECONDS.
 */
export function openCursor(cursor: string, seal: CursorSeal, now: number): CursorPosition {
  const position = unseal(cursor, seal);
  if (!position) throw invalidCursor();
  if (now - position.issuedAt > CURSOR_TIMEOUT_SECONDS) {
    throw new DomainError(
      'INVALID_INPUT',
      `'cursor' has expired: the next page must be asked for within ${CURSOR_TIMEOUT_SECONDS} seconds. Start again with an empty cursor.`,
      { field: 'cursor', scimType: 'expiredCursor' },
    );
  }
  return position;
}

function unseal(cursor: string, seal: CursorSeal): CursorPosition | undefined {
  const bytes = cursor.length <= MAX_CURSOR_CHARACTERS ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
  // Two spellings of one cursor would be a change that nobody notices.
  if (bytes.length <= IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined;
  const decipher = createDecipheriv(CIPHER, seal.key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additionalData(seal)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const plain = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8');
    return positionFrom(JSON.parse(plain + decipher.final('utf8')));
  } catch {
    return undefined;
  }
}

function positionFrom(parts: unknown): CursorPosition | undefined {
  if (!Array.isArray(parts)) return undefined;
  const [direction, id, key, count, issuedAt]: unknown[] = parts;
  if (direction !== 'next' && direction !== 'previous') return undefined;
  if (typeof id !== 'string' || !isId(id) || (key !== null && typeof key !== 'string')) return undefined;
  if (typeof count !== 'number' || typeof issuedAt !== 'number') return undefined;
  return { direction, id, key, count, issuedAt };
}
