import { LINK_PAGES, type LinkPurpose, linkToken } from './links.js';
import type { MailRecord } from './mail-rows.js';
import { MAIL_TEXTS } from './mail-texts.js';

/** What every mail of this service is written on. */
export interface Stationery {
  secretKey: string;
  /** The address of a page of an organization: from PUBLIC_URL, never from a request (abuse 23). */
  pageUrl(slug: string, path: string): string;
  /** False where whoever reads the mail must not be able to use its link. */
  showsLinks: boolean;
}

/** A mail as people read it. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const SIGN_IN_PAGE = '/signin';
const HIDDEN_LINK = '[...]';
/** How long the link of each kind works when the mail does not say. */
const USUAL_HOURS = 1;

/** Writes a mail in its language. Whatever came from outside is one line of text in it: no header, no markup (abuse 24). */
export function renderMail(mail: MailRecord, stationery: Stationery): RenderedMail {
  const words = MAIL_TEXTS[mail.language][mail.kind];
  const organization = oneLine(mail.organizationName);
  const link = linkOf(mail, stationery);
  const intro = words.intro(organization);
  const closing = words.closing(mail.values.hours ?? USUAL_HOURS);
  const anchor = link === HIDDEN_LINK ? link : `<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`;
  return {
    subject: words.subject(organization),
    text: `${intro}\n\n${words.action}\n${link}\n\n${closing}\n`,
    html: [
      `<!doctype html><html lang="${mail.language}"><head><meta charset="utf-8"></head><body>`,
      `<p>${escapeHtml(intro)}</p>`,
      `<p>${escapeHtml(words.action)}<br>${anchor}</p>`,
      `<p>${escapeHtml(closing)}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

function linkOf(mail: MailRecord, { secretKey, pageUrl, showsLinks }: Stationery): string {
  if (!(mail.kind in LINK_PAGES) || mail.values.linkId === undefined) {
    return pageUrl(mail.slug, `${SIGN_IN_PAGE}/${mail.slug}`);
  }
  if (!showsLinks) return HIDDEN_LINK;
  const purpose = mail.kind as LinkPurpose;
  const token = linkToken(secretKey, purpose, mail.values.linkId);
  return pageUrl(mail.slug, `${LINK_PAGES[purpose]}/${token}`);
}

/** Control characters, line ends and what turns text around become spaces: a name is not a header (abuse 24). */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is shown as it is, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
