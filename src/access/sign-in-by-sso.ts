import { sql } from 'kysely';
import { z } from 'zod';
import { command, type Work } from '../kernel/operation.js';
import { licenseSettings } from '../licensing/seat-pool.js';
import { bringPerson } from './sign-in/bring-person.js';
import { LogoutTicket } from './sign-in/logout-ticket.js';
import { findCandidates, meetPerson, type SsoRules } from './sign-in/meet-person.js';
import { attempting, auditOf, enter, type SignInOutcome } from './sign-in/outcome.js';
import { type Answered, replayed, requireAnswered, useAssertion, useRequest } from './sign-in/requests.js';
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
      const { connectionId, person } = input;
      const answered = answeredBy(input);
      // In one packet and in this order; what each of them found is judged afterwards, in the same order.
      const [connection, used, isFirst, candidates, licenses] = await Promise.all([
        activeConnection(tx, input),
        answered && useRequest(tx, answered),
        input.assertion ? useAssertion(tx, connectionId, input.assertion, answered) : true,
        findCandidates(tx, connectionId, person),
        licenseSettings(tx),
      ]);
      if (!connection) {
        throw new SignInRefusal('unknown_connection', 'This SSO connection is disabled.');
      }
      if (!answered && !connection.allowsProviderStart) throw startedAtProvider();
      const request = answered && requireAnswered(used, answered);
      if (!isFirst) throw replayed(input.assertion?.id ?? '');
      try {
        const met = meetPerson(connection, person, candidates);
        if (met.user) noteUser(met.user.id);
        if (request?.isTest) return { kind: 'tested', userId: met.user?.id };
        const user = await bringPerson(tx, connection, person, met);
        noteUser(user.id);
        return await enter(tx, { ...input, user, licenses, returnPath: request?.returnPath ?? '' });
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

async function activeConnection(
  tx: Work,
  { connectionId, method }: Input,
): Promise<ConnectionRules | undefined> {
  const [row] = await tx.rows(
    sql<ConnectionRules>`
      select id, matches, creates_people as "createsPeople", allows_provider_start as "allowsProviderStart"
      from sso_connections
      where organization_id = ${tx.context.organizationId} and id = ${connectionId} and status = 'active'
        and kind = ${method}
      for key share
    `,
    { prepared: true },
  );
  return row;
}

/** The sign-in this answers; undefined when it started at the provider, where the connection allows that (abuse 13). */
function answeredBy({ method, connectionId, key, requestId, browser }: Input): Answered | undefined {
  const isStartedAtProvider = method === 'saml' && requestId === undefined;
  return isStartedAtProvider ? undefined : { key: key ?? '', connectionId, browser, requestId };
}

const startedAtProvider = (): SignInRefusal =>
  new SignInRefusal(
    'provider_start_off',
    'This sign-in was started at the identity provider. Start at our sign-in page, or allow it for this connection.',
  );
