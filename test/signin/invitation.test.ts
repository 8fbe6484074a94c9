import { linkToken } from '../../src/mail/links.js';
import { updateOrganization } from '../../src/organizations/update-organization.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { newUser } from '../support/people.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';
import { linkFor, mailsOf, openOrganization, REGISTRATION, visit } from './pages.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

async function invite(organization: TestOrganization, email: string, role = 'USER'): Promise<string> {
  const answer = await organization.graphql(
    `mutation { inviteUser(input: {email: "${email}", role: ${role}, courses: [{id: "c", name: "C"}]}) { id source } }`,
  );
  expect(answer.body.data.inviteUser.source).toBe('ADMIN');
  const mail = (await mailsOf(product, organization)).at(-1);
  return `/signin/invitation/${linkToken(product.database.secretKey, 'invitation', mail?.values.linkId ?? '')}`;
}

const peopleOf = (organizationId: string) =>
  product.sql(
    `select email, role, license from users where organization_id = $1 and role <> 'owner' order by created_at`,
    [organizationId],
  );

describe('the page of an invitation (B34)', () => {
  it('shows however often, is used once, and the person is there; Pro for everyone is assigned (B35)', async () => {
    const organization = await product.organization();
    await updatePlan(organization.context, { proSeats: 1 });
    await updateOrganization(organization.context, { proForEveryone: true });
    const path = await invite(organization, 'ada@acme.example', 'ADMIN');
    for (const _look of [1, 2]) expect((await visit(product, path)).status).toBe(200);
    expect(await peopleOf(organization.id)).toEqual([]);
    expect((await visit(product, path, REGISTRATION)).body).toContain('You are registered');
    expect((await visit(product, path, REGISTRATION)).status).toBe(410);
    expect((await visit(product, path)).status).toBe(410);
    expect(await peopleOf(organization.id)).toEqual([
      { email: 'ada@acme.example', role: 'admin', license: 'pro' },
    ]);
  });

  it('an acceptance stands without a free Pro license, and without Pro for everyone takes none', async () => {
    const organization = await product.organization();
    await visit(product, await invite(organization, 'one@acme.example'), REGISTRATION);
    await updatePlan(organization.context, { proSeats: 1 });
    await updateOrganization(organization.context, { proForEveryone: true });
    await visit(product, await invite(organization, 'two@acme.example'), REGISTRATION);
    await visit(product, await invite(organization, 'three@acme.example'), REGISTRATION);
    expect((await peopleOf(organization.id)).map((row) => row.license)).toEqual([null, 'pro', null]);
  });

  it('a link of one purpose opens no page of the other (abuse 23)', async () => {
    const { organization, domain } = await openOrganization(product);
    const invitation = await invite(organization, `ada@${domain}`);
    const verification = await linkFor(product, organization, `bob@${domain}`);
    for (const path of [
      invitation.replace('invitation', 'verification'),
      verification.replace('verification', 'invitation'),
    ]) {
      expect((await visit(product, path)).status).toBe(404);
      expect((await visit(product, path, REGISTRATION)).status).toBe(404);
    }
  });

  it('whom a provider has come to manage is sent there, and their password is not kept (abuse 3)', async () => {
    const organization = await product.organization();
    const path = await invite(organization, 'ada@acme.example');
    await organization.scim(
      'POST',
      '/Users',
      newUser('ada', { emails: [{ value: 'ada@acme.example', type: 'work' }] }),
    );
    // B14: provisioning has used the invitation up.
    expect((await visit(product, path, REGISTRATION)).status).toBe(410);
    expect(await product.sql('select from passwords where organization_id = $1', [organization.id])).toEqual(
      [],
    );
  });
});

describe('asking for access by somebody an admin has invited (B34, B36)', () => {
  it('registers with what the admin had promised', async () => {
    const { organization, domain } = await openOrganization(product);
    await invite(organization, `ada@${domain}`, 'ADMIN');
    const path = await linkFor(product, organization, `ada@${domain}`);
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
    expect(await peopleOf(organization.id)).toEqual([
      { email: `ada@${domain}`, role: 'admin', license: 'standard' },
    ]);
    const [courses] = await product.sql(
      'select count(*)::int as n from user_courses where organization_id = $1',
      [organization.id],
    );
    expect(courses).toEqual({ n: 1 });
  });

  it('who asked and never registered is no longer pending after the hour, and may ask again', async () => {
    const { organization, domain } = await openOrganization(product);
    await linkFor(product, organization, `ada@${domain}`);
    await product.sql(`update invitations set expires_at = now() where organization_id = $1`, [
      organization.id,
    ]);
    const path = await linkFor(product, organization, `ada@${domain}`);
    expect((await visit(product, path, REGISTRATION)).status).toBe(200);
    const states = await product.sql('select state from invitations where organization_id = $1 order by id', [
      organization.id,
    ]);
    expect(states).toEqual([{ state: 'expired' }, { state: 'accepted' }]);
  });
});
