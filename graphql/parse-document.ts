import { type DocumentNode, Kind, type OperationDefinitionNode, parse, visit } from 'graphql';
import { DomainError } from '../src/kernel/errors.js';
import { Recent } from '../src/kernel/recent.js';

/** Characters. A document of MAX_TOKENS needs about 20,000; more is comments, blanks or data that belongs in variables. */
const MAX_QUERY_LENGTH = 32_768;
/** Lexical tokens, counted while parsing, so that the parser itself stops. The introspection query has about 350. */
export const MAX_TOKENS = 2_000;
/** Aliases let one document call one resolver many times (abuse 11); a screen needs a handful. */
export const MAX_ALIASES = 15;
/** `@include` and `@skip` of a real screen stay below this; validation compares the directives of a place in pairs. */
export const MAX_DIRECTIVES = 30;
/** Validation compares fragments in pairs: 50 are 1,225 comparisons, 500 would be 124,750. */
export const MAX_FRAGMENTS = 50;
/** Documents that are remembered, and their characters: those of screens. Parsed, a hundred of them are 15 MB at most. */
const MAX_REMEMBERED = 100;
const MAX_REMEMBERED_LENGTH = 4_096;

/** A document with one operation, no larger than may be sent. */
export interface ParsedDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const parsed = new Recent<ParsedDocument>(MAX_REMEMBERED);

/**
 * The document of a text: the same object as long as the text is remembered. Undefined for a text that does not parse or has
 * no operation. Throws LIMIT_EXCEEDED for one that is too large in its parts.
 */
export function parseDocument(query: string): ParsedDocument | undefined {
  const known = parsed.get(query);
  if (known) return known;
  const document = parseBounded(query);
  const operation = document && countParts(document);
  if (!operation) return undefined;
  const fresh = { document, operation };
  if (query.length <= MAX_REMEMBERED_LENGTH) parsed.set(query, fresh);
  return fresh;
}

/** The refusal of a request that is too large. */
export function exceeded(message: string): DomainError {
  return new DomainError('LIMIT_EXCEEDED', message);
}

function parseBounded(query: string): DocumentNode | undefined {
  if (query.length > MAX_QUERY_LENGTH) {
    throw exceeded(
      `The query has ${query.length} characters; the limit is ${MAX_QUERY_LENGTH}. Move data into variables.`,
    );
  }
  try {
    return parse(query, { maxTokens: MAX_TOKENS, noLocation: true });
  } catch (error) {
    if (error instanceof Error && error.message.includes('Parsing aborted')) {
      throw exceeded(`The query has more than ${MAX_TOKENS} tokens. Split it into several requests.`);
    }
    return undefined;
  }
}

function countParts(document: DocumentNode): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > 1) {
    throw exceeded(`The query holds ${operations.length} operations; send one per request.`);
  }
  const counts = { aliases: 0, directives: 0, fragments: 0 };
  visit(document, {
    Field: (node) => {
      if (node.alias) counts.aliases += 1;
    },
    Directive: () => {
      counts.directives += 1;
    },
    FragmentDefinition: () => {
      counts.fragments += 1;
    },
  });
  const maxima = { aliases: MAX_ALIASES, directives: MAX_DIRECTIVES, fragments: MAX_FRAGMENTS };
  for (const part of ['aliases', 'directives', 'fragments'] as const) {
    if (counts[part] > maxima[part]) {
      throw exceeded(
        `The query has ${counts[part]} ${part}; the limit is ${maxima[part]}. Split it into several requests.`,
      );
    }
  }
  return operations[0];
}
