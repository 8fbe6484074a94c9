import { sql } from 'kysely';
import { actorName } from '../directory/actor-name.js';
import type { UserRecord } from '../directory/shapes.js';
import { toUserRecord, USER_COLUMNS, type UserRow } from '../directory/user-rows.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Transaction } from '../kernel/tenancy.js';
import { type Evidence, moment, newestAudit, newestRequests } from './evidence.js';
import type { ExplainingTransaction, Explanation } from './membership-verdict.js';

export const USER_VERDICTS = [
  'erased',
  'deprovisioned',
  'deactivatedByProvider',
  'deactivatedByAdmin',
  'neverProvisioned',
  'neverSignedIn',
  'active',
] as const;
export type UserVerdict = (typeof USER_VERDICTS)[number];

/** The person, whatever became of them. */
export async function personOf(tx: Transaction, organizationId: string, id: string): Promise<UserRecord> {
  const [row] = isId(id)
    ? await tx.rows(
        sql<UserRow>`select ${USER_COLUMNS} from users u where u.organization_id = ${organizationId} and u.id = ${id}`,
      )
    : [];
  if (!row) throw notFound('user', id);
  return toUserRecord(row);
}

/** Who set the value an attribute has now, or made the person. */
async function sourceOf(
  tx: Transaction,
  organizationId: string,
  userId: string,
  attributes: readonly string[],
): Promise<Evidence | undefined> {
  const [row] = await tx.rows(sql<{
    attribute: string;
    at: string;
    actor: string | null;
    request_id: string | null;
  }>`
    select s.attribute, s.at, s.request_id, ${actorName(organizationId, sql`s.actor_kind`, sql`s.actor_id`)} as actor
    from user_attribute_sources s
    where s.organization_id = ${organizationId} and s.user_id = ${userId} and s.attribute = any(${attributes}::text[])
    order by s.at desc limit 1
  `);
  const what = row?.attribute === '*' ? 'The person was created.' : `'${row?.attribute}' was set.`;
  return (
    row && {
      kind: 'attribute',
      at: new Date(row.at),
      actor: row.actor,
      requestId: row.request_id,
      sentence: what,
    }
  );
}

/** Why a person may not sign in, as far as anything is against it: who ended it, with the rows that say so. */
export async function endOf(
  tx: Transaction,
  organizationId: string,
  person: UserRecord,
): Promise<Explanation<UserVerdict> | undefined> {
  if (person.status === 'active') return undefined;
  const source = await sourceOf(tx, organizationId, person.id, ['active', 'managedBy', '*']);
  const requests =
    source?.requestId === undefined || source.requestId === null
      ? []
      : await newestRequests(tx, organizationId, sql`l.request_id = ${source.requestId}`);
  const audit = await newestAudit(tx, organizationId, person.id, [
    'user.deactivated',
    'user.deprovisioned',
    'user.erased',
  ]);
  const evidence = [...(source ? [source] : []), ...requests, ...(audit ? [audit] : [])];
  const by = source?.actor ?? 'somebody';
  const since = source ? ` since ${moment(source.at)}` : '';
  if (person.status === 'erased') {
    const sentence = 'The personal data of this person was erased; they cannot come back as the same person.';
    return { verdict: 'erased', sentence, evidence };
  }
  if (person.status === 'deprovisioned') {
    const sentence = `${by} took this person away${since}. They come back when the identity provider assigns them again.`;
    return { verdict: 'deprovisioned', sentence, evidence };
  }
  const isByAdmin = person.deactivatedBy === 'admin';
  const sentence = isByAdmin
    ? `Deactivated by an administrator (${by})${since}. The identity provider cannot bring this person back; an administrator can.`
    : `Deactivated by the identity provider (${by})${since}. They come back when it sends active: true.`;
  return { verdict: isByAdmin ? 'deactivatedByAdmin' : 'deactivatedByProvider', sentence, evidence };
}

/** The verdict on one person. */
export async function userVerdict(
  tx: ExplainingTransaction,
  userId: string,
): Promise<Explanation<UserVerdict>> {
  const { organizationId } = tx.context;
  const person = await personOf(tx, organizationId, userId);
  const ended = await endOf(tx, organizationId, person);
  if (ended) return ended;
  const source = await sourceOf(tx, organizationId, userId, ['active', 'managedBy', '*']);
  const last = await newestRequests(tx, organizationId, sql`l.target_id = ${userId}`);
  const evidence = [...(source ? [source] : []), ...last];
  if (person.connectionId === null) {
    const sentence =
      last.length > 0
        ? 'No identity provider manages this person any more; they are an ordinary person, changed here.'
        : 'No identity provider has ever provisioned this person; they are an ordinary person, changed here.';
    return { verdict: 'neverProvisioned', sentence, evidence };
  }
  const because = source
    ? ` because of request ${source.requestId ?? 'unknown'} at ${moment(source.at)}`
    : '';
  if (person.firstSignedInAt === null) {
    const sentence = `Active${because}, and has never signed in: no license is taken before that.`;
    return { verdict: 'neverSignedIn', sentence, evidence };
  }
  return { verdict: 'active', sentence: `Active${because}; may sign in.`, evidence };
}
