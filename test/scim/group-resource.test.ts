import { groupInputFrom, toGroupResource } from '../../src/scim/group-resource.js';
import { refusalOf } from './resource-cases.js';
import { tapeBodies } from './tape-bodies.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const base = 'https://acme.example/scim/v2';

describe('groupInputFrom', () => {
  const bare = { displayName: 'Sales', externalId: null };
  it.each<[string, object, object]>([
    ['Okta: an empty list', { members: [] }, { members: [] }],
    [
      'Entra: no members, a foreign schema',
      { schemas: [CORE, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'] },
      {},
    ],
    ['null members say nothing', { members: null }, {}],
    ['name kept exactly', { displayName: '  Équipe/東 ' }, { displayName: '  Équipe/東 ' }],
    ['externalId', { externalId: 'G1' }, { externalId: 'G1' }],
    ['empty externalId', { externalId: '' }, { externalId: null }],
    ['null externalId', { externalId: null }, {}],
    [
      'Okta: members with display',
      { members: [{ value: 'u1', display: 'a@b.example' }] },
      { members: ['u1'] },
    ],
    ['Keycloak: relative $ref', { members: [{ value: 'u1', $ref: 'Users/u1' }] }, { members: ['u1'] }],
    ['Entra: null $ref', { members: [{ value: 'u1', $ref: null }] }, { members: ['u1'] }],
    ['plain strings', { members: ['u1', 'u2'] }, { members: ['u1', 'u2'] }],
    ['one object', { members: { value: 'u1' } }, { members: ['u1'] }],
    ['capital keys', { Members: [{ Value: 'u1', Type: 'User' }] }, { members: ['u1'] }],
    [
      'duplicates, order kept',
      { members: [{ value: 'b' }, 'a', { value: 'b' }, 'a'] },
      { members: ['b', 'a'] },
    ],
    ['B29 nested by type', { members: [{ value: 'g', type: 'Group' }, { value: 'u' }] }, { members: ['u'] }],
    ['nested by type in any case', { members: [{ value: 'g', TYPE: 'GROUP' }] }, { members: [] }],
    ['nested by $ref', { members: [{ value: 'g', $ref: `${base}/Groups/g` }] }, { members: [] }],
    ['nested by relative $ref', { members: [{ value: 'g', $ref: 'Groups/g' }] }, { members: [] }],
    ['null elements', { members: [null, { value: 'u' }] }, { members: ['u'] }],
    ['echoed and unknown', { id: 'x', meta: {}, nickname: 1, owners: [] }, {}],
    ['ten thousand members', { members: Array.from({ length: 10_000 }, () => 'u') }, { members: ['u'] }],
  ])('%s', (_name, members, expected) => {
    expect(groupInputFrom({ schemas: [CORE], displayName: 'Sales', ...members })).toEqual({
      ...bare,
      ...expected,
    });
  });

  it.each<[string, unknown, string]>([
    ['no name', {}, "{'displayName': ['This field is required.']}"],
    ['empty name', { displayName: '' }, "{'displayName': ['This field is required.']}"],
    ['null name', { displayName: null }, "{'displayName': ['This field is required.']}"],
    ['blank name', { displayName: '\u2003' }, "{'displayName': ['Must not be blank.']}"],
    ['name a number', { displayName: 5 }, "{'displayName': ['Must be a string, but the number 5 arrived.']}"],
    [
      'long name',
      { displayName: 'x'.repeat(257) },
      "{'displayName': ['Must have at most 256 characters, but 257 arrived.']}",
    ],
    [
      'NUL',
      { displayName: 'a\u0000' },
      "{'displayName': ['Must not contain a NUL character or half of a surrogate pair.']}",
    ],
    [
      'externalId a list',
      { displayName: 'S', externalId: ['x'] },
      "{'externalId': ['Must be a string, but a list arrived.']}",
    ],
    [
      'members a number',
      { displayName: 'S', members: 3 },
      `{'members': ['The value must name the id of a user in "value", but the number 3 arrived.']}`,
    ],
    [
      'members without id',
      { displayName: 'S', members: ['u', { display: 'x' }] },
      `{'members': ['Element 2 must name the id of a user in "value", but nothing arrived.']}`,
    ],
    [
      'an empty id',
      { displayName: 'S', members: [''] },
      `{'members': ['Element 1 must name the id of a user in "value", but the string "" arrived.']}`,
    ],
    [
      'NUL in an id',
      { displayName: 'S', members: ['a\u0000'] },
      `{'members': ['Element 1 must name the id of a user in "value", but the string "a\\\\u0000" arrived.']}`,
    ],
    [
      'two faults',
      { members: [5, 6] },
      `{'displayName': ['This field is required.'], 'members': ['Element 1 must name the id of a user in "value", but the number 5 arrived.']}`,
    ],
  ])('refuses %s', (_name, body, message) => {
    expect(refusalOf(() => groupInputFrom(body))).toMatchObject({
      code: 'INVALID_INPUT',
      scimType: 'invalidValue',
      message,
    });
  });

  it('refuses one member too many', () => {
    const error = refusalOf(() =>
      groupInputFrom({ displayName: 'S', members: new Array(100_001).fill('u') }),
    );
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', scimType: 'tooMany', field: 'members' });
  });

  it('prototype members reach nothing', () => {
    const body: unknown = JSON.parse(
      '{"displayName":"S","__proto__":{"externalId":"p"},"members":[{"__proto__":{"type":"Group"},"value":"u"}]}',
    );
    expect(groupInputFrom(body)).toEqual({ displayName: 'S', externalId: null, members: ['u'] });
  });

  it.each([[null], [[]], ['x']])('a body %j is no Group', (body) => {
    expect(refusalOf(() => groupInputFrom(body))).toMatchObject({ scimType: 'invalidSyntax' });
  });
});

describe('toGroupResource', () => {
  const record = {
    id: 'g1',
    displayName: 'Sales',
    externalId: 'G1',
    connectionId: 'c',
    version: 7,
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    updatedAt: new Date('2026-02-03T04:05:06.789Z'),
  };

  it('shows the whole resource', () => {
    expect(toGroupResource(record, [{ userId: 'u1', display: 'Lena Ek' }], base)).toEqual({
      schemas: [CORE],
      id: 'g1',
      externalId: 'G1',
      displayName: 'Sales',
      members: [{ value: 'u1', $ref: `${base}/Users/u1`, display: 'Lena Ek', type: 'User' }],
      meta: {
        resourceType: 'Group',
        created: '2026-01-02T03:04:05.678Z',
        lastModified: '2026-02-03T04:05:06.789Z',
        location: `${base}/Groups/g1`,
        version: 'W/"7"',
      },
    });
  });

  it('B25 leaves members out when they were not asked for, and shows an empty list when there are none', () => {
    expect(toGroupResource(record, undefined, base)).not.toHaveProperty('members');
    expect(toGroupResource({ ...record, externalId: null }, [], base)).toMatchObject({ members: [] });
    expect(toGroupResource({ ...record, externalId: null }, [], base)).not.toHaveProperty('externalId');
  });

  it('B17 what it shows can be PUT back unchanged', () => {
    const shown = toGroupResource(record, [{ userId: 'u1', display: 'x' }], base);
    expect(groupInputFrom(shown)).toEqual({ displayName: 'Sales', externalId: 'G1', members: ['u1'] });
  });
});

describe('every Group body of the tapes', () => {
  it.each(tapeBodies('/Groups', ['POST', 'PUT']))('%s', (_name, { body, refused }) => {
    if (refused) expect(refusalOf(() => groupInputFrom(body)).message).toContain("'displayName'");
    else expect(groupInputFrom(body)).toMatchObject({ displayName: expect.any(String) });
  });
});
