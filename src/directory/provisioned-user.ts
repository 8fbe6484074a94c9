import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import type { UserRecord } from './shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from './user-rows.js';

/** If-Match (RFC 7644 section 3.14): refuse unless the resource still has this version, or one of these. */
export const ExpectedVersion = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((version) => version ?? undefined);

/** Somebody, locked. */
export interface LockedUser {
  user: UserRecord;
  deactivatedBy: 'connection' | 'admin' | null;
  /** Whether this very request made them the connection's again (B39). */
  adopted?: boolean;
}

/** The person, locked, if this connection manages them. */
export async function lockProvisionedUser(tx: Work, connectionId: string, id: string): Promise<LockedUser> {
  const [row] = isId(id)
    ? await tx.rows(
        sql<UserRow & { deactivated_by: 'connection' | 'admin' | null }>`
        select ${USER_COLUMNS}, u.deactivated_by from users u
        where u.organization_id = ${tx.context.organizationId} and u.id = ${id} and u.connection_id = ${connectionId}
        for update
      `,
        { prepared: true },
      )
    : [];
  if (!row) throw notFound('user', id);
  return { user: toUserRecord(row), deactivatedBy: row.deactivated_by };
}

/**
 * Optimistic locking: PRECONDITION_FAILED unless the row has a version the caller has seen (RFC 7232 section
 * 3.1).
 */
export function requireVersion(
  current: { version: number },
  expected: number | readonly number[] | undefined,
): void {
  if (expected === undefined || [expected].flat().includes(current.version)) return;
  throw new DomainError(
    'PRECONDITION_FAILED',
    `The resource has changed since it was read: its version is ${current.version}, the request expects ${[expected].flat().join(' or ') || 'another'}. Read it again and repeat the change.`,
  );
}
