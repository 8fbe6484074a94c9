import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '../src/entities.js';
import { migrate } from '../src/migrate.js';
import { RELEASED } from './released-migrations.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/database.js';

/** The ORM's own list of what ran; it belongs to no organization. */
const LIST_OF_MIGRATIONS = 'migrations';

/**
 * Columns that no entity has on purpose. What is not mapped cannot be selected along with the rest or end up in an
 * answer: the key of a connection's cursors is the database's to make and only the paging statement's to read.
 */
const OF_NO_ENTITY = [
  'sso_connections: only in the table: sealed_secret bytea',
  'scim_connections: only in the table: cursor_key bytea not null',
];

/** Tables of no organization: closed to the role of organizations, without exception (docs/decisions/0053). */
const OF_NO_ORGANIZATION = ['operator_tokens'];

/** Unique keys that do not start with the organization: they are what finds it, or of operators, who are in none. */
const KEYS_ACROSS_ORGANIZATIONS = [
  'api_tokens_lookup_unique (lookup_id)',
  'idempotency_keys_of_operators (actor, key)',
  'links_found_by_id (id)',
  'operator_tokens_lookup_unique (lookup_id)',
  'operator_tokens_pkey (id)',
  'organizations_pkey (id)',
  'organizations_slug_unique (slug)',
  'scim_credentials_lookup_unique (lookup_id)',
  'sessions_lookup_unique (lookup_id)',
];

/** Everything the system scope may touch: authenticate, outbox relay, sweeper, operators naming a slug. */
const SYSTEM_SCOPE = [
  'api_tokens SELECT',
  'api_tokens UPDATE(last_used_at)',
  'bulk_changes SELECT',
  'erased_identities SELECT',
  'idempotency_keys DELETE',
  'idempotency_keys SELECT(actor)',
  'idempotency_keys SELECT(created_at)',
  'idempotency_keys SELECT(key)',
  'idempotency_keys SELECT(organization_id)',
  'invitation_batches SELECT',
  'invitations SELECT',
  'license_requests SELECT',
  'links SELECT',
  'mails SELECT',
  'memberships SELECT',
  'operator_tokens INSERT',
  'operator_tokens SELECT',
  'operator_tokens UPDATE(last_used_at)',
  'operator_tokens UPDATE(revoked_at)',
  'organizations SELECT',
  'outbox DELETE',
  'outbox SELECT',
  'outbox UPDATE',
  'provisioning_log INSERT',
  'provisioning_log_words DELETE',
  'provisioning_log_words INSERT',
  'provisioning_log_words SELECT(log_id)',
  'scim_connections SELECT',
  'scim_credentials SELECT',
  'scim_credentials UPDATE(last_used_address)',
  'scim_credentials UPDATE(last_used_agent)',
  'scim_credentials UPDATE(last_used_at)',
  'seat_pools SELECT',
  'sessions SELECT',
  'sessions UPDATE(last_seen_at)',
  'sso_connections SELECT(id)',
  'sso_connections SELECT(organization_id)',
  'sso_connections SELECT(refresh_at)',
  'sso_connections SELECT(status)',
  'users SELECT(active)',
  'users SELECT(id)',
  'users SELECT(organization_id)',
  'users SELECT(role)',
];

const RUNTIME_ROLES = ['rollcall_organization', 'rollcall_system'];

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Every column, key, index, policy, function and privilege, ours and the queue's, as one text. */
async function shapeOf(url: string): Promise<string> {
  const statement = `
    select jsonb_pretty(jsonb_agg(line order by line)) as shape from (
      select to_jsonb(c) - 'table_catalog' - 'udt_catalog' - 'collation_catalog' as line from information_schema.columns c
      where table_schema in ('public', 'bullmq')
      union all select to_jsonb(i) from pg_indexes i where schemaname in ('public', 'bullmq')
      union all select to_jsonb(p) from pg_policies p
      union all select jsonb_build_array(conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace in ('public'::regnamespace, 'bullmq'::regnamespace)
      union all select jsonb_build_array(oid::regclass, relrowsecurity, relforcerowsecurity, relacl::text) from pg_class
      where relkind = 'r' and relnamespace in ('public'::regnamespace, 'bullmq'::regnamespace)
      union all select jsonb_build_array(pg_get_functiondef(oid)) from pg_proc where pronamespace = 'public'::regnamespace
      union all select jsonb_build_array(name) from migrations) lines`;
  return withClient(url, async (client) => (await client.query(statement)).rows[0].shape);
}

let template: TestDatabase;
const names = (rows: { name: string }[]): string[] => rows.map((row) => row.name).sort();

/** The names a statement finds in a fully migrated database. */
const find = (statement: string, values: unknown[] = []): Promise<string[]> =>
  withClient(template.url, async (client) => names((await client.query(statement, values)).rows));

beforeAll(async () => {
  template = await createTestDatabase();
});
afterAll(() => template.drop());

describe('migrating', () => {
  let empty: TestDatabase;

  beforeEach(async () => {
    empty = await createEmptyDatabase();
  });
  afterEach(() => empty.drop());

  it('an empty database runs every file in order, and a second time nothing', async () => {
    expect(await migrate(empty.url)).toEqual(
      readdirSync('migrations').map((file) => file.replace(/\.ts$/, '')),
    );
    const shape = await shapeOf(empty.url);
    expect(await migrate(empty.url)).toEqual([]);
    expect(await shapeOf(empty.url)).toBe(shape);
  });

  it('three times at once is done by one, and the others wait and find nothing to do', async () => {
    const ran = await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)]);
    expect(ran.map((names) => names.length).sort()).toEqual([0, 0, Object.keys(RELEASED).length]);
    expect(await shapeOf(empty.url)).toBe(await shapeOf(template.url));
  });
});

it('released migrations are never changed', () => {
  const now = readdirSync('migrations').map((file) => [
    file,
    createHash('sha256')
      .update(readFileSync(`migrations/${file}`))
      .digest('hex'),
  ]);
  expect(Object.fromEntries(now)).toEqual(RELEASED);
});

it('the columns and primary key of every entity are those of its table', async () => {
  const orm = await MikroORM.init({ clientUrl: template.url, entities: [...entities] });
  const differences = await withClient(template.url, async (client) => {
    const found: string[] = [];
    const canonical = async (type: string): Promise<string> =>
      (await client.query('select $1::regtype::text as name', [type])).rows[0].name;
    for (const entity of orm.getMetadata()) {
      const mapped: string[] = [];
      for (const { fieldNames, columnTypes, nullable, primary } of entity.props) {
        const type = await canonical(columnTypes[0] ?? '');
        mapped.push(`${fieldNames[0]} ${type}${nullable ? '' : ' not null'}${primary ? ' primary' : ''}`);
      }
      const { rows } = await client.query<{ name: string }>(
        `select concat(c.column_name, ' ', format_type(a.atttypid, a.atttypmod),
           case c.is_nullable when 'NO' then ' not null' end, case when a.attnum = any(k.conkey) then ' primary' end) as name
         from information_schema.columns c
         join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name
         join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'p'
         where c.table_schema = 'public' and c.table_name = $1`,
        [entity.tableName],
      );
      const columns = new Set(rows.map((row) => row.name));
      found.push(
        ...[...columns]
          .filter((one) => !mapped.includes(one))
          .map((one) => `${entity.tableName}: only in the table: ${one}`),
      );
      found.push(
        ...mapped
          .filter((one) => !columns.has(one))
          .map((one) => `${entity.tableName}: only in the entity: ${one}`),
      );
    }
    return found;
  });
  await orm.close(true);
  expect(differences).toEqual(OF_NO_ENTITY);
  expect(entities.length).toBeGreaterThanOrEqual(6);
});

describe('one organization at a time, by shape', () => {
  const ours = `c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> '${LIST_OF_MIGRATIONS}'`;

  it('every table is organizations or has an organization_id that is never null', async () => {
    const without = `select c.relname as name from pg_class c where ${ours} and c.relname <> 'organizations' and not exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and a.attnotnull)`;
    expect(await find(without)).toEqual(OF_NO_ORGANIZATION);
    expect((await find(`select c.relname as name from pg_class c where ${ours}`)).length).toBeGreaterThan(10);
  });

  it('row-level security is enabled and forced on every table, by the one policy of the runtime role', async () => {
    const open = `select c.relname as name from pg_class c where ${ours} and not (c.relrowsecurity and c.relforcerowsecurity)`;
    expect(await find(open)).toEqual([]);
    const policy = `(%I = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)`;
    const unprotected = `select c.relname as name from pg_class c where ${ours} and not exists (
      select from pg_policies p where p.tablename = c.relname and p.policyname = 'organization_rows' and p.cmd = 'ALL'
        and p.roles = '{rollcall_organization}' and p.with_check is null
        and p.qual = format($1, case c.relname when 'organizations' then 'id' else 'organization_id' end))`;
    expect(await find(unprotected, [policy])).toEqual(OF_NO_ORGANIZATION);
    const reached = `select g.table_name as name from information_schema.role_column_grants g
      where g.grantee = 'rollcall_organization' and g.table_name = any($1)`;
    expect(await find(reached, [OF_NO_ORGANIZATION])).toEqual([]);
    const further = `select tablename || ' ' || policyname as name from pg_policies
      where policyname <> 'organization_rows' and schemaname <> 'provisioning_log_months' and not (policyname = 'system_scope' and roles = '{rollcall_system}'
        and qual = $$(CURRENT_USER = 'rollcall_system'::name)$$)`;
    expect(await find(further)).toEqual([]);
  });

  it('every unique key starts with the organization, except those that find it', async () => {
    const keys = await find(`
      select i.indexrelid::regclass || ' (' || (
        select string_agg(a.attname, ', ' order by k.n) from unnest(i.indkey::int[]) with ordinality k(attnum, n)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum) || ')' as name
      from pg_index i join pg_class c on c.oid = i.indrelid where i.indisunique and ${ours}`);
    expect(keys.filter((key) => !/\(organization_id\b/.test(key))).toEqual(KEYS_ACROSS_ORGANIZATIONS);
    expect(keys).toContain('users_email_unique (organization_id, email_key, identity_scope)');
  });

  it('every foreign key is composite, from organization to organization, and none deletes by itself', async () => {
    const keys = await find(`
      select c.relname || ': ' || pg_get_constraintdef(k.oid) as name
      from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'f' and ${ours}`);
    const composite = /^\w+: FOREIGN KEY \(organization_id, \w+\) REFERENCES \w+\(organization_id, id\)$/;
    const toOrganization = /^\w+: FOREIGN KEY \(organization_id\) REFERENCES organizations\(id\)$/;
    expect(keys.filter((key) => !composite.test(key) && !toOrganization.test(key))).toEqual([]);
    expect(keys.filter((key) => composite.test(key)).length).toBeGreaterThan(5);
  });

  // Membership events outlive what they speak of, and are written for whole groups at once.
  // The provisioning log is written in batches for an organization that was just authenticated, and dropped by the month.
  it('every row belongs to an organization that exists: some foreign key of its table leads there', async () => {
    const adrift = `select c.relname as name from pg_class c where ${ours} and c.relname not in ('organizations', 'operator_tokens', 'provisioning_log', 'membership_events') and not exists (
      select from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.conrelid = c.oid and k.contype = 'f' and a.attname = 'organization_id'
        and (select bool_and(b.attnotnull) from pg_attribute b where b.attrelid = c.oid and b.attnum = any(k.conkey)))`;
    expect(await find(adrift)).toEqual([]);
  });
});

describe('the runtime roles', () => {
  it('have no power of their own: no superuser, no bypass, no login, no roles, no databases', async () => {
    const roles = await find('select rolname as name from pg_roles where rolname = any($1)', [RUNTIME_ROLES]);
    expect(roles).toEqual(RUNTIME_ROLES);
    const powerful = `select rolname as name from pg_roles where rolname = any($1)
      and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb or rolreplication)`;
    expect(await find(powerful, [RUNTIME_ROLES])).toEqual([]);
    const memberships = `select roleid::regrole::text as name from pg_auth_members where member::regrole::text = any($1)`;
    expect(await find(memberships, [RUNTIME_ROLES])).toEqual([]);
  });

  it('own nothing, and reach nothing but the tables of organizations', async () => {
    const owned = `select classid::regclass::text as name from pg_shdepend where deptype = 'o' and refobjid::regrole::text = any($1)`;
    expect(await find(owned, [RUNTIME_ROLES])).toEqual([]);
    const reach = `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where (n.nspname = 'bullmq' or c.relname = '${LIST_OF_MIGRATIONS}') and c.relkind in ('r', 'p')
        and exists (select from unnest($1::text[]) r where has_any_column_privilege(r, c.oid, 'select, insert, update'))`;
    expect(await find(reach, [RUNTIME_ROLES])).toEqual([]);
  });

  it('the system scope touches the listed tables only, and of credentials only when they were used', async () => {
    const granted = await find(`
      select table_name || ' ' || privilege_type as name from information_schema.role_table_grants
      where grantee = 'rollcall_system'
      union
      select g.table_name || ' ' || g.privilege_type || '(' || g.column_name || ')' from information_schema.column_privileges g
      where g.grantee = 'rollcall_system' and not exists (
        select from information_schema.role_table_grants t where t.grantee = g.grantee
          and t.table_name = g.table_name and t.privilege_type = g.privilege_type)`);
    expect(granted).toEqual(SYSTEM_SCOPE);
  });

  it('history is written and read, never changed', async () => {
    const privileges = `select privilege_type as name from information_schema.role_table_grants
      where grantee = 'rollcall_organization' and table_name = 'audit_log'`;
    expect(await find(privileges)).toEqual(['INSERT', 'SELECT']);
  });
});
