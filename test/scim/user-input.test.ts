import { userAttributesFrom } from '../../src/scim/user-input.js';
import { CORE, ENTERPRISE, read, refusalOf, sent } from './resource-cases.js';

describe('userAttributesFrom', () => {
  it('B8 reads the eight attributes exactly as sent', () => {
    expect(userAttributesFrom(sent)).toEqual(read);
  });

  describe('the shapes providers send', () => {
    it.each<[string, object, object]>([
      ['no active means true', { active: undefined }, { active: true }],
      ['null active means true', { active: null }, { active: true }],
      ['active false', { active: false }, { active: false }],
      ['Entra: active "False"', { active: 'False' }, { active: false }],
      ['Entra: active "True"', { active: 'True' }, { active: true }],
      ['OneLogin: active "true"', { active: 'true' }, { active: true }],
      ['active "false"', { active: 'false' }, { active: false }],
      ['null title', { title: null }, { title: null }],
      ['empty title', { title: '' }, { title: null }],
      ['no title', { title: undefined }, { title: null }],
      ['null name', { name: null }, { givenName: null, familyName: null }],
      ['empty name', { name: {} }, { givenName: null, familyName: null }],
      ['half a name', { name: { givenName: 'L', familyName: '' } }, { givenName: 'L', familyName: null }],
      ['spaces and case kept', { title: '  Lead DEV ' }, { title: '  Lead DEV ' }],
      ['Unicode kept unnormalised', { title: 'Inge\u0301nieure 東' }, { title: 'Inge\u0301nieure 東' }],
      ['null extension', { [ENTERPRISE]: null }, { employeeNumber: null }],
      ['extension without the number', { [ENTERPRISE]: { department: 'R&D' } }, { employeeNumber: null }],
      ['schemas of OneLogin', { schemas: ['urn:scim:schemas:core:2.0'] }, {}],
      ['schemas without the extension', { schemas: [CORE] }, {}],
      ['no schemas', { schemas: undefined }, {}],
      ['schemas of any kind', { schemas: 7 }, {}],
      ['echoed id, meta, groups', { id: 'x', meta: { version: 5 }, groups: [{ value: 'g' }] }, {}],
      ['password', { password: 'secret' }, {}],
      ['unknown attributes', { nickName: 5, addresses: null, roles: ['admin'], license: true }, {}],
      ['unknown extension', { 'urn:contoso:1.0:User': { employeeNumber: 'X' } }, {}],
      [
        'malformed extension URN',
        { [`${ENTERPRISE.replace(':User', 'User')}`]: { employeeNumber: 'X' } },
        {},
      ],
      [
        'identity is externalId',
        { externalId: 'A', [ENTERPRISE]: { employeeNumber: 'B' } },
        { externalId: 'A', employeeNumber: 'B' },
      ],
      ['employeeNumber stands in', { externalId: undefined }, { externalId: 'N1', employeeNumber: 'N1' }],
      ['employeeNumber stands in for an empty one', { externalId: '' }, { externalId: 'N1' }],
      ['256 characters', { userName: 'u'.repeat(256) }, { userName: 'u'.repeat(256) }],
    ])('%s', (_name, members, expected) => {
      expect(userAttributesFrom({ ...sent, ...members })).toEqual({ ...read, ...expected });
    });

    it('member names in any letter case, the exact spelling first', () => {
      const body = {
        USERNAME: 'other',
        userName: 'exact',
        EXTERNALID: 'E9',
        Emails: [{ Value: 'a@b.example', TYPE: 'WORK', Primary: true }],
        NAME: { GIVENNAME: 'G' },
        Active: 'FALSE',
        TITLE: 't',
        Title: 'second',
        [ENTERPRISE.toUpperCase()]: { EmployeeNumber: 'N9' },
      };
      expect(userAttributesFrom(body)).toEqual({
        userName: 'exact',
        email: 'a@b.example',
        active: false,
        externalId: 'E9',
        givenName: 'G',
        familyName: null,
        title: 't',
        employeeNumber: 'N9',
      });
    });
  });

  describe('B8 the one address', () => {
    const home = { value: 'home@b.example', type: 'home' };
    const work = { value: 'work@b.example', type: 'work' };
    it.each<[string, unknown, string]>([
      ['work first', [home, work], 'work@b.example'],
      ['work over primary', [{ ...home, primary: true }, work], 'work@b.example'],
      ['"Work" in any case', [home, { ...work, type: 'Work' }], 'work@b.example'],
      [
        'the primary of two work',
        [work, { ...work, value: 'w2@b.example', primary: 'True' }],
        'w2@b.example',
      ],
      [
        'authentik: primary of type other',
        [home, { value: 'o@b.example', type: 'other', primary: true }],
        'o@b.example',
      ],
      ['first without type', [{ value: 'a@b.example' }, { value: 'b@b.example' }], 'a@b.example'],
      ['only', [home], 'home@b.example'],
      ['an empty work one does not count', [home, { type: 'work', value: '' }], 'home@b.example'],
      ['a null one does not count', [null, { type: 'work', value: null }, home], 'home@b.example'],
      ['OneLogin: an object in place of the list', work, 'work@b.example'],
      ['strings', ['a@b.example', 'c@b.example'], 'a@b.example'],
      ['one string', 'a@b.example', 'a@b.example'],
      [
        'another address that is not one is not looked at',
        [work, { type: 'home', value: 5 }],
        'work@b.example',
      ],
      [
        'plus, apostrophe, upper case',
        [{ value: "Renée.O'Connor+ub@Contoso.example" }],
        "Renée.O'Connor+ub@Contoso.example",
      ],
    ])('%s', (_name, emails, email) => {
      expect(userAttributesFrom({ ...sent, emails }).email).toBe(email);
    });

    it.each<[string, string]>([
      ['no at', 'ada'],
      ['two at', 'ada@x@b.example'],
      ['nothing before', '@b.example'],
      ['nothing behind', 'ada@'],
      ['space', 'ada b@b.example'],
      ['line break', 'ada@b.example\r\nBcc: x@y.example'],
      ['quotes', '"ada"@b.example'],
      ['comma', 'a@b.example,c'],
      ['brackets', '<ada@b.example>'],
      ['comment', 'ada(x)@b.example'],
      ['NUL', 'ada\u0000@b.example'],
      ['half a surrogate pair', 'ada\ud800@b.example'],
      ['direction mark', 'ada\u202e@b.example'],
      ['255 characters', `${'a'.repeat(245)}@b.example`],
      ['folds to more than an index holds', `${'\ufdfa'.repeat(100)}@b.example`],
    ])('refuses %s', (_name, value) => {
      const error = refusalOf(() => userAttributesFrom({ ...sent, emails: [{ value, type: 'work' }] }));
      expect(error).toMatchObject({ code: 'INVALID_INPUT', scimType: 'invalidValue', field: 'emails' });
      expect(error.message).toMatch(/^\{'emails': \['The value must be one plain e-mail address/);
    });
  });

  describe('B13 refusals', () => {
    it.each<[string, object, string]>([
      ['no e-mail', { emails: undefined }, "{'emails': ['This field is required.']}"],
      ['null e-mails', { emails: null }, "{'emails': ['This field is required.']}"],
      ['no e-mails', { emails: [] }, "{'emails': ['This field is required.']}"],
      ['empty e-mail', { emails: [{ type: 'work', value: '' }] }, "{'emails': ['This field is required.']}"],
      ['no userName', { userName: undefined }, "{'userName': ['This field is required.']}"],
      ['empty userName', { userName: '' }, "{'userName': ['This field is required.']}"],
      [
        'neither',
        { userName: null, emails: null },
        "{'userName': ['This field is required.'], 'emails': ['This field is required.']}",
      ],
      [
        'no identity',
        { externalId: null, [ENTERPRISE]: undefined },
        "{'externalId': ['This field is required.']}",
      ],
      ['userName a number', { userName: 5 }, "{'userName': ['Must be a string, but the number 5 arrived.']}"],
      ['userName a list', { userName: ['a'] }, "{'userName': ['Must be a string, but a list arrived.']}"],
      [
        'userName an object',
        { userName: { a: 1 } },
        "{'userName': ['Must be a string, but an object arrived.']}",
      ],
      ['userName blank', { userName: ' \t' }, "{'userName': ['Must not be blank.']}"],
      [
        'active a word',
        { active: 'maybe' },
        `{'active': ['Must be true or false, but the string "maybe" arrived.']}`,
      ],
      [
        'active with an apostrophe',
        { active: "o'k" },
        `{'active': ['Must be true or false, but the string "o\\'k" arrived.']}`,
      ],
      ['active a number', { active: 1 }, "{'active': ['Must be true or false, but the number 1 arrived.']}"],
      ['active a list', { active: [false] }, "{'active': ['Must be true or false, but a list arrived.']}"],
      [
        'emails a number',
        { emails: 3 },
        "{'emails': ['Must be a list of objects with a value, but the number 3 arrived.']}",
      ],
      [
        'emails of numbers',
        { emails: [3, 4] },
        "{'emails': ['Must be a list of objects with a value, but the number 3 arrived.']}",
      ],
      [
        'e-mail a number',
        { emails: [{ value: 3 }] },
        "{'emails': ['The value must be a string, but the number 3 arrived.']}",
      ],
      ['name a string', { name: 'Lena' }, `{'name': ['Must be an object, but the string "Lena" arrived.']}`],
      [
        'extension a string',
        { [ENTERPRISE]: 'N1' },
        `{'${ENTERPRISE}': ['Must be an object, but the string "N1" arrived.']}`,
      ],
      [
        'number a number',
        { [ENTERPRISE]: { employeeNumber: 7 } },
        `{'${ENTERPRISE}:employeeNumber': ['Must be a string, but the number 7 arrived.']}`,
      ],
      [
        'given name a boolean',
        { name: { givenName: true } },
        "{'name.givenName': ['Must be a string, but the boolean true arrived.']}",
      ],
      [
        'title too long',
        { title: 'x'.repeat(257) },
        "{'title': ['Must have at most 256 characters, but 257 arrived.']}",
      ],
      [
        'NUL',
        { title: 'a\u0000' },
        "{'title': ['Must not contain a NUL character or half of a surrogate pair.']}",
      ],
      [
        'half a surrogate pair',
        { externalId: '\udc00' },
        "{'externalId': ['Must not contain a NUL character or half of a surrogate pair.']}",
      ],
      [
        'several',
        { active: 3, title: 4 },
        "{'active': ['Must be true or false, but the number 3 arrived.'], 'title': ['Must be a string, but the number 4 arrived.']}",
      ],
    ])('%s', (_name, members, message) => {
      const error = refusalOf(() => userAttributesFrom({ ...sent, ...members }));
      expect(error).toMatchObject({ code: 'INVALID_INPUT', message, scimType: 'invalidValue' });
    });

    it('folds longer than an index entry are refused', () => {
      const error = refusalOf(() => userAttributesFrom({ ...sent, userName: '\ufdfa'.repeat(256) }));
      expect(error.message).toMatch(/^\{'userName': \['Has too many compatibility characters/);
    });

    it.each([[null], [[]], ['x'], [3], [undefined]])('a body %j is no User', (body) => {
      expect(refusalOf(() => userAttributesFrom(body))).toMatchObject({ scimType: 'invalidSyntax' });
    });

    it('an rfc connection needs no identity', () => {
      const body = { ...sent, externalId: undefined, [ENTERPRISE]: undefined };
      expect(userAttributesFrom(body, { requireExternalId: false }).externalId).toBeNull();
    });
  });
});
