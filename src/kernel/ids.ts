import { createHash, randomFillSync } from 'node:crypto';
import { stringify, v7 } from 'uuid';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Randomness for 256 ids at a time: asking the operating system for that of each costs ten times the rest of it. */
const pool = Buffer.alloc(4096);
let taken = pool.length;
let latest = 0;
let sequence = 0;

/**
 * A new UUIDv7: made by the server, ordered by time, the same string in SCIM, GraphQL, logs and jobs. Those of one
 * process are in the order in which they were made, within a millisecond too (RFC 9562 section 6.2, method 1).
 */
export function newId(): string {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const random = pool.subarray(taken, taken + 16);
  taken += 16;
  const now = Date.now();
  sequence = now > latest ? random.readUInt32BE(6) & 0x7fff_ffff : sequence + 1;
  latest = Math.max(latest, now);
  return v7({ random, msecs: latest, seq: sequence });
}

/**
 * The id that follows from a text: a UUIDv8 (RFC 9562 section 5.8) of its SHA-256, the same for the same text. For what
 * has to be found again by whoever does not know its id.
 */
export function idFrom(text: string): string {
  const bytes = createHash('sha256').update(text, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return stringify(bytes);
}

/**
 * Whether a client's string can be an id at all. Anything else names nothing (404) and must not reach PostgreSQL,
 * where it would be a cast error instead of a missing row. Ids are caseExact (RFC 7643 section 3.1): PostgreSQL would
 * find the row of an upper-case spelling, and everything that looks answers up by that spelling would not.
 */
export const isId = (text: string): boolean => ID.test(text);
