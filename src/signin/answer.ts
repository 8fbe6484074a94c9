import type { FastifyReply } from 'fastify';
import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from '../access/password.js';
import { DomainError, type ErrorCode } from '../kernel/errors.js';
import type { Wrong } from './field.js';
import { type Html, html, PAGE_HEADERS, page } from './html.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';
import type { Reader, Visit } from './visit.js';
import type { Words } from './words.js';

/** What a page of this door shows. */
export interface Shown {
  status: number;
  title: string;
  content: Html;
  /** Seconds, for `Retry-After`. */
  retryAfter?: number | undefined;
}

/** Answers with a page in the reader's language. */
export function show(reply: FastifyReply, { language }: Reader, shown: Shown): FastifyReply {
  if (shown.retryAfter !== undefined) reply.header('retry-after', String(shown.retryAfter));
  return reply
    .code(shown.status)
    .headers(PAGE_HEADERS)
    .send(page(language, shown.title, shown.content));
}

/** A page that only tells something; `contact` when it cannot help. */
export const told = (status: number, title: string, text: string, contact?: Html): Shown => ({
  status,
  title,
  content: html`<p>${text}</p>${contact}`,
});

/** Whom the organization wants to be asked, where it says so. */
export const contactOf = ({ organization, words }: Visit): Html | undefined =>
  organization.contact === null ? undefined : html`<p>${words.contact} ${organization.contact}</p>`;

/** To where people begin: after everything that ends with "now sign in". */
export const signInButton = ({ organization, language }: Visit): Html =>
  html`<p><a class="way" href="/signin/${organization.slug}">${SIGN_IN_TEXTS[language].signIn}</a></p>`;

/** What each refusal is to somebody at a form, with the way out. */
export function refusalPage(error: unknown, words: Words, contact?: Html): Shown | undefined {
  if (!(error instanceof DomainError)) return undefined;
  const { retryAfter = 5 } = error;
  const pages: Partial<Record<ErrorCode, Shown>> = {
    FORBIDDEN: told(403, words.notInvitedTitle, words.notInvitedText, contact),
    LIMIT_EXCEEDED: told(409, words.noLicenseTitle, words.noLicenseText, contact),
    CONFLICT: told(409, words.knownTitle, words.knownText, contact),
    NOT_FOUND:
      error.field === 'token'
        ? told(410, words.linkOverTitle, words.linkOverText, contact)
        : told(404, words.notFoundTitle, words.notFoundText),
    RATE_LIMITED: {
      ...told(429, words.tooManyTitle, words.tooManyText(Math.ceil(retryAfter / 60))),
      retryAfter,
    },
    UNAVAILABLE: { ...told(503, words.busyTitle, words.busyText), retryAfter },
  };
  return pages[error.code];
}

/** What to correct in a form, at the field that was refused. */
export function correction(error: unknown, words: Words): Wrong | undefined {
  if (!(error instanceof DomainError) || error.code !== 'INVALID_INPUT') return undefined;
  const { field } = error;
  if (field === 'email') return { field, text: words.badEmail };
  if (field === 'password') {
    return { field, text: words.badPassword(MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS) };
  }
  return { field: field === 'familyName' ? field : 'givenName', text: words.badName };
}
