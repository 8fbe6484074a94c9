import { connectScim } from '../../../src/provisioning/connect-scim.js';
import { pushUser } from '../../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../../support/product.js';
import { CORE } from './full-user.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization({ profile: 'rfc' });
});
afterAll(() => product.close());

const post = (userName: string, rest: Record<string, unknown> = {}) =>
  acme.scim('POST', '/Users', { schemas: [CORE], userName, ...rest });
const mail = (value: string) => ({ emails: [{ value, type: 'work', primary: true }] });

/** Somebody who joined without SCIM. */
async function ordinaryPerson(email: string): Promise<string> {
  const [row] = await product.sql<{ id: string }>(
    `insert into users (organization_id, id, email, email_key)
     values ($1, gen_random_uuid(), $2, lower($2)) returning id`,
    [acme.id, email],
  );
  return row?.id ?? '';
}

describe('provisionUser in the rfc profile adopts (B15)', () => {
  it('an ordinary person by e-mail, who from then on shares the address with others', async () => {
    const id = await ordinaryPerson('ada@people.example');
    expect((await post('ada', mail('ADA@people.example'))).body).toMatchObject({ id, userName: 'ada' });
    const second = await post('ada2', mail('ada@people.example'));
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(id);
  });

  it('and keeps the address of an ordinary person until another is sent', async () => {
    const id = await ordinaryPerson('keep@people.example');
    await post('keep', mail('keep@people.example'));
    const [row] = await product.sql('select email, identity_scope from users where id = $1', [id]);
    expect(row).toEqual({ email: 'keep@people.example', identity_scope: id });
  });

  it('the person it deprovisioned, by userName, and nobody else by what is not unique', async () => {
    const { body: first } = await post('bo', { externalId: 'x', ...mail('bo@people.example') });
    await acme.scim('DELETE', `/Users/${first.id}`);
    const other = await post('bo2', { externalId: 'x', ...mail('bo@people.example') });
    expect(other.body.id).not.toBe(first.id);
    expect((await acme.scim('GET', `/Users/${first.id}`)).status).toBe(404);
    const again = await post('BO', { nickName: 'B' });
    expect(again.body).toMatchObject({ id: first.id, userName: 'BO', nickName: 'B', active: true });
  });

  it('one person for racing requests with one userName, and for one ordinary person', async () => {
    const id = await ordinaryPerson('race@people.example');
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => post(`race${n}`, mail('race@people.example'))),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(6).fill(201));
    expect(answers.filter((answer) => answer.body.id === id)).toHaveLength(1);
    const same = await Promise.all(Array.from({ length: 6 }, () => post('one')));
    expect(same.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('consumes the invitation for the address (B14)', async () => {
    const invited = await acme.graphql(
      'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { id } }',
      {
        input: { email: 'inv@people.example' },
      },
    );
    expect(invited.body.errors).toBeUndefined();
    const { body } = await post('inv', mail('INV@people.example'));
    const rows = await product.sql('select user_id, state from invitations where organization_id = $1', [
      acme.id,
    ]);
    expect(rows).toEqual([{ user_id: body.id, state: 'consumed' }]);
  });
});

describe('people of both profiles in one organization', () => {
  it('stay unique among those of the standard profile alone', async () => {
    const { token } = await connectScim(acme.context, { provider: 'custom', profile: 'standard' });
    const standard: TestOrganization = {
      ...acme,
      scim: (method, path, body, headers) =>
        acme.scim(method, path, body, { authorization: `Bearer ${token}`, ...headers }),
    };
    await pushUser(standard, 'mia');
    expect((await post('mia-rfc', { externalId: 'x-mia', ...mail('mia@people.example') })).status).toBe(201);
    const taken = {
      schemas: [CORE],
      userName: 'other@people.example',
      externalId: 'x-mia',
      ...mail('other@people.example'),
    };
    expect((await standard.scim('POST', '/Users', taken)).status).toBe(409);
    expect((await post('MIA@people.example')).status).toBe(409);
  });
});
