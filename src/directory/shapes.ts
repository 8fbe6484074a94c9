import type { Role } from '../kernel/permissions.js';

/**
 * What an `rfc` connection keeps beside the attributes that have a column, in SCIM's own names and shapes, checked
 * against the table of that profile (`profile-input`); without empty values. Always `{}` on a `standard` connection.
 */
export type UserProfile = { readonly [attribute: string]: unknown };

/** The attributes SCIM owns of a person (B8). */
export interface UserAttributes {
  userName: string;
  /** The address the product writes to. Only people of an `rfc` connection may be without one. */
  email: string | null;
  active: boolean;
  externalId: string | null;
  givenName: string | null;
  familyName: string | null;
  title: string | null;
  employeeNumber: string | null;
  profile: UserProfile;
}

/** What one write changes: an absent key is left alone, null clears. */
export type UserChange = { [Name in keyof UserAttributes]?: UserAttributes[Name] | undefined };

/** One folded change of a group's members. Many operations always end in one of the two forms. */
export type MembersChange = { add: string[]; remove: string[] } | { replace: string[] };

/** What one write changes of a group. */
export interface GroupChange {
  displayName?: string | undefined;
  externalId?: string | null | undefined;
  members?: MembersChange | undefined;
  /** People who must be members before it, or nothing is changed (RFC 7644 section 3.5.2.3). */
  expectedMembers?: string[] | undefined;
}

/** A person as queries return it. */
export interface UserRecord extends UserAttributes {
  id: string;
  role: Role;
  /** The connection that manages this person, or null for an ordinary one (B32). */
  connectionId: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  status: UserStatus;
  /** Who ended this person's access, while it is ended (B15). */
  deactivatedBy: 'connection' | 'admin' | null;
  /** Null means "no license": most provisioned people before their first sign-in (B35). */
  license: License | null;
  licenseTakenAt: Date | null;
  firstSignedInAt: Date | null;
  lastSignedInAt: Date | null;
  /** When the personal data was erased for good (B38). */
  erasedAt: Date | null;
}

/** B35: what a seat is called that someone holds. */
export const LICENSES = ['standard', 'pro'] as const;
export type License = (typeof LICENSES)[number];

/** The same for counting and choosing, where holding none is a value too. */
export const HELD_LICENSES = ['none', 'standard', 'pro'] as const;
export type HeldLicense = (typeof HELD_LICENSES)[number];

/** Where someone stands (B19, B20, B38); the database derives it from the row. */
export const USER_STATUSES = ['active', 'deactivated', 'deprovisioned', 'erased'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** A group as queries return it. */
export interface GroupRecord {
  id: string;
  displayName: string;
  externalId: string | null;
  connectionId: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What SCIM shows of a member. */
export interface GroupMember {
  userId: string;
  display: string;
}

/** What SCIM shows of a person's group. */
export interface UserGroup {
  groupId: string;
  display: string;
}

/** What a provider asked for, and whether it is in effect already (docs/decisions, accepted then applied). */
export type MembershipState = 'adding' | 'active' | 'removing';

/** Someone's membership as the product sees it: a `removing` one is still in effect, an `adding` one not yet. */
export interface MembershipRecord {
  groupId: string;
  userId: string;
  state: MembershipState;
  acceptedAt: Date;
  appliedAt: Date | null;
}
