import type pg from 'pg';
import { type History, MAY_BE_IN, MUST_BE_IN, MUST_NOT_BE_IN } from './history.js';
import { marked, type Person } from './people.js';

/** Reads as the superuser: every organization's rows, without row-level security. */
export type Sql = <T extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<T[]>;

/** What is under way and has to come to its end by itself (I3). */
const WAITING = `
  select (select count(*) from outbox where topic <> 'mail.queued')
    + (select count(*) from memberships where state <> 'active')
    + (select count(*) from bulk_changes where finished_at is null)
    + (select count(*) from invitations where state = 'consumed' and applied_at is null)
    + (select count(*) from invitation_batches where finished_at is null) as waiting`;

export async function countWaiting(sql: Sql): Promise<number> {
  const [row] = await sql<{ waiting: string }>(WAITING);
  return Number(row?.waiting);
}

/** Each finds rows that must not exist, whatever happened before. */
const NEVER: readonly [rule: string, what: string, statement: string][] = [
  [
    'I4',
    'somebody joined a group twice without leaving it in between',
    `select user_id from (
       select user_id, group_id, organization_id, kind,
         lag(kind) over (partition by organization_id, user_id, group_id order by at) as before
       from membership_events where kind in ('active', 'removed')) e
     where kind = before and kind = 'active'`,
  ],
  [
    'I4',
    'the history of a membership ends otherwise than the membership',
    `select e.user_id from (
       select distinct on (organization_id, user_id, group_id) organization_id, user_id, group_id, kind
       from membership_events where kind in ('active', 'removed')
       order by organization_id, user_id, group_id, at desc) e
     left join memberships m using (organization_id, user_id, group_id)
     where (e.kind = 'active') <> (m.user_id is not null)`,
  ],
  ['I5', 'more seats are taken than were bought', 'select kind from seat_pools where taken > bought'],
  [
    'I5',
    'the seats taken are not the licenses held',
    `select kind from seat_pools p where taken <> (
       select count(*) from users u where u.organization_id = p.organization_id and u.license = p.kind)`,
  ],
  [
    'I6',
    'somebody deactivated still has a membership, a license, a session or an invitation',
    `select id from users u where not active and (
       license is not null
       or exists (select from memberships m where m.organization_id = u.organization_id and m.user_id = u.id)
       or exists (select from sessions s where s.organization_id = u.organization_id and s.user_id = u.id
         and s.ended_at is null)
       or exists (select from invitations i where i.organization_id = u.organization_id
         and i.email_key = u.email_key and i.state = 'pending'))`,
  ],
  [
    'I8',
    'the version of a person is not one more than their changes',
    `select id from users u where connection_id is not null and version <> 1 + (select count(*) from audit_log a where a.organization_id = u.organization_id
         and a.target_id = u.id::text and a.action = 'user.updated')`,
  ],
];

/** Proves I1, I2, I4, I5, I6 and I8 of what the clients heard and what is stored. The load has ended and nothing waits. */
export async function checkRows(sql: Sql, history: History, people: readonly Person[]): Promise<void> {
  await checkPeople(sql, history, people);
  await checkHistoryRows(sql, history);
  for (const [rule, what, statement] of NEVER) {
    const rows = await sql(statement);
    if (rows.length > 0)
      history.violated(rule, `${what}: ${rows.length}, such as ${JSON.stringify(rows[0])}`);
  }
}

interface Stored {
  id: string;
  external_id: string;
  title: string;
  given_name: string;
  family_name: string;
  active: boolean;
  license: string | null;
  groups: string[];
}

async function checkPeople(sql: Sql, history: History, people: readonly Person[]): Promise<void> {
  const rows = await sql<Stored>(
    `select id, external_id, title, given_name, family_name, active, license,
       (select coalesce(json_agg(m.group_id), '[]') from memberships m
        where m.organization_id = u.organization_id and m.user_id = u.id and m.state = 'active') as groups
     from users u where external_id like $1`,
    [`x-${history.name}-%`],
  );
  const stored = new Map(rows.map((row) => [row.external_id, row]));
  for (const person of people) {
    const row = stored.get(`x-${person.name}`);
    const say = (rule: string, what: string) =>
      history.violated(rule, `${person.name} (${person.id}) ${what}`);
    if (!person.exists.allows(row !== undefined)) say('I1', row ? 'exists' : 'is lost');
    if (!row) continue;
    if (person.id !== undefined && person.id !== row.id) say('I1', `is ${row.id} now`);
    const values = [row.title, row.given_name, row.family_name];
    if (new Set(values).size !== 1) say('I9', `holds half of a change: ${values}`);
    const expected = [person.marker.certain, ...person.marker.maybe].map(marked);
    if (!expected.includes(row.title))
      say('I1', `holds ${row.title}, and should hold ${expected.join(' or ')}`);
    if (!person.active.allows(row.active)) say('I1', `is ${row.active ? '' : 'not '}active`);
    if (!person.license.allows(row.license !== null)) say('I1', `holds the license ${row.license}`);
    if (!person.member.allows(row.groups.includes(person.group))) say('I1', `is in the groups ${row.groups}`);
    if (row.groups.some((group) => group !== person.group)) say('I7', `is in the groups ${row.groups}`);
  }
}

/** Rows of the history and of the provisioning log that one request left. */
interface Left {
  request_id: string;
  audited: number;
  applied: number;
}

/** What a worker writes later carries the id of the request that caused it. */
const LATER = `('group.membersApplied', 'licenses.granted')`;
const PAGE = 50_000;

/** I1, I2 and I8 exactly: an acknowledged change is in the history once, a refused one never, an unanswered one whole. */
async function checkHistoryRows(sql: Sql, history: History): Promise<void> {
  const seen = new Uint8Array(history.size());
  for (let after = ''; ; ) {
    const rows = await sql<Left>(
      `select request_id, sum(audited)::int as audited, sum(applied)::int as applied from (
         select request_id, 1 as audited, 0 as applied from audit_log
         where request_id like $1 and request_id > $2 and action not in ${LATER}
         union all
         select request_id, 0, 1 from provisioning_log
         where request_id like $1 and request_id > $2 and method not in ('GET') and outcome = 'applied'
       ) both_logs group by request_id order by request_id limit ${PAGE}`,
      [`${history.name}-%`, after],
    );
    for (const row of rows) {
      const id = Number(row.request_id.slice(history.name.length + 1));
      seen[id] = row.audited;
      const expected = history.expectationOf(id);
      if (row.audited > 1) history.violated('I4', `${row.request_id} is in the history ${row.audited} times`);
      if (row.audited > 0 && expected === MUST_NOT_BE_IN) {
        history.violated('I2', `${row.request_id} was refused, and is in the history`);
      }
      if (row.applied > row.audited) {
        history.violated('I8', `${row.request_id} is in the provisioning log and not in the history`);
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    after = last.request_id;
  }
  for (let id = 0; id < seen.length; id += 1) {
    const expected = history.expectationOf(id);
    if (expected === MUST_BE_IN && seen[id] !== 1) {
      history.violated('I1', `${history.requestId(id)} was acknowledged, and is not in the history`);
    }
    if (expected !== MUST_BE_IN && expected !== MUST_NOT_BE_IN && expected !== MAY_BE_IN) {
      throw new Error(`Operation ${id} has no expectation.`);
    }
  }
}

/** Everything that belongs to an organization, as one number (I7). */
export async function digestOf(sql: Sql, organizationId: string): Promise<string> {
  const tables = await sql<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`);
  const sums: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql<{ sum: string | null }>(
      `select md5(string_agg(t.text, '|' order by t.text)) as sum from (
         select jsonb_strip_nulls(to_jsonb(t))::text as text from ${name} t where organization_id = $1) t`,
      [organizationId],
    );
    // A table or column that a deployment adds changes nothing of what there was.
    if (row?.sum) sums.push(`${name} ${row.sum}`);
  }
  return sums.join('\n');
}
