import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, rootFields, withValue } from '../isolation/graphql-schema.js';
import { makeWorld } from '../isolation/world.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

const fields = rootFields(buildGraphqlSchema(resolvers));

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

/** Where a caller may leave something out: `input.title`. */
function optionalPaths(inputs: readonly (GraphQLArgument | GraphQLInputField)[]): string[] {
  return inputs.flatMap((input) => {
    const type = getNamedType(input.type);
    const inner = isInputObjectType(type)
      ? optionalPaths(Object.values(type.getFields())).map((path) => `${input.name}.${path}`)
      : [];
    return isNonNullType(input.type) ? inner : [input.name, ...inner];
  });
}

/** Of these one has to be said: a role or a person, ids or a filter, one document of one provider. */
const ONE_OF = ['issueApiToken.role', 'issueApiToken.userId', 'input.userIds', 'input.filter'].concat(
  ['previewSso', 'connectSso'].flatMap((field) =>
    ['saml', 'oidc', 'saml.metadata', 'saml.metadataUrl'].map((one) => `${field}.input.${one}`),
  ),
);
const isOneOf = (field: string, path: string) =>
  ONE_OF.includes(`${field}.${path}`) || (field.startsWith('bulk') && ONE_OF.includes(path));

const withOptions = fields.filter(({ args }) => optionalPaths(args).length > 0);

it.each(withOptions)('$name: null where something may be left out is no mistake', async (field) => {
  const world = await makeWorld(product);
  const refused: string[] = [];
  for (const variables of GRAPHQL_CASES[field.name]?.(world) ?? []) {
    for (const path of optionalPaths(field.args).filter((one) => !isOneOf(field.name, one))) {
      const answer = await world.organization.graphql(documentFor(field), withValue(variables, path, null));
      const [error] = answer.body.errors ?? [];
      const { code, field: at } = error?.extensions ?? {};
      // What the standard profile requires of a person may not be cleared.
      const isRule = ['email', 'externalId'].includes(at) && /required/.test(error.message);
      if (['INTERNAL', 'INVALID_INPUT', 'GRAPHQL_VALIDATION_FAILED'].includes(code) && !isRule) {
        refused.push(`${path}: ${error.message}`);
      }
    }
  }
  expect(refused).toEqual([]);
});

it('every change of a person or a group that is there takes expectedVersion', () => {
  const changes = fields.filter(
    ({ name, kind }) => kind === 'mutation' && /^(update|delete|deprovision)\w*(User|Group)$/.test(name),
  );
  const without = changes.filter(
    ({ args }) => !optionalPaths(args).some((path) => /(^|\.)expectedVersion$/.test(path)),
  );
  expect(without.map(({ name }) => name)).toEqual([]);
  expect(changes.length).toBeGreaterThanOrEqual(7);
});

it('updateUser, updateGroup and deleteGroup refuse a version that is not the present one', async () => {
  const { organization, ids } = await makeWorld(product);
  const say = async (text: string) => (await organization.graphql(`mutation { ${text} }`)).body;
  const user = (version: number, title: string) =>
    say(
      `updateUser(input: {id: "${ids.person}", expectedVersion: ${version}, title: "${title}"}) { version }`,
    );
  expect((await user(1, 'First')).data.updateUser).toEqual({ version: 2 });
  const late = await user(1, 'Second');
  expect(late.errors[0].extensions.code).toBe('PRECONDITION_FAILED');
  expect(late.errors[0].message).toContain('its version is 2, the request expects 1');
  const group = `id: "${ids.circle}", expectedVersion`;
  expect(
    (await say(`updateGroup(input: {${group}: 7, displayName: "X"}) { id }`)).errors[0].extensions.code,
  ).toBe('PRECONDITION_FAILED');
  expect((await say(`deleteGroup(${group}: 7)`)).errors[0].extensions.code).toBe('PRECONDITION_FAILED');
  expect(
    (await say(`updateGroup(input: {${group}: 2, displayName: "X"}) { version }`)).data.updateGroup.version,
  ).toBe(3);
});

describe('the body', () => {
  const send = async (payload: Buffer, type = 'application/json') => {
    const headers = { authorization: `Bearer ${acme.apiToken}`, 'content-type': type };
    const answer = await product.app.inject({ method: 'POST', url: '/graphql', headers, payload });
    return { status: answer.statusCode, code: answer.json().errors?.[0].extensions.code };
  };
  const text = JSON.stringify({
    query: 'mutation { createGroup(input: {displayName: "Gr\u00fcn"}) { id } }',
  });

  it('is UTF-8 and nothing else, as on /scim', async () => {
    for (const encoding of ['latin1', 'utf16le'] as const) {
      expect(await send(Buffer.from(text, encoding))).toEqual({ status: 400, code: 'INVALID_INPUT' });
    }
    const other = await send(Buffer.from(text), 'application/json; charset=iso-8859-1');
    expect(other).toEqual({ status: 415, code: 'NOT_SUPPORTED' });
    expect(await send(Buffer.from(text), 'application/json; charset="UTF-8"')).toMatchObject({ status: 200 });
  });
});

describe('B5: plain HTTP in production', () => {
  it('is refused on /graphql and /scim alike, before the credential is looked at', async () => {
    const live = await startProduct({ production: true });
    try {
      const organization = await live.organization();
      const ask = (url: string, forwarded?: string) =>
        live.app.inject({
          method: 'POST',
          url,
          headers: {
            authorization: `Bearer ${organization.apiToken}`,
            'content-type': 'application/json',
            ...(forwarded && { 'x-forwarded-proto': forwarded }),
          },
          payload: { query: '{ organization { id } }' },
        });
      for (const proto of [undefined, 'http']) {
        const plain = await ask('/graphql', proto);
        expect(plain.statusCode).toBe(403);
        expect(plain.json().errors[0].message).toContain('over HTTPS only');
        expect((await ask('/scim/v2/Users', proto)).json().detail).toContain('over HTTPS only');
      }
      expect((await ask('/graphql', 'https')).json().data.organization.id).toBe(organization.id);
    } finally {
      await live.close();
    }
  });
});

describe('node(id)', () => {
  const ask = async (organization: TestOrganization, id: string, token?: string) => {
    const document = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    const { data, errors } = (await organization.graphql(document, { id }, token)).body;
    return data?.node ?? errors[0].extensions.code;
  };

  it('finds whatever has the id, and says what it is', async () => {
    const { organization, ids } = await makeWorld(product);
    const named = [
      ['User', ids.user],
      ['Group', ids.circle],
      ['Invitation', ids.invitation],
      ['ScimConnection', ids.connection],
      ['MembershipChange', ids.change],
    ] as const;
    for (const [__typename, id] of named) expect(await ask(organization, id)).toEqual({ __typename, id });
    for (const id of [ids.credential, 'nonsense', '', acme.connectionId]) {
      expect(await ask(organization, id)).toBe('NOT_FOUND');
    }
  });

  it('asks for the permission of the thing itself', async () => {
    const { organization, ids } = await makeWorld(product);
    const token = await organization.issueToken('user');
    for (const id of [ids.user, ids.circle, ids.invitation, ids.connection, ids.change]) {
      expect(await ask(organization, id, token)).toBe('FORBIDDEN');
    }
  });
});

it('everything of the schema has a sentence', () => {
  const roots = ['Query', 'Mutation', 'Subscription'];
  const silent: string[] = [];
  const check = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description) silent.push(name);
  };
  for (const type of Object.values(buildGraphqlSchema(resolvers).getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (!roots.includes(type.name)) check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const argument of 'args' in field ? field.args : []) {
        check(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  expect(silent).toEqual([]);
});
