import { sql } from 'kysely';
import type { Work } from '../kernel/operation.js';

/** What ends with a group before its row does: who administers it and the courses it gives. Memberships end before. */
export async function endGroup(tx: Work, groupId: string): Promise<void> {
  const ofGroup = sql`organization_id = ${tx.context.organizationId} and group_id = ${groupId}`;
  await tx.rows(sql`delete from group_admins where ${ofGroup}`);
  await tx.rows(sql`delete from group_courses where ${ofGroup}`);
}
