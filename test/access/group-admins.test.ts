import { digestOf } from '../isolation/digest.js';
import { pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
/** Administers `club` and the provisioned `team`; nothing of `other`. */
let keeper: { id: string; token: string };
let ids: Record<'club' | 'team' | 'other' | 'member' | 'teammate' | 'both' | 'stranger', string>;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
  const [member, both, stranger, id] = [await person(), await person(), await person(), await person()];
  const teammate = await pushUser(acme);
  const [club, other] = [await group('Club'), await group('Other')];
  const team = await pushGroup(acme, 'Team', [teammate]);
  await add(club, [member, both]);
  await add(other, [both, stranger]);
  for (const groupId of [club, team]) {
    await send(`assignGroupAdmin(input: {groupId: "${groupId}", userId: "${id}"}) { user { role } }`);
  }
  const { token } = await send(`issueApiToken(userId: "${id}") { token }`);
  keeper = { id, token };
  ids = { club, team, other, member, teammate, both, stranger };
});
afterAll(() => product.close());

async function person(): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key)
     select $1, gen_random_uuid(), n, n from (select gen_random_uuid() || '@people.example' as n) names returning id`,
    [acme.id],
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
const group = async (displayName: string): Promise<string> =>
  (await send(`createGroup(input: {displayName: "${displayName}"}) { id }`)).id;
const list = (values: string[]) => JSON.stringify(values);
const add = (groupId: string, userIds: string[], token?: string) =>
  send(
    `addGroupMembers(input: {groupId: "${groupId}", userIds: ${list(userIds)}}) { changeId accepted failed group { version } }`,
    token,
  );
const remove = (groupId: string, userIds: string[], token?: string) =>
  send(
    `removeGroupMembers(input: {groupId: "${groupId}", userIds: ${list(userIds)}}) { changeId accepted }`,
    token,
  );
const read = async (document: string, token = keeper.token) => {
  const { body } = await acme.graphql(`{ ${document} }`, {}, token);
  return {
    ...body.data,
    codes: (body.errors ?? []).map((e: { extensions: { code: string } }) => e.extensions.code),
  };
};

describe('assignGroupAdmin and revokeGroupAdmin', () => {
  it('raise a user, show from both sides, and end at once', async () => {
    const id = await person();
    const assign = `assignGroupAdmin(input: {groupId: "${ids.other}", userId: "${id}"}) { user { role administers { id } } group { admins { id } } }`;
    expect(await send(assign)).toMatchObject({
      user: { role: 'GROUP_ADMIN', administers: [{ id: ids.other }] },
      group: { admins: [{ id }] },
    });
    expect(await send(assign)).toMatchObject({ user: { role: 'GROUP_ADMIN' } });
    const { token } = await send(`issueApiToken(userId: "${id}") { token }`);
    expect(await read(`group(id: "${ids.other}") { id }`, token)).toMatchObject({ group: { id: ids.other } });
    const revoke = `revokeGroupAdmin(input: {groupId: "${ids.other}", userId: "${id}"}) { user { role administers { id } } }`;
    expect(await send(revoke)).toMatchObject({ user: { role: 'GROUP_ADMIN', administers: [] } });
    expect(await read(`group(id: "${ids.other}") { id }`, token)).toMatchObject({ codes: ['NOT_FOUND'] });
    const history = await product.sql<{ action: string }>(
      `select action from audit_log where organization_id = $1 and details->>'userId' = $2 order by at`,
      [acme.id, id],
    );
    expect(history.map(({ action }) => action)).toEqual([
      'groupAdmin.assigned',
      'apiToken.issued',
      'groupAdmin.revoked',
    ]);
  });

  it('administer nothing any more once the role is another, also after it is given back', async () => {
    await send(`changeUserRole(input: {id: "${keeper.id}", role: USER}) { id }`);
    expect(await read(`group(id: "${ids.club}") { id }`)).toMatchObject({ codes: ['FORBIDDEN'] });
    await send(`changeUserRole(input: {id: "${keeper.id}", role: GROUP_ADMIN}) { id }`);
    expect(await read(`group(id: "${ids.club}") { id }`)).toMatchObject({ codes: ['NOT_FOUND'] });
  });

  it('refuse a deactivated person and one who administers everything already', async () => {
    const id = await person();
    await send(`deactivateUser(id: "${id}") { id }`);
    for (const userId of [id, acme.ownerId]) {
      expect(
        await send(`assignGroupAdmin(input: {groupId: "${ids.club}", userId: "${userId}"}) { user { id } }`),
      ).toMatchObject({ code: 'INVALID_INPUT' });
    }
  });

  it('a group with admins and courses can still be deleted, here and over SCIM', async () => {
    await send(`setGroupCourses(input: {groupId: "${ids.club}", courses: [{id: "a", name: "A"}]}) { id }`);
    expect(await send(`deleteGroup(id: "${ids.club}")`)).toMatchObject({ code: undefined });
    expect((await acme.scim('DELETE', `/Groups/${ids.team}`)).status).toBe(204);
  });
});

describe('abuse 8: a group admin, on their own groups', () => {
  it('reads the groups, their members and those people, and sees no other group of theirs', async () => {
    const groups = await read('groups { totalCount edges { node { displayName } } }');
    expect(groups.groups.totalCount).toBe(2);
    const answer = await read(`group(id: "${ids.club}") { admins { id } members { totalCount edges { node {
      id email administers { displayName } courses { id } groups { totalCount edges { node { displayName } } } } } } }`);
    expect(answer.codes).toEqual([]);
    expect(answer.group.admins).toEqual([{ id: keeper.id }]);
    expect(answer.group.members.totalCount).toBe(2);
    const people = answer.group.members.edges.map((edge: { node: { id: string } }) => edge.node.id);
    expect(people.sort()).toEqual([ids.member, ids.both].sort());
    expect(JSON.stringify(answer)).not.toContain('Other');
    expect(await read(`user(id: "${ids.teammate}") { id }`)).toMatchObject({ user: { id: ids.teammate } });
  });

  it('adds and removes members, follows the change, and invites', async () => {
    const added = await add(ids.club, [ids.teammate], keeper.token);
    expect(added).toMatchObject({ accepted: 1, failed: 0 });
    expect(await read(`membershipChange(id: "${added.changeId}") { accepted group { id } }`)).toMatchObject({
      membershipChange: { accepted: 1, group: { id: ids.club } },
    });
    expect(await add(ids.club, [ids.teammate], keeper.token)).toMatchObject({ changeId: null, accepted: 0 });
    expect(await remove(ids.club, [ids.teammate, ids.stranger], keeper.token)).toMatchObject({ accepted: 1 });
    const invite = `inviteUser(input: {email: "new@people.example", groupIds: ["${ids.club}"]}) { role groupIds }`;
    expect(await send(invite, keeper.token)).toMatchObject({ role: 'USER', groupIds: [ids.club] });
  });

  it('brings in people of their own groups only: an id that was overheard is nobody, whoever it names', async () => {
    const nobody = '01890000-0000-7000-8000-000000000001';
    const before = await digestOf(product, acme.id);
    const heard = new Set<string>();
    for (const id of [ids.stranger, acme.ownerId, nobody]) {
      for (const some of [[id], [ids.teammate, id]]) {
        const refused = await add(ids.club, some, keeper.token);
        expect(refused.code).toBe('NOT_FOUND');
        heard.add(refused.message.replace(id, 'X'));
      }
    }
    expect([...heard]).toHaveLength(1);
    expect(await digestOf(product, acme.id)).toEqual(before);
    // Whom they administer the group with is one of their people too; and an admin adds anyone.
    await send(
      `assignGroupAdmin(input: {groupId: "${ids.club}", userId: "${ids.stranger}"}) { user { id } }`,
    );
    expect(await add(ids.club, [ids.stranger], keeper.token)).toMatchObject({ accepted: 1 });
    expect(await add(ids.club, [acme.ownerId])).toMatchObject({ accepted: 1 });
  });

  it('is refused what SCIM owns, by name of the connection (B32)', async () => {
    const refused = await add(ids.team, [ids.member], keeper.token);
    expect(refused).toMatchObject({ code: 'SCIM_MANAGED' });
    expect(refused.message).toContain(acme.connectionId);
  });
});

describe('abuse 8: a group admin, on everything else', () => {
  it('changes nothing: other groups are NOT_FOUND, other operations FORBIDDEN', async () => {
    const { club, other, member, stranger } = ids;
    const attempts: Record<string, string[]> = {
      NOT_FOUND: [
        `addGroupMembers(input: {groupId: "${other}", userIds: ["${keeper.id}"]}) { changeId }`,
        `removeGroupMembers(input: {groupId: "${other}", userIds: ["${stranger}"]}) { changeId }`,
        `inviteUser(input: {email: "x@people.example", groupIds: ["${club}", "${other}"]}) { id }`,
      ],
      FORBIDDEN: [
        `inviteUser(input: {email: "x@people.example", role: GROUP_ADMIN, groupIds: ["${club}"]}) { id }`,
        `inviteUser(input: {email: "x@people.example", role: ADMIN, groupIds: ["${club}"]}) { id }`,
        `inviteUser(input: {email: "x@people.example"}) { id }`,
        `inviteUser(input: {email: "x@people.example", groupIds: ["${club}"], courses: [{id: "a", name: "A"}]}) { id }`,
        `changeUserRole(input: {id: "${keeper.id}", role: ADMIN}) { id }`,
        `assignGroupAdmin(input: {groupId: "${other}", userId: "${keeper.id}"}) { user { id } }`,
        `assignGroupAdmin(input: {groupId: "${club}", userId: "${member}"}) { user { id } }`,
        `issueApiToken(role: USER) { token }`,
        `issueApiToken(userId: "${acme.ownerId}") { token }`,
        `updateGroup(input: {id: "${club}", displayName: "Mine"}) { id }`,
        `deleteGroup(id: "${club}")`,
        `createGroup(input: {displayName: "Mine"}) { id }`,
        `deactivateUser(id: "${member}") { id }`,
        `updateUser(input: {id: "${member}", title: "x"}) { id }`,
        `bulkAssignToGroup(input: {groupId: "${club}", filter: "active eq true"}) { id }`,
        `setGroupCourses(input: {groupId: "${club}", courses: []}) { id }`,
      ],
    };
    const before = await digestOf(product, acme.id);
    for (const [code, documents] of Object.entries(attempts)) {
      for (const document of documents) {
        expect([document, (await send(document, keeper.token)).code]).toEqual([document, code]);
      }
    }
    expect(await digestOf(product, acme.id)).toEqual(before);
  });

  it('reads nobody else, by any door: lists, filters, nested fields, connections', async () => {
    const { stranger, both, other, club, team } = ids;
    expect(await read(`user(id: "${stranger}") { id }`)).toMatchObject({ codes: ['NOT_FOUND'] });
    expect(await read(`user(id: "${acme.ownerId}") { id }`)).toMatchObject({ codes: ['NOT_FOUND'] });
    expect(await read('users { totalCount }')).toMatchObject({ codes: ['FORBIDDEN'] });
    expect(await read(`users(filter: "groups.value eq \\"${other}\\"") { totalCount }`)).toMatchObject({
      codes: ['FORBIDDEN'],
    });
    const oracle = await read(
      `groups(filter: "members.value eq \\"${both}\\"") { totalCount edges { node { id } } }`,
    );
    expect(oracle.groups).toEqual({ totalCount: 1, edges: [{ node: { id: club } }] });
    const [change] = await product.sql<{ id: string }>(
      'select id from membership_changes where organization_id = $1 and group_id = $2',
      [acme.id, other],
    );
    expect(await read(`membershipChange(id: "${change?.id}") { id }`)).toMatchObject({
      codes: ['NOT_FOUND'],
    });
    const nested =
      await read(`group(id: "${team}") { scimConnection { id credentials { lookupId } } members { edges { node {
      scimConnection { id } } } } }`);
    expect(new Set(nested.codes)).toEqual(new Set(['FORBIDDEN']));
    expect(JSON.stringify(nested)).not.toContain(acme.connectionId);
    for (const field of [
      'scimConnections { id }',
      'apiTokens { totalCount }',
      'provisioningLog { edges { node { id } } }',
      'bulkChanges { totalCount }',
    ]) {
      expect([field, (await read(field)).codes]).toEqual([field, ['FORBIDDEN']]);
    }
  });

  it('a token narrowed to half of what a group admin may is no less limited', async () => {
    const scopes = '["administered-group:write"]';
    const { token } = await send(`issueApiToken(userId: "${keeper.id}", scopes: ${scopes}) { token }`);
    for (const groups of [[ids.other], [], [ids.club, ids.other]]) {
      const invite = `inviteUser(input: {email: "x@people.example", groupIds: ${list(groups)}}) { id }`;
      expect((await send(invite, token)).code).toMatch(/FORBIDDEN|NOT_FOUND/);
    }
    expect(await add(ids.other, [keeper.id], token)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await add(ids.club, [ids.stranger], token)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await add(ids.club, [ids.teammate], token)).toMatchObject({ accepted: 1 });
    const [row] = await product.sql<{ details: Record<string, unknown> }>(
      `select details from audit_log where organization_id = $1 order by at desc limit 1`,
      [acme.id],
    );
    expect(row?.details).toMatchObject({ actorUserId: keeper.id, accepted: 1 });
  });

  it('a service token with the role administers nothing', async () => {
    const token = await acme.issueToken('group_admin');
    expect(await read('groups { totalCount }', token)).toMatchObject({ groups: { totalCount: 0 } });
    expect(await read(`group(id: "${ids.club}") { id }`, token)).toMatchObject({ codes: ['NOT_FOUND'] });
  });
});
