import { gzipSync } from 'node:zlib';
import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const post = (payload: Buffer, coding: string) =>
  product.app.inject({
    method: 'POST',
    url: '/scim/v2/Users',
    payload,
    headers: {
      authorization: `Bearer ${acme.token}`,
      'content-type': 'application/scim+json',
      'content-encoding': coding,
    },
  });

// RFC 9110 section 15.5.16: a content coding that is not accepted is 415 with Accept-Encoding. It was "not UTF-8 text", which
// sends an administrator looking for wrong letters.
it.each(['gzip', 'br', 'GZIP'])('a body in %s is 415 and says why', async (coding) => {
  const answer = await post(gzipSync(JSON.stringify(newUser())), coding);
  expect([answer.statusCode, answer.headers['accept-encoding']]).toEqual([415, 'identity']);
  expect(answer.json()).toMatchObject({ status: '415', detail: expect.stringContaining(coding) });
});

it.each(['identity', ''])('"%s" is no coding', async (coding) => {
  expect((await post(Buffer.from(JSON.stringify(newUser())), coding)).statusCode).toBe(201);
});
