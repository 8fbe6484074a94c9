import { v7 } from 'uuid';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A new UUIDv7: made by the server, ordered by time, the same string in SCIM, GraphQL, logs and jobs. */
export const newId = (): string => v7();

/**
 * Whether a client's string can be an id at all. Anything else names nothing (404) and must not reach PostgreSQL,
 * where it would be a cast error instead of a missing row. Ids are caseExact (RFC 7643 section 3.1): PostgreSQL would
 * find the row of an upper-case spelling, and everything that looks answers up by that spelling would not.
 */
export const isId = (text: string): boolean => ID.test(text);
