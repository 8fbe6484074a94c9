import { sql } from 'kysely';
import pg from 'pg';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { createLogger } from '../../src/kernel/logger.js';
import { runInOrganization, runInSystem, type Transaction } from '../../src/kernel/tenancy.js';
import { ScimConnection } from '../../src/provisioning/scim-connection.entity.js';
import { startProduct, TEST_SECRET_KEY, type TestProduct } from '../support/product.js';
import { digestOf, ownedTables, writableColumns } from './digest.js';
import { makeWorld, type World } from './world.js';

/** What the system scope may do, table by table; whatever is not here is closed to it. */
const ONLY_READ =
  'organizations scim_connections memberships invitations invitation_batches mails links bulk_changes seat_pools license_requests';
const OPEN_TO_SYSTEM: Record<string, string[]> = {
  ...Object.fromEntries(ONLY_READ.split(' ').map((table) => [table, ['SELECT']])),
  scim_credentials: ['SELECT', 'UPDATE last_used_address', 'UPDATE last_used_agent', 'UPDATE last_used_at'],
  api_tokens: ['SELECT', 'UPDATE last_used_at'],
  sessions: ['SELECT', 'UPDATE last_seen_at'],
  // Of no organization, and nobody else's (docs/decisions/0053).
  operator_tokens: ['INSERT', 'SELECT', 'UPDATE last_used_at', 'UPDATE revoked_at'],
  // Authenticating a token of a person: whether they are active, and with which role.
  users: ['SELECT active', 'SELECT id', 'SELECT organization_id', 'SELECT role'],
  idempotency_keys: ['DELETE', 'SELECT actor', 'SELECT created_at', 'SELECT key', 'SELECT organization_id'],
  erased_identities: ['SELECT'],
  outbox: ['DELETE', 'SELECT', 'UPDATE'],
  provisioning_log: ['INSERT'],
  provisioning_log_words: ['DELETE', 'INSERT', 'SELECT log_id'],
  // Whether SSO is active (B1), and which documents are due.
  sso_connections: ['SELECT id', 'SELECT organization_id', 'SELECT refresh_at', 'SELECT status'],
};

/** Rows of these are written once, or handed over, and never seen again by the organization. */
const WRITE_ONLY: Record<string, string[]> = {
  audit_log: ['UPDATE', 'DELETE'],
  outbox: ['SELECT', 'UPDATE', 'DELETE'],
  provisioning_log: ['UPDATE', 'DELETE'],
  provisioning_log_words: ['UPDATE', 'DELETE'],
};

let product: TestProduct;
let mine: World;
let theirs: World;
let tables: { name: string; key: string }[];
let client: pg.Client;

beforeAll(async () => {
  product = await startProduct();
  [mine, theirs] = [await makeWorld(product), await makeWorld(product)];
  // Written for people of an rfc connection only.
  await product.sql('insert into user_email_keys select organization_id, email_key, id from users');
  // Written at the first sign-out at a provider.
  await product.sql(
    `insert into saml_keys (organization_id, certificate, sealed_key) select id, 'certificate', 'key' from organizations`,
  );
  tables = await ownedTables(product);
  client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await product.close();
});

/** Raw statements without any condition on the organization, as a role, and rolled back. */
async function as(
  role: string,
  organizationId: string | undefined,
  work: () => Promise<void>,
): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local role ${role}`);
    if (organizationId !== undefined) {
      await client.query(`select set_config('app.organization_id', $1, true)`, [organizationId]);
    }
    await work();
  } finally {
    await client.query('rollback');
  }
}

/** The SQLSTATE of a statement that is refused, or how many rows it met. */
async function attempt(statement: string, values: unknown[] = []): Promise<string | number> {
  await client.query('savepoint one');
  try {
    return (await client.query(statement, values)).rowCount ?? 0;
  } catch (error) {
    await client.query('rollback to savepoint one');
    return (error as pg.DatabaseError).code ?? 'unknown';
  }
}

const DENIED = '42501';
const isWithheld = (table: string, privilege: string) => WRITE_ONLY[table]?.includes(privilege) ?? false;
const rowsOf = async (table: { name: string; key: string }, organizationId: string) =>
  (await product.sql(`select from ${table.name} where ${table.key} = $1`, [organizationId])).length;

describe('net 3: row-level security', () => {
  it('is on and FORCED on every table, and no role of ours can bypass it', async () => {
    const open = await product.sql(`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'migrations'
        and not (c.relrowsecurity and c.relforcerowsecurity)`);
    expect(open).toEqual([]);
    const [owner] = (await client.query('select current_user as name')).rows;
    const roles = await product.sql(
      `select rolname from pg_roles where rolname in ('rollcall_organization', 'rollcall_system', $1)
         and (rolsuper or rolbypassrls or rolreplication)`,
      [owner?.name],
    );
    expect(roles).toEqual([]);
  });

  it('shows one organization its own rows only, to statements that ask for all', async () => {
    for (const table of tables) {
      await as('rollcall_organization', mine.organization.id, async () => {
        const own = await rowsOf(table, mine.organization.id);
        const expected = (privilege: string) => (isWithheld(table.name, privilege) ? DENIED : own);
        const all = `update ${table.name} set ${table.key} = ${table.key}`;
        expect([table.name, await attempt(`select from ${table.name}`)]).toEqual([
          table.name,
          expected('SELECT'),
        ]);
        expect([table.name, await attempt(all)]).toEqual([table.name, expected('UPDATE')]);
        const deleted = await attempt(`delete from ${table.name}`);
        // Where other rows of the same organization refer to them: the foreign key, which comes after the policy.
        expect([expected('DELETE'), '23503']).toContain(deleted);
        expect(await attempt(`truncate ${table.name} cascade`)).toBe(DENIED);
      });
    }
  });

  it('lets no row be moved or added to another organization', async () => {
    for (const { name, key } of tables) {
      await as('rollcall_organization', mine.organization.id, async () => {
        expect([name, await attempt(`update ${name} set ${key} = $1`, [theirs.organization.id])]).toEqual([
          name,
          name === 'user_courses' ? 0 : DENIED,
        ]);
        const row = `jsonb_populate_record(null::${name}, jsonb_build_object('${key}', $1::uuid))`;
        const columns = await writableColumns(product, name);
        const insert = `insert into ${name} (${columns}) select ${columns} from ${row}`;
        expect([name, await attempt(insert, [theirs.organization.id])]).toEqual([name, DENIED]);
      });
    }
  });

  it('without an organization, or as the login role itself, there is nothing', async () => {
    for (const role of ['rollcall_organization', 'current']) {
      for (const organizationId of [undefined, '']) {
        await as(role === 'current' ? 'none' : role, organizationId, async () => {
          for (const { name, key } of tables) {
            const nothing = role !== 'current' && isWithheld(name, 'SELECT') ? DENIED : 0;
            expect([name, await attempt(`select from ${name}`)]).toEqual([name, nothing]);
            expect([DENIED, 0]).toContain(await attempt(`update ${name} set ${key} = ${key}`));
            expect([DENIED, 0]).toContain(await attempt(`delete from ${name}`));
          }
        });
      }
    }
  });
});

describe('by shape', () => {
  it('a membership cannot join two organizations, even for a superuser', async () => {
    const join = (organizationId: string, groupId: string, userId: string) =>
      product.sql(
        `insert into memberships (organization_id, group_id, user_id, state) values ($1, $2, $3, 'adding')`,
        [organizationId, groupId, userId],
      );
    const [a, b] = [mine, theirs];
    await expect(join(a.organization.id, a.ids.group, b.ids.user)).rejects.toMatchObject({ code: '23503' });
    await expect(join(b.organization.id, a.ids.group, b.ids.user)).rejects.toMatchObject({ code: '23503' });
    await expect(
      product.sql('update users set connection_id = $1 where id = $2', [b.ids.connection, a.ids.user]),
    ).rejects.toMatchObject({ code: '23503' });
  });

  it('every key begins with the organization, and every foreign key holds it', async () => {
    const found = await product.sql<{ name: string }>(`
      select c.conname as name from pg_constraint c join pg_namespace n on n.oid = c.connamespace
      where n.nspname = 'public' and c.contype in ('p', 'u', 'f') and c.conrelid::regclass::text <> 'migrations'
        and not exists (select from pg_attribute a where a.attrelid = c.conrelid
          and (c.contype = 'f' and a.attnum = any(c.conkey) or a.attnum = c.conkey[1]) and a.attname = 'organization_id')
      order by 1`);
    // What names an organization before one is known: its own id and host name, and the public part of a credential.
    expect(found.map((row) => row.name)).toEqual([
      'api_tokens_lookup_unique',
      'links_found_by_id',
      'operator_tokens_lookup_unique',
      'operator_tokens_pkey',
      'organizations_pkey',
      'organizations_slug_unique',
      'scim_credentials_lookup_unique',
      'sessions_lookup_unique',
    ]);
  });
});

describe('the system scope', () => {
  it('may do what the migrations opened to it and nothing else', async () => {
    const granted = await product.sql<{ name: string; privilege: string }>(`
      select table_name as name, privilege_type as privilege from information_schema.role_table_grants
      where grantee = 'rollcall_system' and table_schema = 'public'
      union all
      select g.table_name, g.privilege_type || ' ' || g.column_name from information_schema.role_column_grants g
      where g.grantee = 'rollcall_system' and g.table_schema = 'public' and not exists (
        select from information_schema.role_table_grants t where t.grantee = g.grantee
          and t.table_name = g.table_name and t.privilege_type = g.privilege_type)
      order by 1, 2`);
    const byTable = Object.groupBy(granted, (row) => row.name);
    const found = Object.entries(byTable).map(([name, rows]) => [name, rows?.map((row) => row.privilege)]);
    expect(Object.fromEntries(found)).toEqual(OPEN_TO_SYSTEM);
    await as('rollcall_system', mine.organization.id, async () => {
      for (const { name } of tables) {
        const seen = await attempt(`select from ${name}`);
        if (OPEN_TO_SYSTEM[name]?.some((privilege) => privilege.startsWith('SELECT')))
          expect(seen).toBe((await product.sql(`select from ${name}`)).length);
        else expect([name, seen]).toEqual([name, DENIED]);
      }
      expect(await attempt('select email from users')).toBe(DENIED);
    });
  });
});

describe('nets 1 and 2: the entrance and the ORM filter', () => {
  const state = sql<{ pid: number; role: string; organization: string | null }>`
    select pg_backend_pid() as pid, current_user::text as role, current_setting('app.organization_id', true) as organization`;
  let single: Database;
  const inside = <T>(world: World, work: (tx: Transaction) => Promise<T>) =>
    runInOrganization({ database: single, organizationId: world.organization.id }, work);

  beforeAll(async () => {
    single = await Database.open({
      url: product.databaseUrl,
      entities,
      logger: createLogger('silent'),
      poolSize: 1,
      secretKey: TEST_SECRET_KEY,
    });
  });
  afterAll(() => single.close());

  it('the organization and the role end with the transaction, however it ends, on the same connection', async () => {
    const bare = async () => (await state.execute(single.fork().getKysely())).rows[0];
    const before = await bare();
    const [during] = await inside(mine, (tx) => tx.rows(state));
    expect(during).toMatchObject({
      pid: before?.pid,
      role: 'rollcall_organization',
      organization: mine.organization.id,
    });
    expect(await bare()).toMatchObject({ pid: before?.pid, role: before?.role, organization: '' });
    await expect(inside(mine, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(inside(mine, (tx) => tx.rows(sql`select 1 / 0`))).rejects.toThrow();
    expect(await bare()).toMatchObject({ pid: before?.pid, role: before?.role, organization: '' });
    const [system] = await runInSystem(single, (tx) => tx.rows(state));
    expect(system).toMatchObject({ pid: before?.pid, role: 'rollcall_system', organization: '' });
  });

  it('two organizations in turn on few connections never see each other', async () => {
    const worlds = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? mine : theirs));
    const seen = await Promise.all(
      worlds.map(({ organization }) =>
        runInOrganization({ database: product.database, organizationId: organization.id }, (tx) =>
          tx.rows(sql<{ id: string }>`select distinct organization_id as id from users`),
        ),
      ),
    );
    expect(seen).toEqual(worlds.map(({ organization }) => [{ id: organization.id }]));
  });

  it('an entity cannot be read without an organization, and with one only its own', async () => {
    await expect(product.database.fork().find(ScimConnection, {})).rejects.toThrow();
    const found = await inside(mine, ({ em }) => em.find(ScimConnection, {}));
    expect(found.map((connection) => connection.id)).toEqual([mine.ids.connection]);
    expect(await inside(mine, ({ em }) => em.find(ScimConnection, { id: theirs.ids.connection }))).toEqual(
      [],
    );
  });

  it('no second transaction opens inside a first, and an organization that is no id never opens one', async () => {
    const before = await digestOf(product);
    await expect(inside(mine, () => inside(theirs, () => Promise.resolve()))).rejects.toThrow('already open');
    const context = { database: single, organizationId: "' or true --" };
    await expect(runInOrganization(context, (tx) => tx.rows(sql`select from users`))).rejects.toThrow();
    expect(await digestOf(product)).toEqual(before);
  });
});
