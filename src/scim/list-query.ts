import type { ScimPage } from '../directory/scim-page.js';
import type { SortRequest } from '../directory/sort.js';
import { DomainError } from '../kernel/errors.js';
import { SCIM_DEFAULT_COUNT, SCIM_MAX_COUNT } from '../kernel/page.js';
import type { ListQuery } from './call.js';
import { describe, isJsonObject, membersOf, quote } from './json-input.js';
import { parameter, type Query } from './request.js';

export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** The query parameters of a list (RFC 7644 section 3.4.2, RFC 9865 section 2). Unknown ones are never looked at. */
export function listQueryFrom(query: Query): ListQuery {
  const { attributes, excludedAttributes } = query;
  return {
    filter: parameter(query, 'filter'),
    sort: sortFrom(query),
    page: pageFrom(query),
    projection: { attributes, excludedAttributes },
  };
}

/**
 * A search in the body (RFC 7644 section 3.4.3): the same names, lists where the query has commas.
 * @throws DomainError INVALID_INPUT `invalidSyntax` for a body that is no SearchRequest.
 */
export function searchRequestFrom(body: unknown): ListQuery {
  if (!isJsonObject(body))
    throw invalidSyntax(`A search must be a JSON object, but ${describe(body)} arrived.`);
  const member = membersOf(body);
  checkSchemas(member('schemas'), SEARCH_REQUEST);
  const query: Query = {};
  for (const name of ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'] as const) {
    const value = member(name);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalidSyntax(`"${name}" of a search must be text or a number, but ${describe(value)} arrived.`);
    }
    query[name] = String(value);
  }
  for (const name of ['attributes', 'excludedAttributes'] as const) {
    const value = member(name);
    if (value === undefined || value === null) continue;
    const names: unknown[] = Array.isArray(value) ? value : [value];
    if (!names.every((one) => typeof one === 'string')) {
      throw invalidSyntax(`"${name}" of a search must be a list of attribute names.`);
    }
    query[name] = names;
  }
  return listQueryFrom(query);
}

/** A message that names its schema must name the right one (RFC 7643 section 3). */
export function checkSchemas(sent: unknown, urn: string): void {
  if (sent === undefined || sent === null) return;
  const schemas: unknown[] = Array.isArray(sent) ? sent : [sent];
  if (schemas.some((one) => typeof one === 'string' && one.toLowerCase() === urn.toLowerCase())) return;
  throw invalidSyntax(`The "schemas" of this message must hold "${urn}".`);
}

const invalidSyntax = (sentence: string): DomainError =>
  new DomainError('INVALID_INPUT', sentence, { scimType: 'invalidSyntax' });

/** RFC 7644 section 3.4.2.3; without `sortBy` a `sortOrder` orders nothing. */
function sortFrom(query: Query): SortRequest | undefined {
  const by = parameter(query, 'sortBy')?.trim();
  if (!by) return undefined;
  const order = parameter(query, 'sortOrder')?.toLowerCase() || 'ascending';
  if (order === 'ascending' || order === 'descending') return { by, descending: order === 'descending' };
  throw new DomainError(
    'INVALID_INPUT',
    `'sortOrder' must be ascending or descending, but ${quote(order)} arrived.`,
    { field: 'sortOrder', scimType: 'invalidValue' },
  );
}

/**
 * B10, RFC 7644 section 3.4.2.4 and RFC 9865 section 2: a startIndex below 1 is 1, a negative count is 0, a count above
 * the maximum is the maximum. What is no number is INVALID_INPUT. A cursor decides over a startIndex.
 */
function pageFrom(query: Query): ScimPage {
  const cursor = parameter(query, 'cursor');
  const sent = integer(query, 'count', cursor === undefined ? 'invalidValue' : 'invalidCount');
  const count = sent === undefined ? undefined : Math.min(Math.max(sent, 0), SCIM_MAX_COUNT);
  if (cursor !== undefined) return { cursor, ...(count !== undefined && { count }) };
  const startIndex = integer(query, 'startIndex', 'invalidValue') ?? 1;
  return {
    startIndex: Math.min(Math.max(startIndex, 1), Number.MAX_SAFE_INTEGER),
    count: count ?? SCIM_DEFAULT_COUNT,
  };
}

function integer(query: Query, name: string, scimType: string): number | undefined {
  const text = parameter(query, name);
  if (text === undefined || text === '') return undefined;
  // More digits than any integer a client counts with; what is more is no number but an attempt.
  if (/^[+-]?\d{1,40}$/.test(text)) return Number(text);
  throw new DomainError('INVALID_INPUT', `'${name}' must be a whole number, but ${quote(text)} arrived.`, {
    field: name,
    scimType,
  });
}
