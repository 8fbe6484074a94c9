import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { DomainError } from '../src/kernel/errors.js';
import { checkLimits, type SentOperation } from './limits.js';
import { MAX_TOKENS } from './parse-document.js';
import { MAX_VALIDATION_ERRORS } from './refusals.js';

/** What GraphQL refused before anything ran; every one of its errors is shown. */
export class RefusedDocument extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT',
  ) {
    super('The document was refused.');
  }
}

/**
 * The subscription in a body, within the limits of `/graphql` and valid: what is needed to run it. Throws a DomainError
 * or RefusedDocument; NOT_SUPPORTED for what is no subscription.
 */
export function readSubscription(
  schema: GraphQLSchema,
  body: unknown,
): Pick<ExecutionArgs, 'schema' | 'document' | 'variableValues' | 'operationName'> {
  const sent = (
    typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}
  ) as SentOperation & {
    operationName?: unknown;
  };
  if (typeof sent.query !== 'string') {
    throw new DomainError(
      'INVALID_INPUT',
      'The body holds no document. Send {"query": "subscription ...", "variables": {...}}.',
    );
  }
  const operation = checkLimits(schema, sent);
  const document = parseDocument(sent.query);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
    throw new DomainError(
      'NOT_SUPPORTED',
      'Only subscriptions are answered here. Send queries and mutations to /graphql.',
    );
  }
  const errors = validate(schema, document, specifiedRules, {
    maxErrors: MAX_VALIDATION_ERRORS,
    hideSuggestions: true,
  });
  if (errors.length > 0) throw new RefusedDocument(errors, 'GRAPHQL_VALIDATION_FAILED');
  const { variables, operationName } = sent;
  if (
    variables !== undefined &&
    variables !== null &&
    (typeof variables !== 'object' || Array.isArray(variables))
  ) {
    throw new DomainError('INVALID_INPUT', "'variables' must be an object.", { field: 'variables' });
  }
  return {
    schema,
    document,
    variableValues: variables as Record<string, unknown> | null | undefined,
    operationName: typeof operationName === 'string' ? operationName : null,
  };
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RefusedDocument([error], 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}
