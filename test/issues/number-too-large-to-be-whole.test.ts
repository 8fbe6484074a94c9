import { pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
  await pushUser(acme);
});
afterAll(() => product.close());

const MANY = '9'.repeat(20);

// RFC 7644 section 3.4.2.4: below 1 is 1, a negative count is 0, and more than there is, is no error. A number of more than 15
// digits was refused as one that is not whole.
it.each([
  [`count=${MANY}`, 1, 1],
  [`count=-${MANY}`, 1, 0],
  [`startIndex=-${MANY}`, 1, 1],
  [`startIndex=${MANY}`, Number.MAX_SAFE_INTEGER, 0],
  [`count=${'9'.repeat(40)}&startIndex=+1`, 1, 1],
  [`cursor=&count=${MANY}`, undefined, 1],
])('%s is a number like another', async (query, startIndex, itemsPerPage) => {
  const { status, body } = await acme.scim('GET', `/Users?${query.replace('+', '%2B')}`);
  expect([status, body.startIndex, body.itemsPerPage, body.totalResults]).toEqual([
    200,
    startIndex,
    itemsPerPage,
    1,
  ]);
});

it('in the body of a search too', async () => {
  const { status, body } = await acme.scim('POST', '/Users/.search', { count: 1e19, startIndex: -1e19 });
  expect([status, body.itemsPerPage]).toEqual([200, 1]);
});
