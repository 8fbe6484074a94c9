import { createLogger } from '../../src/kernel/logger.js';
import { Sweeper } from '../../workers/sweeper.js';
import { pushUser } from '../support/people.js';
import { startProduct } from '../support/product.js';

const AT_ONCE = 200;

// With its queue away an organization whose groups came first and changed all the time kept everybody else waiting.
it('the next round begins behind the groups of the last one', async () => {
  const product = await startProduct();
  try {
    const [first, second] = (await Promise.all([product.organization(), product.organization()])).sort(
      (a, b) => (a.id < b.id ? -1 : 1),
    );
    if (!first || !second) throw new Error('Two were made.');
    const [ann, bo] = [await pushUser(first), await pushUser(second)];
    const groups = (id: string, user: string, count: number) =>
      product.fill(
        `with made as (
           insert into groups (organization_id, id, display_name, display_name_key)
           select $1::uuid, gen_random_uuid(), 'G ' || n, 'g ' || n from generate_series(1, $3::int) n returning id)
         insert into memberships (organization_id, group_id, user_id, state, accepted_at)
         select $1::uuid, id, $2::uuid, 'adding', now() - interval '1 minute' from made`,
        [id, user, count],
      );
    await groups(first.id, ann, AT_ONCE);
    await groups(second.id, bo, 1);
    const sweeper = new Sweeper(product.database, createLogger('silent'));
    await sweeper.sweep();
    await product.fill(
      `update memberships set state = 'adding', applied_at = null, accepted_at = now() - interval '1 minute'
       where organization_id = $1`,
      [first.id],
    );
    await sweeper.sweep();
    const [row] = await product.sql('select state from memberships where organization_id = $1', [second.id]);
    expect(row).toEqual({ state: 'active' });
  } finally {
    await product.close();
  }
});
