import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isResetOpen } from '../access/passwords.queries.js';
import { requestPasswordReset } from '../access/request-password-reset.js';
import { resetPassword } from '../access/reset-password.js';
import { answerLater } from '../invitations/answer-later.js';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { parse } from '../kernel/operation.js';
import { contactOf, correction, refusalPage, type Shown, show, signInButton, told } from './answer.js';
import { emailField, field, typed, type Wrong } from './field.js';
import { html } from './html.js';
import { PASSWORD_TEXTS } from './password-texts.js';
import { newPassword } from './registration-form.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';
import { type SigninOptions, type Visit, visitByLink, visitBySlug } from './visit.js';

const ForgotForm = z.object({ email: EmailAddress });
const ResetForm = z.object({ password: z.string() });

/**
 * `/signin/<slug>/forgot` asks for a link by mail, `/signin/reset/<token>` is that link: GET shows the form however often
 * a mail scanner looks, POST uses the link up, once and within its hour (abuse 23).
 */
export async function resetRoutes(app: FastifyInstance, options: SigninOptions): Promise<void> {
  app.get<{ Params: { slug: string } }>('/:slug/forgot', async (request, reply) => {
    const visit = await visitBySlug(request, options, request.params.slug);
    return show(reply, visit, forgotPage(visit, 200));
  });

  app.post<{ Params: { slug: string } }>('/:slug/forgot', async (request, reply) => {
    const visit = await visitBySlug(request, options, request.params.slug);
    return show(reply, visit, await answerLater(forget(visit, request.body, request.ip)));
  });

  app.get<{ Params: { token: string } }>('/reset/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'password-reset', token);
    const isOpen = await isResetOpen(visit.context, { token });
    return show(reply, visit, isOpen ? choosePage(visit, token, 200) : overPage(visit));
  });

  app.post<{ Params: { token: string } }>('/reset/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'password-reset', token);
    return show(reply, visit, await reset(visit, token, request.body, request.ip));
  });
}

async function forget(visit: Visit, body: unknown, client: string): Promise<Shown> {
  const { context, words } = visit;
  try {
    const { email } = parse(ForgotForm, body);
    await requestPasswordReset(context, { email, client });
    return told(200, words.checkMailTitle, PASSWORD_TEXTS[visit.language].sentText);
  } catch (error) {
    const wrong = correction(error, words);
    const shown =
      wrong === undefined ? refusalPage(error, words) : forgotPage(visit, 400, wrong, typed(body));
    if (shown) return shown;
    throw error;
  }
}

async function reset(visit: Visit, token: string, body: unknown, client: string): Promise<Shown> {
  const { context, words } = visit;
  const texts = PASSWORD_TEXTS[visit.language];
  try {
    await resetPassword(context, { token, client, ...parse(ResetForm, body) });
    return told(200, texts.changedTitle, texts.changedText, signInButton(visit));
  } catch (error) {
    const wrong = correction(error, words);
    if (wrong !== undefined) return choosePage(visit, token, 400, wrong);
    if (error instanceof DomainError && error.field === 'token') return overPage(visit);
    const shown = refusalPage(error, words, contactOf(visit));
    if (shown) return shown;
    throw error;
  }
}

const signInLink = ({ organization, language }: Visit) =>
  html`<p><a href="/signin/${organization.slug}">${SIGN_IN_TEXTS[language].signIn}</a></p>`;

const overPage = (visit: Visit): Shown => {
  const texts = PASSWORD_TEXTS[visit.language];
  const again = html`<p><a href="/signin/${visit.organization.slug}/forgot">${texts.forgotTitle}</a></p>`;
  return told(410, visit.words.linkOverTitle, texts.overText, again);
};

function forgotPage(visit: Visit, status: number, wrong?: Wrong, typed: Record<string, string> = {}): Shown {
  const texts = PASSWORD_TEXTS[visit.language];
  const content = html`<p>${texts.forgotText}</p>
<form method="post" action="/signin/${visit.organization.slug}/forgot" class="main">
${field({ ...emailField(visit.words.email), autocomplete: 'username', value: typed.email, wrong })}
<button>${texts.forgotButton}</button>
</form>${signInLink(visit)}`;
  return { status, title: texts.forgotTitle, content };
}

function choosePage({ language, words }: Visit, token: string, status: number, wrong?: Wrong): Shown {
  const texts = PASSWORD_TEXTS[language];
  const content = html`<form method="post" action="/signin/reset/${token}" class="main">
${newPassword(texts.newPassword, words, wrong)}
<button>${texts.chooseButton}</button>
</form>`;
  return { status, title: texts.chooseTitle, content };
}
