import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../kernel/database.js';
import { DomainError, shownId } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { isId, newId } from '../kernel/ids.js';
import { parse } from '../kernel/operation.js';
import { formatToken, newSecret } from '../kernel/secrets.js';
import { runInSystem } from '../kernel/tenancy.js';

/** What an operator token starts with. */
export const OPERATOR_TOKEN_PREFIX = 'rco';

/** How long one lives when nobody says. */
const DEFAULT_DAYS = 90;
/** Longer than this nobody remembers where it lies. */
const MAX_DAYS = 365;

const CreateOperatorTokenInput = z.object({
  label: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => isStorableText(text) && !/\p{C}/u.test(text), 'must be one line of plain text'),
  days: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
});

/** A new operator token. */
export interface CreatedOperatorToken {
  id: string;
  /** Shown this once; only its hash is kept. */
  token: string;
  expiresAt: Date;
}

/** An operator token as it is shown: everything but its secret. */
export interface OperatorTokenRecord {
  id: string;
  label: string;
  lastFour: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
}

type Times = 'createdAt' | 'expiresAt' | 'revokedAt' | 'lastUsedAt';
type Row = Omit<OperatorTokenRecord, Times> & {
  [time in Times]: null extends OperatorTokenRecord[time] ? string | null : string;
};

/**
 * Creates a credential for operators, on the command line only: nothing that a token may do makes another one. Throws
 * INVALID_INPUT for a label that is no line of text and for a life outside of 1 to 365 days.
 */
export async function createOperatorToken(
  database: Database,
  raw: z.input<typeof CreateOperatorTokenInput>,
): Promise<CreatedOperatorToken> {
  const { label, days } = parse(CreateOperatorTokenInput, raw);
  const [id, secret] = [newId(), newSecret()];
  const [row] = await runInSystem(database, (tx) =>
    tx.rows(sql<{ expires_at: string }>`
      insert into operator_tokens (id, label, lookup_id, secret_hash, last_four, expires_at)
      values (${id}, ${label}, ${secret.lookupId}, ${secret.hash}, ${secret.lastFour},
        now() + make_interval(days => ${days}::int))
      returning expires_at
    `),
  );
  if (!row) throw new Error('An inserted row is returned.');
  return { id, token: formatToken(OPERATOR_TOKEN_PREFIX, secret), expiresAt: new Date(row.expires_at) };
}

/** Every operator token there ever was, oldest first. There are few: each is made by hand. */
export async function operatorTokens(database: Database): Promise<OperatorTokenRecord[]> {
  const rows = await runInSystem(
    database,
    (tx) =>
      tx.rows(sql<Row>`
        select id, label, last_four as "lastFour", created_at as "createdAt", expires_at as "expiresAt",
          revoked_at as "revokedAt", last_used_at as "lastUsedAt"
        from operator_tokens order by id
      `),
    { readOnly: true },
  );
  return rows.map(({ createdAt, expiresAt, revokedAt, lastUsedAt, ...token }) => ({
    ...token,
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    revokedAt: revokedAt === null ? null : new Date(revokedAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  }));
}

/** Ends an operator token from the next request on; again changes nothing. NOT_FOUND for an unknown id. */
export async function revokeOperatorToken(
  database: Database,
  id: string,
): Promise<{ id: string; revokedAt: Date }> {
  const [row] = isId(id)
    ? await runInSystem(database, (tx) =>
        tx.rows(sql<{ revoked_at: string }>`
          update operator_tokens set revoked_at = coalesce(revoked_at, now()) where id = ${id} returning revoked_at
        `),
      )
    : [];
  if (row) return { id, revokedAt: new Date(row.revoked_at) };
  throw new DomainError('NOT_FOUND', `No operator token has the id '${shownId(id)}'.`);
}
