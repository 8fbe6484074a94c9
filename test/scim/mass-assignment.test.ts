import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

type Row = Record<string, unknown>;

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const FOREIGN = 'urn:example:params:scim:schemas:extension:hr:2.0:User';

/** What belongs to others: the roles, rights and keys of this product and of products like it (abuse 7). */
const COVETED = [
  ...[
    'role',
    'roles',
    'admin',
    'isAdmin',
    'owner',
    'entitlements',
    'licenses',
    'license',
    'permissions',
    'scopes',
  ],
  ...[
    'password',
    'verified',
    'emailVerified',
    'organizationId',
    'organization',
    'connectionId',
    'pendingRole',
  ],
  ...[
    'deactivatedBy',
    'deprovisionedAt',
    'createdAt',
    'updatedAt',
    'version',
    'etag',
    'id',
    'meta',
    'groups',
  ],
  ...['schemas', '$ref', 'x509Certificates', 'userType', 'display', 'owners', 'type'],
];

let product: TestProduct;
let acme: TestOrganization;
let columns: Record<'users' | 'groups', string[]>;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  const namesOf = async (table: string) =>
    (
      await product.sql<{ name: string }>(
        `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1`,
        [table],
      )
    ).map((row) => row.name);
  columns = { users: await namesOf('users'), groups: await namesOf('groups') };
});
afterAll(() => product.close());

const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Every spelling of every column and of what is coveted, but for the attributes that are documented (B8, B23). */
function forbidden(table: 'users' | 'groups', documented: string[]): string[] {
  const names = [...columns[table], ...columns[table].map(camel), ...COVETED];
  const spelled = names.flatMap((name) => [name, name.toUpperCase(), name[0]?.toUpperCase() + name.slice(1)]);
  return [...new Set(spelled)].filter((name) => !documented.includes(name.toLowerCase()));
}
const DOCUMENTED = {
  users: ['username', 'emails', 'active', 'externalid', 'name', 'title', 'employeenumber'],
  groups: ['displayname', 'externalid', 'members'],
};

const VALUES: unknown[] = [
  'owner',
  '01890000-0000-7000-8000-000000000000',
  true,
  7,
  ['owner'],
  { value: 'owner' },
  null,
];

async function rowOf(table: 'users' | 'groups', id: string): Promise<Row> {
  const [row] = await product.sql<Row>(`select * from ${table} where id = $1`, [id]);
  return row ?? {};
}

/** A row without its identity: what two resources made in the same way have in common. */
const comparable = (row: Row): Row => {
  const own = ['id', 'created_at', 'updated_at'];
  return Object.fromEntries(Object.entries(row).filter(([name]) => !own.includes(name)));
};

describe.each(['users', 'groups'] as const)('abuse 7: mass assignment of %s', (table) => {
  const path = table === 'users' ? '/Users' : '/Groups';
  const body = () => (table === 'users' ? newUser('mass') : { displayName: 'Mass' });
  const push = () => (table === 'users' ? pushUser(acme, 'mass') : pushGroup(acme, 'Mass'));
  const claims = (value: unknown) => {
    const all = Object.fromEntries(forbidden(table, DOCUMENTED[table]).map((name) => [name, value]));
    return { ...all, [ENTERPRISE]: all, [FOREIGN]: all };
  };
  const clean = async (id: string) => {
    await product.sql(`delete from memberships where group_id = $1 or user_id = $1`, [id]);
    await product.sql('delete from user_words where user_id = $1', [id]);
    await product.sql('delete from user_attribute_sources where user_id = $1', [id]);
    await product.sql(`delete from ${table} where id = $1`, [id]);
  };

  it.each(VALUES)(
    'POST and PUT with every name holding %j write the documented attributes only',
    async (value) => {
      const plain = await push();
      const expected = comparable(await rowOf(table, plain));
      await clean(plain);
      const made = await acme.scim('POST', path, { ...claims(value), ...body() });
      expect(made.status).toBe(201);
      expect(comparable(await rowOf(table, made.body.id))).toEqual(expected);
      const put = await acme.scim('PUT', `${path}/${made.body.id}`, { ...claims(value), ...body() });
      expect(put.status).toBe(200);
      expect(comparable(await rowOf(table, made.body.id))).toEqual(expected);
      await clean(made.body.id);
    },
  );

  it('PATCH without a path, holding every name, changes nothing', async () => {
    const id = await push();
    const before = await rowOf(table, id);
    for (const value of VALUES) {
      for (const op of ['add', 'replace']) {
        // An add to a group must name something it can add.
        const named = table === 'groups' && op === 'add' ? { members: [] } : {};
        const answer = await acme.scim(
          'PATCH',
          `${path}/${id}`,
          patch({ op, value: { ...claims(value), ...named } }),
        );
        expect(answer.status).toBeLessThan(300);
        expect(await rowOf(table, id)).toEqual(before);
      }
    }
    await clean(id);
  });

  it('PATCH with every name as path, bare and below a URN, changes nothing', async () => {
    const id = await push();
    const before = await rowOf(table, id);
    const names = forbidden(table, DOCUMENTED[table]);
    const paths = names.flatMap((name) => [
      ...[name, `${name}.value`, `${ENTERPRISE}:${name}`, `${FOREIGN}:${name}`],
    ]);
    for (const value of ['owner', true]) {
      const operations = paths.map((one) => ({ op: 'replace', path: one, value }));
      for (let at = 0; at < operations.length; at += 500) {
        const answer = await acme.scim('PATCH', `${path}/${id}`, patch(...operations.slice(at, at + 500)));
        expect([at, answer.status, answer.body?.detail]).toEqual([
          at,
          table === 'users' ? 200 : 204,
          undefined,
        ]);
      }
    }
    // Brackets behind what has one value are no path at all (400); everything else is passed over (B9).
    for (const name of names) {
      const operation = { op: 'replace', path: `${name}[value eq "x"]`, value: 'owner' };
      const { status } = await acme.scim('PATCH', `${path}/${id}`, patch(operation));
      expect([name, [200, 204, 400]]).toEqual([name, expect.arrayContaining([status])]);
    }
    expect(await rowOf(table, id)).toEqual(before);
    await clean(id);
  });
});

it('the documented attributes are what a row of each table can change by', async () => {
  const id = await pushUser(acme, 'known');
  const before = await rowOf('users', id);
  const all = newUser('other', { title: 'T', [ENTERPRISE]: { employeeNumber: '7' }, active: false });
  all.name.familyName = 'Other';
  await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: all }));
  const after = await rowOf('users', id);
  const changed = Object.keys(after).filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  expect(changed.sort()).toEqual([
    ...['active', 'deactivated_by', 'email', 'email_key', 'employee_number', 'external_id', 'family_name'],
    ...[
      'given_name',
      'sort_email',
      'sort_name',
      'status',
      'title',
      'updated_at',
      'user_name',
      'user_name_key',
      'version',
    ],
  ]);
});
