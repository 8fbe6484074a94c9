import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { signInPage } from '../access/sign-in.queries.js';
import { answerLater } from '../invitations/answer-later.js';
import { requestAccess } from '../invitations/request-access.js';
import { EmailAddress } from '../kernel/email-address.js';
import { parse } from '../kernel/operation.js';
import { contactOf, correction, refusalPage, type Shown, show, told } from './answer.js';
import { emailField, field, typed, type Wrong } from './field.js';
import { type Html, html } from './html.js';
import { safeReturnPath } from './return-path.js';
import { signInPageBody } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';
import { type SigninOptions, type Visit, visitBySlug } from './visit.js';

const AskForm = z.object({ email: EmailAddress });

/**
 * `/signin/<slug>`: where an organization's people begin: the ways to sign in, and for everybody else how to get in, with
 * the form to ask for access where a domain is approved (B36).
 */
export async function accessRoutes(app: FastifyInstance, options: SigninOptions): Promise<void> {
  app.get<{ Params: { slug: string } }>('/:slug', async (request, reply) => {
    const visit = await visitBySlug(request, options, request.params.slug);
    const to = safeReturnPath((request.query as { to?: unknown }).to) ?? '';
    return show(reply, visit, await startPage(visit, { status: 200, to }));
  });

  app.post<{ Params: { slug: string } }>('/:slug', async (request, reply) => {
    const visit = await visitBySlug(request, options, request.params.slug);
    return show(reply, visit, await answerLater(ask(visit, request.body, request.ip)));
  });
}

async function ask(visit: Visit, body: unknown, client: string): Promise<Shown> {
  const { context, words } = visit;
  try {
    const { email } = parse(AskForm, body);
    await requestAccess(context, { email, client });
    return told(200, words.checkMailTitle, words.checkMailText);
  } catch (error) {
    const wrong = correction(error, words);
    const shown =
      wrong === undefined
        ? refusalPage(error, words, contactOf(visit))
        : await startPage(visit, { status: 400, to: '', wrong, typed: typed(body) });
    if (shown) return shown;
    throw error;
  }
}

async function startPage(
  visit: Visit,
  { status, to, ...again }: { status: number; to: string } & Asked,
): Promise<Shown> {
  const { organization, language } = visit;
  const ways = await signInPage(visit.context, {});
  const signIn = signInPageBody(language, `/signin/${organization.slug}`, { ...ways, to });
  // Where nobody can sign in yet, asking is all there is.
  if (ways.connections.length === 0 && !ways.hasPasswords) {
    const title = visit.words.askTitle(organization.name);
    return { status, title, content: howToGetIn(visit, again, 'main') };
  }
  const title = SIGN_IN_TEXTS[language].to(organization.name);
  const asking = html`<h2>${visit.words.askTitle(organization.name)}</h2>${howToGetIn(visit, again)}`;
  return { status, title, content: html`${signIn}${asking}` };
}

/** What somebody asked with before, when there is something to correct. */
interface Asked {
  wrong?: Wrong;
  typed?: Record<string, string>;
}

function howToGetIn(visit: Visit, { wrong, typed = {} }: Asked, weight: 'main' | '' = ''): Html {
  const { organization, words } = visit;
  if (!organization.asksForAccess) return html`<p>${words.closedText}</p>${contactOf(visit)}`;
  return html`<p>${words.askText}</p>
<form method="post" action="/signin/${organization.slug}" class="${weight}">
${field({ ...emailField(words.email), id: 'access-email', autocomplete: 'email', value: typed.email, wrong })}
<button>${words.askButton}</button>
</form>`;
}
