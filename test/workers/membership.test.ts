import { setTimeout as sleep } from 'node:timers/promises';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { describeEachQueue } from '../support/redis.js';
import {
  crowd,
  eventually,
  holding,
  scimMembers,
  someoneWaits,
  startTestWorkers,
  storedMembers,
  whileWorking,
} from './asynchronous.js';

const MEMBERS = `query ($id: ID!) { group(id: $id) {
  members(first: 100) { totalCount edges { state appliedAt node { id } } } } }`;
const CHANGE = 'query ($id: ID!) { membershipChange(id: $id) { accepted applied failed group { id } } }';
const UPDATE = `mutation ($input: UpdateProvisionedGroupInput!) {
  updateProvisionedGroup(input: $input) { membershipChange { id accepted applied failed } } }`;

describeEachQueue('a membership is accepted, then applied (B30)', (backend) => {
  let product: TestProduct;
  let acme: TestOrganization;

  beforeAll(async () => {
    product = await startProduct();
  });
  beforeEach(async () => {
    acme = await product.organization();
  });
  afterAll(() => product.close());

  const members = (...operations: [string, string[]][]) =>
    patch(
      ...operations.map(([op, ids]) => ({ op, path: 'members', value: ids.map((value) => ({ value })) })),
    );

  /** What GraphQL shows: the state of each member. */
  async function productView(groupId: string): Promise<Record<string, string>> {
    const answer = await acme.graphql(MEMBERS, { id: groupId });
    const { edges } = answer.body.data.group.members;
    return Object.fromEntries(
      edges.map((edge: { state: string; node: { id: string } }) => [edge.node.id, edge.state]),
    );
  }

  /** Changes a group's members through GraphQL, which tells the id of the change. */
  async function change(id: string, change: { add?: string[]; remove?: string[]; replace?: string[] }) {
    const input = { connectionId: acme.connectionId, id, members: change };
    const answer = await acme.graphql(UPDATE, { input });
    expect(answer.body.errors).toBeUndefined();
    return answer.body.data.updateProvisionedGroup.membershipChange;
  }

  const progress = async (id: string) => (await acme.graphql(CHANGE, { id })).body.data.membershipChange;

  it('SCIM shows a member at once, the product when a worker applied it', async () => {
    const ada = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [ada]);

    expect(await scimMembers(acme, group)).toEqual([ada]);
    expect((await acme.scim('GET', `/Users/${ada}`)).body.groups).toMatchObject([{ value: group }]);
    const answer = await acme.graphql(MEMBERS, { id: group });
    expect(answer.body.data.group.members).toEqual({
      totalCount: 1,
      edges: [{ state: 'ADDING', appliedAt: null, node: { id: ada } }],
    });
    const etag = (await acme.scim('GET', `/Groups/${group}`)).headers.etag;

    await whileWorking(product, backend);
    expect(await productView(group)).toEqual({ [ada]: 'ACTIVE' });
    expect(await scimMembers(acme, group)).toEqual([ada]);
    expect((await acme.scim('GET', `/Groups/${group}`)).headers.etag).toBe(etag);
  });

  it('SCIM stops showing a member at once, the product when a worker applied it', async () => {
    const ada = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [ada]);
    await whileWorking(product, backend);

    const removed = await acme.scim('PATCH', `/Groups/${group}`, members(['remove', [ada]]));
    expect(removed.status).toBe(204);
    expect(await scimMembers(acme, group)).toEqual([]);
    expect((await acme.scim('GET', `/Users/${ada}`)).body.groups).toEqual([]);
    expect(await productView(group)).toEqual({ [ada]: 'REMOVING' });

    await whileWorking(product, backend);
    expect(await productView(group)).toEqual({});
    expect(await storedMembers(product, group)).toEqual([]);
  });

  it('is the work of the queue, not of the sweeper that mends what the queue lost', async () => {
    const ids = await crowd(product, acme, 40);
    await whileWorking(product, backend, async () => {
      for (const id of ids.slice(0, 8)) await pushGroup(acme, undefined, [id, ...ids.slice(20)]);
    });
    const [row] = await product.sql<{ late: number; all: number }>(
      `select count(*)::int as all, count(*) filter (where applied_at > accepted_at + interval '4 s')::int as late
       from memberships where organization_id = $1`,
      [acme.id],
    );
    expect(row).toEqual({ all: 8 * 21, late: 0 });
  });

  it('membershipChange counts what was accepted, what is settled, and who could not be added', async () => {
    const [ada, bob, cleo, gone] = await crowd(product, acme, 4);
    await acme.scim('PATCH', `/Users/${gone}`, patch({ op: 'replace', path: 'active', value: false }));
    const group = await pushGroup(acme);

    const first = await change(group, { add: [ada, bob, cleo, gone] as string[] });
    expect(first).toMatchObject({ accepted: 3, applied: 0, failed: 1 });
    const second = await change(group, { remove: [ada as string] });
    expect(second).toMatchObject({ accepted: 1, applied: 1, failed: 0 });
    expect(await progress(first.id)).toMatchObject({ accepted: 3, applied: 1, failed: 1 });

    await whileWorking(product, backend);
    expect(await progress(first.id)).toEqual({ accepted: 3, applied: 3, failed: 1, group: { id: group } });

    const third = await change(group, { replace: [bob as string] });
    expect(third).toMatchObject({ accepted: 1, applied: 0, failed: 0 });
    expect(await change(group, { replace: [bob as string] })).toBeNull();
    await whileWorking(product, backend);
    expect(await progress(third.id)).toMatchObject({ accepted: 1, applied: 1 });
  });

  it('someone added, removed and added again before a worker looks is added once', async () => {
    const ada = await pushUser(acme);
    const group = await pushGroup(acme);
    for (const op of ['add', 'remove', 'add', 'remove', 'add']) {
      expect((await acme.scim('PATCH', `/Groups/${group}`, members([op, [ada]]))).status).toBe(204);
    }
    expect(await storedMembers(product, group)).toEqual([{ user_id: ada, state: 'adding' }]);
    await whileWorking(product, backend);
    expect(await storedMembers(product, group)).toEqual([{ user_id: ada, state: 'active' }]);
    const applied = await product.sql<{ added: number }>(
      `select (details->>'added')::int as added from audit_log where action = 'group.membersApplied' and target_id = $1`,
      [group],
    );
    expect(applied).toEqual([{ added: 1 }]);
  });

  it('someone removed and added again before a worker looks never left', async () => {
    const ada = await pushUser(acme);
    const group = await pushGroup(acme, undefined, [ada]);
    await whileWorking(product, backend);
    const [before] = await product.sql('select applied_at from memberships where group_id = $1', [group]);

    await change(group, { remove: [ada] });
    const back = await change(group, { add: [ada] });
    expect(back).toMatchObject({ accepted: 1, applied: 1 });
    expect(await productView(group)).toEqual({ [ada]: 'ACTIVE' });
    await whileWorking(product, backend);
    expect(await product.sql('select applied_at from memberships where group_id = $1', [group])).toEqual([
      before,
    ]);
  });

  it('a change of a group that was deleted meanwhile settles without an effect', async () => {
    const ids = await crowd(product, acme, 3);
    const group = await pushGroup(acme);
    const { id } = await change(group, { add: ids });
    expect((await acme.scim('DELETE', `/Groups/${group}`)).status).toBe(204);
    await whileWorking(product, backend);
    expect(await progress(id)).toEqual({ accepted: 3, applied: 3, failed: 0, group: null });
    expect(await storedMembers(product, group)).toEqual([]);
  });

  it('someone deactivated in between is not added, and not when they come back (B19)', async () => {
    const [ada, bob] = (await crowd(product, acme, 2)) as [string, string];
    const group = await pushGroup(acme, undefined, [ada, bob]);
    const activeness = (value: boolean) =>
      acme.scim('PATCH', `/Users/${ada}`, patch({ op: 'replace', path: 'active', value }));
    expect((await activeness(false)).status).toBe(200);
    expect(await storedMembers(product, group)).toEqual([{ user_id: bob, state: 'adding' }]);
    await whileWorking(product, backend);
    expect((await activeness(true)).body).toMatchObject({ active: true, groups: [] });
    await whileWorking(product, backend);
    expect(await productView(group)).toEqual({ [bob]: 'ACTIVE' });
  });

  it('someone deactivated while they are being added is not in the group for a moment (I6)', async () => {
    const [ada] = (await crowd(product, acme, 1)) as [string];
    const group = await pushGroup(acme);
    await holding(product, acme, [group], async (release) => {
      const adding = acme.scim('PATCH', `/Groups/${group}`, members(['add', [ada]]));
      await eventually('the change waits for the group', () => someoneWaits(product));
      const inactive = patch({ op: 'replace', path: 'active', value: false });
      const deactivating = acme.scim('PATCH', `/Users/${ada}`, inactive);
      await sleep(100);
      await release();
      expect((await adding).status).toBe(204);
      expect((await deactivating).status).toBe(200);
    });
    expect(await storedMembers(product, group)).toEqual([]);
  });

  it('a row of someone inactive, however it came about, is taken away and not applied (I6)', async () => {
    const [ada] = (await crowd(product, acme, 1)) as [string];
    const group = await pushGroup(acme, undefined, [ada]);
    await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [ada]);
    await whileWorking(product, backend);
    expect(await storedMembers(product, group)).toEqual([]);
  });

  it('5,000 members are applied in batches, and the progress only grows', async () => {
    const ids = await crowd(product, acme, 5_000);
    const group = await pushGroup(acme);
    const { id } = await change(group, { add: ids });
    const seen = [0];
    const [one, two] = [startTestWorkers(product, backend), startTestWorkers(product, backend)];
    try {
      while (seen.at(-1) !== 5_000 && seen.length < 5_000) {
        seen.push((await progress(id)).applied);
        await sleep(10);
      }
      await product.settle();
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
    expect(seen.at(-1)).toBe(5_000);
    expect(seen.slice().sort((a, b) => a - b)).toEqual(seen);
    const [audited] = await product.sql<{ batches: number; added: number }>(
      `select count(*)::int as batches, sum((details->>'added')::int)::int as added from audit_log
       where action = 'group.membersApplied' and target_id = $1`,
      [group],
    );
    expect(audited?.added).toBe(5_000);
    expect(audited?.batches).toBeGreaterThanOrEqual(5);

    const { id: removal } = await change(group, { replace: ids.slice(0, 10) });
    await whileWorking(product, backend);
    expect(await progress(removal)).toMatchObject({ accepted: 4_990, applied: 4_990 });
    expect(await scimMembers(acme, group)).toEqual(ids.slice(0, 10).sort());
  });
});
