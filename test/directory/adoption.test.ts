import { newUser, patch, pushGroup, pushUser } from '../support/people.js';
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

/** Somebody who joined without SCIM. */
async function ordinaryPerson(email: string, active = true): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key, active, deactivated_by)
     values ($1, gen_random_uuid(), $2, $2, $3, $4) returning id`,
    [acme.id, email, active, active ? null : 'admin'],
  );
  return row?.id ?? '';
}

describe('provisionUser adopts (B15)', () => {
  it('an ordinary person by e-mail in any letter case and keeps the status', async () => {
    const id = await ordinaryPerson('ada@people.example');
    const body = newUser('ada', { active: false, emails: [{ value: 'ADA@People.example', type: 'work' }] });
    const answer = await acme.scim('POST', '/Users', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id, active: true, emails: [{ value: 'ADA@People.example' }] });
  });

  it('someone an admin deactivated, who stays inactive whatever the provider says', async () => {
    const id = await ordinaryPerson('bo@people.example', false);
    expect((await acme.scim('POST', '/Users', newUser('bo'))).body).toMatchObject({ id, active: false });
    const patched = await acme.scim(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'active', value: true }),
    );
    expect(patched.body.active).toBe(false);
  });

  it('the person it deprovisioned earlier, active again', async () => {
    const id = await pushUser(acme, 'cy');
    expect((await acme.scim('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await acme.scim('GET', `/Users/${id}`)).status).toBe(404);
    expect((await acme.scim('POST', '/Users', newUser('cy'))).body).toMatchObject({ id, active: true });
  });

  it('nobody when the values belong to different people: 409', async () => {
    await ordinaryPerson('dee@people.example');
    const other = await pushUser(acme, 'eve');
    await acme.scim('DELETE', `/Users/${other}`);
    const body = newUser('eve', { emails: [{ value: 'dee@people.example', type: 'work' }] });
    const answer = await acme.scim('POST', '/Users', body);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('different people');
  });

  it('the owner, who cannot be deactivated by any route (B18)', async () => {
    const body = newUser('own', { emails: [{ value: `owner@${acme.slug}.example`, type: 'work' }] });
    expect((await acme.scim('POST', '/Users', body)).body.id).toBe(acme.ownerId);
    const path = `/Users/${acme.ownerId}`;
    const answers = [
      await acme.scim('PATCH', path, patch({ op: 'Replace', path: 'active', value: 'False' })),
      await acme.scim('PUT', path, { ...body, active: false }),
      await acme.scim('DELETE', path),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toContain('owns this organization');
    }
  });
});

describe('groups and people who are not provisioned (B26, B29, B31)', () => {
  it('adopts a group made here, keeps its people, and leaves them when it ends', async () => {
    const person = await ordinaryPerson('finn@people.example');
    const created = await acme.graphql(
      'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { id } }',
      {
        input: { displayName: 'Contractors' },
      },
    );
    const id = created.body.data.createGroup.id;
    await acme.graphql('mutation ($input: UpdateGroupInput!) { updateGroup(input: $input) { id } }', {
      input: { id, addUserIds: [person] },
    });
    const managed = await pushUser(acme);
    expect(await pushGroup(acme, 'CONTRACTORS', [managed])).toBe(id);
    await acme.scim('PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'members', value: [] }));
    const members = () => product.sql('select user_id, state from memberships where group_id = $1', [id]);
    expect(await members()).toEqual([{ user_id: person, state: 'adding' }]);
    expect((await acme.scim('GET', `/Groups/${id}`)).body.members).toEqual([]);
    expect((await acme.scim('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await acme.scim('GET', `/Groups/${id}`)).status).toBe(404);
    const answer = await acme.graphql('query ($id: ID!) { group(id: $id) { scimConnection { id } } }', {
      id,
    });
    expect(answer.body.data.group.scimConnection).toBeNull();
    expect(await members()).toHaveLength(1);
  });
});

describe('endAccess (B19)', () => {
  it('takes a deactivated person out of every group at once, and does not bring the groups back', async () => {
    const id = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [id]);
    const before = (await acme.scim('GET', `/Groups/${group}`)).headers.etag;
    await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }));
    const after = await acme.scim('GET', `/Groups/${group}`);
    expect(after.body.members).toEqual([]);
    expect(after.headers.etag).not.toBe(before);
    const back = await acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: true } }));
    expect(back.body).toMatchObject({ active: true, groups: [] });
  });

  it('refuses nobody, but adds nobody inactive, when a deactivated person is put into a group', async () => {
    const [inactive, fine] = [await pushUser(acme), await pushUser(acme)];
    await acme.scim('PATCH', `/Users/${inactive}`, patch({ op: 'replace', value: { active: false } }));
    const group = await pushGroup(acme);
    const members = [{ value: inactive }, { value: fine }];
    expect(
      (await acme.scim('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value: members })))
        .status,
    ).toBe(204);
    expect((await acme.scim('GET', `/Groups/${group}`)).body.members).toMatchObject([{ value: fine }]);
  });
});
