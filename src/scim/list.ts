import type { ScimPageResult } from '../directory/scim-page.js';
import type { ListQuery } from './call.js';
import type { JsonObject } from './json-input.js';

/**
 * A page of resources (RFC 7644 section 3.4.2, RFC 9865 section 2). `Resources` is there even when it is empty: Okta
 * insists. A page by cursor has no index.
 */
export function toListResponse(
  { total, rows, nextCursor, previousCursor }: ScimPageResult<JsonObject>,
  { page }: Pick<ListQuery, 'page'>,
): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    ...('startIndex' in page && { startIndex: page.startIndex }),
    itemsPerPage: rows.length,
    ...(previousCursor !== undefined && { previousCursor }),
    ...(nextCursor !== undefined && { nextCursor }),
    Resources: rows,
  };
}
