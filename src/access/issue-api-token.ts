import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { isId } from '../kernel/ids.js';
import { command, type Work } from '../kernel/operation.js';
import { mayGrant, type Permission, permissionsOf, ROLES, type Role, SCOPES } from '../kernel/permissions.js';
import { type IssuedApiToken, newApiToken } from './new-api-token.js';

const MAX_LABEL = 200;

const absent = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

const IssueApiTokenInput = z
  .object({
    role: z.enum(ROLES).nullish().transform(absent),
    userId: z.string().nullish().transform(absent),
    label: z
      .string()
      .trim()
      .min(1)
      .max(MAX_LABEL)
      .refine(isStorableText, 'must not contain NUL or broken Unicode')
      .nullish()
      .transform(absent),
    expiresAt: z.date().nullish().transform(absent),
    scopes: z.array(z.string()).min(1).max(SCOPES.length).nullish().transform(absent),
  })
  .refine(({ role, userId }) => (role === undefined) !== (userId === undefined), {
    path: ['role'],
    message: 'say either a role, for a service, or a userId, for a token that acts as that person',
  });

/**
 * Issues a token for the GraphQL API: as a service with a role, or as a person, with the role they have whenever it is
 * used, until they are deactivated. `scopes` narrow it. FORBIDDEN for a role above the caller's or for a scope the caller
 * has not (B33): a narrowed caller issues narrowed tokens only, and a person's token never acts above its issuer.
 */
export const issueApiToken = command({
  permission: 'token:write',
  input: IssueApiTokenInput,
  audit: ({ role, userId, scopes, expiresAt }, issued: IssuedApiToken) => ({
    action: 'apiToken.issued',
    target: issued.id,
    details: { role, userId, scopes, expiresAt },
  }),
  async run(tx, input) {
    const { actor } = tx.context;
    if (!('role' in actor)) throw aboveCaller(input.role ?? 'user');
    const role = input.userId === undefined ? (input.role ?? 'user') : await roleOf(tx, input.userId);
    if (!mayGrant(actor.role, role)) throw aboveCaller(role);
    await requireLaterThanNow(tx, input.expiresAt);
    return newApiToken(tx, {
      role: input.userId === undefined ? role : actor.role,
      userId: input.userId ?? null,
      label: input.label ?? null,
      scopes: grantedScopes(tx, actor.role, input.scopes),
      expiresAt: input.expiresAt ?? null,
    });
  },
});

const aboveCaller = (role: Role): DomainError =>
  new DomainError(
    'FORBIDDEN',
    `A token with the role '${role}' can only be issued by that role or a higher one.`,
    { field: 'role' },
  );

/** Locked, so that nobody is deactivated between this look and the token (R6). */
async function roleOf(tx: Work, userId: string): Promise<Role> {
  const [row] = isId(userId)
    ? await tx.rows(sql<{ role: Role; active: boolean }>`
        select role, active from users
        where organization_id = ${tx.context.organizationId} and id = ${userId} for share
      `)
    : [];
  if (!row) throw notFound('user', userId);
  if (row.active) return row.role;
  throw new DomainError(
    'INVALID_INPUT',
    'This person is deactivated, so no token can act as them. Reactivate them first.',
    { field: 'userId' },
  );
}

/** What the token is narrowed to; null for everything its role may. */
function grantedScopes(tx: Work, callerRole: Role, wanted: readonly string[] | undefined): string[] | null {
  const own = tx.context.permissions;
  if (wanted === undefined) {
    const all = permissionsOf(callerRole, null);
    return all.every((permission) => own.has(permission)) ? null : [...own];
  }
  const unknown = wanted.find((scope) => !SCOPES.includes(scope as Permission));
  if (unknown !== undefined) {
    throw new DomainError(
      'INVALID_INPUT',
      `'${unknown.slice(0, 50)}' is no permission. A scope is one of: ${SCOPES.join(', ')}.`,
      { field: 'scopes' },
    );
  }
  const beyond = wanted.find((scope) => !own.has(scope as Permission));
  if (beyond !== undefined) {
    throw new DomainError('FORBIDDEN', `This credential has not the permission '${beyond}' itself.`, {
      field: 'scopes',
    });
  }
  return [...new Set(wanted)];
}

/** By the database clock, which also ends the token. */
async function requireLaterThanNow(tx: Work, expiresAt: Date | undefined): Promise<void> {
  if (expiresAt === undefined) return;
  const [row] = await tx.rows(sql<{ future: boolean }>`select ${expiresAt}::timestamptz > now() as future`);
  if (row?.future) return;
  throw new DomainError('INVALID_INPUT', "'expiresAt' lies in the past. Choose a later moment.", {
    field: 'expiresAt',
  });
}
