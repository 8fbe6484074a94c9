import { STANDARD } from '../../src/directory/profile.js';
import {
  findResourceType,
  findSchema,
  listResourceTypes,
  listSchemas,
  serviceProviderConfig,
} from '../../src/scim/discovery.js';

const BASE = 'https://acme.rollcall.example/scim/v2';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

interface AttributeJson {
  name: string;
  type: string;
  subAttributes?: AttributeJson[];
  [characteristic: string]: unknown;
}

const attributesOf = (id: string): AttributeJson[] =>
  (findSchema(STANDARD, id, BASE)?.attributes ?? []) as AttributeJson[];

const attributeOf = (id: string, name: string): AttributeJson => {
  const found = attributesOf(id).find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
};

describe('ServiceProviderConfig (RFC 7643 section 5, B6)', () => {
  const config = serviceProviderConfig(STANDARD, BASE);

  test('says what is supported', () => {
    expect(config).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 1_000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: { cursor: true, index: true, defaultPaginationMethod: 'index', maxPageSize: 1_000 },
      meta: { resourceType: 'ServiceProviderConfig', location: `${BASE}/ServiceProviderConfig` },
    });
    expect(config.schemas).toContain('urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig');
  });

  test('names both ways to authenticate, one of them preferred', () => {
    const schemes = config.authenticationSchemes as { type: string; primary: boolean }[];
    expect(schemes.map(({ type }) => type)).toEqual(['oauthbearertoken', 'httpbasic']);
    expect(schemes.filter(({ primary }) => primary)).toHaveLength(1);
    for (const scheme of schemes) {
      expect(scheme).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    }
  });

  test('says plainly where our rules differ, in the schema of the RFC alone', () => {
    expect(config.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig']);
    expect(config.documentationUri).toBe(`${BASE}/openapi.json`);
    for (const { description } of config.authenticationSchemes as { description: string }[]) {
      expect(description).toContain(`('standard'):`);
      for (const sentence of STANDARD.deviations) expect(description).toContain(sentence);
    }
  });

  test('a profile without differences says nothing of them', () => {
    const { authenticationSchemes } = serviceProviderConfig({ ...STANDARD, deviations: [] }, BASE);
    expect(JSON.stringify(authenticationSchemes)).not.toContain('rules of its connection');
  });
});

describe('Schemas (RFC 7643 section 7, B6)', () => {
  test('lists User, its extension and Group with numbers as numbers', () => {
    const list = listSchemas(STANDARD, BASE);
    expect(list).toMatchObject({ schemas: [LIST], totalResults: 3, itemsPerPage: 3, startIndex: 1 });
    expect((list.Resources as { id: string }[]).map(({ id }) => id)).toEqual([CORE, ENTERPRISE, GROUP]);
  });

  test.each([
    [CORE, CORE],
    [CORE.toUpperCase(), CORE],
    ['Users', CORE],
    ['User', CORE],
    ['user', CORE],
    ['Groups', GROUP],
    ['Group', GROUP],
    [GROUP, GROUP],
    [ENTERPRISE, ENTERPRISE],
  ])('%s is found', (id, urn) => {
    expect(findSchema(STANDARD, id, BASE)).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: urn,
      meta: { resourceType: 'Schema', location: `${BASE}/Schemas/${urn}` },
    });
  });

  test.each(['', '/', 'Roles', 'constructor', `${CORE}:userName`])('%j is not', (id) => {
    expect(findSchema(STANDARD, id, BASE)).toBeUndefined();
  });

  test('lists exactly what B8 and B23 support', () => {
    const names = (id: string) => attributesOf(id).map(({ name }) => name);
    expect(names('User').sort()).toEqual(
      ['active', 'emails', 'externalId', 'groups', 'name', 'title', 'userName'].sort(),
    );
    expect(names(ENTERPRISE)).toEqual(['employeeNumber']);
    expect(names('Group')).toEqual(['displayName', 'externalId', 'members']);
    const parts = (id: string, name: string) => attributeOf(id, name).subAttributes?.map((part) => part.name);
    expect(parts('User', 'name')).toEqual(['givenName', 'familyName']);
    expect(parts('User', 'emails')).toEqual(['value', 'type', 'primary']);
    expect(parts('User', 'groups')).toEqual(['value', '$ref', 'display', 'type']);
    expect(parts('Group', 'members')).toEqual(['value', '$ref', 'display', 'type']);
  });

  test.each([
    ['User', 'userName', { type: 'string', required: true, caseExact: false, uniqueness: 'server' }],
    ['User', 'externalId', { required: true, caseExact: true, uniqueness: 'server' }],
    ['User', 'active', { type: 'boolean', required: true }],
    ['User', 'emails', { type: 'complex', multiValued: true, required: true }],
    ['User', 'title', { required: false, caseExact: false, uniqueness: 'none' }],
    ['User', 'groups', { multiValued: true, mutability: 'readOnly' }],
    ['Group', 'displayName', { required: true, caseExact: false, uniqueness: 'server' }],
    ['Group', 'externalId', { required: false, caseExact: true }],
    ['Group', 'members', { type: 'complex', multiValued: true, mutability: 'readWrite' }],
  ])('%s %s %j', (schema, name, characteristics) => {
    expect(attributeOf(schema, name)).toMatchObject(characteristics);
  });

  test('every attribute and sub-attribute has all its characteristics and nothing of ours', () => {
    const known = [
      ...[
        'name',
        'type',
        'multiValued',
        'description',
        'required',
        'canonicalValues',
        'caseExact',
        'mutability',
      ],
      ...['returned', 'uniqueness', 'referenceTypes', 'subAttributes'],
    ];
    const visit = (attribute: AttributeJson): void => {
      for (const key of Object.keys(attribute)) expect(known).toContain(key);
      for (const key of ['type', 'description', 'mutability', 'returned', 'uniqueness']) {
        expect(attribute[key]).toEqual(expect.any(String));
      }
      for (const key of ['multiValued', 'required', 'caseExact']) {
        expect(attribute[key]).toEqual(expect.any(Boolean));
      }
      expect(attribute.type === 'complex').toBe(attribute.subAttributes !== undefined);
      expect(attribute.type === 'reference').toBe(attribute.referenceTypes !== undefined);
      attribute.subAttributes?.forEach(visit);
    };
    for (const id of [CORE, ENTERPRISE, GROUP]) attributesOf(id).forEach(visit);
  });
});

describe('ResourceTypes (RFC 7643 section 6, B6)', () => {
  test('lists User and Group', () => {
    expect(listResourceTypes(STANDARD, BASE)).toMatchObject({
      schemas: [LIST],
      totalResults: 2,
      itemsPerPage: 2,
      startIndex: 1,
      Resources: [
        { name: 'User', schema: CORE },
        { name: 'Group', schema: GROUP },
      ],
    });
  });

  test('User has the enterprise extension, Group has none', () => {
    expect(findResourceType(STANDARD, 'User', BASE)).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: expect.any(String),
      schema: CORE,
      schemaExtensions: [{ schema: ENTERPRISE, required: false }],
      meta: { resourceType: 'ResourceType', location: `${BASE}/ResourceTypes/User` },
    });
    expect(findResourceType(STANDARD, 'Groups', BASE)).toMatchObject({
      endpoint: '/Groups',
      schema: GROUP,
      schemaExtensions: [],
    });
  });

  test.each(['', 'Role', '__proto__'])('%j is not found', (id) => {
    expect(findResourceType(STANDARD, id, BASE)).toBeUndefined();
  });
});
