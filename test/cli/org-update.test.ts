import { orgUpdate } from '../../src/cli/org-update.js';
import { readConfig } from '../../src/config.js';
import { startProduct, type TestProduct } from '../support/product.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

describe('org update (B35)', () => {
  it('changes the plan and the seats that are said, and answers what is bought now', async () => {
    const { id, slug } = await product.organization();
    const run = (options: Record<string, string>) =>
      orgUpdate.run({ config: readConfig({}), database: product.database }, slug, options);
    expect(await run({ seats: '7' })).toEqual({
      organizationId: id,
      plan: 'enterprise',
      seats: 7,
      proSeats: 0,
    });
    expect(await run({ 'pro-seats': '2' })).toMatchObject({ seats: 7, proSeats: 2 });
    for (const options of [
      { seats: '' },
      { seats: '-1' },
      { seats: '1.5' },
      { 'pro-seats': 'x' },
      { plan: 'x' },
      {},
    ]) {
      await expect(run(options)).rejects.toMatchObject({ name: 'UsageError' });
    }
    const audit = await product.sql(
      `select actor_kind, details from audit_log where organization_id = $1 and action = 'plan.updated' order by id`,
      [id],
    );
    expect(audit).toEqual([
      { actor_kind: 'operator', details: { seats: 7 } },
      { actor_kind: 'operator', details: { proSeats: 2 } },
    ]);
  });
});
