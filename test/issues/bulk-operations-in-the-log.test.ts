import { logged, readLog } from '../provisioning/log-reading.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

// Every row of a bulk request carried the method of the outer request and no resource: a log of POSTs to nowhere.
it.each(['standard', 'rfc'] as const)(
  'one row for each Bulk operation, with its own method and path (B40), %s',
  async (profile) => {
    const acme = await product.organization({ profile });
    const ada = await pushUser(acme, `ada-${profile}`);
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Engineers' };
    const answer = await acme.scim('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'b', data: newUser(`bob-${profile}`, { active: 'True' }) },
        { method: 'POST', path: '/Groups', bulkId: 'g', data: group },
        {
          method: 'PATCH',
          path: `/Users/${ada}`,
          data: patch({ op: 'Replace', path: 'title', value: 'CTO' }),
        },
        {
          method: 'PATCH',
          path: '/Groups/bulkId:g',
          data: patch({ op: 'add', path: 'members', value: [{ value: ada }] }),
        },
        { method: 'POST', path: '/Users', bulkId: 'c', data: newUser(`bob-${profile}`) },
        { method: 'PUT', path: '/Nothing/1', data: {} },
        { method: 'DELETE', path: `/Users/${ada}` },
      ],
    });
    const statuses = answer.body.Operations.map(({ status }: { status: string }) => Number(status));
    const patched = profile === 'rfc' ? 200 : 204;
    expect(statuses).toEqual([201, 201, 200, patched, 409, 404, 204]);
    const [bob, created] = answer.body.Operations.map(({ location }: { location?: string }) =>
      location?.split('/').at(-1),
    );
    await logged(acme, answer);
    const requestId = String(answer.headers['x-request-id']);
    const deadline = Date.now() + 30_000;
    let rows = await readLog(acme, { requestId });
    while (rows.length < 7 && Date.now() < deadline) rows = await readLog(acme, { requestId });
    const said = rows.map(({ method, resourceType, operation, status, outcome }) =>
      [method, resourceType, operation, status, outcome].join(' '),
    );
    expect(said.sort()).toEqual(
      [
        'POST User provisionUser 201 APPLIED',
        'POST Group provisionGroup 201 APPLIED',
        'PATCH User updateProvisionedUser 200 APPLIED',
        `PATCH Group updateProvisionedGroup ${patched} APPLIED`,
        'POST User provisionUser 409 REFUSED',
        'PUT  put 404 REFUSED',
        'DELETE User deprovisionUser 204 APPLIED',
      ].sort(),
    );
    const rowOf = (status: number, method: string) =>
      rows.find((row) => row.status === status && row.method === method);
    expect(rows.find(({ operation }) => operation === 'provisionGroup')?.targetId).toBe(created);
    expect(rows.find(({ targetId }) => targetId === bob)?.normalisations).toEqual([
      'boolean-as-string: active',
    ]);
    expect(rowOf(204, 'DELETE')?.targetId).toBe(ada);
    expect(rowOf(409, 'POST')?.detail).toContain('exists already');
    expect(rows.find(({ operation }) => operation === 'updateProvisionedUser')?.normalisations).toEqual([
      'op-letter-case: Replace',
    ]);
  },
);

// On a connection of the rfc profile externalId is one of the common attributes, and was said to be passed over.
it('externalId of an rfc connection is not among the ignored parts', async () => {
  const acme = await product.organization({ profile: 'rfc' });
  const answer = await acme.scim('POST', '/Users', newUser());
  expect(await logged(acme, answer)).toMatchObject({ outcome: 'APPLIED', ignored: [] });
});

it('a Bulk request that is refused as a whole is one row', async () => {
  const acme = await product.organization();
  const answer = await acme.scim('POST', '/Bulk', { schemas: [BULK], Operations: 7 });
  expect(answer.status).toBe(400);
  expect(await logged(acme, answer)).toMatchObject({
    method: 'POST',
    resourceType: null,
    operation: 'post',
    outcome: 'REFUSED',
  });
});
