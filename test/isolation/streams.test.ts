import type { FastifyInstance } from 'fastify';
import { resolvers } from '../../graphql/resolvers.js';
import { buildGraphqlSchema } from '../../graphql/schema.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { STREAM_CASES } from './graphql-cases.js';
import { documentFor, pathsOf, streamFields, valueAt, withValue } from './graphql-schema.js';
import { dropRowLevelSecurity, openConditions } from './nets.js';
import { makeWorld, type World } from './world.js';

const fields = streamFields(buildGraphqlSchema(resolvers));

let product: TestProduct;
let mine: World;
let theirs: World;

beforeAll(async () => {
  product = await startProduct();
  [mine, theirs] = [await makeWorld(product), await makeWorld(product)];
});
afterAll(() => product.close());

/** The refusal of every stream of mine with one of their ids in it. */
async function attack(app: FastifyInstance, as: World) {
  const codes: string[] = [];
  for (const field of fields) {
    for (const own of STREAM_CASES[field.name]?.(mine) ?? []) {
      for (const path of pathsOf(field.args, 'ID')) {
        const foreign = STREAM_CASES[field.name]?.(theirs).map((one) => valueAt(one, path))[0];
        const answer = await app.inject({
          method: 'POST',
          url: '/graphql/stream',
          headers: {
            authorization: `Bearer ${as.organization.apiToken}`,
            'content-type': 'application/json',
          },
          payload: { query: documentFor(field), variables: withValue(own, path, foreign) },
        });
        codes.push(`${field.name}.${path} ${answer.json().errors?.[0].extensions.code}`);
        expect(answer.body).not.toContain(theirs.organization.slug);
      }
    }
  }
  return codes;
}

const REFUSED = fields.flatMap((field) =>
  pathsOf(field.args, 'ID').map((path) => `${field.name}.${path} NOT_FOUND`),
);

it('there is a case for every stream', () => {
  expect(fields.map(({ name }) => name).sort()).toEqual(Object.keys(STREAM_CASES).sort());
});

it("abuse 2: another organization's ids in streams are NOT_FOUND, with both nets and with each alone", async () => {
  expect(await attack(product.app, mine)).toEqual(REFUSED);
  const opened = await openConditions(product, mine.organization.id);
  expect(await attack(opened, theirs)).toEqual(REFUSED);
  await opened.close();
  await dropRowLevelSecurity(product);
  expect(await attack(product.app, mine)).toEqual(REFUSED);
});
