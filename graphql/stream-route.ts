import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  createSourceEventStream,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { insertDocument, NO_DOCUMENTS } from './documents.js';
import { createErrorFormatter, type ErrorScope, refusalHead } from './errors.js';
import { EventStream } from './event-stream.js';
import { Live, type LiveEvent } from './live.js';
import { Pulse } from './pulse.js';
import { MAX_BODY_BYTES, refuse, refuseBadHost, refuseCrossSite } from './refusals.js';
import type { GraphqlOptions } from './server.js';
import { RefusedDocument, readSubscription } from './stream-request.js';
import { Streams } from './streams.js';

export const STREAM_PATH = '/graphql/stream';

type Format = (error: unknown) => GraphQLFormattedError;

/**
 * Mounts `/graphql/stream`: one subscription per POST, answered as server-sent events by the GraphQL over SSE protocol
 * (distinct connections mode). Who is asking, the limits and the errors are those of `/graphql`. What is refused before
 * the first event is an ordinary answer with the status of its code; what ends a stream later is its last event.
 */
export function mountStreams(app: FastifyInstance, scope: FastifyInstance, options: GraphqlOptions): void {
  const [pulse, streams] = [new Pulse(), new Streams()];
  app.addHook('preClose', async () => streams.stop());
  scope.route({
    method: 'POST',
    url: STREAM_PATH,
    bodyLimit: MAX_BODY_BYTES,
    onRequest: [refuseBadHost, refuseCrossSite],
    handler: (request, reply) => new Answer(request, reply, options, { pulse, streams }).run(),
  });
  scope.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: STREAM_PATH,
    onRequest: async (request, reply) => {
      reply.header('allow', 'POST');
      const message = `${request.method} is not supported on ${STREAM_PATH}. Send the subscription as JSON with POST.`;
      return refuse(request, reply, 405, 'NOT_SUPPORTED', message);
    },
    handler: () => undefined,
  });
}

/** One subscription, from the request to the end of its stream. */
class Answer {
  private readonly scope: ErrorScope;
  private readonly format: Format;
  private readonly gone = new AbortController();

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly options: GraphqlOptions,
    private readonly shared: { pulse: Pulse; streams: Streams },
  ) {
    this.scope = { requestId: request.id, logged: 0 };
    const format = createErrorFormatter({ ...options, scope: () => this.scope });
    this.format = (error) => format(formatted(error), error);
    reply.raw.once('close', () => this.gone.abort());
  }

  async run(): Promise<unknown> {
    let leave = (): void => {};
    try {
      const context = await this.options.authenticate(this.request);
      this.scope.requestId = context.requestId;
      insertDocument(this.request.body, this.options.documents ?? NO_DOCUMENTS);
      const args = readSubscription(this.options.schema, this.request.body);
      const place = this.shared.streams.enter(context);
      leave = place.leave;
      const live = new Live({
        pulse: this.shared.pulse,
        context,
        credential: `${this.request.headers.authorization} ${this.request.headers.host}`,
        authenticate: () => this.options.authenticate(this.request),
        lastEventId: this.request.headers['last-event-id']?.toString(),
        ended: AbortSignal.any([this.gone.signal, place.stopped]),
      });
      const contextOf = () => ({
        context: live.context,
        loaders: this.options.createLoaders(live.context),
        live,
      });
      const source = await createSourceEventStream({ ...args, contextValue: contextOf() });
      if (!(Symbol.asyncIterator in source)) throw new RefusedDocument(source.errors ?? [], 'BAD_USER_INPUT');
      const events = source[Symbol.asyncIterator]() as AsyncIterator<LiveEvent<unknown>>;
      // So that a refusal is an answer with a status, and not a stream.
      const first = await events.next();
      this.reply.hijack();
      await this.stream(events, first, (event) =>
        execute({ ...args, rootValue: event, contextValue: contextOf() }),
      );
      return undefined;
    } catch (error) {
      return this.refuse(error);
    } finally {
      leave();
    }
  }

  private async stream(
    events: AsyncIterator<LiveEvent<unknown>>,
    first: IteratorResult<LiveEvent<unknown>>,
    answer: (event: LiveEvent<unknown>) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<void> {
    const stream = new EventStream(this.reply.raw, { 'x-request-id': this.request.id });
    try {
      for (let step = first; !step.done && !stream.closed.aborted; step = await events.next()) {
        const { cursor, value } = step.value;
        if (value === undefined) await stream.send({ id: cursor });
        else await stream.send({ event: 'next', id: cursor, data: this.present(await answer(step.value)) });
      }
    } catch (error) {
      await stream.send({ event: 'next', data: { errors: [this.format(error)] } });
    } finally {
      await events.return?.();
      await stream.send({ event: 'complete' });
      stream.end();
    }
  }

  private present({ data, errors }: ExecutionResult) {
    return { ...(errors && { errors: errors.map(this.format) }), ...(data !== undefined && { data }) };
  }

  private refuse(error: unknown): FastifyReply {
    const { status, headers } =
      error instanceof RefusedDocument ? { status: 400, headers: [] } : refusalHead(error);
    const errors =
      error instanceof RefusedDocument
        ? error.errors.map((one) => this.formatRefused(one, error.code))
        : [this.format(error)];
    for (const [name, value] of headers) this.reply.header(name, value);
    return this.reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify({ errors }));
  }

  /** With the code that Apollo gives to the same refusal, which the table of errors knows. */
  private formatRefused(error: GraphQLError, code: string): GraphQLFormattedError {
    const format = createErrorFormatter({ ...this.options, scope: () => this.scope });
    return format({ ...error.toJSON(), extensions: { code } }, error);
  }
}

/** An error as the formatter takes it: what GraphQL made says where, and anything else says nothing by itself. */
const formatted = (error: unknown): GraphQLFormattedError =>
  error instanceof Error && 'toJSON' in error ? (error as GraphQLError).toJSON() : { message: '' };
