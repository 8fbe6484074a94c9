import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { RegisteredDocuments } from '../graphql/documents.js';
import { createLoaders } from '../graphql/loaders.js';
import { resolvers } from '../graphql/resolvers.js';
import { buildGraphqlSchema } from '../graphql/schema.js';
import { mountGraphql } from '../graphql/server.js';
import { authenticateToken } from './access/authenticate-token.js';
import { KnownTokens, type TokenRequest } from './access/known-token.js';
import { createOutbound } from './access/outbound.js';
import { mountHealth } from './health.js';
import { CredentialChanged } from './kernel/credential-check.js';
import type { Database } from './kernel/database.js';
import type { Logger } from './kernel/logger.js';
import { prove } from './kernel/tenancy.js';
import { renderMail } from './mail/render-mail.js';
import { hostOf, type Origin, requireHttps } from './origin.js';
import { mountOutbox } from './outbox-page.js';
import type { PaceOptions } from './scim/pace.js';
import { mountScim, refuseUnroutable } from './scim/router.js';
import { authenticateBrowser, mountAuthentication } from './signin/authentication.js';
import { sessionCookie } from './signin/cookies.js';
import { mountSignin } from './signin/router.js';
import { visitsOf } from './visits.js';

/** A body must arrive within this; Fastify's own default is never. */
const REQUEST_TIMEOUT_MS = 12_000;
/** How often Node looks for requests that are late; its own 30 s let half a request live for 42 s and more (F15). */
const LATE_CHECK_MS = 2_000;
const BODY_LIMIT_BYTES = 1024 * 1024;
/** A request id a client sends is kept when it cannot forge a log line. */
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** Where the secret of a mailed link stands, which no log may hold; the router takes it for a page with more slashes, too. */
const LINK_TOKEN = /(\/signin\/+[\w-]+\/+).+/i;

export interface AppOptions {
  database: Database;
  origin: Origin;
  logger: Logger;
  production: boolean;
  /** The documents of first-party clients; none when absent. */
  documents?: RegisteredDocuments;
  /** Whether identity providers may be on private addresses; never in production. */
  allowPrivateProviders?: boolean;
  /** False on a worker process, which serves health and metrics only. */
  doors: boolean;
  /** How fast one SCIM connection may send; the default of `src/scim/admission` without it. */
  pace?: PaceOptions;
  /** Aborted when the process has been told to end: from then on every answer ends its connection. */
  stopping?: AbortSignal;
}

/** An outage says nothing of a credential, and has been told already. */
const holds = (proven: Promise<void>): Promise<boolean> =>
  proven.then(
    () => true,
    (error: unknown) => !(error instanceof CredentialChanged),
  );

/** A page of a link is logged by its pattern, however its address was written; of others no query. */
function loggedPath({ url, params, routeOptions }: FastifyRequest): string {
  const isLink = typeof params === 'object' && params !== null && 'token' in params;
  const [path = ''] = url.split('?');
  return isLink ? (routeOptions.url ?? '') : path.replace(LINK_TOKEN, '$1');
}

/** The HTTP side of one process: every door on one Fastify. Tests build the same app. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { database, origin, logger, production } = options;
  const app = Fastify({
    loggerInstance: logger.child({}, { level: 'warn' }) as FastifyBaseLogger,
    // Nothing of ours logs through a request, and a logger for each costs a twentieth of a look-up. What Fastify itself warns
    // of goes without the request id.
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Half a head is measured by a time of its own, whose default is a minute.
    http: {
      connectionsCheckingInterval: LATE_CHECK_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
    },
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    // A proxy on this machine or its private network may say who the client is; nobody else may.
    trustProxy: 'loopback, linklocal, uniquelocal',
    genReqId: (request) => {
      const sent = request.headers['x-request-id'];
      return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
    },
    frameworkErrors: refuseUnroutable,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 300 },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (options.stopping?.aborted) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    if (!logger.isLevelEnabled('debug')) return;
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        path: loggedPath(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  mountHealth(app, database, options.stopping);
  if (!options.doors) return app;
  await mountScim(app, { database, origin, logger, production, pace: options.pace });
  const stationery = {
    secretKey: database.secretKey,
    pageUrl: origin.pageUrlOf,
    showsLinks: !production,
  };
  if (!production) mountOutbox(app, database, stationery);
  const outbound = createOutbound({ allowPrivate: options.allowPrivateProviders ?? false });
  app.addHook('onClose', () => outbound.close());
  const outside = { ...outbound, signinUrlOf: origin.signinUrlOf };
  await mountSignin(app, { database, origin, logger, production });
  await mountAuthentication(app, { database, origin, outside, logger, production });
  const tokens = new KnownTokens();
  const askedBy = (request: FastifyRequest): TokenRequest => ({
    authorization: request.headers.authorization,
    hostSlug: origin.slugOf(hostOf(request.raw)),
    requestId: request.id,
    outside,
  });
  await mountGraphql(app, {
    schema: buildGraphqlSchema(resolvers),
    production,
    logger,
    createLoaders: (context) => createLoaders(context, origin.scimUrlOf),
    writeMail: (mail) => renderMail(mail, stationery),
    documents: options.documents,
    requireHttps: (request) => requireHttps(request, production),
    visits: (request) => visitsOf(request, { database, origin }),
    known: {
      recall: (request) => tokens.contextOf(database, askedBy(request)),
      prove: (context) => holds(prove(context)),
    },
    authenticate: (request) => {
      const { authorization, cookie } = request.headers;
      const session = authorization === undefined ? sessionCookie(cookie) : undefined;
      const asked = askedBy(request);
      if (session === undefined) return authenticateToken(database, asked, tokens);
      return authenticateBrowser(database, { session, headers: request.headers, ...asked });
    },
  });
  return app;
}
