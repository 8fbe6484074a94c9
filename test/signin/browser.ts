import { inflateRawSync } from 'node:zlib';
import { connectSso } from '../../src/access/connect-sso.js';
import { createOutbound } from '../../src/access/outbound.js';
import type { Context } from '../../src/kernel/context.js';
import { createOrigin } from '../../src/origin.js';
import type { TestOrganization, TestProduct } from '../support/product.js';
import type { SigningKey } from './certificate.js';
import { providerMetadata, type Said } from './saml-provider.js';

/** What a browser does: keeps the cookies it is given, follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly product: TestProduct) {}

  async send(
    method: 'GET' | 'POST',
    url: string,
    { form, headers = {} }: { form?: Record<string, string> | string; headers?: Record<string, string> } = {},
  ) {
    const { pathname, search } = new URL(url, 'http://127.0.0.1:4000');
    const answer = await this.product.app.inject({
      method,
      url: pathname + search,
      headers: {
        host: '127.0.0.1:4000',
        ...(this.cookies.size > 0 && { cookie: this.cookieHeader() }),
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form !== undefined && {
        payload: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get session(): string | undefined {
    return this.cookies.get('__Host-rollcall');
  }
}

/** The operator with a way out, for operations that ask a provider. */
export function withOutside(context: Context): Context {
  const origin = createOrigin(undefined, 'http://127.0.0.1:4000');
  return {
    ...context,
    outside: { ...createOutbound({ allowPrivate: true }), signinUrlOf: origin.signinUrlOf },
  };
}

export const IDP = 'https://idp.test.example/saml';

/** Connects a SAML provider with these keys; returns the connection's id. */
export const connectSaml = (
  organization: TestOrganization,
  keys: SigningKey[],
  choices: Partial<Parameters<typeof connectSso>[1]> = {},
  entityId = IDP,
): Promise<string> =>
  connectSso(withOutside(organization.context), {
    saml: { metadata: providerMetadata(entityId, 'https://idp.test.example/sso', ...keys) },
    ...choices,
  });

export const samlUrl = ({ slug }: TestOrganization) => `http://127.0.0.1:4000/signin/${slug}/saml`;

/** Starts a sign-in in a browser and returns what a provider needs to answer it. */
export async function startSaml(
  browser: Browser,
  organization: TestOrganization,
  connectionId: string,
  to?: string,
): Promise<{ said: Said; relayState: string; requestXml: string }> {
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  const answer = await browser.send('GET', `/signin/${organization.slug}/start/${connectionId}${query}`);
  if (answer.statusCode !== 303) throw new Error(`start answered ${answer.statusCode}: ${answer.body}`);
  const url = new URL(String(answer.headers.location));
  const requestXml = inflateRawSync(
    Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64'),
  ).toString();
  const [, id] = /ID="([^"]+)"/.exec(requestXml) ?? [];
  const acsUrl = samlUrl(organization);
  return {
    requestXml,
    relayState: url.searchParams.get('RelayState') ?? '',
    said: {
      issuer: IDP,
      acsUrl,
      audience: acsUrl,
      inResponseTo: id,
      subject: 'subject-1',
      attributes: { email: 'new@people.example', givenName: 'New', familyName: 'Person' },
    },
  };
}

export const postResponse = (
  browser: Browser,
  organization: TestOrganization,
  xml: string,
  relayState: string,
) =>
  browser.send('POST', `/signin/${organization.slug}/saml`, {
    form: { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: relayState },
  });
