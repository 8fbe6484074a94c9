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

const RELEASE = `mutation ($input: ReleaseUserInput!) { releaseUser(input: $input) {
  connectionId leftGroupIds warning
  user { id userName email active scimConnection { id } groups { edges { node { displayName } } } } } }`;

async function release(userId: string, token?: string) {
  const { body } = await acme.graphql(RELEASE, { input: { userId } }, token);
  return { ...body.data?.releaseUser, code: body.errors?.[0]?.extensions.code };
}

const managedBy = async (id: string) =>
  (await product.sql('select connection_id, active, version from users where id = $1', [id]))[0];

describe('releaseUser (B39)', () => {
  it('makes an ordinary person: editable here, out of the sight of SCIM, with a warning', async () => {
    const id = await pushUser(acme, 'ann');
    const released = await release(id, await acme.issueToken('admin'));
    expect(released).toMatchObject({
      connectionId: acme.connectionId,
      leftGroupIds: [],
      user: { id, userName: 'ann@people.example', active: true, scimConnection: null },
    });
    expect(released.warning).toContain('adopts them again');
    for (const [method, body] of [
      ['GET'],
      ['PATCH', patch({ op: 'replace', value: { title: 'x' } })],
      ['DELETE'],
    ] as const) {
      expect([method, (await acme.scim(method, `/Users/${id}`, body)).status]).toEqual([method, 404]);
    }
    expect((await acme.scim('GET', '/Users')).body.totalResults).toBe(0);
    const edited = await acme.graphql(
      `mutation { updateUser(input: {id: "${id}", title: "Boss"}) { title } }`,
    );
    expect(edited.body.data.updateUser.title).toBe('Boss');
    const [audit] = await product.sql(
      `select details from audit_log where target_id = $1 and action = 'user.released'`,
      [id],
    );
    expect(audit?.details).toEqual({ connectionId: acme.connectionId, leftGroups: 0 });
  });

  it("leaves the provider's groups, which nobody could take them out of, and stays in ordinary ones (B29, B31)", async () => {
    const [id, colleague] = [await pushUser(acme, 'bo'), await pushUser(acme, 'cy')];
    const group = await pushGroup(acme, 'Sales', [id, colleague]);
    const before = (await acme.scim('GET', `/Groups/${group}`)).headers.etag;
    const made = await acme.graphql('mutation { createGroup(input: {displayName: "Choir"}) { id } }');
    const choir = made.body.data.createGroup.id;
    await acme.graphql(`mutation { updateGroup(input: {id: "${choir}", addUserIds: ["${id}"]}) { id } }`);
    expect(await release(id)).toMatchObject({ leftGroupIds: [group] });
    const members = await product.sql('select group_id from memberships where user_id = $1', [id]);
    expect(members).toEqual([{ group_id: choir }]);
    const after = await acme.scim('GET', `/Groups/${group}`);
    expect(after.body.members).toMatchObject([{ value: colleague }]);
    expect(after.headers.etag).not.toBe(before);
  });

  it('is undone by the next POST: the same person, adopted, with status and role as they are (B15)', async () => {
    const id = await pushUser(acme, 'dee');
    await release(id);
    const answer = await acme.scim('POST', '/Users', newUser('dee', { active: false, title: 'Pilot' }));
    expect(answer).toMatchObject({ status: 201, body: { id, active: true, title: 'Pilot' } });
    expect(await managedBy(id)).toMatchObject({ connection_id: acme.connectionId });
  });

  it('is undone by the next PUT, but not by one that lets go of the person, nor by a PATCH', async () => {
    const id = await pushUser(acme, 'eve');
    await release(id);
    const path = `/Users/${id}`;
    expect((await acme.scim('PUT', path, newUser('eve', { active: false }))).status).toBe(404);
    expect((await acme.scim('PATCH', path, patch({ op: 'replace', value: { active: true } }))).status).toBe(
      404,
    );
    const other = await product.organization();
    expect((await other.scim('PUT', path, newUser('eve'))).status).toBe(404);
    expect(await managedBy(id)).toMatchObject({ connection_id: null, active: true });
    const put = await acme.scim('PUT', path, newUser('eve', { title: 'Pilot' }));
    expect(put).toMatchObject({ status: 200, body: { id, title: 'Pilot' } });
    expect(await managedBy(id)).toMatchObject({ connection_id: acme.connectionId });
    const [audit] = await product.sql<{ details: { changed: string[] } }>(
      `select details from audit_log where target_id = $1 order by id desc limit 1`,
      [id],
    );
    expect(audit?.details.changed).toEqual(['title', 'provisioned']);
    await release(id);
    expect((await acme.scim('PUT', path, newUser('eve', { title: 'Pilot' }))).status).toBe(200);
    expect(await managedBy(id)).toMatchObject({ connection_id: acme.connectionId });
  });

  it('is refused for somebody nobody manages, for nobody, and for whoever is no administrator', async () => {
    const id = await pushUser(acme, 'finn');
    expect(await release(id, await acme.issueToken('group_admin'))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await release('nobody')).toMatchObject({ code: 'NOT_FOUND' });
    await release(id);
    expect(await release(id)).toMatchObject({ code: 'CONFLICT' });
    expect(await release(acme.ownerId)).toMatchObject({ code: 'CONFLICT' });
  });

  it("warns in the organization's language", async () => {
    const warnings = new Set<string>();
    for (const language of ['en', 'de', 'ko']) {
      await product.sql('update organizations set language = $2 where id = $1', [acme.id, language]);
      warnings.add((await release(await pushUser(acme))).warning);
    }
    expect(warnings.size).toBe(3);
  });
});
