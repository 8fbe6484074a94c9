import type { FastifyInstance } from 'fastify';
import { refuseSignIn } from '../access/refuse-sign-in.js';
import { samlKey } from '../access/saml-key.js';
import type { UsableConnection } from '../access/sign-in/usable-connection.js';
import { answeringConnection } from '../access/sign-in.queries.js';
import { signInBySso } from '../access/sign-in-by-sso.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { type Asserted, fromAssertion, type SentAttributes } from './asserted.js';
import { browserCookie, sessionCookie } from './cookies.js';
import { answer, type SignInOptions, type Visit, visit } from './door.js';
import type { SamlAssertion } from './saml-assertion.js';
import { decodeResponse, MAX_RESPONSE_BYTES, readEnvelope } from './saml-envelope.js';
import { requestIdOf, samlMetadata } from './saml-request.js';
import { verifyResponse } from './saml-response.js';

/** Base64 is a third longer, and each of its `+`, `/` and `=` three characters in a form. */
export const MAX_FORM_BYTES = MAX_RESPONSE_BYTES * 2;

interface Proof {
  connection: UsableConnection;
  assertion: SamlAssertion;
  person: Asserted;
}

/** `/signin/<slug>/saml`: our metadata by GET, responses by POST (the ACS of the organization). */
export function mountSaml(app: FastifyInstance, options: SignInOptions): void {
  app.get('/signin/:slug/saml', async (request, reply) => {
    const { context, ours } = await visit(options, request);
    const { certificate } = await samlKey(context);
    return reply.type('application/samlmetadata+xml').send(samlMetadata(ours, certificate));
  });

  app.post('/signin/:slug/saml', { bodyLimit: MAX_FORM_BYTES }, async (request, reply) => {
    const at = await visit(options, request);
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const key = sole(form, 'RelayState');
    const browser = browserCookie(request.headers.cookie);
    const tried: { connection?: UsableConnection; sent: SentAttributes; subject?: string } = { sent: {} };
    try {
      const { connection, assertion, person } = await prove(at, form, tried);
      const outcome = await signInBySso(at.context, {
        connectionId: connection.id,
        method: 'saml',
        key,
        requestId: requestIdOf(assertion.inResponseTo),
        browser,
        assertion,
        person,
        providerSession: assertion.ticket.sessionIndex ?? undefined,
        ticket: assertion.ticket,
        device: at.device,
        replaces: sessionCookie(request.headers.cookie),
      });
      return answer(reply, at, outcome, { subject: person.subject, attributes: assertion.attributes });
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      const isTest = await refuseSignIn(at.context, {
        method: 'saml',
        connectionId: tried.connection?.id,
        key,
        browser,
        refusal: error,
        device: at.device,
      });
      return answer(
        reply,
        at,
        { kind: 'refused', refusal: error, isTest },
        { subject: undefined, attributes: {} },
      );
    }
  });
}

/** A form field that was sent once and could be one of ours. */
function sole(form: URLSearchParams, name: string): string | undefined {
  const values = form.getAll(name);
  const [value] = values;
  return values.length === 1 && value !== undefined && value !== '' && value.length <= 2_048
    ? value
    : undefined;
}

async function prove(
  at: Visit,
  form: URLSearchParams,
  tried: { connection?: UsableConnection },
): Promise<Proof> {
  const responses = form.getAll('SAMLResponse');
  if (responses.length !== 1)
    throw new SignInRefusal('malformed', 'The form does not hold one SAMLResponse.');
  const envelope = readEnvelope(decodeResponse(responses[0] ?? ''));
  const connection = await answeringConnection(at.context, { issuer: envelope.issuer });
  if (connection?.settings.kind !== 'saml') {
    throw new SignInRefusal(
      'issuer',
      `No active SAML connection of this organization is with the identity provider '${envelope.issuer.slice(0, 200)}'.`,
    );
  }
  tried.connection = connection;
  const { settings } = connection;
  const assertion = await verifyResponse(envelope, {
    certificates: settings.certificates,
    issuer: settings.entityId,
    audience: at.ours.entityId,
    acsUrl: at.ours.acsUrl,
  });
  return { connection, assertion, person: fromAssertion(assertion, settings.attributes) };
}
