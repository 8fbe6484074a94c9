import { startProduct, type TestProduct } from '../support/product.js';
import { counted, signIn, withSeats } from './seats.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

// During a deployment the process of the version before ends `active` by a statement that names no license.
it('a statement that deactivates and says nothing of the license ends it all the same (I6)', async () => {
  const { organization, people, operator } = await withSeats(product, { people: 2, seats: 1 });
  const [holder = '', other = ''] = people;
  await signIn(operator, { userId: holder });
  expect(await counted(product, organization.id)).toMatchObject({ standard: 1, holders: 1 });
  await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [holder]);
  const [row] = await product.sql('select active, license, license_taken_at from users where id = $1', [
    holder,
  ]);
  expect(row).toEqual({ active: false, license: null, license_taken_at: null });
  expect(await counted(product, organization.id)).toMatchObject({ standard: 0, holders: 0 });
  await signIn(operator, { userId: other });
  expect(await counted(product, organization.id)).toMatchObject({ standard: 1, holders: 1 });
});
