import { assignLicense } from '../../src/licensing/assign-license.js';
import { giveBackLicense } from '../../src/licensing/give-back-license.js';
import { grantLicenses } from '../../src/licensing/grant-licenses.js';
import { updateOrganization } from '../../src/organizations/update-organization.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { newUser, patch, pushGroup } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { counted, signIn, withSeats } from './seats.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

/** Some at a time, as clients are. */
async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>, width = 24): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
    }),
  );
  return results;
}

describe('I5: licenses are never oversold', () => {
  it('200 first sign-ins at once at 50 seats: exactly 50 are admitted, and the pool counts 50', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 200, seats: 50 });
    const outcomes = await atOnce(people, (userId) => signIn(operator, { userId }));
    expect(outcomes.filter(({ outcome }) => outcome === 'held')).toHaveLength(50);
    expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toHaveLength(150);
    expect(await counted(product, organization.id)).toMatchObject({ standard: 50, holders: 50, waiting: 0 });
  });

  it('one person signing in 30 times at once takes one license (I4)', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 1, seats: 5 });
    const [userId = ''] = people;
    const outcomes = await atOnce(Array(30).fill(userId), () => signIn(operator, { userId }));
    expect(outcomes.every(({ outcome }) => outcome === 'held')).toBe(true);
    expect(await counted(product, organization.id)).toMatchObject({ standard: 1, holders: 1 });
  });

  it('taking, giving back, deactivating, moving and selling seats at once keep I4, I5 and I6', async () => {
    const { organization, operator, worker } = await withSeats(product, { people: 0, seats: 8, proSeats: 3 });
    await updateOrganization(operator, { whenNoLicenseIsFree: 'wait' });
    const pushed = await atOnce(Array.from({ length: 24 }), async () => {
      const answer = await organization.scim('POST', '/Users', newUser());
      return answer.body.id as string;
    });
    const group = await pushGroup(organization, 'Everyone', pushed);
    const calm = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: { code?: string }) => error.code ?? String(error),
      );
    const steps = [
      (userId: string) => calm(signIn(operator, { userId })),
      (userId: string) => calm(signIn(operator, { userId })),
      (userId: string) => calm(giveBackLicense(operator, { userId })),
      (userId: string) => calm(assignLicense(operator, { userId, license: 'pro' })),
      (userId: string) => calm(grantLicenses(worker, {}).then(() => userId)),
      (userId: string) =>
        organization
          .scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', path: 'active', value: false }))
          .then(({ status }) => String(status)),
      (userId: string) =>
        organization
          .scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', path: 'active', value: true }))
          .then(({ status }) => String(status)),
      (userId: string) =>
        organization
          .scim(
            'PATCH',
            `/Groups/${group}`,
            patch({ op: 'add', path: 'members', value: [{ value: userId }] }),
          )
          .then(({ status }) => String(status)),
      (_userId: string) => calm(updatePlan(operator, { seats: 6 + Math.floor(Math.random() * 4) })),
    ];
    const work = Array.from({ length: 400 }, (_, index) => ({
      step: steps[(index * 7 + Math.floor(index / 9)) % steps.length],
      userId: pushed[(index * 5) % pushed.length] ?? '',
    }));
    let most = 0;
    const watching = setInterval(() => {
      void product
        .sql<{ over: number }>('select max(taken - bought) as over from seat_pools')
        .then(([row]) => {
          most = Math.max(most, row?.over ?? 0);
        });
    }, 20);
    const answers = await atOnce(work, async ({ step, userId }) => step?.(userId), 12);
    clearInterval(watching);
    const counts = await counted(product, organization.id);
    expect(most).toBeLessThanOrEqual(0);
    expect(counts).toMatchObject({ inactiveHolders: 0, holders: counts.standard + counts.pro });
    const allowed = ['done', '200', '204', 'FORBIDDEN', 'CONFLICT', 'LIMIT_EXCEEDED', '404'];
    expect([...new Set(answers)].filter((answer) => !allowed.includes(answer ?? ''))).toEqual([]);
  });

  it('the check of the database refuses what any statement would oversell', async () => {
    const { organization, people } = await withSeats(product, { people: 2, seats: 1 });
    const take = product.sql(
      `update users set license = 'standard', license_taken_at = now() where organization_id = $1 and id = any($2)`,
      [organization.id, people],
    );
    await expect(take).rejects.toMatchObject({ constraint: 'seat_pools_never_oversold' });
  });
});
