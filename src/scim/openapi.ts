import type { ScimProfile } from '../directory/profile.js';
import { SCIM_DEFAULT_COUNT, SCIM_MAX_COUNT } from '../kernel/page.js';
import type { JsonObject } from './json-input.js';
import { openapiSchemas, schemaRef } from './openapi-schemas.js';
import { ROUTES, type ScimRoute } from './route-list.js';

/** The version of the document, not of the service: it changes when routes or messages do. */
const DOCUMENT_VERSION = '1.0.0';
const SCIM_JSON = 'application/scim+json';

/**
 * The OpenAPI 3.1 document of this door, generated from the attribute tables of a profile and from the routes that are
 * mounted, so that it cannot say anything else than the code does.
 * @param baseUrl `https://<host>/scim/v2`, without a trailing slash
 */
export function openapiDocument(profile: ScimProfile, baseUrl: string): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall SCIM 2.0',
      version: DOCUMENT_VERSION,
      description: ['Provisioning of people and groups by an identity provider.', ...profile.deviations].join(
        ' ',
      ),
    },
    servers: [{ url: baseUrl }],
    security: [{ bearer: [] }, { basic: [] }],
    paths: pathsOf(ROUTES),
    components: {
      schemas: openapiSchemas(profile),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The client id and secret; used by Okta.' },
      },
    },
  };
}

function pathsOf(routes: readonly ScimRoute[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: ScimRoute): JsonObject {
  const { kind, summary, section } = route;
  const parameters = parametersOf(route);
  const body = bodyOf(route);
  return {
    operationId: operationId(route),
    summary,
    description: `RFC 7644 section ${section}.`,
    tags: [route.resource ?? kind],
    ...(kind === 'discovery' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { [SCIM_JSON]: { schema: schemaRef(body) } } } }),
    responses: {
      ...answerOf(route),
      default: content('The refusal.', 'Error'),
    },
  };
}

/** `GET /Users/:id` is `getUsersId`. */
function operationId({ method, path }: ScimRoute): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

const content = (description: string, schema: string): JsonObject => ({
  description,
  content: { [SCIM_JSON]: { schema: schemaRef(schema) } },
});

function bodyOf({ method, kind, resource }: ScimRoute): string | undefined {
  if (kind === 'search') return method === 'POST' ? 'SearchRequest' : undefined;
  if (kind === 'bulk') return 'BulkRequest';
  if (method === 'PATCH' && resource) return 'PatchOp';
  return method === 'POST' || method === 'PUT' ? resource : undefined;
}

function answerOf({ method, kind, path, resource }: ScimRoute): JsonObject {
  if (kind === 'me') return { 501: content('Not supported.', 'Error') };
  if (kind === 'bulk') return { 200: content('What became of each operation.', 'BulkResponse') };
  if (kind === 'discovery') return { 200: content('The document.', 'Discovery') };
  if (kind === 'search' || !resource) return { 200: content('A page.', 'ListResponse') };
  if (method === 'DELETE') return { 204: { description: 'Done.' } };
  if (method === 'POST') return { 201: content('The resource.', resource) };
  if (method === 'PATCH' && resource === 'Group') {
    return {
      200: content('The resource, on a connection of the rfc profile.', resource),
      204: { description: 'Done.' },
    };
  }
  return {
    200: path.endsWith(':id') ? content('The resource.', resource) : content('A page.', 'ListResponse'),
  };
}

const queryParameter = (name: string, description: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  description,
  schema: { type },
});

const PROJECTION = [
  queryParameter('attributes', 'The attributes to return, separated by commas.'),
  queryParameter('excludedAttributes', 'The attributes to leave out, separated by commas.'),
];

const LIST = [
  queryParameter('filter', 'A filter of RFC 7644 section 3.4.2.2.'),
  queryParameter('sortBy', 'The attribute to sort by.'),
  queryParameter('sortOrder', 'ascending or descending.'),
  queryParameter('startIndex', 'The first result, from 1.', 'integer'),
  queryParameter(
    'count',
    `Results of a page: ${SCIM_DEFAULT_COUNT} unless it says otherwise, at most ${SCIM_MAX_COUNT}.`,
    'integer',
  ),
  queryParameter('cursor', 'Empty for the first page, then nextCursor or previousCursor (RFC 9865).'),
];

function parametersOf({ method, path, kind, resource }: ScimRoute): JsonObject[] {
  const inPath = path.includes(':id')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  if (kind === 'search') return method === 'GET' ? [...LIST, ...PROJECTION] : [];
  if (!resource) return inPath;
  const isList = method === 'GET' && inPath.length === 0;
  return [...inPath, ...(isList ? LIST : []), ...(method === 'DELETE' ? [] : PROJECTION)];
}
