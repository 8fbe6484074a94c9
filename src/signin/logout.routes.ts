import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endProviderSessions } from '../access/end-provider-sessions.js';
import { samlKey } from '../access/saml-key.js';
import { answeringConnection } from '../access/sign-in.queries.js';
import { SignInRefusal } from '../access/sign-in-refusal.js';
import { type LeftProvider, signOut } from '../access/sign-out.js';
import type { SamlSettings } from '../access/sso/settings.js';
import type { Context } from '../kernel/context.js';
import { dropSession } from './cookies.js';
import { requireOwnForm, type SignInOptions, type Visit, visit } from './door.js';
import { LOGOUT_TEXTS } from './logout-texts.js';
import { parsed } from './saml-envelope.js';
import {
  issuerOf,
  logoutMessage,
  logoutRequestXml,
  logoutResponseXml,
  readLogoutRequest,
  readLogoutResponse,
} from './saml-logout.js';
import { readPosted, requireSignedInside } from './saml-post.js';
import { type MessageName, readRedirect, redirectUrl, requireSigned } from './saml-redirect.js';
import { leavePageBody, noticePageBody, sendPage } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';

/** Base64 in a form: each of its `+`, `/` and `=` takes three characters. */
const MAX_FORM_BYTES = 256 * 1024;

type OwnSession = (request: FastifyRequest) => Promise<Context | undefined>;

/**
 * The way out. `/signin/<slug>/out` ends one's own session, whatever the provider does afterwards, and offers the way to
 * sign out there; providers lead back to it. `/signin/<slug>/saml/logout` is our SingleLogoutService,
 * by HTTP-Redirect and HTTP-POST.
 */
export function mountLogout(app: FastifyInstance, options: SignInOptions, ownSession: OwnSession): void {
  app.post('/signin/:slug/out', async (request, reply) => {
    const at = await visit(options, request);
    requireOwnForm(request);
    const context = await ownSession(request);
    const { left } = context ? await signOut(context, {}) : {};
    const url = left && (await providerLogoutUrl(at, left));
    reply.header('set-cookie', dropSession());
    if (!left || url === undefined) return signedOutPage(reply, at);
    const body = leavePageBody(at.language, at.page, { url, provider: left.connection.name });
    // A form may lead to this site alone (CSP), so the browser is sent on by the page that follows it.
    return sendPage(reply.header('refresh', `0; url=${url}`), 200, {
      language: at.language,
      title: SIGN_IN_TEXTS[at.language].signOut,
      body,
    });
  });

  app.get('/signin/:slug/out', async (request, reply) => {
    const at = await visit(options, request);
    const context = await ownSession(request);
    if (context) return reply.header('cache-control', 'no-store').redirect(`${at.path}/home`, 303);
    return signedOutPage(reply, at);
  });

  const hear = async (request: FastifyRequest, reply: FastifyReply, read: () => Said) => {
    const at = await visit(options, request);
    try {
      return await answerProvider(read(), reply, at);
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      options.logger.info({ requestId: request.id, reason: error.reason }, 'a logout message was refused');
      return sendPage(reply, 400, {
        language: at.language,
        title: LOGOUT_TEXTS[at.language].refusedTitle,
        body: noticePageBody(at.language, at.page, LOGOUT_TEXTS[at.language].refused),
      });
    }
  };
  app.get('/signin/:slug/saml/logout', (request, reply) => hear(request, reply, () => redirected(request)));
  app.post('/signin/:slug/saml/logout', { bodyLimit: MAX_FORM_BYTES }, (request, reply) =>
    hear(request, reply, () => posted(request)),
  );
}

/** A message of a provider by either binding. */
interface Said {
  name: MessageName;
  relayState: string | undefined;
  /** Whom it claims to be from, unproven. */
  issuer: string;
  /** The message, once one of the certificates has vouched for it. Throws SignInRefusal. */
  prove(certificates: readonly string[]): Element;
}

function redirected(request: FastifyRequest): Said {
  const [, query = ''] = request.url.split(/\?(.*)/s);
  const message = readRedirect(query);
  const root = logoutMessage(message.xml);
  const prove = (certificates: readonly string[]): Element => {
    requireSigned(message, certificates);
    return root;
  };
  return { ...message, issuer: issuerOf(root), prove };
}

function posted({ body }: FastifyRequest): Said {
  const message = readPosted(body instanceof URLSearchParams ? body : new URLSearchParams());
  const issuer = issuerOf(parsed(message.xml));
  return { ...message, issuer, prove: (certificates) => requireSignedInside(message.xml, certificates) };
}

const signedOutPage = (reply: FastifyReply, at: Visit, text = SIGN_IN_TEXTS[at.language].signedOut) =>
  sendPage(reply, 200, {
    language: at.language,
    title: SIGN_IN_TEXTS[at.language].signOut,
    body: noticePageBody(at.language, at.page, text),
  });

/** Where somebody goes to sign out at the provider as well; undefined where the provider has no such page. */
async function providerLogoutUrl(
  at: Visit,
  { connection: { settings }, ticket }: LeftProvider,
): Promise<string | undefined> {
  if (settings.kind === 'saml' && settings.logoutUrl !== null && ticket.kind === 'saml') {
    const { privateKey } = await samlKey(at.context);
    const xml = logoutRequestXml(settings.logoutUrl, at.ours.entityId, ticket);
    return redirectUrl(settings.logoutUrl, { name: 'SAMLRequest', xml, privateKey });
  }
  const endpoint = settings.kind === 'oidc' ? settings.server.end_session_endpoint : undefined;
  if (settings.kind !== 'oidc' || typeof endpoint !== 'string' || ticket.kind !== 'oidc') return undefined;
  if (!URL.canParse(endpoint)) return undefined;
  // OpenID Connect RP-Initiated Logout 1.0 section 2.
  const url = new URL(endpoint);
  url.searchParams.set('id_token_hint', ticket.idToken);
  url.searchParams.set('client_id', settings.clientId);
  url.searchParams.set('post_logout_redirect_uri', at.ours.afterLogoutUri);
  return url.href;
}

/** What a provider says of a logout: that it asks for one, or what became of ours. Signed, or it is refused. */
async function answerProvider(said: Said, reply: FastifyReply, at: Visit): Promise<FastifyReply> {
  const { issuer } = said;
  const connection = await answeringConnection(at.context, { issuer });
  if (connection?.settings.kind !== 'saml') {
    throw new SignInRefusal('issuer', `No active SAML connection is with '${issuer.slice(0, 200)}'.`);
  }
  const { settings } = connection;
  const root = said.prove(settings.certificates);
  if (issuerOf(root) !== settings.entityId)
    throw new SignInRefusal('issuer', 'The message names two issuers.');
  if (said.name === 'SAMLResponse') {
    const isDone = readLogoutResponse(root, at.ours.logoutUrl);
    return signedOutPage(reply, at, isDone ? undefined : LOGOUT_TEXTS[at.language].onlyHere);
  }
  const asked = readLogoutRequest(root, at.ours.logoutUrl);
  await endProviderSessions(at.context, {
    connectionId: connection.id,
    subject: asked.subject,
    providerSessions: asked.sessionIndexes,
    message: { id: `logout ${asked.id}`, expiresAt: asked.expiresAt },
  });
  const url = await responseUrl(at, settings, asked.id, said.relayState);
  if (url === undefined) return signedOutPage(reply, at);
  return reply.header('cache-control', 'no-store').redirect(url, 303);
}

async function responseUrl(
  at: Visit,
  settings: SamlSettings,
  inResponseTo: string,
  relayState: string | undefined,
): Promise<string | undefined> {
  const location = settings.logoutResponseUrl ?? settings.logoutUrl;
  if (location === null) return undefined;
  const { privateKey } = await samlKey(at.context);
  const xml = logoutResponseXml(location, at.ours.entityId, inResponseTo);
  return redirectUrl(location, { name: 'SAMLResponse', xml, relayState, privateKey });
}
