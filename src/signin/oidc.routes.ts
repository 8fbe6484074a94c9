import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseSignIn } from '../access/refuse-sign-in.js';
import { answeringConnection } from '../access/sign-in.queries.js';
import { signInBySso } from '../access/sign-in-by-sso.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { DomainError } from '../kernel/errors.js';
import { claimsOf, fromClaims } from './asserted.js';
import { browserCookie, sessionCookie } from './cookies.js';
import { answer, type SignInOptions, visit } from './door.js';
import type { OidcClients } from './oidc-client.js';

/** Longer than any code and `state`; RFC 6749 sets no limit. */
const MAX_QUERY = 8_192;

/** `/signin/<slug>/oidc`: where providers send people back to. */
export function mountOidc(app: FastifyInstance, options: SignInOptions, clients: OidcClients): void {
  app.get('/signin/:slug/oidc', async (request, reply) => {
    const at = await visit(options, request);
    const query = queryOf(request);
    const states = query.getAll('state');
    const key = states.length === 1 ? states[0] : undefined;
    const browser = browserCookie(request.headers.cookie);
    let connectionId: string | undefined;
    try {
      const connection = await answeringConnection(at.context, { key, browser });
      if (connection?.settings.kind !== 'oidc' || !key || !browser) {
        throw new SignInRefusal(
          'unknown_request',
          'This answers no sign-in that is under way in this browser: it was used before, took more than 15 minutes, or was never started here.',
        );
      }
      connectionId = connection.id;
      const url = new URL(`${at.ours.redirectUri}?${query.toString()}`);
      const { subject, claims, idToken } = await clients.person(connection, connection.settings, {
        url,
        key,
        browser,
      });
      const person = fromClaims(subject, claims, connection.settings.attributes);
      const outcome = await signInBySso(at.context, {
        connectionId,
        method: 'oidc',
        key,
        browser,
        person,
        providerSession: sidOf(claims),
        ticket: { kind: 'oidc', idToken },
        device: at.device,
        replaces: sessionCookie(request.headers.cookie),
      });
      return answer(reply, at, outcome, { subject, attributes: claimsOf(claims) });
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      const failed = {
        method: 'oidc',
        connectionId,
        key,
        browser,
        refusal: error,
        device: at.device,
      } as const;
      const isTest = await refuseSignIn(at.context, failed);
      return answer(
        reply,
        at,
        { kind: 'refused', refusal: error, isTest },
        { subject: undefined, attributes: {} },
      );
    }
  });
}

/** The provider's session (OpenID Connect Front-Channel Logout 1.0 section 3), as far as it is an ordinary name. */
const sidOf = ({ sid }: Record<string, unknown>): string | undefined =>
  typeof sid === 'string' && /^[\x21-\x7e]{1,255}$/.test(sid) ? sid : undefined;

function queryOf(request: FastifyRequest): URLSearchParams {
  const [, text = ''] = request.url.split(/\?(.*)/s);
  if (text.length > MAX_QUERY)
    throw new DomainError('INVALID_INPUT', `The answer is longer than ${MAX_QUERY} characters.`);
  return new URLSearchParams(text);
}
