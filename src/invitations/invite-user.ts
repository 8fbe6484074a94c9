import { sql } from 'kysely';
import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError, notFound } from '../kernel/errors.js';
import { fold, isStorableText } from '../kernel/fold.js';
import { isId, newId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { mayGrant } from '../kernel/permissions.js';
import { Invitation } from './invitation.entity.js';

/** An invitation is read by a person; one that names more than this is an import, which is another operation. */
const MAX_GROUPS = 100;
const MAX_COURSES = 100;

const courseText = z
  .string()
  .min(1)
  .max(200)
  .refine(isStorableText, 'must not contain NUL or broken Unicode');

const InviteUserInput = z.object({
  email: EmailAddress,
  role: z.enum(['admin', 'group_admin', 'user']).default('user'),
  groupIds: z.array(z.string()).max(MAX_GROUPS).default([]),
  courses: z
    .array(z.object({ id: courseText, name: courseText }))
    .max(MAX_COURSES)
    .default([]),
});

/**
 * Invites someone by e-mail, with a role, groups and courses that take effect when the invitation is used (B34).
 * CONFLICT while another invitation for that address is pending; FORBIDDEN for a role above the caller's (B33);
 * NOT_FOUND for a group that does not exist here.
 */
export const inviteUser = command({
  permission: 'invitation:write',
  input: InviteUserInput,
  audit: (input, invitation: Invitation) => ({
    action: 'user.invited',
    target: invitation.id,
    details: { role: input.role, groups: input.groupIds.length, courses: input.courses.length },
  }),
  constraints: {
    invitations_one_pending: ({ email }) =>
      new DomainError(
        'CONFLICT',
        `An invitation for '${email}' is pending already. Revoke it before inviting again.`,
        {
          field: 'email',
        },
      ),
  },
  async run(tx, input) {
    const { actor, organizationId } = tx.context;
    if (!('role' in actor) || !mayGrant(actor.role, input.role)) {
      throw new DomainError(
        'FORBIDDEN',
        `Only someone with the role '${input.role}' or higher can invite into it.`,
        {
          field: 'role',
        },
      );
    }
    const groupIds = [...new Set(input.groupIds)];
    await requireGroups(tx, groupIds);
    return tx.em.create(Invitation, {
      organizationId,
      id: newId(),
      email: input.email,
      emailKey: fold(input.email),
      role: input.role,
      groupIds,
      courses: input.courses,
      state: 'pending',
      invitedBy: actor.id,
    });
  },
});

/** A promise of a group that is nobody's would be broken in silence; another organization's reads the same. */
async function requireGroups(tx: Work, ids: readonly string[]): Promise<void> {
  const rows = await tx.rows(sql<{ id: string }>`
    select id from groups where organization_id = ${tx.context.organizationId} and id = any(${ids.filter(isId)}::uuid[])
  `);
  const found = new Set(rows.map((row) => row.id));
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw notFound('group', missing);
}
