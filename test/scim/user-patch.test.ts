import type { UserAttributes, UserChange } from '../../src/directory/shapes.js';
import {
  add,
  CORE,
  ENTERPRISE,
  lena,
  NUMBER,
  patched,
  pathless,
  refusalOf,
  remove,
  replace,
} from './resource-cases.js';

describe('foldUserPatch', () => {
  describe('one attribute', () => {
    it.each<[string, unknown, UserChange]>([
      ['replace', replace('title', 'VP'), { title: 'VP' }],
      ['add sets a single value', add('title', 'VP'), { title: 'VP' }],
      ['Entra: capitals', { op: 'Replace', path: 'title', value: 'VP' }, { title: 'VP' }],
      ['the name in another case', replace('TITLE', 'VP'), { title: 'VP' }],
      ['the same value', replace('title', 'Engineer'), {}],
      ['remove', remove('title'), { title: null }],
      ['Entra: remove with a value', remove('title', 'Engineer'), { title: null }],
      ['remove of a sub-attribute', remove('name.givenName'), { givenName: null }],
      ['remove of the whole name', remove('name'), { givenName: null, familyName: null }],
      ['empty string clears', replace('title', ''), { title: null }],
      ['null clears', replace('title', null), { title: null }],
      ['add of null clears', add('title', null), { title: null }],
      ['sub-attribute', replace('name.familyName', 'Ek-Lund'), { familyName: 'Ek-Lund' }],
      ['sub-attribute in another case', replace('Name.FamilyName', 'Ek-Lund'), { familyName: 'Ek-Lund' }],
      ['complex: what is not named stays', replace('name', { givenName: 'L.' }), { givenName: 'L.' }],
      ['complex with unknown parts', add('name', { formatted: 'X', familyName: 'Y' }), { familyName: 'Y' }],
      ['complex, null part clears', replace('name', { givenName: null }), { givenName: null }],
      ['complex, null', replace('name', null), { givenName: null, familyName: null }],
      ['core URN', replace(`${CORE}:title`, 'VP'), { title: 'VP' }],
      ['core URN with a sub-attribute', replace(`${CORE}:name.givenName`, 'L'), { givenName: 'L' }],
      ['core URN in another case', replace(`${CORE.toLowerCase()}:USERNAME`, 'u'), { userName: 'u' }],
      ['userName', replace('userName', 'New@X.example'), { userName: 'New@X.example' }],
      ['active false', replace('active', false), { active: false }],
      ['Entra: active "False"', replace('active', 'False'), { active: false }],
      ['active as it is, as text', replace('active', 'True'), {}],
      ['null for active undoes nothing', replace('active', null), {}],
      ['extension attribute', replace(NUMBER, 'N2'), { employeeNumber: 'N2' }],
      ['extension attribute removed', remove(NUMBER), { employeeNumber: null }],
      [
        'extension as path',
        replace(ENTERPRISE, { employeeNumber: 'N2', department: 'X' }),
        { employeeNumber: 'N2' },
      ],
      ['extension removed', remove(ENTERPRISE), { employeeNumber: null }],
      ['values kept exactly', replace('title', ' VP  東\u0301 '), { title: ' VP  東\u0301 ' }],
    ])('%s', (_name, operation, change) => {
      expect(patched(lena, operation)).toEqual(change);
    });

    it('removing what is not there is no error', () => {
      const bare = { ...lena, title: null, givenName: null, familyName: null, employeeNumber: null };
      expect(
        patched(bare, remove('title'), remove('name.givenName'), remove('name'), remove(NUMBER)),
      ).toEqual({});
    });

    it('sets what was not there', () => {
      const bare = { ...lena, title: null, givenName: null, familyName: null, employeeNumber: null };
      expect(patched(bare, add('name.givenName', 'A'), add(NUMBER, 'N'), add('title', 't'))).toEqual({
        givenName: 'A',
        employeeNumber: 'N',
        title: 't',
      });
    });
  });

  describe('without a path', () => {
    it.each<[string, unknown, UserChange]>([
      ['Okta: active', pathless({ active: false }), { active: false }],
      ['Okta: with id', pathless({ id: 'x', active: false }), { active: false }],
      [
        'Entra: dotted and URN keys',
        pathless({ displayName: 'x', 'name.givenName': 'L', [NUMBER]: 'N2', [`${CORE}:title`]: 'VP' }),
        { givenName: 'L', employeeNumber: 'N2', title: 'VP' },
      ],
      [
        'Entra: core attribute under the extension is unknown',
        pathless({ [`${ENTERPRISE}:title`]: 'VP' }),
        {},
      ],
      ['Entra: pathless add', pathless({ title: 'Director', nickName: 'E' }, 'add'), { title: 'Director' }],
      [
        'extension object',
        pathless({ [ENTERPRISE]: { employeeNumber: 'N2', manager: { value: 'x' } } }),
        { employeeNumber: 'N2' },
      ],
      [
        'extension object in another case',
        pathless({ [ENTERPRISE.toUpperCase()]: { EMPLOYEENUMBER: 'N2' } }),
        { employeeNumber: 'N2' },
      ],
      ['null extension', pathless({ [ENTERPRISE]: null }), { employeeNumber: null }],
      [
        'Rippling: name object',
        pathless({ name: { givenName: 'D', familyName: 'R' }, title: 'VP' }),
        { givenName: 'D', familyName: 'R', title: 'VP' },
      ],
      [
        'a value path as key',
        pathless({ 'emails[type eq "work"].value': 'n@x.example' }),
        { email: 'n@x.example' },
      ],
      ['emails', pathless({ emails: [{ type: 'work', value: 'n@x.example' }] }), { email: 'n@x.example' }],
      ['read-only members', pathless({ id: 'x', meta: { version: 1 }, groups: [], schemas: [CORE] }), {}],
      ['password', pathless({ password: 'secret' }), {}],
      ['capital keys', pathless({ Active: 'False', TITLE: 'x' }), { active: false, title: 'x' }],
      ['keys that can be no path', pathless({ '': 1, 'a b': 2, '9': 3, title: 'x' }), { title: 'x' }],
      ['an empty object', pathless({}), {}],
    ])('%s', (_name, operation, change) => {
      expect(patched(lena, operation)).toEqual(change);
    });

    it.each<[string, unknown, string]>([
      ['a string', pathless('x'), 'invalidValue'],
      ['a list', pathless([{ active: false }]), 'invalidValue'],
      ['null', pathless(null), 'invalidValue'],
      ['no value', { op: 'replace' }, 'invalidValue'],
      ['a key with broken brackets', pathless({ title: 'x', 'emails[type': 'y' }), 'invalidPath'],
      ['remove', { op: 'remove' }, 'noTarget'],
    ])('refuses %s', (_name, operation, scimType) => {
      expect(refusalOf(() => patched(lena, operation))).toMatchObject({ code: 'INVALID_INPUT', scimType });
    });
  });

  describe('B8 identity', () => {
    const standIn = { ...lena, employeeNumber: 'E1' };
    it.each<[string, UserAttributes, unknown[], UserChange]>([
      [
        'both change',
        standIn,
        [replace('externalId', 'E2'), replace(NUMBER, 'E2')],
        { externalId: 'E2', employeeNumber: 'E2' },
      ],
      [
        'only the number, which stood in',
        standIn,
        [replace(NUMBER, 'E2')],
        { externalId: 'E2', employeeNumber: 'E2' },
      ],
      [
        'the number, pathless',
        standIn,
        [pathless({ [NUMBER]: 'E2' })],
        { externalId: 'E2', employeeNumber: 'E2' },
      ],
      ['the number, which did not stand in', lena, [replace(NUMBER, 'N2')], { employeeNumber: 'N2' }],
      [
        'explicit externalId wins, number after',
        standIn,
        [replace('externalId', 'E1'), replace(NUMBER, 'E2')],
        { employeeNumber: 'E2' },
      ],
      [
        'explicit externalId wins, number before',
        standIn,
        [replace(NUMBER, 'E2'), replace('externalId', 'E3')],
        { externalId: 'E3', employeeNumber: 'E2' },
      ],
      ['the number is removed', standIn, [remove(NUMBER)], { employeeNumber: null }],
      ['externalId alone', standIn, [replace('externalId', 'E2')], { externalId: 'E2' }],
      ['externalId removed: the number stands in', lena, [remove('externalId')], { externalId: 'N1' }],
      ['externalId emptied: the number stands in', lena, [replace('externalId', '')], { externalId: 'N1' }],
      [
        'no externalId yet',
        { ...lena, externalId: null, employeeNumber: null },
        [add(NUMBER, 'N9')],
        { externalId: 'N9', employeeNumber: 'N9' },
      ],
      [
        'something else: nothing is made up',
        { ...lena, externalId: null },
        [replace('title', 'x')],
        { title: 'x' },
      ],
    ])('%s', (_name, current, list, change) => {
      expect(patched(current, ...list)).toEqual(change);
    });
  });

  it('operations apply in order', () => {
    expect(patched(lena, replace('title', 'a'), remove('title'), add('title', 'b'))).toEqual({ title: 'b' });
    expect(patched(lena, replace('active', false), pathless({ active: 'True' }))).toEqual({});
    expect(patched(lena, remove('userName'), replace('userName', 'again'))).toEqual({ userName: 'again' });
  });

  it('an old second spelling changes the same attribute', () => {
    expect(patched(lena, replace('title', 'a'), replace(`${CORE}:TITLE`, 'b'))).toEqual({ title: 'b' });
  });
});
