import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endProviderSessions } from '../access/end-provider-sessions.js';
import { connectionsOfIssuer } from '../access/sign-in.queries.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { networkOf } from '../kernel/client-network.js';
import { type SignInOptions, type Visit, visit } from './door.js';
import { checkLogoutToken, MAX_TOKEN, readLogoutToken } from './logout-token.js';
import { ProviderKeys } from './provider-keys.js';
import { RefusalPace } from './refusal-pace.js';
import { isSignedBy } from './token-signature.js';

/**
 * `/signin/<slug>/oidc/logout`: where OpenID providers say that somebody's sessions are over (OpenID Connect Back-Channel
 * Logout 1.0 section 2.5). The provider itself calls, so there is no browser, no cookie and no page.
 */
export function mountBackChannel(app: FastifyInstance, options: SignInOptions): void {
  const keys = new ProviderKeys(options.outside);
  const pace = new RefusalPace();
  app.post('/signin/:slug/oidc/logout', { bodyLimit: 2 * MAX_TOKEN }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const client = networkOf(request.ip);
    const seconds = pace.secondsLeft(client);
    if (seconds !== undefined) {
      return reply.header('retry-after', seconds).code(429).send({ error: 'temporarily_unavailable' });
    }
    const at = await visit(options, request);
    try {
      await endSessions(at, keys, tokenOf(request));
      return reply.code(200).send();
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      pace.note(client);
      options.logger.info({ requestId: request.id, reason: error.reason }, 'a logout token was refused');
      return refuse(reply, error);
    }
  });
}

const refuse = (reply: FastifyReply, { detail }: SignInRefusal): FastifyReply =>
  reply.code(400).send({ error: 'invalid_request', error_description: detail });

function tokenOf({ body }: FastifyRequest): string {
  const tokens = body instanceof URLSearchParams ? body.getAll('logout_token') : [];
  const [token] = tokens;
  if (token !== undefined && tokens.length === 1) return token;
  throw new SignInRefusal('malformed', 'The form does not hold one logout_token.');
}

async function endSessions(at: Visit, keys: ProviderKeys, token: string): Promise<void> {
  const sent = readLogoutToken(token);
  const ofIssuer = await connectionsOfIssuer(at.context, { issuer: sent.issuer });
  if (ofIssuer.length === 0) {
    throw new SignInRefusal(
      'issuer',
      `No active OpenID connection is with '${sent.issuer.slice(0, 200).toWellFormed()}'.`,
    );
  }
  const connections = ofIssuer.flatMap((connection) => {
    const { settings } = connection;
    return settings.kind === 'oidc' && sent.audiences.includes(settings.clientId)
      ? [{ connection, settings }]
      : [];
  });
  if (connections.length === 0)
    throw new SignInRefusal('audience', 'The token is for another client than ours.');
  for (const { connection, settings } of connections) {
    if (!isSignedBy(await keys.find(connection, settings, sent.keyId), sent)) {
      throw new SignInRefusal('signature', 'No key of the provider signed this token.');
    }
    const { id, subject, session, expiresAt } = checkLogoutToken(sent, settings);
    await endProviderSessions(at.context, {
      connectionId: connection.id,
      subject,
      providerSessions: session === undefined ? [] : [session],
      message: { id: `logout token ${id}`, expiresAt },
    });
  }
}
