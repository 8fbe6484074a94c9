import { CORE_GROUP } from '../directory/attributes.js';
import type { GroupMember, GroupRecord } from '../directory/shapes.js';
import { MAX_MEMBERS_OF_WHOLE, MAX_MEMBERS_PER_REQUEST } from '../directory/user-input.js';
import { DomainError } from '../kernel/errors.js';
import { isStorableText } from '../kernel/fold.js';
import { dateTime } from './date-time.js';
import { describe, isJsonObject, type JsonObject, membersOf, nameFrom, textFrom } from './json-input.js';
import { isNestedGroup } from './nested-group.js';
import { Problems } from './problems.js';

/** What POST and PUT say of a group. Without `members` nothing is said about them; `[]` says that there are none. */
export interface GroupInput {
  displayName: string;
  externalId: string | null;
  members?: string[];
}

/**
 * The group a POST or PUT asks for; attributes other than the three of B23 are never looked at.
 * @throws DomainError INVALID_INPUT naming every attribute at fault in the shape of B13; LIMIT_EXCEEDED above
 * MAX_MEMBERS_OF_WHOLE.
 */
export function groupInputFrom(json: unknown): GroupInput {
  if (!isJsonObject(json)) {
    throw new DomainError('INVALID_INPUT', `A Group must be a JSON object, but ${describe(json)} arrived.`, {
      scimType: 'invalidSyntax',
    });
  }
  const member = membersOf(json);
  const problems = new Problems();
  const displayName = nameFrom(member('displayName'), 'displayName', problems);
  const externalId = textFrom(member('externalId'), 'externalId', problems);
  const listed = member('members');
  const members =
    listed === undefined || listed === null
      ? undefined
      : memberIdsFrom(listed, problems, MAX_MEMBERS_OF_WHOLE);
  problems.throwIfAny();
  if (displayName === null) throw new Error('displayName is missing without a problem');
  return members === undefined ? { displayName, externalId } : { displayName, externalId, members };
}

/**
 * The user ids a `members` value names, each once and in the order of arrival: a list of objects or strings, or one
 * of these alone. Nested groups are left out (B29), whether `type` or `$ref` tells them apart.
 */
export function memberIdsFrom(value: unknown, problems: Problems, max = MAX_MEMBERS_PER_REQUEST): string[] {
  const elements = Array.isArray(value) ? value : [value];
  if (elements.length > max) throw tooManyMembers(elements.length, max);
  const ids = new Set<string>();
  elements.forEach((element: unknown, index) => {
    if (element === null) return;
    const member = isJsonObject(element) ? membersOf(element) : undefined;
    if (member && isNestedGroup(member)) return;
    const id = member ? member('value') : element;
    if (typeof id === 'string' && id !== '' && isStorableText(id)) ids.add(id);
    else if (!problems.has('members')) {
      const where = Array.isArray(value) ? `Element ${index + 1}` : 'The value';
      problems.add('members', `${where} must name the id of a user in "value", but ${describe(id)} arrived.`);
    }
  });
  return [...ids];
}

/** The refusal of a request that names more members than one transaction takes. */
export function tooManyMembers(count: number, max = MAX_MEMBERS_PER_REQUEST): DomainError {
  return new DomainError(
    'LIMIT_EXCEEDED',
    `${count} members arrived; one request may name at most ${max}. Send them in several PATCH requests.`,
    { field: 'members', scimType: 'tooMany' },
  );
}

/** The members of a group as SCIM shows them, each with the address of the person. */
export const toMembers = (members: readonly GroupMember[], baseUrl: string): JsonObject[] =>
  members.map(({ userId, display }) => ({
    value: userId,
    $ref: `${baseUrl}/Users/${userId}`,
    display,
    type: 'User',
  }));

/**
 * A group as SCIM shows it (RFC 7643 section 4.2).
 * @param members leave undefined when the request excluded them (B25): the member list is then not shown at all
 * @param baseUrl the connection's `https://<host>/scim/v2`, without a trailing slash
 */
export function toGroupResource(
  group: GroupRecord,
  members: readonly GroupMember[] | undefined,
  baseUrl: string,
): JsonObject {
  return {
    schemas: [CORE_GROUP],
    id: group.id,
    ...(group.externalId !== null && { externalId: group.externalId }),
    displayName: group.displayName,
    ...(members && { members: toMembers(members, baseUrl) }),
    meta: {
      resourceType: 'Group',
      created: dateTime(group.createdAt),
      lastModified: dateTime(group.updatedAt),
      location: `${baseUrl}/Groups/${group.id}`,
      version: `W/"${group.version}"`,
    },
  };
}
