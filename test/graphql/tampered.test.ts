import type { GraphQLArgument } from 'graphql';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { digestOf } from '../isolation/digest.js';
import { GRAPHQL_CASES } from '../isolation/graphql-cases.js';
import { documentFor, rootFields } from '../isolation/graphql-schema.js';
import { makeWorld, type World } from '../isolation/world.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { OPERATOR_FIELDS } from './permission-table.js';

const fields = rootFields(buildGraphqlSchema(resolvers));
const takes = (name: string) =>
  fields.filter(({ args }) => args.some((one: GraphQLArgument) => one.name === name));

let product: TestProduct;
let world: World;
let other: World;

beforeAll(async () => {
  product = await startProduct();
  [world, other] = [await makeWorld(product), await makeWorld(product)];
});
afterAll(() => product.close());

/** What a field answers: its code, and whether anything of the other organization is in it. */
async function ask(field: (typeof fields)[number], variables: Record<string, unknown>) {
  const { status, body } = await world.organization.graphql(documentFor(field), variables);
  const [error] = body.errors ?? [];
  const leaks = JSON.stringify(body).includes(other.organization.slug);
  return { status, code: error?.extensions.code, message: error?.message, leaks };
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** Cursors that this server never made, and one that it made for somebody else. */
const cursors = (): string[] => [
  '',
  'x',
  '\u0000',
  '%00',
  'aWQ6',
  encoded('id:'),
  encoded("id:' or 1=1 --"),
  encoded(`id:${world.ids.user}'`),
  encoded(`id:${world.ids.user}\u0000`),
  encoded(`${world.ids.user}`),
  encoded('{"id":null}'),
  encoded('["a",null,{}]'),
  encoded('["1e999","x"]'),
  encoded('null'),
  encoded(`id:${'9'.repeat(5_000)}`),
  encoded(`id:${other.ids.user}`),
  'a'.repeat(20_000),
  '\ud83d\ude00',
];

it.each(takes('after').filter(({ name }) => !OPERATOR_FIELDS.has(name)))(
  '$name: a cursor that was tampered with is refused in words, or finds the same page',
  async (field) => {
    const before = await digestOf(product);
    for (const after of cursors()) {
      const variables = { ...GRAPHQL_CASES[field.name]?.(world)[0], after };
      const { code, message, leaks } = await ask(field, variables);
      expect({ after, code, leaks }).toEqual({
        after,
        code: code === undefined ? undefined : 'INVALID_INPUT',
        leaks: false,
      });
      if (code !== undefined) expect(message).toMatch(/cursor|after|NUL|broken Unicode/i);
    }
    expect(await digestOf(product)).toEqual(before);
  },
);

describe.each([
  ['users', (filter: string) => `{ users(first: 1, filter: ${filter}) { totalCount } }`],
  ['groups', (filter: string) => `{ groups(first: 1, filter: ${filter}) { totalCount } }`],
])('%s(filter:)', (_name, document) => {
  const send = async (filter: string) => {
    const { body } = await world.organization.graphql(document(JSON.stringify(filter)));
    const [error] = body.errors ?? [];
    return { filter, code: error?.extensions.code, message: error?.message as string | undefined };
  };

  it.each([
    ['brackets without end', '('.repeat(2_000)],
    ['10,000 conditions', Array.from({ length: 10_000 }, () => 'id pr').join(' and ')],
    ['not of not of not', `${'not ('.repeat(300)}id pr${')'.repeat(300)}`],
    ['SQL', `userName eq "x"); drop table users; --`],
    ['a filter in a filter', 'emails[emails[type eq "x"]]'],
    ['only blanks', ' '.repeat(100)],
    ['a comment', 'userName eq "x" -- and'],
    ['half a string', 'userName eq "x'],
  ])('refuses %s and says where', async (_what, filter) => {
    const { code, message } = await send(filter);
    expect(['INVALID_INPUT', 'NOT_SUPPORTED', 'LIMIT_EXCEEDED']).toContain(code);
    expect(message?.length).toBeGreaterThan(20);
  });
});
