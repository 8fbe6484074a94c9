import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerLater } from '../invitations/answer-later.js';
import { requestAccess } from '../invitations/request-access.js';
import { EmailAddress } from '../kernel/email-address.js';
import { parse } from '../kernel/operation.js';
import { contactOf, correction, refusalPage, type Shown, show, told } from './answer.js';
import { html } from './html.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';
import { type SigninOptions, type Visit, visitBySlug } from './visit.js';

const AskForm = z.object({ email: EmailAddress });

/** `/signin/<slug>`: what an organization shows to everybody, with the form to ask for access (B36). */
export async function accessRoutes(app: FastifyInstance, options: SigninOptions): Promise<void> {
  app.get<{ Params: { slug: string } }>('/:slug', async (request, reply) => {
    const visit = await visitBySlug(request, options, request.params.slug);
    return show(reply, visit, askPage(visit, 200));
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
      wrong === undefined ? refusalPage(error, words, contactOf(visit)) : askPage(visit, 400, wrong);
    if (shown) return shown;
    throw error;
  }
}

function askPage(visit: Visit, status: number, wrong?: string): Shown {
  const { organization, words } = visit;
  const title = words.askTitle(organization.name);
  const signIn = html`<p><a href="/signin/${organization.slug}/in">${SIGN_IN_TEXTS[visit.language].signIn}</a></p>`;
  if (!organization.asksForAccess) {
    return told(status, title, words.closedText, html`${contactOf(visit)}${signIn}`);
  }
  const content = html`<p>${words.askText}</p>${wrong && html`<p role="alert">${wrong}</p>`}
<form method="post" action="/signin/${organization.slug}">
<label for="email">${words.email}</label>
<input id="email" name="email" type="email" autocomplete="email" maxlength="254" required>
<button>${words.askButton}</button>
</form>${signIn}`;
  return { status, title, content };
}
