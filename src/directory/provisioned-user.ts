import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** If-None-Match beside If-Match (RFC 9110 section 13.1): the versions that are allowed, and those that are not. */
const VersionCondition = z.object({
  oneOf: z.array(z.int()).optional(),
  noneOf: z.union([z.array(z.int()), z.literal('any')]),
});

/** If-Match (RFC 7644 section 3.14): refuse unless the resource still has this version, or one of these. */
export const ExpectedVersion = z
  .union([z.int(), z.array(z.int()), VersionCondition])
  .nullish()
  .transform((version) => version ?? undefined);
export type ExpectedVersion = z.output<typeof ExpectedVersion>;

/** Somebody, locked. */
export interface LockedUser {
  user: UserRecord;
  /** The time of this transaction: when whatever it changes will have been changed. */
  at: Date;
  /** Whether this very request made them the connection's again (B39). */
  adopted?: boolean;
}

/** The person, locked, if this connection manages them. */
export async function lockProvisionedUser(tx: Work, connectionId: string, id: string): Promise<LockedUser> {
  const [row] = isId(id)
    ? await tx.rows(
        sql<UserRow & { at: string }>`
        select ${USER_COLUMNS}, now() as at from users u
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} and u.connection_id = ${connectionId}
        for update
      `,
        { prepared: true },
      )
    : [];
  if (!row) throw notFound('user', id);
  return { user: toUserRecord(row), at: new Date(row.at) };
}

/**
 * Optimistic locking: PRECONDITION_FAILED unless the row has a version the caller has seen (RFC 7232 section
 * 3.1), or when it has one that the caller ruled out.
 */
export function requireVersion({ version }: { version: number }, expected: ExpectedVersion): void {
  const { oneOf, noneOf } = conditionOf(expected);
  if (oneOf && !oneOf.includes(version)) {
    throw new DomainError(
      'PRECONDITION_FAILED',
      `The resource has changed since it was read: its version is ${version}, the request expects ${oneOf.join(' or ') || 'another'}. Read it again and repeat the change.`,
    );
  }
  if (noneOf === 'any' || noneOf?.includes(version)) {
    throw new DomainError(
      'PRECONDITION_FAILED',
      `The resource has version ${version}, and If-None-Match allows the change only where it has not. Nothing was changed; leave the header out.`,
    );
  }
}

const conditionOf = (expected: ExpectedVersion): Partial<z.output<typeof VersionCondition>> =>
  typeof expected === 'object' && !Array.isArray(expected)
    ? expected
    : expected === undefined
      ? {}
      : { oneOf: [expected].flat() };
