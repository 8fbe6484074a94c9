import pg from 'pg';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';

let product: TestProduct;
let acme: TestOrganization;
beforeAll(async () => {
  product = await startProduct({ workers: true });
  acme = await product.organization();
});
afterAll(() => product.close());

async function release(userId: string): Promise<string[]> {
  const mutation = 'mutation ($userId: ID!) { releaseUser(input: { userId: $userId }) { leftGroupIds } }';
  return (await acme.graphql(mutation, { userId })).body.data.releaseUser.leftGroupIds;
}
const membersOf = async (group: string) =>
  (
    await product.sql<{ user_id: string }>('select user_id from memberships where group_id = $1', [group])
  ).map((row) => row.user_id);

// Somebody who was let go of is nobody's (B39), and a provider removes only whom it manages (B29): its next push of the group
// put them back into it, and from there nobody could remove them any more.
it.each([
  [
    'an add',
    (ids: string[]) => patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }),
  ],
  [
    'a whole list',
    (ids: string[]) => patch({ op: 'replace', path: 'members', value: ids.map((value) => ({ value })) }),
  ],
])(
  '%s with somebody who was released: the others join, they do not, and the history says why',
  async (_what, change) => {
    const [released, other] = [await pushUser(acme), await pushUser(acme)];
    const group = await pushGroup(acme, undefined, [released]);
    await product.settle();
    await release(released);
    expect((await acme.scim('PATCH', `/Groups/${group}`, change([released, other]))).status).toBe(204);
    await product.settle();
    expect(await membersOf(group)).toEqual([other]);
    const asked = await acme.graphql(
      `{ explainMembership(userId: "${released}", groupId: "${group}") { verdict sentence } }`,
    );
    expect(asked.body.data.explainMembership).toMatchObject({
      verdict: 'ADD_REFUSED',
      sentence: expect.stringContaining('released from the identity provider'),
    });
  },
);

it('nor do they when they are released while the list that names them is on its way', async () => {
  const [released, other] = [await pushUser(acme), await pushUser(acme)];
  const group = await pushGroup(acme, undefined, [released, other]);
  await product.settle();
  const holder = new pg.Client({ connectionString: product.databaseUrl });
  await holder.connect();
  const waiting = async (count: number) =>
    eventually(`${count} wait for the group`, async () => {
      const rows = await product.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length >= count;
    });
  await holder.query('begin');
  await holder.query(`select set_config('app.organization_id', $1, true)`, [acme.id]);
  await holder.query('set local role rollcall_organization');
  await holder.query('select from groups where id = $1 for update', [group]);
  const releasing = release(released);
  await waiting(1);
  const list = [released, other].map((value) => ({ value }));
  const pushing = acme.scim(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'replace', path: 'members', value: list }),
  );
  await waiting(2);
  await holder.query('commit');
  await holder.end();
  expect(await releasing).toEqual([group]);
  expect((await pushing).status).toBe(204);
  await product.settle();
  expect(await membersOf(group)).toEqual([other]);
});
