import { SETUP_TEXTS } from '../../src/provisioning/setup/setup-texts.js';
import { startProduct, type TestOrganization, type TestProduct } from '../support/product.js';

let product: TestProduct;
let acme: TestOrganization;

beforeAll(async () => {
  product = await startProduct();
});
beforeEach(async () => {
  acme = await product.organization();
});
afterAll(() => product.close());

const codeOf = (body: { errors?: { extensions: { code: string } }[] }) => body.errors?.[0]?.extensions.code;

const START = `mutation ($input: StartScimSetupInput!) { startScimSetup(input: $input) {
  id provider label setup { nextStep } health { state } } }`;

async function connection(id: string) {
  const { body } = await acme.graphql(
    '{ scimConnections { id label provider showsAllGroups setup { nextStep } health { state } } }',
  );
  return body.data.scimConnections.find((one: { id: string }) => one.id === id);
}

async function issue(connectionId: string, kind = 'BEARER') {
  const { body } = await acme.graphql(
    `mutation ($input: IssueScimCredentialInput!) { issueScimCredential(input: $input) { id token clientId clientSecret } }`,
    { input: { connectionId, kind, label: 'for a test' } },
  );
  return { ...body.data?.issueScimCredential, code: codeOf(body), message: body.errors?.[0]?.message };
}

async function rotate(credentialId: string, overlapHours?: number) {
  const { body } = await acme.graphql(
    `mutation ($input: RotateScimCredentialInput!) { rotateScimCredential(input: $input) {
      issued { id token } replacedId replacedExpiresAt } }`,
    { input: { credentialId, overlapHours } },
  );
  return { ...body.data?.rotateScimCredential, code: codeOf(body), message: body.errors?.[0]?.message };
}

const status = async (token: string) =>
  (await acme.scim('GET', '/Users?count=1', undefined, { authorization: `Bearer ${token}` })).status;

const bearerIds = async () =>
  (
    await product.sql<{ id: string }>(
      `select id from scim_credentials where organization_id = $1 and kind = 'bearer' order by id`,
      [acme.id],
    )
  ).map(({ id }) => id);

describe('startScimSetup (B2)', () => {
  it('goes from no credential over the first request to done, and each step says so', async () => {
    const { body } = await acme.graphql(START, { input: { provider: 'ENTRA', label: 'Head office' } });
    const { id, ...started } = body.data.startScimSetup;
    expect(started).toEqual({
      provider: 'ENTRA',
      label: 'Head office',
      setup: { nextStep: 'GENERATE_CREDENTIALS' },
      health: { state: 'NOT_SET_UP' },
    });
    const { token } = await issue(id);
    expect(await connection(id)).toMatchObject({
      setup: { nextStep: 'ENTER_AT_PROVIDER' },
      health: { state: 'WAITING_FOR_FIRST_REQUEST' },
    });
    expect(await status(token)).toBe(200);
    expect(await connection(id)).toMatchObject({
      setup: { nextStep: 'DONE' },
      health: { state: 'CONNECTED' },
    });
  });

  it('is refused without the plan or SSO, with the way out (B1)', async () => {
    await product.sql(`update organizations set plan = 'team' where id = $1`, [acme.id]);
    const plan = (await acme.graphql(START, { input: { provider: 'OKTA' } })).body;
    expect(plan.errors[0]).toMatchObject({ message: expect.stringContaining('Upgrade the plan') });
    expect(await connection(acme.connectionId)).toMatchObject({
      setup: { nextStep: 'UNLOCK' },
      health: { state: 'LOCKED' },
    });
    expect(
      codeOf(
        (await acme.graphql(START, { input: { provider: 'OKTA' } }, await acme.issueToken('user'))).body,
      ),
    ).toBe('FORBIDDEN');
  });

  it('updateScimConnection changes what is given and leaves the rest', async () => {
    const update = `mutation ($input: UpdateScimConnectionInput!) { updateScimConnection(input: $input) {
      provider showsAllGroups label } }`;
    const input = { connectionId: acme.connectionId, provider: 'ONELOGIN', showsAllGroups: true };
    expect((await acme.graphql(update, { input })).body.data.updateScimConnection).toEqual({
      provider: 'ONELOGIN',
      showsAllGroups: true,
      label: '',
    });
    const renamed = await acme.graphql(update, {
      input: { connectionId: acme.connectionId, label: 'One', provider: null },
    });
    expect(renamed.body.data.updateScimConnection).toEqual({
      provider: 'ONELOGIN',
      showsAllGroups: true,
      label: 'One',
    });
  });
});

describe('rotateScimCredential (B3)', () => {
  it('lets both work until the old one ends by the database clock', async () => {
    const [first = ''] = await bearerIds();
    const rotated = await rotate(first, 1);
    expect(rotated.replacedId).toBe(first);
    const minutes = (new Date(rotated.replacedExpiresAt).getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(58);
    expect(minutes).toBeLessThan(62);
    expect([await status(acme.token), await status(rotated.issued.token)]).toEqual([200, 200]);
    await product.sql(`update scim_credentials set expires_at = now() where id = $1`, [first]);
    expect([await status(acme.token), await status(rotated.issued.token)]).toEqual([401, 200]);
    const { body } = await acme.graphql(
      '{ scimConnections { credentials { id kind label createdBy replaces expiresAt } } }',
    );
    const shown = body.data.scimConnections[0].credentials;
    expect(shown.find(({ id }: { id: string }) => id === rotated.issued.id)).toMatchObject({
      kind: 'BEARER',
      label: 'first token',
      replaces: first,
      expiresAt: null,
    });
    expect(shown.find(({ id }: { id: string }) => id === first).createdBy).toBe('command line');
    expect(await rotate(first)).toMatchObject({ code: 'CONFLICT' });
  });

  it('ends the old one at once with an overlap of 0, and refuses one of more than 30 days', async () => {
    const [first = ''] = await bearerIds();
    expect(await rotate(first, 721)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rotate(first, -1)).toMatchObject({ code: 'INVALID_INPUT' });
    const { issued } = await rotate(first, 0);
    expect([await status(acme.token), await status(issued.token)]).toEqual([401, 200]);
  });

  it('never lets a third of a kind live, also when they are issued at the same time', async () => {
    const made = await Promise.all([1, 2, 3].map(() => issue(acme.connectionId)));
    expect(made.map(({ code }) => code ?? 'made').sort()).toEqual(['CONFLICT', 'CONFLICT', 'made']);
    const [first = '', second = ''] = await bearerIds();
    const refused = await rotate(first);
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Revoke') });
    await acme.graphql(`mutation { revokeScimCredential(id: "${second}") }`);
    expect((await rotate(first)).issued.token).toMatch(/^rcs_/);
    expect((await issue(acme.connectionId, 'BASIC')).clientSecret).toBeTruthy();
  });
});

describe('ScimConnection.setup (B2, B5)', () => {
  const SETUP = `query ($language: Language) { scimConnections { setup(language: $language) {
    language nextStep baseUrl steps { title text fields { label value secret lastFour } }
    attributes { attribute source required } tests } } }`;

  it.each(['okta', 'entra', 'onelogin', 'custom'] as const)(
    '%s: the real values in three languages, and never a secret',
    async (provider) => {
      acme = await product.organization({ provider });
      const titles = new Set<string>();
      for (const language of ['EN', 'DE', 'KO']) {
        const { body } = await acme.graphql(SETUP, { language });
        const { setup } = body.data.scimConnections[0];
        expect(setup).toMatchObject({ language, baseUrl: 'http://127.0.0.1:4000/scim/v2' });
        titles.add(setup.steps[0].title);
        const fields = setup.steps.flatMap(({ fields: some }: { fields: unknown[] }) => some);
        expect(fields).toContainEqual(expect.objectContaining({ value: setup.baseUrl, secret: null }));
        expect(fields).toContainEqual(
          expect.objectContaining({ value: null, secret: 'TOKEN', lastFour: acme.token.slice(-4) }),
        );
        const text = JSON.stringify(setup);
        for (const secret of [acme.token, acme.clientSecret]) expect(text).not.toContain(secret);
        expect(text.includes(acme.clientId)).toBe(provider === 'okta' || provider === 'custom');
        expect(text).not.toMatch(/\{(baseUrl|slug|source|attribute)\}/);
        expect(setup.attributes).toHaveLength(8);
      }
      expect(titles.size).toBe(3);
    },
  );

  it('says the same in every language: as many steps, fields and tests', () => {
    for (const texts of Object.values(SETUP_TEXTS)) {
      const shapes = Object.values(texts).map(({ steps, tests }) =>
        JSON.stringify([steps.map(({ fields = [] }) => fields.map(([, value]) => value)), tests.length]),
      );
      expect(new Set(shapes).size).toBe(1);
    }
  });

  it("speaks the organization's language unless another is asked for", async () => {
    await product.sql(`update organizations set language = 'ko' where id = $1`, [acme.id]);
    const { body } = await acme.graphql(SETUP);
    expect(body.data.scimConnections[0].setup.language).toBe('KO');
  });
});
