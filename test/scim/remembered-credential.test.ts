import { digestOf } from '../isolation/digest.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

// A process remembers a credential that was good, and the first transaction of a request proves that it still is. What
// another process changes is changed here by SQL, of which this one hears nothing.

let product: TestProduct;
let acme: TestOrganization;
let user: string;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
  user = await pushUser(acme);
  expect((await acme.scim('GET', `/Users/${user}`)).status).toBe(200);
});
afterAll(() => product.close());

const deactivated = patch({ op: 'replace', path: 'active', value: false });

describe('a credential that was good a moment ago (B3)', () => {
  it.each([
    ['was revoked', 'update scim_credentials set revoked_at = now() where organization_id = $1'],
    ['has expired', 'update scim_credentials set expires_at = now() where organization_id = $1'],
    ['lost its connection', `update scim_connections set status = 'disabled' where organization_id = $1`],
    ['is gone', 'delete from scim_credentials where organization_id = $1'],
  ])(
    '%s: whatever it asks next is refused as if it never had been, and changes nothing',
    async (_what, sql) => {
      await product.sql(sql, [acme.id]);
      const before = await digestOf(product);
      const asked: [string, string, unknown?][] = [
        ['GET', `/Users/${user}`],
        ['GET', '/Users/nobody'],
        ['GET', '/Users?filter=nonsense'],
        ['GET', '/Users?count=0'],
        ['GET', '/Groups'],
        ['POST', '/Users', newUser()],
        ['POST', '/Users', { schemas: 'none' }],
        ['POST', '/Users/.search', { count: 1 }],
        ['PATCH', `/Users/${user}`, deactivated],
        ['PUT', `/Users/${user}`, newUser()],
        ['DELETE', `/Users/${user}`],
        ['POST', '/Bulk', { Operations: [{ method: 'DELETE', path: `/Users/${user}` }] }],
        ['GET', '/Me'],
      ];
      for (const [method, path, body] of asked) {
        const answer = await acme.scim(method, path, body);
        expect({ method, path, status: answer.status }).toEqual({ method, path, status: 401 });
        // The memory is empty now; the next request is made with a full one.
        await product.sql('select 1');
      }
      expect(await digestOf(product)).toEqual(before);
    },
  );

  const first: [string, string, unknown][] = [
    ['GET', '/Users/{id}', undefined],
    ['GET', '/Users/nobody', undefined],
    ['POST', '/Users', { schemas: 'none' }],
    ['PATCH', '/Users/{id}', deactivated],
    ['DELETE', '/Users/{id}', undefined],
  ];
  it.each(first)('is refused at its very first %s %s after it was revoked', async (method, path, body) => {
    await product.sql('update scim_credentials set revoked_at = now() where organization_id = $1', [acme.id]);
    const before = await digestOf(product);
    expect((await acme.scim(method, path.replace('{id}', user), body)).status).toBe(401);
    expect(await digestOf(product)).toEqual(before);
  });

  it('acts by the settings its connection has now', async () => {
    await acme.graphql('mutation { createGroup(input: {displayName: "Circle"}) { id } }');
    const total = async () => (await acme.scim('GET', '/Groups')).body.totalResults;
    expect(await total()).toBe(0);
    await product.sql('update scim_connections set shows_all_groups = true where organization_id = $1', [
      acme.id,
    ]);
    expect(await total()).toBe(1);
  });

  it('is noted as used once a minute, with one change made once', async () => {
    const past = `update scim_credentials set last_used_at = now() - interval '2 minutes' where organization_id = $1`;
    await product.sql(past, [acme.id]);
    expect((await acme.scim('PATCH', `/Users/${user}`, deactivated)).status).toBe(200);
    const [row] = await product.sql<{ noted: boolean; version: number; written: number }>(
      `select (select bool_or(last_used_at > now() - interval '1 minute') from scim_credentials where organization_id = $1) as noted,
         (select version from users where organization_id = $1 and id = $2) as version,
         (select count(*)::int from provisioning_log where organization_id = $1 and method = 'PATCH') as written`,
      [acme.id, user],
    );
    expect(row).toEqual({ noted: true, version: 2, written: 1 });
  });
});
