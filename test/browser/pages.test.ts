import { updateOrganization } from '../../src/organizations/update-organization.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import { connectSaml } from '../signin/browser.js';
import { makeSigningKey } from '../signin/certificate.js';
import { openOrganization } from '../signin/pages.js';
import { startProduct, type TestProduct } from '../support/product.js';
import { freePort } from '../support/redis.js';
import { Chromium, describeInBrowser, type Locale, picture, type Reader, visibleFocus } from './chromium.js';

const PASSWORD = 'correct horse battery';
const LOCALES: Locale[] = ['en-US', 'de-DE', 'ko-KR'];
const PATIENCE_MS = 120_000;

describeInBrowser('the pages, in a browser without script', () => {
  let chromium: Chromium;
  let product: TestProduct;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    [chromium, product] = await Promise.all([Chromium.launch(), startProduct({ url })]);
    await product.app.listen({ host: '127.0.0.1', port });
  });
  afterAll(async () => {
    await chromium.close();
    await product.close();
  });

  /** What every page is measured by: its language, its policy, its look, and axe. */
  const look = async ({ page, violations }: Reader, locale: Locale, name: string): Promise<void> => {
    const language = locale.slice(0, 2);
    const seen = await page.evaluate(() => ({
      language: document.documentElement.lang,
      headings: document.querySelectorAll('h1').length,
      // Nothing but our own style sheet gives the column its width.
      column: getComputedStyle(document.querySelector('main') ?? document.body).maxWidth,
      overflows: document.documentElement.scrollWidth > window.innerWidth,
      scripts: document.scripts.length,
    }));
    expect([name, seen]).toEqual([
      name,
      {
        language: name === 'outbox' ? 'en' : language,
        headings: 1,
        column: name === 'outbox' ? '768px' : '416px',
        overflows: false,
        scripts: 0,
      },
    ]);
    // Colours are the same in every language.
    const schemes = language === 'en' ? (['light', 'dark'] as const) : (['light'] as const);
    expect([name, await chromium.findings(page, schemes), violations]).toEqual([name, [], []]);
    await picture(page, `${name}-${language}`);
  };

  const send = (reader: Reader, action: string) =>
    reader.page.locator(`form[action$="${action}"] button`).click();
  const fill = async (reader: Reader, fields: Record<string, string>) => {
    for (const [name, value] of Object.entries(fields)) {
      await reader.page.locator(`input[name="${name}"]`).last().fill(value);
    }
  };
  /** Follows the link of the newest mail to somebody, as a newcomer does in the demo. */
  const followMail = async (reader: Reader, address: string) => {
    await reader.page.goto(`${url}/outbox`);
    await reader.page.locator('article', { hasText: address }).first().getByRole('link').first().click();
  };

  it.each(LOCALES)(
    'lead a stranger from asking to signing out in %s, and say each error beside its field (B36, WCAG AA)',
    async (locale) => {
      const { organization, domain } = await openOrganization(product);
      await updateOrganization(organization.context, { name: 'Kestrel', contact: 'IT desk, 4711' });
      const reader = await chromium.reader(locale);
      const { page } = reader;
      const start = `${url}/signin/${organization.slug}`;
      const ada = `ada@${domain}`;
      const seen = (name: string) => look(reader, locale, name);
      const invalid = () =>
        page.locator('input[aria-invalid]').evaluateAll((all) => all.map((one) => one.getAttribute('name')));

      await page.goto(start);
      await seen('start');
      await fill(reader, { email: 'not an address' });
      // As a browser that checks nothing by itself.
      await page.locator('form').evaluate((form) => form.setAttribute('novalidate', ''));
      await send(reader, organization.slug);
      await seen('start-wrong-address');
      expect([await invalid(), await page.locator('input[aria-invalid]').inputValue()]).toEqual([
        ['email'],
        'not an address',
      ]);
      await fill(reader, { email: 'ada@elsewhere.example' });
      await send(reader, organization.slug);
      await seen('not-invited');
      await page.goto(start);
      await fill(reader, { email: ada });
      await send(reader, organization.slug);
      await seen('check-your-mail');

      await page.goto(`${url}/outbox`);
      await seen('outbox');
      await followMail(reader, ada);
      await seen('register');
      const link = page.url();
      await fill(reader, { givenName: 'Ada', familyName: '러브레이스', password: 'short' });
      await send(reader, new URL(link).pathname);
      await seen('register-wrong-password');
      expect([await invalid(), await page.locator('input[name="familyName"]').inputValue()]).toEqual([
        ['password'],
        '러브레이스',
      ]);
      await fill(reader, { password: PASSWORD });
      await send(reader, new URL(link).pathname);
      await seen('registered');
      await page.goto(link);
      await seen('link-over');

      await page.goto(start);
      await seen('sign-in');
      await page.locator('form[action$="/password"] input[name="email"]').fill(ada);
      await page.locator('input[name="password"]').fill('not the password');
      await send(reader, '/password');
      await seen('wrong-password');
      await page.locator('input[name="password"]').fill(PASSWORD);
      await send(reader, '/password');
      expect(new URL(page.url()).pathname).toBe(`/signin/${organization.slug}/home`);
      await seen('home');
      await send(reader, '/out');
      await seen('signed-out');

      await page.goto(start);
      await page.locator('a[href$="/forgot"]').click();
      await seen('forgot');
      await fill(reader, { email: ada });
      await send(reader, '/forgot');
      await seen('forgot-sent');
      await followMail(reader, ada);
      await seen('reset');
      await fill(reader, { password: 'another horse battery' });
      await page.getByRole('button').click();
      await seen('password-changed');
      await reader.context.close();
    },
    PATIENCE_MS,
  );

  it.each(LOCALES)(
    'say why somebody cannot come in, and whom to ask, in %s (B34, B35)',
    async (locale) => {
      const { organization, domain } = await openOrganization(product, 0);
      const reader = await chromium.reader(locale);
      const { page } = reader;
      const seen = (name: string) => look(reader, locale, name);
      const start = `${url}/signin/${organization.slug}`;
      await updateOrganization(organization.context, { name: 'Kestrel', contact: 'IT desk, 4711' });

      await page.goto(start);
      await fill(reader, { email: `bob@${domain}` });
      await send(reader, organization.slug);
      await seen('no-license');
      expect(await page.getByRole('main').textContent()).toContain('IT desk, 4711');

      await updateOrganization(organization.context, { whenNoLicenseIsFree: 'wait' });
      await page.goto(start);
      await fill(reader, { email: `bob@${domain}` });
      await send(reader, organization.slug);
      await followMail(reader, `bob@${domain}`);
      await fill(reader, { givenName: 'Bob', familyName: 'Baker', password: PASSWORD });
      await page.getByRole('button').click();
      await seen('waiting');

      await updatePlan(organization.context, { seats: 10 });
      const eve = `eve@${domain}`;
      await organization.graphql(`mutation { inviteUser(input: {email: "${eve}", role: USER}) { id } }`);
      await followMail(reader, eve);
      await seen('invitation');
      const link = page.url();
      await fill(reader, { givenName: 'Eve', familyName: 'Ende', password: PASSWORD });
      await page.getByRole('button').click();
      await seen('invitation-accepted');
      await page.goto(link);
      await seen('invitation-over');

      const closed = await product.organization();
      await connectSaml(closed, [makeSigningKey()], { name: 'Acme SSO' });
      await page.goto(`${url}/signin/${closed.slug}`);
      await seen('sign-in-by-sso-only');
      await page.goto(`${url}/signin/${closed.slug}/oidc?state=unknown&code=unknown`);
      await seen('sign-in-failed');
      expect(await page.getByRole('alert').textContent()).not.toBe('');
      await page.goto(`${url}/signin/nobody-is-here`);
      await seen('nothing-here');
      await reader.context.close();
    },
    PATIENCE_MS,
  );

  it(
    'can be used by the keyboard alone, and show where one is',
    async () => {
      const { organization } = await openOrganization(product);
      await connectSaml(organization, [makeSigningKey()], { name: 'Acme SSO' });
      const email = `key@${organization.slug}.example`;
      await organization.graphql(`mutation { inviteUser(input: {email: "${email}", role: USER}) { id } }`);
      const reader = await chromium.reader();
      const { page } = reader;
      const { keyboard } = page;
      const next = async () => {
        await keyboard.press('Tab');
        return visibleFocus(page);
      };
      await followMail(reader, email);
      for (const [name, text] of Object.entries({
        givenName: 'Key',
        familyName: 'Board',
        password: PASSWORD,
      })) {
        expect(await next()).toBe(name);
        await keyboard.type(text);
      }
      expect(await next()).toBe('Register');
      await keyboard.press('Enter');
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      expect(await next()).toBe('Sign in');
      await keyboard.press('Enter');
      await page.locator('input[name="password"]').waitFor();
      expect(await next()).toBe('Continue with Acme SSO');
      expect(await next()).toBe('email');
      await keyboard.type(email);
      expect(await next()).toBe('password');
      await keyboard.type(PASSWORD);
      await keyboard.press('Enter');
      await page.waitForURL('**/home');
      expect(await next()).toBe('Sign out');
      await keyboard.press('Enter');
      await page.waitForURL('**/out');
      expect(await reader.context.cookies(url).then((all) => all.map(({ name }) => name))).not.toContain(
        '__Host-rollcall',
      );
      await reader.context.close();
    },
    PATIENCE_MS,
  );
});
