import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { bringPerson } from './sign-in/bring-person.js';
import { LogoutTicket } from './sign-in/logout-ticket.js';
import { meetPerson, type SsoRules } from './sign-in/meet-person.js';
import { attempting, auditOf, enter, type SignInOutcome } from './sign-in/outcome.js';
import { type OpenRequest, useAssertion, useRequest } from './sign-in/requests.js';
import { SignInRefusal } from './sign-in-refusal.js';

const MAX_TEXT = 2_048;
const text = z.string().max(MAX_TEXT);
const value = text.optional();

/** From where somebody signs in. */
export const DeviceInput = z.object({ address: text, agent: text });

const SignInBySsoInput = z.object({
  connectionId: z.uuid(),
  method: z.enum(['saml', 'oidc']),
  /** RelayState or `state`; absent when sign-in started at the provider. */
  key: value,
  /** The request a SAML response answers. */
  requestId: value,
  browser: value,
  /** SAML: what may be presented once. */
  assertion: z.object({ id: text, expiresAt: z.date() }).optional(),
  person: z.object({
    subject: text.min(1),
    match: value,
    email: value,
    givenName: value,
    familyName: value,
    title: value,
  }),
  device: DeviceInput,
  replaces: value,
  /** SAML SessionIndex or OIDC `sid`, and what the provider is told at signing out. */
  providerSession: value,
  ticket: LogoutTicket.optional(),
});

type Input = z.output<typeof SignInBySsoInput>;

/**
 * Signs somebody in whom their organization's provider has vouched for (B37); the door has verified the proof itself. In
 * one transaction: the request is used up, the assertion is used up, the person is met or created, the invitation is
 * consumed, the license is taken, the session opens. A refusal is an outcome and is kept with its reason.
 */
export const signInBySso = command({
  permission: 'access:request',
  input: SignInBySsoInput,
  audit: ({ method }, outcome: SignInOutcome) => auditOf(outcome, method),
  run(tx, input) {
    return attempting(tx, { ...input, connectionId: input.connectionId }, async (noteUser) => {
      const connection = await activeConnection(tx, input);
      const request = await usedRequest(tx, connection, input);
      if (input.assertion) await useAssertion(tx, connection.id, input.assertion);
      try {
        const met = await meetPerson(tx, connection, input.person);
        if (met.userId) noteUser(met.userId);
        if (request?.isTest) return { kind: 'tested', userId: met.userId };
        const userId = await bringPerson(tx, connection, input.person, met);
        noteUser(userId);
        return await enter(tx, { ...input, userId, returnPath: request?.returnPath ?? '' });
      } catch (error) {
        if (!(error instanceof SignInRefusal) || !request?.isTest) throw error;
        return { kind: 'refused', refusal: error, isTest: true };
      }
    });
  },
});

interface ConnectionRules extends SsoRules {
  allowsProviderStart: boolean;
}

async function activeConnection(tx: Work, { connectionId, method }: Input): Promise<ConnectionRules> {
  const [row] = await tx.rows(sql<ConnectionRules>`
    select id, matches, creates_people as "createsPeople", allows_provider_start as "allowsProviderStart"
    from sso_connections
    where organization_id = ${tx.context.organizationId} and id = ${connectionId} and status = 'active'
      and kind = ${method}
    for key share
  `);
  if (row) return row;
  throw new SignInRefusal('unknown_connection', 'This SSO connection is disabled.');
}

/** The sign-in this answers; undefined when it started at the provider, where the connection allows that (abuse 13). */
async function usedRequest(
  tx: Work,
  connection: ConnectionRules,
  { method, key, requestId, browser }: Input,
): Promise<OpenRequest | undefined> {
  const startedAtProvider = method === 'saml' && requestId === undefined;
  if (!startedAtProvider) {
    return useRequest(tx, { key: key ?? '', connectionId: connection.id, browser, requestId });
  }
  if (connection.allowsProviderStart) return undefined;
  throw new SignInRefusal(
    'provider_start_off',
    'This sign-in was started at the identity provider. Start at our sign-in page, or allow it for this connection.',
  );
}
