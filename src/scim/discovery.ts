import type { Attribute, ResourceTable, Schema } from '../directory/attributes.js';
import { CURSOR_TIMEOUT_SECONDS } from '../directory/page-cursor.js';
import type { ScimProfile } from '../directory/profile.js';
import { SCIM_DEFAULT_COUNT, SCIM_MAX_COUNT } from '../kernel/page.js';
import { MAX_BULK_BYTES, MAX_BULK_OPERATIONS } from './bulk-request.js';
import type { JsonObject } from './json-input.js';

const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const SERVICE_PROVIDER_CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const AUTHENTICATION_SCHEMES = [
  {
    type: 'oauthbearertoken',
    name: 'OAuth Bearer Token',
    description: 'The token that was shown when the connection was set up, as "Authorization: Bearer".',
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
    primary: true,
  },
  {
    type: 'httpbasic',
    name: 'HTTP Basic',
    description: 'The client id as user name and the client secret as password; used by Okta.',
    specUri: 'https://www.rfc-editor.org/info/rfc7617',
    primary: false,
  },
];

/** RFC 9865 section 4. Index is the default, so that nobody who never asked for cursors gets them. */
const PAGINATION = {
  cursor: true,
  index: true,
  defaultPaginationMethod: 'index',
  defaultPageSize: SCIM_DEFAULT_COUNT,
  maxPageSize: SCIM_MAX_COUNT,
  cursorTimeout: CURSOR_TIMEOUT_SECONDS,
};

/** A complete list on one page (RFC 7644 section 3.4.2). */
const listOf = (resources: readonly JsonObject[]): JsonObject => ({
  schemas: [LIST_RESPONSE],
  totalResults: resources.length,
  itemsPerPage: resources.length,
  startIndex: 1,
  Resources: resources,
});

/**
 * What the service can do (RFC 7643 section 5), in its own schema alone: clients that check what they read refuse another one
 * before their first request. `baseUrl` is `https://<host>/scim/v2` without a trailing slash.
 */
export const serviceProviderConfig = (profile: ScimProfile, baseUrl: string): JsonObject => ({
  schemas: [SERVICE_PROVIDER_CONFIG],
  documentationUri: `${baseUrl}/openapi.json`,
  patch: { supported: true },
  bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: MAX_BULK_BYTES },
  filter: { supported: true, maxResults: SCIM_MAX_COUNT },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  pagination: PAGINATION,
  authenticationSchemes: AUTHENTICATION_SCHEMES.map((scheme) => ({
    ...scheme,
    description: [scheme.description, ...rulesOf(profile)].join(' '),
  })),
  meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
});

/** Where the product's rules differ from the RFCs: whose credential it is decides which of them hold. */
const rulesOf = ({ name, deviations }: ScimProfile): readonly string[] =>
  deviations.length === 0 ? [] : [`The rules of its connection ('${name}'):`, ...deviations];

/** Every schema with the attributes that are really supported (RFC 7643 section 7, B6). */
export const listSchemas = (profile: ScimProfile, baseUrl: string): JsonObject =>
  listOf(schemasOf(profile).map((schema) => schemaResource(schema, baseUrl)));

/** One schema, by URN or as `User`, `Users`, `Group`, `Groups`, in any letter case; undefined when there is none. */
export function findSchema(profile: ScimProfile, id: string, baseUrl: string): JsonObject | undefined {
  const wanted = id.toLowerCase();
  const table = tablesOf(profile).find((one) => isNameOf(one, wanted));
  const schema = table?.schema ?? schemasOf(profile).find((one) => one.id.toLowerCase() === wanted);
  return schema && schemaResource(schema, baseUrl);
}

/** User and Group with their endpoints and extensions (RFC 7643 section 6). */
export const listResourceTypes = (profile: ScimProfile, baseUrl: string): JsonObject =>
  listOf(tablesOf(profile).map((table) => resourceType(table, baseUrl)));

/** One resource type by its name, in any letter case; undefined when there is none. */
export function findResourceType(profile: ScimProfile, id: string, baseUrl: string): JsonObject | undefined {
  const table = tablesOf(profile).find((one) => isNameOf(one, id.toLowerCase()));
  return table && resourceType(table, baseUrl);
}

const tablesOf = ({ resources }: ScimProfile): readonly ResourceTable[] => [resources.User, resources.Group];

const schemasOf = (profile: ScimProfile): readonly Schema[] =>
  tablesOf(profile).flatMap((table) => [table.schema, ...table.extensions.map((one) => one.schema)]);

/** `user` and `users` both name the User. */
const isNameOf = (table: ResourceTable, wanted: string): boolean =>
  wanted === table.name.toLowerCase() || `/${wanted}` === table.endpoint.toLowerCase();

const schemaResource = (schema: Schema, baseUrl: string): JsonObject => ({
  schemas: [SCHEMA],
  id: schema.id,
  name: schema.name,
  description: schema.description,
  attributes: schema.attributes.map(attributeResource),
  meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
});

function attributeResource(attribute: Attribute): JsonObject {
  const { name, type, multiValued, description, required, caseExact, mutability, returned, uniqueness } =
    attribute;
  const { canonicalValues, referenceTypes, subAttributes } = attribute;
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(canonicalValues && { canonicalValues }),
    caseExact,
    mutability,
    returned,
    uniqueness,
    ...(referenceTypes && { referenceTypes }),
    ...(subAttributes && { subAttributes: subAttributes.map(attributeResource) }),
  };
}

const resourceType = (table: ResourceTable, baseUrl: string): JsonObject => ({
  schemas: [RESOURCE_TYPE],
  id: table.name,
  name: table.name,
  endpoint: table.endpoint,
  description: table.description,
  schema: table.schema.id,
  schemaExtensions: table.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
  meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${table.name}` },
});
