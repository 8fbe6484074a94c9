import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SCIM_PROFILES } from '../directory/profile.js';
import type { Database } from '../kernel/database.js';
import { DomainError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { type Origin, requireHttps } from '../origin.js';
import { profileForDiscovery } from '../provisioning/authenticate-connection.js';
import { ProvisioningLogWriter } from '../provisioning/log-writer.js';
import { createAdmission, identityOf } from './admission.js';
import { acceptScimBodies } from './body.js';
import { type BulkErrors, bulkRoutes } from './bulk.routes.js';
import { checkRequest, PREFIX } from './check-request.js';
import { type DiscoveryOptions, discoveryRoutes } from './discovery.routes.js';
import { type ErrorAnswer, toAnswer } from './error-answer.js';
import { quoting, scimError } from './errors.js';
import { groupsEndpoint } from './groups.routes.js';
import { openapiRoutes } from './openapi.routes.js';
import type { PaceOptions } from './pace.js';
import { resourceRoutes } from './resource.routes.js';
import { rootRoutes } from './root.routes.js';
import { usersEndpoint } from './users.routes.js';

/** Ten thousand members with display names and references fit. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** RFC 7644 section 8.1 knows no parameter of it; JSON is UTF-8 (RFC 8259 section 8.1). */
const MEDIA_TYPE = 'application/scim+json';
/** What serializes by itself is given no charset. */
const textOf = (payload: unknown): string =>
  typeof payload === 'string' ? payload : JSON.stringify(payload);

export interface ScimOptions {
  database: Database;
  origin: Origin;
  logger: Logger;
  /** Refuses plain HTTP: a token on the wire is a token in somebody's log (B5). */
  production: boolean;
  /** How fast one connection may send; as `DEFAULT_PACE` unless the operator says otherwise. */
  pace?: PaceOptions | undefined;
}

/** Mounts `/scim/v2`: media type, credential, organization; then one operation; then the answer or the SCIM error. */
export async function mountScim(app: FastifyInstance, options: ScimOptions): Promise<void> {
  const { database, origin, logger, pace } = options;
  const baseUrlOf = (request: Pick<FastifyRequest, 'headers'>): string =>
    `${origin.urlOf(request.headers.host)}${PREFIX}`;
  const writer = new ProvisioningLogWriter(database, logger);
  const admission = createAdmission({ database, origin, writer, baseUrlOf, pace });
  app.addHook('onClose', () => writer.close());
  await app.register(
    async (scim) => {
      acceptScimBodies(scim);
      scim.decorateRequest('scim');
      scim.decorateRequest('record');
      scim.addHook('onRequest', async (request, reply) => {
        reply.headers({ 'content-type': MEDIA_TYPE, 'cache-control': 'no-store' }).serializer(textOf);
        requireHttps(request, options.production);
        checkRequest(request);
      });
      scim.setErrorHandler(async (error, request, reply) => {
        const found = isOurs(error)
          ? error
          : await admission.prove(request).then(
              () => error,
              (refusal: unknown) => refusal,
            );
        return answer(found, request, reply, logger);
      });
      scim.setNotFoundHandler(checkRequest);
      const discovery: DiscoveryOptions = {
        baseUrlOf,
        profileOf: async (request) =>
          SCIM_PROFILES[await profileForDiscovery(database, identityOf(request, origin))],
      };
      await scim.register(discoveryRoutes(discovery));
      await scim.register(openapiRoutes(discovery));
      await scim.register(async (resources) => {
        resources.addHook('onRequest', admission.admit);
        resources.addHook('onRoute', (route) => {
          route.handler = admission.again(route.handler);
        });
        resources.addHook('onResponse', async (request, reply) => request.record?.finish(reply.statusCode));
        await resources.register(resourceRoutes(usersEndpoint, { logger }));
        await resources.register(resourceRoutes(groupsEndpoint, { logger, bodyLimit: MAX_GROUP_BYTES }));
        await resources.register(rootRoutes({ logger }));
        const toError: BulkErrors = (error, request) =>
          quoting(loggedAnswer(error, request, logger).body, request.id);
        await resources.register(bulkRoutes({ logger, toError }));
      });
    },
    { prefix: PREFIX },
  );
}

/**
 * What never reaches a route: a path whose escapes are no text (400), or one with a segment longer than any id (404).
 * Only SCIM has paths with ids in them, so its errors answer.
 */
export function refuseUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const body =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? scimError(404, 'There is nothing at this path: it is longer than any that this service has.')
      : scimError(400, 'The path of the request is not valid: its percent-escapes are no UTF-8 text.');
  reply
    .code(Number(body.status))
    .headers({ 'content-type': MEDIA_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
    .serializer(textOf)
    .send(body);
}

/** What would be said to anybody at this moment, and takes long enough already. */
const isOurs = (error: unknown): boolean =>
  error instanceof DomainError && (error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED');

/** The error answer, with the request id for whoever asks us about it; logged when the fault is ours. */
function answer(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const { status, body, headers } = loggedAnswer(error, request, logger);
  request.record?.refuse(body.detail, body.scimType);
  return reply
    .code(status)
    .headers({ ...headers, 'content-type': MEDIA_TYPE })
    .send(quoting(body, request.id));
}

function loggedAnswer(error: unknown, request: FastifyRequest, logger: Logger): ErrorAnswer {
  const found = toAnswer(error, request);
  if (found.status >= 500 && found.status !== 501) {
    const level = error instanceof DomainError ? 'warn' : 'error';
    const cause = error instanceof Error ? error.cause : undefined;
    logger[level]({ err: error, cause, requestId: request.id }, 'scim request failed');
  }
  return found;
}
