import { newUser, patch } from '../support/people.js';
import { type Answer, startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { eventually } from '../workers/asynchronous.js';
import { type Person, pushTwo } from './pairs.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
  acme = await product.organization();
});
afterAll(() => product.close());

const two = () => pushTwo(acme);

const change = ({ id }: Person, path: string, value: string): Promise<Answer> =>
  acme.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path, value }));
const give = (person: Person, value: string) => change(person, 'emails[type eq "work"].value', value);

describe('exchanges (docs/decisions/0048)', () => {
  const address = ({ name }: Person) => `${name}@people.example`;
  const email = (person: Person, of: Person) => give(person, address(of));
  const emails = (...people: Person[]) =>
    Promise.all(people.map(async ({ id }) => (await acme.scim('GET', `/Users/${id}`)).body.emails[0].value));

  it('a circle of three is closed by whoever comes last', async () => {
    const [[a, b], [c]] = [await two(), await two()];
    expect([(await email(a, b)).status, (await email(b, c)).status]).toEqual([409, 409]);
    expect((await email(c, a)).status).toBe(200);
    expect(await emails(a, b, c)).toEqual([address(b), address(c), address(a)]);
  });

  it('all that a PUT wants is exchanged together, or none of it', async () => {
    const [a, b] = await two();
    const as = ({ name }: Person, other: Person) => newUser(name, { ...newUser(other.name), title: 'moved' });
    expect((await acme.scim('PUT', `/Users/${a.id}`, as(a, b))).status).toBe(409);
    expect((await email(b, a)).status).toBe(200);
    expect(await emails(a, b)).toEqual([address(b), address(a)]);
    expect((await acme.scim('PUT', `/Users/${a.id}`, as(a, b))).status).toBe(409);
    expect((await acme.scim('PUT', `/Users/${b.id}`, as(b, a))).status).toBe(200);
    const [one, other] = [await acme.scim('GET', `/Users/${a.id}`), await acme.scim('GET', `/Users/${b.id}`)];
    expect(one.body).toMatchObject({ userName: address(b), externalId: `x-${b.name}` });
    expect(other.body).toMatchObject({ userName: address(a), externalId: `x-${a.name}`, title: 'moved' });
    expect(one.body).not.toHaveProperty('title');
  });

  it('a wish ends when the person changes, when a day is over, and when the other has another address', async () => {
    const [a, b] = await two();
    await email(a, b);
    await change(a, 'userName', 'else@people.example');
    expect((await email(b, a)).status).toBe(409);
    const [c, d] = await two();
    await email(c, d);
    await product.sql("update refused_wishes set at = now() - interval '25 hours' where user_id = $1", [
      c.id,
    ]);
    expect((await email(d, c)).status).toBe(409);
    const [e, f] = await two();
    await email(e, f);
    await give(f, 'new-f@people.example');
    expect((await email(f, e)).status).toBe(409);
    expect(await emails(e)).toEqual([address(e)]);
  });

  it('another connection takes no part in it', async () => {
    const [a, b] = await two();
    await email(a, b);
    await product.sql('update users set connection_id = null where id = $1', [a.id]);
    expect((await email(b, a)).status).toBe(409);
  });

  it('keeps one row of the log for each request, and one of the audit for the exchange', async () => {
    const [a, b] = await two();
    await email(a, b);
    const { headers } = await email(b, a);
    const logged = () =>
      product.sql<{ outcome: string; changes: Record<string, unknown> }>(
        `select outcome, changes from provisioning_log where organization_id = $1 and target_id = any($2::uuid[])
           and method = 'PATCH' order by outcome`,
        [acme.id, [a.id, b.id]],
      );
    await eventually('both requests are logged', async () => (await logged()).length === 2);
    expect(await logged()).toMatchObject([
      { outcome: 'applied', changes: { exchangedWith: { after: [a.id] } } },
      { outcome: 'refused' },
    ]);
    const audited = await product.sql<{ details: unknown }>(
      'select details from audit_log where organization_id = $1 and request_id = $2',
      [acme.id, headers['x-request-id']],
    );
    expect(audited).toEqual([{ details: { changed: ['email'], exchangedWith: [a.id] } }]);
  });

  it('L5 readers never see an address twice, or nowhere, while it is exchanged', async () => {
    const [a, b] = await two();
    let over = false;
    const seen = new Set<number>();
    const reading = (async () => {
      while (!over) {
        for (const one of [a, b]) {
          const found = await acme.scim(
            'GET',
            `/Users?filter=emails.value+eq+%22${encodeURIComponent(address(one))}%22`,
          );
          seen.add(found.body.totalResults);
        }
      }
    })();
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = round % 2 === 0 ? [b, a] : [a, b];
      expect((await email(a, first)).status).toBe(409);
      expect((await email(b, second)).status).toBe(200);
    }
    over = true;
    await reading;
    expect([...seen]).toEqual([1]);
  });
});
