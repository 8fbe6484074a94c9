import { sql } from 'kysely';
import { fold } from '../kernel/fold.js';
import type { Work } from '../kernel/operation.js';
import { createLink } from '../mail/links.js';
import { queueMail } from '../mail/queue-mail.js';
import type { InvitationRow } from './invitation-rows.js';
import { INVITATION_HOURS } from './invitation-states.js';

/**
 * Gives the invitation its one link and writes to the person; a link made before opens nothing any more. Whoever a
 * provider provisions gets neither (B34).
 */
export async function sendInvitation(
  tx: Work,
  { id, email }: Pick<InvitationRow, 'id' | 'email'>,
): Promise<void> {
  const { organizationId } = tx.context;
  const provisioned = await tx.rows(sql`
    select 1 from users
    where organization_id = ${organizationId} and email_key = ${fold(email)} and active and connection_id is not null
    limit 1
  `);
  if (provisioned.length > 0) return;
  const link = await createLink(tx, { purpose: 'invitation', subjectId: id, hours: INVITATION_HOURS });
  await tx.rows(sql`
    update invitations set link_id = ${link.id} where organization_id = ${organizationId} and id = ${id}
  `);
  await queueMail(tx, {
    kind: 'invitation',
    to: email,
    subjectId: id,
    values: { linkId: link.id, hours: INVITATION_HOURS },
  });
}
