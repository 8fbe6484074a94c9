import { ENTERPRISE_USER } from '../directory/attributes.js';
import type { UserAttributes, UserChange } from '../directory/shapes.js';
import { DomainError } from '../kernel/errors.js';
import { EMAILS, emailFrom } from './email-input.js';
import {
  booleanFrom,
  describe,
  isJsonObject,
  isUnassigned,
  type JsonObject,
  membersOf,
  nameFrom,
  textFrom,
} from './json-input.js';
import { Problems } from './problems.js';

export interface UserInputOptions {
  /** False where neither externalId nor employeeNumber has to be sent (the `rfc` profile). Rule B8 wants one. */
  requireExternalId?: boolean;
}

/** How each attribute is named in errors and PATCH paths: the spelling an administrator sees in a mapping screen. */
export const ATTRIBUTE_NAMES = {
  userName: 'userName',
  email: EMAILS,
  active: 'active',
  externalId: 'externalId',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  title: 'title',
  employeeNumber: `${ENTERPRISE_USER}:employeeNumber`,
} as const satisfies Record<keyof AttributesOfB8, string>;

/** What the standard profile knows of a person. */
export type AttributesOfB8 = Omit<UserAttributes, 'profile'>;

/**
 * The person a POST asks for. Absent `active` means true (B8).
 * @throws DomainError INVALID_INPUT naming every attribute at fault in the shape of B13.
 */
export function userAttributesFrom(json: unknown, options: UserInputOptions = {}): AttributesOfB8 {
  const { userName, email, active = true, ...optional } = checkedUser(json, options);
  return { userName, email, active, ...optional };
}

/**
 * What a PUT asks for: every attribute, except that an absent `active` leaves the person as active as they were.
 * @throws DomainError INVALID_INPUT naming every attribute at fault in the shape of B13.
 */
export function userReplacementFrom(json: unknown, options: UserInputOptions = {}): UserChange {
  const { active, ...rest } = checkedUser(json, options);
  return active === undefined ? rest : { ...rest, active };
}

type CheckedUser = Omit<AttributesOfB8, 'active'> & { active: boolean | undefined };

function checkedUser(json: unknown, options: UserInputOptions): CheckedUser {
  if (!isJsonObject(json)) {
    throw new DomainError('INVALID_INPUT', `A User must be a JSON object, but ${describe(json)} arrived.`, {
      scimType: 'invalidSyntax',
    });
  }
  const problems = new Problems();
  const { userName, email, ...rest } = readUser(json, problems, options);
  problems.throwIfAny();
  if (userName === null || email === null) throw new Error('something is missing without a problem');
  return { userName, email, ...rest };
}

/** What could be read; whatever could not is null (or undefined for `active`) and has its problem. */
export type UserReading = Omit<AttributesOfB8, 'userName' | 'email' | 'active'> & {
  userName: string | null;
  email: string | null;
  active: boolean | undefined;
};

/**
 * Reads the eight attributes of B8 out of a User in any of the shapes providers send. Everything else is never looked
 * at, so it can neither fail nor reach a column (B9): foreign schemas, echoed `id`, `meta` and `groups`, `password`.
 */
export function readUser(json: JsonObject, problems: Problems, options: UserInputOptions): UserReading {
  const member = membersOf(json);
  const userName = nameFrom(member('userName'), ATTRIBUTE_NAMES.userName, problems);
  const email = emailFrom(member('emails'), problems);
  const active = activeFrom(member('active'), problems);
  const name = complexMember(member('name'), 'name', problems);
  const enterprise = complexMember(member(ENTERPRISE_USER), ENTERPRISE_USER, problems);
  const employeeNumber = textFrom(enterprise('employeeNumber'), ATTRIBUTE_NAMES.employeeNumber, problems);
  return {
    userName,
    email,
    active,
    externalId: identityFrom(member('externalId'), employeeNumber, problems, options),
    givenName: textFrom(name('givenName'), ATTRIBUTE_NAMES.givenName, problems),
    familyName: textFrom(name('familyName'), ATTRIBUTE_NAMES.familyName, problems),
    title: textFrom(member('title'), ATTRIBUTE_NAMES.title, problems),
    employeeNumber,
  };
}

/** B8: employeeNumber stands in for a missing externalId; when both are there externalId is the identity. */
function identityFrom(
  value: unknown,
  employeeNumber: string | null,
  problems: Problems,
  options: UserInputOptions,
): string | null {
  // The operation decides (`identityFrom` in directory/user-input); the same here, so that one answer names all problems.
  const identity = textFrom(value, ATTRIBUTE_NAMES.externalId, problems) ?? employeeNumber;
  const unreadable = [ATTRIBUTE_NAMES.externalId, ATTRIBUTE_NAMES.employeeNumber, ENTERPRISE_USER];
  if (identity === null && options.requireExternalId !== false && !unreadable.some((a) => problems.has(a))) {
    problems.missing(ATTRIBUTE_NAMES.externalId);
  }
  return identity;
}

function complexMember(value: unknown, attribute: string, problems: Problems): (name: string) => unknown {
  if (isJsonObject(value)) return membersOf(value);
  if (!isUnassigned(value)) problems.add(attribute, `Must be an object, but ${describe(value)} arrived.`);
  return () => undefined;
}

function activeFrom(value: unknown, problems: Problems): boolean | undefined {
  if (isUnassigned(value)) return undefined;
  const active = booleanFrom(value);
  if (active === undefined) {
    problems.add(ATTRIBUTE_NAMES.active, `Must be true or false, but ${describe(value)} arrived.`);
  }
  return active;
}
