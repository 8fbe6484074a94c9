import { eraseUser, newUser, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

async function person(role = 'user'): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key, role)
     select $1, gen_random_uuid(), n, n, $2 from (select gen_random_uuid() || '@people.example' as n) names returning id`,
    [acme.id, role],
  );
  return row?.id ?? '';
}

const send = async (document: string, token?: string) => {
  const { body } = await acme.graphql(`mutation { answer: ${document} }`, {}, token);
  return {
    ...body.data?.answer,
    code: body.errors?.[0]?.extensions.code,
    message: body.errors?.[0]?.message,
  };
};
const changeRole = (id: string, role: string, token?: string, more = '') =>
  send(`changeUserRole(input: {id: "${id}", role: ${role}${more}}) { role version }`, token);
const tokenOf = async (userId: string) => (await send(`issueApiToken(userId: "${userId}") { token }`)).token;
const owners = async () =>
  (await product.sql(`select id from users where organization_id = $1 and role = 'owner'`, [acme.id])).length;

describe('changeUserRole (B33)', () => {
  it('gives a role to an ordinary and to a provisioned person, whose provider never owns it (B21)', async () => {
    const [ordinary, managed] = [await person(), await pushUser(acme, 'ada')];
    expect(await changeRole(ordinary, 'ADMIN')).toMatchObject({ role: 'ADMIN', version: 2 });
    expect(await changeRole(managed, 'ADMIN')).toMatchObject({ role: 'ADMIN' });
    await acme.scim('PUT', `/Users/${managed}`, newUser('ada', { title: 'Countess' }));
    const [row] = await product.sql('select role from users where id = $1', [managed]);
    expect(row).toEqual({ role: 'admin' });
    const history = await product.sql(
      `select details from audit_log where organization_id = $1 and action = 'user.roleChanged'`,
      [acme.id],
    );
    expect(history).toEqual([
      { details: { from: 'user', to: 'admin' } },
      { details: { from: 'user', to: 'admin' } },
    ]);
  });

  it('lets nobody but an owner make or unmake an owner', async () => {
    const [somebody, owner] = [await person(), await person('owner')];
    const admin = await tokenOf(await person('admin'));
    for (const token of [admin, await acme.issueToken('admin')]) {
      expect(await changeRole(somebody, 'OWNER', token)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await changeRole(owner, 'USER', token)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await changeRole(somebody, 'ADMIN', token)).toMatchObject({ role: 'ADMIN' });
    }
    expect(await changeRole(somebody, 'OWNER')).toMatchObject({ role: 'OWNER' });
  });

  it('keeps the last owner, and answers INVALID_INPUT', async () => {
    const refused = await changeRole(acme.ownerId, 'ADMIN');
    expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refused.message).toContain('last owner');
    await changeRole(await person(), 'OWNER');
    expect(await changeRole(acme.ownerId, 'ADMIN')).toMatchObject({ role: 'ADMIN' });
    expect(await owners()).toBe(1);
  });

  it('keeps one owner when owners demote each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      acme = await product.organization();
      const people = [acme.ownerId, await person('owner'), await person('owner')];
      const tokens = await Promise.all(people.map(tokenOf));
      const demote = people.map((_, index) =>
        changeRole(people[(index + 1) % people.length] ?? '', 'USER', tokens[index]),
      );
      const answers = await Promise.all(demote);
      expect(answers.filter(({ role }) => role === 'USER').length).toBeLessThan(3);
      expect(await owners()).toBeGreaterThanOrEqual(1);
      const all = people.map((id) => changeRole(id, 'USER', acme.apiToken));
      await Promise.all(all);
      expect(await owners()).toBe(1);
    }
  });

  it('refuses another version, and an owner who is deactivated', async () => {
    const id = await person();
    expect(await changeRole(id, 'ADMIN', undefined, ', expectedVersion: 9')).toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await changeRole(id, 'ADMIN', undefined, ', expectedVersion: 1')).toMatchObject({ role: 'ADMIN' });
    await send(`deactivateUser(id: "${id}") { id }`);
    expect(await changeRole(id, 'OWNER')).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('deactivateUser and reactivateUser', () => {
  it('end an ordinary person everywhere at once (B19), and bring back the person without the groups', async () => {
    const id = await person();
    const { id: group } = await send('createGroup(input: {displayName: "Club"}) { id }');
    await send(`addGroupMembers(input: {groupId: "${group}", userIds: ["${id}"]}) { changeId }`);
    await send(`assignGroupAdmin(input: {groupId: "${group}", userId: "${id}"}) { user { role } }`);
    await product.sql(`update users set license = 'standard', license_taken_at = now() where id = $1`, [id]);
    expect(await send(`deactivateUser(id: "${id}") { active version }`)).toMatchObject({ active: false });
    const left = await product.sql(
      `select (select count(*) from memberships where user_id = $1)::int as memberships,
         (select count(*) from group_admins where user_id = $1)::int as administers, license
       from users where id = $1`,
      [id],
    );
    expect(left).toEqual([{ memberships: 0, administers: 0, license: null }]);
    const again = await send(`deactivateUser(id: "${id}") { version }`);
    expect(await send(`reactivateUser(id: "${id}") { active version groups { totalCount } }`)).toMatchObject({
      active: true,
      version: again.version + 1,
      groups: { totalCount: 0 },
    });
  });

  it('are refused for a managed person with SCIM_MANAGED naming the connection (B32), and for the owner (B18)', async () => {
    const id = await pushUser(acme);
    for (const verb of ['deactivateUser', 'reactivateUser']) {
      const refused = await send(`${verb}(id: "${id}") { id }`);
      expect(refused).toMatchObject({ code: 'SCIM_MANAGED' });
      expect(refused.message).toContain(acme.connectionId);
    }
    expect(await send(`deactivateUser(id: "${acme.ownerId}") { id }`)).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('are remembered: no provider brings back whom an admin deactivated, an admin does (B15)', async () => {
    const [row] = await product.sql<{ id: string }>(
      `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, $2) returning id`,
      [acme.id, 'bo@people.example'],
    );
    const id = row?.id ?? '';
    await send(`deactivateUser(id: "${id}") { id }`);
    expect((await acme.scim('POST', '/Users', newUser('bo'))).body).toMatchObject({ id, active: false });
    expect((await acme.scim('PUT', `/Users/${id}`, newUser('bo'))).body).toMatchObject({ active: false });
    expect(await send(`reactivateUser(id: "${id}") { active }`)).toMatchObject({ active: true });
    expect(await send(`deactivateUser(id: "${id}") { active }`)).toMatchObject({ code: 'SCIM_MANAGED' });
  });

  it('make an ordinary person of somebody the provider had deprovisioned, who can be in groups again', async () => {
    const id = await pushUser(acme);
    await acme.scim('DELETE', `/Users/${id}`);
    expect(await send(`reactivateUser(id: "${id}") { active scimConnection { id } }`)).toMatchObject({
      active: true,
      scimConnection: null,
    });
    const { id: group } = await send('createGroup(input: {displayName: "Back"}) { id }');
    expect(
      await send(`addGroupMembers(input: {groupId: "${group}", userIds: ["${id}"]}) { accepted }`),
    ).toMatchObject({ accepted: 1 });
  });

  it('reactivateUser refuses somebody whose data was erased (B38)', async () => {
    const id = await person();
    await send(`deactivateUser(id: "${id}") { id }`);
    await eraseUser(acme, id);
    expect(await send(`reactivateUser(id: "${id}") { id }`)).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

it('updateUser refuses another version with PRECONDITION_FAILED', async () => {
  const id = await person();
  const update = (version: number) =>
    send(`updateUser(input: {id: "${id}", title: "Poet", expectedVersion: ${version}}) { version }`);
  expect(await update(1)).toMatchObject({ version: 2 });
  expect(await update(1)).toMatchObject({ code: 'PRECONDITION_FAILED' });
});

describe('courses (B41)', () => {
  it("a person's courses are the union of their own and their groups', each with its source", async () => {
    const managed = await pushUser(acme);
    const group = await pushGroup(acme, 'Class', [managed]);
    await product.sql(
      `update memberships set state = 'active', applied_at = now() where organization_id = $1`,
      [acme.id],
    );
    await send(
      `setGroupCourses(input: {groupId: "${group}", courses: [{id: "a", name: "A"}, {id: "b", name: "B"}]}) { courses { id } }`,
    );
    await send(
      `setUserCourses(input: {userId: "${managed}", courses: [{id: "b", name: "B"}, {id: "c", name: "C"}]}) { id }`,
    );
    const courses = async () =>
      (await acme.graphql(`{ user(id: "${managed}") { courses { id name own groups { displayName } } } }`))
        .body.data.user.courses;
    expect(await courses()).toEqual([
      { id: 'a', name: 'A', own: false, groups: [{ displayName: 'Class' }] },
      { id: 'b', name: 'B', own: true, groups: [{ displayName: 'Class' }] },
      { id: 'c', name: 'C', own: true, groups: [] },
    ]);
    expect(
      await send(`setGroupCourses(input: {groupId: "${group}", courses: []}) { courses { id } }`),
    ).toMatchObject({
      courses: [],
    });
    expect((await courses()).map(({ id }: { id: string }) => id)).toEqual(['b', 'c']);
    expect((await acme.scim('DELETE', `/Groups/${group}`)).status).toBe(204);
  });

  it('a course twice is INVALID_INPUT', async () => {
    const twice = '[{id: "a", name: "A"}, {id: "a", name: "B"}]';
    expect(
      await send(`setUserCourses(input: {userId: "${acme.ownerId}", courses: ${twice}}) { id }`),
    ).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
