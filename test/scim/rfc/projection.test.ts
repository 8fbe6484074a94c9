import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;
let id: string;
const sent = fullUser('projected');

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  id = (await acme.scim('POST', '/Users', sent)).body.id;
});
afterAll(() => product.close());

const schemas = [CORE, ENTERPRISE];

describe('attributes= keeps schemas and id and shows what it names', () => {
  it.each<[string, Record<string, unknown>]>([
    ['nickName', { nickName: 'Babs' }],
    ['NICKNAME,userName', { nickName: 'Babs', userName: sent.userName }],
    [`${CORE}:nickName`, { nickName: 'Babs' }],
    [`${CORE}:name.middleName`, { name: { middleName: 'Jane' } }],
    ['name.middleName,name.givenName', { name: { middleName: 'Jane', givenName: 'Barbara' } }],
    ['phoneNumbers.value', { phoneNumbers: [{ value: '555-555-5555' }, { value: '555-555-4444' }] }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'Tour Operations' } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager: { value: sent[ENTERPRISE].manager.value } } }],
    [ENTERPRISE, { [ENTERPRISE]: sent[ENTERPRISE] }],
    ['externalId', { externalId: sent.externalId }],
    ['password', {}],
    ['shoeSize', {}],
  ])('%s', async (attributes, shown) => {
    const { status, body } = await acme.scim('GET', `/Users/${id}?attributes=${attributes}`);
    expect(status).toBe(200);
    expect(body).toEqual({ schemas, id, ...shown });
  });
});

it('excludedAttributes= leaves out what it names and never schemas and id', async () => {
  const path = `/Users/${id}?excludedAttributes=id,schemas,emails,name.formatted,${ENTERPRISE}:manager,groups,meta`;
  const { name, emails: _emails, ...rest } = sent;
  const { formatted: _formatted, ...parts } = name;
  const { manager: _manager, ...enterprise } = sent[ENTERPRISE];
  const { body } = await acme.scim('GET', path);
  expect(body).toEqual({ ...rest, id, name: parts, [ENTERPRISE]: enterprise });
});

it('a list shows the same part of everyone', async () => {
  const { body } = await acme.scim('GET', '/Users?attributes=displayName&filter=displayName%20pr');
  expect(body.Resources).toEqual([{ schemas, id, displayName: 'Babs Jensen' }]);
});
