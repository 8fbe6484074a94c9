import { randomUUID } from 'node:crypto';
import { logged, readLog } from '../provisioning/log-reading.js';
import { dumpOf, dumpOfRedis, linesWith } from '../support/dump.js';
import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';

const ERASE = 'mutation ($input: EraseUserInput!) { eraseUser(input: $input) { id erasedAt } }';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const AGENT = 'Provider/1.0';

/** Somebody whose every value is found nowhere else. */
function person() {
  const tag = randomUUID().slice(0, 8);
  const values = {
    userName: `wanda.${tag}`,
    formerEmail: `wanda.before.${tag}@people.example`,
    email: `Wanda.${tag}@People.example`,
    externalId: `hr-${tag}-4711`,
    givenName: `Wanda${tag}`,
    familyName: `Wolkenstein${tag}`,
    title: `Kartographin${tag}`,
    employeeNumber: `emp-${tag}`,
  };
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName: values.userName,
    externalId: values.externalId,
    name: { givenName: values.givenName, familyName: values.familyName },
    emails: [{ value: values.formerEmail, type: 'work' }],
    title: values.title,
    [ENTERPRISE]: { employeeNumber: values.employeeNumber },
    active: true,
  };
  return { values, body };
}

let product: TestProduct;
let acme: TestOrganization;

async function erase(userId: string, confirmation: string, token?: string) {
  const { body } = await acme.graphql(ERASE, { input: { userId, confirmation } }, token);
  return {
    erased: body.data?.eraseUser,
    code: body.errors?.[0]?.extensions.code,
    message: body.errors?.[0]?.message,
  };
}

/** Pushes somebody, who lives a little in every table, and takes them away again. */
async function lived({ values, body }: ReturnType<typeof person>): Promise<string> {
  const headers = { 'user-agent': AGENT };
  const invite = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }`;
  await acme.graphql(invite, { input: { email: values.formerEmail, courses: [{ id: 'c1', name: 'Maps' }] } });
  const id = (await acme.scim('POST', '/Users', body, headers)).body.id;
  await pushGroup(acme, undefined, [id]);
  await acme.scim(
    'PATCH',
    `/Users/${id}`,
    patch(
      { op: 'replace', path: 'emails[type eq "work"].value', value: values.email },
      { op: 'replace', path: `phoneNumbers[value eq "${values.email}"].value`, value: '1' },
    ),
    headers,
  );
  await logged(
    acme,
    await acme.scim('POST', '/Users', { ...body, emails: [{ value: values.email, type: 'work' }] }, headers),
  );
  await logged(
    acme,
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: values.title })),
  );
  await logged(acme, await acme.scim('GET', `/Users/${id}`, undefined, headers));
  await product.sql(
    `insert into unconfirmed_answers (organization_id, connection_id, user_id, fingerprint) values ($1, $2, $3, $4)`,
    [acme.id, acme.connectionId, id, Buffer.from(values.email)],
  );
  await product.sql(
    `insert into refused_wishes (organization_id, user_id, attribute, held_by, fingerprint, version)
     values ($1, $2, 'email', $2, $3, 1)`,
    [acme.id, id, Buffer.from(values.email)],
  );
  await product.sql('insert into user_email_keys (organization_id, user_id, email_key) values ($1, $2, $3)', [
    acme.id,
    id,
    values.email.toLowerCase(),
  ]);
  await product.settle();
  await acme.scim('DELETE', `/Users/${id}`, undefined, headers);
  return id;
}

/** A suite in a suite: the product must have stopped before its Redis does. */
describeEachQueue('eraseUser (B38)', (backend) => {
  describe('with everything running', () => {
    beforeAll(async () => {
      product = await startProduct({ workers: true, redisUrl: backend.redisUrl() });
      acme = await product.organization();
    });
    afterAll(() => product.close());

    const everything = async (): Promise<string> => {
      const url = backend.redisUrl();
      return (await dumpOf(product)) + (url === undefined ? '' : `\n${await dumpOfRedis(url)}`);
    };

    it('leaves an id and nothing else of the person in any table or queue', async () => {
      const wanda = person();
      const id = await lived(wanda);
      const values = Object.values(wanda.values);
      const before = linesWith(await everything(), values);
      for (const table of ['users', 'provisioning_log', 'invitations', 'user_email_keys']) {
        expect(before.some((line) => line.startsWith(`public.${table} `))).toBe(true);
      }
      expect(before.filter((line) => /^public\.(audit_log|outbox)|^bullmq|^bull:/.test(line))).toEqual([]);
      const { erased, message } = await erase(id, wanda.values.email);
      expect(message).toBeUndefined();
      expect(erased).toEqual({ id, erasedAt: expect.any(String) });
      expect(linesWith(await everything(), values)).toEqual([]);
      const [row] = await product.sql('select * from users where id = $1', [id]);
      expect(row).toMatchObject({
        role: 'user',
        active: false,
        attributes: {},
        email: null,
        connection_id: null,
      });
      const [invitation] = await product.sql('select * from invitations where user_id = $1', [id]);
      expect(invitation).toMatchObject({ email: '', courses: [] });
    });

    it('keeps the history: what happened, by which request, and which attributes changed, without their values', async () => {
      const wanda = person();
      const id = await lived(wanda);
      const before = await readLog(acme, { targetId: id });
      await erase(id, wanda.values.userName);
      const after = await readLog(acme, { targetId: id });
      const told = (entries: typeof after) =>
        entries.map(({ operation, status, outcome, requestId, changes }) => ({
          operation,
          status,
          outcome,
          requestId,
          attributes: changes.map(({ attribute }) => attribute),
        }));
      expect(told(after)).toEqual(told(before));
      expect(before.every(({ userAgent }) => userAgent !== null)).toBe(true);
      expect(after.every(({ userAgent }) => userAgent === null)).toBe(true);
      const created = after.find(({ operation }) => operation === 'provisionUser');
      expect(created?.changes).toContainEqual({ attribute: 'userName', before: null, after: null });
      expect(created?.changes).toContainEqual({ attribute: 'active', before: null, after: 'true' });
      const audit = await product.sql<{ action: string; details: object }>(
        'select action, details from audit_log where target_id = $1 order by id',
        [id],
      );
      expect(audit.map(({ action }) => action)).toEqual([
        'user.provisioned',
        'user.updated',
        'user.deprovisioned',
        'user.erased',
      ]);
    });
  });
});

describe('eraseUser', () => {
  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterAll(() => product.close());

  it('is refused for somebody active, the owner, nobody, and without the typed confirmation', async () => {
    const id = await pushUser(acme, 'ann');
    expect(await erase(id, 'ann@people.example')).toMatchObject({ code: 'CONFLICT' });
    expect(await erase(acme.ownerId, `owner@${acme.slug}.example`)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await erase(randomUUID(), 'x')).toMatchObject({ code: 'NOT_FOUND' });
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    for (const typed of ['', 'ann', 'yes', id]) {
      const refused = await erase(id, typed);
      expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
      expect(refused.message).not.toContain('ann@');
    }
    expect(await erase(id, 'ann@people.example', await acme.issueToken('user'))).toMatchObject({
      code: 'FORBIDDEN',
    });
    const token = await acme.issueToken('admin');
    expect((await erase(id, ' ANN@people.example ', token)).erased.id).toBe(id);
    expect(await erase(id, '')).toMatchObject({ code: 'CONFLICT' });
  });

  it('cannot be undone by the provider: `active: true` is 400 (B19), anything else 404', async () => {
    const id = await pushUser(acme, 'bob');
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    await erase(id, 'bob@people.example');
    const path = `/Users/${id}`;
    const back = await acme.scim('PATCH', path, patch({ op: 'Replace', path: 'active', value: 'True' }));
    expect(back).toMatchObject({ status: 400, body: { detail: expect.stringContaining('erased') } });
    expect((await acme.scim('PUT', path, newUser('bob'))).status).toBe(400);
    expect((await acme.scim('PATCH', path, patch({ op: 'replace', value: { title: 'x' } }))).status).toBe(
      404,
    );
    expect((await acme.scim('GET', path)).status).toBe(404);
    expect((await acme.scim('DELETE', path)).status).toBe(404);
    const members = [{ value: id }];
    const group = await pushGroup(acme);
    const added = await acme.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'add', path: 'members', value: members }),
    );
    expect(added.status).toBe(404);
    const { body } = await acme.graphql(`mutation { updateUser(input: {id: "${id}", title: "x"}) { id } }`);
    expect(body.errors[0].extensions.code).toBe('INVALID_INPUT');
    const shown = await acme.graphql(`{ user(id: "${id}") { userName email erasedAt active } }`);
    expect(shown.body.data.user).toEqual({
      userName: '',
      email: null,
      erasedAt: expect.any(String),
      active: false,
    });
  });

  it('makes a later POST of the same identity a new person, and says so without a word of the old one', async () => {
    const id = await pushUser(acme, 'cora');
    await acme.scim('DELETE', `/Users/${id}`);
    await erase(id, 'cora@people.example');
    for (const [name, overrides, known] of [
      ['cora', {}, true],
      ['dora', { externalId: 'x-cora' }, false],
      ['emma', {}, false],
    ] as const) {
      const answer = await acme.scim('POST', '/Users', newUser(name, overrides));
      const taken = name === 'dora';
      expect(answer.status).toBe(taken ? 409 : 201);
      if (taken) continue;
      expect(answer.body.id).not.toBe(id);
      const entry = await logged(acme, answer);
      const note = { attribute: 'sameIdentityAsErasedPerson', before: null, after: 'true' };
      expect(entry.changes.some(({ attribute }) => attribute === note.attribute)).toBe(known);
      const [audit] = await product.sql<{ details: object }>(
        `select details from audit_log where target_id = $1 and action = 'user.provisioned'`,
        [answer.body.id],
      );
      expect(audit?.details).toEqual({
        connectionId: acme.connectionId,
        adopted: false,
        ...(known && { wasErased: true }),
      });
    }
  });

  it('forgets what a refusal quotes, also one that is written a moment later', async () => {
    const id = await pushUser(acme, 'finn');
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    const late = await acme.scim('POST', '/Users', newUser('finn'));
    expect(late.status).toBe(409);
    await erase(id, 'finn@people.example');
    expect(await logged(acme, late)).toMatchObject({ status: 409, detail: null });
    expect(linesWith(await dumpOf(product), ['finn@people', 'x-finn'])).toEqual([]);
  });

  it('is the only way to change the log, and only for who was erased', async () => {
    const id = await pushUser(acme, 'gus');
    const empty = (organization: string) =>
      product.sql(`set local role rollcall_organization; set local app.organization_id = '${organization}';
        select erase_from_provisioning_log('${id}', '{}')`);
    await expect(empty(acme.id)).rejects.toThrow('who were erased');
    await acme.scim('DELETE', `/Users/${id}`);
    await erase(id, 'gus@people.example');
    const other = await product.organization();
    await expect(empty(other.id)).rejects.toThrow('who were erased');
    await empty(acme.id);
    const granted = await product.sql(
      `select privilege_type from information_schema.column_privileges
       where table_name = 'provisioning_log' and grantee = 'rollcall_organization' and privilege_type in ('UPDATE')`,
    );
    expect(granted).toEqual([]);
  });

  it('erases in one organization only, and the same person elsewhere stays', async () => {
    const other = await product.organization();
    const body = newUser('hana');
    const here = (await acme.scim('POST', '/Users', body)).body.id;
    const there = (await other.scim('POST', '/Users', body)).body.id;
    await acme.scim('DELETE', `/Users/${here}`);
    await erase(here, 'hana@people.example');
    expect((await other.scim('GET', `/Users/${there}`)).body.userName).toBe('hana@people.example');
    expect(linesWith(await dumpOf(product), ['hana']).filter((line) => line.includes(acme.id))).toEqual([]);
  });
});
