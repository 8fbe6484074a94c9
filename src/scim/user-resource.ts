import type { ResourceTable } from '../directory/attributes.js';
import type { UserAttributes, UserGroup, UserRecord } from '../directory/shapes.js';
import { STANDARD_USER } from '../directory/user-attributes.js';
import { dateTime } from './date-time.js';
import type { JsonObject } from './json-input.js';
import { documentOf } from './user-document.js';

/** The attributes of B8 in their SCIM form; what the person does not have is left out. */
export const userMembers = (user: UserAttributes): JsonObject => documentOf(user, STANDARD_USER);

/**
 * A person as SCIM shows them (RFC 7643 section 4.1), values exactly as they were sent.
 * @param table which attributes are shown: those of the connection's profile
 * @param baseUrl the connection's `https://<host>/scim/v2`, without a trailing slash
 */
export function toUserResource(
  user: UserRecord,
  groups: readonly UserGroup[],
  baseUrl: string,
  table: ResourceTable = STANDARD_USER,
): JsonObject {
  const document = documentOf(user, table);
  const extensions = table.extensions.map(({ schema }) => schema.id).filter((id) => id in document);
  return {
    schemas: [table.schema.id, ...extensions],
    id: user.id,
    ...document,
    groups: groups.map(({ groupId, display }) => ({
      value: groupId,
      $ref: `${baseUrl}/Groups/${groupId}`,
      display,
      type: 'direct',
    })),
    meta: {
      resourceType: 'User',
      created: dateTime(user.createdAt),
      lastModified: dateTime(user.updatedAt),
      location: `${baseUrl}/Users/${user.id}`,
      version: `W/"${user.version}"`,
    },
  };
}
