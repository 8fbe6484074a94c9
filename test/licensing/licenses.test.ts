import { updateOrganization } from '../../src/organizations/update-organization.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { newUser, patch } from '../support/people.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { counted, signIn, withSeats } from './seats.js';

let product: TestProduct;

beforeAll(async () => {
  product = await startProduct({ workers: true });
});
afterAll(() => product.close());

const LICENSES = `{ licenses { standard { bought taken free waiting forecast } pro { bought taken free waiting forecast } } }`;

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('It did not happen within 30 s.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('licenses (B35)', () => {
  it('figures: bought, taken, free, waiting, and who may still come', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 3, seats: 2 });
    await organization.scim('POST', '/Users', newUser());
    await organization.scim('POST', '/Users', newUser(undefined, { active: false }));
    await organization.graphql(`mutation { inviteUser(input: {email: "guest@acme.example"}) { id } }`);
    await organization.graphql(`mutation { inviteUser(input: {email: "p1@people.example"}) { id } }`);
    const before = (await organization.graphql(LICENSES)).body.data.licenses;
    // The owner, three people, one provisioned, one invited who is nobody yet.
    expect(before.standard).toEqual({ bought: 2, taken: 0, free: 2, waiting: 0, forecast: 6 });
    expect(before.pro).toEqual({ bought: 0, taken: 0, free: 0, waiting: 0, forecast: 0 });
    await updateOrganization(operator, { whenNoLicenseIsFree: 'wait' });
    for (const userId of people) await signIn(operator, { userId });
    const after = (await organization.graphql(LICENSES)).body.data.licenses;
    expect(after.standard).toEqual({ bought: 2, taken: 2, free: 0, waiting: 1, forecast: 3 });
    const states = await organization.graphql('{ users { edges { node { license licenseState } } } }');
    const byState = Object.groupBy(
      states.body.data.users.edges.map((edge: { node: { licenseState: string } }) => edge.node.licenseState),
      (state) => String(state),
    );
    expect(byState.HELD).toHaveLength(2);
    expect(byState.WAITING).toHaveLength(1);
    expect((await organization.graphql('{ organization { seats } }')).body.data.organization.seats).toBe(2);
  });

  it('refuse is the default: a sign-in without a free license is recorded nowhere', async () => {
    const { people, operator } = await withSeats(product, { people: 1, seats: 0 });
    const [userId = ''] = people;
    expect(await signIn(operator, { userId })).toEqual({ outcome: 'refused' });
    const [row] = await product.sql('select license, first_signed_in_at from users where id = $1', [userId]);
    expect(row).toEqual({ license: null, first_signed_in_at: null });
  });

  it('wait: whoever asked first gets the license that a deactivation over SCIM frees, by itself', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 3, seats: 1 });
    await updateOrganization(operator, { whenNoLicenseIsFree: 'wait' });
    const holder = (await organization.scim('POST', '/Users', newUser())).body.id as string;
    await signIn(operator, { userId: holder });
    for (const userId of people) expect(await signIn(operator, { userId })).toEqual({ outcome: 'waiting' });
    await organization.scim(
      'PATCH',
      `/Users/${holder}`,
      patch({ op: 'replace', path: 'active', value: 'False' }),
    );
    await eventually(async () => (await counted(product, organization.id)).holders === 1);
    const [granted] = await product.sql<{ id: string }>(
      'select id from users where organization_id = $1 and license is not null',
      [organization.id],
    );
    expect(granted?.id).toBe(people[0]);
    expect(await counted(product, organization.id)).toMatchObject({
      standard: 1,
      waiting: 2,
      inactiveHolders: 0,
    });
    const audit = await product.sql(
      `select details from audit_log where organization_id = $1 and action = 'licenses.granted'`,
      [organization.id],
    );
    expect(audit).toEqual([{ details: { userIds: [people[0]], dissolved: 0 } }]);
    await updatePlan(operator, { seats: 2 });
    await eventually(async () => (await counted(product, organization.id)).waiting === 1);
    await updateOrganization(operator, { whenNoLicenseIsFree: 'refuse' });
    await eventually(async () => (await counted(product, organization.id)).waiting === 0);
    expect((await counted(product, organization.id)).holders).toBe(2);
  });

  it('a lost job costs seconds: the sweeper serves the line', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 1, seats: 0 });
    await updateOrganization(operator, { whenNoLicenseIsFree: 'wait' });
    await signIn(operator, { userId: people[0] ?? '' });
    await product.sql(
      `update license_requests set requested_at = now() - interval '1 minute' where organization_id = $1`,
      [organization.id],
    );
    await product.sql(`update seat_pools set bought = 1 where organization_id = $1 and kind = 'standard'`, [
      organization.id,
    ]);
    await eventually(async () => (await counted(product, organization.id)).holders === 1);
  });

  it('Pro for everyone: a sign-in takes Pro, and moves whoever holds standard', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 2, seats: 5 });
    const [first = '', second = ''] = people;
    const refused = updateOrganization(operator, { proForEveryone: true });
    await expect(refused).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await signIn(operator, { userId: first });
    await updatePlan(operator, { proSeats: 1 });
    await updateOrganization(operator, { proForEveryone: true });
    expect(await signIn(operator, { userId: first })).toEqual({ outcome: 'held', license: 'pro' });
    expect(await counted(product, organization.id)).toMatchObject({ standard: 0, pro: 1 });
    expect(await signIn(operator, { userId: second })).toEqual({ outcome: 'refused' });
  });
});

describe('assignLicense and giveBackLicense (B35)', () => {
  const assign = (userId: string, license: string) =>
    `mutation { assignLicense(input: {userId: "${userId}", license: ${license}}) { license licenseState } }`;

  it('give, move and free seats; nobody inactive holds one', async () => {
    const { organization, people } = await withSeats(product, { people: 2, seats: 1, proSeats: 1 });
    const [first = '', second = ''] = people;
    const given = await organization.graphql(assign(first, 'STANDARD'));
    expect(given.body.data.assignLicense).toEqual({ license: 'STANDARD', licenseState: 'HELD' });
    const none = await organization.graphql(assign(second, 'STANDARD'));
    expect(none.body.errors[0].extensions.code).toBe('LIMIT_EXCEEDED');
    await organization.graphql(assign(first, 'PRO'));
    expect(await counted(product, organization.id)).toMatchObject({ standard: 0, pro: 1 });
    const back = await organization.graphql(
      `mutation { giveBackLicense(userId: "${first}") { license licenseState } }`,
    );
    expect(back.body.data.giveBackLicense).toEqual({ license: null, licenseState: 'NONE' });
    expect(await counted(product, organization.id)).toMatchObject({ holders: 0, standard: 0, pro: 0 });
    await product.sql(`update users set active = false, deactivated_by = 'admin' where id = $1`, [second]);
    const inactive = await organization.graphql(assign(second, 'STANDARD'));
    expect(inactive.body.errors[0].extensions.code).toBe('CONFLICT');
  });

  it('a line for one kind holds up nobody who gets the other; nobody passes the line', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 3, seats: 1, proSeats: 1 });
    const [first = '', second = '', third = ''] = people;
    await updateOrganization(operator, { whenNoLicenseIsFree: 'wait' });
    await signIn(operator, { userId: first });
    expect(await signIn(operator, { userId: second })).toEqual({ outcome: 'waiting' });
    expect((await organization.graphql(assign(third, 'PRO'))).body.data.assignLicense.license).toBe('PRO');
    expect((await organization.graphql(assign(third, 'STANDARD'))).body.errors[0].extensions.code).toBe(
      'LIMIT_EXCEEDED',
    );
    await organization.graphql(`mutation { giveBackLicense(userId: "${first}") { id } }`);
    await eventually(async () => (await counted(product, organization.id)).waiting === 0);
    const mails = await product.sql(
      `select recipient from mails where organization_id = $1 and kind = 'license-free'`,
      [organization.id],
    );
    expect(mails).toEqual([{ recipient: 'p2@people.example' }]);
  });

  it('are for owners and admins', async () => {
    const { organization, people } = await withSeats(product, { people: 1, seats: 1 });
    for (const role of ['group_admin', 'user'] as const) {
      const token = await organization.issueToken(role);
      const answer = await organization.graphql(assign(people[0] ?? '', 'STANDARD'), {}, token);
      expect(answer.body.errors[0].extensions.code).toBe('FORBIDDEN');
      expect((await organization.graphql(LICENSES, {}, token)).body.errors[0].extensions.code).toBe(
        'FORBIDDEN',
      );
    }
  });
});

describe('I6: whoever is deactivated holds no license and no place in the line', () => {
  it('deactivateUser, bulkDeactivateUsers and deprovisionUser give back by themselves', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 3, seats: 4 });
    const [first = '', ...others] = people;
    const managed = (await organization.scim('POST', '/Users', newUser())).body.id as string;
    for (const userId of [...people, managed]) await signIn(operator, { userId });
    expect(await counted(product, organization.id)).toMatchObject({ standard: 4, holders: 4 });
    const one = await organization.graphql(
      `mutation { deactivateUser(id: "${first}") { license licenseState } }`,
    );
    expect(one.body.data.deactivateUser).toEqual({ license: null, licenseState: 'NONE' });
    await organization.scim('DELETE', `/Users/${managed}`);
    expect(await counted(product, organization.id)).toMatchObject({ standard: 2, holders: 2 });
    const ids = others.map((id) => `"${id}"`).join(', ');
    await organization.graphql(`mutation { bulkDeactivateUsers(input: {userIds: [${ids}]}) { id } }`);
    await eventually(async () => (await counted(product, organization.id)).standard === 0);
    expect(await counted(product, organization.id)).toMatchObject({ holders: 0, inactiveHolders: 0 });
  });
});

describe('updatePlan (B35, B1)', () => {
  it('refuses fewer seats than are taken, and leaving Enterprise while SCIM provisions', async () => {
    const { organization, people, operator } = await withSeats(product, { people: 2, seats: 2 });
    for (const userId of people) await signIn(operator, { userId });
    await expect(updatePlan(operator, { seats: 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
      field: 'seats',
    });
    await expect(updatePlan(operator, { plan: 'team' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await organization.graphql(`mutation { disconnectScim(connectionId: "${organization.connectionId}") }`);
    expect(await updatePlan(operator, { plan: 'team', proSeats: 4 })).toEqual({
      organizationId: organization.id,
      plan: 'team',
      seats: 2,
      proSeats: 4,
    });
  });
});

describe('updateOrganization', () => {
  it('changes what is said, and nothing that is bought', async () => {
    const organization = await product.organization();
    const change = (input: string) =>
      organization.graphql(
        `mutation { updateOrganization(input: ${input}) { name language whenNoLicenseIsFree proForEveryone contact plan } }`,
      );
    const answer = await change(
      `{name: " Acme ", language: KO, whenNoLicenseIsFree: WAIT, contact: "help@acme.example"}`,
    );
    expect(answer.body.data.updateOrganization).toEqual({
      name: 'Acme',
      language: 'KO',
      whenNoLicenseIsFree: 'WAIT',
      proForEveryone: false,
      contact: 'help@acme.example',
      plan: 'ENTERPRISE',
    });
    const cleared = await change('{contact: null, name: null}');
    expect(cleared.body.data.updateOrganization).toMatchObject({ name: 'Acme', contact: null });
    for (const bad of ['{name: ""}', '{name: "two\\nlines"}', '{contact: "\\u0000"}']) {
      expect((await change(bad)).body.errors[0].extensions.code).toBe('INVALID_INPUT');
    }
    const token = await organization.issueToken('user');
    const refused = await organization.graphql(
      'mutation { updateOrganization(input: {name: "x"}) { id } }',
      {},
      token,
    );
    expect(refused.body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});
