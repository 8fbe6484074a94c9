// Answers are put together as text: the documents come out of PostgreSQL as text and are never parsed.

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const isoOf = (timestamp) => new Date(timestamp).toISOString();

const head = (kind, base, row) =>
  `"id":"${row.id}","meta":{"resourceType":"${kind}","created":"${isoOf(row.created_at)}",` +
  `"lastModified":"${isoOf(row.updated_at)}","version":"W/\\"${row.version}\\"","location":"${base}/${kind}s/${row.id}"}`;

export const userText = (base, row, document = row.document) =>
  `{${head('User', base, row)},${document.slice(1)}`;

export function groupText(base, row, members) {
  const externalId = row.external_id ? `,"externalId":${JSON.stringify(row.external_id)}` : '';
  const list = members === undefined ? '' : `,"members":[${members ?? ''}]`;
  return `{"schemas":["${GROUP}"],${head('Group', base, row)},"displayName":${JSON.stringify(row.display_name)}${externalId}${list}}`;
}

export const listText = (total, start, resources) =>
  `{"schemas":["${LIST}"],"totalResults":${total},"startIndex":${start},"itemsPerPage":${resources.length},` +
  `"Resources":[${resources.join(',')}]}`;

export const failure = (status, detail, scimType) => [
  status,
  JSON.stringify({ schemas: [ERROR], status: String(status), scimType, detail }),
];
export const notFound = () => failure(404, 'Resource not found');
