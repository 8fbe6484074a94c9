import { escapeHtml } from '../../../mail/render-mail.js';
import type { Account, Directory } from './directory.js';
import { type Page, Visitor } from './visitor.js';

/** What is walked through. */
export interface Journey {
  signInPage: string;
  /** The name of the connection, as its button says it. */
  connection: string;
  directory: Directory;
  account: Account;
  graphql: { url: string; token: string };
}

/** What was found on the way; the demo prints it. */
export interface JourneyReport {
  name: string;
  licenseBefore: string;
  licenseAfter: string;
  /** From the answer to the provider's deactivation until the next click was refused. */
  refusedAfterMs: number;
}

/**
 * One person's way: signs in, takes a license, is deactivated by the provider, and is refused at the next click and at the
 * next sign-in. Rejects with a sentence at the first step that does not go so. The person is active again afterwards.
 */
export async function walk(journey: Journey): Promise<JourneyReport> {
  const { directory, account } = journey;
  const name = `${account.givenName} ${account.familyName}`;
  const visitor = new Visitor();
  const licenseBefore = await licenseOf(journey);
  const home = await signIn(visitor, journey);
  if (!isSignedIn(home, account)) throw new Error(`${name} could not sign in: ${said(home)}`);
  const licenseAfter = await licenseOf(journey);
  if (licenseAfter !== 'HELD') throw new Error(`${name} signed in and holds no license.`);
  await directory.setActive(account.subject, false);
  const started = performance.now();
  const next = await visitor.open(home.url);
  const refusedAfterMs = performance.now() - started;
  try {
    if (isSignedIn(next, account)) throw new Error(`${name} was deactivated and the session goes on.`);
    if ((await licenseOf(journey)) === 'HELD')
      throw new Error(`${name} was deactivated and keeps the license.`);
    const again = await signIn(visitor, journey);
    if (again.status !== 403) throw new Error(`${name} was deactivated and signed in again: ${said(again)}`);
  } finally {
    await directory.setActive(account.subject, true);
  }
  return { name, licenseBefore, licenseAfter, refusedAfterMs };
}

/** From the sign-in page through the provider and back; over SAML one more form carries the answer. */
async function signIn(visitor: Visitor, { signInPage, connection, account }: Journey): Promise<Page> {
  const entry = await visitor.open(signInPage);
  const choices = entry.html.includes(connection) ? entry : await visitor.follow(entry, 'Sign in');
  const chooser = await visitor.follow(choices, connection);
  const page = await visitor.submit(chooser, { subject: account.subject });
  return page.html.includes('name="SAMLResponse"') ? visitor.submit(page) : page;
}

/** The page of whoever is in says who that is; no other page does. */
const isSignedIn = (page: Page, { givenName }: Account): boolean =>
  page.status === 200 && page.html.includes(escapeHtml(givenName));

const said = ({ status, html }: Page): string =>
  `status ${status}, ${(/<main>(.*?)<\/main>/s.exec(html)?.[1] ?? '').replace(/<[^>]+>/g, ' ').slice(0, 300)}`;

async function licenseOf({ graphql, account }: Journey): Promise<string> {
  const query =
    'query ($filter: String) { users(first: 1, filter: $filter) { edges { node { licenseState } } } }';
  const variables = { filter: `externalId eq ${JSON.stringify(account.subject)}` };
  const answer = await fetch(graphql.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${graphql.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data } = (await answer.json()) as {
    data?: { users: { edges: { node: { licenseState: string | null } }[] } } | null;
  };
  const [found] = data?.users.edges ?? [];
  if (found === undefined) throw new Error(`GraphQL does not know ${account.email}.`);
  return found.node.licenseState ?? 'NONE';
}
