import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createLoaders } from '../graphql/loaders.js';
import { resolvers } from '../graphql/resolvers.js';
import { buildGraphqlSchema } from '../graphql/schema.js';
import { mountGraphql } from '../graphql/server.js';
import { authenticateToken } from './access/authenticate-token.js';
import { mountHealth } from './health.js';
import type { Database } from './kernel/database.js';
import type { Logger } from './kernel/logger.js';
import { hostOf, type Origin } from './origin.js';
import { mountScim, refuseUnroutable } from './scim/router.js';

/** A body must arrive within this; Fastify's own default is never (stack.md). */
const REQUEST_TIMEOUT_MS = 12_000;
const BODY_LIMIT_BYTES = 1024 * 1024;
/** A request id a client sends is kept when it cannot forge a log line. */
const REQUEST_ID = /^[\w.-]{8,64}$/;

export interface AppOptions {
  database: Database;
  origin: Origin;
  logger: Logger;
  production: boolean;
  /** False on a worker process, which serves health and metrics only. */
  doors: boolean;
}

/** The HTTP side of one process: every door on one Fastify. Tests build the same app. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { database, origin, logger, production } = options;
  const app = Fastify({
    loggerInstance: logger.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
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
  });
  app.addHook('onResponse', async (request, reply) => {
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  mountHealth(app, database);
  if (!options.doors) return app;
  await mountScim(app, { database, origin, logger, production });
  await mountGraphql(app, {
    schema: buildGraphqlSchema(resolvers),
    production,
    logger,
    createLoaders,
    authenticate: (request) =>
      authenticateToken(database, {
        authorization: request.headers.authorization,
        hostSlug: origin.slugOf(hostOf(request.raw)),
        requestId: request.id,
      }),
  });
  return app;
}
