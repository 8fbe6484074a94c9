import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command } from '../kernel/operation.js';
import { mayGrant, type Role } from '../kernel/permissions.js';
import { linkSubject } from './sign-in/bring-person.js';
import { SignInRefusal } from './sign-in-refusal.js';

/**
 * Says who somebody is at an identity provider: for owners and admins, whom no attribute may name, and for people who were
 * here before single sign-on. Replaces the identity they had there. FORBIDDEN for somebody above the caller (B33),
 * CONFLICT for a subject that is somebody else's.
 */
export const linkIdentity = command({
  permission: 'user:write',
  input: z.object({
    userId: z.string(),
    connectionId: z.string(),
    subject: z.string().min(1).max(1_024).refine(isStorableText, 'must not contain NUL or broken Unicode'),
  }),
  audit: ({ connectionId }, userId: string) => ({
    action: 'identity.linked',
    target: userId,
    details: { connectionId },
  }),
  async run(tx, { userId, connectionId, subject }) {
    const { organizationId, actor } = tx.context;
    const [person] = isId(userId)
      ? await tx.rows(sql<{ role: Role }>`
          select role from users where organization_id = ${organizationId} and id = ${userId} and erased_at is null
          for update
        `)
      : [];
    if (!person) throw notFound('user', userId);
    if (!('role' in actor) || !mayGrant(actor.role, person.role)) {
      throw new DomainError(
        'FORBIDDEN',
        `Only someone with the role '${person.role}' or higher can say how this person signs in.`,
      );
    }
    const [connection] = isId(connectionId)
      ? await tx.rows(sql`
          select id from sso_connections where organization_id = ${organizationId} and id = ${connectionId}
        `)
      : [];
    if (!connection) throw notFound('SSO connection', connectionId);
    await linkSubject(tx, connectionId, subject, userId).catch((error: unknown) => {
      if (!(error instanceof SignInRefusal)) throw error;
      throw new DomainError('CONFLICT', error.detail, { field: 'subject' });
    });
    return userId;
  },
});
