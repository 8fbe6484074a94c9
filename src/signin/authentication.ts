import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticateSession } from '../access/authenticate-session.js';
import { signedInPerson } from '../access/sessions.queries.js';
import { isTestTicket } from '../access/sso-test.queries.js';
import { startSso } from '../access/start-sso.js';
import type { Context, Outside } from '../kernel/context.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import { hostOf } from '../origin.js';
import { mountBackChannel } from './back-channel.routes.js';
import { browserCookie, newBrowser, sessionCookie, setBrowser } from './cookies.js';
import { type SignInOptions, visit } from './door.js';
import { html } from './html.js';
import { languageOf } from './language.js';
import { mountLogout } from './logout.routes.js';
import { mountOidc } from './oidc.routes.js';
import { OidcClients } from './oidc-client.js';
import { mountPassword } from './password.routes.js';
import { safeReturnPath } from './return-path.js';
import { isSameOrigin } from './same-origin.js';
import { MAX_FORM_BYTES, mountSaml } from './saml.routes.js';
import { samlRequestUrl } from './saml-request.js';
import { homePageBody, sendPage } from './sign-in-pages.js';
import { SIGN_IN_TEXTS } from './sign-in-texts.js';

/** Mounts what follows from `/signin/<slug>`: the ways in, the page of whoever is in, and the way out. */
export async function mountAuthentication(app: FastifyInstance, options: SignInOptions): Promise<void> {
  const clients = new OidcClients(options.outside);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    scope.addHook('onRequest', async (request, reply) => {
      if (!options.production || request.protocol === 'https') return undefined;
      return reply.redirect(`${options.origin.urlOf(request.headers.host)}${request.url}`, 308);
    });
    scope.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply, options));

    // Where the page was at first; links to it are kept.
    scope.get('/signin/:slug/in', async (request, reply) => {
      const at = await visit(options, request);
      const to = safeReturnPath((request.query as { to?: unknown }).to) ?? '';
      return reply.redirect(to === '' ? at.page : `${at.page}?to=${encodeURIComponent(to)}`, 301);
    });
    scope.get('/signin/:slug/start/:connectionId', (request, reply) =>
      start(options, clients, request, reply),
    );
    mountSaml(scope, options);
    mountOidc(scope, options, clients);
    mountBackChannel(scope, options);
    mountPassword(scope, options);

    scope.get('/signin/:slug/home', async (request, reply) => {
      const at = await visit(options, request);
      const context = await ownSession(options, request);
      if (context?.organizationId !== at.context.organizationId) {
        return reply.header('cache-control', 'no-store').redirect(at.page, 303);
      }
      const { name, organization } = await signedInPerson(context, {});
      const body = homePageBody(at.language, at.path, name);
      return sendPage(reply, 200, { language: at.language, title: organization, body });
    });
    mountLogout(scope, options, (request) => ownSession(options, request));
  });
}

/**
 * The person behind a session cookie at the API. FORBIDDEN unless the browser says that the request comes from a page of
 * this very host, because a cookie comes along with anybody's request (abuse 13); UNAUTHENTICATED for a session that
 * ended.
 */
export async function authenticateBrowser(
  database: Database,
  request: {
    session: string;
    headers: IncomingHttpHeaders;
    hostSlug: string | undefined;
    requestId: string;
    outside: Outside;
  },
): Promise<Context> {
  if (!isSameOrigin(request.headers)) {
    throw new DomainError(
      'FORBIDDEN',
      'A session is accepted from the pages of this site only. Use an API token elsewhere.',
    );
  }
  const context = await authenticateSession(database, { ...request, cookie: request.session });
  if (context) return context;
  throw new DomainError('UNAUTHENTICATED', 'This session has ended. Sign in again.');
}

const ownSession = ({ database, outside, origin }: SignInOptions, request: FastifyRequest) =>
  authenticateSession(database, {
    cookie: sessionCookie(request.headers.cookie),
    hostSlug: origin.slugOf(hostOf(request.raw)),
    requestId: request.id,
    outside,
  });

/** Sends a browser to its provider, with a cookie that makes the answer worth something to this browser alone. */
async function start(
  options: SignInOptions,
  clients: OidcClients,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const at = await visit(options, request);
  const { connectionId = '' } = request.params as { connectionId?: string };
  const { to, test } = request.query as { to?: unknown; test?: unknown };
  const browser = browserCookie(request.headers.cookie) ?? newBrowser();
  const { connection, request: started } = await startSso(at.context, {
    connectionId,
    browser,
    returnPath: safeReturnPath(to) ?? '',
    isTest: typeof test === 'string' && isTestTicket(at.context, connectionId, test),
  });
  const { settings } = connection;
  const { redirectUri } = at.ours;
  const url =
    settings.kind === 'oidc'
      ? await clients.startUrl(connection, settings, { key: started.key, browser, redirectUri })
      : settings.kind === 'saml'
        ? samlRequestUrl(settings, at.ours, started)
        : at.page;
  return reply
    .header('cache-control', 'no-store')
    .header('set-cookie', setBrowser(browser))
    .redirect(url, 303);
}

/** A page for whatever went wrong; what is ours to fix is logged and says no more than its request id. */
function refuse(
  error: FastifyError | DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger }: SignInOptions,
): FastifyReply {
  const language = languageOf(request.headers['accept-language'], 'en');
  const texts = SIGN_IN_TEXTS[language];
  const status = error instanceof DomainError ? STATUS[error.code] : (error.statusCode ?? 500);
  if (status === undefined || status >= 500)
    logger.error({ err: error, requestId: request.id }, 'sign-in failed');
  if (error instanceof DomainError && error.retryAfter !== undefined)
    reply.header('retry-after', error.retryAfter);
  const text = status === 404 ? texts.notFound : texts.reference(request.id);
  return sendPage(reply, status ?? 500, { language, title: texts.failed, body: html`<p>${text}</p>` });
}

const STATUS: Partial<Record<DomainError['code'], number>> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  INVALID_INPUT: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};
