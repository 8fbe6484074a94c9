import { DomainError } from '../../src/kernel/errors.js';
import { foldUserPatch } from '../../src/scim/user-patch.js';
import {
  add,
  ENTERPRISE,
  lena,
  NUMBER,
  operations,
  patched,
  pathless,
  refusalOf,
  remove,
  replace,
} from './resource-cases.js';

describe('foldUserPatch', () => {
  describe('B9 what is not supported is passed over', () => {
    it.each([
      ['displayName'],
      ['addresses[type eq "work"].streetAddress'],
      ['phoneNumbers[type eq "mobile"].value'],
      ['roles[primary eq "True"].value'],
      ['roles'],
      ['manager'],
      ['password'],
      ['name.formatted'],
      ['title.sub'],
      ['id'],
      ['meta'],
      ['meta.version'],
      ['groups'],
      ['groups[value eq "g"].display'],
      [`${ENTERPRISE}:department`],
      [`${ENTERPRISE}:manager`],
      [`${ENTERPRISE}:manager.value`],
      [`${ENTERPRISE.replace(':User', 'User')}:employeeNumber`],
      ['urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User:badge'],
      ['urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User'],
      ['http://schemas.contoso.example/User:badge'],
      ['constructor'],
      ['constructor.prototype'],
      ['toString'],
      ['organization_id'],
      ['email_key'],
      ['role'],
      ['license'],
    ])('%s', (path) => {
      const passed: string[] = [];
      const values = ['x', null, 5, [{ value: 'x', primary: 'True' }], { value: 'x' }, undefined];
      const list = values.flatMap((value) => [add(path, value), replace(path, value), remove(path, value)]);
      const change = foldUserPatch(operations(...list, replace('active', 'False')), lena, {
        ignored: (name) => passed.push(name),
      });
      expect(change).toEqual({ active: false });
      expect(passed).toEqual(new Array(list.length).fill(path));
    });

    it('prototype members reach nothing', () => {
      const body = JSON.parse(
        `[{"op":"replace","value":{"__proto__":{"title":"p"},"constructor":{"prototype":{"title":"p"}},"name":{"__proto__":{"givenName":"p"},"familyName":"X"}}},
          {"op":"add","path":"emails","value":[{"__proto__":{"value":"p@x.example"},"type":"home"}]},
          {"op":"add","path":"${ENTERPRISE}","value":{"__proto__":{"employeeNumber":"p"},"constructor":1}}]`,
      ) as unknown[];
      expect(patched(lena, ...body)).toEqual({ familyName: 'X' });
      for (const name of ['title', 'givenName', 'value', 'employeeNumber']) {
        expect(Object.hasOwn(Object.prototype, name)).toBe(false);
      }
    });
  });

  describe('refusals', () => {
    it.each<[string, unknown[], string, string]>([
      [
        'remove userName',
        [remove('userName')],
        'mutability',
        "Operation 1 of 1: 'userName' is required and cannot be removed or emptied; send a new value for it instead.",
      ],
      [
        'remove emails',
        [replace('title', 'x'), remove('emails')],
        'mutability',
        "Operation 2 of 2: 'emails' is required",
      ],
      ['remove the work address', [remove('emails[type eq "work"]')], 'mutability', "'emails' is required"],
      ['remove its value', [remove('emails[type eq "work"].value')], 'mutability', "'emails' is required"],
      [
        'remove it by list',
        [remove('emails', [{ value: lena.email }])],
        'mutability',
        "'emails' is required",
      ],
      ['remove active', [remove('active')], 'mutability', "'active' is required"],
      ['empty userName', [replace('userName', '')], 'invalidValue', "'userName' is required"],
      ['null userName', [pathless({ userName: null })], 'invalidValue', "'userName' is required"],
      [
        'empty work address',
        [replace('emails[type eq "work"].value', '')],
        'invalidValue',
        "'emails' is required",
      ],
      [
        'null work address',
        [replace('emails[type eq "work"]', null)],
        'invalidValue',
        "'emails' is required",
      ],
      ['null emails', [pathless({ emails: null })], 'invalidValue', "'emails' is required"],
      [
        'both identities removed',
        [remove('externalId'), remove(NUMBER)],
        'mutability',
        "Operation 1 of 2: 'externalId' is required",
      ],
      [
        'title a number',
        [replace('active', false), replace('title', 5)],
        'invalidValue',
        "Operation 2 of 2: 'title' needs a string, but the number 5 arrived.",
      ],
      [
        'active a word',
        [replace('active', 'maybe')],
        'invalidValue',
        `'active' needs true or false, but the string "maybe" arrived.`,
      ],
      ['active a list', [replace('active', [false])], 'invalidValue', "'active' needs true or false"],
      ['name a string', [replace('name', 'Lena')], 'invalidValue', "'name' needs an object"],
      [
        'given name an object',
        [replace('name', { givenName: {} })],
        'invalidValue',
        "'name.givenName' needs a string",
      ],
      ['extension a string', [replace(ENTERPRISE, 'x')], 'invalidValue', `'${ENTERPRISE}' needs an object`],
      ['emails a number', [replace('emails', 3)], 'invalidValue', "'emails' needs an object"],
      [
        'address a number',
        [replace('emails[type eq "work"].value', 3)],
        'invalidValue',
        "'emails.value' needs a string",
      ],
      [
        'primary a word',
        [add('emails', [{ value: 'a@x.example', primary: 'maybe' }])],
        'invalidValue',
        "'emails.primary' needs true or false",
      ],
      [
        'no address',
        [replace('emails[type eq "work"].value', 'not an address')],
        'invalidValue',
        "Operation 1 of 1: {'emails': ['The value must be one plain",
      ],
      [
        'long title',
        [replace('title', 'x'.repeat(257))],
        'invalidValue',
        "Operation 1 of 1: {'title': ['Must have at most 256",
      ],
      [
        'NUL',
        [replace('name.givenName', 'a\u0000')],
        'invalidValue',
        "{'name.givenName': ['Must not contain a NUL",
      ],
      ['blank userName', [replace('userName', '  ')], 'invalidValue', "{'userName': ['Must not be blank.']}"],
      [
        'no value',
        [{ op: 'replace', path: 'title' }],
        'invalidValue',
        `The replace of 'title' needs a "value".`,
      ],
      [
        'brackets behind a single value',
        [replace('title[value eq "x"]', 'x')],
        'invalidPath',
        'has a single value',
      ],
      [
        'nothing to create from',
        [replace('emails[type ne "work"].value', 'n@x.example')],
        'noTarget',
        "No value of 'emails' meets the filter",
      ],
    ])('%s', (_name, list, scimType, text) => {
      const error = refusalOf(() => patched(lena, ...list));
      expect(error).toMatchObject({ code: 'INVALID_INPUT', scimType });
      expect(error.message).toContain(text);
      expect(error.message).toMatch(/^Operation \d+ of \d+: /);
    });

    it('B22 all or nothing: the person in hand is not touched', () => {
      const before = structuredClone(lena);
      expect(() =>
        patched(lena, replace('title', 'x'), replace('name', { givenName: 'y' }), replace('active', 'z')),
      ).toThrow(DomainError);
      expect(lena).toEqual(before);
    });

    it('what was stored before a limit does not stand in the way', () => {
      const old = {
        ...lena,
        title: 'x'.repeat(900),
        email: 'no address',
        givenName: 'a'.repeat(500),
        externalId: null,
      };
      expect(patched(old, replace('active', false), replace('name.familyName', 'Y'))).toEqual({
        active: false,
        familyName: 'Y',
      });
      const strangers = [remove('emails[type eq "home"]'), remove('emails', [{ value: 'x@y.example' }])];
      expect(patched(old, ...strangers)).toEqual({});
    });

    it('depth does not matter', () => {
      let deep: unknown = 'x';
      for (let level = 0; level < 100_000; level += 1)
        deep = level % 2 ? [deep] : { name: deep, emails: deep };
      expect(patched(lena, replace('custom', deep), pathless({ roles: deep, title: 'y' }))).toEqual({
        title: 'y',
      });
      for (const path of [
        'title',
        'emails',
        'name',
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        NUMBER,
        ENTERPRISE,
      ]) {
        expect(() => patched(lena, replace(path, deep), remove(path, deep))).not.toThrow(RangeError);
      }
    });
  });
});
