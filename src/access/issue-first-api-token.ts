import { sql } from 'kysely';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import { command, type Work } from '../kernel/operation.js';
import { lockRoles } from './acting-role.js';
import { type IssuedApiToken, newApiToken } from './new-api-token.js';

/** How long it lives: its first use should be to issue another one. */
const FIRST_TOKEN_DAYS = 7;

/** The first API token of an organization. */
export interface IssuedFirstApiToken extends IssuedApiToken {
  expiresAt: Date;
}

/**
 * Issues the token that an operator hands to the owner of a new organization: an owner's, for 7 days, once in its life.
 * FORBIDDEN when any API token was ever issued, and as soon as anybody but the owner is there or the owner has signed in:
 * a credential of operators opens no organization that is in use (docs/decisions/0053).
 */
export const issueFirstApiToken = command({
  permission: 'first-token:issue',
  input: z.object({}),
  audit: (_input, issued: IssuedFirstApiToken) => ({
    action: 'firstApiToken.issued',
    target: issued.id,
    details: { role: 'owner', expiresAt: issued.expiresAt },
  }),
  async run(tx): Promise<IssuedFirstApiToken> {
    await lockRoles(tx);
    await requireNew(tx);
    const [row] = await tx.rows(sql<{ ends: string }>`
      select now() + make_interval(days => ${FIRST_TOKEN_DAYS}::int) as ends
    `);
    const expiresAt = new Date(row?.ends ?? Number.NaN);
    const issued = newApiToken(tx, {
      role: 'owner',
      userId: null,
      label: 'First token',
      scopes: null,
      expiresAt,
    });
    return { ...issued, expiresAt };
  },
});

async function requireNew(tx: Work): Promise<void> {
  const { organizationId } = tx.context;
  const [row] = await tx.rows(sql<{ used: boolean }>`
    select exists (select from api_tokens where organization_id = ${organizationId})
      or exists (select from sessions where organization_id = ${organizationId})
      or exists (
        select from users where organization_id = ${organizationId}
          and (role <> 'owner' or first_signed_in_at is not null)
      )
      or (select count(*) > 1 from (select from users where organization_id = ${organizationId} limit 2) as people)
      as used
  `);
  if (row && !row.used) return;
  throw new DomainError(
    'FORBIDDEN',
    'This organization is in use: an API token was issued for it before, or there are people besides its owner. Its owner issues further tokens (issueApiToken); on the server `token create` does.',
  );
}
