import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode } from '../src/kernel/errors.js';
import type { Logger } from '../src/kernel/logger.js';
import { maskedMessage, WIRE } from './errors.js';

/** Bytes of a request body: a bulk input in variables fits, a bomb does not. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Errors of one validation: enough to repair a query by, few enough that making them costs nothing. */
export const MAX_VALIDATION_ERRORS = 20;

const JSON_TYPE = 'application/json; charset=utf-8';

/** Apollo's adapter makes a URL of what the headers claim, and fails where that is none (RFC 9112 section 3.2: 400). */
export async function refuseBadHost(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (URL.canParse(request.url, `${request.protocol}://${request.hostname}/`)) return undefined;
  return refuse(request, reply, 400, 'INVALID_INPUT', 'The Host header of this request holds no host name.');
}

/** Browsers tell where a request starts. No page of another site has a reason to post here (abuse 13). */
export async function refuseCrossSite(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (request.headers['sec-fetch-site'] !== 'cross-site') return undefined;
  const message =
    'This request comes from a page of another site. Call the API from a server or from its own site.';
  return refuse(request, reply, 403, 'FORBIDDEN', message);
}

/** What is refused before GraphQL sees it: plain HTTP, size, media type, malformed JSON, `__proto__`. */
export function refuseHttp(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  if (error instanceof DomainError) {
    return refuse(request, reply, WIRE[error.code].refused, error.code, error.message);
  }
  const sentType = request.headers['content-type'] ?? 'none';
  if (error.statusCode === 413) {
    const message = `The request body is larger than ${MAX_BODY_BYTES} bytes. Split the request.`;
    return refuse(request, reply, 413, 'LIMIT_EXCEEDED', message);
  }
  if (error.statusCode === 415) {
    const message = `Content-Type '${sentType.slice(0, 100)}' is not accepted. Send application/json in UTF-8.`;
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

/** A refusal of the HTTP layer in the shape of every GraphQL error: a code of the catalogue and the request id. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
): FastifyReply {
  const body = { errors: [{ message, extensions: { code, requestId: request.id } }] };
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(body));
}
