import { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Context } from '../src/kernel/context.js';
import type { ErrorCode } from '../src/kernel/errors.js';
import type { Logger } from '../src/kernel/logger.js';
import type { GraphqlContext } from './context.js';
import { createErrorFormatter, type ErrorScope, failureHead, maskedMessage, refusal } from './errors.js';
import { graphiqlPage } from './graphiql.js';
import { checkLimits, MAX_TOKENS, type SentOperation } from './limits.js';
import type { Loaders } from './loaders.js';

/** What the GraphQL door is built from. */
export interface GraphqlOptions {
  schema: GraphQLSchema;
  /** Hides introspection, validation details and GraphiQL. */
  production: boolean;
  logger: Logger;
  /** The caller behind a request; throws a DomainError (UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE ...) to refuse it. */
  authenticate(request: FastifyRequest): Promise<Context>;
  createLoaders(context: Context): Loaders;
}

/** Bytes of a request body: a bulk input in variables fits, a bomb does not. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Errors of one validation: enough to repair a query by, few enough that making them costs nothing. */
const MAX_VALIDATION_ERRORS = 20;

/** Errors of one set of variables; each prints the object it is about. */
const MAX_COERCION_ERRORS = 5;

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Mounts `/graphql`: POST with JSON through Apollo, and GraphiQL for a browser outside production. Every refusal, also
 * of the HTTP layer, is a GraphQL error body with a code and the request id.
 *
 * Fastify leads the shutdown: it finishes the requests under way, then Apollo stops. Apollo's own drain plugin would
 * call `close()` from inside `close()` and wait for itself.
 */
export async function mountGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const scopes = new AsyncLocalStorage<ErrorScope>();
  const apollo = createApollo(options, () => scopes.getStore() ?? { requestId: 'unknown', logged: 0 });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  const execute = fastifyApolloHandler(apollo, {
    context: (request) => enter(request, options, scopes.getStore()),
  });

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
      scope.getDefaultJsonParser('error', 'error'),
    );
    scope.setErrorHandler<FastifyError>((error, request, reply) =>
      refuseHttp(error, request, reply, options.logger),
    );
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    scope.route({
      method: 'POST',
      url: '/graphql',
      bodyLimit: MAX_BODY_BYTES,
      onRequest: [refuseBadHost, refuseCrossSite],
      handler(request, reply) {
        return scopes.run({ requestId: request.id, logged: 0 }, () => execute.call(this, request, reply));
      },
    });
    scope.route({
      method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/graphql',
      // Before a body is read: none of these methods may send one.
      onRequest: (request, reply) => answerOtherMethod(request, reply, options.production),
      handler: () => undefined,
    });
  });
}

function createApollo(options: GraphqlOptions, scope: () => ErrorScope): ApolloServer<GraphqlContext> {
  const { production, logger } = options;
  return new ApolloServer<GraphqlContext>({
    schema: options.schema,
    logger,
    nodeEnv: production ? 'production' : 'development',
    introspection: !production,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationOptions: { hideSuggestions: true, maxErrors: MAX_VALIDATION_ERRORS },
    executionOptions: { maxCoercionErrors: MAX_COERCION_ERRORS },
    formatError: createErrorFormatter({ production, logger, scope }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      statusPlugin,
    ],
  });
}

/** Gives an answer without data the status and headers of the error table; Apollo alone would say 200. */
const statusPlugin: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ errors, response }) {
      if (!errors || response.body.kind !== 'single') return;
      const { data } = response.body.singleResult;
      if (data && Object.values(data).some((value) => value !== null)) return;
      const head = failureHead(errors);
      if (head) response.http.status = head.status;
      for (const [name, value] of head?.headers ?? []) response.http.headers.set(name, value);
      // A request that never ran has no data key at all; Apollo answers 200 to a persisted query that is switched off.
      if (data === undefined && response.http.status === 200) response.http.status = 400;
    },
  }),
};

/** Who is asking, then how much: an anonymous bomb is refused without being parsed. */
async function enter(
  request: FastifyRequest,
  options: GraphqlOptions,
  scope: ErrorScope | undefined,
): Promise<GraphqlContext> {
  try {
    const context = await options.authenticate(request);
    if (scope) scope.requestId = context.requestId;
    if (isSentOperation(request.body)) checkLimits(options.schema, request.body);
    return { context, loaders: options.createLoaders(context) };
  } catch (error) {
    throw refusal(error);
  }
}

/** Apollo itself refuses arrays (batches), strings and an empty body, with a message that says so. */
const isSentOperation = (body: unknown): body is SentOperation =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

/** Apollo's adapter makes a URL of what the headers claim, and fails where that is none (RFC 9112 section 3.2: 400). */
async function refuseBadHost(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (URL.canParse(request.url, `${request.protocol}://${request.hostname}/`)) return undefined;
  return refuse(request, reply, 400, 'INVALID_INPUT', 'The Host header of this request holds no host name.');
}

/** Browsers tell where a request starts. No page of another site has a reason to post here (abuse 13). */
async function refuseCrossSite(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (request.headers['sec-fetch-site'] !== 'cross-site') return undefined;
  const message =
    'This request comes from a page of another site. Call the API from a server or from its own site.';
  return refuse(request, reply, 403, 'FORBIDDEN', message);
}

async function answerOtherMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  production: boolean,
): Promise<FastifyReply> {
  const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
  if (!production && wantsPage) {
    const { gzip, contentSecurityPolicy } = await graphiqlPage();
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-encoding': 'gzip',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      .send(gzip);
  }
  reply.header('allow', 'POST');
  const message = `${request.method} is not supported on /graphql. Send the operation as JSON with POST.`;
  return refuse(request, reply, 405, 'NOT_SUPPORTED', message);
}

/** What Fastify refuses before Apollo sees it: size, media type, malformed JSON, `__proto__`. */
function refuseHttp(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const sentType = request.headers['content-type'] ?? 'none';
  if (error.statusCode === 413) {
    const message = `The request body is larger than ${MAX_BODY_BYTES} bytes. Split the request.`;
    return refuse(request, reply, 413, 'LIMIT_EXCEEDED', message);
  }
  if (error.statusCode === 415) {
    const message = `Content-Type '${sentType.slice(0, 100)}' is not accepted. Send application/json.`;
    return refuse(request, reply, 415, 'NOT_SUPPORTED', message);
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    const message =
      'The request body is not a JSON object this API accepts. Send {"query": "...", "variables": {...}}.';
    return refuse(request, reply, error.statusCode, 'INVALID_INPUT', message);
  }
  logger.error({ err: error, requestId: request.id }, 'graphql request failed');
  return refuse(request, reply, 500, 'INTERNAL', maskedMessage(request.id));
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
): FastifyReply {
  const body = { errors: [{ message, extensions: { code, requestId: request.id } }] };
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(body));
}
