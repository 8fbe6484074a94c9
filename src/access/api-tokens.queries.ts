import { sql } from 'kysely';
import { z } from 'zod';
import { count, cursorPage, type List } from '../directory/pages.js';
import type { Context } from '../kernel/context.js';
import { query } from '../kernel/operation.js';
import { KeysetPage, type KeysetResult } from '../kernel/page.js';
import type { Role } from '../kernel/permissions.js';

/** An API token as it is shown: everything but its secret. */
export interface ApiTokenRecord {
  id: string;
  role: Role;
  userId: string | null;
  label: string | null;
  scopes: string[] | null;
  lastFour: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
}

type Times = 'createdAt' | 'expiresAt' | 'revokedAt' | 'lastUsedAt';
type Row = Omit<ApiTokenRecord, Times> & { createdAt: string } & Record<
    Exclude<Times, 'createdAt'>,
    string | null
  >;

const list = ({ organizationId }: Context): List => ({
  columns: sql`r.id, r.role, r.user_id as "userId", r.label, r.scopes, r.last_four as "lastFour",
    r.created_at as "createdAt", r.expires_at as "expiresAt", r.revoked_at as "revokedAt",
    r.last_used_at as "lastUsedAt"`,
  from: sql`api_tokens r`,
  where: sql`r.organization_id = ${organizationId}`,
  alias: 'r',
});

/** The API tokens of the organization, oldest first, the ended ones too. */
export const apiTokens = query({
  permission: 'token:read',
  input: z.object({ page: KeysetPage.prefault({}) }),
  async run(tx, { page }): Promise<KeysetResult<ApiTokenRecord>> {
    const { rows, hasNextPage } = await cursorPage<Row>(tx, list(tx.context), page);
    return { rows: rows.map(toRecord), hasNextPage };
  },
});

/** How many there are. */
export const apiTokenCount = query({
  permission: 'token:read',
  input: z.object({}),
  run: (tx) => count(tx, list(tx.context)),
});

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

const toRecord = (row: Row): ApiTokenRecord => ({
  ...row,
  createdAt: new Date(row.createdAt),
  expiresAt: date(row.expiresAt),
  revokedAt: date(row.revokedAt),
  lastUsedAt: date(row.lastUsedAt),
});
