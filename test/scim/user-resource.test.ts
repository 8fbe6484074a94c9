import type { UserRecord } from '../../src/directory/shapes.js';
import { userAttributesFrom, userReplacementFrom } from '../../src/scim/user-input.js';
import { toUserResource } from '../../src/scim/user-resource.js';
import { CORE, read, refusalOf, sent } from './resource-cases.js';
import { tapeBodies } from './tape-bodies.js';

describe('userAttributesFrom', () => {
  describe('hostile bodies', () => {
    it('prototype members reach nothing', () => {
      const body: unknown = JSON.parse(
        `{"__proto__":{"title":"polluted","userName":"p"},"constructor":{"prototype":{"title":"p"}},"userName":"u",
          "externalId":"e","emails":[{"__proto__":{"value":"p@b.example"},"value":"a@b.example"}],"name":{"__proto__":{"givenName":"p"}}}`,
      );
      expect(userAttributesFrom(body)).toEqual({
        userName: 'u',
        email: 'a@b.example',
        active: true,
        externalId: 'e',
        givenName: null,
        familyName: null,
        title: null,
        employeeNumber: null,
      });
      expect(Object.hasOwn(Object.prototype, 'title')).toBe(false);
    });

    it('what is inherited is not sent', () => {
      expect(refusalOf(() => userAttributesFrom(Object.create(sent))).message).toContain("'userName'");
    });

    it('depth does not matter, known or unknown', () => {
      let deep: unknown = 'x';
      for (let level = 0; level < 100_000; level += 1) deep = [deep];
      expect(userAttributesFrom({ ...sent, custom: deep })).toEqual(read);
      expect(refusalOf(() => userAttributesFrom({ ...sent, title: deep })).message).toContain('a list');
      expect(refusalOf(() => userAttributesFrom({ ...sent, emails: deep })).message).toContain('a list');
    });

    it('a hundred thousand bad addresses make one sentence', () => {
      const error = refusalOf(() => userAttributesFrom({ ...sent, emails: new Array(100_000).fill(1) }));
      expect(error.message.length).toBeLessThan(200);
    });
  });
});

describe('userReplacementFrom', () => {
  it('B17 replaces everything', () => {
    expect(userReplacementFrom(sent)).toEqual(read);
    expect(userReplacementFrom({ userName: 'u', externalId: 'e', emails: ['a@b.example'] })).toEqual({
      userName: 'u',
      email: 'a@b.example',
      externalId: 'e',
      givenName: null,
      familyName: null,
      title: null,
      employeeNumber: null,
    });
  });

  it.each([[undefined], [null], ['']])('active %j leaves it as it is', (active) => {
    expect(userReplacementFrom({ ...sent, active })).not.toHaveProperty('active');
  });

  it('refuses as POST does', () => {
    expect(refusalOf(() => userReplacementFrom({})).message).toBe(
      "{'userName': ['This field is required.'], 'emails': ['This field is required.'], 'externalId': ['This field is required.']}",
    );
  });
});

describe('toUserResource', () => {
  const record: UserRecord = {
    status: 'active',
    ...read,
    profile: {},
    id: '0190c0de-0000-7000-8000-000000000001',
    role: 'admin',
    connectionId: 'c',
    version: 3,
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    updatedAt: new Date('2026-02-03T04:05:06.789Z'),
    deactivatedBy: null,
    license: null,
    licenseTakenAt: null,
    firstSignedInAt: null,
    lastSignedInAt: null,
    erasedAt: null,
  };
  const base = 'https://acme.example/scim/v2';

  it('shows the whole resource', () => {
    expect(toUserResource(record, [{ groupId: 'g1', display: 'Sales' }], base)).toEqual({
      ...sent,
      id: record.id,
      groups: [{ value: 'g1', $ref: `${base}/Groups/g1`, display: 'Sales', type: 'direct' }],
      meta: {
        resourceType: 'User',
        created: '2026-01-02T03:04:05.678Z',
        lastModified: '2026-02-03T04:05:06.789Z',
        location: `${base}/Users/${record.id}`,
        version: 'W/"3"',
      },
    });
  });

  it('leaves out what the person does not have', () => {
    const bare = {
      ...record,
      externalId: null,
      givenName: null,
      familyName: null,
      title: null,
      employeeNumber: null,
    };
    expect(Object.keys(toUserResource(bare, [], base))).toEqual([
      'schemas',
      'id',
      'userName',
      'emails',
      'active',
      'groups',
      'meta',
    ]);
    expect(toUserResource(bare, [], base)).toMatchObject({ schemas: [CORE], groups: [] });
  });

  it('B21 shows no role, license or connection', () => {
    expect(JSON.stringify(toUserResource(record, [], base))).not.toMatch(/admin|connection|license|password/);
  });

  it('B17 what it shows can be PUT back unchanged', () => {
    const echoed: unknown = JSON.parse(JSON.stringify(toUserResource(record, [], base)));
    expect(userReplacementFrom(echoed)).toEqual(read);
  });
});

describe('every User body of the tapes', () => {
  it.each(tapeBodies('/Users', ['POST', 'PUT']))('%s', (_name, { method, body, refused }) => {
    const from = () => (method === 'POST' ? userAttributesFrom(body) : userReplacementFrom(body));
    if (refused) {
      expect(refusalOf(from).message).toMatch(/^\{'(emails|userName)': \['This field is required\.'\]\}$/);
    } else {
      expect(from()).toMatchObject({ userName: expect.any(String), email: expect.stringContaining('@') });
    }
  });
});
