import { disableSso } from '../../src/access/disable-sso.js';
import { digestOf } from '../isolation/digest.js';
import { logged } from '../provisioning/log-reading.js';
import { newUser, pushUser } from '../support/people.js';
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

/** As no door lets it: whoever sold the plan took it back. */
const setPlan = (plan: string) =>
  product.sql('update organizations set plan = $2 where id = $1', [acme.id, plan]);

const LOCKS = [
  ['the plan is left', 'Enterprise plan', () => setPlan('team')],
  [
    'SSO is switched off',
    'SSO connection',
    async () => {
      const [sso] = await product.sql<{ id: string }>(
        'select id from sso_connections where organization_id = $1',
        [acme.id],
      );
      return disableSso(acme.context, { id: sso?.id ?? '' });
    },
  ],
] as const;

it.each(LOCKS)(
  'B1: %s: SCIM is refused with the reason and the way out, never a bare 403',
  async (_what, reason, lock) => {
    const id = await pushUser(acme);
    await lock();
    const attempts = [
      acme.scim('GET', '/Users'),
      acme.scim('POST', '/Users', newUser('late')),
      acme.scim('DELETE', `/Users/${id}`),
      acme.scim('GET', '/Groups', undefined, {
        authorization: `Basic ${Buffer.from(`${acme.clientId}:${acme.clientSecret}`).toString('base64')}`,
      }),
    ];
    const before = await digestOf(product, acme.id);
    for (const answer of await Promise.all(attempts)) {
      await logged(acme, answer);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '403',
        detail: expect.stringContaining(reason),
      });
      expect(answer.body.detail).toMatch(/Nothing was changed\. (Upgrade|Connect)/);
    }
    const people = await product.sql('select from users where organization_id = $1 and active', [acme.id]);
    expect(people).toHaveLength(2);
    // What needs no credential goes on (B6), with a wrong one it is 401 as ever, and the administrators read why.
    expect((await acme.scim('GET', '/ServiceProviderConfig')).status).toBe(200);
    expect((await acme.scim('GET', '/Users', undefined, { authorization: `${acme.token}x` })).status).toBe(
      401,
    );
    expect(Object.keys(before).length).toBeGreaterThan(0);
    const log = await acme.graphql(
      '{ provisioningLog(filter: {outcome: REFUSED}) { edges { node { status detail } } } }',
    );
    const refusals = log.body.data.provisioningLog.edges.map(
      ({ node }: { node: { status: number } }) => node.status,
    );
    expect(refusals.filter((status: number) => status === 403).length).toBe(4);
  },
);

it('B1: the way back is the plan: the same credential goes on where it was', async () => {
  await setPlan('team');
  expect((await acme.scim('GET', '/Users')).status).toBe(403);
  await setPlan('enterprise');
  expect((await acme.scim('GET', '/Users')).status).toBe(200);
});
