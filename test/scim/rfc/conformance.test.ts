import { newUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { ENTERPRISE, GROUP } from '../dialects/bodies.js';

let product: TestProduct;
let rfc: TestOrganization;
let standard: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  [rfc, standard] = [await product.organization({ profile: 'rfc' }), await product.organization()];
});
afterAll(() => product.close());

describe('schemas of a resource (RFC 7643 section 3)', () => {
  const foreign = [[GROUP], ['urn:example:other'], [], 'urn:example:other', [1]];

  it.each(foreign.map((schemas) => [schemas]))(
    'POST of a User with schemas %j is 400 invalidSyntax',
    async (schemas) => {
      const answer = await rfc.scim('POST', '/Users', newUser(undefined, { schemas }));
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
      expect(answer.body.detail).toContain('core:2.0:User');
    },
  );

  it('PUT and groups as well; nothing is changed', async () => {
    const { id } = (await rfc.scim('POST', '/Users', newUser('schemas'))).body;
    const put = await rfc.scim('PUT', `/Users/${id}`, newUser('schemas', { schemas: [GROUP], title: 'x' }));
    expect([put.status, put.body.scimType]).toEqual([400, 'invalidSyntax']);
    expect((await rfc.scim('GET', `/Users/${id}`)).body).not.toHaveProperty('title');
    const group = await rfc.scim('POST', '/Groups', { schemas: ['urn:x'], displayName: 'x' });
    expect([group.status, group.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it.each([
    ['none at all', undefined],
    ['in other letters', ['URN:ietf:params:scim:schemas:core:2.0:USER']],
    ['the extension first', [ENTERPRISE, 'urn:ietf:params:scim:schemas:core:2.0:User']],
    ['those of SCIM 1.1, as OneLogin sends', ['urn:scim:schemas:core:2.0']],
  ])('%s are taken', async (_title, schemas) => {
    expect((await rfc.scim('POST', '/Users', newUser(undefined, { schemas }))).status).toBe(201);
  });

  it('a standard connection ignores what it does not know (B9)', async () => {
    const answer = await standard.scim(
      'POST',
      '/Users',
      newUser(undefined, { schemas: ['urn:example:other'] }),
    );
    expect(answer.status).toBe(201);
  });
});

it('manager.displayName, which nobody keeps, is nowhere present and equals nothing', async () => {
  const { id } = (await rfc.scim('POST', '/Users', newUser('boss'))).body;
  const manager = { [ENTERPRISE]: { manager: { value: id, displayName: 'The Boss' } } };
  await rfc.scim('POST', '/Users', newUser('managed', manager));
  const found = async (filter: string) =>
    (await rfc.scim('GET', `/Users?count=100&filter=${encodeURIComponent(filter)}`)).body.totalResults;
  const name = `${ENTERPRISE}:manager.displayName`;
  expect([await found(`${name} pr`), await found(`${name} eq "The Boss"`)]).toEqual([0, 0]);
  expect(await found(`not (${name} pr)`)).toBe(await found('userName pr'));
});
