import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { acceptInvitation } from '../invitations/accept-invitation.js';
import { invitedPerson } from '../invitations/invitations.queries.js';
import { PersonName } from '../invitations/person-name.js';
import { DomainError } from '../kernel/errors.js';
import { parse } from '../kernel/operation.js';
import { contactOf, correction, refusalPage, type Shown, show, signInButton, told } from './answer.js';
import { typed } from './field.js';
import { type RegistrationForm, registrationForm } from './registration-form.js';
import { type SigninOptions, type Visit, visitByLink } from './visit.js';

const AcceptForm = z.object({ givenName: PersonName, familyName: PersonName, password: z.string() });

/**
 * `/signin/invitation/<token>`: the link of an invitation (B34). GET shows the form however often a mail scanner looks;
 * POST uses the link up, once (abuse 23).
 */
export async function invitationRoutes(app: FastifyInstance, options: SigninOptions): Promise<void> {
  app.get<{ Params: { token: string } }>('/invitation/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'invitation', token);
    return show(reply, visit, await attempt(visit, token, () => look(visit, token)));
  });

  app.post<{ Params: { token: string } }>('/invitation/:token', async (request, reply) => {
    const { token } = request.params;
    const visit = await visitByLink(request, options, 'invitation', token);
    return show(
      reply,
      visit,
      await attempt(visit, token, () => accept(visit, token, request.body, request.ip), request.body),
    );
  });
}

async function look(visit: Visit, token: string): Promise<Shown> {
  await invitedPerson(visit.context, { token });
  return form(visit, token, 200);
}

async function accept(visit: Visit, token: string, body: unknown, client: string): Promise<Shown> {
  const { context, organization, words } = visit;
  const { managed } = await acceptInvitation(context, { token, client, ...parse(AcceptForm, body) });
  const text = managed ? words.acceptedManagedText : words.registeredText;
  return told(200, words.registeredTitle(organization.name), text, signInButton(visit));
}

/** Every refusal is a page with the way out: to whoever sent the invitation. */
async function attempt(
  visit: Visit,
  token: string,
  work: () => Promise<Shown>,
  body?: unknown,
): Promise<Shown> {
  const { words } = visit;
  try {
    return await work();
  } catch (error) {
    const wrong = correction(error, words);
    if (wrong !== undefined) return form(visit, token, 400, { wrong, typed: typed(body) });
    const isOver = error instanceof DomainError && error.field === 'token';
    const shown = isOver
      ? told(410, words.linkOverTitle, words.invitationOverText, contactOf(visit))
      : refusalPage(error, words, contactOf(visit));
    if (shown) return shown;
    throw error;
  }
}

const form = (visit: Visit, token: string, status: number, again: Partial<RegistrationForm> = {}): Shown =>
  registrationForm(visit, { action: `/signin/invitation/${token}`, status, ...again });
