import type { FastifyInstance } from 'fastify';
import type { Database } from './kernel/database.js';
import type { MailRecord } from './mail/mail-rows.js';
import { recentMails } from './mail/recent-mails.js';
import { escapeHtml, renderMail, type Stationery } from './mail/render-mail.js';

/** Nothing runs, nothing is loaded, nothing is sent, nobody frames it. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * `/outbox`: the latest mails of every organization, so that a demo without a mail server can be followed to the end. Never
 * mounted in production: whoever sees it can use the links in it.
 */
export function mountOutbox(app: FastifyInstance, database: Database, stationery: Stationery): void {
  app.get('/outbox', async (_request, reply) => {
    const mails = await recentMails(database);
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
      .send(page(mails.map((mail) => entry(mail, stationery))));
  });
}

const page = (entries: readonly string[]): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Outbox</title></head><body>',
    `<h1>Outbox</h1><p>${entries.length === 0 ? 'No mail yet.' : 'The latest mails of every organization.'}</p>`,
    ...entries,
    '</body></html>',
  ].join('\n');

function entry(mail: MailRecord, stationery: Stationery): string {
  const { subject, text } = renderMail(mail, stationery);
  const head = [mail.createdAt.toISOString(), mail.slug, `to ${mail.recipient}`, mail.state].join(' · ');
  return [
    '<hr>',
    `<p>${escapeHtml(head)}${mail.lastError === null ? '' : `<br>${escapeHtml(mail.lastError)}`}</p>`,
    `<h2 lang="${mail.language}">${escapeHtml(subject)}</h2>`,
    `<pre lang="${mail.language}">${withLinks(escapeHtml(text))}</pre>`,
  ].join('\n');
}

/** Addresses of pages in text that is escaped already. */
const withLinks = (escaped: string): string =>
  escaped.replace(/https?:\/\/[^\s<>"']+/g, (url) => `<a href="${url}">${url}</a>`);
