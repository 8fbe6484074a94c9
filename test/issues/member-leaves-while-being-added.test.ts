import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually, scimMembers, someoneWaits } from '../workers/asynchronous.js';

// Adding people looked at the group twice before locking it. Who was a member at the first look and not at the second
// was reported as nobody of this organization (404), and who had been deactivated in between could be added.

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const members = (op: string, ...ids: string[]) =>
  patch({ op, path: 'members', value: ids.map((value) => ({ value })) });

/** A PATCH that adds a member and someone new, held up at the row of the new one while `meanwhile` runs. */
async function addBoth(group: string, present: string, added: string, meanwhile: () => Promise<unknown>) {
  const holder = new pg.Client({ connectionString: product.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query(`select set_config('app.organization_id', $1, true)`, [acme.id]);
  await holder.query('set local role rollcall_organization');
  await holder.query('select from users where id = $1 for update', [added]);
  const answer = acme.scim('PATCH', `/Groups/${group}`, members('add', present, added));
  await eventually('the request waits', () => someoneWaits(product));
  await meanwhile();
  await holder.query('rollback');
  await holder.end();
  return answer;
}

it('someone removed meanwhile is a member again, not somebody unknown', async () => {
  const [present, added] = [await pushUser(acme), await pushUser(acme)];
  const group = await pushGroup(acme, undefined, [present]);
  const answer = await addBoth(group, present, added, () =>
    acme.scim('PATCH', `/Groups/${group}`, members('remove', present)),
  );
  expect(answer.status).toBe(204);
  expect(await scimMembers(acme, group)).toEqual([present, added].sort());
});

it('someone deactivated meanwhile is not added (I6)', async () => {
  const [present, added] = [await pushUser(acme), await pushUser(acme)];
  const group = await pushGroup(acme, undefined, [present]);
  const answer = await addBoth(group, present, added, () =>
    acme.scim('PATCH', `/Users/${present}`, patch({ op: 'replace', path: 'active', value: false })),
  );
  expect(answer.status).toBe(204);
  expect(await scimMembers(acme, group)).toEqual([added]);
});

it('people added to a group whose id is no id: 404, not 500', async () => {
  const person = await pushUser(acme);
  for (const id of ['nobody', randomUUID()]) {
    expect((await acme.scim('PATCH', `/Groups/${id}`, members('add', person))).status).toBe(404);
  }
});
