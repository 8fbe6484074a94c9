import { CORE, ENTERPRISE } from './full-user.js';
import { NAME, type Operation, PHONES, patchingPeople, remove, replace } from './patched.js';

const { patched } = patchingPeople();

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
