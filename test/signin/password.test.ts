import { hashPassword } from '../../src/access/password.js';
import { countedSubjects, signInByPassword } from '../../src/access/sign-in-by-password.js';
import type { Context } from '../../src/kernel/context.js';
import { VISITOR_PERMISSIONS } from '../../src/kernel/permissions.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, connectSaml } from './browser.js';
import { makeSigningKey } from './certificate.js';

let product: TestProduct;
let organization: TestOrganization;
let connectionId: string;

beforeAll(async () => {
  product = await startProduct();
  organization = await product.organization();
  connectionId = await connectSaml(organization, [makeSigningKey()]);
});
afterAll(() => product.close());

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:4000' };
const status = async (browser: Browser) =>
  (
    await product.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        host: '127.0.0.1:4000',
        cookie: browser.cookieHeader(),
        'content-type': 'application/json',
        ...SAME_ORIGIN,
      },
      payload: JSON.stringify({ query: '{ organization { id } }' }),
    })
  ).statusCode;

describe('signing in by password', () => {
  const PASSWORD = 'correct horse battery';
  const register = async (name: string, columns = '') => {
    const [row] = await product.sql<{ id: string }>(
      `insert into users (organization_id, id, email, email_key) values ($1, gen_random_uuid(), $2, $2) returning id`,
      [organization.id, `${name}@p.example`],
    );
    await product.sql('insert into passwords (organization_id, user_id, hash) values ($1, $2, $3)', [
      organization.id,
      row?.id,
      await hashPassword(PASSWORD),
    ]);
    if (columns) await product.sql(`update users set ${columns} where id = $1`, [row?.id]);
    return row?.id ?? '';
  };
  const enter = async (name: string, password = PASSWORD, headers: Record<string, string> = SAME_ORIGIN) => {
    const browser = new Browser(product);
    const answer = await browser.send('POST', `/signin/${organization.slug}/password`, {
      form: { email: `${name}@p.example`, password, to: '//evil.example' },
      headers,
    });
    return {
      browser,
      status: answer.statusCode,
      body: answer.body,
      location: answer.headers.location,
      answer,
    };
  };

  it('opens a session for somebody registered, and the same page for a wrong password and for nobody (abuse 18)', async () => {
    await register('reg');
    const good = await enter('REG');
    expect([good.status, good.location]).toEqual([303, `/signin/${organization.slug}/home`]);
    expect(await status(good.browser)).toBe(200);
    const [wrong, nobody] = [await enter('reg', 'wrong password'), await enter('noone', 'wrong password')];
    // What was typed stands in the form again; that apart there is no difference.
    const asNobody = wrong.body.replaceAll('reg@', 'noone@');
    expect([wrong.status, nobody.status, asNobody === nobody.body]).toEqual([403, 403, true]);
    const foreign = await enter('reg', PASSWORD, { origin: 'https://evil.example' });
    expect([foreign.status, foreign.browser.session]).toEqual([403, undefined]);
  });

  it('never opens one for somebody whom SCIM or a provider manages, or whose access ended (abuse 3)', async () => {
    await register(
      'managed',
      `connection_id = '${organization.connectionId}', user_name = 'm', user_name_key = 'm'`,
    );
    await register('gone', `active = false, deactivated_by = 'admin'`);
    const linked = await register('linked');
    await product.sql(
      'insert into identities (organization_id, connection_id, subject, user_id) values ($1, $2, $3, $4)',
      [organization.id, connectionId, 'linked', linked],
    );
    for (const name of ['managed', 'gone', 'linked']) {
      expect([name, (await enter(name)).status]).toEqual([name, 403]);
    }
  });

  it('counts attempts, not requests: the eleventh for one account is refused, right or wrong (abuse 11)', async () => {
    await register('guessed');
    const statuses: number[] = [];
    for (let n = 0; n < 10; n += 1) statuses.push((await enter('guessed', `guess ${n}`)).status);
    const right = await enter('guessed');
    expect([new Set(statuses), right.status]).toEqual([new Set([403]), 429]);
    const wait = Number(right.answer.headers['retry-after']);
    expect([wait > 60, wait <= 15 * 60]).toEqual([true, true]);
    const [again, other] = [await enter('guessed'), await enter('reg')];
    expect([again.status, Number(again.answer.headers['retry-after']) <= 60]).toEqual([429, true]);
    expect(other.status).toBe(303);
  });

  it('the operation itself counts and verifies, so no door can forget to (abuse 11)', async () => {
    await register('typed');
    const context: Context = {
      database: product.database,
      organizationId: organization.id,
      actor: { kind: 'visitor', id: 'sign-in' },
      permissions: new Set(VISITOR_PERMISSIONS),
      requestId: 'typed-at-no-door',
    };
    const device = { address: '203.0.113.7', agent: '' };
    const email = 'typed@p.example';
    const sign = (password: string) => signInByPassword(context, { email, password, returnPath: '', device });
    expect(await sign(PASSWORD)).toMatchObject({ kind: 'signed in' });
    for (let n = 0; n < 9; n += 1) {
      expect(await sign(`guess ${n}`)).toMatchObject({ refusal: { reason: 'wrong_password' } });
    }
    expect(await sign(PASSWORD)).toMatchObject({
      kind: 'refused',
      refusal: {
        reason: 'too_many_attempts',
        limit: { reached: [countedSubjects(email, device.address)[0]] },
      },
    });
  });
});
