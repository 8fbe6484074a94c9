import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Context } from '../src/kernel/context.js';
import { DomainError } from '../src/kernel/errors.js';
import type { GraphqlContext } from './context.js';
import { insertDocument, NO_DOCUMENTS } from './documents.js';
import { type ErrorScope, refusal } from './errors.js';
import { readIdempotencyKey } from './idempotency.js';
import { checkLimits, type SentOperation } from './limits.js';
import type { GraphqlOptions, KnownCallers } from './server.js';
import { STREAM_PATH } from './stream-route.js';
import { isVisit } from './visits.js';

/** One run of a request. */
export interface RequestScope extends ErrorScope {
  /** Whether its caller may come from memory. */
  readonly mayRecall: boolean;
  /** The caller, when it came from memory: transactions prove it. */
  known?: Context | undefined;
}

type Run = (scope: RequestScope, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Runs a request, and once more with its caller authenticated whole when the caller came from memory and is not what it was.
 * Who was proven by no transaction is proven afterwards. Only what reads is run from memory.
 */
export const answerOnceMore =
  (run: Run, callers: KnownCallers | undefined) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const before = new Set(Object.keys(reply.getHeaders()));
    const scope: RequestScope = { requestId: request.id, logged: 0, mayRecall: true };
    const answer = await run(scope, request, reply);
    const { known, isAway } = scope;
    // An outage proves nothing, and would be waited for twice.
    const isGood = !scope.hasChanged && (!known || isAway || (await callers?.prove(known)));
    if (isGood) return answer;
    for (const name of Object.keys(reply.getHeaders())) if (!before.has(name)) reply.removeHeader(name);
    return run({ requestId: request.id, logged: 0, mayRecall: false }, request, reply);
  };

/**
 * Who is asking, then how much: an anonymous bomb is refused without being parsed. Without a credential a request is
 * answered that asks for what visitors may. A caller who is known and only reads is believed until the first transaction.
 */
export async function enter(
  request: FastifyRequest,
  options: GraphqlOptions,
  scope: RequestScope | undefined,
): Promise<GraphqlContext> {
  try {
    const documents = options.documents ?? NO_DOCUMENTS;
    const visits = options.visits?.(request);
    const visiting = visits && isVisit(request.body, documents) ? visits : undefined;
    const known = scope?.mayRecall && !visiting ? options.known?.recall(request) : undefined;
    if (scope) scope.known = known;
    const early = visiting?.nobody ?? known ?? (await options.authenticate(request));
    insertDocument(request.body, documents);
    const sent = isSentOperation(request.body) ? request.body : {};
    const operation = checkLimits(options.schema, sent);
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw notHere();
    const reads = operation?.operation === OperationTypeNode.QUERY;
    const caller = known && !reads ? await options.authenticate(request) : early;
    if (scope && caller !== known) scope.known = undefined;
    const context = { ...caller, progress: { isStored: false } };
    if (scope) scope.requestId = context.requestId;
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
