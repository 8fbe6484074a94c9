import { connectScim } from '../../src/provisioning/connect-scim.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

type Row = Record<string, unknown>;

/** What only the product decides about a person (R3). */
const RIGHTS =
  'role, pending_role, license, deactivated_by, first_signed_in_at, last_signed_in_at, erased_at, active';
const rightsOf = async (id: string): Promise<Row | undefined> =>
  (await product.sql(`select ${RIGHTS} from users where id = $1`, [id]))[0];
const owners = () =>
  product.sql<{ id: string }>(`select id from users where organization_id = $1 and role = 'owner'`, [
    acme.id,
  ]);
const tokens = () =>
  product.sql(`select * from api_tokens where organization_id = $1 order by id`, [acme.id]);

const ME = '{ me { id } }';
const WORK = 'emails[type eq "work"].value';

/** The owner as the provider finds them: adopted by their address. */
const adoptOwner = async () =>
  (
    await acme.scim(
      'POST',
      '/Users',
      newUser('own', { emails: [{ value: `owner@${acme.slug}.example`, type: 'work' }] }),
    )
  ).body.id;

const emailed = (value: string) => newUser('own', { userName: value, emails: [{ value, type: 'work' }] });

describe('abuse 3 (GitLab CVE-2022-1680): SCIM gives the owner another address', () => {
  it.each<[string, (path: string, value: string) => Promise<{ status: number }>]>([
    ['PUT', (path, value) => acme.scim('PUT', path, emailed(value))],
    [
      'PATCH with a path',
      (path, value) => acme.scim('PATCH', path, patch({ op: 'replace', path: WORK, value })),
    ],
    [
      'PATCH without a path',
      (path, value) =>
        acme.scim('PATCH', path, patch({ op: 'replace', value: { [WORK]: value, userName: value } })),
    ],
  ])(
    'by %s: rights, tokens and number of owners stay as they were, and history names it',
    async (_way, change) => {
      const before = await rightsOf(acme.ownerId);
      const tokensBefore = await tokens();
      expect(await adoptOwner()).toBe(acme.ownerId);
      const value = `thief-${acme.slug}@evil.example`;
      expect((await change(`/Users/${acme.ownerId}`, value)).status).toBe(200);
      expect(await rightsOf(acme.ownerId)).toEqual(before);
      expect(await owners()).toEqual([{ id: acme.ownerId }]);
      const withoutUse = (rows: Row[]) => rows.map(({ id, role, token_hash }) => ({ id, role, token_hash }));
      expect(withoutUse(await tokens())).toEqual(withoutUse(tokensBefore));
      const history = await product.sql<{ action: string }>(
        `select action from audit_log where organization_id = $1 and target_id = $2 order by id`,
        [acme.id, acme.ownerId],
      );
      expect(history.map(({ action }) => action)).toContain('user.updated');
    },
  );

  it('by POST of the new address: somebody else, without any right of the owner', async () => {
    await adoptOwner();
    const made = await acme.scim(
      'POST',
      '/Users',
      newUser('other', { emails: [{ value: 'owner@evil.example', type: 'work' }] }),
    );
    expect(made.status).toBe(201);
    expect(made.body.id).not.toBe(acme.ownerId);
    expect((await rightsOf(made.body.id))?.role).toBe('user');
  });

  it("no credential of the provider opens the domain API in anybody's name", async () => {
    await adoptOwner();
    const answer = await acme.graphql(ME, {}, acme.token);
    expect(JSON.stringify(answer.body)).not.toContain(acme.ownerId);
    expect(answer.body.data?.me ?? null).toBeNull();
  });
});

describe('abuse 4 (better-auth CVE-2026-67330): POST of someone who exists', () => {
  const ROLES = ['owner', 'admin', 'group_admin', 'user'];
  const STATES: [boolean, 'admin' | null][] = [
    [true, null],
    [false, 'admin'],
  ];

  it.each(
    ROLES.flatMap((role) => STATES.map(([active, by]) => [role, active, by] as const)).filter(
      ([role, active]) => role !== 'owner' || active,
    ),
  )('adopts an ordinary %s (active %s) with every right as it was', async (role, active, by) => {
    const [person] = await product.sql<{ id: string }>(
      `insert into users (organization_id, id, email, email_key, role, active, deactivated_by)
       values ($1, gen_random_uuid(), 'Ada@people.example', 'ada@people.example', $2, $3, $4) returning id`,
      [acme.id, role, active, by],
    );
    const before = await rightsOf(person?.id ?? '');
    for (const sent of [true, false]) {
      const answer = await acme.scim(
        'POST',
        '/Users',
        newUser('ada', { active: sent, roles: [{ value: 'owner' }] }),
      );
      expect(answer.status).toBe(sent ? 201 : 409);
      if (sent) expect(answer.body.id).toBe(person?.id);
    }
    expect(await rightsOf(person?.id ?? '')).toEqual(before);
  });

  it('a second connection gets 409 for whom the first manages, and cannot see or change them', async () => {
    const id = await pushUser(acme, 'ada');
    const second = await connectScim(acme.context, { provider: 'custom' });
    const headers = { authorization: `Bearer ${second.token}` };
    expect((await acme.scim('POST', '/Users', newUser('ada'), headers)).status).toBe(409);
    expect((await acme.scim('GET', `/Users/${id}`, undefined, headers)).status).toBe(404);
    expect((await acme.scim('DELETE', `/Users/${id}`, undefined, headers)).status).toBe(404);
    const [row] = await product.sql(`select connection_id from users where id = $1`, [id]);
    expect(row).toEqual({ connection_id: acme.connectionId });
  });
});

describe("abuse 5: POST eats an administrator's invitation", () => {
  it.each(['ADMIN', 'GROUP_ADMIN'])(
    'of an %s: the role waits for a verified sign-in, whatever SCIM does next (B14)',
    async (role) => {
      const invited = await acme.graphql(
        'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }',
        {
          input: { email: 'boss@people.example', role },
        },
      );
      expect(invited.body.errors).toBeUndefined();
      const id = await pushUser(acme, 'boss');
      await product.settle();
      const path = `/Users/${id}`;
      await acme.scim('PATCH', path, patch({ op: 'replace', path: 'active', value: false }));
      await acme.scim('PATCH', path, patch({ op: 'replace', path: 'active', value: true }));
      await acme.scim(
        'PUT',
        path,
        newUser('boss', { externalId: 'thief', roles: [{ value: 'admin', primary: true }] }),
      );
      await acme.scim('DELETE', path);
      await acme.scim('POST', '/Users', newUser('boss', { externalId: 'thief' }));
      await product.settle();
      expect((await rightsOf(id))?.role).toBe('user');
    },
  );
});

describe('abuse 6 (Grafana CVE-2025-41115): an externalId that looks like an id', () => {
  it('names nobody: 40 values, each id of both organizations among them', async () => {
    const other = await product.organization();
    const theirs = await pushUser(other, 'theirs');
    const mine = await pushUser(acme, 'mine');
    const ids = [
      acme.ownerId,
      other.ownerId,
      acme.id,
      other.id,
      acme.connectionId,
      other.connectionId,
      theirs,
      mine,
    ];
    const odd = [
      '0',
      '1',
      '-1',
      'null',
      'undefined',
      'me',
      'Me',
      'true',
      'NaN',
      '*',
      '%',
      '_',
      "'",
      '..',
      '../Users',
      '{}',
      '[]',
      'id',
      'owner',
      'admin',
    ];
    const forms = [...ids.map((id) => id.toUpperCase()), ...ids.slice(0, 4).map((id) => `{${id}}`)];
    const values = [...ids, ...odd, ...forms];
    expect(values).toHaveLength(40);
    const before = await product.sql(
      `select id, external_id, email from users where id = any($1) order by id`,
      [[acme.ownerId, other.ownerId, theirs, mine]],
    );
    for (const [n, externalId] of values.entries()) {
      const made = await acme.scim('POST', '/Users', newUser(`c${n}`, { externalId }));
      expect([externalId, made.status, made.body.externalId]).toEqual([externalId, 201, externalId]);
      expect(ids).not.toContain(made.body.id);
      const read = await acme.scim('GET', `/Users/${encodeURIComponent(externalId)}`);
      const isMine = externalId === mine;
      expect([externalId, read.status]).toEqual([
        externalId,
        isMine ? 200 : externalId === '..' ? read.status : 404,
      ]);
      const found = await acme.scim(
        'GET',
        `/Users?filter=${encodeURIComponent(`externalId eq ${JSON.stringify(externalId)}`)}`,
      );
      expect(found.body.Resources.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
    }
    const after = await product.sql(
      `select id, external_id, email from users where id = any($1) order by id`,
      [[acme.ownerId, other.ownerId, theirs, mine]],
    );
    expect(after).toEqual(before);
  });
});
