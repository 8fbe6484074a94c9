import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { logged, readLog } from './log-reading.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const newGroup = (displayName: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName,
});

const rowsOf = (organization: TestOrganization) =>
  product.sql<{ count: number }>(
    'select count(*)::int as count from provisioning_log where organization_id = $1',
    [organization.id],
  );

describe('a write', () => {
  it('is in the log, with what changed, as soon as it is answered (B40)', async () => {
    const created = await acme.scim('POST', '/Users', newUser('ada', { title: 'Engineer' }));
    const [entry, ...others] = await readLog(acme);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      connectionId: acme.connectionId,
      requestId: created.headers['x-request-id'],
      method: 'POST',
      resourceType: 'User',
      targetId: created.body.id,
      operation: 'provisionUser',
      status: 201,
      outcome: 'APPLIED',
      detail: null,
      ignored: [],
      normalisations: [],
    });
    expect(entry?.durationMs).toBeGreaterThan(0);
    expect(entry?.changes).toContainEqual({ attribute: 'name.givenName', before: null, after: 'ada' });

    await acme.scim(
      'PATCH',
      `/Users/${created.body.id}`,
      patch({ op: 'replace', path: 'title', value: 'CTO' }),
    );
    const [patched] = await readLog(acme);
    expect(patched).toMatchObject({ operation: 'updateProvisionedUser', status: 200, outcome: 'APPLIED' });
    expect(patched?.changes).toEqual([{ attribute: 'title', before: 'Engineer', after: 'CTO' }]);
  });

  it('that changes nothing is unchanged', async () => {
    const id = await pushUser(acme);
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: true }));
    expect((await readLog(acme))[0]).toMatchObject({ outcome: 'UNCHANGED', changes: [], status: 200 });
  });

  it('names what was passed over and what was read as something else', async () => {
    const id = await pushUser(acme);
    const answer = await acme.scim(
      'PATCH',
      `/Users/${id}`,
      patch(
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Add', path: 'nickName', value: 'Al' },
        { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'DE' },
      ),
    );
    expect(answer.status).toBe(200);
    expect((await readLog(acme))[0]).toMatchObject({
      outcome: 'IGNORED_PARTS',
      ignored: ['nickName', 'addresses[type eq "work"].country'],
      normalisations: ['op-letter-case: Replace', 'boolean-as-string: active', 'op-letter-case: Add'],
      dialect: 'ENTRA_LEGACY',
      changes: [{ attribute: 'active', before: 'true', after: 'false' }],
    });
  });

  it('tells of adoption and of the end of provisioning', async () => {
    await product.sql(
      `insert into users (organization_id, id, email, email_key, active) values ($1, gen_random_uuid(), $2, $2, true)`,
      [acme.id, 'bo@people.example'],
    );
    const { body } = await acme.scim('POST', '/Users', newUser('bo'));
    const provisioned = { attribute: 'provisioned', before: 'false', after: 'true' };
    expect((await readLog(acme))[0]?.changes).toContainEqual(provisioned);
    await acme.scim('DELETE', `/Users/${body.id}`);
    const [deleted] = await readLog(acme);
    expect(deleted).toMatchObject({ status: 204, operation: 'deprovisionUser', targetId: body.id });
    expect(deleted?.changes).toContainEqual({ attribute: 'active', before: 'true', after: 'false' });
  });

  it('of a group counts its members and names the first twenty', async () => {
    const ids = await Promise.all(Array.from({ length: 25 }, () => pushUser(acme)));
    const group = await pushGroup(acme, 'Everyone', ids);
    const [created] = await readLog(acme);
    expect(created?.membersAdded?.count).toBe(25);
    expect(created?.membersAdded?.ids).toHaveLength(20);
    expect(created).toMatchObject({
      membersRemoved: { count: 0, ids: [] },
      targetId: group,
      outcome: 'APPLIED',
    });
    const gone = ids.slice(0, 2).map((value) => ({ value }));
    await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'Remove', path: 'members', value: gone }));
    const [patched] = await readLog(acme);
    expect(patched).toMatchObject({
      status: 204,
      operation: 'updateProvisionedGroup',
      resourceType: 'Group',
    });
    expect(patched?.membersRemoved?.ids.toSorted()).toEqual(ids.slice(0, 2).toSorted());
    await acme.scim('PUT', `/Groups/${group}`, newGroup('Everybody'));
    expect((await readLog(acme))[0]?.changes).toEqual([
      { attribute: 'displayName', before: 'Everyone', after: 'Everybody' },
    ]);
  });

  it('and its row exist together or not at all', async () => {
    await product.sql(
      `alter table provisioning_log add constraint nothing check (method <> 'PUT') not valid`,
    );
    try {
      const id = await pushUser(acme, 'cy');
      const answer = await acme.scim('PUT', `/Users/${id}`, newUser('cy', { title: 'Baker' }));
      expect(answer.status).toBe(500);
      expect((await acme.scim('GET', `/Users/${id}`)).body.title).toBeUndefined();
    } finally {
      await product.sql('alter table provisioning_log drop constraint nothing');
    }
  });
});

describe('everything else', () => {
  it('a read is in the log soon', async () => {
    const answer = await acme.scim('GET', '/Users?startIndex=1&count=2', undefined, {
      'user-agent': 'Okta SCIM Client 1.0.0',
    });
    expect(await logged(acme, answer)).toMatchObject({
      operation: 'users',
      outcome: 'UNCHANGED',
      status: 200,
      dialect: 'OKTA',
      userAgent: 'Okta SCIM Client 1.0.0',
    });
  });

  it('a refusal is, with its reason, and the reason quotes the request id', async () => {
    const answer = await acme.scim('GET', '/Users?filter=title%20co%20%22x%22');
    const entry = await logged(acme, answer);
    expect(entry).toMatchObject({ status: 501, outcome: 'REFUSED' });
    expect(answer.body.detail).toBe(`${entry.detail} (request ${answer.headers['x-request-id']})`);
    const conflict = await acme.scim('POST', '/Groups', newGroup('Twice'));
    expect(conflict.status).toBe(201);
    const second = await acme.scim('POST', '/Groups', newGroup('Twice'));
    expect(await logged(acme, second)).toMatchObject({
      status: 409,
      outcome: 'REFUSED',
      scimType: 'uniqueness',
    });
  });

  it('the shape of B13 keeps its exact words', async () => {
    const answer = await acme.scim('POST', '/Users', newUser('dee', { emails: [] }));
    expect(answer.body.detail).toBe("{'emails': ['This field is required.']}");
    expect(await logged(acme, answer)).toMatchObject({ status: 400, detail: answer.body.detail });
  });
});

describe('refused authentication (B3)', () => {
  const asked = (authorization: string | undefined, host?: string) =>
    acme.scim('GET', '/Users', undefined, {
      authorization: authorization as string,
      ...(host && { host }),
    });
  const words = async (...asks: Parameters<typeof asked>[]) => {
    const bodies = await Promise.all(asks.map(async (ask) => JSON.stringify((await asked(...ask)).body)));
    return new Set(bodies).size;
  };

  it('is shown to whom the lookup id belongs, with the reason the client does not learn', async () => {
    const answer = await asked(`Bearer ${acme.token}x`);
    expect(answer.status).toBe(401);
    const entry = await logged(acme, answer);
    expect(entry).toMatchObject({
      operation: 'authenticate',
      status: 401,
      outcome: 'REFUSED',
      connectionId: acme.connectionId,
      detail: expect.stringContaining('wrong secret'),
    });
    await product.sql('update scim_credentials set revoked_at = now() where id = $1', [entry.credentialId]);
    expect((await logged(acme, await asked(`Bearer ${acme.token}`))).detail).toContain('was revoked');
  });

  it('is shown to whom the host name belongs when the credential says nothing', async () => {
    const host = `${acme.slug}.localhost`;
    expect(await logged(acme, await asked('Bearer nonsense', host))).toMatchObject({ connectionId: null });
    expect((await logged(acme, await asked('non-token', host))).detail).toContain('neither');
  });

  it('shows the owner of a token that its host is wrong, and the other organization nothing', async () => {
    const other = await product.organization();
    const answer = await asked(`Bearer ${acme.token}`, `${other.slug}.localhost`);
    expect(answer.status).toBe(401);
    expect((await logged(acme, answer)).detail).toContain('another organization');
    expect(await rowsOf(other)).toEqual([{ count: 0 }]);
  });

  it('leaves no row when it is nobody’s, and is answered with the same words always', async () => {
    const [before] = await product.sql<{ count: number }>(
      'select count(*)::int as count from provisioning_log',
    );
    const unknown = `Bearer rcs_${'0'.repeat(24)}_${'x'.repeat(43)}`;
    const host = `${acme.slug}.localhost`;
    expect(
      await words(
        [unknown],
        ['Bearer x'],
        [`Bearer ${acme.token}x`],
        [unknown, host],
        ['x', 'nobody.localhost'],
      ),
    ).toBe(1);
    await logged(acme, await asked(`Bearer ${acme.token}x`));
    const [after] = await product.sql<{ count: number }>(
      'select count(*)::int as count from provisioning_log',
    );
    expect((after?.count ?? 0) - (before?.count ?? 0)).toBe(3);
  });
});

it('abuse 19: neither a credential nor a password is ever in it', async () => {
  const canary = 'correct-horse-battery';
  const body = newUser('eve', { password: canary, nested: { password: canary } });
  const id = (await acme.scim('POST', '/Users', body)).body.id;
  await acme.scim('PUT', `/Users/${id}`, body);
  await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'password', value: canary }));
  await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { password: canary } }));
  await acme.scim('POST', '/Users', `{"password": "${canary}"`);
  await acme.scim('POST', '/Users', newUser('finn', { title: { token: acme.token } }));
  await acme.scim('GET', `/Users/${acme.token}`, undefined, { 'user-agent': `curl ${acme.token}` });
  await acme.scim('GET', `/Users?filter=${encodeURIComponent(`nope eq "${acme.token}"`)}`);
  await logged(acme, await acme.scim('GET', '/Users', undefined, { authorization: `Bearer ${acme.token}x` }));
  const rows = await product.sql<{ line: string }>(
    'select to_jsonb(l)::text as line from provisioning_log l where organization_id = $1',
    [acme.id],
  );
  expect(rows.length).toBeGreaterThanOrEqual(8);
  for (const { line } of rows) {
    expect(line).not.toContain(canary);
    expect(line).not.toContain(acme.token.slice(-30));
  }
});
