import type { UserChange } from '../../src/directory/shapes.js';
import { add, CORE, lena, patched, refusalOf, remove, replace } from './resource-cases.js';

describe('foldUserPatch', () => {
  describe('emails', () => {
    const to = { email: 'n@x.example' };
    it.each<[string, unknown[], UserChange]>([
      ['Entra: replace by type', [replace('emails[type eq "work"].value', 'n@x.example')], to],
      ['Entra: add by type', [add('emails[type eq "work"].value', 'n@x.example')], to],
      ['type in another case', [replace('EMAILS[TYPE EQ "Work"].VALUE', 'n@x.example')], to],
      ['by primary', [replace('emails[primary eq true].value', 'n@x.example')], to],
      ['by primary as text', [replace('emails[primary eq "True"].value', 'n@x.example')], to],
      [
        'by type and primary',
        [replace('emails[type eq "work" and primary eq true].value', 'n@x.example')],
        to,
      ],
      ['by value', [replace('emails[value eq "LENA@contoso.example"].value', 'n@x.example')], to],
      ['by value sw', [replace('emails[value sw "lena"].value', 'n@x.example')], to],
      ['by not', [replace('emails[not (type eq "home")].value', 'n@x.example')], to],
      ['by or', [replace('emails[type eq "home" or type eq "work"].value', 'n@x.example')], to],
      ['by pr', [replace('emails[value pr].value', 'n@x.example')], to],
      ['core URN', [replace(`${CORE}:emails[type eq "work"].value`, 'n@x.example')], to],
      ['element replaced by an object', [replace('emails[type eq "work"]', { value: 'n@x.example' })], to],
      ['element replaced by a string', [replace('emails[type eq "work"]', 'n@x.example')], to],
      ['element extended', [add('emails[type eq "work"]', { value: 'n@x.example', display: 'x' })], to],
      ['without a filter', [replace('emails.value', 'n@x.example')], to],
      ['whole list', [replace('emails', [{ type: 'work', primary: 'True', value: 'n@x.example' }])], to],
      ['whole list of strings', [replace('emails', ['n@x.example'])], to],
      ['one object', [replace('emails', { value: 'n@x.example' })], to],
      ['whole list without a work one', [replace('emails', [{ type: 'home', value: 'n@x.example' }])], to],
      [
        'an added work address takes its place',
        [add('emails', [{ type: 'work', value: 'n@x.example' }])],
        to,
      ],
      [
        'an added home address does not',
        [add('emails', [{ type: 'home', value: 'n@x.example', primary: true }])],
        {},
      ],
      ['home created by path', [add('emails[type eq "home"].value', 'n@x.example')], {}],
      [
        'of several work ones the primary',
        [
          replace('emails', [
            { type: 'work', primary: true, value: 'n@x.example' },
            { type: 'work', value: 'o@x.example' },
          ]),
        ],
        to,
      ],
      [
        'later operations see earlier ones',
        [remove('emails'), add('emails[type eq "work"].value', 'n@x.example')],
        to,
      ],
      [
        'created without a work one',
        [replace('emails', []), add('emails[type eq "other"].value', 'n@x.example')],
        to,
      ],
      [
        'created as work and primary',
        [
          remove('emails[type eq "work"]'),
          replace('emails[type eq "work" and primary eq "True"].value', 'n@x.example'),
        ],
        to,
      ],
      [
        'removed value restored',
        [remove('emails[type eq "work"].value'), add('emails[type eq "work"].value', 'n@x.example')],
        to,
      ],
      ['removed and put back', [remove('emails'), add('emails', [{ value: lena.email, type: 'work' }])], {}],
      ['one that is not there removed', [remove('emails[type eq "home"]')], {}],
      ['value of one that is not there removed', [remove('emails[type eq "home"].value', 'x')], {}],
      ['a listed other removed', [remove('emails', [{ value: 'other@x.example' }])], {}],
      ['an empty list removes nobody', [remove('emails', [])], {}],
      ['add of nothing', [add('emails', [])], {}],
      ['type of the work one', [replace('emails[type eq "work"].type', 'home')], {}],
      ['unknown sub-attribute', [replace('emails[type eq "work"].display', 'x')], {}],
      ['unknown sub-attribute in the filter', [replace('emails[display eq "x"].value', 'n@x.example')], {}],
      ['no match, empty value', [replace('emails[type eq "home"].value', '')], {}],
    ])('%s', (_name, list, change) => {
      expect(patched(lena, ...list)).toEqual(change);
    });

    it('a hundred values and no more', () => {
      const many = Array.from({ length: 101 }, (_, i) => ({ type: `t${i}`, value: `a${i}@x.example` }));
      expect(refusalOf(() => patched(lena, add('emails', many)))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
      expect(refusalOf(() => patched(lena, add('emails', many.slice(1))))).toMatchObject({
        scimType: 'tooMany',
      });
      expect(patched(lena, add('emails', many.slice(2)))).toEqual({});
    });
  });
});
