import { disconnectScim } from '../../../src/provisioning/disconnect-scim.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser, GROUP } from './full-user.js';

let product: TestProduct;
let rfc: TestOrganization;
let standard: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  rfc = await product.organization({ profile: 'rfc' });
  standard = await product.organization();
});
afterAll(() => product.close());

interface Described {
  name: string;
  subAttributes?: Described[];
}

const nobody = { authorization: '' };

/** Whether the User that discovery describes is that of the rfc profile. */
async function isRfc(organization: TestOrganization, headers: Record<string, string> = {}): Promise<boolean> {
  const { status, body } = await organization.scim('GET', '/Schemas/User', undefined, headers);
  expect(status).toBe(200);
  return body.attributes.some((one: Described) => one.name === 'nickName');
}

describe('discovery answers for the profile', () => {
  it('of the credential', async () => {
    expect(await isRfc(rfc)).toBe(true);
    expect(await isRfc(standard)).toBe(false);
  });

  it('of the host name, without a credential', async () => {
    expect(await isRfc(rfc, { ...nobody, host: `${rfc.slug}.localhost:4000` })).toBe(true);
    expect(await isRfc(rfc, { ...nobody, host: `${standard.slug}.localhost:4000` })).toBe(false);
  });

  it('standard, when nobody is named or the credential is not valid', async () => {
    expect(await isRfc(rfc, nobody)).toBe(false);
    expect(await isRfc(rfc, { authorization: 'Bearer nonsense' })).toBe(false);
    expect(await isRfc(rfc, { ...nobody, host: 'nobody.localhost' })).toBe(false);
  });

  it('standard, when the host name has no active connection', async () => {
    const gone = await product.organization({ profile: 'rfc' });
    await disconnectScim(gone.context, { connectionId: gone.connectionId });
    expect(await isRfc(gone, { host: `${gone.slug}.localhost` })).toBe(false);
  });
});

describe('the schemas of the rfc profile', () => {
  it('list every attribute of RFC 7643 sections 4.1, 4.2 and 4.3 and no common one', async () => {
    const { body } = await rfc.scim('GET', '/Schemas');
    const named = new Map(body.Resources.map((one: { id: string }) => [one.id, one]));
    const names = (id: string) =>
      (named.get(id) as { attributes: Described[] }).attributes.map((one) => one.name).sort();
    const { schemas: _schemas, externalId: _externalId, [ENTERPRISE]: enterprise, ...core } = fullUser();
    expect(names(CORE)).toEqual([...Object.keys(core), 'groups', 'password'].sort());
    expect(names(ENTERPRISE)).toEqual(Object.keys(enterprise).sort());
    expect(names(GROUP)).toEqual(['displayName', 'members']);
  });

  it('describe each with the characteristics of the RFC', async () => {
    const { body } = await rfc.scim('GET', `/Schemas/${CORE}`);
    const of = (name: string) => body.attributes.find((one: Described) => one.name === name);
    expect(of('userName')).toMatchObject({ required: true, caseExact: false, uniqueness: 'server' });
    expect(of('emails')).toMatchObject({ required: false, multiValued: true, uniqueness: 'none' });
    expect(of('password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(of('groups')).toMatchObject({ mutability: 'readOnly', multiValued: true });
    expect(of('profileUrl')).toMatchObject({ type: 'reference', referenceTypes: ['external'] });
    expect(of('active')).toMatchObject({ type: 'boolean', required: false });
    const parts = (name: string) => of(name).subAttributes.map((one: Described) => one.name);
    expect(parts('phoneNumbers')).toEqual(['value', 'display', 'type', 'primary']);
    expect(of('x509Certificates').subAttributes[0]).toMatchObject({ type: 'binary', caseExact: true });
    expect(parts('addresses')).toEqual(expect.arrayContaining(['formatted', 'streetAddress', 'country']));
  });

  it('are what ServiceProviderConfig and ResourceTypes speak of', async () => {
    const types = await rfc.scim('GET', '/ResourceTypes/User');
    expect(types.body.schemaExtensions).toEqual([{ schema: ENTERPRISE, required: false }]);
    const config = await rfc.scim('GET', '/ServiceProviderConfig');
    expect(JSON.stringify(config.body)).toContain("connection ('rfc')");
    expect(config.body).toMatchObject({ patch: { supported: true }, filter: { supported: true } });
  });
});
