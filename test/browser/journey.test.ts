import { issueApiToken } from '../../src/access/issue-api-token.js';
import { operatorContext } from '../../src/cli/operator.js';
import { PushedCompany } from '../../src/cli/simulator/identity-provider/directory.js';
import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../src/cli/simulator/identity-provider/server.js';
import { Company } from '../../src/cli/simulator/people.js';
import { provider } from '../../src/cli/simulator/providers.js';
import { simulate } from '../../src/cli/simulator/run.js';
import { newId } from '../../src/kernel/ids.js';
import { createOrganization } from '../../src/organizations/create-organization.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { describeEachQueue, freePort } from '../support/redis.js';
import { Chromium, describeInBrowser, picture, type Reader } from './chromium.js';

const PEOPLE = 6;
/** The whole way takes seconds; on a machine that does much else it is still the whole way. */
const PATIENCE_MS = 120_000;

describeInBrowser('in a browser without script', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await Chromium.launch();
  });
  afterAll(() => chromium.close());

  describeEachQueue('from single sign-on to the click that is refused', (queue) => {
    let product: TestProduct;
    let url: string;
    const closing: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      product = await startProduct({
        url,
        workers: true,
        redisUrl: queue.redisUrl(),
        allowPrivateProviders: true,
      });
      await product.app.listen({ host: '127.0.0.1', port });
    });
    afterAll(async () => {
      for (const close of closing) await close();
      await product.close();
    });

    it.each(['saml', 'oidc'] as const)(
      'goes the whole way by %s (B1, B19, B35, B37)',
      async (protocol) => {
        const organization = await enterpriseOrganization(product, url, protocol);
        const { slug, graphql } = organization;
        const company = new PushedCompany();
        const ours = (await graphql('{ ssoServiceProvider { entityId acsUrl redirectUri } }'))
          .ssoServiceProvider;
        const signInPage = `${url}/signin/${slug}`;
        const idp = await startIdentityProvider({ service: { ...ours, signInPage }, directory: company });
        closing.push(idp.close);

        // Single sign-on first, then SCIM (B1).
        const connectScim = 'mutation { connectScim(input: {provider: OKTA}) { token } }';
        await expect(graphql(connectScim)).rejects.toThrow(/SSO/);
        await graphql('mutation ($input: ConnectSsoInput!) { connectSso(input: $input) }', {
          input: { name: 'Acme SSO', ...connectionOf(idp, protocol) },
        });
        const { connectScim: scim } = await graphql(connectScim);

        // The people are pushed, and are there with their groups.
        const push = { idp: 'okta', base: `${url}/scim/v2`, token: scim.token } as const;
        const { client, dialect } = provider({ ...push, concurrency: 1 }, new Company(slug));
        closing.push(async () => client.close());
        const report = await simulate({
          ...push,
          users: PEOPLE,
          groups: 1,
          seed: slug,
          graphql: { url: `${url}/graphql`, token: organization.token },
          pushed: (roster) => company.arrive(roster, dialect),
        });
        expect([report.ok, report.mismatches]).toEqual([true, []]);
        const account = company.find('', PEOPLE).find(({ active }) => active);
        if (account === undefined) throw new Error('Nobody is active.');
        const person = async () => {
          const filter = `externalId eq ${JSON.stringify(account.subject)}`;
          const found = await graphql(
            'query ($filter: String) { users(first: 2, filter: $filter) { edges { node { licenseState groups(first: 1) { edges { node { id } } } } } } }',
            { filter },
          );
          return found.users.edges.map((edge: { node: { licenseState: string } }) => edge.node.licenseState);
        };
        expect(await person()).toEqual(['NONE']);

        // Somebody signs in and takes a license.
        const reader = await chromium.reader();
        const { page } = reader;
        const signIn = async () => {
          await page.goto(signInPage);
          await page.getByRole('link', { name: 'Continue with Acme SSO' }).click();
          expect(new URL(page.url()).origin).toBe(idp.url);
          await page.getByRole('button', { name: account.email }).click();
          if (protocol === 'saml') await page.getByRole('button', { name: 'Continue' }).click();
        };
        await signIn();
        expect(new URL(page.url()).pathname).toBe(`/signin/${slug}/home`);
        expect(await page.getByRole('main').textContent()).toContain(account.givenName);
        expect(await person()).toEqual(['HELD']);
        const home = page.url();
        const [cookie] = (await reader.context.cookies(url)).filter(({ name }) => name === '__Host-rollcall');
        expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });

        // The provider's administrator takes the access away, on the provider's own page.
        await deactivate(chromium, idp, account.email);
        expect(await person()).toEqual(['NONE']);

        // The very next click is refused, and so is the next sign-in.
        await page.reload();
        expect(page.url()).not.toBe(home);
        expect(await page.getByRole('main').textContent()).not.toContain(account.givenName);
        await signIn();
        expect(await page.getByRole('alert').textContent()).toContain('Your access has ended');
        expect(await chromium.findings(page)).toEqual([]);
        await picture(page, `refused-${protocol}`);
        expect(reader.violations).toEqual([]);
        await reader.context.close();
      },
      PATIENCE_MS,
    );
  });
});

const connectionOf = ({ metadataUrl, issuer, client }: IdentityProvider, protocol: 'saml' | 'oidc') =>
  protocol === 'saml' ? { saml: { metadataUrl } } : { oidc: { issuer, ...client } };

async function deactivate(chromium: Chromium, idp: IdentityProvider, email: string): Promise<void> {
  const admin: Reader = await chromium.reader();
  await admin.page.goto(idp.url);
  await picture(admin.page, 'provider-directory');
  await admin.page
    .getByRole('button', { name: `Deactivate` })
    .and(admin.page.getByRole('button', { name: email }))
    .click();
  expect(await admin.page.getByRole('listitem').filter({ hasText: email }).textContent()).toContain(
    'deactivated',
  );
  expect(await chromium.findings(admin.page)).toEqual([]);
  expect(admin.violations).toEqual([]);
  await admin.context.close();
}

/** On the Enterprise plan, with nothing connected. */
async function enterpriseOrganization(product: TestProduct, url: string, name: string) {
  const id = newId();
  const slug = `${name}-${id.slice(-6)}`;
  const context = operatorContext(product.database, id);
  await createOrganization(context, {
    slug,
    plan: 'enterprise',
    seats: 10,
    ownerEmail: `owner@${slug}.example`,
  });
  const { token } = await issueApiToken(context, { role: 'owner' });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  const graphql = async (query: string, variables: Record<string, unknown> = {}): Promise<any> => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: { message: string }[] };
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    return data;
  };
  return { slug, token, graphql };
}
