import { sql } from 'kysely';
import { z } from 'zod';
import { fold, isIndexable, isStorableText } from '../kernel/fold.js';
import { query } from '../kernel/operation.js';
import { readLink } from '../mail/links.js';

const email = z.string().max(320);

/** The hash behind an address, for whoever may sign in by password at all; nothing says which of the two is missing. */
export const passwordHash = query({
  permission: 'access:request',
  input: z.object({ email }),
  async run(tx, input): Promise<{ userId: string; hash: string } | undefined> {
    if (!isStorableText(input.email) || !isIndexable(input.email)) return undefined;
    const [row] = await tx.rows(sql<{ userId: string; hash: string }>`
      select u.id as "userId", p.hash from users u
      join passwords p on p.organization_id = u.organization_id and p.user_id = u.id
      where u.organization_id = ${tx.context.organizationId} and u.email_key = ${fold(input.email)} and ${MAY_USE_PASSWORD}
    `);
    return row;
  },
});

/** Of `users u`: whether SCIM or a provider manages them, where their access ends (abuse 3). */
export const HAS_OTHER_WAY_IN = sql`(u.connection_id is not null or u.deprovisioned_at is not null or exists (
  select from identities i where i.organization_id = u.organization_id and i.user_id = u.id))`;

/** Of `users u`: never whom SCIM or a provider manages. */
export const MAY_USE_PASSWORD = sql`u.active and not ${HAS_OTHER_WAY_IN}`;

/** Whether the link of a mail still lets somebody choose a password. Consumes nothing: mail scanners look (abuse 23). */
export const isResetOpen = query({
  permission: 'access:request',
  input: z.object({ token: z.string() }),
  run: async (tx, { token }) => (await readLink(tx, 'password-reset', token)) !== undefined,
});
