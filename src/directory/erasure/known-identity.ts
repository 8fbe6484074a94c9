import { sql } from 'kysely';
import { fold } from '../../kernel/fold.js';
import type { Work } from '../../kernel/operation.js';
import type { UserRecord } from '../shapes.js';
import type { Identity } from './fingerprint.js';

/** Every name somebody is known by. */
export interface KnownIdentity {
  /** What their row says: by these a later POST is recognised. A former address may be somebody else's by now. */
  identities: Identity[];
  emailKeys: string[];
  /** Former names too, as far as the log remembers, as a refusal would quote them. */
  texts: string[];
}

/** A shorter value is looked for in quotes only: `42` is part of many a sentence. */
const TELLING_LENGTH = 6;

/** Requests about one person that are read for former names; somebody with more has had few names in the older ones. */
const MAX_REQUESTS = 5_000;

/** The names by which `changes` of the provisioning log knows the values that identify somebody. */
const IDENTIFYING = ['userName', 'emails', 'externalId'] as const;

/** Collects the names of a locked person, before they are erased. */
export async function knownIdentity(tx: Work, user: UserRecord): Promise<KnownIdentity> {
  const former = await formerValues(tx, user.id);
  const listed = (user.profile.emails as { value?: unknown }[] | undefined) ?? [];
  const addresses = texts([user.email, ...listed.map(({ value }) => value)]);
  const identities: Identity[] = [
    { userName: user.userName, externalId: user.externalId },
    ...addresses.map((email) => ({ email })),
  ];
  const names = texts([user.userName, user.externalId, ...addresses, ...Object.values(former).flat()]);
  const quoted = names.map((name) => (name.length < TELLING_LENGTH ? `'${name}'` : name));
  const emailKeys = texts([...addresses, ...former.emails]).map(fold);
  return { identities, emailKeys, texts: quoted };
}

async function formerValues(
  tx: Work,
  userId: string,
): Promise<Record<(typeof IDENTIFYING)[number], unknown[]>> {
  const rows = await tx.rows(sql<{ name: (typeof IDENTIFYING)[number]; value: string }>`
    select distinct c.name, v.value from (
      select changes from provisioning_log
      where organization_id = ${tx.context.organizationId} and target_id = ${userId}
      order by id desc limit ${MAX_REQUESTS}) l
    cross join jsonb_each(l.changes) as c(name, change)
    cross join lateral (values (c.change ->> 'before'), (c.change ->> 'after')) as v(value)
    where c.name = any(${[...IDENTIFYING]}::text[]) and v.value is not null
  `);
  const found: Record<(typeof IDENTIFYING)[number], unknown[]> = { userName: [], emails: [], externalId: [] };
  for (const { name, value } of rows) found[name].push(value);
  return found;
}

const texts = (values: readonly unknown[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string' && value !== '')),
];
