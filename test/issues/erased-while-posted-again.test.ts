import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually, holding } from '../workers/asynchronous.js';

const ERASE = 'mutation ($input: EraseUserInput!) { eraseUser(input: $input) { id erasedAt } }';

let product: TestProduct;
let acme: TestOrganization;
beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

type Body = ReturnType<typeof newUser>;

/** Somebody who left, and the requests that meet: their erasure, and a creation of the same identity. */
async function whoLeft() {
  const body: Body = newUser();
  const { id } = (await acme.scim('POST', '/Users', body)).body;
  await acme.scim('DELETE', `/Users/${id}`);
  const erase = async () => {
    const answer = await acme.graphql(ERASE, { input: { userId: id, confirmation: body.userName } });
    return answer.body.errors?.[0]?.extensions.code ?? 'erased';
  };
  return { id: String(id), body, erase, post: () => acme.scim('POST', '/Users', body) };
}

const waiting = (count: number) => async () => {
  const sessions = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await product.sql(sessions)).length >= count;
};

const people = (body: Body) =>
  product.sql<{ id: string; active: boolean; email: string }>(
    'select id, active, email from users where organization_id = $1 and user_name = $2',
    [acme.id, body.userName],
  );
const rowOf = async (id: string) => {
  const [row] = await product.sql<{
    erased: boolean;
    active: boolean;
    email: string | null;
    family_name: string | null;
  }>('select erased_at is not null as erased, active, email, family_name from users where id = $1', [id]);
  return row;
};

// The creation waited for the row of somebody who had its name, found it erased, and was refused with a sentence about
// different people who have its values, though nobody has them.
it('a creation that waited for the erasure of the same identity makes somebody new (B38)', async () => {
  const { id, body, erase, post } = await whoLeft();
  await holding(
    product,
    acme,
    [id],
    async (release) => {
      const erasing = erase();
      await eventually('the erasure waits', waiting(1));
      const posting = post();
      await eventually('the creation waits', waiting(2));
      await release();
      expect(await erasing).toBe('erased');
      const created = await posting;
      expect(created.status).toBe(201);
      expect(await people(body)).toEqual([
        { id: created.body.id, active: true, email: body.emails[0]?.value },
      ]);
      expect(created.body.id).not.toBe(id);
    },
    'users',
  );
  expect(await rowOf(id)).toMatchObject({ erased: true, active: false, family_name: null });
});

it('an erasure that waited for the creation of the same identity is refused: they are back', async () => {
  const { id, body, erase, post } = await whoLeft();
  await holding(
    product,
    acme,
    [id],
    async (release) => {
      const posting = post();
      await eventually('the creation waits', waiting(1));
      const erasing = erase();
      await eventually('the erasure waits', waiting(2));
      await release();
      expect((await posting).body.id).toBe(id);
      expect(await erasing).toBe('CONFLICT');
    },
    'users',
  );
  expect(await rowOf(id)).toMatchObject({ erased: false, active: true, email: body.emails[0]?.value });
});

it('whichever comes first, nobody is half erased', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id, body, erase, post } = await whoLeft();
    const [outcome, created] = await Promise.all([erase(), post()]);
    const [before, now] = [await rowOf(id), await people(body)];
    expect(created.status).toBe(201);
    expect(now).toEqual([{ id: created.body.id, active: true, email: body.emails[0]?.value }]);
    if (outcome === 'erased') {
      expect(before).toMatchObject({ erased: true, active: false, family_name: null });
      expect(created.body.id).not.toBe(id);
    } else {
      expect([outcome, before?.erased, created.body.id]).toEqual(['CONFLICT', false, id]);
    }
  }
});
