import { sql } from 'kysely';
import { z } from 'zod';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import { query, type Work } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult, readCursor } from '../kernel/page.js';
import { type OpenLink, readLink } from '../mail/links.js';
import {
  INVITATION_COLUMNS,
  type InvitationRecord,
  type InvitationRow,
  toInvitation,
} from './invitation-rows.js';
import { INVITATION_STATES, type InvitationState } from './invitation-states.js';
import { linkIsOver } from './link-is-over.js';

const State = z
  .enum(INVITATION_STATES)
  .nullish()
  .transform((state) => state ?? undefined);

/** One invitation, whatever became of it. NOT_FOUND for an unknown id. */
export const invitation = query({
  permission: 'invitation:read',
  input: z.object({ id: z.string() }),
  async run(tx, { id }): Promise<InvitationRecord> {
    const [row] = isId(id)
      ? await tx.rows(sql<InvitationRow>`
          select ${INVITATION_COLUMNS} from invitations i
          where i.organization_id = ${tx.context.organizationId} and i.id = ${id}
        `)
      : [];
    if (!row) throw notFound('invitation', id);
    return toInvitation(row);
  },
});

/** The invitations of the organization, newest first, of one state or of all. */
export const invitations = query({
  permission: 'invitation:read',
  input: z.object({ state: State, page: KeysetPage }),
  async run(tx, { state, page: { first, after } }): Promise<KeysetResult<InvitationRecord>> {
    const rows = await tx.rows(sql<InvitationRow>`
      select ${INVITATION_COLUMNS} from invitations i
      where i.organization_id = ${tx.context.organizationId} and ${inState(state)}
        ${after ? sql`and i.id < ${readCursor(after)}` : sql``}
      order by i.id desc limit ${first + 1}
    `);
    return { rows: rows.slice(0, first).map(toInvitation), hasNextPage: rows.length > first };
  },
});

/** How many invitations the organization has, of one state or of all. */
export const invitationCount = query({
  permission: 'invitation:read',
  input: z.object({ state: State }),
  async run(tx, { state }): Promise<number> {
    const [row] = await tx.rows(sql<{ count: number }>`
      select count(*)::int as count from invitations i
      where i.organization_id = ${tx.context.organizationId} and ${inState(state)}
    `);
    return row?.count ?? 0;
  },
});

/** What somebody who holds the link of an invitation may know of it. */
export interface InvitedPerson {
  email: string;
  organizationName: string;
}

/**
 * What the link of an invitation shows. It changes nothing, so a mail scanner may follow it. NOT_FOUND when the link
 * opens nothing (any more).
 */
export const invitedPerson = query({
  permission: 'access:request',
  input: z.object({ token: z.string() }),
  async run(tx: Work, { token }): Promise<InvitedPerson> {
    const link = await readLink(tx, 'invitation', token);
    const invited = link && (await readInvitation(tx, link));
    if (!invited) throw linkIsOver();
    return invited;
  },
});

/** Whom the latest link of an invitation that is still pending was sent to. */
export async function readInvitation(tx: Work, link: OpenLink): Promise<InvitedPerson | undefined> {
  const [row] = await tx.rows(sql<InvitedPerson>`
    select i.email, o.name as "organizationName" from invitations i join organizations o on o.id = i.organization_id
    where i.organization_id = ${tx.context.organizationId} and i.id = ${link.subjectId} and i.link_id = ${link.id}
      and i.state = 'pending' and i.expires_at > now()
  `);
  return row;
}

/** What is over counts as expired before the sweeper has said so. */
function inState(state: InvitationState | undefined) {
  switch (state) {
    case undefined:
      return sql`true`;
    case 'pending':
      return sql`i.state = 'pending' and i.expires_at > now()`;
    case 'expired':
      return sql`(i.state = 'expired' or i.state = 'pending' and i.expires_at <= now())`;
    default:
      return sql`i.state = ${state}`;
  }
}
