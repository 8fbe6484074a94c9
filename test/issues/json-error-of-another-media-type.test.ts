import { translateOutage } from '../../src/kernel/database.js';
import { DomainError } from '../../src/kernel/errors.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

// Fastify's sentence said that content-type is set to 'application/json', whatever had arrived.
it.each([
  ['{"userName": "a" "b": 1}', 'at position 17'],
  ['{"userName": ', 'end of JSON'],
  ['{"password": hunter2}', 'not valid JSON'],
  ['{"__proto__": {}}', '__proto__'],
])(
  'the refusal of %s says where, and repeats neither another media type nor the body',
  async (sent, words) => {
    const answer = await acme.scim('POST', '/Users', sent);
    expect(answer.status).toBe(400);
    expect(answer.body.scimType).toBe('invalidSyntax');
    expect(answer.body.detail).toContain(words);
    expect(answer.body.detail).not.toContain('application/json');
    expect(answer.body.detail).not.toContain('hunter2');
  },
);

// 08P01 says that PostgreSQL could not read what we sent; 503 would have had the client send it again for ever.
it('a protocol violation of ours is not an outage', () => {
  const failure = (code: string) => Object.assign(new Error('x'), { code });
  expect(translateOutage(failure('08P01'), 'reading')).not.toBeInstanceOf(DomainError);
  expect(translateOutage(failure('08006'), 'reading')).toBeInstanceOf(DomainError);
});
