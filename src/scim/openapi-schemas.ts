import type { Attribute, ResourceTable } from '../directory/attributes.js';
import type { ScimProfile } from '../directory/profile.js';
import { BULK_REQUEST, MAX_BULK_OPERATIONS } from './bulk-request.js';
import type { JsonObject } from './json-input.js';
import { SEARCH_REQUEST } from './list-query.js';
import { MAX_OPERATIONS, PATCH_OP } from './patch.js';

/** A reference to a schema of the document. */
export const schemaRef = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** The JSON Schemas of every message, the resources among them made from the attribute tables of a profile. */
export function openapiSchemas({ resources }: ScimProfile): JsonObject {
  return {
    User: resourceSchema(resources.User),
    Group: resourceSchema(resources.Group),
    ListResponse: LIST_RESPONSE,
    PatchOp: patchOp(),
    SearchRequest: searchRequest(),
    BulkRequest: bulkRequest(),
    BulkResponse: {
      type: 'object',
      properties: { schemas: URNS, Operations: { type: 'array', items: OBJECT } },
    },
    Error: ERROR,
    Discovery: { ...OBJECT, description: 'A document of RFC 7643 sections 5 to 7, or a list of them.' },
  };
}

const TYPES: Readonly<Record<Exclude<Attribute['type'], 'complex'>, JsonObject>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  dateTime: { type: 'string', format: 'date-time' },
  reference: { type: 'string', format: 'uri-reference' },
  binary: { type: 'string', contentEncoding: 'base64' },
};

const OBJECT: JsonObject = { type: 'object' };
const TEXT: JsonObject = { type: 'string' };
const TEXTS: JsonObject = { type: 'array', items: TEXT };
const URNS: JsonObject = { ...TEXTS, description: 'The URNs of the schemas of this message.' };

/** One attribute; a list of it when it is multi-valued. */
export function attributeSchema(attribute: Attribute): JsonObject {
  const { type, description, mutability, canonicalValues, multiValued, subAttributes = [] } = attribute;
  const single: JsonObject =
    type === 'complex'
      ? objectOf(subAttributes)
      : { ...TYPES[type], ...(canonicalValues && { examples: canonicalValues }) };
  return {
    ...(multiValued ? { type: 'array', items: single } : single),
    description,
    ...(mutability === 'readOnly' && { readOnly: true }),
    ...(mutability === 'writeOnly' && { writeOnly: true }),
  };
}

function objectOf(attributes: readonly Attribute[]): JsonObject {
  const required = attributes.filter((one) => one.required).map((one) => one.name);
  return {
    type: 'object',
    properties: Object.fromEntries(attributes.map((one) => [one.name, attributeSchema(one)])),
    ...(required.length > 0 && { required }),
  };
}

function resourceSchema(table: ResourceTable): JsonObject {
  const whole = objectOf([...table.common, ...table.schema.attributes]);
  const extensions = table.extensions.map(({ schema }) => [
    schema.id,
    { ...objectOf(schema.attributes), description: schema.description },
  ]);
  const properties = {
    schemas: URNS,
    ...(whole.properties as JsonObject),
    ...Object.fromEntries(extensions),
  };
  // What only the server writes cannot be required of a client.
  const written = table.schema.attributes.filter((one) => one.required && one.mutability !== 'readOnly');
  return {
    type: 'object',
    description: table.description,
    properties,
    required: ['schemas', ...written.map((one) => one.name)],
  };
}

const LIST_RESPONSE: JsonObject = {
  type: 'object',
  properties: {
    schemas: URNS,
    totalResults: { type: 'integer', minimum: 0 },
    startIndex: { type: 'integer', minimum: 1, description: 'Absent on a page by cursor.' },
    itemsPerPage: { type: 'integer', minimum: 0 },
    nextCursor: { ...TEXT, description: 'Absent on the last page (RFC 9865).' },
    previousCursor: { ...TEXT, description: 'Absent on the first page (RFC 9865).' },
    Resources: { type: 'array', items: { anyOf: [schemaRef('User'), schemaRef('Group')] } },
  },
  required: ['schemas', 'totalResults', 'Resources'],
};

const ERROR: JsonObject = {
  type: 'object',
  properties: {
    schemas: URNS,
    status: { ...TEXT, description: 'The HTTP status.' },
    scimType: { ...TEXT, description: 'A keyword of RFC 7644 section 3.12 or RFC 9865 section 2.1.' },
    detail: { ...TEXT, description: 'What arrived, which rule refused it, and what to change.' },
  },
  required: ['schemas', 'status', 'detail'],
};

const schemasWith = (urn: string): JsonObject => ({ ...TEXTS, contains: { const: urn } });

const patchOp = (): JsonObject => ({
  type: 'object',
  properties: {
    schemas: schemasWith(PATCH_OP),
    Operations: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_OPERATIONS,
      items: {
        type: 'object',
        properties: {
          op: { ...TEXT, description: 'add, remove or replace, in any letter case.' },
          path: { ...TEXT, description: 'Without one, `value` is an object of `{path: value}`.' },
          value: {},
        },
        required: ['op'],
      },
    },
  },
  required: ['schemas', 'Operations'],
});

const searchRequest = (): JsonObject => ({
  type: 'object',
  properties: {
    schemas: schemasWith(SEARCH_REQUEST),
    filter: TEXT,
    attributes: TEXTS,
    excludedAttributes: TEXTS,
    sortBy: TEXT,
    sortOrder: { ...TEXT, enum: ['ascending', 'descending'] },
    startIndex: { type: 'integer' },
    count: { type: 'integer' },
    cursor: TEXT,
  },
});

const bulkRequest = (): JsonObject => ({
  type: 'object',
  properties: {
    schemas: schemasWith(BULK_REQUEST),
    failOnErrors: { type: 'integer', minimum: 1 },
    Operations: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_BULK_OPERATIONS,
      items: {
        type: 'object',
        properties: {
          method: { ...TEXT, enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
          path: { ...TEXT, description: '`/Users`, or `/Users/<id>` where the id may be `bulkId:<name>`.' },
          bulkId: { ...TEXT, description: 'Required for POST.' },
          version: { ...TEXT, description: 'The ETag the resource must have.' },
          data: OBJECT,
        },
        required: ['method', 'path'],
      },
    },
  },
  required: ['schemas', 'Operations'],
});
