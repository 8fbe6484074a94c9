import { patch } from '../../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE, ENTERPRISE, fullUser } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

type Operation = Record<string, unknown>;

/** A person with these attributes beside a userName nobody else has, patched. */
async function patched(attributes: Record<string, unknown>, ...operations: Operation[]): Promise<Answer> {
  const { userName } = fullUser();
  const created = await acme.scim('POST', '/Users', { schemas: [CORE], userName, ...attributes });
  if (created.status !== 201) throw new Error(created.body.detail);
  const answer = await acme.scim('PATCH', `/Users/${created.body.id}`, patch(...operations));
  const read = await acme.scim('GET', `/Users/${created.body.id}`);
  if (answer.status === 200) expect(read.body).toEqual(answer.body);
  else expect(read.body).toEqual(created.body);
  return answer;
}

const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
const remove = (path: string, value?: unknown) => ({
  op: 'remove',
  path,
  ...(value !== undefined && { value }),
});

const PHONES = [
  { value: '1', type: 'work', primary: true },
  { value: '2', type: 'home' },
];
const NAME = { givenName: 'Barbara', familyName: 'Jensen', middleName: 'Jane', formatted: 'B J' };

describe('PATCH in the rfc profile', () => {
  it.each<[string, Record<string, unknown>, Operation[], string, unknown]>([
    ['a single value', { nickName: 'n' }, [remove('nickName')], 'nickName', undefined],
    ['a value by replace with nothing', { nickName: 'n' }, [replace('nickName', '')], 'nickName', undefined],
    ['a value by replace with null', { nickName: 'n' }, [replace('nickName', null)], 'nickName', undefined],
    [
      'a sub-attribute',
      { name: NAME },
      [remove('name.middleName')],
      'name',
      { givenName: 'Barbara', familyName: 'Jensen', formatted: 'B J' },
    ],
    [
      'the last sub-attribute, and the value with it',
      { name: { middleName: 'm' } },
      [remove('name.middleName')],
      'name',
      undefined,
    ],
    ['a complex value', { name: NAME }, [remove('name')], 'name', undefined],
    ['a list', { phoneNumbers: PHONES }, [remove('phoneNumbers')], 'phoneNumbers', undefined],
    [
      'a list by an empty one',
      { phoneNumbers: PHONES },
      [replace('phoneNumbers', [])],
      'phoneNumbers',
      undefined,
    ],
    [
      'an element by a value path',
      { phoneNumbers: PHONES },
      [remove('phoneNumbers[type eq "work"]')],
      'phoneNumbers',
      [PHONES[1]],
    ],
    [
      'an element by its value',
      { phoneNumbers: PHONES },
      [remove('phoneNumbers', [{ value: '1' }])],
      'phoneNumbers',
      [PHONES[1]],
    ],
    [
      'a part of an element',
      { phoneNumbers: PHONES },
      [remove('phoneNumbers[type eq "work"].primary')],
      'phoneNumbers',
      [{ value: '1', type: 'work' }, PHONES[1]],
    ],
    [
      'the last element, and the list with it',
      { roles: [{ value: 'r' }] },
      [remove('roles[value eq "r"]')],
      'roles',
      undefined,
    ],
    [
      'the e-mails',
      { emails: [{ value: 'a@x.example', type: 'work', primary: true }] },
      [remove('emails')],
      'emails',
      undefined,
    ],
    ['the externalId', { externalId: 'x' }, [remove('externalId')], 'externalId', undefined],
    [
      'the manager by an empty string',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      [replace(`${ENTERPRISE}:manager`, '')],
      ENTERPRISE,
      undefined,
    ],
    [
      'the manager by an empty value',
      { [ENTERPRISE]: { manager: { value: 'm' }, division: 'd' } },
      [replace(`${ENTERPRISE}:manager`, { value: '' })],
      ENTERPRISE,
      { division: 'd' },
    ],
    [
      'the manager by remove',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      [remove('manager')],
      ENTERPRISE,
      undefined,
    ],
    [
      'the whole extension, and its URN from schemas',
      { [ENTERPRISE]: { division: 'd', employeeNumber: '7' } },
      [remove(ENTERPRISE)],
      'schemas',
      [CORE],
    ],
  ])('removes %s', async (_what, attributes, operations, name, expected) => {
    const answer = await patched(attributes, ...operations);
    expect(answer.status).toBe(200);
    expect(answer.body[name]).toEqual(expected);
  });
});
