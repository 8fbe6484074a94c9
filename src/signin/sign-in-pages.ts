import type { FastifyReply } from 'fastify';
import type { RefusalReason } from '../access/sign-in-refusal.js';
import type { Language } from '../organizations/organization.entity.js';
import type { SentAttributes } from './asserted.js';
import { emailField, field } from './field.js';
import { type Html, html, PAGE_HEADERS, page } from './html.js';
import { LOGOUT_TEXTS } from './logout-texts.js';
import { PASSWORD_TEXTS } from './password-texts.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';

/** A page that is complete without any script. */
export const sendPage = (
  reply: FastifyReply,
  status: number,
  { language, title, body }: { language: Language; title: string; body: Html },
): FastifyReply =>
  reply
    .code(status)
    .headers(PAGE_HEADERS)
    .send(page(language, title, body));

/** The choice of how to sign in. `path` is where the organization's pages are. */
export function signInPageBody(
  language: Language,
  path: string,
  shown: {
    connections: readonly { id: string; name: string }[];
    hasPasswords: boolean;
    to: string;
    refused?: RefusalReason;
    email?: string;
  },
): Html {
  const texts = SIGN_IN_TEXTS[language];
  const query = shown.to === '' ? '' : `?to=${encodeURIComponent(shown.to)}`;
  const ways = shown.connections.map(
    ({ id, name }) => html`<a class="way" href="${path}/start/${id}${query}">${texts.with(name)}</a>`,
  );
  const refused = shown.refused && html`<p role="alert">${reasonText(language, shown.refused)}</p>`;
  if (!shown.hasPasswords) return html`${refused}${ways}`;
  return html`${ways}${ways.length > 0 && html`<hr>`}
<form method="post" action="${path}/password"${ways.length === 0 && html` class="main"`}>
<input type="hidden" name="to" value="${shown.to}">${refused}
${field({ ...emailField(texts.email), autocomplete: 'username', value: shown.email })}
${field({ name: 'password', label: texts.password, type: 'password', autocomplete: 'current-password' })}
<button>${texts.submit}</button>
</form>
<p><a href="${path}/forgot">${PASSWORD_TEXTS[language].forgot}</a></p>`;
}

/** Why somebody was not signed in, in words for them; administrators find the detail by the reference. */
export const refusedPageBody = (
  language: Language,
  signInPage: string,
  { reason, requestId }: { reason: RefusalReason; requestId: string },
): Html => html`<p role="alert">${reasonText(language, reason)}</p>
<p><a class="way" href="${signInPage}">${SIGN_IN_TEXTS[language].tryAgain}</a></p>
<p><small>${SIGN_IN_TEXTS[language].reference(requestId)}</small></p>`;

const reasonText = (language: Language, reason: RefusalReason): string =>
  SIGN_IN_TEXTS[language].because[reason] ?? SIGN_IN_TEXTS[language].otherwise;

/** Whoever is signed in, and the way out. */
export const homePageBody = (language: Language, path: string, name: string): Html =>
  html`<p>${SIGN_IN_TEXTS[language].signedInAs(name)}</p>
<form method="post" action="${path}/out"><button>${SIGN_IN_TEXTS[language].signOut}</button></form>`;

/** A sentence and the way back. */
export const noticePageBody = (language: Language, signInPage: string, text: string): Html =>
  html`<p>${text}</p><p><a class="way" href="${signInPage}">${SIGN_IN_TEXTS[language].signIn}</a></p>`;

/** Signed out here, and the way to sign out at the provider. */
export const leavePageBody = (
  language: Language,
  signInPage: string,
  { url, provider }: { url: string; provider: string },
): Html => html`<p>${LOGOUT_TEXTS[language].signedOutHere}</p>
<p><a class="way" href="${url}">${LOGOUT_TEXTS[language].there(provider)}</a></p>
<p><a href="${signInPage}">${SIGN_IN_TEXTS[language].signIn}</a></p>`;

/** What a test sign-in found: the check that failed or whom it would have met, and what the provider sent. */
export function testPageBody(result: {
  verdict: string;
  failed: boolean;
  subject: string | undefined;
  attributes: SentAttributes;
}): Html {
  const rows = Object.entries(result.attributes).map(
    ([name, values]) => html`<tr><th scope="row">${name}</th><td>${values.join(', ')}</td></tr>`,
  );
  return html`${result.failed ? html`<p role="alert">${result.verdict}</p>` : html`<p>${result.verdict}</p>`}
<p>This was a test: nobody was signed in and nobody was changed.</p>
<table><thead><tr><th scope="col">Attribute</th><th scope="col">Value</th></tr></thead>
<tbody><tr><th scope="row">Subject</th><td>${result.subject ?? 'none'}</td></tr>${rows}</tbody></table>`;
}
