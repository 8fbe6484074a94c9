import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CredentialChanged } from '../src/kernel/credential-check.js';
import { DomainError, type ErrorCode } from '../src/kernel/errors.js';
import type { Logger } from '../src/kernel/logger.js';

interface Wire {
  /** HTTP status when the whole request is refused before anything ran. */
  refused: number;
  /** HTTP status when a resolver failed and the answer holds no data. An answer that holds data is always 200. */
  failed: number;
}

/**
 * The one table from the catalogue to this wire. `extensions.code` is the code itself. After execution only those
 * failures leave 200 that proxies and retrying clients must see without reading the body.
 */
export const WIRE: Readonly<Record<ErrorCode, Wire>> = {
  UNAUTHENTICATED: { refused: 401, failed: 401 },
  FORBIDDEN: { refused: 403, failed: 200 },
  NOT_FOUND: { refused: 404, failed: 200 },
  INVALID_INPUT: { refused: 400, failed: 200 },
  CONFLICT: { refused: 409, failed: 200 },
  PRECONDITION_FAILED: { refused: 412, failed: 200 },
  NOT_SUPPORTED: { refused: 400, failed: 200 },
  LIMIT_EXCEEDED: { refused: 400, failed: 200 },
  RATE_LIMITED: { refused: 429, failed: 429 },
  SCIM_MANAGED: { refused: 409, failed: 200 },
  UNAVAILABLE: { refused: 503, failed: 503 },
  INTERNAL: { refused: 500, failed: 200 },
};

/**
 * Refusals that GraphQL itself makes, by the code Apollo gives them. Three keep their well-known names because clients
 * and code generators look for them; the others say the same as a code of the catalogue.
 */
export const PROTOCOL_CODES: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_SUPPORTED',
  BAD_USER_INPUT: 'INVALID_INPUT',
  BAD_REQUEST: 'INVALID_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'INVALID_INPUT',
};

/** A coercion error quotes the value that was sent; a refusal must not be larger than what it refuses. */
const MAX_MESSAGE_LENGTH = 1_000;

/** A list of a thousand broken rows is one incident, not a thousand log lines. */
const MAX_LOGGED_PER_REQUEST = 10;

/** Seconds, when an outage or a rate limit does not name its own delay. */
const DEFAULT_RETRY_AFTER = 1;

/** The request an error belongs to. */
export interface ErrorScope {
  requestId: string;
  /** What this request has already written to the log. */
  logged: number;
  /** Whether its credential is not what it was remembered to be. */
  hasChanged?: boolean;
  /** Whether something it needs is not reachable. */
  isAway?: boolean;
}

export interface ErrorFormatterOptions {
  production: boolean;
  logger: Logger;
  scope: () => ErrorScope;
}

/**
 * Apollo's `formatError`. A DomainError gives its message, code, field and retryAfter; what GraphQL refuses keeps its
 * message without suggestions, and in production validation gives the place only, because those messages name types.
 * Everything else is masked and logged with its cause. Every error carries the request id.
 */
export function createErrorFormatter(options: ErrorFormatterOptions) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const scope = options.scope();
    const cause = rootCause(error);
    // Nobody reads this answer: the request is authenticated whole and run again.
    if (cause instanceof CredentialChanged) {
      scope.hasChanged = true;
      return formatted;
    }
    if (cause instanceof DomainError && cause.code !== 'INTERNAL') {
      if (cause.code === 'UNAVAILABLE') {
        scope.isAway = true;
        log(options.logger, 'warn', scope, cause, formatted);
      }
      return present(formatted, cause.message, {
        code: cause.code,
        ...(cause.field !== undefined && { field: cause.field }),
        ...(cause.retryAfter !== undefined && { retryAfter: cause.retryAfter }),
        requestId: scope.requestId,
      });
    }
    const code = protocolCode(formatted, error, cause);
    if (code !== undefined) {
      const message = protocolMessage(formatted, options.production);
      return present(formatted, message, { code, requestId: scope.requestId });
    }
    log(options.logger, 'error', scope, cause, formatted);
    return present(formatted, maskedMessage(scope.requestId), {
      code: 'INTERNAL' satisfies ErrorCode,
      requestId: scope.requestId,
    });
  };
}

/** What a client reads when the fault is ours; the request id finds the cause in the log. */
export const maskedMessage = (requestId: string): string =>
  `Something went wrong on our side. Quote request id ${requestId} when you report it.`;

/** Wraps whatever ended a request before it ran, so that Apollo answers with the status and headers of the table. */
export function refusal(error: unknown): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const refused = new GraphQLError(cause.message, { originalError: cause });
  // Assigned, because the types that come with GraphiQL claim another shape for `http` than Apollo reads.
  Object.assign(refused.extensions, { http: refusalHead(cause) });
  return refused;
}

/** Status and headers of a request that was refused before it ran. */
export function refusalHead(cause: unknown): { status: number; headers: HeaderMap } {
  const code = cause instanceof DomainError ? cause.code : 'INTERNAL';
  return { status: WIRE[code].refused, headers: refusalHeaders(cause) };
}

/** Status and headers of an executed request whose answer holds no data, or undefined when 200 is right. */
export function failureHead(errors: readonly unknown[]): { status: number; headers: HeaderMap } | undefined {
  for (const error of errors) {
    const cause = rootCause(error);
    if (!(cause instanceof DomainError)) continue;
    const status = WIRE[cause.code].failed;
    if (status !== 200) return { status, headers: refusalHeaders(cause) };
  }
  return undefined;
}

function refusalHeaders(cause: unknown): HeaderMap {
  const headers = new HeaderMap();
  if (!(cause instanceof DomainError)) return headers;
  if (cause.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer realm="Rollcall"');
  if (cause.code === 'UNAVAILABLE' || cause.code === 'RATE_LIMITED') {
    headers.set('retry-after', String(Math.ceil(cause.retryAfter ?? DEFAULT_RETRY_AFTER)));
  }
  return headers;
}

function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** The code of an error that GraphQL made about the request itself, or undefined when a resolver or scalar failed. */
function protocolCode(formatted: GraphQLFormattedError, error: unknown, cause: unknown): string | undefined {
  const known = PROTOCOL_CODES[String(formatted.extensions?.code)];
  if (known !== undefined) return known;
  if (!(cause instanceof GraphQLError)) return undefined;
  // With a path, only an argument error names the node it is about; a value that cannot be serialized names none.
  const isAboutRequest = formatted.path === undefined ? error === cause : (cause.nodes?.length ?? 0) > 0;
  return isAboutRequest ? 'INVALID_INPUT' : undefined;
}

function protocolMessage(formatted: GraphQLFormattedError, production: boolean): string {
  const { code, validationErrorCode } = formatted.extensions ?? {};
  if (validationErrorCode === 'INTROSPECTION_DISABLED') {
    return 'Introspection is switched off in production. Use the published schema (graphql/schema.graphql).';
  }
  if (production && code === 'GRAPHQL_VALIDATION_FAILED') {
    const [place] = formatted.locations ?? [];
    const where = place === undefined ? '' : `Line ${place.line}, column ${place.column}: `;
    return `${where}the query does not fit the schema. Check names, arguments and types against the published schema.`;
  }
  const message = withoutSuggestion(formatted.message).trim();
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;
}

/** Variables are coerced with suggestions on, whatever the options say. Searched from the end: the message quotes input. */
function withoutSuggestion(message: string): string {
  const start = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return start === -1 ? message : message.slice(0, start);
}

function present(
  formatted: GraphQLFormattedError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLFormattedError {
  const { locations, path } = formatted;
  return { message, ...(locations && { locations }), ...(path && { path }), extensions };
}

function log(
  logger: Logger,
  level: 'warn' | 'error',
  scope: ErrorScope,
  cause: unknown,
  formatted: GraphQLFormattedError,
): void {
  scope.logged += 1;
  if (scope.logged > MAX_LOGGED_PER_REQUEST) return;
  const err = cause instanceof DomainError && cause.cause !== undefined ? cause.cause : cause;
  logger[level]({ err, requestId: scope.requestId, path: formatted.path }, 'graphql request failed');
}
