import { linkToken } from '../../src/mail/links.js';
import { updatePlan } from '../../src/organizations/update-plan.js';
import type { TestOrganization, TestProduct } from '../support/product.js';

export interface Page {
  status: number;
  body: string;
  headers: Record<string, unknown>;
}

const HOST = '127.0.0.1:4000';

/** A reader's browser: it says where its forms come from. */
export async function visit(
  product: TestProduct,
  path: string,
  form?: Record<string, string>,
  options: { headers?: Record<string, string>; client?: string } = {},
): Promise<Page> {
  const answer = await product.app.inject({
    method: form ? 'POST' : 'GET',
    url: path,
    remoteAddress: options.client ?? '203.0.113.7',
    headers: {
      host: HOST,
      ...(form && { origin: `http://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' }),
      ...options.headers,
    },
    ...(form && { payload: new URLSearchParams(form).toString() }),
  });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers };
}

export const ask = (
  product: TestProduct,
  organization: TestOrganization,
  email: string,
  client?: string,
): Promise<Page> =>
  visit(product, `/signin/${organization.slug}`, { email }, client === undefined ? {} : { client });

export const REGISTRATION = { givenName: 'Ada', familyName: 'Lovelace', password: 'correct horse battery' };

export interface Mail {
  id: string;
  kind: string;
  recipient: string;
  language: string;
  subject_id: string;
  values: { linkId?: string };
  state: string;
}

/** What was written to an organization's people, oldest first. */
export const mailsOf = (product: TestProduct, organization: TestOrganization): Promise<Mail[]> =>
  product.sql<Mail & Record<string, unknown>>(
    `select id, kind, recipient, language, subject_id, values, state from mails where organization_id = $1 order by id`,
    [organization.id],
  );

/** The page a mail leads to. */
export const linkIn = (product: TestProduct, mail: Mail | undefined): string =>
  `/signin/verification/${linkToken(product.database.secretKey, 'verification', mail?.values.linkId ?? '')}`;

/** An organization with an approved domain of its own and some seats. */
export async function openOrganization(product: TestProduct, seats = 100) {
  const organization = await product.organization();
  const domain = `${organization.slug}.example`;
  await updatePlan(organization.context, { seats });
  const answer = await organization.graphql(`mutation { approveDomain(domain: "${domain}") { id domain } }`);
  return { organization, domain, approvalId: answer.body.data.approveDomain.id as string };
}

/** Asks for access and returns the path of the link that was mailed. */
export async function linkFor(
  product: TestProduct,
  organization: TestOrganization,
  email: string,
): Promise<string> {
  const answer = await ask(product, organization, email);
  if (answer.status !== 200) throw new Error(`Asking answered ${answer.status}: ${answer.body}`);
  return linkIn(product, (await mailsOf(product, organization)).at(-1));
}
