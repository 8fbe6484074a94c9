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
import type { Logger } from '../src/kernel/logger.js';
import { acceptGraphqlBodies } from './body.js';
import type { GraphqlContext } from './context.js';
import type { RegisteredDocuments } from './documents.js';
import { answerOnceMore, enter, type RequestScope } from './enter.js';
import { createErrorFormatter, type ErrorScope, failureHead } from './errors.js';
import { graphiqlPage } from './graphiql.js';
import type { Loaders } from './loaders.js';
import { MAX_TOKENS } from './parse-document.js';
import {
  MAX_BODY_BYTES,
  MAX_VALIDATION_ERRORS,
  refuse,
  refuseBadHost,
  refuseCrossSite,
  refuseHttp,
} from './refusals.js';
import { mountStreams } from './stream-route.js';
import type { Visits } from './visits.js';

/** Callers this process has accepted before. */
export interface KnownCallers {
  /** The caller behind a request that only reads: its transactions prove it. Undefined for one that is not known. */
  recall(request: FastifyRequest): Context | undefined;
  /** Whether such a caller is still what it was; true when that cannot be found out. */
  prove(context: Context): Promise<boolean>;
}

/** What the GraphQL door is built from. */
export interface GraphqlOptions {
  schema: GraphQLSchema;
  /** Hides introspection, validation details and GraphiQL. */
  production: boolean;
  logger: Logger;
  /** The caller behind a request; throws a DomainError (UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE ...) to refuse it. */
  authenticate(request: FastifyRequest): Promise<Context>;
  /** Without it every request is authenticated whole. */
  known?: KnownCallers;
  /** How whoever has no credential comes to an organization; undefined for a request that carries one. */
  visits?(request: FastifyRequest): Visits | undefined;
  createLoaders(context: Context): Loaders;
  writeMail: GraphqlContext['writeMail'];
  /** What first-party clients name instead of sending it. */
  documents?: RegisteredDocuments | undefined;
  /** Throws when the request may not be answered over what it came by (B5). */
  requireHttps?(request: FastifyRequest): void;
}

/** Errors of one set of variables; each prints the object it is about. */
const MAX_COERCION_ERRORS = 5;

/**
 * Mounts `/graphql`: POST with JSON through Apollo, and GraphiQL for a browser outside production. Every refusal, also
 * of the HTTP layer, is a GraphQL error body with a code and the request id.
 *
 * Fastify leads the shutdown: it finishes the requests under way, then Apollo stops. Apollo's own drain plugin would
 * call `close()` from inside `close()` and wait for itself.
 */
export async function mountGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const scopes = new AsyncLocalStorage<RequestScope>();
  const apollo = createApollo(options, () => scopes.getStore() ?? { requestId: 'unknown', logged: 0 });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  const execute = fastifyApolloHandler(apollo, {
    context: (request) => enter(request, options, scopes.getStore()),
  });
  const answer = answerOnceMore(
    (scope, request, reply) => scopes.run(scope, async () => execute.call(app, request, reply)),
    options.known,
  );

  await app.register(async (scope) => {
    acceptGraphqlBodies(scope, MAX_BODY_BYTES);
    scope.setErrorHandler<FastifyError>((error, request, reply) =>
      refuseHttp(error, request, reply, options.logger),
    );
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      options.requireHttps?.(request);
    });
    scope.route({
      method: 'POST',
      url: '/graphql',
      bodyLimit: MAX_BODY_BYTES,
      onRequest: [refuseBadHost, refuseCrossSite],
      handler: answer,
    });
    mountStreams(app, scope, options);
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

/**
 * Gives an answer without data the status and headers of the error table, where Apollo alone would say 200, and says of
 * an answer that it is one of before.
 */
const statusPlugin: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, errors, response }) {
      if (contextValue.context?.idempotencyKey?.replayed) {
        response.http.headers.set('idempotency-replayed', 'true');
      }
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
