import { ROUTES } from '../../../src/scim/route-list.js';
import { startProduct, type TestProduct } from '../../support/product.js';

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  responses: Record<string, { description: string }>;
}

let product: TestProduct;
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is walked
let document: any;

beforeAll(async () => {
  product = await startProduct();
  const answer = await product.app.inject({ url: '/scim/v2/openapi.json' });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('application/json');
  document = answer.json();
});
afterAll(() => product.close());

function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

describe('/scim/v2/openapi.json', () => {
  it('is an OpenAPI 3.1 document that needs no credential', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    expect(document.servers).toEqual([{ url: expect.stringMatching(/^https?:\/\/.+\/scim\/v2$/) }]);
  });

  it('every operation has a unique id, a summary, an answer, and its path parameters', () => {
    const ids: string[] = [];
    for (const [path, item] of Object.entries<Record<string, Operation>>(document.paths)) {
      expect(path).toMatch(/^\//);
      for (const [method, operation] of Object.entries(item)) {
        expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method);
        ids.push(operation.operationId);
        expect(operation.summary).toEqual(expect.any(String));
        const parameters = operation.parameters ?? [];
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(inPath);
        for (const parameter of parameters) {
          expect(['path', 'query']).toContain(parameter.in);
          if (parameter.in === 'path') expect(parameter.required).toBe(true);
          expect(parameter.schema).toEqual(expect.any(Object));
        }
        for (const [status, answer] of Object.entries(operation.responses)) {
          expect(status).toMatch(/^(?:[1-5]\d\d|default)$/);
          expect(answer.description).toEqual(expect.any(String));
        }
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('every reference leads somewhere, and every schema is one', () => {
    const schemas = Object.keys(document.components.schemas);
    const types = ['object', 'array', 'string', 'boolean', 'integer', 'number'];
    for (const object of objectsIn(document)) {
      if (typeof object.$ref === 'string')
        expect(schemas).toContain(object.$ref.replace('#/components/schemas/', ''));
    }
    for (const schema of objectsIn(document.components.schemas)) {
      if (typeof schema.type === 'string') expect(types).toContain(schema.type);
      if (Array.isArray(schema.required)) {
        expect(Object.keys(schema.properties as object)).toEqual(expect.arrayContaining(schema.required));
      }
    }
    for (const requirement of document.security) {
      expect(Object.keys(document.components.securitySchemes)).toEqual(
        expect.arrayContaining(Object.keys(requirement)),
      );
    }
  });

  it('lists exactly the routes that are mounted', () => {
    const listed = Object.entries<object>(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path } of ROUTES) {
      expect([
        method,
        path,
        product.app.hasRoute({ method, url: `/scim/v2${path}`.replace(/\/$/, '') }),
      ]).toEqual([method, path, true]);
    }
  });

  it('knows the attributes of the table', () => {
    const { User, Group } = document.components.schemas;
    expect(new Set(User.required)).toEqual(
      new Set(['schemas', 'userName', 'externalId', 'active', 'emails']),
    );
    expect(User.properties).toMatchObject({
      userName: { type: 'string' },
      name: { type: 'object', properties: { givenName: { type: 'string' } } },
      emails: { type: 'array', items: { type: 'object' } },
      groups: { readOnly: true },
      id: { readOnly: true },
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { type: 'object' },
    });
    expect(Object.keys(Group.properties)).toEqual([
      'schemas',
      'id',
      'meta',
      'displayName',
      'externalId',
      'members',
    ]);
  });
});
