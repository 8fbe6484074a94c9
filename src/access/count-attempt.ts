import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import { command } from '../kernel/operation.js';
import { isSweepDue } from './sign-in/sweeping.js';

/** Expired rows go with the attempts that follow them: enough at a time that there are never more. */
const SWEPT_AT_ONCE = 100;

const CountAttemptInput = z.object({
  /** What was tried. */
  kind: z.enum(['request', 'register', 'password', 'reset']),
  /** On whose behalf: an address that was typed, the client it came from. Only a keyed hash of it is kept. */
  subjects: z
    .array(z.object({ value: z.string(), limit: z.int().min(1) }))
    .min(1)
    .max(4),
  windowSeconds: z.int().min(1),
});

export interface CountedAttempt {
  allowed: boolean;
  /** Seconds until the first limit that was reached has passed. */
  retryAfter: number;
  /** The values whose limit was reached: until then each further attempt is above it, too. */
  reached: string[];
}

/**
 * Counts one attempt, whatever becomes of it, and says whether it is within every limit (abuse 11). The counters are rows
 * of PostgreSQL, so that all processes share them and a restart forgets nothing; the clock is the database's. It must be
 * called before, and in a transaction of its own: a refusal must not undo the count.
 */
export const countAttempt = command({
  permission: 'access:request',
  input: CountAttemptInput,
  audit: () => undefined,
  async run(tx, { kind, subjects, windowSeconds }): Promise<CountedAttempt> {
    const { organizationId, database } = tx.context;
    const keys = subjects.map(({ value }) =>
      createHmac('sha256', database.secretKey).update('attempt').update(value).digest('hex'),
    );
    const limitOf = new Map(subjects.map(({ limit }, index) => [keys[index], limit]));
    const rows = await tx.rows(sql<{ key: string; count: number; seconds: number }>`
      insert into attempts as a (organization_id, kind, key, expires_at)
      select ${organizationId}::uuid, ${kind}, decode(k.key, 'hex'), now() + make_interval(secs => ${windowSeconds})
      from unnest(${[...new Set(keys)].sort()}::text[]) as k(key) order by k.key
      on conflict (organization_id, kind, key) do update set
        count = case when a.expires_at <= now() then 1 else a.count + 1 end,
        expires_at = case when a.expires_at <= now() then excluded.expires_at else a.expires_at end
      returning encode(a.key, 'hex') as key, a.count, ceil(extract(epoch from a.expires_at - now()))::int as seconds
    `);
    if (isSweepDue()) {
      tx.closing(sql`
        delete from attempts where organization_id = ${organizationId} and (kind, key) in (
          select kind, key from attempts where organization_id = ${organizationId} and expires_at < now()
          limit ${SWEPT_AT_ONCE} for update skip locked)
      `);
    }
    const over = rows.filter(({ key, count }) => count > (limitOf.get(key) ?? 0));
    const isOver = new Set(over.map(({ key }) => key));
    return {
      allowed: over.length === 0,
      retryAfter: Math.max(1, ...over.map(({ seconds }) => seconds)),
      reached: subjects.filter((_, index) => isOver.has(keys[index] ?? '')).map(({ value }) => value),
    };
  },
});
