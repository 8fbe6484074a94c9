import type { ResourceTable } from '../directory/attributes.js';
import type { UserAttributes, UserChange } from '../directory/shapes.js';
import { STANDARD_USER } from '../directory/user-attributes.js';
import { EMAILS } from './email-input.js';
import { isJsonObject } from './json-input.js';
import { atOperation, type PatchOperation, refused } from './patch.js';
import { ResourcePatch } from './patch-operations.js';
import { Problems } from './problems.js';
import { ATTRIBUTE_NAMES, readUser, type UserInputOptions, type UserReading } from './user-input.js';
import { userMembers } from './user-resource.js';

export interface UserPatchOptions extends UserInputOptions {
  /** What may be addressed; everything else is passed over (B9). */
  table?: ResourceTable;
  /** Called with the path of whatever was passed over, for the provisioning log (B40). */
  ignored?: (name: string) => void;
}

type Named = keyof typeof ATTRIBUTE_NAMES;

const KEYS = Object.keys(ATTRIBUTE_NAMES) as Named[];

/**
 * What a PATCH changes of a person as they are now: the operations are applied to their SCIM form and the result is
 * read back as a PUT would be, but only what an operation touched is judged, so that a value from before today's
 * limits never stands in the way of a deactivation. Nothing changed is `{}`. Pure: `current` is not modified.
 * @throws DomainError INVALID_INPUT naming the operation at fault; the whole PATCH is refused.
 */
export function foldUserPatch(
  operations: readonly PatchOperation[],
  current: UserAttributes,
  options: UserPatchOptions = {},
): UserChange {
  const patch = new ResourcePatch(userMembers(current), options.table ?? STANDARD_USER, options.ignored);
  for (const operation of operations) patch.apply(operation);
  letIdentityFollow(patch, current);

  const problems = new Problems();
  const reading = readUser(patch.resource, problems, options);
  const change: UserChange = {};
  for (const key of KEYS) {
    const operation = touching(patch, key);
    if (!operation) continue;
    atOperation(operation, () => refuseWhatIsWrong(key, operation, reading, problems));
    if (reading[key] !== current[key]) copy(key, reading as UserAttributes, change);
    if (key === 'email' && isBesideOurs(patch.resource[EMAILS], current.email, change))
      options.ignored?.(operation.path?.text ?? EMAILS);
  }
  return change;
}

/** B8 keeps one address: what was to be another one beside it is passed over, and the log says so. */
const isBesideOurs = (list: unknown, email: string | null, change: UserChange): boolean =>
  change.email === undefined &&
  Array.isArray(list) &&
  list.some((one) => isJsonObject(one) && one.value !== undefined && one.value !== email);

/**
 * B8: where employeeNumber stood in for externalId and only employeeNumber changes, the identity is read anew. An
 * employeeNumber that is merely removed takes no identity with it.
 */
function letIdentityFollow({ resource, touched }: ResourcePatch, current: UserAttributes): void {
  const stoodIn = current.externalId !== null && current.externalId === current.employeeNumber;
  if (!stoodIn || touched.has(ATTRIBUTE_NAMES.externalId)) return;
  const { employeeNumber } = readUser(resource, new Problems(), {});
  if (employeeNumber !== null) delete resource.externalId;
}

function touching({ touched }: ResourcePatch, key: Named): PatchOperation | undefined {
  const own = touched.get(ATTRIBUTE_NAMES[key]);
  return key === 'externalId' ? (own ?? touched.get(ATTRIBUTE_NAMES.employeeNumber)) : own;
}

function refuseWhatIsWrong(
  key: Named,
  operation: PatchOperation,
  reading: UserReading,
  problems: Problems,
): void {
  const name = ATTRIBUTE_NAMES[key];
  if (problems.isMissing(name) || reading[key] === undefined) {
    throw refused(
      operation.op === 'remove' ? 'mutability' : 'invalidValue',
      `'${name}' is required and cannot be removed or emptied; send a new value for it instead.`,
    );
  }
  const refusal = problems.refusal(name);
  if (refusal) throw refusal;
}

function copy<K extends keyof UserAttributes>(key: K, from: UserAttributes, to: UserChange): void {
  to[key] = from[key];
}
