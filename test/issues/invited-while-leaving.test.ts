import { applyInvitation } from '../../src/invitations/apply-invitation.js';
import { workerContext } from '../../workers/context.js';
import { FakeQueue } from '../model/queue.js';
import { newUser, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

async function mutate(field: string, type: string, input: object, selection: string) {
  const { body } = await acme.graphql(
    `mutation ($input: ${type}!) { ${field}(input: $input) ${selection} }`,
    {
      input,
    },
  );
  if (body.errors) throw new Error(body.errors[0].message);
  return body.data[field];
}

it('an invitation keeps somebody in a group whose removal was accepted before and not applied yet (B14, B30)', async () => {
  const queue = new FakeQueue(product.database);
  const ada = await pushUser(acme, 'ada');
  const { id: groupId } = await mutate('createGroup', 'CreateGroupInput', { displayName: 'Sales' }, '{ id }');
  const members = { groupId, userIds: [ada] };
  await mutate('addGroupMembers', 'GroupMembersInput', members, '{ changeId }');
  await queue.drain();
  const input = { email: 'ada@people.example', groupIds: [groupId] };
  const invited = await mutate('inviteUser', 'InviteUserInput', input, '{ id }');
  await mutate('removeGroupMembers', 'GroupMembersInput', members, '{ changeId }');
  await mutate('releaseUser', 'ReleaseUserInput', { userId: ada }, '{ user { id } }');
  // The provider brings her back, which uses up the invitation; its job is done before that of the group.
  expect((await acme.scim('POST', '/Users', newUser('ada'))).status).toBe(201);
  const job = { organizationId: acme.id, requestId: 'test' };
  await applyInvitation(workerContext(product.database, 'invitation', job), { invitationId: invited.id });
  await queue.drain();
  const rows = await product.sql('select user_id, state from memberships where group_id = $1', [groupId]);
  expect(rows).toEqual([{ user_id: ada, state: 'active' }]);
});

it('adding only people who are deactivated changes nothing of a group, so it keeps its version', async () => {
  const bob = await pushUser(acme, 'bob');
  await acme.scim('PUT', `/Users/${bob}`, newUser('bob', { active: false }));
  const { id, version } = await mutate(
    'createGroup',
    'CreateGroupInput',
    { displayName: 'Support' },
    '{ id version }',
  );
  const input = { groupId: id, userIds: [bob] };
  const answer = await mutate(
    'addGroupMembers',
    'GroupMembersInput',
    input,
    '{ accepted failed group { version } }',
  );
  expect(answer).toEqual({ accepted: 0, failed: 1, group: { version } });
});
