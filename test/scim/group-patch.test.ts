import { foldGroupPatch } from '../../src/scim/group-patch.js';
import { add, operations, pathless, refusalOf, remove, replace } from './resource-cases.js';

describe('foldGroupPatch', () => {
  const folded = (...list: unknown[]) => foldGroupPatch(operations(...list));
  const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
  const delta = (plus: string[], minus: string[] = []) => ({ members: { add: plus, remove: minus } });

  it.each<[string, unknown[], object]>([
    [
      'Entra: add with null $ref',
      [
        {
          op: 'Add',
          path: 'members',
          value: [
            { $ref: null, value: 'a' },
            { $ref: null, value: 'b' },
          ],
        },
      ],
      delta(['a', 'b']),
    ],
    [
      'Entra: remove with a list',
      [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }],
      delta([], ['a']),
    ],
    ['Entra: remove by filter', [remove('members[value eq "a"]')], delta([], ['a'])],
    ['one object', [add('members', { value: 'a' })], delta(['a'])],
    ['strings', [add('members', ['a', 'b'])], delta(['a', 'b'])],
    ['the URN in front', [add(`${GROUP}:members`, ['a'])], delta(['a'])],
    ['another case', [add('MEMBERS', ['a']), remove('Members[Value EQ "b"]')], delta(['a'], ['b'])],
    [
      'several ids by "or"',
      [remove('members[value eq "a" or value eq "b" or value eq "c"]')],
      delta([], ['a', 'b', 'c']),
    ],
    ['B28 remove all', [remove('members')], { members: { replace: [] } }],
    ['remove all, null value', [remove('members', null)], { members: { replace: [] } }],
    ['remove nobody', [remove('members', [])], {}],
    ['remove a nested group only', [remove('members', [{ value: 'g', type: 'Group' }])], {}],
    [
      'a filter with a value beside it',
      [remove('members[value eq "a"]', [{ value: 'b' }])],
      delta([], ['a']),
    ],
    [
      'Okta: full push',
      [replace('members', [{ value: 'a' }, { value: 'b' }])],
      { members: { replace: ['a', 'b'] } },
    ],
    ['Okta: full push of nobody', [replace('members', [])], { members: { replace: [] } }],
    [
      'Okta: remove and add',
      [remove('members[value eq "a"]'), add('members', [{ value: 'b', display: 'x' }])],
      delta(['b'], ['a']),
    ],
    ['Okta: rename with id', [pathless({ id: 'g', displayName: 'New' })], { displayName: 'New' }],
    ['rename by path', [replace('displayName', 'New')], { displayName: 'New' }],
    ['rename by URN', [pathless({ [`${GROUP}:displayName`]: 'New' })], { displayName: 'New' }],
    [
      'authentik: schemas, id, externalId',
      [pathless({ schemas: [GROUP], id: 'g', externalId: 'E', displayName: 'N' })],
      { displayName: 'N', externalId: 'E' },
    ],
    ['externalId by path leaves members alone', [replace('externalId', 'E')], { externalId: 'E' }],
    ['externalId added', [add('externalId', 'E')], { externalId: 'E' }],
    ['externalId cleared', [replace('externalId', null)], { externalId: null }],
    ['externalId an empty list', [replace('externalId', [])], { externalId: null }],
    ['externalId emptied', [replace('externalId', '')], { externalId: null }],
    ['pathless add of members', [pathless({ members: [{ value: 'a' }] }, 'add')], delta(['a'])],
    ['pathless add of externalId', [pathless({ externalId: 'E' }, 'add')], { externalId: 'E' }],
    ['pathless add of the name', [pathless({ displayName: 'N' }, 'add')], { displayName: 'N' }],
    [
      'pathless add with unknown ones beside',
      [pathless({ members: ['a'], nick: 1, id: 'g' }, 'add')],
      delta(['a']),
    ],
    [
      'B28 members in a pathless replace are passed over',
      [pathless({ displayName: 'N', members: [] })],
      { displayName: 'N' },
    ],
    ['members alone in a pathless replace', [pathless({ members: ['a'] })], {}],
    ['unknown attribute replaced', [replace('nickname', 'x')], {}],
    ['unknown schema replaced', [replace('urn:contoso:1.0:Group:x', 'y')], {}],
    ['unknown members in a pathless replace', [pathless({ nickname: 'x', '': 1, 'a b': 2 })], {}],
    ['read-only attribute', [replace('id', 'x'), replace('meta', {})], {}],
    ['a part of a member', [replace('members[value eq "a"].display', 'x')], {}],
    ['add by filter', [add('members[value eq "a"]', { display: 'x' })], delta(['a'])],
    ['replace one by another', [replace('members[value eq "a"]', { value: 'b' })], delta(['b'], ['a'])],
    ['replace one by itself', [replace('members[value eq "a"]', { display: 'x' })], delta(['a'])],
    [
      'the last name wins',
      [replace('displayName', 'a'), pathless({ displayName: 'b' })],
      { displayName: 'b' },
    ],
    ['add, then remove', [add('members', ['a']), remove('members[value eq "a"]')], delta([], ['a'])],
    ['remove, then add', [remove('members', ['a']), add('members', ['a'])], delta(['a'])],
    ['add twice', [add('members', ['a']), add('members', ['a', 'a'])], delta(['a'])],
    [
      'replace, then add',
      [replace('members', ['a']), add('members', ['b'])],
      { members: { replace: ['a', 'b'] } },
    ],
    [
      'replace, then remove',
      [replace('members', ['a', 'b']), remove('members', ['a'])],
      { members: { replace: ['b'] } },
    ],
    [
      'replace, then remove all',
      [replace('members', ['a']), remove('members')],
      { members: { replace: [] } },
    ],
    [
      'add, then replace',
      [add('members', ['a']), replace('members', ['b'])],
      { members: { replace: ['b'] } },
    ],
    ['remove all, then add', [remove('members'), add('members', ['a'])], { members: { replace: ['a'] } }],
    [
      'replace twice',
      [replace('members', ['a']), replace('members', ['b'])],
      { members: { replace: ['b'] } },
    ],
    [
      'nested groups beside people',
      [add('members', [{ value: 'g', $ref: '../Groups/g' }, { value: 'a' }])],
      delta(['a']),
    ],
    ['add nothing', [add('members', [])], {}],
    ['add null', [add('members', null)], {}],
  ])('%s', (_name, list, change) => {
    expect(folded(...list)).toEqual(change);
  });

  it.each<[string, unknown[], string, string]>([
    ['B28 remove of the name', [remove('displayName')], 'invalidPath', 'a remove needs the path members'],
    ['remove of externalId', [remove('externalId')], 'invalidPath', 'a remove needs the path members'],
    ['remove of something unknown', [remove('nickname')], 'invalidPath', 'a remove needs the path members'],
    [
      'remove of a part',
      [remove('members[value eq "a"].display')],
      'invalidPath',
      'a remove needs the path members',
    ],
    ['remove of members.value', [remove('members.value')], 'invalidPath', 'a remove needs the path members'],
    ['remove without a path', [{ op: 'remove' }], 'noTarget', 'needs the path "members"'],
    [
      'remove without a path but a value',
      [{ op: 'remove', value: { members: ['a'] } }],
      'noTarget',
      'needs the path "members"',
    ],
    [
      'add of something unknown',
      [add('nickname', 'x')],
      'invalidPath',
      'an add needs the path members or externalId',
    ],
    ['add of the name by path', [add('displayName', 'x')], 'invalidPath', 'use replace for the name'],
    [
      'pathless add of nothing known',
      [pathless({ nickname: 'x', id: 'g' }, 'add')],
      'invalidValue',
      'needs "members" or "externalId"',
    ],
    ['pathless string', [pathless('x')], 'invalidValue', 'must be an object'],
    ['pathless null', [pathless(null, 'add')], 'invalidValue', 'must be an object'],
    [
      'name emptied',
      [replace('displayName', '')],
      'invalidValue',
      "{'displayName': ['This field is required.']}",
    ],
    [
      'name null',
      [pathless({ displayName: null })],
      'invalidValue',
      "{'displayName': ['This field is required.']}",
    ],
    [
      'name a number',
      [replace('externalId', 'x'), replace('displayName', 3)],
      'invalidValue',
      "Operation 2 of 2: {'displayName': ['Must be a string",
    ],
    [
      'externalId an object',
      [replace('externalId', {})],
      'invalidValue',
      "{'externalId': ['Must be a string",
    ],
    ['name without value', [{ op: 'replace', path: 'displayName' }], 'invalidValue', 'needs a value'],
    ['members without value', [{ op: 'replace', path: 'members' }], 'invalidValue', 'needs a "value"'],
    [
      'members replaced by null',
      [replace('members', null)],
      'invalidValue',
      'an empty list removes everyone',
    ],
    ['members added without value', [{ op: 'add', path: 'members' }], 'invalidValue', 'needs a "value"'],
    [
      'a member without id',
      [add('members', [{ display: 'x' }])],
      'invalidValue',
      'Element 1 must name the id',
    ],
    ['members a number', [add('members', 5)], 'invalidValue', 'must name the id'],
    ['a filter on the name', [remove('members[display eq "x"]')], 'invalidPath', 'selected by id only'],
    ['a filter with ne', [remove('members[value ne "x"]')], 'invalidPath', 'selected by id only'],
    [
      'a filter with and',
      [remove('members[value eq "x" and value eq "y"]')],
      'invalidPath',
      'selected by id only',
    ],
    ['a filter with not', [remove('members[not (value eq "x")]')], 'invalidPath', 'selected by id only'],
    ['a filter on a number', [remove('members[value eq 5]')], 'invalidPath', 'selected by id only'],
    [
      'a filter on the name of the group',
      [replace('displayName[value eq "x"]', 'y')],
      'invalidPath',
      'single value',
    ],
  ])('refuses %s', (_name, list, scimType, text) => {
    const error = refusalOf(() => folded(...list));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', scimType });
    expect(error.message).toContain(text);
    expect(error.message).toMatch(/^Operation \d+ of \d+: /);
  });

  it('tells what it passed over', () => {
    const passed: string[] = [];
    foldGroupPatch(
      operations(pathless({ id: 'g', displayName: 'N', members: [], '': 1 }), replace('nickname', 'x')),
      {
        ignored: (name) => passed.push(name),
      },
    );
    expect(passed).toEqual(['id', 'members', '', 'nickname']);
  });

  it('prototype names are ids like others', () => {
    expect(folded(add('members', ['__proto__', 'constructor']))).toEqual(delta(['__proto__', 'constructor']));
    const hostile: unknown = JSON.parse(
      '{"op":"replace","value":{"__proto__":{"displayName":"p"},"displayName":"N"}}',
    );
    expect(folded(hostile)).toEqual({ displayName: 'N' });
  });

  it('ten thousand people change in one request and no more', () => {
    const ids = Array.from({ length: 10_001 }, (_, i) => `u${i}`);
    expect(folded(add('members', ids.slice(1))).members).toMatchObject({ add: { length: 10_000 } });
    for (const list of [
      [add('members', ids)],
      [replace('members', ids)],
      [add('members', ids.slice(1)), remove('members', ['x'])],
    ]) {
      expect(refusalOf(() => folded(...list))).toMatchObject({ code: 'LIMIT_EXCEEDED', scimType: 'tooMany' });
    }
  });
});
