import type { FastifyInstance } from 'fastify';
import type { Database } from './kernel/database.js';
import type { MailRecord } from './mail/mail-rows.js';
import { recentMails } from './mail/recent-mails.js';
import { renderMail, type Stationery } from './mail/render-mail.js';
import { type Html, html, PAGE_HEADERS, page } from './signin/html.js';

/**
 * `/outbox`: the latest mails of every organization, so that a demo without a mail server can be followed to the end. Never
 * mounted in production: whoever sees it can use the links in it.
 */
export function mountOutbox(app: FastifyInstance, database: Database, stationery: Stationery): void {
  app.get('/outbox', async (_request, reply) => {
    const mails = await recentMails(database);
    return (
      reply
        // Not even this site learns from which page of secrets somebody came.
        .headers({ ...PAGE_HEADERS, 'referrer-policy': 'no-referrer' })
        .send(
          page(
            'en',
            'Outbox',
            html`<p>${about(mails.length)}</p>${mails.map((mail) => entry(mail, stationery))}`,
            'wide',
          ),
        )
    );
  });
}

const about = (count: number): string =>
  count === 0 ? 'No mail yet.' : 'The latest mails of every organization. Outside production only.';

function entry(mail: MailRecord, stationery: Stationery): Html {
  const { subject, text } = renderMail(mail, stationery);
  const head = [mail.createdAt.toISOString(), mail.slug, `to ${mail.recipient}`, mail.state].join(' · ');
  return html`<article><small>${head}${mail.lastError !== null && html`<br>${mail.lastError}`}</small>
<h2 lang="${mail.language}">${subject}</h2>
<pre lang="${mail.language}">${withLinks(text)}</pre></article>`;
}

/** Text with its addresses of pages as links. */
const withLinks = (text: string): Html[] =>
  text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));
