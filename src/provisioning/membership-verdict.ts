import { type RawBuilder, sql } from 'kysely';
import { actorName } from '../directory/actor-name.js';
import type { MembershipState, UserRecord } from '../directory/shapes.js';
import { notFound } from '../kernel/errors.js';
import { isId } from '../kernel/ids.js';
import type { Work } from '../kernel/operation.js';
import {
  type EventEvidence,
  type Evidence,
  moment,
  newestEvents,
  newestRequests,
  type RequestEvidence,
} from './evidence.js';
import { endOf, personOf } from './user-verdict.js';

export const MEMBERSHIP_VERDICTS = [
  'member',
  'addPending',
  'removalPending',
  'personErased',
  'personDeprovisioned',
  'personDeactivatedByProvider',
  'personDeactivatedByAdmin',
  'addRefused',
  'removed',
  'nestedGroupIgnored',
  'groupNotManaged',
  'groupNoLongerPushed',
  'neverProvisioned',
  'groupNeverPushed',
  'notSent',
] as const;
export type MembershipVerdict = (typeof MEMBERSHIP_VERDICTS)[number];

export interface Explanation<Verdict> {
  verdict: Verdict;
  sentence: string;
  evidence: Evidence[];
}

export type ExplainingTransaction = Pick<Work, 'em' | 'rows' | 'context'>;

interface Question {
  tx: ExplainingTransaction;
  organizationId: string;
  person: UserRecord;
  group: { id: string; display_name: string; connection_id: string | null };
}

type Answer = Explanation<MembershipVerdict>;

/** Requests of a group that are looked through for one that named this person or their groups. */
const LOOKED_THROUGH = 500;

/** The verdict on one person in one group: what is so now, else the newest thing that made it so. */
export async function membershipVerdict(
  tx: ExplainingTransaction,
  { userId, groupId }: { userId: string; groupId: string },
): Promise<Answer> {
  const { organizationId } = tx.context;
  const person = await personOf(tx, organizationId, userId);
  const [group] = isId(groupId)
    ? await tx.rows(sql<Question['group']>`
        select g.id, g.display_name, g.connection_id from groups g
        where g.organization_id = ${organizationId} and g.id = ${groupId}
      `)
    : [];
  if (!group) throw notFound('group', groupId);
  const question: Question = { tx, organizationId, person, group };
  return (await fromMembership(question)) ?? (await fromPerson(question)) ?? (await fromHistory(question));
}

interface MembershipRow {
  state: MembershipState;
  accepted_at: string;
  applied_at: string | null;
  request_id: string | null;
  actor: string | null;
  ahead: number;
}

/** There is a membership: in effect, or accepted and waiting. */
async function fromMembership({ tx, organizationId, person, group }: Question): Promise<Answer | undefined> {
  const [row] = await tx.rows(sql<MembershipRow>`
    select m.state, m.accepted_at, m.applied_at, c.request_id,
      ${actorName(organizationId, sql`c.actor_kind`, sql`c.actor_id`)} as actor,
      (select count(*)::int from memberships w where w.organization_id = ${organizationId}
        and m.state <> 'active' and w.state <> 'active' and w.accepted_at < m.accepted_at) as ahead
    from memberships m left join lateral (
      select c.request_id, c.actor_kind, c.actor_id from membership_changes c
      where c.organization_id = ${organizationId} and c.id = m.change_id offset 0) as c on true
    where m.organization_id = ${organizationId} and m.group_id = ${group.id} and m.user_id = ${person.id}
  `);
  if (!row) return undefined;
  const name = `'${group.display_name}'`;
  const accepted = moment(new Date(row.accepted_at));
  const own: Evidence = {
    kind: 'membership',
    at: new Date(row.applied_at ?? row.accepted_at),
    actor: row.actor,
    requestId: row.request_id,
    sentence: `The membership in ${name} is ${row.state}.`,
  };
  const evidence = [own, ...(await requestOf(tx, organizationId, row.request_id))];
  const by = row.request_id === null ? '' : ` by request ${row.request_id}`;
  if (row.state === 'active') {
    const because =
      row.request_id === null ? '' : `, because request ${row.request_id} at ${accepted} asked for it`;
    return { verdict: 'member', sentence: `In ${name}${because}.`, evidence };
  }
  const queue = `${row.ahead} other changes of memberships were accepted before it and wait too`;
  if (row.state === 'adding') {
    const sentence = `Adding to ${name} was accepted at ${accepted}${by} and is not in effect yet: ${queue}.`;
    return { verdict: 'addPending', sentence, evidence };
  }
  const sentence = `Still in ${name}: removing was accepted at ${accepted}${by} and is not in effect yet: ${queue}.`;
  return { verdict: 'removalPending', sentence, evidence };
}

const PERSON_VERDICTS: Readonly<Record<string, MembershipVerdict>> = {
  erased: 'personErased',
  deprovisioned: 'personDeprovisioned',
  deactivatedByProvider: 'personDeactivatedByProvider',
  deactivatedByAdmin: 'personDeactivatedByAdmin',
};

/** Nobody whose access ended is in a group (B19). */
async function fromPerson({ tx, organizationId, person, group }: Question): Promise<Answer | undefined> {
  const ended = await endOf(tx, organizationId, person);
  const verdict = ended && PERSON_VERDICTS[ended.verdict];
  if (!ended || !verdict) return undefined;
  const events = await newestEvents(tx, organizationId, {
    userId: person.id,
    groupId: group.id,
    groupName: group.display_name,
  });
  const sentence = `Not in '${group.display_name}': whose access has ended is in no group. ${ended.sentence}`;
  return { verdict, sentence, evidence: [...ended.evidence, ...events] };
}

/** The newest thing that happened to this person in this group, or that nothing did. */
async function fromHistory(question: Question): Promise<Answer> {
  const { tx, organizationId, person, group } = question;
  const name = `'${group.display_name}'`;
  const [event] = await newestEvents(tx, organizationId, {
    userId: person.id,
    groupId: group.id,
    groupName: group.display_name,
  });
  const [refusal] = await requestsOfGroup(
    question,
    sql`(l.changes -> 'members' -> 'asked') @> to_jsonb(${person.id}::text)`,
    sql`l.outcome in ('refused', 'failed')`,
  );
  if (refusal && (!event || refusal.at > event.at)) {
    const sentence = `Adding to ${name} was refused at ${moment(refusal.at)} (request ${refusal.requestId}). ${refusal.sentence}`;
    return { verdict: 'addRefused', sentence, evidence: [refusal, ...(event ? [event] : [])] };
  }
  if (event) return fromEvent(question, event);
  return (await fromNestedGroup(question)) ?? (await fromSilence(question));
}

async function fromEvent({ tx, organizationId, group }: Question, event: EventEvidence): Promise<Answer> {
  const [request] = await requestOf(tx, organizationId, event.requestId);
  const evidence = [event, ...(request ? [request] : [])];
  const name = `'${group.display_name}'`;
  if (event.event === 'refused') {
    const sentence = `Request ${event.requestId} at ${moment(event.at)} asked to add this person to ${name} while they were deactivated or released from the identity provider, so they were left out. It has to send it again.`;
    return { verdict: 'addRefused', sentence, evidence };
  }
  const by = event.actor === null ? '' : ` by ${event.actor}`;
  const how = event.requestId === null ? '' : ` (request ${event.requestId})`;
  // The request was about the person: their access ended, and groups are not restored (B19).
  const isOfPerson =
    request?.operation === 'updateProvisionedUser' || request?.operation === 'deprovisionUser';
  const why = isOfPerson
    ? ' That request ended the access of the person; groups are not restored, the identity provider has to push them again.'
    : '';
  return {
    verdict: 'removed',
    sentence: `Removed from ${name} at ${moment(event.at)}${by}${how}.${why}`,
    evidence,
  };
}

/** B29: the provider put a group of this person into the group, which is passed over. */
async function fromNestedGroup(question: Question): Promise<Answer | undefined> {
  const { tx, organizationId, person, group } = question;
  const own = await tx.rows(sql<{ group_id: string; display_name: string }>`
    select m.group_id, g.display_name from memberships m join groups g
      on g.organization_id = m.organization_id and g.id = m.group_id
    where m.organization_id = ${organizationId} and m.user_id = ${person.id} limit ${LOOKED_THROUGH}
  `);
  const ids = own.map((row) => row.group_id);
  const [request] = await requestsOfGroup(
    question,
    sql`jsonb_exists_any(l.changes -> 'members' -> 'nested', ${ids}::text[])`,
    sql`l.changes -> 'members' -> 'nested' is not null`,
  );
  if (!request) return undefined;
  const sentence = `Request ${request.requestId} at ${moment(request.at)} put a group that this person is in into '${group.display_name}'. Groups inside groups are ignored: assign the people, or the inner group itself, in the identity provider.`;
  return { verdict: 'nestedGroupIgnored', sentence, evidence: [request] };
}

/** Nothing was ever asked about this person in this group: why it was not. */
async function fromSilence({ tx, organizationId, person, group }: Question): Promise<Answer> {
  const name = `'${group.display_name}'`;
  const [ofGroup] = await newestRequests(tx, organizationId, sql`l.target_id = ${group.id}`);
  const [ofPerson] = await newestRequests(tx, organizationId, sql`l.target_id = ${person.id}`);
  const evidence = [ofGroup, ofPerson].filter((row): row is RequestEvidence => row !== undefined);
  if (group.connection_id === null) {
    const [end] = await newestRequests(
      tx,
      organizationId,
      sql`l.target_id = ${group.id} and l.operation = 'deprovisionGroup' and l.outcome = 'applied'`,
    );
    if (end) {
      const sentence = `The identity provider took ${name} away at ${moment(end.at)} (request ${end.requestId}); since then it is an ordinary group, changed here.`;
      return { verdict: 'groupNoLongerPushed', sentence, evidence: [end] };
    }
    const sentence = `${name} is not managed by SCIM: it was made here, and an administrator decides who is in it.`;
    return { verdict: 'groupNotManaged', sentence, evidence };
  }
  if (person.connectionId === null) {
    const sentence = `No identity provider provisions this person, so none can put them into ${name}. Assign them to the application in the identity provider.`;
    return { verdict: 'neverProvisioned', sentence, evidence };
  }
  const [change] = await tx.rows(sql<{ id: string }>`
    select id from membership_changes where organization_id = ${organizationId} and group_id = ${group.id} limit 1
  `);
  const last = (request: RequestEvidence | undefined) =>
    request ? `${moment(request.at)} (request ${request.requestId})` : 'never';
  if (!change) {
    const sentence = `The identity provider has created ${name} and never sent who is in it. Its last request about the group: ${last(ofGroup)}. Check that its members are pushed.`;
    return { verdict: 'groupNeverPushed', sentence, evidence };
  }
  const sentence = `The identity provider has not sent this person as a member of ${name}. Its last request about the group: ${last(ofGroup)}; about the person: ${last(ofPerson)}.`;
  return { verdict: 'notSent', sentence, evidence };
}

const requestOf = (tx: ExplainingTransaction, organizationId: string, requestId: string | null) =>
  requestId === null ? [] : newestRequests(tx, organizationId, sql`l.request_id = ${requestId}`);

/** The newest of the group's last requests of a kind that meets the condition; so many are looked through at most. */
const requestsOfGroup = (
  { tx, organizationId, group }: Question,
  condition: RawBuilder<unknown>,
  kind: RawBuilder<unknown>,
): Promise<RequestEvidence[]> =>
  newestRequests(
    tx,
    organizationId,
    sql`l.target_id = ${group.id} and l.id = (
      select l.id from (
        select l.id, l.changes from provisioning_log l
        where l.organization_id = ${organizationId} and l.target_id = ${group.id} and ${kind}
        order by l.id desc limit ${LOOKED_THROUGH}) as l
      where ${condition} order by l.id desc limit 1)`,
  );
