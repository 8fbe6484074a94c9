// What lists, facets, a timeline and an explanation cost in a large organization, through /graphql of a running server.
//
//   node bench/people.mjs --url http://127.0.0.1:4000 --token T --database postgres://... [--people 100000]
//
// Fills the token's organization by SQL, set by set (once: a second run finds everybody there), measures every document
// 200 times, one at a time, and prints medians in milliseconds. Loopback only.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Client } from './load/client.mjs';
import { median, quantile } from './load/statistics.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    url: text,
    token: text,
    database: text,
    people: { ...text, default: '100000' },
    groups: { ...text, default: '2000' },
    samples: { ...text, default: '200' },
  },
});
const [people, groups, samples] = [values.people, values.groups, values.samples].map(Number);
const EVENTS = 1000;
const door = new Client(values.url, values.token, { contentType: 'application/json' });

async function send(query, variables = {}) {
  const { body } = await door.send('POST', '/graphql', { query, variables });
  if (body.errors) throw new Error(`${query}: ${JSON.stringify(body.errors)}`);
  return body.data;
}

const { organization } = await send('{ organization { id } }');
const client = new pg.Client({ connectionString: values.database });
await client.connect();
const run = async (statement, parameters = []) => (await client.query(statement, parameters)).rows;
// The roles' own way in: the policies of the product apply to this session too.
await run(`select set_config('app.organization_id', $1, false)`, [organization.id]);
const id = (kind, number) => `('01900000-${kind}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const GIVEN =
  '{Anna,Ben,Clara,David,Emma,Felix,Greta,Hugo,Ida,Jonas,Klara,Leon,Mia,Noah,Olga,Paul,Rosa,Tim,Ute,Vera}';
const FAMILY =
  '{Schneider,Meyer,Kim,Lee,Garcia,Rossi,Novak,Silva,Yilmaz,Dubois,Jensen,Kowalski,Tanaka,Okafor,Popescu}';

const [{ there }] = await run(
  `select count(*)::int as there from users where organization_id = $1 and id >= ${id('aaaa', 0)} and id < ${id('aaab', 0)}`,
  [organization.id],
);
if (there < people) {
  process.stderr.write(`filling: ${people} people, ${groups} groups\n`);
  const [{ connection }] = await run(
    'select id as connection from scim_connections where organization_id = $1 order by id limit 1',
    [organization.id],
  );
  await run(
    `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, given_name,
       family_name, connection_id, active, deactivated_by, created_at, updated_at, last_signed_in_at)
     select $1, ${id('aaaa', 'n')}, name, name, name, name, 'x' || n, given, family || n % 997, $2, n % 20 > 0,
       case when n % 20 > 0 then null else 'connection' end, now() - make_interval(secs => $3 - n),
       now() - make_interval(secs => n % 5000), case when n % 3 > 0 then now() - make_interval(mins => n) end
     from (select n, ($4::text[])[1 + n % 20] as given, ($5::text[])[1 + n % 15] as family,
         lower(($4::text[])[1 + n % 20] || '.' || ($5::text[])[1 + n % 15] || n || '@bench.example') as name
       from generate_series(0, $3::int - 1) as n) as people`,
    [organization.id, connection, people, GIVEN, FAMILY],
  );
  await run(
    `insert into groups (organization_id, id, display_name, display_name_key, connection_id)
     select $1, ${id('bbbb', 'n')}, 'Bench ' || n, 'bench ' || n, $3 from generate_series(0, $2::int - 1) as n`,
    [organization.id, groups, connection],
  );
  await run(
    `insert into memberships (organization_id, group_id, user_id, state, applied_at)
     select $1, ${id('bbbb', `(n * 7 + k * 131) % ${groups}`)}, ${id('aaaa', 'n')}, 'active', now()
     from generate_series(0, $2::int - 1) as n, generate_series(0, 2) as k
     where n % 20 > 0 on conflict do nothing`,
    [organization.id, people],
  );
  // One person with a long history: a third each of requests, audit rows and memberships that came and went.
  await run(
    `insert into provisioning_log (organization_id, id, at, connection_id, request_id, method, resource_type, target_id,
       operation, status, outcome, changes, normalisations, ignored, dialect, duration_ms, address)
     select $1, provisioning_log_bound(now() - make_interval(hours => n)), now() - make_interval(hours => n), $2, 'bench-' || n, 'PATCH', 'User', ${id('aaaa', 1)},
       'updateProvisionedUser', 200, 'applied', '{"title": {"before": "a", "after": "b"}}', '{}', '{}', 'okta', 5, '127.0.0.1'
     from generate_series(1, $3::int) as n`,
    [organization.id, connection, Math.ceil(EVENTS / 3)],
  );
  await run(
    `insert into audit_log (organization_id, id, at, actor_kind, actor_id, action, target_id, request_id, details)
     select $1, gen_random_uuid(), now() - make_interval(hours => n, mins => 20), 'token', 'bench', 'user.updated',
       ${id('aaaa', 1)}::text, 'bench-a' || n, '{}' from generate_series(1, $2::int) as n`,
    [organization.id, Math.ceil(EVENTS / 3)],
  );
  await run(
    `insert into membership_events (organization_id, user_id, group_id, kind, at, accepted_at)
     select $1, ${id('aaaa', 1)}, ${id('bbbb', `n % ${groups}`)}, case n % 2 when 0 then 'active' else 'removed' end,
       now() - make_interval(hours => n, mins => 40), now() - make_interval(hours => n, mins => 41)
     from generate_series(1, $2::int) as n`,
    [organization.id, Math.ceil(EVENTS / 6)],
  );
}
for (const table of [
  'users',
  'user_words',
  'memberships',
  'membership_events',
  'provisioning_log',
  'audit_log',
]) {
  await run(`vacuum (analyze) ${table}`);
}

const PAGE = `edges { node { id userName email givenName familyName status role license lastSignedInAt } }
  pageInfo { hasNextPage endCursor }`;
const LIST = `query ($search: String, $orderBy: UserOrder, $after: String, $role: [Role!]) {
  users(search: $search, orderBy: $orderBy, after: $after, role: $role, first: 50) { ${PAGE} } }`;
const FACETS = `query ($search: String, $status: [UserStatus!]) { userFacets(search: $search, status: $status) {
  total status { value count } role { value count } license { value count } managedBy { count scimConnection { id } } } }`;
const byName = { orderBy: { field: 'NAME' } };

/** The cursor 899 pages on: by SQL, so that finding it takes no minute. */
async function cursorAt(page) {
  const [row] = await run(
    'select sort_name, id from users where organization_id = $1 order by sort_name, id offset $2 limit 1',
    [organization.id, (page - 1) * 50 - 1],
  );
  return row && Buffer.from(JSON.stringify(['name', false, row.sort_name, row.id])).toString('base64url');
}

const one = `01900000-aaaa-7000-8000-000000000001`;
const group = (
  await run('select group_id from memberships where organization_id = $1 and user_id = $2 limit 1', [
    organization.id,
    one,
  ])
)[0]?.group_id;
const other = '01900000-bbbb-7000-8000-000000000001';
const measured = {
  'list, first page by name': [LIST, byName],
  'list, page 900 by name': [LIST, { ...byName, after: await cursorAt(900) }],
  'list, first page, search "anna schn"': [LIST, { ...byName, search: 'anna schn' }],
  'list, first page, search "a"': [LIST, { ...byName, search: 'a' }],
  'list, first page, search "kowalski123"': [LIST, { ...byName, search: 'kowalski123' }],
  'list, first page, search "kowlaski" (misspelt)': [LIST, { ...byName, search: 'kowlaski' }],
  'list, first page, owners only': [LIST, { ...byName, role: ['OWNER'] }],
  'facets, everybody': [FACETS, {}],
  'facets, active': [FACETS, { status: ['ACTIVE'] }],
  'facets, search "anna"': [FACETS, { search: 'anna' }],
  'facets, search "a"': [FACETS, { search: 'a' }],
};
const TIMELINE = `query ($id: ID!) { user(id: $id) { timeline(first: 50) { edges { node { kind at actor sentence requestId } } } } }`;
const EXPLAIN = `query ($userId: ID!, $groupId: ID!) { explainMembership(userId: $userId, groupId: $groupId) {
  verdict sentence evidence { kind at sentence requestId } } }`;
const EXPLAIN_USER = `query ($userId: ID!) { explainUser(userId: $userId) { verdict sentence evidence { kind at sentence requestId } } }`;
Object.assign(measured, {
  'timeline, first page of 1,000 events': [TIMELINE, { id: one }],
  'explainMembership, a member': [EXPLAIN, { userId: one, groupId: group }],
  'explainMembership, not a member': [EXPLAIN, { userId: one, groupId: other }],
  explainUser: [EXPLAIN_USER, { userId: one }],
});

for (const [name, [document, variables]] of Object.entries(measured)) {
  const took = [];
  for (let n = -5; n < samples; n += 1) {
    const began = performance.now();
    await send(document, variables);
    if (n >= 0) took.push(performance.now() - began);
  }
  const worst = quantile(took, 0.95);
  console.log(`${name}: ${median(took).toFixed(1)} ms (p95 ${worst.toFixed(1)})`);
}
await client.end();
door.end();
