import { attribute, type ResourceTable, readOnly } from '../../src/directory/attributes.js';
import type { JsonObject } from '../../src/scim/json-input.js';
import { ResourcePatch } from '../../src/scim/patch-operations.js';
import { add, operations, pathless, refusalOf, remove, replace } from './resource-cases.js';

const EXTENSION = 'urn:example:2.0:Pet';
const inDocument = { in: 'element', name: 'x' } as const;
const part = (name: string, more: object = {}) =>
  attribute({ name, description: name, storage: inDocument, ...more });

/** Attributes the standard profile does not have, so that nothing here can rest on a known name. */
const PET: ResourceTable = {
  name: 'User',
  endpoint: '/Users',
  description: 'A pet.',
  common: [readOnly({ name: 'id', description: 'id', storage: inDocument })],
  schema: {
    id: 'urn:example:2.0:Animal',
    name: 'Animal',
    description: 'An animal.',
    attributes: [
      part('call', { caseExact: true }),
      part('tame', { type: 'boolean' }),
      part('coat', {
        type: 'complex',
        subAttributes: [
          part('colour'),
          part('length'),
          readOnly({ name: 'grade', description: 'grade', storage: inDocument }),
        ],
      }),
      part('toys', {
        type: 'complex',
        multiValued: true,
        subAttributes: [
          part('value'),
          part('type'),
          part('primary', { type: 'boolean' }),
          part('bought', { type: 'dateTime' }),
          part('serial', { caseExact: true }),
        ],
      }),
    ],
  },
  extensions: [
    {
      required: false,
      schema: {
        id: EXTENSION,
        name: 'Pet',
        description: 'A pet.',
        attributes: [part('owner', { type: 'complex', subAttributes: [part('value'), part('display')] })],
      },
    },
  ],
};

const ball = { value: 'ball', type: 'round', primary: true, bought: '2026-01-01T00:00:00Z', serial: 'A1' };
const bone = { value: 'bone', type: 'long', primary: false, bought: '2025-01-01T00:00:00Z' };
const rex = { call: 'Rex', tame: true, coat: { colour: 'brown', length: 'short' }, toys: [ball, bone] };

function outcome(...list: unknown[]): JsonObject {
  const patch = new ResourcePatch(structuredClone(rex), PET);
  for (const operation of operations(...list)) patch.apply(operation);
  return patch.resource;
}

describe('ResourcePatch on another table', () => {
  it.each<[string, unknown[], object]>([
    [
      'complex keeps what is not named',
      [replace('coat', { colour: 'grey' })],
      { coat: { colour: 'grey', length: 'short' } },
    ],
    [
      'complex ignores what only the server sets',
      [replace('coat', { grade: 'A' }), replace('coat.grade', 'A')],
      {},
    ],
    ['remove of a part keeps the others', [remove('coat.colour')], { coat: { length: 'short' } }],
    ['add appends', [add('toys', [{ value: 'rope' }])], { toys: [ball, bone, { value: 'rope' }] }],
    ['add of what is there already', [add('toys', [{ ...bone }])], {}],
    [
      'two of one type may live together',
      [add('toys', [{ value: 'hoop', type: 'round' }])],
      { toys: [ball, bone, { value: 'hoop', type: 'round' }] },
    ],
    [
      'a new primary takes over',
      [add('toys', [{ value: 'rope', primary: 'True' }])],
      { toys: [{ ...ball, primary: false }, bone, { value: 'rope', primary: true }] },
    ],
    [
      'an old one made primary takes over',
      [replace('toys[type eq "long"].primary', true)],
      {
        toys: [
          { ...ball, primary: false },
          { ...bone, primary: true },
        ],
      },
    ],
    [
      'of two new primaries the last stays',
      [
        replace('toys', [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ]),
      ],
      {
        toys: [
          { value: 'a', primary: false },
          { value: 'b', primary: true },
        ],
      },
    ],
    [
      'replace of one part leaves the others',
      [replace('toys[type eq "long"].value', 'stick')],
      { toys: [ball, { ...bone, value: 'stick' }] },
    ],
    [
      'replace of an element keeps what the filter asks for',
      [replace('toys[type eq "long"]', { value: 'stick' })],
      { toys: [ball, { value: 'stick', type: 'long' }] },
    ],
    [
      'add to an element keeps the rest',
      [add('toys[type eq "long"]', { serial: 'B' })],
      { toys: [ball, { ...bone, serial: 'B' }] },
    ],
    [
      'several elements at once',
      [replace('toys[value pr].serial', 'S')],
      {
        toys: [
          { ...ball, serial: 'S' },
          { ...bone, serial: 'S' },
        ],
      },
    ],
    [
      'no match creates',
      [add('toys[type eq "soft"].value', 'bear')],
      { toys: [ball, bone, { type: 'soft', value: 'bear' }] },
    ],
    [
      'no match creates on replace too',
      [replace('toys[type eq "soft" and serial eq "C"].value', 'bear')],
      { toys: [ball, bone, { type: 'soft', serial: 'C', value: 'bear' }] },
    ],
    [
      'no match and nothing to set creates nothing',
      [replace('toys[type eq "soft"].value', ''), add('toys[type eq "soft"]', null)],
      {},
    ],
    ['remove of an element', [remove('toys[value eq "BONE"]')], { toys: [ball] }],
    [
      'remove of a part of an element',
      [remove('toys[type eq "round"].serial')],
      { toys: [{ value: 'ball', type: 'round', primary: true, bought: ball.bought }, bone] },
    ],
    [
      'remove of a part of all',
      [remove('toys.bought'), remove('toys.serial')],
      {
        toys: [
          { value: 'ball', type: 'round', primary: true },
          { value: 'bone', type: 'long', primary: false },
        ],
      },
    ],
    ['remove by list', [remove('toys', [{ value: 'bone' }, { value: 'gone' }])], { toys: [ball] }],
    ['remove of the list', [remove('toys')], { toys: undefined }],
    ['a single element for a list', [replace('toys', { value: 'a' })], { toys: [{ value: 'a' }] }],
    ['later than', [remove('toys[bought gt "2025-06-01T00:00:00+02:00"]')], { toys: [bone] }],
    ['not later than', [remove('toys[bought le "2025-01-01T01:00:00+01:00"]')], { toys: [ball] }],
    ['contains and ends with', [remove('toys[value co "AL" and type ew "ND"]')], { toys: [bone] }],
    ['exact case', [remove('toys[serial eq "a1"]')], {}],
    ['absent is not equal', [remove('toys[serial ne "A1"]')], { toys: [ball] }],
    ['equal to null is absent', [remove('toys[serial eq null]')], { toys: [ball] }],
    ['unequal to null is present', [remove('toys[serial ne null]')], { toys: [bone] }],
    ['false is not true', [remove('toys[primary ne "true"]')], { toys: [ball] }],
    [
      'Entra: manager as a bare id',
      [add(`${EXTENSION}:owner`, 'p1')],
      { [EXTENSION]: { owner: { value: 'p1' } } },
    ],
    [
      'Entra: manager as a list of one',
      [add(`${EXTENSION}:owner`, [{ value: 'p1', $ref: 'x' }])],
      { [EXTENSION]: { owner: { value: 'p1' } } },
    ],
    [
      'extension part of a part',
      [replace(`${EXTENSION}:owner.display`, 'Ada')],
      { [EXTENSION]: { owner: { display: 'Ada' } } },
    ],
    [
      'extension without its URN',
      [pathless({ owner: { value: 'p1' } })],
      { [EXTENSION]: { owner: { value: 'p1' } } },
    ],
    ['extension emptied', [add(`${EXTENSION}:owner`, 'p1'), replace(EXTENSION, null)], { [EXTENSION]: {} }],
    ['empty complex removes', [replace('coat', '')], { coat: undefined }],
  ])('%s', (_name, list, changes) => {
    expect(outcome(...list)).toEqual({ ...rex, ...changes });
  });

  it('a filter on a part that does not exist selects nothing and creates nothing', () => {
    expect(outcome(replace('toys[smell eq "x"].value', 'y'), remove('toys[smell ne "x"]'))).toEqual(rex);
  });

  it('refuses what it cannot create', () => {
    const error = refusalOf(() => outcome(replace('toys[type eq "a" or type eq "b"].value', 'y')));
    expect(error).toMatchObject({ scimType: 'noTarget' });
  });

  it('reports each name once touched, with the operation that did it last', () => {
    const patch = new ResourcePatch(structuredClone(rex), PET);
    for (const operation of operations(
      replace('CALL', 'a'),
      pathless({ call: 'b', 'coat.colour': 'c' }),
      remove('toys'),
    )) {
      patch.apply(operation);
    }
    expect([...patch.touched].map(([name, { ordinal }]) => [name, ordinal])).toEqual([
      ['call', 2],
      ['coat.colour', 2],
      ['toys', 3],
    ]);
  });
});
