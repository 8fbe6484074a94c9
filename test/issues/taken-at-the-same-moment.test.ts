import { patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

/**
 * The change of a person and the question for their groups travel in one packet. When the change met a unique constraint,
 * the question heard of it first and spoke in the words of PostgreSQL: 500 instead of 409.
 */
let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

it.each(['userName', 'externalId', 'emails[type eq "work"].value'])(
  'of two people who get one %s at the same moment one is told CONFLICT',
  async (path) => {
    for (let round = 0; round < 8; round += 1) {
      const people = [await pushUser(acme), await pushUser(acme)];
      const value = `wanted-${round}@people.example`;
      const answers = await Promise.all(
        people.map((id) => acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path, value }))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
  },
);
