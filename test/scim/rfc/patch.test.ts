import { CORE, ENTERPRISE } from './full-user.js';
import { add, NAME, type Operation, PHONES, patchingPeople, replace } from './patched.js';

const { patched } = patchingPeople();

describe('PATCH in the rfc profile changes', () => {
  it.each<[string, Record<string, unknown>, Operation[], Record<string, unknown>]>([
    ['a single value that was not there', {}, [add('nickName', 'Babs')], { nickName: 'Babs' }],
    ['a single value that was', { nickName: 'B' }, [replace('nickName', 'Babs')], { nickName: 'Babs' }],
    ['a value by add as by replace', { title: 'A' }, [add('title', 'B')], { title: 'B' }],
    ['a value by its URN', {}, [replace(`${CORE}:displayName`, 'D')], { displayName: 'D' }],
    [
      'a part by its URN',
      { name: NAME },
      [replace(`${CORE}:name.middleName`, 'J')],
      { name: { ...NAME, middleName: 'J' } },
    ],
    ['letter case aside', {}, [{ op: 'Replace', path: 'NICKNAME', value: 'x' }], { nickName: 'x' }],
    [
      'a complex value and keeps its other sub-attributes',
      { name: NAME },
      [replace('name', { givenName: 'Babs' })],
      { name: { ...NAME, givenName: 'Babs' } },
    ],
    [
      'a complex value by add, other sub-attributes kept',
      { name: NAME },
      [add('name', { honorificPrefix: 'Ms.' })],
      { name: { ...NAME, honorificPrefix: 'Ms.' } },
    ],
    [
      'a sub-attribute of a complex value that is not there',
      {},
      [add('name.honorificSuffix', 'III')],
      { name: { honorificSuffix: 'III' } },
    ],
    [
      'a list by replace as a whole',
      { phoneNumbers: PHONES },
      [replace('phoneNumbers', [{ value: '3' }])],
      { phoneNumbers: [{ value: '3' }] },
    ],
    [
      'a list by add, which extends it',
      { phoneNumbers: PHONES },
      [add('phoneNumbers', [{ value: '3', type: 'fax' }])],
      { phoneNumbers: [...PHONES, { value: '3', type: 'fax' }] },
    ],
    [
      'a list by add of one element alone',
      { roles: [{ value: 'a' }] },
      [add('roles', { value: 'b' })],
      { roles: [{ value: 'a' }, { value: 'b' }] },
    ],
    [
      'the primary one: a second primary resets the first',
      { phoneNumbers: PHONES },
      [add('phoneNumbers', [{ value: '3', primary: true }])],
      { phoneNumbers: [{ ...PHONES[0], primary: false }, PHONES[1], { value: '3', primary: true }] },
    ],
    [
      'the primary one through a value path',
      { phoneNumbers: PHONES },
      [replace('phoneNumbers[type eq "home"].primary', 'True')],
      {
        phoneNumbers: [
          { ...PHONES[0], primary: false },
          { ...PHONES[1], primary: true },
        ],
      },
    ],
    [
      'what a value path selects',
      { phoneNumbers: PHONES },
      [replace('phoneNumbers[type eq "home"].value', '9')],
      { phoneNumbers: [PHONES[0], { value: '9', type: 'home' }] },
    ],
    [
      'what any filter selects',
      { phoneNumbers: PHONES },
      [replace('phoneNumbers[value sw "2" or type co "fax"].display', 'd')],
      { phoneNumbers: [PHONES[0], { ...PHONES[1], display: 'd' }] },
    ],
    [
      'an element by add through a value path that selects nothing',
      {},
      [add('addresses[type eq "work"].country', 'DE')],
      { addresses: [{ type: 'work', country: 'DE' }] },
    ],
    [
      'addresses in any number',
      { addresses: [{ type: 'work', country: 'SE' }] },
      [add('addresses', [{ type: 'home', country: 'DE' }])],
      {
        addresses: [
          { type: 'work', country: 'SE' },
          { type: 'home', country: 'DE' },
        ],
      },
    ],
    [
      'one of several e-mails, the others kept',
      {
        emails: [
          { value: 'a@x.example', type: 'work' },
          { value: 'b@x.example', type: 'home' },
        ],
      },
      [replace('emails[type eq "home"].value', 'c@x.example')],
      {
        emails: [
          { value: 'a@x.example', type: 'work' },
          { value: 'c@x.example', type: 'home' },
        ],
      },
    ],
    [
      'a second work address beside the first',
      { emails: [{ value: 'a@x.example', type: 'work' }] },
      [add('emails', [{ value: 'b@x.example', type: 'work' }])],
      {
        emails: [
          { value: 'a@x.example', type: 'work' },
          { value: 'b@x.example', type: 'work' },
        ],
      },
    ],
    [
      'the extension by path',
      {},
      [add(`${ENTERPRISE}:department`, 'R&D')],
      { [ENTERPRISE]: { department: 'R&D' } },
    ],
    [
      'the extension as a whole',
      { [ENTERPRISE]: { division: 'd' } },
      [replace(ENTERPRISE, { costCenter: 'c' })],
      { [ENTERPRISE]: { division: 'd', costCenter: 'c' } },
    ],
    [
      'the extension without a path',
      {},
      [{ op: 'add', value: { [ENTERPRISE]: { organization: 'o' } } }],
      { [ENTERPRISE]: { organization: 'o' } },
    ],
    [
      'the manager by a bare id',
      {},
      [replace(`${ENTERPRISE}:manager`, 'm-1')],
      { [ENTERPRISE]: { manager: { value: 'm-1' } } },
    ],
    [
      'the manager by a list of one',
      {},
      [add('manager', [{ value: 'm-1', $ref: '../Users/m-1' }])],
      { [ENTERPRISE]: { manager: { value: 'm-1', $ref: '../Users/m-1' } } },
    ],
    [
      'several at once, without a path',
      { nickName: 'n' },
      [
        {
          op: 'replace',
          value: {
            displayName: 'D',
            'name.givenName': 'G',
            [`${ENTERPRISE}:division`]: 'v',
            active: 'False',
          },
        },
      ],
      {
        nickName: 'n',
        displayName: 'D',
        name: { givenName: 'G' },
        active: false,
        [ENTERPRISE]: { division: 'v' },
      },
    ],
    [
      'what an earlier operation made',
      {},
      [add('roles', [{ value: 'a', type: 't' }]), replace('roles[type eq "t"].value', 'b')],
      { roles: [{ value: 'b', type: 't' }] },
    ],
    [
      'nothing by an unknown name inside a value',
      {},
      [{ op: 'add', value: { shoeSize: 9, nickName: 'n' } }, add('roles', [{ value: 'r', odd: 1 }])],
      { nickName: 'n', roles: [{ value: 'r' }] },
    ],
    [
      'nothing by what only the server writes, inside a value',
      {},
      [{ op: 'replace', value: { id: 'x', meta: {}, groups: [], nickName: 'n' } }],
      { nickName: 'n' },
    ],
  ])('%s', async (_what, attributes, operations, expected) => {
    const answer = await patched(attributes, ...operations);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(expected);
  });
});
