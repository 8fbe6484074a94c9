import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { queueMails } from '../mail/queue-mail.js';
import { grantToLine, licenseSettings } from './seat-pool.js';

export interface GrantedLicenses {
  userIds: string[];
  /** How many stopped waiting because the organization no longer lets anyone wait. */
  dissolved: number;
}

/**
 * Makes true what the line and the seats say now (B35): free seats go to those who wait, in order; where nobody may
 * wait any more the line ends. Run as often as you like: it looks at rows, not at what happened.
 */
export const grantLicenses = command({
  permission: 'membership:apply',
  input: z.object({}),
  audit: (_input, { userIds, dissolved }: GrantedLicenses) =>
    userIds.length + dissolved === 0
      ? undefined
      : { action: 'licenses.granted', target: 'line', details: { userIds, dissolved } },
  async run(tx) {
    const { kind, whenNoLicenseIsFree } = await licenseSettings(tx);
    const userIds = await grantToLine(tx, kind);
    await tellThem(tx, userIds);
    if (whenNoLicenseIsFree === 'wait') return { userIds, dissolved: 0 };
    const left = await tx.rows(sql`
      delete from license_requests where organization_id = ${tx.context.organizationId} returning user_id
    `);
    return { userIds, dissolved: left.length };
  },
});

/** They were told to wait, and would not know when to come back. */
async function tellThem(tx: Work, userIds: readonly string[]): Promise<void> {
  const people = await tx.rows(sql<{ id: string; email: string }>`
    select id, email from users
    where organization_id = ${tx.context.organizationId} and id = any(${[...userIds]}::uuid[]) and email is not null
  `);
  await queueMails(
    tx,
    people.map(({ id, email }) => ({ kind: 'license-free', to: email, subjectId: id })),
  );
}
