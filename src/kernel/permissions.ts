/**
 * What a caller may do. Every operation declares one of these; nothing else in the code decides who may do what.
 * `resource:verb`, in the words of the API.
 */
export const PERMISSIONS = [
  'organization:read',
  'organization:write',
  'user:read',
  'user:write',
  'group:read',
  'group:write',
  'invitation:read',
  'invitation:write',
  'connection:read',
  'connection:write',
  'token:write',
  'provisioning:read',
  'provisioning:write',
  'membership:apply',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['owner', 'admin', 'group_admin', 'user'] as const;

/** B33. `group_admin` is an admin of named groups; what that adds is decided per group. */
export type Role = (typeof ROLES)[number];

/** Workers apply what a provider or an inviter was already allowed to ask for; no human caller does that. */
export const WORKER_PERMISSIONS: readonly Permission[] = ['membership:apply'];

const administrator: readonly Permission[] = PERMISSIONS.filter((p) => !WORKER_PERMISSIONS.includes(p));

/** What each role may do (B33). */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: administrator,
  admin: administrator,
  group_admin: ['organization:read', 'user:read', 'group:read'],
  user: ['organization:read'],
};

/** What the credential of a SCIM connection may do: provision, and nothing of the domain API (abuse 9). */
export const CONNECTION_PERMISSIONS: readonly Permission[] = ['provisioning:read', 'provisioning:write'];

const RANK: Readonly<Record<Role, number>> = { owner: 3, admin: 2, group_admin: 1, user: 0 };

/** B33: nobody grants more than they have. */
export function mayGrant(granter: Role, granted: Role): boolean {
  return RANK[granter] >= RANK[granted];
}
