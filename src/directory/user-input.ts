import { z } from 'zod';
import { EmailAddress } from '../kernel/email-address.js';
import { DomainError } from '../kernel/errors.js';
import { isIndexable, isStorableText } from '../kernel/fold.js';
import type { ScimProfile } from './profile.js';
import { profileSchema } from './profile-input.js';
import type { UserChange } from './shapes.js';

/** Longer than any real value, short enough for a B-tree key (2,704 bytes at four bytes a character). */
const MAX_NAME = 256;
const MAX_EXTERNAL_ID = 256;

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(isStorableText, 'must not contain NUL or broken Unicode')
    .refine(isIndexable, 'is too long once it is normalised to be compared');

/** What is unique by name must be visible as one. */
const name = text(MAX_NAME).refine((value) => value.trim() !== '', 'must not be blank');

const optional = text(MAX_NAME).nullable();

/** The one validation of a person's attributes, shared by SCIM and GraphQL. Values are kept exactly as sent (B8). */
export const userAttributeSchemas = {
  userName: name,
  email: EmailAddress.nullable(),
  active: z.boolean(),
  externalId: text(MAX_EXTERNAL_ID).nullable(),
  givenName: optional,
  familyName: optional,
  title: optional,
  employeeNumber: optional,
  profile: profileSchema,
};

/** B8: where an externalId is required, employeeNumber stands in for a missing one; when both are there it is the identity. */
export const identityFrom = (
  { requires }: Pick<ScimProfile, 'requires'>,
  externalId: string | null,
  employeeNumber: string | null,
): string | null => externalId ?? (requires.includes('externalId') ? employeeNumber : null);

const REQUIRED_NAMES = { email: 'emails', externalId: 'externalId' } as const;

/**
 * B8: what a connection's profile wants of everyone, and what it does not keep. The message is the one of B13.
 * @throws DomainError INVALID_INPUT
 */
export function requireWhatProfileAsks(profile: ScimProfile, change: UserChange): void {
  const missing = profile.requires.find((name) => change[name] === null);
  if (missing) {
    throw new DomainError('INVALID_INPUT', `{'${REQUIRED_NAMES[missing]}': ['This field is required.']}`, {
      field: missing,
    });
  }
  const rest = Object.keys(change.profile ?? {});
  if (profile.keeps === 'B8' && rest.length > 0) {
    throw new DomainError(
      'INVALID_INPUT',
      `A connection with the ${profile.name} profile does not keep ${rest.join(', ')}. Leave the profile out, or connect with the rfc profile.`,
      { field: 'profile' },
    );
  }
}

/** What one write changes of a person; an absent key is left alone. */
export const UserChangeInput = z.object(userAttributeSchemas).partial();

/** The name of a group (B23). */
export const displayNameSchema = name;
/** The identity provider's own id of a group; opaque, null when it sends none (B23). */
export const groupExternalIdSchema = text(MAX_EXTERNAL_ID).nullable();

/** A larger set comes in several requests; one transaction must stay short enough for the others to wait for. */
export const MAX_MEMBERS_PER_REQUEST = 10_000;

/**
 * A whole list cannot be sent in parts: what is left out of it leaves. So POST and PUT of a group take what their 8 MiB
 * hold of members with a display name (docs/decisions/0037).
 */
export const MAX_MEMBERS_OF_WHOLE = 100_000;

const memberIds = z.array(z.string()).max(MAX_MEMBERS_PER_REQUEST);

/** Hears of every group among the members that is passed over (B29), before the change is logged. */
export const NestedGroupHeard = z
  .custom<(groupId: string) => void>((heard) => typeof heard === 'function')
  .optional();

/** The members of a group as a whole. */
export const WholeMembersInput = z.array(z.string()).max(MAX_MEMBERS_OF_WHOLE);

/** One folded change of a group's members: a whole new list, or who comes and who goes. */
export const MembersChangeInput = z.union(
  [z.strictObject({ replace: WholeMembersInput }), z.strictObject({ add: memberIds, remove: memberIds })],
  `must be either \`replace\`, or \`add\` and \`remove\`, of at most ${MAX_MEMBERS_OF_WHOLE} or ${MAX_MEMBERS_PER_REQUEST} ids`,
);
