import { inviteUser } from '../../src/invitations/invite-user.js';
import { newUser, patch, pushUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { Browser, connectSaml, postResponse, startSaml } from './browser.js';
import { makeSigningKey } from './certificate.js';
import { goodResponse, type Said } from './saml-provider.js';

let product: TestProduct;
const key = makeSigningKey();

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
afterAll(() => product.close());

/** Signs in with these words of the provider; the reason of the refusal, or undefined. */
async function signIn(
  organization: TestOrganization,
  connectionId: string,
  change: Partial<Said>,
  browser = new Browser(product),
): Promise<string | undefined> {
  const { said, relayState } = await startSaml(browser, organization, connectionId);
  await postResponse(browser, organization, goodResponse({ ...said, ...change }, key), relayState);
  const [attempt] = await product.sql<{ reason: string | null }>(
    'select reason from sign_in_attempts where organization_id = $1 order by id desc limit 1',
    [organization.id],
  );
  return attempt?.reason ?? undefined;
}

const person = async (id: string) => (await product.sql('select * from users where id = $1', [id]))[0];
const newOrganization = async (choices: Parameters<typeof connectSaml>[2] = {}) => {
  const organization = await product.organization();
  return { organization, connectionId: await connectSaml(organization, [key], choices) };
};

describe('the first sign-in (B37)', () => {
  it('creates whoever is new with a license, and meets the same person by subject afterwards, whatever else changes', async () => {
    const { organization, connectionId } = await newOrganization();
    const first = { subject: 's1', attributes: { email: 'one@p.example', givenName: 'One' } };
    expect(await signIn(organization, connectionId, first)).toBeUndefined();
    const second = { subject: 's1', attributes: { email: 'uno@p.example', givenName: 'Uno' } };
    expect(await signIn(organization, connectionId, second)).toBeUndefined();
    const people = await product.sql(
      `select email, given_name, license, first_signed_in_at < last_signed_in_at as again from users
       where organization_id = $1 and role = 'user'`,
      [organization.id],
    );
    expect(people).toEqual([{ email: 'uno@p.example', given_name: 'Uno', license: 'standard', again: true }]);
  });

  it('meets the provisioned person by externalId or userName as configured, leaves what SCIM manages, and takes the license', async () => {
    for (const matches of ['external_id', 'user_name'] as const) {
      const { organization, connectionId } = await newOrganization({ matches });
      const id = await pushUser(organization, 'ada');
      const subject = matches === 'external_id' ? 'x-ada' : 'ADA@people.example';
      const attributes = { email: 'other@p.example', givenName: 'Other' };
      expect(await signIn(organization, connectionId, { subject, attributes })).toBeUndefined();
      expect(await person(id)).toMatchObject({
        email: 'ada@people.example',
        given_name: 'ada',
        license: 'standard',
      });
    }
  });

  it('abuse 6 (Grafana CVE-2025-41115): a subject that equals an id, a word or another externalId is nobody but itself', async () => {
    const { organization, connectionId } = await newOrganization({
      matches: 'nothing',
      createsPeople: false,
    });
    const id = await pushUser(organization, 'ada');
    for (const subject of [id, organization.ownerId, 'x-ada', '1', '0', 'null', 'me', 'ada@people.example']) {
      expect([subject, await signIn(organization, connectionId, { subject })]).toEqual([
        subject,
        'not_invited',
      ]);
    }
  });

  it('abuse 3 (GitLab CVE-2022-1680): an address alone signs nobody in as somebody who is here; an administrator links them', async () => {
    const { organization, connectionId } = await newOrganization();
    const email = `owner@${organization.slug}.example`;
    const claim = { subject: 'thief', attributes: { email } };
    expect(await signIn(organization, connectionId, claim)).toBe('email_taken');
    const link = 'mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) }';
    const input = { userId: organization.ownerId, connectionId, subject: 'the-owner' };
    const admin = await organization.issueToken('admin');
    expect((await organization.graphql(link, { input }, admin)).body.errors[0].extensions.code).toBe(
      'FORBIDDEN',
    );
    expect((await organization.graphql(link, { input })).body.data.linkIdentity).toBe(organization.ownerId);
    expect(await signIn(organization, connectionId, { subject: 'the-owner' })).toBeUndefined();
    expect(await person(organization.ownerId)).toMatchObject({ email, role: 'owner' });
  });

  it.each(['PUT', 'PATCH with a path', 'PATCH without a path'])(
    'abuse 3: a SCIM token cannot name the owner by an attribute of its own (%s)',
    async (how) => {
      const { organization, connectionId } = await newOrganization();
      const owner = newUser('boss', {
        emails: [{ value: `owner@${organization.slug}.example`, type: 'work' }],
      });
      const adopted = await organization.scim('POST', '/Users', owner);
      expect(adopted.body.id).toBe(organization.ownerId);
      const path = `/Users/${organization.ownerId}`;
      const taken = { externalId: 'thief', emails: [{ value: 'thief@p.example', type: 'work' }] };
      if (how === 'PUT') await organization.scim('PUT', path, { ...owner, ...taken });
      else if (how === 'PATCH with a path') {
        await organization.scim('PATCH', path, patch({ op: 'replace', path: 'externalId', value: 'thief' }));
      } else await organization.scim('PATCH', path, patch({ op: 'replace', value: taken }));
      const claim = { subject: 'thief', attributes: { email: 'thief@p.example' } };
      expect(await signIn(organization, connectionId, claim)).toBe('needs_link');
    },
  );

  it('refuses whoever was deactivated, and one subject that two people answer to', async () => {
    const { organization, connectionId } = await newOrganization();
    const ada = await pushUser(organization, 'ada');
    await pushUser(organization, 'bob');
    expect(await signIn(organization, connectionId, { subject: 'x-ada' })).toBeUndefined();
    await organization.scim('PATCH', `/Users/${ada}`, patch({ op: 'replace', path: 'active', value: false }));
    expect(await signIn(organization, connectionId, { subject: 'x-ada' })).toBe('deactivated');
    await product.sql(`update identities set subject = 'x-bob' where user_id = $1`, [ada]);
    expect(await signIn(organization, connectionId, { subject: 'x-bob' })).toBe('conflict');
  });

  it('consumes the pending invitation; its role takes effect now, by the invited address (B14)', async () => {
    const { organization, connectionId } = await newOrganization();
    await inviteUser(organization.context, { email: 'Chief@p.example', role: 'admin' });
    const chief = { subject: 'chief', attributes: { email: 'chief@p.example' } };
    expect(await signIn(organization, connectionId, chief)).toBeUndefined();
    const [row] = await product.sql<{ role: string }>(
      `select role from users where email_key = 'chief@p.example'`,
    );
    expect(row?.role).toBe('admin');
  });

  it('abuse 5: an invitation that SCIM bound to somebody else gives that person no role', async () => {
    const { organization, connectionId } = await newOrganization();
    await inviteUser(organization.context, { email: 'boss@p.example', role: 'admin' });
    const emails = [{ value: 'boss@p.example', type: 'work' }];
    const { body } = await organization.scim('POST', '/Users', newUser('mole', { emails }));
    await product.settle();
    const mole = { subject: 'x-mole', attributes: { email: 'mole@p.example' } };
    expect(await signIn(organization, connectionId, mole)).toBeUndefined();
    expect(await person(body.id)).toMatchObject({ role: 'user', pending_role: 'admin' });
    const boss = { subject: 'x-mole', attributes: { email: 'boss@p.example' } };
    expect(await signIn(organization, connectionId, boss)).toBeUndefined();
    expect(await person(body.id)).toMatchObject({ role: 'admin', pending_role: null });
  });

  it('200 people at the same time get 50 seats: exactly 50 sessions (B35, I5)', async () => {
    const { organization, connectionId } = await newOrganization();
    await product.sql(`update seat_pools set bought = 50 where organization_id = $1 and kind = 'standard'`, [
      organization.id,
    ]);
    const waiting: { browser: Browser; xml: string; relayState: string }[] = [];
    for (let n = 0; n < 200; n += 1) {
      const browser = new Browser(product);
      const { said, relayState } = await startSaml(browser, organization, connectionId);
      const person = { subject: `p${n}`, attributes: { email: `p${n}@p.example` } };
      waiting.push({ browser, relayState, xml: goodResponse({ ...said, ...person }, key) });
    }
    const present = async ({
      browser,
      xml,
      relayState,
    }: (typeof waiting)[number]): Promise<string | undefined> => {
      const { statusCode } = await postResponse(browser, organization, xml, relayState);
      // A machine with too much to do says so and has changed nothing: the browser sends it again.
      return statusCode === 503 ? present({ browser, xml, relayState }) : browser.session;
    };
    const reasons = await Promise.all(waiting.map(present));
    expect(reasons.filter((session) => session !== undefined)).toHaveLength(50);
    const [count] = await product.sql<{ open: string; held: string }>(
      `select (select count(*) from sessions where organization_id = $1) as open,
        (select count(*) from users where organization_id = $1 and license is not null) as held`,
      [organization.id],
    );
    expect(count).toEqual({ open: '50', held: '50' });
    const reason = await signIn(organization, connectionId, {
      subject: 'late',
      attributes: { email: 'l@p.example' },
    });
    expect(reason).toBe('no_license');
  }, 120_000);
});
