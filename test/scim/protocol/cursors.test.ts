import { CURSOR_TIMEOUT_SECONDS, openCursor, sealCursor } from '../../../src/directory/page-cursor.js';
import { newUser, pushUser } from '../../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';

let product: TestProduct;
let acme: TestOrganization;
let ids: string[];

const USERS = 7;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
  ids = [];
  for (let at = 0; at < USERS; at += 1) {
    // Two without a title, so that a sort by it meets missing values on both sides of a page.
    const body = newUser(`p${at}`, at % 3 === 2 ? {} : { title: `t${(at * 5) % USERS}` });
    ids.push((await acme.scim('POST', '/Users', body)).body.id);
  }
});
afterAll(() => product.close());

const idsOf = (answer: Answer): string[] => answer.body.Resources.map((one: { id: string }) => one.id);

async function walk(
  query: string,
  direction: 'nextCursor' | 'previousCursor',
  start = '',
): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | undefined = start; cursor !== undefined && pages.length < 20; ) {
    const answer = await acme.scim('GET', `/Users?${query}&cursor=${cursor}`);
    expect(answer.status).toBe(200);
    pages.push(idsOf(answer));
    cursor = answer.body[direction];
  }
  return pages;
}

describe('paging by cursor (RFC 9865)', () => {
  it('an empty cursor starts, the last page has no nextCursor and the first no previousCursor', async () => {
    const first = await acme.scim('GET', '/Users?cursor&count=3');
    expect(first.body).toMatchObject({
      totalResults: USERS,
      itemsPerPage: 3,
      nextCursor: expect.any(String),
    });
    expect(first.body).not.toHaveProperty('previousCursor');
    expect(first.body).not.toHaveProperty('startIndex');
    expect(first.body.nextCursor).toMatch(/^[\w~.-]+$/);
    const second = await acme.scim('GET', `/Users?cursor=${first.body.nextCursor}&count=3`);
    expect(second.body).toHaveProperty('previousCursor');
    const third = await acme.scim('GET', `/Users?cursor=${second.body.nextCursor}&count=3`);
    expect(third.body).toMatchObject({ totalResults: USERS, itemsPerPage: 1 });
    expect(third.body).not.toHaveProperty('nextCursor');
    expect([...idsOf(first), ...idsOf(second), ...idsOf(third)]).toEqual(ids);
  });

  it('previousCursor leads back over the same pages', async () => {
    const forward = await walk('count=3', 'nextCursor');
    const first = await acme.scim('GET', '/Users?cursor=&count=3');
    const second = await acme.scim('GET', `/Users?cursor=${first.body.nextCursor}`);
    const third = await acme.scim('GET', `/Users?cursor=${second.body.nextCursor}`);
    expect(await walk('count=3', 'previousCursor', third.body.previousCursor)).toEqual(
      forward.slice(0, 2).reverse(),
    );
  });

  it.each(['userName', 'title', 'meta.created', 'active', 'id', 'emails'])(
    'sorted by %s, up and down, every page together is the list by index',
    async (attribute) => {
      for (const order of ['ascending', 'descending']) {
        const query = `sortBy=${attribute}&sortOrder=${order}`;
        const whole = idsOf(await acme.scim('GET', `/Users?${query}`));
        const pages = await walk(`${query}&count=2`, 'nextCursor');
        expect(pages.flat()).toEqual(whole);
        const last = await acme.scim('GET', `/Users?${query}&count=6&cursor=`);
        const tail = await acme.scim('GET', `/Users?${query}&cursor=${last.body.nextCursor}`);
        const back = await acme.scim('GET', `/Users?${query}&cursor=${tail.body.previousCursor}`);
        expect(idsOf(back)).toEqual(whole.slice(0, 6));
      }
    },
  );

  it('people who come and go meanwhile neither repeat nor hide another', async () => {
    const first = await acme.scim('GET', '/Users?cursor=&count=3');
    await acme.scim('DELETE', `/Users/${ids[0]}`);
    await acme.scim('DELETE', `/Users/${ids[2]}`);
    await acme.scim('DELETE', `/Users/${ids[3]}`);
    const late = await pushUser(acme);
    const second = await acme.scim('GET', `/Users?cursor=${first.body.nextCursor}&count=3`);
    const third = await acme.scim('GET', `/Users?cursor=${second.body.nextCursor}&count=3`);
    expect([...idsOf(second), ...idsOf(third)]).toEqual([...ids.slice(4), late]);
    const back = await acme.scim('GET', `/Users?cursor=${second.body.previousCursor}`);
    expect(idsOf(back)).toEqual([ids[1]]);
  });

  it('count 0 tells the total alone, a negative one too, and above the maximum the maximum is meant', async () => {
    for (const count of [0, -3]) {
      const answer = await acme.scim('GET', `/Users?cursor=&count=${count}`);
      expect(answer.body).toMatchObject({ totalResults: USERS, Resources: [] });
      expect(answer.body).not.toHaveProperty('nextCursor');
    }
    expect(idsOf(await acme.scim('GET', '/Users?cursor=&count=100000'))).toHaveLength(USERS);
  });

  it('works with a filter, on groups, and in the body of a search', async () => {
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], cursor: '', count: 4 };
    const first = await acme.scim('POST', '/Users/.search', search);
    const second = await acme.scim('POST', '/Users/.search', { ...search, cursor: first.body.nextCursor });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
    const filtered = await acme.scim('GET', '/Users?cursor=&filter=userName eq "p1@people.example"');
    expect(idsOf(filtered)).toEqual([ids[1]]);
    expect((await acme.scim('GET', '/Groups?cursor=')).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    });
  });
});

describe('what a cursor is bound to (RFC 9865 section 2.1)', () => {
  const refusedAs = async (path: string, scimType: string, organization = acme) => {
    const answer = await organization.scim('GET', path);
    expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
  };

  it('another filter, sort, order, resource, organization, or a changed character: invalidCursor', async () => {
    const { nextCursor } = (await acme.scim('GET', '/Users?cursor=&count=2&sortBy=userName')).body;
    await refusedAs(`/Users?cursor=${nextCursor}`, 'invalidCursor');
    await refusedAs(`/Users?cursor=${nextCursor}&sortBy=title`, 'invalidCursor');
    await refusedAs(`/Users?cursor=${nextCursor}&sortBy=userName&sortOrder=descending`, 'invalidCursor');
    await refusedAs(`/Users?cursor=${nextCursor}&sortBy=userName&filter=id eq "x"`, 'invalidCursor');
    await refusedAs(`/Groups?cursor=${nextCursor}`, 'invalidCursor');
    const other = await product.organization();
    await refusedAs(`/Users?cursor=${nextCursor}&sortBy=userName`, 'invalidCursor', other);
    const flipped = nextCursor.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A'));
    for (const cursor of [flipped, nextCursor.slice(1), `${nextCursor}=`, 'abc', '1', 'x'.repeat(5_000)]) {
      await refusedAs(`/Users?sortBy=userName&cursor=${encodeURIComponent(cursor)}`, 'invalidCursor');
    }
  });

  it('another count, or none that is a number: invalidCount', async () => {
    const { nextCursor } = (await acme.scim('GET', '/Users?cursor=&count=2')).body;
    await refusedAs(`/Users?cursor=${nextCursor}&count=3`, 'invalidCount');
    await refusedAs(`/Users?cursor=${nextCursor}&count=two`, 'invalidCount');
    await refusedAs('/Users?cursor=&count=1.5', 'invalidCount');
  });

  it('an old one: expiredCursor, after the advertised time and not before', async () => {
    const [row] = await product.sql<{ key: Buffer; now: number }>(
      'select cursor_key as key, extract(epoch from now())::int as now from scim_connections where id = $1',
      [acme.connectionId],
    );
    if (!row) throw new Error('no connection');
    const seal = { key: row.key, query: [acme.id, acme.connectionId, 'User', '', undefined, undefined] };
    const at = (issuedAt: number) =>
      sealCursor({ direction: 'next', id: ids[0] ?? '', key: null, count: 2, issuedAt }, seal);
    await refusedAs(`/Users?cursor=${at(row.now - CURSOR_TIMEOUT_SECONDS - 60)}`, 'expiredCursor');
    const fresh = await acme.scim('GET', `/Users?cursor=${at(row.now - CURSOR_TIMEOUT_SECONDS + 60)}`);
    expect(idsOf(fresh)).toEqual(ids.slice(1, 3));
    const { pagination } = (await acme.scim('GET', '/ServiceProviderConfig')).body;
    expect(pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 12,
      maxPageSize: 1000,
      cursorTimeout: CURSOR_TIMEOUT_SECONDS,
    });
  });

  it('does not show what it holds', async () => {
    const { nextCursor } = (await acme.scim('GET', '/Users?cursor=&count=2&sortBy=userName')).body;
    expect(Buffer.from(nextCursor, 'base64url').toString('latin1')).not.toContain('people.example');
    const seal = { key: Buffer.alloc(32), query: [] };
    expect(() => openCursor(nextCursor, seal, 0)).toThrow('not one of this query');
  });
});
