import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.js';
import { entities } from '../../src/entities.js';
import { Database } from '../../src/kernel/database.js';
import { createLogger } from '../../src/kernel/logger.js';
import { createOrigin } from '../../src/origin.js';
import { pushUser } from '../support/people.js';
import {
  startProduct,
  TEST_SECRET_KEY,
  type TestOrganization,
  type TestProduct,
} from '../support/product.js';
import { TcpProxy } from '../workers/tcp-proxy.js';

let product: TestProduct;
let acme: TestOrganization;
let proxy: TcpProxy;
let database: Database;
let app: FastifyInstance;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  proxy = await TcpProxy.inFrontOf(product.databaseUrl);
  const logger = createLogger('silent');
  const url = proxy.urlOf(product.databaseUrl);
  database = await Database.open({ url, entities, logger, secretKey: TEST_SECRET_KEY });
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  app = await buildApp({ database, origin, logger, production: false, doors: true });
});
afterAll(async () => {
  await app.close();
  await database.close();
  await proxy.cut();
  await product.close();
});

const change = (id: string) =>
  app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${acme.apiToken}`, 'content-type': 'application/json' },
    payload: JSON.stringify({
      query: `mutation { giveBackLicense(userId: "${id}") { id userName } }`,
    }),
  });

// The mutation was committed and the person it returns was read afterwards. When PostgreSQL went away in between, the answer
// said that nothing was changed (I2).
it('a change that is stored when its answer cannot be read is not called unchanged', async () => {
  const id = await pushUser(acme);
  await product.sql(`update users set license = 'standard', license_taken_at = now() where id = $1`, [id]);
  // The packet that reads for an organization, after the one that changed something in it.
  const cut = proxy.cutAt(/commit[\s\S]*rollcall_organization[\s\S]*transaction_read_only/i, false);
  const answer = await change(id);
  await cut;
  const [error] = answer.json().errors;
  expect(answer.statusCode).toBe(503);
  expect(error.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
  expect(error.message).toBe(
    'The change was stored, and then the directory could not be reached to read the answer. Look at it in a few seconds.',
  );
  expect(await product.sql('select license from users where id = $1', [id])).toEqual([{ license: null }]);
});
