import { createHash } from 'node:crypto';
import { escapeHtml } from '../../../mail/render-mail.js';
import type { Account } from './directory.js';

/** How many people a page lists; the others are found by the search field. */
export const LISTED = 12;

/** Looks like another site than the product on purpose: a newcomer should see when they have left it. */
const STYLE = `
:root { color-scheme: light; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: #eef1f6; color: #1b2330; }
header { background: #243b6b; color: #fff; padding: .75rem 1.25rem; }
main { box-sizing: border-box; max-width: 40rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: .5rem; }
h1 { margin-top: 0; font-size: 1.4rem; line-height: 1.3; }
ul { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid #d5dbe5; }
li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; padding: .6rem 0; border-bottom: 1px solid #d5dbe5; }
li span { flex: 1 1 12rem; min-width: 0; }
small { display: block; color: #55607a; overflow-wrap: anywhere; }
a { color: #1d4fbf; }
input, button { box-sizing: border-box; padding: .55rem .9rem; font: inherit; border-radius: .3rem; border: 1px solid #7a869c; background: #fff; color: inherit; }
button { font-weight: 600; cursor: pointer; }
form.find { display: flex; gap: .5rem; }
form.find input { flex: 1; min-width: 0; }
:focus-visible { outline: 3px solid #1d4fbf; outline-offset: 2px; }
`;

/** What a browser does by itself when it runs scripts; without them there is a button. */
const SUBMIT = 'document.forms[0].submit()';

const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Of every page. Forms lead back here, or to the service that people sign in to. */
export const headersFor = (serviceOrigin: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${sha256(STYLE)}; script-src ${sha256(SUBMIT)}; form-action 'self' ${serviceOrigin}; frame-ancestors 'none'; base-uri 'none'`,
});

const page = (title: string, content: string, script = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body><header>Simulated identity provider, for trying things out</header>
<main><h1>${title}</h1>${content}</main>${script && `<script>${script}</script>`}</body>
</html>
`;

const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');

/** `fields` go along with the search, so that it stays part of what was begun. */
const search = (text: string, fields: Record<string, string> = {}): string =>
  `<form class="find" method="get" role="search">${hidden(fields)}<input type="search" name="find" aria-label="Name or address" value="${escapeHtml(text)}"><button>Search</button></form>`;

const person = ({ givenName, familyName, email, title, active }: Account): string => {
  const more = [email, title ?? '', active ? '' : 'deactivated'].filter((one) => one !== '').join(' · ');
  return `<span>${escapeHtml(`${givenName} ${familyName}`)} <small>${escapeHtml(more)}</small></span>`;
};

const NOBODY = '<p>Nobody yet. The push may still be running: load the page again in a moment.</p>';

/** Asks who signs in; a button a person. `fields` carry what was begun. */
export function chooserPage(
  people: readonly Account[],
  find: string,
  fields: Record<string, string>,
): string {
  const rows = people.map(
    (account) =>
      `<li>${person(account)}<button name="subject" value="${escapeHtml(account.subject)}" aria-label="Sign in as ${escapeHtml(`${account.givenName} ${account.familyName}, ${account.email}`)}">Sign in</button></li>`,
  );
  return page(
    'Who are you?',
    `<p>A real provider would ask for a password. Here you choose somebody. Whoever is deactivated may be chosen too, to see that the service refuses them.</p>
${search(find, fields)}
<form method="post">${hidden(fields)}${rows.length > 0 ? `<ul>${rows.join('')}</ul>` : NOBODY}</form>`,
  );
}

/** Carries a SAML response to the service by the browser (SAML 2.0 bindings section 3.5). */
export const answerPage = (action: string, fields: Record<string, string>): string =>
  page(
    'Signed in',
    `<p>Your answer is ready to be sent.</p><form method="post" action="${escapeHtml(action)}">${hidden(fields)}<button>Continue</button></form>`,
    SUBMIT,
  );

/** The provider's directory: who is in it, and the switch that takes access away. */
export function directoryPage(people: readonly Account[], find: string, signInPage: string): string {
  const rows = people.map((account) => {
    const verb = account.active ? 'Deactivate' : 'Reactivate';
    const name = escapeHtml(`${account.givenName} ${account.familyName}, ${account.email}`);
    return `<li>${person(account)}<form method="post" action="/">${hidden({ subject: account.subject, active: String(!account.active), find })}<button aria-label="${verb} ${name}">${verb}</button></form></li>`;
  });
  return page(
    'Directory',
    `<p>Deactivate somebody who is signed in: their very next click is refused, because the service was told over SCIM.</p>
<p><a href="${escapeHtml(signInPage)}">Go to the sign-in page of the service</a></p>
${search(find)}${rows.length > 0 ? `<ul>${rows.join('')}</ul>` : NOBODY}`,
  );
}

/** Asks whoever leaves the service whether to leave the provider too; `form` is the library's. */
export const leavePage = (form: string): string =>
  page(
    'Sign out here too?',
    `<p>You are signed out of the service. The session at this provider goes on until you end it.</p>${form}
<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button> <button type="submit" form="op.logoutForm">No, stay signed in</button></p>`,
  );

/** Something that cannot be answered. */
export const troublePage = (text: string): string => page('That did not work', `<p>${escapeHtml(text)}</p>`);
