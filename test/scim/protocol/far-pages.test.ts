import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

const PEOPLE = 1_500;
const PAGE = 100;
let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization({ profile: 'rfc' });
  const globex = await product.organization();
  for (const [{ id }, connectionId] of [
    [acme, acme.connectionId],
    [acme, null],
    [globex, globex.connectionId],
  ] as const) {
    await product.fill(
      `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
       select $1, gen_random_uuid(), n, n, n || '@p.example', n || '@p.example', n, $2::uuid
       from (select 'p' || i || case when $2::uuid is null then '-ours' else '' end as n
             from generate_series(1, ${PEOPLE}) i) names`,
      [id, connectionId],
    );
  }
});
afterAll(() => product.close());

const page = async (startIndex: number, more = '') => {
  const { status, body } = await acme.scim('GET', `/Users?count=${PAGE}&startIndex=${startIndex}${more}`);
  expect(status).toBe(200);
  return body;
};

// Pages far behind the first are read in two steps (`src/directory/pages.ts`); whoever pages must not notice where that begins.
it('pages by index show everybody of the connection once, in one order, to the last (RFC 7644 section 3.4.2.4)', async () => {
  const shown: string[] = [];
  for (let startIndex = 1; startIndex <= PEOPLE; startIndex += PAGE) {
    const body = await page(startIndex);
    expect(body).toMatchObject({ totalResults: PEOPLE, startIndex, itemsPerPage: PAGE });
    shown.push(...body.Resources.map(({ id }: { id: string }) => id));
  }
  const rows = await product.sql<{ id: string }>(
    'select id from users where connection_id = $1 order by id',
    [acme.connectionId],
  );
  expect(shown).toEqual(rows.map(({ id }) => id));
});

it('a far page is cut and empty behind the last person, and one of a filter counts whom it finds', async () => {
  expect((await page(PEOPLE - 9)).Resources).toHaveLength(10);
  expect(await page(PEOPLE + 1)).toMatchObject({ totalResults: PEOPLE, itemsPerPage: 0 });
  const few = await page(1_001, `&filter=${encodeURIComponent('userName sw "p1"')}`);
  expect(few).toMatchObject({ totalResults: 1 + 10 + 100 + 501, itemsPerPage: 0 });
});
