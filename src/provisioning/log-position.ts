import { DomainError } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';

/** A place in the order in which the log became visible: the transaction that wrote the row, then the row. */
export interface LogPosition {
  /** PostgreSQL's xid8 as text: it does not fit a number. */
  writtenBy: string;
  id: string;
}

const POSITION = /^log:(\d{1,20}):(.+)$/;

/** Opaque to clients: the id of an event in a stream of the log. */
export const toLogCursor = ({ writtenBy, id }: LogPosition): string =>
  Buffer.from(`log:${writtenBy}:${id}`).toString('base64url');

/** The place behind a cursor. INVALID_INPUT for any other text. */
export function readLogCursor(cursor: string): LogPosition {
  const [, writtenBy = '', id = ''] = POSITION.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  // PostgreSQL refuses what does not fit 64 bits.
  if (!isId(id) || BigInt(writtenBy) >= 2n ** 64n) throw notOurs(cursor);
  return { writtenBy, id };
}

/** Also for a cursor of a database that was restored since, whose transactions are numbered anew. */
export const notOurs = (cursor: string): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    `'${cursor.slice(0, 80).toWellFormed()}' is not a cursor of this stream. Pass the cursor (or the event id) of the last event you have, unchanged, or leave it out to begin now.`,
    { field: 'after' },
  );

/** Whether a place comes after another. */
export function isLater(one: LogPosition, other: LogPosition): boolean {
  const [a, b] = [BigInt(one.writtenBy), BigInt(other.writtenBy)];
  return a === b ? one.id > other.id : a > b;
}
