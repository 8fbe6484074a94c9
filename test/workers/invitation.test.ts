import { applyInvitation } from '../../src/invitations/apply-invitation.js';
import { newId } from '../../src/kernel/ids.js';
import { workerContext } from '../../workers/context.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';
import { openJobs, storedMembers, whileWorking } from './asynchronous.js';

const INVITE = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }';
const INVITATION = 'query ($id: ID!) { invitation(id: $id) { state consumedAt appliedAt } }';
const ADMIN_OF_ALL = { role: 'ADMIN', courses: [{ id: 'c-1', name: 'First aid' }] };

describeEachQueue('an invitation is consumed by provisioning (B14)', (backend) => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterAll(() => product.close());

  async function ordinaryGroup(organization: TestOrganization, displayName: string): Promise<string> {
    const mutation = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { id } }';
    const answer = await organization.graphql(mutation, { input: { displayName } });
    return answer.body.data.createGroup.id;
  }

  async function invite(organization: TestOrganization, input: Record<string, unknown>): Promise<string> {
    const answer = await organization.graphql(INVITE, { input });
    expect(answer.body.errors).toBeUndefined();
    return answer.body.data.inviteUser.id;
  }

  const invitation = async (organization: TestOrganization, id: string) =>
    (await organization.graphql(INVITATION, { id })).body.data.invitation;

  /** What a person has of all that an invitation can bring. */
  async function gains(userId: string) {
    const [row] = await product.sql(
      `select u.role, u.pending_role,
         array(select m.group_id || ' ' || m.state from memberships m where m.user_id = u.id order by 1) as groups,
         array(select c.course_id from user_courses c where c.user_id = u.id order by 1) as courses
       from users u where u.id = $1`,
      [userId],
    );
    return row;
  }
  const nothing = { role: 'user', pending_role: null, groups: [], courses: [] };

  it('the link is made with the person; the worker brings groups and courses, and a role that waits', async () => {
    const groupIds = [await ordinaryGroup(acme, 'North'), await ordinaryGroup(acme, 'South')];
    const id = await invite(acme, { email: 'Ada@People.example', groupIds, ...ADMIN_OF_ALL });
    const ada = await pushUser(acme, 'ada');

    expect(await invitation(acme, id)).toEqual({
      state: 'CONSUMED',
      consumedAt: expect.any(String),
      appliedAt: null,
    });
    expect(await gains(ada)).toEqual(nothing);
    await whileWorking(product, backend);

    const expected = {
      role: 'user',
      pending_role: 'admin',
      groups: groupIds.map((group) => `${group} active`).sort(),
      courses: ['c-1'],
    };
    expect(await gains(ada)).toEqual(expected);
    expect((await invitation(acme, id)).appliedAt).toEqual(expect.any(String));
    const shown = await acme.graphql('query ($id: ID!) { user(id: $id) { role } }', { id: ada });
    expect(shown.body.data.user.role).toBe('USER');
  });

  it('a job that comes again, and an operator who runs it again, change nothing', async () => {
    const group = await ordinaryGroup(acme, 'North');
    const id = await invite(acme, { email: 'bo@people.example', groupIds: [group], ...ADMIN_OF_ALL });
    const bo = await pushUser(acme, 'bo');
    await whileWorking(product, backend);

    await acme.graphql('mutation ($input: UpdateGroupInput!) { updateGroup(input: $input) { id } }', {
      input: { id: group, removeUserIds: [bo] },
    });
    await whileWorking(product, backend);
    const before = await gains(bo);
    expect(before).toMatchObject({ groups: [] });

    const jobs = openJobs(product, backend);
    const payload = { organizationId: acme.id, ids: { invitationId: id }, requestId: 'again' };
    await jobs.add([newId(), newId()].map((jobId) => ({ queue: 'invitation' as const, id: jobId, payload })));
    await jobs.close();
    const context = workerContext(product.database, 'invitation', payload);
    await whileWorking(product, backend, () => applyInvitation(context, { invitationId: id }));

    expect(await gains(bo)).toEqual(before);
    const applied = await product.sql(
      `select from audit_log where action = 'invitation.applied' and target_id = $1`,
      [id],
    );
    expect(applied).toHaveLength(1);
  });

  it('a group that was deleted meanwhile is left out', async () => {
    const [kept, deleted] = [await ordinaryGroup(acme, 'Kept'), await ordinaryGroup(acme, 'Deleted')];
    await invite(acme, { email: 'cy@people.example', groupIds: [deleted, kept] });
    const cy = await pushUser(acme, 'cy');
    await acme.graphql('mutation ($id: ID!) { deleteGroup(id: $id) }', { id: deleted });
    await whileWorking(product, backend);
    expect(await gains(cy)).toMatchObject({ groups: [`${kept} active`] });
  });

  it('someone deactivated before it was applied gets nothing, then or later (I6)', async () => {
    const group = await ordinaryGroup(acme, 'North');
    const id = await invite(acme, { email: 'dee@people.example', groupIds: [group], ...ADMIN_OF_ALL });
    const dee = await pushUser(acme, 'dee');
    const activeness = (value: boolean) =>
      acme.scim('PATCH', `/Users/${dee}`, patch({ op: 'replace', path: 'active', value }));
    expect((await activeness(false)).status).toBe(200);
    expect((await invitation(acme, id)).state).toBe('REVOKED');
    await whileWorking(product, backend);
    expect((await activeness(true)).status).toBe(200);
    await whileWorking(product, backend);
    expect(await gains(dee)).toEqual(nothing);
  });

  it('someone created inactive keeps it pending until they become active', async () => {
    const group = await ordinaryGroup(acme, 'North');
    const id = await invite(acme, { email: 'eve@people.example', groupIds: [group] });
    const created = await acme.scim('POST', '/Users', newUser('eve', { active: false }));
    await whileWorking(product, backend);
    expect((await invitation(acme, id)).state).toBe('PENDING');
    const activated = patch({ op: 'replace', path: 'active', value: true });
    await acme.scim('PATCH', `/Users/${created.body.id}`, activated);
    await whileWorking(product, backend);
    expect(await gains(created.body.id)).toMatchObject({ groups: [`${group} active`] });
  });

  it('an adopted person consumes it too and keeps the role they have (B15)', async () => {
    const [person] = await product.sql<{ id: string }>(
      `insert into users (organization_id, id, email, email_key, role)
       values ($1, gen_random_uuid(), 'finn@people.example', 'finn@people.example', 'admin') returning id`,
      [acme.id],
    );
    const group = await ordinaryGroup(acme, 'North');
    await invite(acme, { email: 'finn@people.example', role: 'GROUP_ADMIN', groupIds: [group] });
    expect(await pushUser(acme, 'finn')).toBe(person?.id);
    await whileWorking(product, backend);
    expect(await gains(person?.id ?? '')).toMatchObject({
      role: 'admin',
      pending_role: null,
      groups: [`${group} active`],
    });
  });

  it("another organization's invitation and groups are not touched (I7)", async () => {
    const other = await product.organization();
    const foreignGroup = await ordinaryGroup(other, 'Theirs');
    const foreign = await invite(other, { email: 'gus@people.example', groupIds: [foreignGroup] });
    const own = await ordinaryGroup(acme, 'Ours');
    const id = await invite(acme, { email: 'gus@people.example', groupIds: [own] });
    // Whatever a later version lets into the row, the worker must not follow it out of its organization.
    await product.sql('update invitations set group_ids = group_ids || $2::uuid where id = $1', [
      id,
      foreignGroup,
    ]);
    const gus = await pushUser(acme, 'gus');
    await whileWorking(product, backend);
    expect(await gains(gus)).toMatchObject({ groups: [`${own} active`] });
    expect((await invitation(other, foreign)).state).toBe('PENDING');
    expect(await storedMembers(product, foreignGroup)).toEqual([]);
  });

  it('racing requests for one address make one person, who consumes it once (I4)', async () => {
    const group = await ordinaryGroup(acme, 'North');
    const id = await invite(acme, { email: 'hal@people.example', groupIds: [group], ...ADMIN_OF_ALL });
    const post = () => acme.scim('POST', '/Users', newUser('hal'));
    const answers = await Promise.all([post(), post(), post(), post()]);
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, 409, 409, 409]);
    const messages = await product.sql(`select from outbox where ids->>'invitationId' = $1`, [id]);
    expect(messages).toHaveLength(1);

    await whileWorking(product, backend);
    const winner = answers.find((answer) => answer.status === 201);
    expect(await gains(winner?.body.id)).toMatchObject({ groups: [`${group} active`], courses: ['c-1'] });
    const [consumed] = await product.sql('select user_id, state from invitations where id = $1', [id]);
    expect(consumed).toEqual({ user_id: winner?.body.id, state: 'consumed' });
  });
});
