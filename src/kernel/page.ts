import { z } from 'zod';
import { DomainError } from './errors.js';
import { isId } from './ids.js';

/** B10: the largest page a SCIM client gets, whatever it asks for. */
export const SCIM_MAX_COUNT = 1000;
/** B10: the page of a SCIM client that does not ask. */
export const SCIM_DEFAULT_COUNT = 12;
/** GraphQL pages: large enough for a screen, small enough that a nested list stays affordable. */
export const CONNECTION_MAX_FIRST = 100;

/** SCIM's index paging (RFC 7644 section 3.4.2.4): 1-based start, at most `count` rows. */
export const IndexPage = z.object({
  startIndex: z.int().min(1).default(1),
  count: z.int().min(0).max(SCIM_MAX_COUNT).default(SCIM_DEFAULT_COUNT),
});
export type IndexPage = z.output<typeof IndexPage>;

/** Relay's forward paging. The cursor is the id of the last row seen, so pages cost the same at any depth. */
export const KeysetPage = z.object({
  first: z.int().min(0).max(CONNECTION_MAX_FIRST).default(20),
  after: z.string().nullish(),
});
export type KeysetPage = z.output<typeof KeysetPage>;

export interface IndexResult<T> {
  total: number;
  rows: T[];
}

export interface KeysetResult<T> {
  rows: T[];
  hasNextPage: boolean;
}

/** Opaque to clients: only `readCursor` may interpret it. */
export const toCursor = (id: string): string => Buffer.from(`id:${id}`).toString('base64url');

/** The id behind a cursor this server made; INVALID_INPUT for any other text. */
export function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const id = text.startsWith('id:') ? text.slice(3) : '';
  if (!isId(id)) {
    throw new DomainError(
      'INVALID_INPUT',
      `'${cursor.slice(0, 40)}' is not a cursor of this API. Pass the endCursor of the page before, unchanged.`,
      { field: 'after' },
    );
  }
  return id;
}
