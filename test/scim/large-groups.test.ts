import { pushGroup } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';

/** More than one statement reads (2,000), more than a PATCH may name (10,000). */
const PEOPLE = 12_500;

let product: TestProduct;
let acme: TestOrganization;
let people: string[];
let group: string;

beforeAll(async () => {
  product = await startProduct({ workers: true });
  acme = await product.organization();
  const rows = await product.fill<{ id: string }>(
    `insert into users (organization_id, id, user_name, user_name_key, email, email_key, external_id, connection_id)
     select $1, uuidv7(), 'p' || i, 'p' || i, 'p' || i || '@x.example', 'p' || i || '@x.example', 'x' || i, $2
     from generate_series(1, $3::int) i returning id`,
    [acme.id, acme.connectionId, PEOPLE],
  );
  people = rows.map(({ id }) => id).sort();
  group = await pushGroup(acme, 'Everybody', people);
}, 60_000);
afterAll(() => product.close());

const idsIn = (body: { members: { value: string }[] }): string[] => body.members.map(({ value }) => value);
const PUT = (members: string[]) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName: 'Everybody',
  members: members.map((value) => ({ value })),
});

describe('a group of 12,500', () => {
  it('is answered in parts that are one JSON document', async () => {
    const answer = await acme.scim('GET', `/Groups/${group}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe(answer.body.meta.version);
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(idsIn(answer.body)).toEqual(people);
    expect(answer.body.members.at(-1)).toMatchObject({
      type: 'User',
      display: expect.stringMatching(/^p\d+$/),
    });
  });

  it.each([
    ['attributes=members.value', { value: expect.any(String) }],
    ['excludedAttributes=members.display,members.$ref', { value: expect.any(String), type: 'User' }],
  ])('shows the part that %s names of each', async (query, member) => {
    const { body } = await acme.scim('GET', `/Groups/${group}?${query}`);
    expect(idsIn(body)).toEqual(people);
    expect(body.members[0]).toEqual(member);
    expect(body.members.at(-1)).toEqual(member);
  });

  it('with every part of a member excluded shows the others', async () => {
    const names = 'members.display,members.$ref,members.value,members.type';
    const answer = await acme.scim('GET', `/Groups/${group}?excludedAttributes=${names}`);
    expect([answer.status, answer.body.displayName]).toEqual([200, 'Everybody']);
  });

  it('HEAD and 304 read none of them', async () => {
    const head = await acme.scim('HEAD', `/Groups/${group}`);
    expect([head.status, head.body]).toEqual([200, '']);
    const known = await acme.scim('GET', `/Groups/${group}`, undefined, {
      'if-none-match': String(head.headers.etag),
    });
    expect([known.status, known.body]).toEqual([304, '']);
  });

  it('PUT takes the whole list, says who came and went, and is applied (B27)', async () => {
    const [leaving, staying] = [people.slice(0, 11_000), people.slice(11_000)];
    const less = await acme.scim('PUT', `/Groups/${group}`, PUT(staying));
    expect(less.status).toBe(200);
    expect(idsIn(less.body)).toEqual(staying);
    await product.settle(30_000);
    const again = await acme.scim('PUT', `/Groups/${group}`, PUT(people));
    expect(again.status).toBe(200);
    expect(idsIn(again.body)).toEqual(people);
    await product.settle(30_000);
    const [log] = await product.sql<{ changes: { members: { added: { count: number; ids: string[] } } } }>(
      `select changes from provisioning_log where organization_id = $1 and method = 'PUT' and status = 200 order by id desc limit 1`,
      [acme.id],
    );
    expect(log?.changes.members.added.count).toBe(leaving.length);
    expect(log?.changes.members.added.ids).toHaveLength(20);
    const [row] = await product.sql<{ active: number }>(
      `select count(*)::int as active from memberships where group_id = $1 and state = 'active'`,
      [group],
    );
    expect(row?.active).toBe(PEOPLE);
  }, 90_000);

  it('a client that goes away in the middle harms nobody, and the log says who did', async () => {
    const url = await product.app.listen({ host: '127.0.0.1', port: 0 });
    const abort = new AbortController();
    const answer = await fetch(`${url}/scim/v2/Groups/${group}`, {
      headers: { authorization: `Bearer ${acme.token}` },
      signal: abort.signal,
    });
    expect(answer.status).toBe(200);
    await answer.body?.getReader().read();
    abort.abort();
    const whole = await fetch(`${url}/scim/v2/Groups/${group}`, {
      headers: { authorization: `Bearer ${acme.token}` },
    });
    expect(idsIn((await whole.json()) as { members: { value: string }[] })).toEqual(people);
    const logged = () =>
      product.sql(
        `select status, outcome, detail from provisioning_log where organization_id = $1 and request_id = any($2)`,
        [acme.id, [answer.headers.get('x-request-id'), whole.headers.get('x-request-id')]],
      );
    await eventually('both are logged', async () => (await logged()).length === 2);
    const rows = await logged();
    expect(rows).toContainEqual(expect.objectContaining({ status: 200, outcome: 'unchanged' }));
    expect(rows).toContainEqual(expect.objectContaining({ status: 499, outcome: 'refused' }));
  });
});
