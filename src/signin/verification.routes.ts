import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isLinkOpen } from '../invitations/access-requests.queries.js';
import { linkIsOver } from '../invitations/link-is-over.js';
import { PersonName } from '../invitations/person-name.js';
import { registerUser } from '../invitations/register-user.js';
import { parse } from '../kernel/operation.js';
import { contactOf, correction, refusalPage, type Shown, show, signInButton, told } from './answer.js';
import { typed } from './field.js';
import { type RegistrationForm, registrationForm } from './registration-form.js';
import { type SigninOptions, type Visit, visitByLink } from './visit.js';

const RegisterForm = z.object({ givenName: PersonName, familyName: PersonName, password: z.string() });

/**
 * `/signin/verification/<token>`: the link of the mail (B36). GET shows the form however often a mail scanner looks; POST
 * uses the link up, once and within its hour (abuse 23).
 */
export async function verificationRoutes(app: FastifyInstance, options: SigninOptions): Promise<void> {
  app.get<{ Params: { token: string } }>('/verification/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'verification', token);
    const isOpen = await isLinkOpen(visit.context, { token });
    const over = refusalPage(linkIsOver(), visit.words, contactOf(visit));
    return show(reply, visit, isOpen || !over ? form(visit, token, 200) : over);
  });

  app.post<{ Params: { token: string } }>('/verification/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'verification', token);
    return show(reply, visit, await register(visit, token, request.body, request.ip));
  });
}

async function register(visit: Visit, token: string, body: unknown, client: string): Promise<Shown> {
  const { context, organization, words } = visit;
  try {
    const { license } = await registerUser(context, { token, client, ...parse(RegisterForm, body) });
    return license === 'held'
      ? told(200, words.registeredTitle(organization.name), words.registeredText, signInButton(visit))
      : told(200, words.waitingTitle, words.waitingText, contactOf(visit));
  } catch (error) {
    const wrong = correction(error, words);
    const shown =
      wrong === undefined
        ? refusalPage(error, words, contactOf(visit))
        : form(visit, token, 400, { wrong, typed: typed(body) });
    if (shown) return shown;
    throw error;
  }
}

const form = (visit: Visit, token: string, status: number, again: Partial<RegistrationForm> = {}): Shown =>
  registrationForm(visit, { action: `/signin/verification/${token}`, status, ...again });
