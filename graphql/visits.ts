import { type FieldNode, Kind, OperationTypeNode, parse } from 'graphql';
import type { Visitor } from '../src/invitations/visitor.js';
import type { Context } from '../src/kernel/context.js';
import { DomainError } from '../src/kernel/errors.js';
import type { LinkPurpose } from '../src/mail/links.js';
import type { GraphqlContext } from './context.js';
import { insertDocument, type RegisteredDocuments } from './documents.js';
import type { SentOperation } from './limits.js';

/** How somebody without a credential comes to an organization: each field names it, by its slug or by a link of it. */
export interface Visits {
  /** The context of the request itself, which may do nothing. */
  nobody: Context;
  at(slug: string): Promise<Guest>;
  byLink(purpose: LinkPurpose, token: string): Promise<Guest>;
}

/** A visitor with the address they ask from, by which their attempts are counted (abuse 11). */
export interface Guest extends Visitor {
  client: string;
}

/** What is open without a credential; everything else is UNAUTHENTICATED. A test compares it with the schema. */
export const VISITOR_FIELDS: ReadonlySet<string> = new Set([
  'landingPage',
  'mailedLink',
  'requestAccess',
  'acceptInvitation',
  'registerUser',
]);

/** Such a document names one field; an anonymous bomb is larger and is not even parsed (abuse 10). */
const MAX_CHARACTERS = 2_000;
const MAX_TOKENS = 200;

/**
 * Whether a body without a credential asks for what visitors may, and for nothing else; its registered document is put
 * in. LIMIT_EXCEEDED for several fields at once: an attempt is a request of its own (abuse 11).
 */
export function isVisit(body: unknown, documents: RegisteredDocuments): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  try {
    insertDocument(body, documents);
  } catch (error) {
    if (visitorFields(body).length > 0) throw error;
    return false;
  }
  const fields = visitorFields(body);
  if (fields.length <= 1) return fields.length === 1;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `The query has ${fields.length} fields; without a credential the limit is 1. Send each in a request of its own.`,
  );
}

/** The fields of a document that has nothing but fields for visitors; none for any other. */
function visitorFields({ query }: SentOperation): FieldNode[] {
  if (typeof query !== 'string' || query.length > MAX_CHARACTERS) return [];
  const [operation, ...others] = definitionsOf(query);
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return [];
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return [];
  const fields = operation.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD);
  const isVisitors = fields.every(({ name }) => VISITOR_FIELDS.has(name.value));
  return isVisitors && fields.length === operation.selectionSet.selections.length ? fields : [];
}

function definitionsOf(query: string) {
  try {
    return parse(query, { maxTokens: MAX_TOKENS, noLocation: true }).definitions;
  } catch {
    return [];
  }
}

/** The visits of a request; FORBIDDEN with a credential, which names its organization and stands for somebody (R1). */
export function visitsOf({ visits }: GraphqlContext): Visits {
  if (visits) return visits;
  throw new DomainError(
    'FORBIDDEN',
    'This is for visitors, who have no credential yet. Send it without an Authorization header and without cookies.',
  );
}
