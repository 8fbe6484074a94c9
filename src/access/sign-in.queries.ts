import { sql } from 'kysely';
import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';
import { query } from '../kernel/operation.js';
import { hashOf } from './sign-in/requests.js';
import {
  CONNECTION_COLUMNS,
  type ConnectionRow,
  type UsableConnection,
  usable,
} from './sign-in/usable-connection.js';

/** The organization of a sign-in page and what its people can choose from. */
export interface SignInPage {
  name: string;
  connections: { id: string; name: string }[];
  /** Whether anybody here signs in by password. */
  hasPasswords: boolean;
}

/** What the sign-in page shows: the name of the organization, its active connections, and whether there are passwords. */
export const signInPage = query({
  permission: 'access:request',
  input: z.object({}),
  async run(tx): Promise<SignInPage> {
    const { organizationId } = tx.context;
    const [[organization], connections] = await Promise.all([
      tx.rows(sql<{ name: string; hasPasswords: boolean }>`
        select name, exists (select from passwords where organization_id = ${organizationId}) as "hasPasswords"
        from organizations where id = ${organizationId}
      `),
      tx.rows(sql<{ id: string; name: string }>`
        select id, name from sso_connections
        where organization_id = ${organizationId} and status = 'active' and kind in ('saml', 'oidc')
        order by id limit 20
      `),
    ]);
    const { name = '', hasPasswords = false } = organization ?? {};
    return { name, connections, hasPasswords };
  },
});

/**
 * The connection of a provider's answer: SAML by the issuer it names, OIDC by the `state` it brings back to the browser
 * that started it.
 */
export const answeringConnection = query({
  permission: 'access:request',
  input: z.object({
    issuer: z.string().optional(),
    key: z.string().optional(),
    browser: z.string().optional(),
  }),
  async run(tx, { issuer, key = '', browser = '' }): Promise<UsableConnection | undefined> {
    const { organizationId } = tx.context;
    const chosen =
      issuer === undefined
        ? sql`kind = 'oidc' and id = (
            select connection_id from sign_in_requests where organization_id = ${organizationId}
              and key_hash = ${hashOf(key)} and browser_hash = ${hashOf(browser)} and used_at is null
              and expires_at > now())`
        : sql`settings ->> 'entityId' = ${issuer} and kind = 'saml'`;
    const [row] = await tx.rows(
      sql<ConnectionRow>`
        select ${CONNECTION_COLUMNS} from sso_connections
        where organization_id = ${organizationId} and status = 'active' and ${chosen}
      `,
      { prepared: true },
    );
    return row && usable(tx, row);
  },
});

/** More than one is a mistake somebody is about to mend. */
const MAX_OF_ONE_ISSUER = 10;

/** The active OpenID connections with a provider: what it says by itself is about every one of them. */
export const connectionsOfIssuer = query({
  permission: 'access:request',
  input: z.object({ issuer: z.string() }),
  async run(tx, { issuer }): Promise<UsableConnection[]> {
    if (!isStorableText(issuer)) return [];
    const rows = await tx.rows(sql<ConnectionRow>`
      select ${CONNECTION_COLUMNS} from sso_connections
      where organization_id = ${tx.context.organizationId} and status = 'active' and kind = 'oidc'
        and settings ->> 'issuer' = ${issuer}
      order by id limit ${MAX_OF_ONE_ISSUER}
    `);
    return rows.map((row) => usable(tx, row));
  },
});
