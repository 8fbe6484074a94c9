import { isDeepStrictEqual } from 'node:util';
import type { Attribute, ResourceTable } from '../directory/attributes.js';
import type { PatchRules } from '../directory/profile.js';
import type { UserAttributes, UserChange } from '../directory/shapes.js';
import { isUnassigned, type JsonObject } from './json-input.js';
import { atOperation, type PatchOperation, refused } from './patch.js';
import { ResourcePatch } from './patch-operations.js';
import { resourceFrom } from './resource-input.js';
import { type DocumentReading, documentOf, readDocument } from './user-document.js';

/**
 * What a document says of every attribute. The address is read from the list by the room (`addresses`), and an
 * `active` that is not there says nothing: nobody comes back by leaving it out.
 */
function everythingIn({ profile, active, ...plain }: DocumentReading): UserChange {
  const absent = { externalId: null, givenName: null, familyName: null, title: null, employeeNumber: null };
  return {
    ...absent,
    ...(plain as UserChange),
    ...(active !== undefined && { active: active as boolean }),
    email: null,
    profile,
  };
}

/** The person a POST asks for; absent `active` means true. */
export function createdUser(json: unknown, table: ResourceTable): UserAttributes {
  const { active = true, ...rest } = replacedUser(json, table);
  return { ...rest, active } as UserAttributes;
}

/** What a PUT asks for: every attribute, except that an absent `active` leaves the person as active as they were. */
export const replacedUser = (json: unknown, table: ResourceTable): UserChange =>
  everythingIn(readDocument(resourceFrom(json, table), table));

/**
 * What a PATCH changes of a person as they are now (RFC 7644 section 3.5.2); nothing changed is `{}`. Pure.
 * @throws DomainError INVALID_INPUT naming the operation at fault; the whole PATCH is refused.
 */
export function patchedUser(
  operations: readonly PatchOperation[],
  current: UserAttributes,
  table: ResourceTable,
  rules: PatchRules,
): UserChange {
  const before = documentOf(current, table);
  const patch = new ResourcePatch(structuredClone(before), table, undefined, rules);
  for (const operation of operations) patch.apply(operation);
  refuseWhatIsMissing(patch, table);
  return difference(read(before, table), read(patch.resource, table));
}

const read = (document: JsonObject, table: ResourceTable): UserChange =>
  everythingIn(readDocument(pruned(document), table));

function difference(before: UserChange, after: UserChange): UserChange {
  const entries = Object.entries(after).filter(
    ([name, value]) => !isDeepStrictEqual(value, before[name as keyof UserChange]),
  );
  const change = Object.fromEntries(entries) as UserChange;
  return change.profile ? { ...change, email: null } : change;
}

/** Operations can leave objects without a member: no such value exists (RFC 7643 section 2.5). */
function pruned(document: JsonObject): JsonObject {
  const left = Object.entries(document).map(([name, value]) => [name, withoutEmpty(value)] as const);
  return Object.fromEntries(left.filter(([, value]) => !isUnassigned(value)));
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((element) => !isUnassigned(element));
  if (typeof value !== 'object' || value === null) return value;
  const rest = pruned(value as JsonObject);
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** `active` is optional in a POST, where it is true; afterwards a person is one or the other. */
const isNeeded = ({ name, required }: Attribute): boolean => required || name === 'active';

function refuseWhatIsMissing({ resource, touched }: ResourcePatch, { schema }: ResourceTable): void {
  for (const { name } of schema.attributes.filter(isNeeded)) {
    const operation = touched.get(name);
    if (!operation || !isUnassigned(resource[name])) continue;
    atOperation(operation, () => {
      throw refused(
        operation.op === 'remove' ? 'mutability' : 'invalidValue',
        `'${name}' is required and cannot be removed or emptied; send a new value for it instead.`,
      );
    });
  }
}
