import { domainToUnicode } from 'node:url';
import { sql } from 'kysely';
import { fold } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';

/** Somebody who is in the organization already. */
export interface KnownPerson {
  id: string;
  /** Whether an identity provider says who they are, so that nothing here may let them in (abuse 3). */
  managed: boolean;
}

/**
 * Who has this address, in either spelling of its domain (abuse 17), as any of their addresses. Someone whose
 * provisioning has ended counts as managed too: their provider decides whether they come back, not a mail.
 */
export async function personAt(tx: Work, canonical: string): Promise<KnownPerson | undefined> {
  const { organizationId } = tx.context;
  const at = canonical.lastIndexOf('@');
  const unicode = fold(`${canonical.slice(0, at)}@${domainToUnicode(canonical.slice(at + 1))}`);
  const [row] = await tx.rows(sql<KnownPerson>`
    select u.id, u.connection_id is not null or u.deprovisioned_at is not null as managed from users u
    where u.organization_id = ${organizationId} and u.id in (
      select id from users where organization_id = ${organizationId} and email_key in (${canonical}, ${unicode})
      union select user_id from user_email_keys
      where organization_id = ${organizationId} and email_key in (${canonical}, ${unicode}))
    order by managed desc limit 1
  `);
  return row;
}
