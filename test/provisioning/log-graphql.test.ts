import { patch, pushGroup, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { LOG, type LoggedRequest, logged, readLog } from './log-reading.js';

let product: TestProduct;
let acme: TestOrganization;
let user: string;
let group: string;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  user = await pushUser(acme);
  group = await pushGroup(acme, 'Sales', [user]);
  await acme.scim('PATCH', `/Users/${user}`, patch({ op: 'replace', value: { 'name.givenName': 'Ada' } }));
  await logged(acme, await acme.scim('POST', '/Groups', { displayName: 'Sales' }));
});
afterAll(() => product.close());

const operations = (entries: LoggedRequest[]) => entries.map((entry) => entry.operation);

describe('provisioningLog', () => {
  it('is newest first, in pages that neither repeat nor leave out', async () => {
    const all = await readLog(acme);
    expect(operations(all)).toEqual([
      'provisionGroup',
      'updateProvisionedUser',
      'provisionGroup',
      'provisionUser',
    ]);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { body } = await acme.graphql(LOG, { first: 3, after });
      const page = body.data.provisioningLog;
      expect(page.totalCount).toBe(4);
      seen.push(...page.edges.map((edge: { node: LoggedRequest }) => edge.node.id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(all.map((entry) => entry.id));
  });

  it('is filtered by outcome, target, connection and request id', async () => {
    expect(await readLog(acme, { outcome: 'REFUSED' })).toMatchObject([{ status: 409 }]);
    expect(operations(await readLog(acme, { targetId: user }))).toEqual([
      'updateProvisionedUser',
      'provisionUser',
    ]);
    expect(operations(await readLog(acme, { targetId: group, outcome: 'APPLIED' }))).toEqual([
      'provisionGroup',
    ]);
    expect(await readLog(acme, { connectionId: acme.connectionId })).toHaveLength(4);
    expect(await readLog(acme, { connectionId: user })).toEqual([]);
    expect(await readLog(acme, { targetId: 'nothing' })).toEqual([]);
    const [first] = await readLog(acme);
    expect(await readLog(acme, { requestId: first?.requestId })).toEqual([first]);
  });

  it('is filtered by time, the start inclusive and the end exclusive', async () => {
    const [newest, second] = await readLog(acme);
    const from = new Date(newest?.at ?? '').toISOString();
    expect(await readLog(acme, { from })).toHaveLength(1);
    expect((await readLog(acme, { to: from }))[0]).toEqual(second);
    expect(await readLog(acme, { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' })).toEqual([]);
  });

  it('is for the administrators of its organization only', async () => {
    const other = await product.organization();
    expect(await readLog(other, { targetId: user })).toEqual([]);
    const { body } = await acme.graphql(LOG, {}, await acme.issueToken('user'));
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    const admin = await acme.graphql(LOG, {}, await acme.issueToken('admin'));
    expect(admin.body.data.provisioningLog.totalCount).toBe(4);
  });
});

it('ScimConnection shows the last request, the last refusal and the dialect at a glance', async () => {
  const GLANCE = `{ scimConnections { dialect lastRequest { operation status } lastRefusedRequest { status scimType } } }`;
  expect((await acme.graphql(GLANCE)).body.data.scimConnections).toEqual([
    {
      dialect: 'ENTRA_FLAG',
      lastRequest: { operation: 'provisionGroup', status: 409 },
      lastRefusedRequest: { status: 409, scimType: 'uniqueness' },
    },
  ]);
  const fresh = await product.organization();
  expect((await fresh.graphql(GLANCE)).body.data.scimConnections).toEqual([
    { dialect: null, lastRequest: null, lastRefusedRequest: null },
  ]);
});
