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
import { type GraphQLSchema, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Context } from '../src/kernel/context.js';
import { DomainError } from '../src/kernel/errors.js';
import type { Logger } from '../src/kernel/logger.js';
import { acceptGraphqlBodies } from './body.js';
import type { GraphqlContext } from './context.js';
import { insertDocument, NO_DOCUMENTS, type RegisteredDocuments } from './documents.js';
import { createErrorFormatter, type ErrorScope, failureHead, refusal } from './errors.js';
import { graphiqlPage } from './graphiql.js';
import { readIdempotencyKey } from './idempotency.js';
import { checkLimits, MAX_TOKENS, type SentOperation } from './limits.js';
import type { Loaders } from './loaders.js';
import {
  MAX_BODY_BYTES,
  MAX_VALIDATION_ERRORS,
  refuse,
  refuseBadHost,
  refuseCrossSite,
  refuseHttp,
} from './refusals.js';
import { mountStreams, STREAM_PATH } from './stream-route.js';
import { isVisit, type Visits } from './visits.js';

/** What the GraphQL door is built from. */
export interface GraphqlOptions {
  schema: GraphQLSchema;
  /** Hides introspection, validation details and GraphiQL. */
  production: boolean;
  logger: Logger;
  /** The caller behind a request; throws a DomainError (UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE ...) to refuse it. */
  authenticate(request: FastifyRequest): Promise<Context>;
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
  const scopes = new AsyncLocalStorage<ErrorScope>();
  const apollo = createApollo(options, () => scopes.getStore() ?? { requestId: 'unknown', logged: 0 });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  const execute = fastifyApolloHandler(apollo, {
    context: (request) => enter(request, options, scopes.getStore()),
  });

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
      handler(request, reply) {
        return scopes.run({ requestId: request.id, logged: 0 }, () => execute.call(this, request, reply));
      },
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

/**
 * Who is asking, then how much: an anonymous bomb is refused without being parsed. Without a credential a request is
 * answered that asks for what visitors may.
 */
async function enter(
  request: FastifyRequest,
  options: GraphqlOptions,
  scope: ErrorScope | undefined,
): Promise<GraphqlContext> {
  try {
    const documents = options.documents ?? NO_DOCUMENTS;
    const visits = options.visits?.(request);
    const visiting = visits && isVisit(request.body, documents) ? visits : undefined;
    const caller = visiting?.nobody ?? (await options.authenticate(request));
    const context = { ...caller, progress: { isStored: false } };
    if (scope) scope.requestId = context.requestId;
    insertDocument(request.body, documents);
    const sent = isSentOperation(request.body) ? request.body : {};
    const operation = checkLimits(options.schema, sent);
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw notHere();
    const keyed = withIdempotencyKey(context, request, { ...sent, operation });
    return {
      context: keyed,
      loaders: options.createLoaders(context),
      writeMail: options.writeMail,
      ...(visiting && { visits: visiting }),
    };
  } catch (error) {
    throw refusal(error);
  }
}

function withIdempotencyKey(
  context: Context,
  { headers }: FastifyRequest,
  { query, variables, operation }: SentOperation & { operation: OperationDefinitionNode | undefined },
): Context {
  const header = headers['idempotency-key'];
  if (header === undefined) return context;
  if (context.actor.kind === 'visitor') throw keyOfNobody();
  const credential = headers.authorization ?? '';
  return {
    ...context,
    idempotencyKey: readIdempotencyKey({ header, credential, operation, query, variables }),
  };
}

const keyOfNobody = (): DomainError =>
  new DomainError(
    'INVALID_INPUT',
    'A result is kept for whoever has a credential. Without one send the request without an Idempotency-Key.',
    { field: 'Idempotency-Key' },
  );

const notHere = (): DomainError =>
  new DomainError(
    'NOT_SUPPORTED',
    `Subscriptions are answered as streams of events. Send this to ${STREAM_PATH}.`,
  );

/** Apollo itself refuses arrays (batches), strings and an empty body, with a message that says so. */
const isSentOperation = (body: unknown): body is SentOperation =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

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
